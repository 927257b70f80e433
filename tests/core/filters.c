/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters: the response of what bli_filter_phase() gives, by direct summation,
 * against what was asked of the design.
 */
#include "filter.h"
#include "filtertable.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct requirement {
	double pass, stop, droop_db, attenuation_db;
	size_t multiple;
};

/* wide and narrow, for decimation too, what the presets ask, short filters of high-rate stages */
static const struct requirement requirements[] = {
	{ 0.40, 0.60, 0.09, 30, 2 }, { 0.45, 0.55, 0.09, 40, 2 }, { 0.45, 0.51, 0.09, 50, 2 },
	{ 0.30, 0.51, 0.09, 60, 4 }, { 0.48, 0.51, 0.09, 80, 2 },
	{ 0.4205, 0.51, 0.09, 101.5, 2 }, { 0.4505, 0.51, 0.09, 116.5, 2 }, { 0.465, 0.51, 0.09, 130, 2 },
	{ 0.48275, 0.51, 0.09, 177, 2 }, { 0.465, 0.51, 0.09, 200, 8 },
	{ 0.495, 0.505, 0.09, 130, 2 }, { 0.499, 0.503, 0.09, 100, 2 }, { 0.495, 0.505, 0.09, 200, 2 },
	{ 0.10, 0.12, 0.09, 130, 2 }, { 0.02, 0.025, 0.09, 100, 2 }, { 0.01, 0.03, 0.09, 160, 2 },
	{ 0.2325, 0.745, 0.0001, 142, 4 }, { 0.11625, 0.8725, 0.0001, 142, 8 }, { 0.2414, 0.745, 0.0001, 189, 4 },
	{ 0.0290, 0.96812, 0.0001, 142, 2 }, { 0.49, 1.20, 0.0001, 120, 2 }, { 0.3, 1.7, 0.001, 110, 2 },
	{ 0, 0.1, 0.09, 80, 2 }, { 0.05, 0.5, 3, 60, 2 }, { 0.4, 0.5, 0.01, 220, 2 },
};

/*
 * The impulse response as the phases give it, at the times
 * t = j − taps/2 + 1 − p/phases, scaled to a sum of 1 over all phases' mean.
 */
struct response {
	struct bli_filter filter;
	size_t phases, taps;
	double *h;		/* [phases][taps] */
};

static void sample_response(struct response *response, const struct bli_filter *filter, size_t phases)
{
	double *scratch = malloc(2 * filter->taps * sizeof(*scratch));

	response->filter = *filter;
	response->phases = phases;
	response->taps = filter->taps;
	response->h = malloc(phases * filter->taps * sizeof(*response->h));
	assert_true(scratch && response->h);
	for (size_t p = 0; p < phases; p++)
		bli_filter_phase(filter, (double)p / (double)phases, response->h + p * filter->taps, scratch);
	free(scratch);
}

/* Magnitude at a frequency in cycles per input frame: the discrete Fourier transform, of even symmetry. */
static double response_at(const struct response *response, double frequency)
{
	double sum = 0;

	for (size_t p = 0; p < response->phases; p++)
		for (size_t j = 0; j < response->taps; j++) {
			double t = (double)j + 1 - (double)(response->taps / 2) - (double)p / (double)response->phases;

			sum += response->h[p * response->taps + j] * cos(2 * M_PI * frequency * t);
		}
	return fabs(sum) / (double)response->phases;
}

static double decibels(double magnitude)
{
	return 20 * log10(magnitude + 1e-300);
}

/* Kaiser's length for a passband that ends where the ripple is as in the stopband (ISCAS 1974, eq. 6). */
static double kaiser_taps(const struct requirement *requirement)
{
	return (requirement->attenuation_db - 7.95) / (14.36 * (requirement->stop - requirement->pass));
}

/* Extremes in dB of the response over points from `from` to `to`. */
static void extremes(const struct response *response, double from, double to, size_t points, double *least,
		     double *most)
{
	*least = INFINITY;
	*most = -INFINITY;
	for (size_t i = 0; i < points; i++) {
		double level = decibels(response_at(response, from + (to - from) * (double)i / (double)(points - 1)));

		*least = fmin(*least, level);
		*most = fmax(*most, level);
	}
}

/*
 * How far side lobes may reach above the attenuation asked for.  Kaiser's beta is
 * a fit, up to 1.5 dB short at both ends of the range.  In a filter
 * of few zero crossings the edge at the negative cut-off adds to it.
 */
