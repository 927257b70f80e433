/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound files that libsndfile does not read and other programs do, by their first bytes. */
#ifndef BLI_FOREIGN_H
#define BLI_FOREIGN_H

#include <stddef.h>

#define FOREIGN_HEAD_BYTES 16

/* The name of the format that a file with these first bytes has, or NULL. */
const char *foreign_kind(const unsigned char *head, size_t bytes);

#endif
