/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sample.h"

#include <string.h>

#define LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

bool bli_format_valid(const struct bli_format *format)
{
	if (format->is_float)
		return (format->bytes == 4 || format->bytes == 8) && !format->is_unsigned &&
		       format->bits == 8 * format->bytes;
	return format->bytes >= 1 && format->bytes <= 4 && format->bits >= 1 &&
	       format->bits <= 8 * format->bytes;
}

/*
 * Each sample of 3 bytes together with the byte behind it, which costs less
 * than the sample alone: in little endian it stands above the sample.  Behind
 * the last one memory may end; behind the others there is the next one, or the
 * one of another channel.
 */
static inline __attribute__((always_inline)) void
gather_packed(uint32_t *restrict words, const unsigned char *restrict samples, ptrdiff_t step, size_t frames)
{
	const size_t last = frames - 1;

	for (size_t i = 0; i < last; i++)
		memcpy(&words[i], samples + (ptrdiff_t)i * step, sizeof(words[i]));
	words[last] = bli_sample_get(samples + (ptrdiff_t)last * step, 3);
}

static inline __attribute__((always_inline)) void
gather_bytes(uint32_t *restrict words, const unsigned char *restrict samples, ptrdiff_t step, size_t frames)
{
	for (size_t i = 0; i < frames; i++)
		words[i] = samples[(ptrdiff_t)i * step];
}

static inline __attribute__((always_inline)) void
scatter_bytes(unsigned char *restrict samples, ptrdiff_t step, const uint32_t *restrict words, size_t frames)
{
	for (size_t i = 0; i < frames; i++)
		samples[(ptrdiff_t)i * step] = (unsigned char)words[i];
}

void bli_sample_gather(const struct bli_format *format, union bli_sample_block *block, const void *samples,
		       ptrdiff_t step, size_t frames)
{
	const unsigned char *from = samples;

	switch (format->bytes) {
	case 1:
		if (step == 1)
			gather_bytes(block->words, from, 1, frames);
		else if (step == 2)
			gather_bytes(block->words, from, 2, frames);
		else
			gather_bytes(block->words, from, step, frames);
		break;
	case 2:
		for (size_t i = 0; i < frames; i++)
			block->words[i] = bli_sample_get(from + (ptrdiff_t)i * step, 2);
		break;
	case 3:
		if (LITTLE && (step == 3 || step == 6))
			gather_packed(block->words, from, step, frames);
		else
			for (size_t i = 0; i < frames; i++)
				block->words[i] = bli_sample_get(from + (ptrdiff_t)i * step, 3);
		break;
	case 4:
		for (size_t i = 0; i < frames; i++)
			block->words[i] = bli_sample_get(from + (ptrdiff_t)i * step, 4);
		break;
	default:
		for (size_t i = 0; i < frames; i++)
			memcpy(&block->longs[i], from + (ptrdiff_t)i * step, sizeof(block->longs[i]));
		for (size_t i = frames; i < bli_sample_groups(frames); i++)
			block->longs[i] = 0;
		return;
	}
	for (size_t i = frames; i < bli_sample_groups(frames); i++)
		block->words[i] = 0;
}

/* Dense samples of 3 bytes: each is written as 4, of which the next one overwrites the last. */
static void scatter_packed(unsigned char *restrict samples, const uint32_t *restrict words, size_t frames)
{
	const size_t last = frames - 1;

	for (size_t i = 0; i < last; i++)
		memcpy(samples + 3 * i, &words[i], sizeof(words[i]));
	bli_sample_put(samples + 3 * last, words[last], 3);
}

void bli_sample_scatter(const struct bli_format *format, void *samples, ptrdiff_t step,
			const union bli_sample_block *block, size_t frames)
{
	unsigned char *to = samples;

	switch (format->bytes) {
	case 1:
		if (step == 1)
			scatter_bytes(to, 1, block->words, frames);
		else
			scatter_bytes(to, step, block->words, frames);
		return;
	case 2:
		for (size_t i = 0; i < frames; i++)
			bli_sample_put(to + (ptrdiff_t)i * step, block->words[i], 2);
		return;
	case 3:
		if (LITTLE && step == 3)
			scatter_packed(to, block->words, frames);
		else
			for (size_t i = 0; i < frames; i++)
				bli_sample_put(to + (ptrdiff_t)i * step, block->words[i], 3);
		return;
	case 4:
		for (size_t i = 0; i < frames; i++)
			bli_sample_put(to + (ptrdiff_t)i * step, block->words[i], 4);
		return;
	default:
		for (size_t i = 0; i < frames; i++)
			memcpy(to + (ptrdiff_t)i * step, &block->longs[i], sizeof(block->longs[i]));
		return;
	}
}

void bli_sample_silence(const struct bli_format *format, void *samples, ptrdiff_t step, size_t frames)
{
	uint32_t value = format->is_unsigned ? UINT32_C(1) << (format->bits - 1) : 0;
	union bli_sample_block block;

	/* also 0.0 */
	memset(&block, 0, sizeof(block));
	if (format->is_unsigned && format->is_swapped)
		value = bli_sample_swap(value, format->bytes);
	for (size_t i = 0; format->is_unsigned && i < BLI_SAMPLE_BLOCK; i++)
		block.words[i] = value;
	for (size_t first = 0; first < frames; first += BLI_SAMPLE_BLOCK)
		bli_sample_scatter(format, (unsigned char *)samples + (ptrdiff_t)first * step, step, &block,
				   frames - first < BLI_SAMPLE_BLOCK ? frames - first : BLI_SAMPLE_BLOCK);
}
