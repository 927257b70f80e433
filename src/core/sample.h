/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Samples: PCM of any layout to and from float or double.
 *
 * Full scale is −1 … 1 − 2^(1 − bits).
 *
 * Loading takes two steps: the samples of a channel are gathered from memory
 * into a dense block of words, and the words are converted to values.  Storing
 * takes the same steps back.  Gathering and scattering know about layouts, and
 * all kernels share them (sample.c); converting is arithmetic in vectors, and
 * every kernel has its own (sample-loop.h).  The commonest formats, integers of
 * 2 and 4 bytes and floats to load, in the byte order of this machine, need no
 * block: each has loops that do both at once.
 */
#ifndef BLI_SAMPLE_H
#define BLI_SAMPLE_H

#include "setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of the values that stages compute with. */
enum bli_precision {
	BLI_FLOAT,		/* 24-bit mantissa: sums stop at about −140 dB */
	BLI_DOUBLE,		/* 53-bit mantissa */
	BLI_PRECISIONS
};

/*
 * A PCM format: the sample is the low `bits` of an integer of `bytes` bytes, or
 * a float or double of IEEE 754.
 */
struct bli_format {
	unsigned char bytes;	/* 1 … 4; float: 4 or 8 */
	unsigned char bits;	/* 1 … 8·bytes; float: 8·bytes */
	bool is_unsigned;	/* offset binary */
	bool is_swapped;	/* byte order other than this machine's */
	bool is_float;
};

/*
 * The largest |x| of a float sample that counts as a number, 602 dB above full
 * scale: amplified by the largest gain of a resampler (120 dB) and summed by its
 * filters it is still a finite float.
 */
#define BLI_SAMPLE_MAX 0x1p100

/*
 * The smallest |x| of a float sample that is not taken for 0, by the size of the
 * values that it becomes: 482 dB below full scale in float, 5419 dB in double.
 * Times any coefficient that matters it is still a normal number.  With smaller
 * ones (denormal) processors are slow, and a sound that dies away in an effect
 * can stay among them for ever.
 */
#define BLI_SAMPLE_MIN(value_size) ((value_size) == sizeof(float) ? 0x1p-80 : 0x1p-900)

/* True if the format is one this file converts. */
BLI_SETUP
bool bli_format_valid(const struct bli_format *format);

/*
 * Samples of one channel, `step` bytes from one frame to the next, to
 * values[frames] (float or double).  Bits above the sample are ignored.  In
 * double every format is exact; in float samples beyond 24 bits are rounded.
 * Float samples below BLI_SAMPLE_MIN become 0.  So do those that are NaN, infinite
 * or beyond BLI_SAMPLE_MAX: one of them would otherwise spoil all that a filter
 * sums up with it.  Returns the number of the latter.  Real-time safe.
 */
typedef size_t bli_sample_load(const struct bli_format *format, void *values, const void *samples,
			       ptrdiff_t step, size_t frames);

/*
 * The way back: values are rounded to nearest (ties to even), saturated (NaN
 * to the least value) and written with the sign extended over the whole
 * container, as alsa-lib does; floats are written as they are.  Returns the
 * number of saturated samples, and raises *peak to the largest finite |value|
 * there is, as a float has it.  Real-time safe.
 *
 * Rounding follows the rounding mode of the process, as rint() does.
 */
typedef size_t bli_sample_store(const struct bli_format *format, void *samples, ptrdiff_t step,
				const void *values, size_t frames, double *peak);

/*
 * The same of two channels whose samples alternate, as in stereo: frame n of
 * values[0] goes to samples + 2·bytes·n, and that of values[1] behind it.
 * Writing both at once saves a store for every sample.
 */
typedef size_t bli_sample_store_pair(const struct bli_format *format, void *samples, const void *const *values,
				     size_t frames, double *peak);

/* Write frames of silence to one channel, `step` bytes apart: 0, or the middle if unsigned.  Real-time safe. */
void bli_sample_silence(const struct bli_format *format, void *samples, ptrdiff_t step, size_t frames);

#define BLI_SAMPLE_BLOCK 128	/* most frames in a block, which then stays in the first-level cache */
#define BLI_SAMPLE_GROUP 64	/* frames are converted by groups: whole vectors of any kernel, even of bytes */

/* Samples of one channel, side by side in the byte order of this machine. */
union bli_sample_block {
	uint32_t words[BLI_SAMPLE_BLOCK];	/* of up to 4 bytes, each in the low bits of its word */
	float floats[BLI_SAMPLE_BLOCK];
	uint64_t longs[BLI_SAMPLE_BLOCK];	/* of 8 bytes */
	double doubles[BLI_SAMPLE_BLOCK];
};

/* The frames of the groups that `frames` frames begin. */
static inline size_t bli_sample_groups(size_t frames)
{
	return (frames + BLI_SAMPLE_GROUP - 1) & ~(size_t)(BLI_SAMPLE_GROUP - 1);
}

/*
 * Samples from memory to a block: words, or longs if they have 8 bytes, of
 * 1 … BLI_SAMPLE_BLOCK frames, bytes in the order in which they stand in memory.
 * What a word holds above the sample is undefined, the rest of the last group
 * is 0.  Real-time safe.
 */
void bli_sample_gather(const struct bli_format *format, union bli_sample_block *block, const void *samples,
		       ptrdiff_t step, size_t frames);

/* The way back: 1 … BLI_SAMPLE_BLOCK frames of a block to memory.  Real-time safe. */
void bli_sample_scatter(const struct bli_format *format, void *samples, ptrdiff_t step,
			const union bli_sample_block *block, size_t frames);

/* An integer of `bytes` (1 … 4) bytes in memory, in the order of this machine. */
static inline __attribute__((always_inline)) uint32_t bli_sample_get(const unsigned char *p, const unsigned bytes)
{
	const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	uint16_t u16;
	uint32_t u32;

	switch (bytes) {
	case 1:
		return *p;
	case 2:
		memcpy(&u16, p, sizeof(u16));
		return u16;
	case 3:
		memcpy(&u16, p + (little ? 0 : 1), sizeof(u16));
		return (uint32_t)p[little ? 2 : 0] << 16 | u16;
	default:
		memcpy(&u32, p, sizeof(u32));
		return u32;
	}
}

/* The low `bytes` bytes of a value to memory. */
static inline __attribute__((always_inline)) void
bli_sample_put(unsigned char *p, uint32_t value, const unsigned bytes)
{
	const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	uint16_t u16 = (uint16_t)value;

	switch (bytes) {
	case 1:
		*p = (unsigned char)value;
		return;
	case 2:
		memcpy(p, &u16, sizeof(u16));
		return;
	case 3:
		memcpy(p + (little ? 0 : 1), &u16, sizeof(u16));
		p[little ? 2 : 0] = (unsigned char)(value >> 16);
		return;
	default:
		memcpy(p, &value, sizeof(value));
		return;
	}
}

/* The low `bytes` (1 … 4) bytes of a word in reverse order, 0 above them. */
static inline uint32_t bli_sample_swap(uint32_t word, unsigned bytes)
{
	return __builtin_bswap32(word) >> (32 - 8 * bytes);
}

#endif