static double margin_db(const struct bli_filter *filter)
{
	double crossings = filter->cutoff * (double)filter->taps;

	return crossings < 20 ? 6 : 1.5;
}

/* Whether a filter does what is wanted of it; says so. */
static bool response_holds(const struct requirement *wanted)
{
	struct bli_filter filter;
	struct response response;
	/* ripple of a window design is the same on both sides of the transition */
	double ripple, ripple_db;
	double margin, pass_least, pass_most, stop_near, stop_far, dc, ignored, lobe;
	/* what a lifted edge may add */
	double lift_db = 0.05;
	bool ok;

	assert_int_equal(bli_filter_sinc(&filter, wanted->pass, wanted->stop, wanted->droop_db,
					 wanted->attenuation_db, wanted->multiple), 0);
	assert_true(filter.taps % wanted->multiple == 0 && filter.taps >= 2);
	/* images of the sampling lie at `phases`, far from all that is looked at */
	sample_response(&response, &filter, (size_t)ceil(4 * wanted->stop) + 2);
	lobe = 1 / (double)filter.taps;
	dc = response_at(&response, 0);
	margin = margin_db(&filter);
	ripple = pow(10, (margin - wanted->attenuation_db) / 20);
	/* relative to the response at DC, which may itself be at the ripple's other end */
	ripple_db = 20 * log10(1 + 2 * ripple);
	extremes(&response, 0, wanted->pass, 60, &pass_least, &pass_most);
	/* side lobes next to the edge, all of them; then at random up to half of the sampling */
	extremes(&response, wanted->stop, wanted->stop + 6 * lobe, 60, &ignored, &stop_near);
	extremes(&response, wanted->stop + 6 * lobe, (double)response.phases / 2, 97, &ignored, &stop_far);
	ok = fabs(dc - 1) <= 1e-12 + (wanted->stop > 1 ? ripple : 0) &&
	     pass_least >= -wanted->droop_db - ripple_db - 1e-9 && pass_most <= lift_db + ripple_db + 1e-9 &&
	     stop_near <= -wanted->attenuation_db + margin &&
	     stop_far <= -wanted->attenuation_db + margin &&
	     /* however small the droop */
	     (double)filter.taps <= 1.15 * kaiser_taps(wanted) + 2 * (double)wanted->multiple;
	print_message("%s %.4f…%.4f, %.4g dB droop, %5.1f dB: %6zu taps, %.2f of Kaiser's; DC %+.1e, "
		      "passband %+.5f…%+.6f dB, stopband %.2f (beyond: %.2f) dB\n", ok ? "ok  " : "FAIL", wanted->pass,
		      wanted->stop, wanted->droop_db, wanted->attenuation_db, filter.taps,
		      (double)filter.taps / kaiser_taps(wanted), dc - 1, pass_least, pass_most, stop_near, stop_far);
	free(response.h);
	return ok;
}

static void test_responses(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(requirements); i++)
		failed += !response_holds(&requirements[i]);
	assert_int_equal(failed, 0);
}

/* I0 by its integral, (1/π)·∫ exp(x·cos θ) dθ over 0…π: the trapezoidal rule converges exponentially. */
static long double bessel_i0(long double x)
{
	long double sum = (expl(x) + expl(-x)) / 2;

	for (int i = 1; i < 64; i++)
		sum += expl(x * cosl(3.14159265358979323846264338327950288L * i / 64));
	return sum / 64;
}

#define PI 3.14159265358979323846264338327950288L

static long double sinc(long double x)
{
	return x == 0 ? 1 : sinl(x) / x;
}

/* A filter's Kaiser-windowed sinc with its lift, as if it had this cut-off and these taps. */
static long double windowed_sinc(const struct bli_filter *filter, long double cutoff, size_t taps, long double t)
{
	long double x = 2 * PI * cutoff * t, u = 2 * t / (long double)taps, rest = 1 - u * u > 0 ? 1 - u * u : 0;
	long double lift = filter->lift, beta = filter->kaiser.beta, low = 1 - 1 / ((long double)taps * cutoff);

	return ((1 + lift) * sinc(x) - lift * low * sinc(low * x)) * bessel_i0(beta * sqrtl(rest)) / bessel_i0(beta);
}

/*
 * The shortest: with `multiple` fewer taps, and the cut-off where the stopband
 * is met as before, the passband droops too much.
 */
