/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading and storing samples (see sample.h).  Included by every kernel's file
 * once per VALUE (float or double), with NAME(x) and LINKAGE (static or extern)
 * defined, so that each instruction set gets its own vectors.  Loops run over
 * whole groups, so that the compiler adds none for what a vector does not fill.
 */

#ifndef BLI_SAMPLE_LOOP_H
#define BLI_SAMPLE_LOOP_H

#include <float.h>
#include <math.h>

/* The bits of |x|: as integers these are ordered as the numbers are, then infinity, then NaN. */
static inline __attribute__((always_inline)) int32_t sample_bits(float x)
{
	int32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits & INT32_C(0x7fffffff);
}

/* The larger, and the smaller, of two; the second if the first is not a number. */
#ifdef __aarch64__
#define SAMPLE_AT_LEAST(x, least) _Generic(x, float : __builtin_fmaxf, double : __builtin_fmax)(x, least)
#define SAMPLE_AT_MOST(x, most) _Generic(x, float : __builtin_fminf, double : __builtin_fmin)(x, most)
#else
#define SAMPLE_AT_LEAST(x, least) ((x) > (least) ? (x) : (least))
#define SAMPLE_AT_MOST(x, most) ((x) < (most) ? (x) : (most))
#endif

#define SAMPLE_MAX_BITS INT32_C(0x71800000)	/* of BLI_SAMPLE_MAX */
#define SAMPLE_INFINITY_BITS INT32_C(0x7f800000)

/* Raise *peak to the number of those bits. */
static inline void sample_raise_peak(double *peak, int32_t bits)
{
	float single;

	memcpy(&single, &bits, sizeof(single));
	*peak = (double)single > *peak ? (double)single : *peak;
}

/*
 * Adding 1.5·2^52 to a double (2^23 to a float) leaves the nearest integer in
 * the low bits of its mantissa: rounding without a library call, in vectors.
 * Floats serve up to 20 bits (the sum needs |x| < 2^22), doubles all 32.  Where
 * the machine computes with more bits than the type has (x87) the sum would be
 * rounded twice, and the library rounds.
 */
static inline __attribute__((always_inline)) uint32_t sample_round_float(float x)
{
	float sum = x + 0x1.8p23f;
	uint32_t bits;

	if (FLT_EVAL_METHOD != 0)
		return (uint32_t)lrintf(x);
	memcpy(&bits, &sum, sizeof(bits));
	return bits - UINT32_C(0x4b400000);
}

static inline __attribute__((always_inline)) uint32_t sample_round_double(double x)
{
	double sum = x + 0x1.8p52;
	uint64_t bits;

	if (FLT_EVAL_METHOD != 0)
		return (uint32_t)llrint(x);
	memcpy(&bits, &sum, sizeof(bits));
	return (uint32_t)bits;
}

#endif

/* The bits of the largest |value|.  Maxima side by side do not wait for each other. */
static int32_t NAME(largest_bits)(const VALUE *values, size_t frames)
{
	int32_t largest[16] = { 0 };
	size_t i = 0;

#ifdef SAMPLE_NEON
	if (sizeof(VALUE) == sizeof(float))
		largest[0] = neon_largest_bits((const float *)values, frames, &i);
#endif
#ifndef __aarch64__
	/* there the compiler keeps the maxima of the loop below in a register, but not these */
	for (; i + 16 <= frames; i += 16)
		for (size_t lane = 0; lane < 16; lane++) {
			int32_t bits = sample_bits((float)values[i + lane]);

			largest[lane] = largest[lane] > bits ? largest[lane] : bits;
		}
#endif
	for (; i < frames; i++) {
		int32_t bits = sample_bits((float)values[i]);

		largest[0] = largest[0] > bits ? largest[0] : bits;
	}
	for (size_t lane = 1; lane < 16; lane++)
		largest[0] = largest[0] > largest[lane] ? largest[0] : largest[lane];
	return largest[0];
}

