/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exact fractions: what a user types as a rate or a factor, and what a resampler can do with it. */
#ifndef BLI_RATIO_H
#define BLI_RATIO_H

#include <stdbool.h>
#include <stdint.h>

/* num/den in lowest terms, both 1 … RATIO_TERM_MAX. */
struct ratio {
	uint64_t num, den;
};

#define RATIO_TERM_MAX (UINT64_C(1) << 62)

/*
 * Reads a positive decimal (44100, 0.91875, 1e-1) or a quotient of two
 * (147/160), whatever the locale. Exact up to 18 digits on either side.
 * Returns 0; -EINVAL (not such a number); -ERANGE (zero, or beyond what a
 * ratio holds); *ratio is unchanged then.
 */
int ratio_parse(struct ratio *ratio, const char *text);

/* A finite positive number exactly, if it is one; returns 0 or -ERANGE. */
int ratio_from_double(struct ratio *ratio, double number);

/*
 * quotient = dividend / divisor, exact if its terms fit, otherwise to about
 * 1e-16 of itself for quotients from 1/1000 to 1000. Returns 0 or -ERANGE.
 */
int ratio_divide(struct ratio *quotient, const struct ratio *dividend, const struct ratio *divisor);

/* product = a · b, likewise. */
int ratio_multiply(struct ratio *product, const struct ratio *a, const struct ratio *b);

/*
 * A fraction for a factor: the factor itself if num ≤ RATIO_EXACT_NUM_MAX and
 * den ≤ RATIO_EXACT_DEN_MAX, otherwise the simplest within 2^-31 (4.7e-10) of
 * it. Its terms are some ten thousand as a rule, but up to 2^31 right beside
 * a simple fraction.
 */
void ratio_simplify(struct ratio *simple, const struct ratio *factor);

#define RATIO_EXACT_NUM_MAX (UINT64_C(1) << 17)
#define RATIO_EXACT_DEN_MAX (UINT64_C(1) << 21)

/*
 * The conversions, one after the other, for a factor of 1/1000 to 1000: one as
 * above, or two if that has terms beyond RATIO_PARTS_TERM_MAX. Their product
 * is within 2^-30 (9.3e-10) of the factor, their terms are below
 * RATIO_PARTS_TERM_MAX; of two, the one that hardly changes the rate stands where it
 * is lower. Returns how many, 1 or 2.
 */
unsigned ratio_split(struct ratio parts[2], const struct ratio *factor);

#define RATIO_PARTS_TERM_MAX (UINT64_C(1) << 21)

/* frames · ratio, rounded to nearest, halves up; saturates at INT64_MAX. frames ≥ 0. */
int64_t ratio_frames(const struct ratio *ratio, int64_t frames);

/* True if 1/limit ≤ ratio ≤ limit. */
bool ratio_within(const struct ratio *ratio, unsigned limit);

/* The quotient in double precision. */
double ratio_number(const struct ratio *ratio);

#endif
