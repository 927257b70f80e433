/* SPDX-License-Identifier: LGPL-2.1-or-later */
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

void bli_dither_init(struct bli_dither *dither, enum bli_dither_kind kind, unsigned bits, uint64_t seed)
{
	dither->kind = bits >= 1 && bits <= BLI_DITHER_BITS_MAX ? kind : BLI_DITHER_NONE;
	dither->bits = bits;
	dither->seed = seed;
	bli_dither_reset(dither);
}

void bli_dither_reset(struct bli_dither *dither)
{
	uint64_t seed = dither->seed;

	memset(dither->channel, 0, sizeof(dither->channel));
	for (size_t c = 0; dither->kind != BLI_DITHER_NONE && c < BLI_DITHER_CHANNELS_MAX; c++)
		for (size_t i = 0; i < BLI_DITHER_GENERATORS; i++) {
			/* not both 0, where a generator stays: SplitMix64 gives 0 once in 2^64 numbers */
			dither->channel[c].state[0][i] = next_random(&seed);
			dither->channel[c].state[1][i] = next_random(&seed);
		}
}

double bli_dither_most(const struct bli_dither *dither)
{
	double step = ldexp(1, 1 - (int)dither->bits);

	/* triangular noise of a step and half a step of rounding; shaped, with 1 + 2 + 1 times that */
	switch (dither->kind) {
	case BLI_DITHER_TPDF:
		return 1.5 * step;
	case BLI_DITHER_SHAPED:
		return 6 * step;
	default:
		return 0;
	}
}