/* The value of a sample, which `shift` moves to the top of its word. */
static inline __attribute__((always_inline)) VALUE
NAME(value_of)(uint32_t word, unsigned shift, uint32_t offset)
{
	return (VALUE)(int32_t)(word << shift ^ offset) * (VALUE)0x1p-31;
}

/* A float sample, 0 if it is too small: see BLI_SAMPLE_MIN.  −0 stays what it is. */
static inline __attribute__((always_inline)) VALUE NAME(real_of)(VALUE x)
{
	const VALUE least = (VALUE)BLI_SAMPLE_MIN(sizeof(VALUE));

	return x > -least && x < least && x != 0 ? 0 : x;
}

static inline __attribute__((always_inline)) VALUE NAME(real_at)(const unsigned char *p, const unsigned bytes)
{
	float single;
	double number;

	if (bytes == sizeof(single)) {
		memcpy(&single, p, sizeof(single));
		return NAME(real_of)((VALUE)single);
	}
	memcpy(&number, p, sizeof(number));
	return NAME(real_of)((VALUE)number);
}

static inline __attribute__((always_inline)) void
NAME(load_loop)(const struct bli_format *format, VALUE *restrict values, const unsigned char *restrict samples,
		ptrdiff_t step, size_t frames, const unsigned bytes, const bool is_float)
{
	const uint32_t offset = format->is_unsigned ? UINT32_C(1) << 31 : 0;
	const unsigned shift = 32u - format->bits;
	size_t i = 0;

#ifdef SAMPLE_NEON
	if (sizeof(VALUE) == sizeof(float) && bytes == 2 && format->bits == 16 && !format->is_unsigned)
		i = neon_load_16((float *)values, samples, step, frames);
#endif
	for (; i < frames; i++) {
		const unsigned char *p = samples + (ptrdiff_t)i * step;

		values[i] = is_float ? NAME(real_at)(p, bytes)
			    : NAME(value_of)(bli_sample_get(p, bytes), shift, offset);
	}
}

/* the steps of mono and stereo interleaved as constants: these loops become vectors */
#define LOAD(BYTES, IS_FLOAT)								\
	case (BYTES) + 16 * (IS_FLOAT):							\
		if (step == (BYTES))							\
			NAME(load_loop)(format, values, samples, (BYTES), whole, (BYTES), (IS_FLOAT)); \
		else if (step == 2 * (BYTES))						\
			NAME(load_loop)(format, values, samples, 2 * (BYTES), whole, (BYTES), (IS_FLOAT)); \
		else									\
			NAME(load_loop)(format, values, samples, step, whole, (BYTES), (IS_FLOAT)); \
		return whole

/* The whole groups of the commonest formats, without a block.  Returns the number of frames. */
static size_t NAME(load_common)(const struct bli_format *format, VALUE *values, const unsigned char *samples,
				ptrdiff_t step, size_t frames)
{
	const size_t whole = frames & ~(size_t)(BLI_SAMPLE_GROUP - 1);

	if (format->is_swapped)
		return 0;
	/* floats have numbers of their own */
	switch (format->bytes + 16 * format->is_float) {
	LOAD(2, false);
	LOAD(4, false);
	LOAD(4, true);
	LOAD(8, true);
	}
	return 0;
}

#undef LOAD

static void NAME(from_integers)(const struct bli_format *format, VALUE *restrict values,
				union bli_sample_block *restrict block, size_t frames)
{
	const size_t whole = bli_sample_groups(frames);
	const unsigned shift = 32u - format->bits;
	const uint32_t offset = format->is_unsigned ? UINT32_C(1) << 31 : 0;

	for (size_t i = 0; format->is_swapped && i < whole; i++)
		block->words[i] = bli_sample_swap(block->words[i], format->bytes);
	for (size_t i = 0; i < whole; i++)
		values[i] = NAME(value_of)(block->words[i], shift, offset);
}

