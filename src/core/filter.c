/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define TAPS_MAX ((size_t)1 << 24)

/*
 * I0(2·sqrt(z)) = Σ z^k / k!², with z = (beta²/4)·(1 − u²) for the Kaiser
 * window (Abramowitz & Stegun 9.6.12).  All terms are positive, so the sum
 * loses nothing; divided by I0(beta) the window is 1 at its centre.
 */
static void kaiser_window_set(struct bli_filter *filter, double beta)
{
	double z = beta * beta / 4, term = 1, sum = 0;
	unsigned terms = 0;

	filter->beta = beta;
	while (terms < BLI_BESSEL_TERMS && (terms < 2 || term > sum * DBL_EPSILON / 8)) {
		filter->bessel[terms] = term;
		sum += term;
		terms++;
		term *= z / ((double)terms * terms);
	}
	for (unsigned k = 0; k < terms; k++)
		filter->bessel[k] /= sum;
	filter->bessel_terms = terms;
}

static double kaiser_window(const struct bli_filter *filter, double u)
{
	double v = 1 - u * u, w = 0;

	for (unsigned k = filter->bessel_terms; k-- > 0;)
		w = w * v + filter->bessel[k];
	return w;
}

/*
 * Response of the windowed ideal low-pass at an offset x below its cut-off, x
 * in units of 1/(window length): 1/2 + 1/π·∫0…1 w(u)·sin(π·x·u)/u du.  The
 * window's transform is narrow against the passband, so the other edge at
 * −cutoff adds nothing.  The integrand is smooth and even: the midpoint rule
 * converges fast; 64 points are good to 1e-9 for x up to 10.
 */
static double edge_response(const struct bli_filter *filter, double x)
{
	enum { POINTS = 64 };
	double sum = 0;

	for (int i = 0; i < POINTS; i++) {
		double u = (i + 0.5) / POINTS;

		sum += kaiser_window(filter, u) * sin(M_PI * x * u) / u;
	}
	return 0.5 + sum / (M_PI * POINTS);
}

/* Offset x (see edge_response) at which the response has drooped by droop_db. */
static double passband_offset(const struct bli_filter *filter, double stop_offset, double droop_db)
{
	double target = pow(10, -droop_db / 20), low = 0, high = stop_offset;

	for (int i = 0; i < 30; i++) {
		double middle = (low + high) / 2;

		if (edge_response(filter, middle) < target)
			low = middle;
		else
			high = middle;
	}
	return high;
}

int bli_filter_sinc(struct bli_filter *filter, double pass, double stop, double droop_db,
		    double attenuation_db, size_t multiple)
{
	double stop_offset, taps;

	memset(filter, 0, sizeof(*filter));
	if (!(pass >= 0 && pass < stop && droop_db > 0 && attenuation_db >= 20 && attenuation_db <= 200))
		return -EINVAL;
	filter->method = BLI_METHOD_SINC;

	/* Kaiser 1974, eqs. for beta and for the length; half the transition lies beyond the cut-off */
	kaiser_window_set(filter, attenuation_db > 50 ? 0.1102 * (attenuation_db - 8.7)
			  : attenuation_db > 21 ? 0.5842 * pow(attenuation_db - 21, 0.4) + 0.07886 * (attenuation_db - 21)
			  : 0);
	stop_offset = (attenuation_db - 7.95) / 28.72;

	taps = (stop_offset + passband_offset(filter, stop_offset, droop_db)) / (stop - pass);
	taps = ceil(taps / (double)multiple) * (double)multiple;
	if (!(taps <= (double)TAPS_MAX))
		return -EINVAL;
	filter->taps = (size_t)taps;
	filter->cutoff = stop - stop_offset / taps;
	return 0;
}

void bli_filter_linear(struct bli_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->method = BLI_METHOD_LINEAR;
	filter->taps = 2;
	filter->cutoff = 0.5;
}

/* h[j] = sinc(2·cutoff·t)·w(2t/taps), t = start + j; unscaled */
static void sinc_taps(const struct bli_filter *filter, double start, double *h, double *scratch)
{
	size_t taps = filter->taps;
	double *v = scratch, *w = scratch + taps, omega = 2 * M_PI * filter->cutoff;

	for (size_t j = 0; j < taps; j++) {
		double u = (start + (double)j) * 2 / (double)taps;

		v[j] = u * u < 1 ? 1 - u * u : 0;
		w[j] = 0;
	}
	/* term by term over all taps, which the compiler turns into vectors */
	for (unsigned k = filter->bessel_terms; k-- > 0;) {
		double term = filter->bessel[k];

		for (size_t j = 0; j < taps; j++)
			w[j] = w[j] * v[j] + term;
	}
	for (size_t j = 0; j < taps; j++) {
		double x = omega * (start + (double)j);

		h[j] = (fabs(x) < 1e-9 ? 1 : sin(x) / x) * w[j];
	}
}

void bli_filter_phase(const struct bli_filter *filter, double fraction, double *h, double *scratch)
{
	size_t taps = filter->taps;
	double start = 1 - (double)taps / 2 - fraction, sum = 0;

	switch (filter->method) {
	case BLI_METHOD_SINC:
		sinc_taps(filter, start, h, scratch);
		break;
	case BLI_METHOD_LINEAR:
		for (size_t j = 0; j < taps; j++)
			h[j] = 1 - fabs(start + (double)j);
		break;
	}
	for (size_t j = 0; j < taps; j++)
		sum += h[j];
	for (size_t j = 0; j < taps; j++)
		h[j] /= sum;
}
