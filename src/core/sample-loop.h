/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading and storing samples.  Included by every kernel's file once per VALUE
 * (float or double), with NAME(x) defined, so that each instruction set gets
 * its own version; bytes, byte order and step are constants in the loops.
 */

#ifndef BLI_SAMPLE_LOOP_H
#define BLI_SAMPLE_LOOP_H

#include <float.h>
#include <math.h>

#define SAMPLE_BLOCK 64

/* An integer of `bytes` bytes in the low bits of the result, in the order it has in memory or swapped. */
static inline __attribute__((always_inline)) uint32_t
sample_get(const unsigned char *p, unsigned bytes, bool swapped)
{
	uint16_t u16;
	uint32_t u32;

	switch (bytes) {
	case 1:
		return *p;
	case 2:
		memcpy(&u16, p, 2);
		return swapped ? __builtin_bswap16(u16) : u16;
	case 3:
		if (swapped == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__))
			return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		memcpy(&u16, p, 2);
		return (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? u16 : __builtin_bswap16(u16)) | (uint32_t)p[2] << 16;
	default:
		memcpy(&u32, p, 4);
		return swapped ? __builtin_bswap32(u32) : u32;
	}
}

static inline __attribute__((always_inline)) void
sample_put(unsigned char *p, uint32_t value, unsigned bytes, bool swapped)
{
	uint16_t u16;

	switch (bytes) {
	case 1:
		*p = (unsigned char)value;
		return;
	case 2:
		u16 = swapped ? __builtin_bswap16((uint16_t)value) : (uint16_t)value;
		memcpy(p, &u16, 2);
		return;
	case 3:
		if (swapped == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)) {
			p[0] = (unsigned char)(value >> 16);
			p[1] = (unsigned char)(value >> 8);
			p[2] = (unsigned char)value;
		} else {
			u16 = (uint16_t)value;
			u16 = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? u16 : __builtin_bswap16(u16);
			memcpy(p, &u16, 2);
			p[2] = (unsigned char)(value >> 16);
		}
		return;
	default:
		value = swapped ? __builtin_bswap32(value) : value;
		memcpy(p, &value, 4);
		return;
	}
}

/*
 * The bits of |x|, 0 for NaN: as integers these are ordered as the numbers are,
 * and their maximum needs no branch.
 */
static inline __attribute__((always_inline)) int32_t sample_magnitude(float x)
{
	int32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	bits &= INT32_C(0x7fffffff);
	return bits > INT32_C(0x7f800000) ? 0 : bits;
}

#endif

static inline __attribute__((always_inline)) void
NAME(load_loop)(const struct bli_format *format, VALUE *restrict values, const unsigned char *restrict samples,
		ptrdiff_t step, size_t frames, const unsigned bytes, const bool swapped)
{
	const unsigned shift = 32 - format->bits;
	const uint32_t offset = format->is_unsigned ? UINT32_C(1) << 31 : 0;

	/* packed samples are collected first: they do not fit vectors, the rest of the work does */
	for (size_t first = 0; bytes == 3 && first < frames; first += SAMPLE_BLOCK) {
		size_t count = frames - first < SAMPLE_BLOCK ? frames - first : SAMPLE_BLOCK;
		uint32_t raw[SAMPLE_BLOCK];

		for (size_t i = 0; i < count; i++)
			raw[i] = sample_get(samples + (ptrdiff_t)(first + i) * step, 3, swapped);
		for (size_t i = 0; i < count; i++)
			values[first + i] = (VALUE)(int32_t)(raw[i] << shift ^ offset) * (VALUE)0x1p-31;
	}
	for (size_t i = 0; bytes != 3 && i < frames; i++) {
		uint32_t raw = sample_get(samples + (ptrdiff_t)i * step, bytes, swapped);

		values[i] = (VALUE)(int32_t)(raw << shift ^ offset) * (VALUE)0x1p-31;
	}
}

/* the steps of mono and stereo interleaved as constants: these loops become vectors */
#define LOAD(BYTES, SWAPPED)									\
	(step == (BYTES) ? NAME(load_loop)(format, values, samples, (BYTES), frames, (BYTES), (SWAPPED)) \
	 : step == 2 * (BYTES) ? NAME(load_loop)(format, values, samples, 2 * (BYTES), frames, (BYTES), (SWAPPED)) \
	 : NAME(load_loop)(format, values, samples, step, frames, (BYTES), (SWAPPED)))

static void NAME(load_reals)(const struct bli_format *format, VALUE *restrict values,
			     const unsigned char *restrict samples, ptrdiff_t step, size_t frames)
{
	for (size_t i = 0; i < frames; i++, samples += step) {
		float single;
		double number;

		if (format->bytes == sizeof(single)) {
			memcpy(&single, samples, sizeof(single));
			values[i] = (VALUE)single;
		} else {
			memcpy(&number, samples, sizeof(number));
			values[i] = (VALUE)number;
		}
	}
}

static void NAME(load)(const struct bli_format *format, void *values, const void *samples, ptrdiff_t step,
		       size_t frames)
{
	if (format->is_float) {
		NAME(load_reals)(format, values, samples, step, frames);
		return;
	}
	switch (format->bytes * 2 + format->is_swapped) {
	case 2:
	case 3: LOAD(1, false); return;
	case 4: LOAD(2, false); return;
	case 5: LOAD(2, true); return;
	case 6: LOAD(3, false); return;
	case 7: LOAD(3, true); return;
	case 8: LOAD(4, false); return;
	case 9: LOAD(4, true); return;
	}
}

