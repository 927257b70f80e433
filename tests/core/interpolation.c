/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interpolation: what a conversion makes of tones in its passband against the
 * ideal bandlimited interpolation of them, computed directly; and that nothing
 * drifts.
 */
#include "corehelp.h"
#include "preset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TONES 24
#define PLACES 1000

/* A sum of tones: what ideal bandlimited interpolation makes of it is known exactly. */
struct signal {
	double frequency[TONES];	/* cycles per input frame */
	double phase[TONES];		/* turns */
};

/* Tones at about equal distances up to `most` cycles per input frame. */
static void make_signal(struct signal *signal, double most)
{
	uint64_t seed = 14;

	for (size_t k = 0; k < TONES; k++) {
		signal->frequency[k] = most * ((double)k + 0.5 + 0.3 * core_random_value(&seed)) / TONES;
		signal->phase[k] = core_random_value(&seed);
	}
	signal->frequency[TONES - 1] = most;
}

static double tone_at(const struct signal *signal, size_t k, double time)
{
	double turns = signal->frequency[k] * time;

	return 0.9 / TONES * cos(2 * M_PI * (turns - rint(turns) + signal->phase[k]));
}

static double signal_at(const struct signal *signal, double time)
{
	double sum = 0;

	for (size_t k = 0; k < TONES; k++)
		sum += tone_at(signal, k, time);
	return sum;
}

/* Solve the normal equations a·x = b, symmetric and positive, by Gauss and Jordan; x replaces b. */
static void solve(double a[TONES][TONES], double b[TONES])
{
	for (size_t i = 0; i < TONES; i++) {
		double pivot = a[i][i];

		assert_true(pivot > 0);
		for (size_t j = 0; j < TONES; j++)
			a[i][j] /= pivot;
		b[i] /= pivot;
		for (size_t row = 0; row < TONES; row++) {
			double factor = a[row][i];

			if (row == i)
				continue;
			for (size_t j = 0; j < TONES; j++)
				a[row][j] -= factor * a[i][j];
			b[row] -= factor * b[i];
		}
	}
}

/* How near a conversion comes to the ideal one. */
struct nearness {
	double noise_db;	/* all that is not the tones in their right places, relative to them */
	double flat_db, edge_db;	/* largest deviation of a tone's gain up to 0.8 of the passband, and above */
};

/* Fit each tone's gain to the output at its places, in input frames, and see what is left. */
static void fit_gains(struct nearness *nearness, const struct signal *signal, double pass, const double *time,
		      const double *out, size_t places)
{
	static double tone[PLACES][TONES];
	double a[TONES][TONES] = { { 0 } }, gain[TONES] = { 0 }, noise_power = 0, power = 0;

	/* the gain less 1 is fitted, to the error, so that large numbers do not hide small ones */
	for (size_t n = 0; n < places; n++) {
		double error = out[n] - signal_at(signal, time[n]);

		for (size_t k = 0; k < TONES; k++)
			tone[n][k] = tone_at(signal, k, time[n]);
		for (size_t k = 0; k < TONES; k++) {
			gain[k] += tone[n][k] * error;
			for (size_t j = 0; j < TONES; j++)
				a[k][j] += tone[n][k] * tone[n][j];
		}
	}
	solve(a, gain);
	for (size_t n = 0; n < places; n++) {
		double wanted = signal_at(signal, time[n]), error = out[n] - wanted;

		for (size_t k = 0; k < TONES; k++)
			error -= gain[k] * tone[n][k];
		noise_power += error * error;
		power += wanted * wanted;
	}
	nearness->noise_db = 10 * log10(noise_power / power);
	nearness->flat_db = nearness->edge_db = 0;
	for (size_t k = 0; k < TONES; k++) {
		double *worst = signal->frequency[k] <= 0.8 * pass ? &nearness->flat_db : &nearness->edge_db;

		*worst = fmax(*worst, fabs(20 * log10(1 + gain[k])));
	}
}