/* Values that are not numbers or too large become 0.  Returns how many there are. */
static __attribute__((cold)) size_t NAME(silence_invalid)(VALUE *values, size_t frames)
{
	size_t invalid = 0;

	for (size_t i = 0; i < frames; i++)
		if (sample_bits((float)values[i]) > SAMPLE_MAX_BITS) {
			values[i] = 0;
			invalid++;
		}
	return invalid;
}

static void NAME(from_reals)(const struct bli_format *format, VALUE *restrict values,
			     union bli_sample_block *restrict block, size_t frames)
{
	const size_t whole = bli_sample_groups(frames);

	if (format->bytes == sizeof(float)) {
		for (size_t i = 0; format->is_swapped && i < whole; i++)
			block->words[i] = __builtin_bswap32(block->words[i]);
		for (size_t i = 0; i < whole; i++)
			values[i] = NAME(real_of)((VALUE)block->floats[i]);
	} else {
		for (size_t i = 0; format->is_swapped && i < whole; i++)
			block->longs[i] = __builtin_bswap64(block->longs[i]);
		for (size_t i = 0; i < whole; i++)
			values[i] = NAME(real_of)((VALUE)block->doubles[i]);
	}
}

LINKAGE bli_sample_load NAME(load);
size_t NAME(load)(const struct bli_format *format, void *values, const void *samples, ptrdiff_t step, size_t frames)
{
	size_t first = NAME(load_common)(format, values, samples, step, frames), count;

	/* the last frames in a whole group, with those before them once more, cost less than in a block */
	if (first > 0 && first < frames) {
		first = frames - BLI_SAMPLE_GROUP;
		first += NAME(load_common)(format, (VALUE *)values + first,
					   (const unsigned char *)samples + (ptrdiff_t)first * step, step,
					   BLI_SAMPLE_GROUP);
	}
	for (; first < frames; first += count) {
		const unsigned char *from = (const unsigned char *)samples + (ptrdiff_t)first * step;
		VALUE part[BLI_SAMPLE_BLOCK], *to;
		union bli_sample_block block;

		count = frames - first < BLI_SAMPLE_BLOCK ? frames - first : BLI_SAMPLE_BLOCK;
		to = count % BLI_SAMPLE_GROUP ? part : (VALUE *)values + first;
		bli_sample_gather(format, &block, from, step, count);
		if (format->is_float)
			NAME(from_reals)(format, to, &block, count);
		else
			NAME(from_integers)(format, to, &block, count);
		if (to == part)
			memcpy((VALUE *)values + first, part, count * sizeof(*part));
	}
	if (format->is_float && NAME(largest_bits)(values, frames) > SAMPLE_MAX_BITS)
		return NAME(silence_invalid)(values, frames);
	return 0;
}

/* The integer of a value, scale being that of full scale. */
static inline __attribute__((always_inline)) uint32_t NAME(round_sample)(VALUE value, double scale, const bool narrow)
{
	if (narrow) {
		float x = (float)value * (float)scale, most = (float)(scale - 1);

		x = SAMPLE_AT_LEAST(x, (float)-scale);
		return sample_round_float(SAMPLE_AT_MOST(x, most));
	} else {
		double x = (double)value * scale, most = scale - 1;

		x = SAMPLE_AT_LEAST(x, -scale);
		return sample_round_double(SAMPLE_AT_MOST(x, most));
	}
}

static inline __attribute__((always_inline)) void
NAME(store_loop)(const struct bli_format *format, unsigned char *restrict samples, ptrdiff_t step,
		 const VALUE *restrict values, size_t frames, const unsigned bytes, const bool narrow)
{
	const uint32_t offset = format->is_unsigned ? UINT32_C(1) << (format->bits - 1) : 0;
	const double scale = (double)(UINT32_C(1) << (format->bits - 1));
	size_t i = 0;

#ifdef SAMPLE_NEON
	if (narrow && bytes == 2 && format->bits == 16 && !format->is_unsigned)
		i = neon_store_16(samples, step, (const float *)values, frames);
#endif
	for (; i < frames; i++)
		bli_sample_put(samples + (ptrdiff_t)i * step, NAME(round_sample)(values[i], scale, narrow) + offset,
			       bytes);
}

