/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters of other than linear phase: same magnitude, least delay, and the
 * factors that theory names.
 */
#include "corehelp.h"
#include "realfft.h"
#include "heapspy.h"
#include "phase.h"
#include "preset.h"

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

/* A linear-phase prototype and its response. */
struct prototype {
	char name[48];
	double pass, stop;	/* edges in cycles per tap */
	double attenuation_db;	/* what the response keeps from stop on, less 1 dB */
	double *h;		/* [count] */
	size_t count;
};

/* Fractions of the low rate's Nyquist frequency and the attenuation that the design is asked for. */
struct requirement {
	const char *name;
	double passband, stopband, attenuation_db;
	size_t per_frame;	/* taps per low-rate frame */
};

/* sharp and soft, few nulls and many, nulls missing far from the edge, rounding near the ripple, 30 to 2700 taps */
static const struct requirement others[] = {
	{ "soft", 0.9, 1.1, 40, 2 }, { "hardly any", 0.5, 0.6, 22, 2 }, { "no passband", 0, 1, 60, 2 },
	{ "narrow", 0.02, 1.02, 100, 2 }, { "low", 0.02, 0.03, 120, 2 }, { "wide", 0.3, 1.5, 120, 2 },
	{ "nearly all", 1.9, 1.95, 120, 2 }, { "half", 0.5, 0.7, 177, 2 }, { "sharp", 0.99, 1.01, 177, 2 },
	{ "sharper", 0.99, 1.005, 177, 2 }, { "190 dB", 0.9655, 1.02, 190, 2 }, { "220 dB", 0.5, 0.6, 220, 2 },
	{ "soft, 3", 0.9, 1.1, 40, 3 }, { "bli_fast, 3", 0.841, 1.02, 101.5, 3 }, { "bli, 3", 0.93, 1.02, 130, 3 },
	{ "bli_best, 3", 0.9655, 1.02, 177, 3 }, { "bli, 5", 0.93, 1.02, 130, 5 },
};

/*
 * bli_filter_phase gives the response at the times j − taps/2 + 1 − fraction.
 * The last of fraction 0 lies on the end of the window, alone: it is left out.
 */
static void make_prototype(struct prototype *prototype, const struct requirement *requirement)
{
	size_t per_frame = requirement->per_frame;
	struct bli_filter filter;
	double *h, sum = 0;

	prototype->pass = requirement->passband / 2 / (double)per_frame;
	prototype->stop = requirement->stopband / 2 / (double)per_frame;
	assert_int_equal(bli_filter_sinc(&filter, requirement->passband / 2, requirement->stopband / 2,
					 BLI_PASSBAND_DROOP_DB, requirement->attenuation_db, 2), 0);
	prototype->count = per_frame * filter.taps - 1;
	prototype->h = core_values(per_frame * filter.taps);
	h = core_values(3 * filter.taps);
	for (size_t place = 0; place < per_frame; place++) {
		bli_filter_phase(&filter, (double)(per_frame - 1 - place) / (double)per_frame, h, h + filter.taps);
		for (size_t j = 0; j < filter.taps; j++)
			prototype->h[per_frame * j + place] = h[j];
	}
	free(h);
	for (size_t n = 0; n < prototype->count; n++)
		sum += prototype->h[n];
	for (size_t n = 0; n < prototype->count; n++)
		prototype->h[n] /= sum;
}

/* Response of taps[n]·ratio^−n at k/size cycles per tap, k = 0 … size/2; to be freed. */
static struct bli_complex *response_of(const double *taps, size_t count, size_t size, double ratio)
{
	struct bli_complex *spectrum = malloc((size / 2 + 1) * sizeof(*spectrum));
	double *samples = core_values(size);
	struct bli_real_fft fft;

	assert_non_null(spectrum);
	assert_int_equal(bli_real_fft_open(&fft, size), 0);
	for (size_t n = 0; n < count; n++)
		samples[n] = taps[n] * pow(ratio, -(double)n);
	bli_real_fft_forward(&fft, samples, spectrum);
	bli_real_fft_close(&fft);
	free(samples);
	return spectrum;
}

