/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filter tables: a low-pass impulse response sampled 256 times per zero
 * crossing, as filter files hold it.
 *
 * A table is the right wing of a symmetric impulse response.  Time is counted in
 * frames at the lower of the two rates of a conversion, so entry i lies i/256
 * frames from the centre.
 *
 * Nothing here is real-time safe.  No function keeps state; a table may be read
 * from several threads at once.
 */
#ifndef BLI_FILTERTABLE_H
#define BLI_FILTERTABLE_H

#include "setup.h"

#include <stdbool.h>
#include <stddef.h>

#define BLI_FILTER_PER_CROSSING 256	/* table entries per zero crossing (Npc) */
#define BLI_FILTER_NMULT_MIN 3
#define BLI_FILTER_NMULT_MAX 8191	/* 1 048 320 entries a wing */

/*
 * coefs and deltas are normalised: the gain at 0 Hz is 1, that is
 * (coefs[0] + 2·(coefs[1] + … + coefs[length − 1]))/per_crossing = 1, the mean
 * over all phases of the sum of the coefficients that one phase uses.
 */
struct bli_filter_table {
	unsigned nmult;		/* zero crossings + 1, odd, BLI_FILTER_NMULT_MIN … _MAX */
	unsigned per_crossing;	/* BLI_FILTER_PER_CROSSING */
	size_t length;		/* Nwing = per_crossing·(nmult − 1)/2 */
	double scale;		/* LpScl, the ScaleFactor of the file; not applied */
	double unit;		/* what a coefficient of 1.0 is in the file */
	bool integers;		/* the file holds 16-bit integers, not decimal fractions */
	double *coefs;		/* [length] right wing, coefs[0] the centre */
	double *deltas;		/* [length] coefs[i + 1] − coefs[i], the last one −coefs[length − 1] */
};

/*
 * Allocate coefs and deltas, all zero, for an odd nmult in range and set nmult,
 * per_crossing and length.  The old contents of *table are not looked at.
 * Returns 0, −EINVAL (nmult) or −ENOMEM; *table is empty after an error.
 */
BLI_SETUP
int bli_filter_table_alloc(struct bli_filter_table *table, unsigned nmult);

/* Free what the table holds and empty it.  An empty table may be freed again. */
void bli_filter_table_free(struct bli_filter_table *table);

/*
 * Turn coefs from the values of a file into normalised ones; set unit and
 * deltas.  Returns 0, or −EDOM, with the table unchanged, where it is no
 * low-pass: its coefficients add up to less than the largest of them.
 */
BLI_SETUP
int bli_filter_table_normalise(struct bli_filter_table *table);

#endif
