/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dither: noise that makes the error of rounding to few bits independent of
 * the signal.
 *
 * S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and dither: a
 * theoretical survey", JAES 40 (1992): triangular dither of ±1 step makes mean
 * and variance of the total error independent of the signal.
 *
 * Values are rounded here and not by the store: in float, adding the noise would
 * already round once.  They become integers in units of 2^−30 step, so that
 * rounding is an addition and a mask, whatever rounding mode the process has
 * set.  In error feedback each frame waits for the one before it: for four
 * integer operations of one cycle instead of five of floating point, which take
 * three or four cycles each.
 */
#ifndef BLI_DITHER_H
#define BLI_DITHER_H

#include <stddef.h>
#include <stdint.h>

enum bli_dither_kind {
	BLI_DITHER_NONE,
	BLI_DITHER_TPDF,	/* triangular density, ±1 step: error white, 4.77 dB above plain rounding */
	BLI_DITHER_SHAPED,	/* TPDF, its error shaped by (1 − z⁻¹)²: towards high frequencies */
};

#define BLI_DITHER_CHANNELS_MAX 64
#define BLI_DITHER_BITS_MAX 20	/* finer outputs need none */

/*
 * The integers resolve 2^−30 of a step.  At 20 bits, twice full scale is 2^50
 * such units: below the 2^51 up to which adding 1.5·2^52 makes an integer of a
 * double.
 */
#define BLI_DITHER_FRACTION_BITS 30

/*
 * Random numbers of a channel: xorshift128+ (S. Vigna, "Further scramblings of
 * Marsaglia's xorshift generators", J. Comput. Appl. Math. 315 (2017)), eight
 * of them side by side for vectors.  The 64 bits that one draws make the
 * triangular noise of two frames, each the sum of two uniform numbers of 16
 * bits.  Noise in parts of 2^−16 step leaves the mean error depending on the
 * signal by 2^−17 step at most.
 */
#define BLI_DITHER_GENERATORS 8
#define BLI_DITHER_DRAW (2 * BLI_DITHER_GENERATORS)	/* frames that one step of all generators serves */

struct bli_dither_channel {
	uint64_t state[2][BLI_DITHER_GENERATORS];	/* of the generators, at the draw in use */
	unsigned used;		/* frames that this draw has served, 0 … BLI_DITHER_DRAW − 1 */
	int64_t error[2];	/* of the last two frames, newest first, in units of 2^−30 step; shaped only */
};

struct bli_dither {
	enum bli_dither_kind kind;
	unsigned bits;			/* of the output format, full scale being 1 */
	uint64_t seed;
	struct bli_dither_channel channel[BLI_DITHER_CHANNELS_MAX];
};

/*
 * Set up for `bits` of output (0 or above BLI_DITHER_BITS_MAX the kind becomes
 * none) with a seed: equal seeds give equal noise, channels differ.
 */
void bli_dither_init(struct bli_dither *dither, enum bli_dither_kind kind, unsigned bits, uint64_t seed);

/* Start over, as after bli_dither_init().  Real-time safe. */
void bli_dither_reset(struct bli_dither *dither);

/*
 * Dither values[frames] (float or double) of a channel in place, to whole steps;
 * values of twice full scale and more, and NaN, stay as they are.  Every kernel
 * has its own (dither-loop.h), and from equal values all give the same.  The
 * result does not depend on how a stream is cut into calls.  Real-time safe.
 */
typedef void bli_dither_run(struct bli_dither *dither, size_t channel, void *values, size_t frames);

/* The most that dither and rounding change a value by, full scale being 1; 0 without dither.  Real-time safe. */
double bli_dither_most(const struct bli_dither *dither);

#endif