static double magnitude(struct bli_complex value)
{
	return hypot(value.real, value.imaginary);
}

/* A power of two with at least `points` points of the response per tap. */
static size_t size_for(size_t count, size_t points)
{
	size_t size = 64;

	while (size < points * count)
		size *= 2;
	return size;
}

static double highest(const struct bli_complex *response, size_t size, double from)
{
	double peak = 0;

	for (size_t k = (size_t)ceil(from * (double)size); k <= size / 2; k++)
		peak = fmax(peak, magnitude(response[k]));
	return peak;
}

/* One design, which must succeed; prints nothing. */
static double *design(size_t *count, double *delay, const struct prototype *prototype, double phase)
{
	double *taps;

	assert_int_equal(bli_phase_apply(&taps, count, delay, prototype->h, prototype->count, phase,
					 prototype->attenuation_db), 0);
	assert_non_null(taps);
	return taps;
}

/* The magnitude is that of the prototype; the delay is that of the phase near 0 Hz. */
static void check_response(const struct prototype *prototype, const struct bli_complex *wanted, size_t size,
			   double phase)
{
	size_t count;
	double delay, cpu_ms = core_cpu_ms(), *taps = design(&count, &delay, prototype, phase), sum = 0;
	double limit = pow(10, -prototype->attenuation_db / 20), error = 0, low = 0, high = 0, omega = 1e-6, level_db;
	struct bli_complex *response;

	cpu_ms = core_cpu_ms() - cpu_ms;
	response = response_of(taps, count, size, 1);
	for (size_t k = 0; k <= size / 2; k++) {
		double is = magnitude(response[k]), was = magnitude(wanted[k]);

		if ((double)k / (double)size <= prototype->pass)
			error = fmax(error, fabs(is - was));
		if (was <= limit * pow(10, -1.0 / 20))
			assert_true(is < limit);
	}
	for (size_t n = 0; n < count; n++) {
		sum += taps[n];
		low += taps[n] * cos(omega * (double)n);
		high += taps[n] * sin(omega * (double)n);
	}
	level_db = 20 * log10(highest(response, size, prototype->stop));
	if (phase == 0 || phase == 25)
		printf("%-11s phase %3g: %4zu of %4zu taps, delay %7.2f, passband ± %.0e, stopband %6.1f dB, %.1f ms\n",
		       prototype->name, phase, count, prototype->count, delay, error, level_db, cpu_ms);
	assert_true(count <= prototype->count);
	assert_true(error <= 1e-7);
	assert_true(level_db < -prototype->attenuation_db);
	assert_true(fabs(sum - 1) < 1e-13);
	assert_true(fabs(atan2(high, low) / omega - delay) < 1e-4);
	free(response);
	free(taps);
}

static void check_magnitudes(struct prototype *prototype)
{
	static const double phases[] = { 0, 1, 10, 25, 37.5, 49.9, 50, 60, 75, 99, 100 };
	size_t size = size_for(prototype->count, 16);
	struct bli_complex *wanted = response_of(prototype->h, prototype->count, size, 1);

	/* the least that makes the whole stopband subject to the claim */
	prototype->attenuation_db = fmin(-20 * log10(highest(wanted, size, prototype->stop)) - 1.0001,
					 BLI_ATTENUATION_MAX_DB);
	for (size_t i = 0; i < COUNT(phases); i++)
		if (prototype->count < 1000 || phases[i] == 0 || phases[i] == 25)
			check_response(prototype, wanted, size, phases[i]);
	free(wanted);
}

/*
 * Minimum phase.  No filter of the same magnitude has more energy in its first
 * n taps for any n.  And on any circle outside of which there are no zeros the
 * phase is the Hilbert transform of the logarithm of the magnitude: here where
 * the powers of 1/radius fall by e^3 over the filter, so that the nulls on the
 * unit circle do not disturb.
 */
