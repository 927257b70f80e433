/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kaiser.h"

#include <float.h>
#include <math.h>

double bli_kaiser_beta(double attenuation_db)
{
	if (attenuation_db > 50)
		return 0.1102 * (attenuation_db - 8.7);
	if (attenuation_db > 21)
		return 0.5842 * pow(attenuation_db - 21, 0.4) + 0.07886 * (attenuation_db - 21);
	return 0;
}

/*
 * I0(2·√z) = Σ z^k / k!², with z = (β²/4)·(1 − u²) for the Kaiser window
 * (Abramowitz & Stegun 9.6.12).  All terms are positive, so the sum loses
 * nothing.
 */
void bli_kaiser_set(struct bli_kaiser *kaiser, double beta)
{
	double z = beta * beta / 4, term = 1, sum = 0;
	unsigned terms = 0;

	kaiser->beta = beta;
	while (terms < BLI_KAISER_TERMS && (terms < 2 || term > sum * DBL_EPSILON / 8)) {
		kaiser->coefficient[terms] = term;
		sum += term;
		terms++;
		term *= z / ((double)terms * terms);
	}
	for (unsigned k = 0; k < terms; k++)
		kaiser->coefficient[k] /= sum;
	kaiser->terms = terms;
}

double bli_kaiser_at(const struct bli_kaiser *kaiser, double u)
{
	double v = 1 - u * u, w = 0;

	for (unsigned k = kaiser->terms; k-- > 0;)
		w = w * v + kaiser->coefficient[k];
	return w;
}
