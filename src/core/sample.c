/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sample.h"

#include <stdint.h>
#include <string.h>

bool bli_format_valid(const struct bli_format *format)
{
	if (format->is_float)
		return (format->bytes == 4 || format->bytes == 8) && !format->is_unsigned && !format->is_swapped &&
		       format->bits == 8 * format->bytes;
	return format->bytes >= 1 && format->bytes <= 4 && format->bits >= 1 &&
	       format->bits <= 8 * format->bytes;
}

void bli_sample_silence(const struct bli_format *format, void *samples, ptrdiff_t step, size_t frames)
{
	uint32_t value = format->is_unsigned ? UINT32_C(1) << (format->bits - 1) : 0;
	bool little = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != format->is_swapped;
	unsigned char pattern[8] = { 0 };	/* also 0.0 */

	for (unsigned i = 0; i < format->bytes && !format->is_float; i++) {
		unsigned place = little ? i : format->bytes - 1u - i;

		pattern[i] = (unsigned char)(value >> (8 * place));
	}
	for (size_t frame = 0; frame < frames; frame++)
		memcpy((unsigned char *)samples + (ptrdiff_t)frame * step, pattern, format->bytes);
}