static void check_minimum(const struct prototype *prototype)
{
	size_t count, size = size_for(prototype->count, 64), half = size / 2;
	double delay, *taps = design(&count, &delay, prototype, 0), energy = 0, linear = 0, total = 0, worst = 0;
	double *cepstrum = core_values(size), turned = 0, last = 0;
	struct bli_complex *response, *log_response = calloc(half + 1, sizeof(*log_response));
	struct bli_real_fft fft;

	assert_non_null(log_response);
	for (size_t n = 0; n < prototype->count; n++)
		total += prototype->h[n] * prototype->h[n];
	for (size_t n = 0; n < count; n++) {
		energy += taps[n] * taps[n];
		linear += prototype->h[n] * prototype->h[n];
		assert_true(energy >= linear - 1e-7 * total);
	}
	assert_true(fabs(energy - total) < 1e-6 * total);

	response = response_of(taps, count, size, exp(3 / (double)count));
	assert_int_equal(bli_real_fft_open(&fft, size), 0);
	for (size_t k = 0; k <= half; k++)
		log_response[k].real = log(magnitude(response[k]));
	bli_real_fft_inverse(&fft, log_response, cepstrum);
	for (size_t n = 1; n < half; n++) {
		cepstrum[n] *= 2;
		cepstrum[size - n] = 0;
	}
	bli_real_fft_forward(&fft, cepstrum, log_response);
	for (size_t k = 0; k <= half; k++) {
		double phase = atan2(response[k].imaginary, response[k].real);

		turned += remainder(phase - last, 2 * M_PI);
		last = phase;
		worst = fmax(worst, fabs(turned - log_response[k].imaginary));
	}
	printf("%-11s minimum phase against the Hilbert transform: %.1e rad\n", prototype->name, worst);
	assert_true(worst < 1e-3);
	bli_real_fft_close(&fft);
	free(log_response);
	free(response);
	free(cepstrum);
	free(taps);
}

/* Delays rise with the phase as long as no taps are left out; 100 − p is p backwards; 50 is the prototype. */
static void check_order(const struct prototype *prototype, double step)
{
	struct prototype exact = *prototype;
	double delay, last = -1;
	size_t count;

	exact.attenuation_db = BLI_ATTENUATION_MAX_DB;
	for (double phase = 0; phase <= 100; phase += step) {
		double *taps = design(&count, &delay, prototype, phase), mirrored_delay;
		size_t mirrored_count;
		double *mirrored = design(&mirrored_count, &mirrored_delay, prototype, 100 - phase);

		assert_int_equal(mirrored_count, count);
		assert_true(fabs(delay + mirrored_delay - (double)(count - 1)) < 1e-9);
		for (size_t n = 0; n < count; n++)
			assert_true(fabs(taps[n] - mirrored[count - 1 - n]) <= (phase == 50 ? 1e-12 : 0));
		if (phase == 50) {
			assert_int_equal(count, prototype->count);
			/* they are made to add up to 1, and their sum is rounded once per tap */
			for (size_t n = 0; n < count; n++)
				assert_true(fabs(taps[n] - prototype->h[n]) < (double)count * DBL_EPSILON);
		}
		free(mirrored);
		free(taps);

		free(design(&count, &delay, &exact, phase));
		if (count == prototype->count) {
			assert_true(delay > last - 1e-9);
			last = delay;
		}
	}
	assert_true(last > (double)prototype->count / 2);
}

/* Phase of a response along the passband, unwrapped; to be freed. */
static double *passband_phase(const struct prototype *prototype, size_t size, double phase)
{
	size_t count, points = (size_t)(prototype->pass * (double)size);
	double delay, *taps = design(&count, &delay, prototype, phase), *result = core_values(points);
	struct bli_complex *response = response_of(taps, count, size, 1);

	for (size_t k = 1; k < points; k++) {
		double angle = atan2(response[k].imaginary, response[k].real);

		result[k] = result[k - 1] + remainder(angle - result[k - 1], 2 * M_PI);
	}
	free(response);
	free(taps);
	return result;
}