/* Convert the tones up to `part` of the passband and compare at up to PLACES places after it has settled. */
static void measure(struct nearness *nearness, const struct bli_resampler_config *config, double part)
{
	size_t in_frames = config->in_frames, out_frames = config->out_frames, total_out, periods, first, places = 0;
	double ratio = (double)in_frames / (double)out_frames, low = fmin(1, 1 / ratio), delay, pass;
	static double time[PLACES], picked[PLACES];
	struct bli_resampler resampler;
	struct signal signal;
	double *in, *out;

	core_open(&resampler, config);
	delay = bli_resampler_delay(&resampler);
	pass = config->requirement.passband * low / 2;
	make_signal(&signal, part * pass);
	periods = (size_t)(2 * delay + 600 / low) / in_frames + 2;
	total_out = periods * out_frames;
	in = core_values(periods * in_frames);
	out = core_values(total_out);
	for (size_t n = 0; n < periods * in_frames; n++)
		in[n] = signal_at(&signal, (double)n);
	core_run(&resampler, in, out, periods);
	first = (size_t)((2 * delay + 1) / ratio) + 1;
	for (size_t n = first; n < total_out && places < PLACES; n += 1 + (total_out - first) / PLACES) {
		/* n·in/out, without rounding large products */
		time[places] = (double)(n / out_frames * in_frames) + (double)(n % out_frames) * ratio - delay;
		picked[places++] = out[n];
	}
	fit_gains(nearness, &signal, pass, time, picked, places);
	bli_resampler_close(&resampler);
	free(in);
	free(out);
}

/* Presets, and up to which part of their passband they are measured: 0.9 of Nyquist where there is so much. */
static const struct { const char *preset; double part; } ideals[] = {
	{ "bli_fast", 0.98 }, { "bli_medium", 0.98 }, { "bli", 0.9 / 0.93 }, { "bli_best", 0.9 / 0.9655 },
};

/* Measure, raise the worst; true if the preset's claims hold. */
static bool is_near(const struct bli_resampler_config *config, size_t ideal, struct nearness *worst)
{
	double claim_db = bli_preset_find(ideals[ideal].preset)->claim_snr_db;
	struct nearness nearness;
	bool ok;

	measure(&nearness, config, ideals[ideal].part);
	ok = nearness.noise_db <= -claim_db && nearness.flat_db <= 0.001 && nearness.edge_db <= 0.1;
	worst->noise_db = fmax(worst->noise_db, nearness.noise_db);
	worst->flat_db = fmax(worst->flat_db, nearness.flat_db);
	worst->edge_db = fmax(worst->edge_db, nearness.edge_db);
	if (!ok)
		print_message("%s %s %zu:%zu: noise %.1f dB, gain within %.6f dB, at the edge %.4f dB\n",
			      ideals[ideal].preset, config->kernel->name, config->in_frames, config->out_frames,
			      nearness.noise_db, nearness.flat_db, nearness.edge_db);
	return ok;
}

static void test_ideal(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (size_t p = 0; p < COUNT(ideals); p++) {
		struct nearness worst = { -INFINITY, 0, 0 };

		for (size_t i = 0; i < CORE_PAIRS; i++) {
			struct bli_resampler_config config = core_config(ideals[p].preset, core_pairs[i][0],
									 core_pairs[i][1], 1);

			failed += !is_near(&config, p, &worst);
		}
		print_message("%-10s %d pairs of periods: noise %.1f dB at most, gain within %.6f dB (%.4f at the "
			      "edge)\n",
			      ideals[p].preset, CORE_PAIRS, worst.noise_db, worst.flat_db, worst.edge_db);
	}
	assert_int_equal(failed, 0);
}

/* The same with every kernel. */
static void test_ideal_kernels(void **state)
{
	static const size_t some[][2] = {
		{ 441, 480 }, { 480, 441 }, { 441, 160 }, { 7, 5 }, { 1, 768 }, { 128, 139 }
	};
	const struct bli_kernel *kernel;
	unsigned failed = 0;

	(void)state;
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (size_t p = 2; p < COUNT(ideals); p++)
			for (size_t i = 0; i < COUNT(some); i++) {
				struct bli_resampler_config config = core_config(ideals[p].preset, some[i][0],
										 some[i][1], 1);
				struct nearness worst = { -INFINITY, 0, 0 };

				config.kernel = kernel;
				failed += !is_near(&config, p, &worst);
			}
	assert_int_equal(failed, 0);
}

