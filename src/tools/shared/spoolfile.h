/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary files without a name, in $TMPDIR or /tmp: they are gone with the program, however it ends. */
#ifndef BLI_SPOOLFILE_H
#define BLI_SPOOLFILE_H

/*
 * What to say of one that cannot be opened or written: a format for whose it
 * is, spoolfile_folder(), and the text of the errno.
 */
#define SPOOLFILE_FAULT "%s: temporary file in %s: %s; TMPDIR can name another folder"

/* Where they are: a text of the environment, or a constant. */
const char *spoolfile_folder(void);

/* Open one: a descriptor for reading and writing, or a negative errno. */
int spoolfile_open(void);

#endif
