/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that appear whole or not at all: the contents are complete in memory,
 * go to a temporary name beside the target and are renamed. Signals that would
 * end the program wait meanwhile, so nothing half-written is left behind.
 */
#ifndef BLI_NEWFILE_H
#define BLI_NEWFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether newfile_write() would refuse `path` for what is there: 0, or -EEXIST
 * when something of that name exists and `overwrite` is false. It saves work;
 * newfile_write() decides.
 */
int newfile_check(const char *path, bool overwrite);

/*
 * Writes `bytes` bytes of `data` as the file `path`. An existing file is
 * replaced with `overwrite` and kept with -EEXIST without; a symbolic link is
 * followed; with `overwrite` a device or pipe is written to in place.
 * Returns 0 or a negative errno, with what was there before unchanged.
 */
int newfile_write(const char *path, const void *data, size_t bytes, bool overwrite);

#endif
