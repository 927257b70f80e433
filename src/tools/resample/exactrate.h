/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sample rates with fractions of a hertz, which libsndfile rounds to whole
 * ones: AIFF has them as 80-bit, CAF as 64-bit floating point numbers.
 */
#ifndef BLI_EXACTRATE_H
#define BLI_EXACTRATE_H

#include <stdbool.h>
#include <stddef.h>

/* True if files of this SF_FORMAT_ container can say fractions of a hertz, or say nothing at all. */
bool exactrate_possible(int format);

#define EXACTRATE_HEAD_BYTES 4096	/* of a file, in which the rate has to lie */

/* The rate in the first bytes of a file of that format; 0 if there is none to be found. */
double exactrate_read(int format, const unsigned char *head, size_t bytes);

#define EXACTRATE_FIELD_BYTES 10

/*
 * Encodes a rate for such a header. Returns the number of bytes in `field`
 * and their *position in the file, or 0 if there is no place for it.
 */
size_t exactrate_encode(unsigned char field[EXACTRATE_FIELD_BYTES], size_t *position, int format,
			const unsigned char *head, size_t bytes, double rate_hz);

#endif
