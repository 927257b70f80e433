/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clockfigures.h"
#include "realfft.h"
#include "kaiser.h"

#include <math.h>
#include <stdlib.h>

#define TONE_HZ 10000
#define WINDOW_BETA 26
#define SIDEBANDS_FROM 60	/* s */
#define WANDER_TIME 10	/* s */

struct sums {
	const struct sim_config *config;
	const struct figures_limits *limits;
	struct figures *figures;
	double error, square;
	unsigned long count;
};

static void add(void *context, const struct sim_record *record)
{
	struct sums *sums = context;
	struct figures *figures = sums->figures;
	const struct figures_limits *limits = sums->limits;
	double ppm = 1e6 * (record->deviation - record->truth);
	double us = 1e6 * (record->latency - sums->config->latency);

	if (fabs(ppm) > limits->lock_ppm || fabs(us) > limits->lock_us)
		figures->lock_time = record->time;
	if (record->time < limits->from)
		return;
	if (fabs(us) > limits->lock_us)
		figures->back_time = record->time - limits->from;
	figures->peak_ppm = fmax(figures->peak_ppm, fabs(ppm));
	figures->least_us = fmin(figures->least_us, us);
	figures->most_us = fmax(figures->most_us, us);
	sums->error += ppm;
	sums->square += ppm * ppm;
	sums->count++;
}

struct figures figures_run(const struct sim_config *config, const struct sim_loop *loop,
			   const struct figures_limits *limits)
{
	struct figures figures = { .least_us = INFINITY, .most_us = -INFINITY };
	struct sums sums = { .config = config, .limits = limits, .figures = &figures };
	struct sim_state state;
	struct sim_result result = sim_run(config, loop, &state, add, &sums, NULL, 0, 0);
	double mean = sums.error / (double)sums.count;

	figures.noise_ppm = sqrt(fmax(sums.square / (double)sums.count - mean * mean, 0));
	figures.xruns = result.xruns;
	figures.wakes = result.wakes;
	figures.shifts = state.shifts;
	figures.state = state.loop.state;
	return figures;
}

double figures_worst_us(const struct figures *figures)
{
	return fmax(-figures->least_us, figures->most_us);
}

void figures_spectrum(const struct sim_config *config, const struct sim_loop *loop, double from, double *levels)
{
	const size_t n = SIDEBAND_FRAMES;
	double *track = calloc(3 * n, sizeof(*track)), *real = track + n, *imaginary = real + n, slope;
	struct bli_complex *a = calloc(n + 2, sizeof(*a)), *b = a + n / 2 + 1;
	struct sim_config longer = *config;
	struct bli_kaiser kaiser;
	struct sim_state state;
	struct bli_real_fft fft;

	if (!track || !a || bli_real_fft_open(&fft, n))
		abort();
	longer.duration = from + (double)n / SIM_TRACK_HZ + 5;
	if (sim_run(&longer, loop, &state, NULL, NULL, track, n, from).track_frames != n)
		abort();
	bli_kaiser_set(&kaiser, WINDOW_BETA);
	slope = (track[n - 1] - track[0]) / (double)(n - 1);
	for (size_t i = 0; i < n; i++) {
		double x = 2.0 * (double)i / (double)(n - 1) - 1;
		double window = bli_kaiser_at(&kaiser, x);
		double phase = 2 * M_PI * TONE_HZ * (track[i] - track[0] - slope * (double)i);

		real[i] = window * cos(phase);
		imaginary[i] = window * sin(phase);
	}
	bli_real_fft_forward(&fft, real, a);
	bli_real_fft_forward(&fft, imaginary, b);
	for (size_t k = 0; k <= n / 2; k++) {
		double above = hypot(a[k].real - b[k].imaginary, a[k].imaginary + b[k].real);
		double below = hypot(a[k].real + b[k].imaginary, a[k].imaginary - b[k].real);

		levels[k] = 20 * log10(fmax(above, below));
	}
	for (size_t k = n / 2 + 1; k-- > 0;)
		levels[k] -= levels[0];
	bli_real_fft_close(&fft);
	free(a);
	free(track);
}

double figures_sidebands_db(const struct sim_config *config, const struct sim_loop *loop)
{
	double *levels = calloc(SIDEBAND_FRAMES / 2 + 1, sizeof(*levels)), worst = -INFINITY;

	if (!levels)
		abort();
	figures_spectrum(config, loop, SIDEBANDS_FROM, levels);
	for (size_t k = SIDEBAND_FRAMES / SIM_TRACK_HZ + 1; k <= SIDEBAND_FRAMES / 2; k++)
		worst = fmax(worst, levels[k]);
	free(levels);
	return worst;
}

/* rms of values[n] about the line that fits them best. */
static double about_a_line(const double *values, size_t n)
{
	double middle = ((double)n - 1) / 2, mean = 0, slope = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		double x = (double)i - middle;

		mean += values[i] / (double)n;
		slope += x * (values[i] - values[0]);
		squares += x * x;
	}
	slope /= squares;
	squares = 0;
	for (size_t i = 0; i < n; i++) {
		double rest = values[i] - mean - slope * ((double)i - middle);

		squares += rest * rest;
	}
	return sqrt(squares / (double)n);
}

double figures_wander_ns(const struct sim_config *config, const struct sim_loop *loop, double from, double duration)
{
	const size_t n = (size_t)(duration * SIM_TRACK_HZ), window = WANDER_TIME * SIM_TRACK_HZ;
	double *track = calloc(n, sizeof(*track)), worst = 0;
	struct sim_config longer = *config;
	struct sim_state state;

	if (!track)
		abort();
	longer.duration = from + duration + 5;
	if (sim_run(&longer, loop, &state, NULL, NULL, track, n, from).track_frames != n)
		abort();
	for (size_t first = 0; first + window <= n; first += SIM_TRACK_HZ)
		worst = fmax(worst, 1e9 * about_a_line(track + first, window));
	free(track);
	return worst;
}
