/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gnuplot as a child process. */
#ifndef BLI_GNUPLOT_H
#define BLI_GNUPLOT_H

#include <stdio.h>

/* gnuplot's terminal for the picture `path`, by the ending of its name (.svg, .png), or NULL for another ending. */
const char *gnuplot_terminal(const char *path);

/* Whether --plot can draw `path`.  Returns 0, or EXIT_USAGE after saying which endings are allowed. */
int gnuplot_check_name(const char *path);

/* The first line of a script: a white picture of width × height pixels for `path`, an ending that is known. */
void gnuplot_begin(FILE *script, const char *path, int width, int height);

/*
 * Run gnuplot without anybody's init files on the commands in `script`, a
 * file with a descriptor, read from its beginning. *drawing (to be freed) are
 * the *bytes bytes that it draws.
 * Returns 0; −ENOENT without gnuplot in PATH, −EIO where it failed, or another
 * −errno.  On an error *drawing is NULL and message[size] holds
 * "gnuplot: reason".
 */
int gnuplot_run(FILE *script, char **drawing, size_t *bytes, char *message, size_t size);

#endif
