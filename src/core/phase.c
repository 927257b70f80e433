/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "phase.h"
#include "fft.h"
#include "filter.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SYMMETRY_ERROR_MAX 1e-12
#define SUM_ERROR_MAX 1e-6

/* What may be left out at the ends, as the sum of magnitudes: bounds the change at any frequency. */
#define LEFT_OUT_MAX 4e-8
#define LEFT_OUT_OF_RIPPLE 0.1	/* of the stopband's ripple: less than 1 dB */

/* Products of so many factors, each of at most 4 and rarely below 0.01, stay in range. */
#define FACTORS_PER_PRODUCT 64

static bool is_prototype(const double *h, size_t count)
{
	double sum = 0;

	for (size_t n = 0; n < count; n++) {
		if (!(fabs(h[n] - h[count - 1 - n]) <= SYMMETRY_ERROR_MAX))
			return false;
		sum += h[n];
	}
	return fabs(sum - 1) <= SUM_ERROR_MAX;
}

/* i's bits mirrored behind the point (van der Corput): its first values divide 0 … 1 evenly, wherever one stops. */
static double evenly_spread(size_t i)
{
	double value = 0, weight = 0.5;

	for (; i; i /= 2, weight /= 2)
		value += (double)(i % 2) * weight;
	return value;
}

/*
 * Reflect zeros of a spectrum from outside the unit circle to inside[].  With
 * F(w) = 1 − z·w for a zero inside, w = exp(−iω), F·w̄/F̄ replaces it for the
 * one outside, and is 1 at 0 Hz for a pair as well as on the axis.  As only the
 * argument of that counts, it is applied for the product of many: (ΠF)²·w̄^n/|ΠF|².
 */
static void reflect(struct bli_complex *spectrum, const struct bli_fft *fft, double (*inside)[2], const size_t *chosen,
		    size_t count)
{
	for (size_t k = 0; k <= fft->size / 2; k++) {
		struct bli_complex w = k < fft->size / 2 ? fft->turns[k] : (struct bli_complex){ -1, 0 };
		struct bli_complex product = { 1, 0 }, s = spectrum[k];
		double w2_real = w.real * w.real - w.imaginary * w.imaginary, w2_imaginary = 2 * w.real * w.imaginary;

		for (size_t i = 0; i < count; i++) {
			const double *z = inside[chosen[i]];
			double linear = -2 * z[0], square = z[0] * z[0] + z[1] * z[1];
			struct bli_complex f = { 1 + linear * w.real + square * w2_real,
						 linear * w.imaginary + square * w2_imaginary };
			(void)f;
		}
		(void)product; (void)s;
	}
}
