/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gnuplot as a child process. */
#ifndef BLI_GNUPLOT_H
#define BLI_GNUPLOT_H

#include <stdio.h>

/*
 * Runs gnuplot without anybody's init files on the commands in `script`, read
 * from its beginning; what it draws goes to `drawing`. All are files with a
 * descriptor, not pipes, so that neither side waits for the other.
 * 0; -ENOENT without gnuplot in PATH, -EIO where it failed, or another
 * negative errno. On an error message[size] holds "gnuplot: reason".
 */
int gnuplot_run(FILE *script, FILE *drawing, char *message, size_t size);

#endif
