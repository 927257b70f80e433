/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WAV files whose writer could not go back to say how long they are, and left a size of 0. */
#ifndef BLI_WAVSIZES_H
#define BLI_WAVSIZES_H

#include <stddef.h>
#include <stdint.h>

#define WAVSIZES_HEAD_BYTES 4096	/* of a file, in which the samples have to begin */

/*
 * Where the size of the samples stands in the first bytes of a file, if it is 0 and samples follow;
 * otherwise −1.
 */
int64_t wavsizes_unknown_at(const unsigned char *head, size_t bytes);

#endif
