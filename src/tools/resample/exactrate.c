/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exactrate.h"

#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <string.h>

#define CAF_RATE_AT 20		/* the description chunk comes first: file header 8, chunk header 12 */
#define AIFF_FIRST_CHUNK 12
#define AIFF_RATE_IN_COMM 16	/* chunk header 8, channels 2, frames 4, bits 2 */

bool exactrate_possible(int format)
{
	const int container = format & SF_FORMAT_TYPEMASK;

	return container == SF_FORMAT_AIFF || container == SF_FORMAT_CAF || container == SF_FORMAT_RAW;
}

static uint64_t big_endian(const unsigned char *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void put_big_endian(unsigned char *bytes, size_t count, uint64_t value)
{
	while (count-- > 0) {
		bytes[count] = (unsigned char)value;
		value >>= 8;
	}
}

/* Where the rate stands and how many bytes it has; 0 if it is not in `head`. */
static size_t find_field(int format, const unsigned char *head, size_t bytes, size_t *position)
{
	if ((format & SF_FORMAT_TYPEMASK) == SF_FORMAT_CAF) {
		*position = CAF_RATE_AT;
		return bytes >= CAF_RATE_AT + 8 && memcmp(head, "caff", 4) == 0 &&
		       memcmp(head + 8, "desc", 4) == 0 ? 8 : 0;
	}
	if ((format & SF_FORMAT_TYPEMASK) != SF_FORMAT_AIFF || bytes < AIFF_FIRST_CHUNK || memcmp(head, "FORM", 4) != 0)
		return 0;
	for (size_t chunk = AIFF_FIRST_CHUNK; chunk + AIFF_RATE_IN_COMM + 10 <= bytes; ) {
		if (memcmp(head + chunk, "COMM", 4) == 0) {
			*position = chunk + AIFF_RATE_IN_COMM;
			return 10;
		}
		chunk += 8 + (size_t)((big_endian(head + chunk + 4, 4) + 1) & ~UINT64_C(1));
	}
	return 0;
}

double exactrate_read(int format, const unsigned char *head, size_t bytes)
{
	size_t position;
	const size_t field = find_field(format, head, bytes, &position);

	if (field == 8) {
		const uint64_t bits = big_endian(head + position, 8);
		double rate;

		memcpy(&rate, &bits, sizeof(rate));
		return rate > 0 && rate <= INT32_MAX ? rate : 0;
	}
	if (field == 10) {
		const int exponent = (int)big_endian(head + position, 2);	/* a set sign makes it too large */
		const double rate = ldexp((double)big_endian(head + position + 2, 8), exponent - 16383 - 63);

		return rate > 0 && rate <= INT32_MAX ? rate : 0;
	}
	return 0;
}

size_t exactrate_encode(unsigned char field[EXACTRATE_FIELD_BYTES], size_t *position, int format,
			const unsigned char *head, size_t bytes, double rate_hz)
{
	const size_t count = find_field(format, head, bytes, position);
	uint64_t bits;
	int exponent;

	if (count == 8) {
		memcpy(&bits, &rate_hz, sizeof(bits));
		put_big_endian(field, 8, bits);
	} else if (count == 10) {
		bits = (uint64_t)ldexp(frexp(rate_hz, &exponent), 64);
		put_big_endian(field, 2, (uint64_t)(exponent + 16383 - 1));
		put_big_endian(field + 2, 8, bits);
	}
	return count;
}
