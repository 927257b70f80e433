/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the clock loop and those of other programs do between two simulated USB
 * cards of 48 kHz (tests/core/clocksim.h): the figures behind the pictures.
 *
 * clocks SERIES LOOP
 *
 * LOOP is bli, zita, camilla, alsaloop or bluealsa.  SERIES:
 *   lock       the first 1000 s: seconds, and the largest error of the ratio (ppm) and of the latency (µs) since
 *              the line before, at times that grow by 3 %
 *   day        the same over 24 hours, hours first, every four minutes
 *   sidebands  of a tone of 10 kHz from the tenth minute on: Hz off, and the largest level (dB against the tone) of ten
 *              stretches of 137 seconds and since the line before, at frequencies that grow by 2 %
 */
#include "clockfigures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_FROM 0.5	/* s */
#define LOCK_GROWTH 1.03
#define DAY_STEP 240
#define SPECTRUM_FROM 600	/* s: when all of them have settled */
#define STRETCHES 10	/* of 137 s each */
#define SIDEBANDS_FROM 0.05	/* Hz */
#define SIDEBANDS_GROWTH 1.02

struct series {
	const struct sim_config *config;
	double next, step, growth, unit;	/* the next line's time, how it goes on, s per unit printed */
	double ppm, us;
};

static void print(void *context, const struct sim_record *record)
{
	struct series *series = context;

	series->ppm = fmax(series->ppm, 1e6 * fabs(record->deviation - record->truth));
	series->us = fmax(series->us, 1e6 * fabs(record->latency - series->config->latency));
	if (record->time < series->next)
		return;
	printf("%.5g %.4g %.4g\n", record->time / series->unit, series->ppm, series->us);
	series->next = series->next * series->growth + series->step;
	series->ppm = series->us = 0;
}

static void print_sidebands(const struct sim_config *config, const struct sim_loop *loop)
{
	static double levels[SIDEBAND_FRAMES / 2 + 1], stretch[SIDEBAND_FRAMES / 2 + 1];
	double next = SIDEBANDS_FROM, worst = -INFINITY;

	for (int i = 0; i < STRETCHES; i++) {
		figures_spectrum(config, loop, SPECTRUM_FROM + i * (SIDEBAND_FRAMES / SIM_TRACK_HZ), stretch);
		for (size_t k = 0; k <= SIDEBAND_FRAMES / 2; k++)
			levels[k] = i ? fmax(levels[k], stretch[k]) : stretch[k];
	}
	for (size_t k = 0; k <= SIDEBAND_FRAMES / 2; k++) {
		double hz = (double)(k * SIM_TRACK_HZ) / SIDEBAND_FRAMES;

		worst = fmax(worst, levels[k]);
		if (hz < next)
			continue;
		printf("%.5g %.4g\n", hz, worst);
		worst = -INFINITY;
		next = fmax(next * SIDEBANDS_GROWTH, hz);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		const struct sim_loop *loop;
	} loops[] = {
		{ "bli", &sim_bli },
		{ "zita", &sim_zita },
		{ "camilla", &sim_camilla },
		{ "alsaloop", &sim_alsaloop },
		{ "bluealsa", &sim_bluealsa },
	};
	struct sim_config config = {
		.card = { { .rate_hz = 48000, .period = 256, .grain = SIM_USB, .offset_ppm = 100, .day_ppm = 3 },
			  { .rate_hz = 48000, .period = 256, .grain = SIM_USB, .offset_ppm = 3.1 } },
		.by_input = true,
		.jitter = 3e-3,
		.hiccup = 20e-3,
		.hiccup_every = 10,
		.latency = 0.15,
		.duration = 1001,
		.seed = 0x9e3779b97f4a7c15u,
	};
	struct series lock = { &config, LOCK_FROM, 0, LOCK_GROWTH, 1, 0, 0 };
	struct series day = { &config, DAY_STEP, DAY_STEP, 1, 3600, 0, 0 };
	const struct sim_loop *loop = NULL;
	struct sim_state state;

	for (size_t i = 0; argc == 3 && i < sizeof(loops) / sizeof(loops[0]); i++)
		if (!strcmp(argv[2], loops[i].name))
			loop = loops[i].loop;
	if (loop && !strcmp(argv[1], "lock")) {
		sim_run(&config, loop, &state, print, &lock, NULL, 0, 0);
	} else if (loop && !strcmp(argv[1], "day")) {
		config.duration = 86400;
		sim_run(&config, loop, &state, print, &day, NULL, 0, 0);
	} else if (loop && !strcmp(argv[1], "sidebands")) {
		print_sidebands(&config, loop);
	} else {
		fprintf(stderr, "Usage: clocks lock|day|sidebands bli|zita|camilla|alsaloop|bluealsa\n");
		return 2;
	}
	return 0;
}