/* 25 lies half-way from minimum to linear: a pair of zeros, a turn of the phase, is the smallest step. */
static void check_halfway(const struct prototype *prototype)
{
	struct prototype exact = *prototype;
	size_t size = size_for(exact.count, 16), points = (size_t)(exact.pass * (double)size);
	double *least, *middle, *linear, worst = 0;

	exact.attenuation_db = BLI_ATTENUATION_MAX_DB;	/* nothing to be left out, which would shift the phase */
	least = passband_phase(&exact, size, 0);
	middle = passband_phase(&exact, size, 25);
	linear = passband_phase(&exact, size, 50);
	for (size_t k = 0; k < points; k++)
		worst = fmax(worst, fabs(middle[k] - (least[k] + linear[k]) / 2));
	printf("%-11s phase 25 within %.2f rad of half-way, of %.0f\n", prototype->name, worst,
	       least[points - 1] - linear[points - 1]);
	assert_true(worst < M_PI);
	free(linear);
	free(middle);
	free(least);
}

static void presets_keep_their_magnitude(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		const struct bli_requirement *asked = &preset->requirement;
		struct requirement requirement = { preset->name, asked->passband, asked->stopband,
						   asked->attenuation_db, 2 };
		struct prototype prototype = { .name = "" };

		if (asked->method != BLI_METHOD_SINC || strcmp(preset->name, "bli_high") == 0)
			continue;
		snprintf(prototype.name, sizeof(prototype.name), "%s", preset->name);
		make_prototype(&prototype, &requirement);
		check_magnitudes(&prototype);
		check_minimum(&prototype);
		check_order(&prototype, prototype.count < 300 ? 1 : 10);
		check_halfway(&prototype);
		free(prototype.h);
	}
}

static void other_filters_keep_their_magnitude(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		struct prototype prototype = { .name = "" };

		snprintf(prototype.name, sizeof(prototype.name), "%s", others[i].name);
		make_prototype(&prototype, &others[i]);
		check_magnitudes(&prototype);
		if (prototype.attenuation_db < 180)	/* beyond, rounding hides the phase in the stopband */
			check_minimum(&prototype);
		if (prototype.count < 200)
			check_order(&prototype, 10);
		free(prototype.h);
	}
}

/*
 * Scaled to equal sums of even and odd taps, as the phases of a stage are, the
 * response is 0 at half the sampling rate, and near it the lobes of one sign
 * only just reach 0: nulls come in close pairs.
 */
