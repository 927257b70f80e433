/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dither: noise that makes the error of rounding to few bits independent of
 * the signal.
 */
#ifndef BLI_DITHER_H
#define BLI_DITHER_H

#include "filter.h"

#include <stdint.h>

enum bli_dither_kind {
	BLI_DITHER_NONE,
	BLI_DITHER_TPDF,	/* triangular density, ±1 step: error white, 4.77 dB above plain rounding */
	BLI_DITHER_SHAPED,	/* TPDF, its error shaped by (1 − z⁻¹)²: towards high frequencies */
};

#define BLI_DITHER_CHANNELS_MAX 64
#define BLI_DITHER_BITS_MAX 20	/* finer outputs need none */

struct bli_dither {
	enum bli_dither_kind kind;
	double step;			/* of the output format, full scale being 1 */
	uint64_t seed;
	uint64_t state[BLI_DITHER_CHANNELS_MAX];	/* of each channel's random numbers */
	double error[BLI_DITHER_CHANNELS_MAX][2];	/* of the last two frames, shaped only */
};

/*
 * Set up for `bits` of output (above BLI_DITHER_BITS_MAX the kind becomes none)
 * with a seed: equal seeds give equal noise, channels differ.
 */
void bli_dither_init(struct bli_dither *dither, enum bli_dither_kind kind, unsigned bits, uint64_t seed);

/* Start over, as after bli_dither_init().  Real-time safe. */
void bli_dither_reset(struct bli_dither *dither);

/*
 * Dither values[frames] (float or double) of a channel in place, to whole steps.
 * Real-time safe.
 */
void bli_dither_run(struct bli_dither *dither, enum bli_precision precision, size_t channel, void *values,
		    size_t frames);

/* The most that a dithered value, rounding included, differs from what it was. */
double bli_dither_most(const struct bli_dither *dither);

#endif
