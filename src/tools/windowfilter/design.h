/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filter designs: the three numbers of the classic windowfilter(1), the table
 * that they give, and how they follow from the response that is wanted.
 * Frequencies are fractions of the Nyquist frequency of the lower rate.
 */
#ifndef BLI_DESIGN_H
#define BLI_DESIGN_H

#include "filtertable.h"
#include "response.h"

#define DESIGN_BETA_MIN 1.0
#define DESIGN_BETA_MAX 100.0
#define DESIGN_ATTENUATION_MIN_DB 25.0
#define DESIGN_ATTENUATION_MAX_DB 190.0	/* room above it for design_meet() */

struct design {
	double rolloff;		/* −6 dB point, 0 < rolloff ≤ 1 */
	double beta;		/* of the Kaiser window, DESIGN_BETA_MIN … _MAX */
	unsigned nmult;		/* odd, BLI_FILTER_NMULT_MIN … _MAX */
};

/* The classic defaults: roll-off 0.90, beta 9, Nmult 65. */
extern const struct design design_defaults;

/*
 * Make the table of a design as the classic windowfilter(1) does, the formulas
 * being those of bli-filter(5); with `integers` rounded to 16 bits, which leaves
 * a stopband attenuation of 70 to 90 dB, without it in full precision.
 * Returns 0, −EINVAL (a value of *design out of its range), −ENOMEM; *table is
 * empty after an error.
 */
int design_table(const struct design *design, struct bli_filter_table *table, bool integers);

/*
 * Choose a design for these bands (0 < passband < stopband, their mean at most
 * 1) and a stopband attenuation of 25 to 200 dB by Kaiser's formulas.
 * Returns 0, −EINVAL (a value out of its range) or −ERANGE (the filter would
 * need an nmult above BLI_FILTER_NMULT_MAX); *design is unchanged after an error.
 */
int design_choose(struct design *design, const struct response_bands *bands, double attenuation_db);

/*
 * Choose a design whose table, not rounded, has the stopband attenuation
 * DESIGN_ATTENUATION_MIN_DB … _MAX_DB in these bands by measurement.  Kaiser's
 * formulas are fits that fall up to 5 dB short at high attenuations, so they are
 * asked for that much more.
 * Returns 0, −EINVAL (a value out of its range), −ERANGE (needs an nmult above
 * BLI_FILTER_NMULT_MAX) or −ENOMEM; *design is unspecified after an error.
 */
int design_meet(struct design *design, const struct response_bands *bands, double attenuation_db);

#endif