/* Large periods, coprime ones included. */
static void test_large(void **state)
{
	static const size_t large[][2] = { { 65536, 65535 }, { 32768, 65536 }, { 65536, 86 }, { 44100, 48000 } };
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(large); i++) {
		struct bli_resampler_config config = core_config("bli", large[i][0], large[i][1], 1);
		struct nearness worst = { -INFINITY, 0, 0 };
		double start_ms = core_cpu_ms();

		failed += !is_near(&config, 2, &worst);
		print_message("%zu:%zu noise %.1f dB (%.0f ms)\n", large[i][0], large[i][1], worst.noise_db,
			      core_cpu_ms() - start_ms);
	}
	assert_int_equal(failed, 0);
}

/* A tone's position, by a fit of sine and cosine to `frames` output frames from `first` on. */
struct fit {
	size_t first, frames;
	double real_part, imaginary_part;
};

/* Take in an output frame, at a time in input frames, of a tone of `frequency` cycles per input frame. */
static void fit_add(struct fit *fit, size_t frame, double value, double time, double frequency)
{
	double turns = frequency * time, window;

	if (frame < fit->first || frame >= fit->first + fit->frames)
		return;
	/* without steps at its ends the window keeps the image at −frequency out of the fit */
	window = pow(sin(M_PI * (double)(frame - fit->first) / (double)fit->frames), 6);
	turns -= rint(turns);
	fit->real_part += window * value * cos(2 * M_PI * turns);
	fit->imaginary_part -= window * value * sin(2 * M_PI * turns);
}

/* How far the tone is ahead of its time, in input frames. */
static double fit_offset(const struct fit *fit, double frequency)
{
	return atan2(fit->imaginary_part, fit->real_part) / (2 * M_PI * frequency);
}

/* The position of a tone at the beginning, and after 10⁷ frames. */
static void check_drift(const char *preset, size_t in_frames, size_t out_frames)
{
	struct bli_resampler_config config = core_config(preset, in_frames, out_frames, 1);
	size_t periods = 10000000 / in_frames, total_out = periods * out_frames;
	double *in = core_values(in_frames), *out = core_values(out_frames), frequency = 0.0123456789, delay, start,
	       end;
	struct fit early = { 4000, 4000, 0, 0 }, late = { total_out - 4000, 4000, 0, 0 };
	struct bli_resampler resampler;

	core_open(&resampler, &config);
	delay = bli_resampler_delay(&resampler);
	for (size_t period = 0; period < periods; period++) {
		for (size_t i = 0; i < in_frames; i++) {
			double turns = frequency * (double)(period * in_frames + i);

			in[i] = 0.9 * cos(2 * M_PI * (turns - rint(turns)));
		}
		core_run(&resampler, in, out, 1);
		for (size_t i = 0; i < out_frames; i++) {
			double time = (double)(period * in_frames) + (double)(i * in_frames) / (double)out_frames -
				      delay;

			fit_add(&early, period * out_frames + i, out[i], time, frequency);
			fit_add(&late, period * out_frames + i, out[i], time, frequency);
		}
	}
	start = fit_offset(&early, frequency);
	end = fit_offset(&late, frequency);
	print_message("%-8s %4zu:%-4zu %+.1e input frames off, %+.1e more after %zu\n", preset, in_frames, out_frames,
		      start, end - start, periods * in_frames);
	assert_true(fabs(start) < 1e-5);
	assert_true(fabs(end - start) < 1e-6);
	bli_resampler_close(&resampler);
	free(in);
	free(out);
}

static void test_drift(void **state)
{
	(void)state;
	check_drift("bli", 441, 480);
	check_drift("bli", 1024, 1115);
	check_drift("bli_best", 480, 441);
	check_drift("bli_fast", 441, 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ideal),
		cmocka_unit_test(test_ideal_kernels),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_drift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
