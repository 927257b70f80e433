/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary files without a name, in $TMPDIR or /tmp: they are gone with the program, however it ends. */
#ifndef BLI_SPOOLFILE_H
#define BLI_SPOOLFILE_H

/* A descriptor for reading and writing, or a negative errno. */
int spoolfile_open(void);

#endif
