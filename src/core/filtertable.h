/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filter tables: a windowed-sinc low-pass sampled 256 times per zero crossing.
 *
 * A table is the right wing of a symmetric impulse response. Time is counted in
 * samples at the lower of the two rates of a conversion, so entry i lies i/256
 * samples from the centre. Frequencies are fractions of that rate's Nyquist
 * frequency: 1.0 is Nyquist.
 *
 * Nothing here is real-time safe except bli_filter_table_gain(). No function
 * keeps state; a table may be read from several threads at once.
 */
#ifndef BLI_FILTERTABLE_H
#define BLI_FILTERTABLE_H

#include <stdbool.h>
#include <stddef.h>

#define BLI_FILTER_PER_CROSSING 256u	/* table steps per zero crossing (Npc) */
#define BLI_FILTER_NMULT_MIN 3u
#define BLI_FILTER_NMULT_MAX 8191u	/* 1 048 320 entries a wing */
#define BLI_FILTER_BETA_MIN 1.0
#define BLI_FILTER_BETA_MAX 100.0
#define BLI_FILTER_FULL_SCALE 32767.0	/* the peak of a 16-bit table */

/*
 * coefs and deltas are normalised: the gain at 0 Hz is 1, that is
 * (coefs[0] + 2 (coefs[1] + … + coefs[length-1])) / per_crossing = 1, the mean
 * over all phases of the sum of the coefficients one phase uses. The file
 * holds coefs[i] * unit.
 */
struct bli_filter_table {
	unsigned nmult;		/* zero crossings + 1, odd, 3 to 8191 */
	unsigned per_crossing;	/* 256 */
	size_t length;		/* Nwing = per_crossing (nmult - 1) / 2 */
	double scale;		/* LpScl, the ScaleFactor of the file; not applied */
	double unit;		/* file value of a coefficient of 1.0 */
	bool integers;		/* the file holds 16-bit integers, not decimal fractions */
	double *coefs;		/* [length] right wing, coefs[0] the centre */
	double *deltas;		/* [length] coefs[i + 1] - coefs[i], the last one -coefs[length - 1] */
};

/* What a table is designed from. */
struct bli_filter_shape {
	double rolloff;		/* -6 dB point as a fraction of Nyquist, 0 < rolloff <= 1 */
	double beta;		/* of the Kaiser window, 1 to 100 */
	unsigned nmult;		/* odd, 3 to 8191 */
};

/*
 * Allocates coefs and deltas, all zero, for an odd nmult of 3 to 8191 and sets
 * nmult, per_crossing and length. The old contents of *table are not looked at.
 * Returns 0, -EINVAL (nmult) or -ENOMEM; *table is empty after an error.
 */
int bli_filter_table_alloc(struct bli_filter_table *table, unsigned nmult);

/* Frees what the table holds and empties it. An empty table may be freed again. */
void bli_filter_table_free(struct bli_filter_table *table);

/*
 * Turns coefs from the values of a file into normalised ones; sets unit and
 * deltas. Returns 0, or -EDOM, with the table unchanged, when the table is no
 * low-pass: its coefficients sum up to less than the largest of them.
 */
int bli_filter_table_normalise(struct bli_filter_table *table);

/*
 * Designs a table as the classic windowfilter(1) does; with `integers` rounded
 * to 16 bits, which limits the stop-band attenuation to 80 to 90 dB, without it
 * in full precision.
 * Returns 0, -EINVAL (a value of *shape out of its range), -ENOMEM; *table is
 * empty after an error.
 */
int bli_filter_table_design(struct bli_filter_table *table,
			    const struct bli_filter_shape *shape, bool integers);

/*
 * Chooses the shape for a passband edge, a stop-band edge (fractions of
 * Nyquist, 0 < passband < stopband, their mean at most 1) and a stop-band
 * attenuation of 25 to 200 dB by Kaiser's formulas.
 * Returns 0, -EINVAL (a value out of its range) or -ERANGE (the filter would
 * need an nmult above 8191); *shape is unchanged after an error.
 */
int bli_filter_shape_choose(struct bli_filter_shape *shape, double passband,
			    double stopband, double attenuation_db);

/*
 * Gain, signed and linear, at `frequency` (fraction of Nyquist, 0 to
 * per_crossing). Takes one cosine per table entry.
 */
double bli_filter_table_gain(const struct bli_filter_table *table, double frequency);

#endif