/* in float, which is exact enough for 16 bits */
#define STORE_STEP(STEP, BYTES)								\
	NAME(store_loop)(format, samples, (STEP), values, whole, (BYTES),		\
			 sizeof(VALUE) == sizeof(float) && (BYTES) <= 2)
#define STORE(BYTES)									\
	case BYTES:									\
		if (step == (BYTES))							\
			STORE_STEP((BYTES), (BYTES));					\
		else									\
			STORE_STEP(step, (BYTES));					\
		return whole

/* The whole groups of the commonest formats, without a block.  Returns the number of frames. */
static size_t NAME(store_common)(const struct bli_format *format, unsigned char *samples, ptrdiff_t step,
				 const VALUE *values, size_t frames)
{
	const size_t whole = frames & ~(size_t)(BLI_SAMPLE_GROUP - 1);

	if (format->is_float || format->is_swapped)
		return 0;
	switch (format->bytes) {
	STORE(2);
	STORE(4);
	}
	return 0;
}

#undef STORE
#undef STORE_STEP

static void NAME(to_integers)(const struct bli_format *format, union bli_sample_block *restrict block,
			      const VALUE *restrict values, size_t frames)
{
	const size_t whole = bli_sample_groups(frames);
	unsigned char *words = (unsigned char *)block->words;

	if (sizeof(VALUE) == sizeof(float) && format->bits <= 20)
		NAME(store_loop)(format, words, 4, values, whole, 4, true);
	else
		NAME(store_loop)(format, words, 4, values, whole, 4, false);
	for (size_t i = 0; format->is_swapped && i < whole; i++)
		block->words[i] = bli_sample_swap(block->words[i], format->bytes);
}

static void NAME(to_reals)(const struct bli_format *format, union bli_sample_block *restrict block,
			   const VALUE *restrict values, size_t frames)
{
	const size_t whole = bli_sample_groups(frames);

	if (format->bytes == sizeof(float)) {
		for (size_t i = 0; i < whole; i++)
			block->floats[i] = (float)values[i];
		for (size_t i = 0; format->is_swapped && i < whole; i++)
			block->words[i] = __builtin_bswap32(block->words[i]);
	} else {
		for (size_t i = 0; i < whole; i++)
			block->doubles[i] = (double)values[i];
		for (size_t i = 0; format->is_swapped && i < whole; i++)
			block->longs[i] = __builtin_bswap64(block->longs[i]);
	}
}

/*
 * How many values round to integers beyond the format's; NaN fails the first
 * comparison.  The limits are half a step beyond the range, or the nearest
 * float, next to which there is none that rounds otherwise.
 */
static size_t NAME(count_beyond)(const struct bli_format *format, const VALUE *values, size_t frames)
{
	const double half = ldexp(0.5, 1 - (int)format->bits);
	const VALUE least = (VALUE)(-1 - half), most = (VALUE)(1 - half);
	unsigned beyond = 0;

	for (size_t i = 0; i < frames; i++)
		beyond += !(values[i] >= least) | (values[i] >= most);
	return beyond;
}

/* Raises the peak; returns how many values the format cannot hold, counted only if the largest is one of them. */
static size_t NAME(measure)(const struct bli_format *format, const VALUE *values, size_t frames, double *peak)
{
	int32_t largest = NAME(largest_bits)(values, frames);
	float largest_value;

	if (largest < SAMPLE_INFINITY_BITS)
		sample_raise_peak(peak, largest);
	else
		for (size_t i = 0; i < frames; i++)
			if (sample_bits((float)values[i]) < SAMPLE_INFINITY_BITS)
				sample_raise_peak(peak, sample_bits((float)values[i]));
	memcpy(&largest_value, &largest, sizeof(largest_value));
	if (format->is_float || largest_value < (float)(1 - ldexp(1, 1 - (int)format->bits)))
		return 0;
	return NAME(count_beyond)(format, values, frames);
}

