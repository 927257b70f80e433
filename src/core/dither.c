/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither: a
 * theoretical survey", JAES 40 (1992): triangular dither of ±1 step makes mean
 * and variance of the total error independent of the signal.
 */
#include "dither.h"

#include <math.h>
#include <string.h>

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): one step, and the number drawn */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Triangular in −1 … 1: the sum of two uniform numbers of 32 bits. */
static double triangular(uint64_t *state)
{
	uint64_t random = next_random(state);

	return ((double)(uint32_t)random + (double)(random >> 32)) * 0x1p-32 - 1;
}

void bli_dither_init(struct bli_dither *dither, enum bli_dither_kind kind, unsigned bits, uint64_t seed)
{
	memset(dither, 0, sizeof(*dither));
	dither->kind = bits >= 1 && bits <= BLI_DITHER_BITS_MAX ? kind : BLI_DITHER_NONE;
	dither->step = ldexp(1, 1 - (int)bits);
	dither->seed = seed;
	bli_dither_reset(dither);
}

void bli_dither_reset(struct bli_dither *dither)
{
	uint64_t seed = dither->seed;

	for (size_t channel = 0; channel < BLI_DITHER_CHANNELS_MAX; channel++)
		dither->state[channel] = next_random(&seed);
	memset(dither->error, 0, sizeof(dither->error));
}

static double dithered(struct bli_dither *dither, size_t channel, double value)
{
	double *error = dither->error[channel], noise = triangular(&dither->state[channel]) * dither->step;
	double wanted, rounded;

	/* rounded here, in double: a float would round the sum before it is rounded to steps */
	if (dither->kind == BLI_DITHER_TPDF)
		return rint((value + noise) / dither->step) * dither->step;
	wanted = value - 2 * error[0] + error[1];
	rounded = rint((wanted + noise) / dither->step) * dither->step;
	error[1] = error[0];
	/* beyond full scale the error is the clipping's, which must not be fed back */
	error[0] = fabs(wanted) < 1 ? rounded - wanted : 0;
	return rounded;
}

double bli_dither_most(const struct bli_dither *dither)
{
	/* triangular noise of a step and half a step of rounding; shaped, with 1 + 2 + 1 times that */
	switch (dither->kind) {
	case BLI_DITHER_TPDF:
		return 1.5 * dither->step;
	case BLI_DITHER_SHAPED:
		return 6 * dither->step;
	default:
		return 0;
	}
}

void bli_dither_run(struct bli_dither *dither, enum bli_precision precision, size_t channel, void *values,
		    size_t frames)
{
	if (dither->kind == BLI_DITHER_NONE)
		return;
	for (size_t i = 0; i < frames; i++)
		if (precision == BLI_FLOAT)
			((float *)values)[i] = (float)dithered(dither, channel, ((float *)values)[i]);
		else
			((double *)values)[i] = dithered(dither, channel, ((double *)values)[i]);
}
