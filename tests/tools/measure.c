/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The measuring itself, on systems whose every figure is known from theory:
 * before a converter is judged, so is the judge.
 */
#include "measure/measure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define PERIOD 100

/* in[t] for t in 0…, 0 before: systems here are built from it */
static double at(const double *in, long t)
{
	return t < 0 ? 0 : in[t];
}

static int run_average(void *context, const double *in, double *out, size_t periods)
{
	(void)context;
	for (long n = 0; n < (long)(periods * PERIOD); n++)
		out[n] = (in[n] + at(in, n - 1)) / 2;
	return 0;
}

static int run_delay(void *context, const double *in, double *out, size_t periods)
{
	for (long n = 0; n < (long)(periods * PERIOD); n++)
		out[n] = at(in, n - *(const long *)context);
	return 0;
}

/* every second frame, unfiltered */
static int run_decimate(void *context, const double *in, double *out, size_t periods)
{
	(void)context;
	for (size_t n = 0; n < periods * PERIOD / 2; n++)
		out[n] = in[2 * n];
	return 0;
}

/* zeros between frames: the image is as loud as the tone */
static int run_stuff(void *context, const double *in, double *out, size_t periods)
{
	(void)context;
	for (size_t n = 0; n < periods * PERIOD * 2; n++)
		out[n] = n % 2 ? 0 : 2 * in[n / 2];
	return 0;
}

/* one frame is left out where the stream is half over; the delay shrinks from 3 frames to 2 */
static int run_slip(void *context, const double *in, double *out, size_t periods)
{
	(void)context;
	for (long n = 0; n < (long)(periods * PERIOD); n++)
		out[n] = at(in, n - (n < (long)(periods * PERIOD / 2) ? 3 : 2));
	return 0;
}

/* the same frames with an error of ±2^-20 of the tones' amplitude */
static int run_coarse(void *context, const double *in, double *out, size_t periods)
{
	(void)context;
	for (size_t n = 0; n < periods * PERIOD; n++)
		out[n] = in[n] + (n % 3 == 1 ? ldexp(0.5, -20) : n % 3 ? -ldexp(0.5, -20) : 0);
	return 0;
}

static struct bli_system system_of(int (*run)(void *, const double *, double *, size_t), size_t in, size_t out)
{
	return (struct bli_system){ .run = run, .in_period_frames = in, .out_period_frames = out,
				    .settle_frames = 200, .window_frames = 4096, .amplitude = 0.5 };
}

static void assert_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.9g, expected %.9g within %.3g", value, expected, tolerance);
}

/* a tone 200 dB below another is still told from rounding, and DC belongs to neither */
static void test_fit(void **state)
{
	static double signal[20000], error[20000], residual[20000];
	struct bli_frequency loud = { 997, 44100 }, faint = { 3001, 44100 };
	const uint64_t first = UINT64_C(1) << 40;
	struct bli_fit fit;

	(void)state;
	bli_tone_make(signal, 20000, 1, loud, first);
	bli_tone_make(error, 20000, 1e-10, faint, first);
	for (size_t i = 0; i < 20000; i++)
		signal[i] += error[i] + 0.25;
	bli_tone_fit(&fit, signal, 20000, loud, first, residual);
	assert_near(fit.amplitude, 1, 1e-11);
	assert_near(fit.phase, 0, 1e-11);
	assert_near(fit.dc, 0.25, 1e-11);
	assert_near(10 * log10(fit.amplitude * fit.amplitude / 2 / fit.residual_power), 200, 0.05);
	assert_near(fit.residual_peak, 1e-10, 1e-12);
	assert_near(residual[7], error[7], 1e-12);
}

/* at half the frame rate the sine is invisible and must not spoil the rest */
static void test_fit_degenerate(void **state)
{
	double signal[64];
	struct bli_fit fit;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		signal[i] = (i % 2 ? -0.5 : 0.5) + 0.125;
	bli_tone_fit(&fit, signal, 64, (struct bli_frequency){ 1, 2 }, 0, NULL);
	assert_near(fit.cosine, 0.5, 1e-12);
	assert_near(fit.sine, 0, 1e-12);
	assert_near(fit.dc, 0.125, 1e-12);
	assert_near(fit.residual_peak, 0, 1e-12);
}

static void test_frequency(void **state)
{
	struct bli_frequency scaled = bli_frequency_scale((struct bli_frequency){ 997, 44100 }, 1029, 1120);

	(void)state;
	assert_int_equal(scaled.cycles * 48000, scaled.frames * 997);
}