#undef LOAD

/*
 * The integer of a value, scale being that of full scale.  Adding 1.5·2^52 to a
 * double (2^23 to a float) leaves the nearest integer in the low bits of its
 * mantissa: rounding without a library call, in vectors.  Floats serve up to 20
 * bits (the sum needs |x| < 2^22), doubles all 32.  What would round beyond the
 * range is clipped and counted; NaN fails the first comparison.  Where the
 * machine computes with more bits than the type has (x87) the sum would be
 * rounded twice, and the library rounds.
 */
static inline __attribute__((always_inline)) uint32_t
NAME(round_sample)(VALUE value, double scale, const bool narrow, int32_t *largest, unsigned *beyond)
{
	int32_t magnitude = sample_magnitude((float)value);

	*largest = *largest > magnitude ? *largest : magnitude;
	if (narrow) {
		const float least = (float)-scale, most = (float)(scale - 1);
		float x = (float)value * (float)scale, sum;
		uint32_t bits;

		*beyond += !(x >= least - 0.5f) | (x >= most + 0.5f);
		x = x > least ? x : least;
		x = x < most ? x : most;
		if (FLT_EVAL_METHOD != 0)
			return (uint32_t)lrintf(x);
		sum = x + 0x1.8p23f;
		memcpy(&bits, &sum, sizeof(bits));
		return bits - UINT32_C(0x4b400000);
	} else {
		const double least = -scale, most = scale - 1;
		double x = (double)value * scale, sum;
		uint64_t bits;

		*beyond += !(x >= least - 0.5) | (x >= most + 0.5);
		x = x > least ? x : least;
		x = x < most ? x : most;
		if (FLT_EVAL_METHOD != 0)
			return (uint32_t)llrint(x);
		sum = x + 0x1.8p52;
		memcpy(&bits, &sum, sizeof(bits));
		return (uint32_t)bits;
	}
}

static inline __attribute__((always_inline)) size_t
NAME(store_loop)(const struct bli_format *format, unsigned char *restrict samples, ptrdiff_t step,
		 const VALUE *restrict values, size_t frames, const unsigned bytes, const bool swapped,
		 const bool narrow, double *peak)
{
	const uint32_t offset = format->is_unsigned ? UINT32_C(1) << (format->bits - 1) : 0;
	const double scale = (double)(UINT32_C(1) << (format->bits - 1));
	unsigned beyond = 0;
	int32_t largest = 0;
	float single;

	/* packed samples wait until a block is rounded: they do not fit vectors, the rest of the work does */
	for (size_t first = 0; bytes == 3 && first < frames; first += SAMPLE_BLOCK) {
		size_t count = frames - first < SAMPLE_BLOCK ? frames - first : SAMPLE_BLOCK;
		uint32_t rounded[SAMPLE_BLOCK];

		for (size_t i = 0; i < count; i++)
			rounded[i] = NAME(round_sample)(values[first + i], scale, narrow, &largest, &beyond) + offset;
		for (size_t i = 0; i < count; i++)
			sample_put(samples + (ptrdiff_t)(first + i) * step, rounded[i], 3, swapped);
	}
	for (size_t i = 0; bytes != 3 && i < frames; i++)
		sample_put(samples + (ptrdiff_t)i * step,
			   NAME(round_sample)(values[i], scale, narrow, &largest, &beyond) + offset, bytes, swapped);
	memcpy(&single, &largest, sizeof(single));
	if ((double)single > *peak)
		*peak = (double)single;
	return beyond;
}

#define STORE_STEP(STEP, BYTES, SWAPPED)						\
	(narrow ? NAME(store_loop)(format, samples, (STEP), values, frames, (BYTES), (SWAPPED), true, peak) \
	 : NAME(store_loop)(format, samples, (STEP), values, frames, (BYTES), (SWAPPED), false, peak))
#define STORE(BYTES, SWAPPED)								\
	(step == (BYTES) ? STORE_STEP((BYTES), BYTES, SWAPPED)				\
	 : step == 2 * (BYTES) ? STORE_STEP(2 * (BYTES), BYTES, SWAPPED)		\
	 : STORE_STEP(step, BYTES, SWAPPED))

static void NAME(store_reals)(const struct bli_format *format, unsigned char *restrict samples, ptrdiff_t step,
			      const VALUE *restrict values, size_t frames, double *peak)
{
	for (size_t i = 0; i < frames; i++, samples += step) {
		float single = (float)values[i];
		double number = (double)values[i], magnitude = number < 0 ? -number : number;

		*peak = magnitude > *peak ? magnitude : *peak;
		if (format->bytes == sizeof(single))
			memcpy(samples, &single, sizeof(single));
		else
			memcpy(samples, &number, sizeof(number));
	}
}

static size_t NAME(store)(const struct bli_format *format, void *samples, ptrdiff_t step, const void *values,
			  size_t frames, double *peak)
{
	const bool narrow = sizeof(VALUE) == sizeof(float) && format->bits <= 20;

	if (format->is_float) {
		NAME(store_reals)(format, samples, step, values, frames, peak);
		return 0;
	}
	switch (format->bytes * 2 + format->is_swapped) {
	case 2:
	case 3: return STORE(1, false);
	case 4: return STORE(2, false);
	case 5: return STORE(2, true);
	case 6: return STORE(3, false);
	case 7: return STORE(3, true);
	case 8: return STORE(4, false);
	case 9: return STORE(4, true);
	}
	return 0;
}

#undef STORE
#undef STORE_STEP