static void test_shortest(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(requirements); i++) {
		const struct requirement *wanted = &requirements[i];
		struct bli_filter filter;
		double cutoff, pass = 0, dc = 0, droop_db;
		size_t taps;

		assert_int_equal(bli_filter_sinc(&filter, wanted->pass, wanted->stop, wanted->droop_db,
						 wanted->attenuation_db, wanted->multiple), 0);
		taps = filter.taps - wanted->multiple;
		/* not where ripple outweighs the droop, or where there is only a handful of taps */
		if (pow(10, -wanted->attenuation_db / 20) > wanted->droop_db / 100 || taps < 8 * wanted->multiple ||
		    wanted->pass == 0)
			continue;
		compared++;
		cutoff = wanted->stop - (wanted->stop - filter.cutoff) * (double)filter.taps / (double)taps;
		/* four points a frame: images of the sampling stay far away */
		for (size_t i4 = 0; i4 < 2 * taps; i4++) {
			double t = (double)i4 / 4, h = (double)windowed_sinc(&filter, cutoff, taps, t) * (i4 ? 2 : 1);

			dc += h;
			pass += h * cos(2 * M_PI * wanted->pass * t);
		}
		droop_db = -decibels(pass / dc);
		if (!(droop_db > wanted->droop_db * 0.999))
			fail_msg("%g…%g, %g dB: %zu taps would do, with a droop of %g dB", wanted->pass, wanted->stop,
				 wanted->attenuation_db, taps, droop_db);
	}
	assert_true(compared >= 10);
}

struct deviations {
	double tap, symmetry, sum, mean;
};

static void raise_to(double *worst, double value)
{
	/* not fmax, which passes over a NaN */
	if (!(value <= *worst))
		*worst = value;
}

/* One phase against the formula scaled to its own sum, or the filter's scale where that is not 1 for each phase. */
static void check_phase(struct deviations *worst, const struct response *response, size_t p)
{
	const struct bli_filter *filter = &response->filter;
	const double *h = response->h + p * filter->taps, peak = 2 * filter->cutoff;
	const double *mirror = response->h + (p ? response->phases - p : 0) * filter->taps;
	long double sum = 0, *expected = malloc(filter->taps * sizeof(*expected));
	size_t newest = filter->taps - (p ? 1 : 2);

	assert_non_null(expected);
	for (size_t j = 0; j < filter->taps; j++) {
		long double t = (long double)j + 1 - (long double)(filter->taps / 2) -
				(long double)p / (long double)response->phases;

		expected[j] = windowed_sinc(filter, filter->cutoff, filter->taps, t);
		sum += expected[j];
	}
	for (size_t j = 0; j < filter->taps; j++) {
		raise_to(&worst->tap, fabs(h[j] - (double)(filter->stop <= 1 ? expected[j] / sum
							    : expected[j] * (long double)filter->scale)) / peak);
		if (j <= newest)
			raise_to(&worst->symmetry, fabs(h[j] - mirror[newest - j]) / peak);
	}
	free(expected);
}

/* Every tap against the formula of a Kaiser-windowed sinc; symmetry; sums of phases. */
static void test_taps(void **state)
{
	struct deviations worst = { 0, 0, 0, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(requirements); i++) {
		const struct requirement *wanted = &requirements[i];
		/* beyond a stopband that starts above 1, images of DC are only attenuated */
		double image = wanted->stop > 1 ? pow(10, -wanted->attenuation_db / 20) : 1e-12, mean = 0;
		struct response response;
		struct bli_filter filter;

		assert_int_equal(bli_filter_sinc(&filter, wanted->pass, wanted->stop, wanted->droop_db,
						 wanted->attenuation_db, wanted->multiple), 0);
		sample_response(&response, &filter, 7);
		for (size_t p = 0; p < 7; p++) {
			double sum = 0;

			if (filter.taps < 1000)
				check_phase(&worst, &response, p);
			for (size_t j = 0; j < filter.taps; j++)
				sum += response.h[p * filter.taps + j];
			if (wanted->stop <= 1)
				raise_to(&worst.sum, fabs(sum - 1));
			mean += sum / 7;
		}
		raise_to(&worst.mean, fabs(mean - 1) / image);
		free(response.h);
	}
	print_message("largest deviation of a tap %.1e of the peak, from symmetry %.1e; of a phase's sum %.1e; "
		      "of all phases' mean, %.2f of what is allowed\n",
		      worst.tap, worst.symmetry, worst.sum, worst.mean);
	/* −260 dB: far below the highest attenuation */
	assert_true(worst.tap < 1e-13);
	assert_true(worst.symmetry < 1e-13);
	assert_true(worst.sum < 1e-14);
	assert_true(worst.mean < 1);
}

