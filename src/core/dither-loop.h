/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Running dither (see dither.h).  Included by every kernel's file once per VALUE
 * (float or double), with NAME(x) and LINKAGE (static or extern) defined, so
 * that each instruction set gets its own vectors.
 */

#ifndef BLI_DITHER_LOOP_H
#define BLI_DITHER_LOOP_H

#include <math.h>

#define DITHER_BLOCK 64		/* frames; whole vectors, and whole draws */
#define DITHER_STEP (INT64_C(1) << BLI_DITHER_FRACTION_BITS)
#define DITHER_MAGIC 0x1.8p52	/* added to a double, leaves its nearest integer in the low bits */
#define DITHER_MAGIC_BITS UINT64_C(0x4338000000000000)

/*
 * Triangular noise from random bits, −65535 … 65535 units of 2^−16 step, and the
 * half step by which rounding down becomes rounding to nearest.
 */
static inline __attribute__((always_inline)) int64_t dither_noise(uint64_t low_bits, uint64_t high_bits)
{
	const int64_t unit = DITHER_STEP >> 16;

	return (int64_t)((low_bits & 0xffff) + (high_bits & 0xffff)) * unit + (DITHER_STEP / 2 - 0xffff * unit);
}

/* The noise of the draw in use and of those behind it that `frames` frames need, noise[] being the draw's first. */
static void dither_draw(struct bli_dither_channel *channel, int64_t *restrict noise, size_t frames)
{
	const size_t served = channel->used + frames;
	uint64_t *restrict s0 = channel->state[0], *restrict s1 = channel->state[1];

	for (size_t first = 0; first < served; first += BLI_DITHER_DRAW) {
		for (size_t i = 0; i < BLI_DITHER_GENERATORS; i++) {
			uint64_t random = s0[i] + s1[i];

			noise[first + i] = dither_noise(random, random >> 16);
			noise[first + BLI_DITHER_GENERATORS + i] = dither_noise(random >> 32, random >> 48);
		}
		if (served - first < BLI_DITHER_DRAW)
			break;
		for (size_t i = 0; i < BLI_DITHER_GENERATORS; i++) {
			uint64_t a = s0[i] ^ s0[i] << 23, b = s1[i];

			s0[i] = b;
			s1[i] = a ^ b ^ a >> 18 ^ b >> 5;
		}
	}
	channel->used = served % BLI_DITHER_DRAW;
}

/* The nearest integer, plus DITHER_MAGIC_BITS; values beyond twice full scale, and NaN, as if they were just there. */
static inline __attribute__((always_inline)) uint64_t dither_integer(double x, double scale)
{
	double sum;
	uint64_t bits;

	x = x > -2 ? x : -2;
	x = x < 2 ? x : 2;
	sum = x * scale + DITHER_MAGIC;
	memcpy(&bits, &sum, sizeof(bits));
	return bits;
}

/*
 * Each value less twice the last error, plus the one before that.  What has to
 * wait for the last error is kept short: subtracting it, the mask, the difference
 * of the two, and the choice below.
 */
static void dither_feed_back(struct bli_dither_channel *channel, int64_t *restrict values,
			     const int64_t *restrict noise, size_t frames, int64_t full_scale)
{
	int64_t last = channel->error[0], before = channel->error[1];

	for (size_t i = 0; i < frames; i++) {
		int64_t partly = values[i] + before, with_noise = partly + noise[i];
		int64_t wanted = partly - 2 * last, rounded = (with_noise - 2 * last) & -DITHER_STEP;

		before = last;
		/* beyond full scale the error is the clipping's, which must not be fed back */
		last = wanted > -full_scale && wanted < full_scale ? rounded - wanted : 0;
		values[i] = rounded;
	}
	channel->error[0] = last;
	channel->error[1] = before;
}

#endif

/* And back, but for values beyond twice full scale and NaN. */
static inline __attribute__((always_inline)) VALUE NAME(dithered)(VALUE value, uint64_t bits, double unit)
{
	double sum;

	memcpy(&sum, &bits, sizeof(sum));
	return value > -2 && value < 2 ? (VALUE)((sum - DITHER_MAGIC) * unit) : value;
}

static void NAME(dither_tpdf)(VALUE *restrict values, const int64_t *restrict noise, double scale)
{
	const double unit = 1 / scale;

	for (size_t i = 0; i < DITHER_BLOCK; i++) {
		/* the mask leaves DITHER_MAGIC_BITS as they are */
		uint64_t bits = dither_integer((double)values[i], scale) + (uint64_t)noise[i];

		values[i] = NAME(dithered)(values[i], bits & (uint64_t)-DITHER_STEP, unit);
	}
}

static void NAME(dither_shaped)(struct bli_dither_channel *channel, VALUE *restrict values,
				const int64_t *restrict noise, size_t frames, double scale)
{
	const double unit = 1 / scale;
	int64_t integers[DITHER_BLOCK];

	for (size_t i = 0; i < DITHER_BLOCK; i++)
		integers[i] = (int64_t)(dither_integer((double)values[i], scale) - DITHER_MAGIC_BITS);
	dither_feed_back(channel, integers, noise, frames, (int64_t)scale);
	for (size_t i = 0; i < DITHER_BLOCK; i++)
		values[i] = NAME(dithered)(values[i], (uint64_t)integers[i] + DITHER_MAGIC_BITS, unit);
}

LINKAGE bli_dither_run NAME(dither);
void NAME(dither)(struct bli_dither *dither, size_t channel_index, void *values_in_place, size_t frames)
{
	struct bli_dither_channel *channel = &dither->channel[channel_index];
	/* the integer of full scale */
	const double scale = ldexp(1, BLI_DITHER_FRACTION_BITS - 1 + (int)dither->bits);
	VALUE *values = values_in_place;

	if (dither->kind == BLI_DITHER_NONE)
		return;
	while (frames > 0) {
		const size_t used = channel->used, room = DITHER_BLOCK - used, count = frames < room ? frames : room;
		int64_t noise[DITHER_BLOCK + BLI_DITHER_DRAW];
		VALUE part[DITHER_BLOCK], *block = count < DITHER_BLOCK ? part : values;

		/* what is less than a block is filled up with zeros */
		if (block == part) {
			memset(part, 0, sizeof(part));
			memcpy(part, values, count * sizeof(*part));
			memset(noise, 0, sizeof(noise));
		}
		dither_draw(channel, noise, count);
		if (dither->kind == BLI_DITHER_TPDF)
			NAME(dither_tpdf)(block, noise + used, scale);
		else
			NAME(dither_shaped)(channel, block, noise + used, count, scale);
		if (block == part)
			memcpy(values, part, count * sizeof(*part));
		values += count;
		frames -= count;
	}
}