/* the mean of two neighbours: gain cos(w/2), delay half a frame (Oppenheim & Schafer, 5.1) */
static void test_average(void **state)
{
	struct bli_system system = system_of(run_average, PERIOD, PERIOD);
	double dc, edge, ripple, delay;
	struct bli_tone_result tone;

	(void)state;
	assert_int_equal(bli_measure_dc_gain(&system, &dc), 0);
	assert_near(dc, 0, 1e-9);
	assert_int_equal(bli_measure_edge(&system, dc, 3, &edge), 0);
	assert_near(edge, 2 * acos(pow(10, -3 / 20.0)) / M_PI, 0.0003);
	assert_int_equal(bli_measure_edge(&system, dc, 0.1, &edge), 0);
	assert_near(edge, 2 * acos(pow(10, -0.1 / 20)) / M_PI, 0.0003);
	assert_int_equal(bli_measure_ripple(&system, dc, 0.5, 10, &ripple), 0);
	assert_near(ripple, -20 * log10(cos(M_PI / 4)), 1e-5);
	assert_int_equal(bli_measure_delay(&system, &delay), 0);
	assert_near(delay, 0.5, 1e-6);
	assert_int_equal(bli_measure_tone(&system, bli_measure_frequency(&system, 0.5), &tone), 0);
	assert_near(tone.gain_db, 20 * log10(cos(M_PI / 4)), 1e-4);
	assert_true(tone.snr_db > 250);
}

static void test_delay(void **state)
{
	static const long delays[] = { 0, 1, 37, 1900, 7000 };

	(void)state;
	for (size_t i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
		struct bli_system system = system_of(run_delay, PERIOD, PERIOD);
		long delay = delays[i];
		double measured, bits;

		system.context = &delay;
		system.settle_frames = 8000;
		assert_int_equal(bli_measure_delay(&system, &measured), 0);
		assert_near(measured, (double)delay, 1e-6);
		assert_int_equal(bli_measure_sweep(&system, 0.01, 0.95, (double)delay, 20000, &bits), 0);
		assert_true(bits > 34);
	}
}

static void test_rejection(void **state)
{
	struct bli_system down = system_of(run_decimate, PERIOD, PERIOD / 2);
	struct bli_system up = system_of(run_stuff, PERIOD, 2 * PERIOD);
	struct bli_system plain = system_of(run_average, PERIOD, PERIOD);
	double level;

	(void)state;
	assert_int_equal(bli_measure_rejection(&down, 1.2, &level), 0);
	assert_near(level, 0, 0.01);
	assert_int_equal(bli_measure_rejection(&up, 1.2, &level), 0);
	assert_near(level, 0, 0.01);
	assert_int_equal(bli_measure_rejection(&plain, 1.2, &level), 0);
	assert_true(level < -250);
	assert_true(bli_measure_rejection(&down, 2.0, &level) < 0);
	assert_true(bli_measure_rejection(&down, 1.0, &level) < 0);
}

static void test_worst_snr(void **state)
{
	struct bli_system up = system_of(run_stuff, PERIOD, 2 * PERIOD);
	double snr, place;

	(void)state;
	assert_int_equal(bli_measure_worst_snr(&up, 0.02, 0.9, 23, &snr, &place), 0);
	assert_near(snr, 0, 0.01);
	assert_true(bli_measure_worst_snr(&up, 0.5, 0.4, 23, &snr, &place) < 0);
	assert_true(bli_measure_worst_snr(&up, 0.1, 1.0, 23, &snr, &place) < 0);
}

static void test_sweep(void **state)
{
	struct bli_system coarse = system_of(run_coarse, PERIOD, PERIOD);
	double bits;

	(void)state;
	assert_int_equal(bli_measure_sweep(&coarse, 0.01, 0.9, 0, 20000, &bits), 0);
	assert_near(bits, 20, 0.01);
	assert_int_equal(bli_measure_sweep(&coarse, 0.01, 0.9, 0.5, 20000, &bits), 0);
	assert_true(bits < 2);	/* a wrong delay shows */
}

static void test_continuity(void **state)
{
	struct bli_system slip = system_of(run_slip, PERIOD, PERIOD), whole = system_of(run_average, PERIOD, PERIOD);
	struct bli_continuity continuity;

	(void)state;
	assert_int_equal(bli_measure_continuity(&slip, 0.045, 40000, &continuity), 0);
	assert_int_equal(continuity.clicks, 1);
	assert_near(continuity.wander_frames, 1, 1e-3);
	assert_true(continuity.drift_ppm < -20);
	assert_int_equal(bli_measure_continuity(&whole, 0.045, 40000, &continuity), 0);
	assert_int_equal(continuity.clicks, 0);
	assert_near(continuity.wander_frames, 0, 1e-6);
	assert_near(continuity.drift_ppm, 0, 1e-3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_degenerate),
		cmocka_unit_test(test_frequency),
		cmocka_unit_test(test_average),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_rejection),
		cmocka_unit_test(test_worst_snr),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_continuity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