/* Response of a filter's samples about its delay, which is all of it where the phase is linear. */
static double centred_response(const struct bli_filter *filter, size_t per_frame, double frequency)
{
	double *h = malloc(3 * filter->taps * sizeof(*h)), sum = 0;

	assert_non_null(h);
	for (size_t part = 0; part < per_frame; part++) {
		bli_filter_phase(filter, (double)part / (double)per_frame, h, h + filter->taps);
		for (size_t j = 0; j < filter->taps; j++) {
			double age = (double)(filter->taps - 1 - j) + (double)part / (double)per_frame;

			sum += h[j] * cos(2 * M_PI * frequency * (age - filter->delay));
		}
	}
	free(h);
	return sum / (double)per_frame;
}

/* A convolved filter has the product of both responses, at any spacing, also with a phase that was set. */
static void test_convolved(void **state)
{
	static const double fir[] = { 0.7, 0.25, -0.1 };

	(void)state;
	for (size_t per_frame = 1; per_frame <= 3; per_frame++)
		for (size_t spacing = 1; spacing <= 4; spacing++) {
			struct bli_filter plain, convolved;

			assert_int_equal(bli_filter_sinc(&plain, 0.3, 0.4, 0.09, 100, 2), 0);
			convolved = plain;
			assert_int_equal(bli_filter_convolve(&convolved, fir, 2, spacing, per_frame), 0);
			assert_int_equal(convolved.taps % 2, 0);
			/* the x87 has more bits here than in memory */
			assert_true(fabs(convolved.delay - plain.delay - 2.0 * (double)spacing / (double)per_frame) < 1e-12);
			for (double frequency = 0; frequency < 0.5; frequency += 0.01) {
				double turn = 2 * M_PI * frequency * (double)spacing / (double)per_frame;
				double factor = fir[0] + 2 * fir[1] * cos(turn) + 2 * fir[2] * cos(2 * turn);
				double expected = factor * centred_response(&plain, per_frame, frequency);

				double found = centred_response(&convolved, per_frame, frequency);

				/* the first sample of a window is left out: at 100 dB it is worth 3e-6 */
				assert_true(fabs(found - expected) < 1e-5);
			}
			bli_filter_free(&convolved);
			/* once more on samples that the filter owns */
			assert_int_equal(bli_filter_set_phase(&plain, BLI_PHASE_MINIMUM, per_frame, 100), 0);
			convolved = plain;
			convolved.samples = malloc(plain.taps * per_frame * sizeof(*plain.samples));
			assert_non_null(convolved.samples);
			memcpy(convolved.samples, plain.samples, plain.taps * per_frame * sizeof(*plain.samples));
			assert_int_equal(bli_filter_convolve(&convolved, fir, 2, spacing, per_frame), 0);
			for (size_t i = 0; i < plain.taps * per_frame - 2 * spacing; i++) {
				double expected = fir[0] * plain.samples[i];

				for (size_t k = 1; k <= 2; k++)
					expected += fir[k] * ((i >= k * spacing ? plain.samples[i - k * spacing] : 0) +
							      plain.samples[i + k * spacing]);
				assert_true(fabs(convolved.samples[i + 2 * spacing] - expected) < 1e-15);
			}
			bli_filter_free(&convolved);
			bli_filter_free(&plain);
		}
}

static void test_linear(void **state)
{
	struct bli_filter filter;
	double h[2], scratch[4];

	(void)state;
	bli_filter_linear(&filter);
	assert_int_equal(filter.taps, 2);
	for (int p = 0; p < 16; p++) {
		bli_filter_phase(&filter, p / 16.0, h, scratch);
		assert_true(h[0] == 1 - p / 16.0 && h[1] == p / 16.0);
	}
}

/* A table's value at a time in entries, as its documentation says. */
static double table_at(const struct bli_filter_table *table, double place, bool nearest)
{
	size_t entry = (size_t)(nearest ? floor(place + 0.5) : floor(place));

	if (entry >= table->length)
		return 0;
	return table->coefs[entry] + (nearest ? 0 : (place - floor(place)) * table->deltas[entry]);
}