LINKAGE bli_sample_store NAME(store);
size_t NAME(store)(const struct bli_format *format, void *samples, ptrdiff_t step, const void *values, size_t frames,
		   double *peak)
{
	size_t first = NAME(store_common)(format, samples, step, values, frames), count;

	/* see load */
	if (first > 0 && first < frames) {
		first = frames - BLI_SAMPLE_GROUP;
		first += NAME(store_common)(format, (unsigned char *)samples + (ptrdiff_t)first * step, step,
					    (const VALUE *)values + first, BLI_SAMPLE_GROUP);
	}
	for (; first < frames; first += count) {
		const VALUE *from = (const VALUE *)values + first;
		VALUE part[BLI_SAMPLE_BLOCK];
		union bli_sample_block block;

		count = frames - first < BLI_SAMPLE_BLOCK ? frames - first : BLI_SAMPLE_BLOCK;
		/* the last group is filled up with zeros */
		if (count % BLI_SAMPLE_GROUP) {
			memcpy(part, from, count * sizeof(*part));
			memset(part + count, 0, (bli_sample_groups(count) - count) * sizeof(*part));
			from = part;
		}
		if (format->is_float)
			NAME(to_reals)(format, &block, from, count);
		else
			NAME(to_integers)(format, &block, from, count);
		bli_sample_scatter(format, (unsigned char *)samples + (ptrdiff_t)first * step, step, &block, count);
	}
	return NAME(measure)(format, values, frames, peak);
}

static inline __attribute__((always_inline)) void
NAME(store_pair_loop)(const struct bli_format *format, unsigned char *restrict samples, const VALUE *restrict left,
		      const VALUE *restrict right, size_t frames, const unsigned bytes, const bool narrow)
{
	const uint32_t offset = format->is_unsigned ? UINT32_C(1) << (format->bits - 1) : 0;
	const double scale = (double)(UINT32_C(1) << (format->bits - 1));
	size_t i = 0;

#ifdef SAMPLE_NEON
	if (narrow && bytes == 2 && format->bits == 16 && !format->is_unsigned)
		i = neon_store_pair_16(samples, (const float *)left, (const float *)right, frames);
#endif
	for (; i < frames; i++) {
		bli_sample_put(samples + 2 * bytes * i, NAME(round_sample)(left[i], scale, narrow) + offset, bytes);
		bli_sample_put(samples + 2 * bytes * i + bytes, NAME(round_sample)(right[i], scale, narrow) + offset,
			       bytes);
	}
}

LINKAGE bli_sample_store_pair NAME(store_pair);
size_t NAME(store_pair)(const struct bli_format *format, void *samples, const void *const *values, size_t frames,
			double *peak)
{
	const VALUE *left = values[0], *right = values[1];
	const unsigned bytes = format->bytes;
	size_t done = frames & ~(size_t)(BLI_SAMPLE_GROUP - 1), clipped;
	unsigned char *rest;

	/* of the commonest formats the whole groups, in float as store_common() has it; store() does what is left */
	if (format->is_float || format->is_swapped)
		done = 0;
	else if (bytes == 2)
		NAME(store_pair_loop)(format, samples, left, right, done, 2, sizeof(VALUE) == sizeof(float));
	else if (bytes == 4)
		NAME(store_pair_loop)(format, samples, left, right, done, 4, false);
	else
		done = 0;
	clipped = NAME(measure)(format, left, done, peak) + NAME(measure)(format, right, done, peak);
	rest = (unsigned char *)samples + 2 * bytes * done;
	clipped += NAME(store)(format, rest, 2 * (ptrdiff_t)bytes, left + done, frames - done, peak);
	return clipped + NAME(store)(format, rest + bytes, 2 * (ptrdiff_t)bytes, right + done, frames - done, peak);
}