static void close_nulls_do_no_harm(void **state)
{
	static const struct requirement requirements[] = {
		{ "bli_fast", 0.841, 1.02, 101.5, 2 }, { "bli_best", 0.9655, 1.02, 177, 2 },
		{ "sharp", 0.99, 1.01, 177, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(requirements); i++) {
		struct prototype prototype = { .name = "" };
		double sums[2] = { 0 };

		snprintf(prototype.name, sizeof(prototype.name), "%s", requirements[i].name);
		make_prototype(&prototype, &requirements[i]);
		for (size_t n = 0; n < prototype.count; n++)
			sums[n % 2] += prototype.h[n];
		for (size_t n = 0; n < prototype.count; n++)
			prototype.h[n] /= 2 * sums[n % 2];
		check_magnitudes(&prototype);
		check_minimum(&prototype);
		free(prototype.h);
	}
}

/*
 * The promise of bli_fast with minimum phase at 44.1 to 48 kHz: the sharp filter
 * at 88.2 kHz and behind it a short one that stops the images around that.
 */
static void minimum_phase_is_quick(void **state)
{
	const struct bli_requirement *asked = &bli_preset_find("bli_fast")->requirement;
	struct requirement requirement = { "bli_fast", asked->passband, asked->stopband, asked->attenuation_db, 2 };
	struct prototype prototype = { .attenuation_db = asked->attenuation_db - 2 };
	struct bli_filter behind;
	double delay, delay_ms;
	size_t count;

	(void)state;
	make_prototype(&prototype, &requirement);
	free(design(&count, &delay, &prototype, 0));
	assert_int_equal(bli_filter_sinc(&behind, prototype.pass, 1 - prototype.stop, 0.0001,
					 asked->attenuation_db + 12, 2), 0);
	delay_ms = (delay + (double)behind.taps / 2) / 88.2;
	printf("bli_fast, minimum phase: %.3f ms, the linear one %.3f ms\n", delay_ms,
	       ((double)(prototype.count - 1) / 2 + (double)behind.taps / 2) / 88.2);
	assert_true(delay_ms < 0.25);
	free(prototype.h);
}

/* product[count + factor_count − 1] = taps[count] convolved with factor; in place. */
static size_t convolve(double *taps, size_t count, const double *factor, size_t factor_count)
{
	for (size_t n = count + factor_count - 1; n-- > 0;) {
		double sum = 0;

		for (size_t j = 0; j < factor_count && j <= n; j++)
			if (n - j < count)
				sum += taps[n - j] * factor[j];
		taps[n] = sum;
	}
	return count + factor_count - 1;
}

static void scale_to_1(double *taps, size_t count)
{
	double sum = 0;

	for (size_t n = 0; n < count; n++)
		sum += taps[n];
	for (size_t n = 0; n < count; n++)
		taps[n] /= sum;
}

/*
 * From given zeros, inside the unit circle and on it, the prototype and its
 * minimum-phase factor are known: the former has every zero and its inverse,
 * the latter the one inside twice.
 */
static void given_zeros_are_found(void **state)
{
	static const double pairs[][2] = { { 0.80, 0.4 }, { 0.76, 0.8 }, { 0.70, 1.2 }, { 0.60, 1.6 } };
	static const double on_axis[] = { 0.75, 0.2, -0.3 }, nulls[] = { 1.9, 2.1, 2.4, 2.8 };

	(void)state;
	for (int even = 0; even < 2; even++) {
		double factor[16] = { 1 }, reversed[16], h[64] = { 1 }, least[64] = { 1 }, inside[64][2], *taps;
		size_t half = 1, count = 1, same = 1, found;
		double delay, error = 0;

		for (size_t i = 0; i < COUNT(pairs); i++)
			half = convolve(factor, half, (double[]){ 1, -2 * pairs[i][0] * cos(pairs[i][1]),
								  pairs[i][0] * pairs[i][0] }, 3);
		for (size_t i = 0; i < COUNT(on_axis); i++)
			half = convolve(factor, half, (double[]){ 1, -on_axis[i] }, 2);
		for (size_t n = 0; n < half; n++)
			reversed[n] = factor[half - 1 - n];
		count = convolve(h, convolve(h, count, factor, half), reversed, half);
		same = convolve(least, convolve(least, same, factor, half), factor, half);
		for (size_t i = 0; i < COUNT(nulls) + (size_t)even; i++) {
			double null[] = { 1, i < COUNT(nulls) ? -2 * cos(nulls[i]) : 1, 1 };

			count = convolve(h, count, null, i < COUNT(nulls) ? 3 : 2);
			same = convolve(least, same, null, i < COUNT(nulls) ? 3 : 2);
		}
		scale_to_1(h, count);
		scale_to_1(least, same);

		assert_int_equal(bli_zeros_inside(inside, &found, h, count), 0);
		assert_int_equal(found, COUNT(pairs) + COUNT(on_axis));
		for (size_t i = 0; i < COUNT(pairs); i++) {	/* behind the two on the positive axis */
			assert_true(fabs(inside[2 + i][0] - pairs[i][0] * cos(pairs[i][1])) < 1e-10);
			assert_true(fabs(inside[2 + i][1] - pairs[i][0] * sin(pairs[i][1])) < 1e-10);
		}
		assert_true(fabs(fmax(inside[0][0], inside[1][0]) - 0.75) < 1e-10);
		assert_true(fabs(fmin(inside[0][0], inside[1][0]) - 0.2) < 1e-10);
		assert_true(fabs(inside[found - 1][0] + 0.3) < 1e-10 && inside[found - 1][1] == 0);

		assert_int_equal(bli_phase_apply(&taps, &same, &delay, h, count, 0, BLI_ATTENUATION_MAX_DB), 0);
		assert_int_equal(same, count);
		for (size_t n = 0; n < count; n++)
			error = fmax(error, fabs(taps[n] - least[n]) / fabs(least[0]));
		printf("%zu taps of given zeros: minimum phase within %.1e of the first\n", count, error);
		assert_true(error < 1e-8);
		free(taps);
	}
}

/* Nothing to reflect: a single tap, two, and a filter of nulls only stay what they are. */
static void short_filters_stay(void **state)
{
	static const double filters[][5] = { { 1 }, { 0.5, 0.5 }, { 0.25, 0.5, 0.25 }, { 0.125, 0.375, 0.375, 0.125 },
					     { 0.2, 0.2, 0.2, 0.2, 0.2 } };

	(void)state;
	for (size_t i = 0; i < COUNT(filters); i++) {
		double delay, *taps;
		size_t count;

		assert_int_equal(bli_phase_apply(&taps, &count, &delay, filters[i], i + 1, 0, 100), 0);
		assert_int_equal(count, i + 1);
		for (size_t n = 0; n < count; n++)
			assert_true(fabs(taps[n] - filters[i][n]) < 1e-7);
		free(taps);
	}
}

static void wrong_arguments_are_refused(void **state)
{
	static const double good[] = { 0.25, 0.5, 0.25 }, skew[] = { 0.25, 0.5, 0.2500001 }, loud[] = { 0.3, 0.5, 0.3 },
			    nan_tap[] = { 0.25, NAN, 0.25 };
	const struct {
		const double *h;
		size_t count;
		double phase, attenuation_db;
	} calls[] = {
		{ good, 0, 0, 100 }, { good, BLI_ZEROS_TAPS_MAX + 1, 0, 100 }, { skew, 3, 0, 100 }, { loud, 3, 0, 100 },
		{ nan_tap, 3, 0, 100 }, { good, 3, -0.1, 100 }, { good, 3, 100.1, 100 }, { good, 3, NAN, 100 },
		{ good, 3, INFINITY, 100 }, { good, 3, 0, BLI_ATTENUATION_MIN_DB - 1 },
		{ good, 3, 0, BLI_ATTENUATION_MAX_DB + 1 }, { good, 3, 0, NAN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		double delay, rest, *taps = &rest;
		size_t count;

		assert_int_equal(bli_phase_apply(&taps, &count, &delay, calls[i].h, calls[i].count, calls[i].phase,
						 calls[i].attenuation_db), -EINVAL);
		assert_null(taps);
	}
}

/* Whatever allocation fails, the error is −ENOMEM and nothing stays behind. */
static void failed_allocations_are_reported(void **state)
{
	static const struct requirement requirement = { "", 0.5, 1.0, 60, 2 };
	struct prototype prototype = { .attenuation_db = 58 };
	unsigned long failing = 0;
	int error = -ENOMEM;

	(void)state;
	if (!HEAPSPY_POSSIBLE)
		skip();
	make_prototype(&prototype, &requirement);
	while (error) {
		double delay, *taps;
		size_t count;
		long live;

		heapspy_start(++failing);
		error = bli_phase_apply(&taps, &count, &delay, prototype.h, prototype.count, 0, 58);
		if (!error)
			free(taps);
		live = heapspy_live();
		heapspy_stop();
		assert_int_equal(live, 0);
		assert_true(error == 0 || (error == -ENOMEM && !taps));
	}
	assert_true(failing > 5);
	printf("%lu allocations failed\n", failing - 1);
	free(prototype.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_zeros_are_found),
		cmocka_unit_test(short_filters_stay),
		cmocka_unit_test(presets_keep_their_magnitude),
		cmocka_unit_test(other_filters_keep_their_magnitude),
		cmocka_unit_test(close_nulls_do_no_harm),
		cmocka_unit_test(minimum_phase_is_quick),
		cmocka_unit_test(wrong_arguments_are_refused),
		cmocka_unit_test(failed_allocations_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