static void check_table(const struct bli_filter_table *table, double factor, bool nearest)
{
	struct bli_filter filter;
	struct response response;
	size_t phases = 16;
	double sum = 0;

	assert_int_equal(bli_filter_from_table(&filter, table, factor, nearest), 0);
	assert_int_equal(filter.taps, 2 * (size_t)ceil((double)table->length / 256 / factor));
	sample_response(&response, &filter, phases);
	for (size_t p = 0; p < phases; p++)
		for (size_t j = 0; j < filter.taps; j++) {
			double t = (double)j + 1 - (double)filter.taps / 2 - (double)p / (double)phases;
			double expected = factor * table_at(table, fabs(t) * 256 * factor, nearest);

			assert_float_equal(response.h[p * filter.taps + j], expected, 1e-12);
			sum += response.h[p * filter.taps + j] / (double)phases;
		}
	assert_float_equal(sum, 1, 1e-3);
	free(response.h);
}

/* A table of a windowed sinc, of 16-bit integers or of decimal fractions. */
static void make_table(struct bli_filter_table *table, bool integers)
{
	const struct bli_filter window = { .kaiser = { .beta = 9 } };
	assert_int_equal(bli_filter_table_alloc(table, 27), 0);
	for (size_t i = 0; i < table->length; i++) {
		table->coefs[i] = 32767 * (double)windowed_sinc(&window, 0.45, 26, i / 256.0L);
		if (integers)
			table->coefs[i] = rint(table->coefs[i]);
	}
	assert_int_equal(bli_filter_table_normalise(table), 0);
}

static void test_table(void **state)
{
	struct bli_filter_table table;
	struct bli_filter filter;

	(void)state;
	for (int integers = 0; integers < 2; integers++) {
		make_table(&table, integers);
		/* factors whose products with 256 are whole, and others: nearest has no ties there */
		for (int nearest = 0; nearest < 2; nearest++) {
			check_table(&table, 1, nearest);
			check_table(&table, 0.5, nearest);
			check_table(&table, 160.0 / 441, nearest);
			check_table(&table, 1.0 / 768, nearest);
		}
		assert_int_equal(bli_filter_from_table(&filter, &table, 0, false), -EINVAL);
		assert_int_equal(bli_filter_from_table(&filter, &table, 1e-7, false), -EINVAL);
		assert_int_equal(bli_filter_from_table(&filter, &table, NAN, false), -EINVAL);
		bli_filter_table_free(&table);
	}
}

static void test_refusals(void **state)
{
	static const struct requirement wrong[] = {
		{ -0.1, 0.5, 0.09, 100, 2 }, { 0.5, 0.5, 0.09, 100, 2 }, { 0.6, 0.5, 0.09, 100, 2 },
		{ NAN, 0.5, 0.09, 100, 2 }, { 0.4, NAN, 0.09, 100, 2 }, { 0.4, 0.5, NAN, 100, 2 },
		{ 0.4, 0.5, 0.09, NAN, 2 }, { 0.4, 0.5, 0, 100, 2 }, { 0.4, 0.5, -1, 100, 2 },
		{ 0.4, 0.5, 0.09, 19.9, 2 }, { 0.4, 0.5, 0.09, 220.1, 2 }, { 0.4, 0.5, 0.09, INFINITY, 2 },
		{ 0.5, 0.5000002, 0.09, 100, 2 }, { 0.5, 0.5 + DBL_EPSILON, 0.09, 100, 2 },
		{ -INFINITY, 0.5, 0.09, 100, 2 }, { 0.4, INFINITY, 0.09, 100, 2 },
	};
	struct bli_filter filter;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (bli_filter_sinc(&filter, wrong[i].pass, wrong[i].stop, wrong[i].droop_db, wrong[i].attenuation_db,
				    wrong[i].multiple) != -EINVAL)
			fail_msg("%g…%g, %g dB droop, %g dB is accepted", wrong[i].pass, wrong[i].stop,
				 wrong[i].droop_db, wrong[i].attenuation_db);
	assert_int_equal(bli_filter_sinc(&filter, 0.4, 0.5, 0.09, BLI_ATTENUATION_MIN_DB, 2), 0);
	assert_int_equal(bli_filter_sinc(&filter, 0.4, 0.5, 0.09, BLI_ATTENUATION_MAX_DB, 2), 0);
	assert_in_range(filter.kaiser.terms, 1, BLI_KAISER_TERMS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_shortest),
		cmocka_unit_test(test_taps),
		cmocka_unit_test(test_convolved),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
