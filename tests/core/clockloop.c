/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clock loop between two simulated cards: how soon it locks, how constant
 * the ratio and the latency are, and what it makes of breakdowns.
 *
 * clockloop --long runs each scenario with twenty seeds, and with more offsets.
 */
#include "clockfigures.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* How much is tried. */
struct effort {
	unsigned seeds, offsets;
};

static const double offsets_ppm[] = { 50, -1000, 1000, 0, -300, 300, 3, -40, 500, -700 };
static const unsigned periods[] = { 64, 256, 1024 };
#define PERIODS (sizeof(periods) / sizeof(periods[0]))

/* Figures asked of the loop; and what is left of them where stamps are poor. */
struct demand {
	double lock_time, lock_ppm, lock_us, noise_ppm, latency_us;
};

static const struct demand demanded = { 20, 2, 50, 0.3, 25 };

/* 44.1 to 48 kHz; wake-ups are late by up to 3 ms, and by 20 ms more each ten seconds, which the latency covers. */
static struct sim_config scenario(enum sim_stamp stamp, enum sim_grain in, enum sim_grain out, unsigned in_period,
				  unsigned out_period, double ppm, unsigned seed)
{
	return (struct sim_config){
		.card = { { .rate_hz = 44100, .period = in_period, .grain = in, .offset_ppm = ppm },
			  { .rate_hz = 48000, .period = out_period, .grain = out, .offset_ppm = -7.3 } },
		.stamp = stamp,
		.jitter = 3e-3,
		.hiccup = 20e-3,
		.hiccup_every = 10,
		.latency = 0.08,
		.duration = 150,
		.seed = 0x9e3779b97f4a7c15u * (seed + 1),
	};
}

/* The same with grain and period alike on both sides. */
static struct sim_config alike(enum sim_stamp stamp, enum sim_grain grain, unsigned period, double ppm, unsigned seed)
{
	return scenario(stamp, grain, grain, period, period, ppm, seed);
}

/* The worst of several runs. */
struct worst {
	struct figures figures;
	double latency_us;
	unsigned runs;
};

static void take(struct worst *worst, const struct figures *figures)
{
	struct figures *w = &worst->figures;

	w->lock_time = fmax(w->lock_time, figures->lock_time);
	w->back_time = fmax(w->back_time, figures->back_time);
	w->noise_ppm = fmax(w->noise_ppm, figures->noise_ppm);
	w->peak_ppm = fmax(w->peak_ppm, figures->peak_ppm);
	w->xruns += figures->xruns;
	worst->latency_us = fmax(worst->latency_us, figures_worst_us(figures));
	worst->runs++;
}

static void check(const char *name, const struct worst *worst, const struct demand *demand)
{
	print_message("%s: %u runs, at worst locked after %.1f s, ratio %.3f ppm rms, latency ±%.1f µs\n", name,
		      worst->runs, worst->figures.lock_time, worst->figures.noise_ppm, worst->latency_us);
	assert_true(worst->figures.lock_time < demand->lock_time);
	assert_true(worst->figures.noise_ppm < demand->noise_ppm);
	assert_true(worst->latency_us < demand->latency_us);
	assert_int_equal(worst->figures.xruns, 0);
}

static struct figures run(const struct sim_config *config, const struct demand *demand)
{
	struct figures_limits limits = { demand->lock_ppm, demand->lock_us, 60 };

	return figures_run(config, &sim_bli, &limits);
}

/* Two loops that know the cards: one keeps the ratio right, the other also swings by ±0.01 ppm, at 3 Hz. */
#define SWING_HZ (410.0 * SIM_TRACK_HZ / SIDEBAND_FRAMES)	/* a line of the spectrum */
#define SWING 1e-8

static void know(void *context, const struct sim_config *config)
{
	struct sim_state *state = context;

	state->config = *config;
}

static struct sim_action keep(void *context, const struct sim_wake *wake)
{
	const struct sim_card *card = ((struct sim_state *)context)->config.card;

	(void)wake;
	return (struct sim_action){
		.deviation = (1 + 1e-6 * card[SIM_IN].offset_ppm) / (1 + 1e-6 * card[SIM_OUT].offset_ppm) - 1,
	};
}

static struct sim_action swing(void *context, const struct sim_wake *wake)
{
	struct sim_action action = keep(context, wake);

	action.deviation += SWING * sin(2 * M_PI * SWING_HZ * wake->now);
	return action;
}

/*
 * The measuring itself: with the right ratio the latency is constant and a tone has no sidebands; a swing of ±d at f Hz
 * moves a tone of 10 kHz by ±10 kHz·d/f in phase, so there are sidebands of half of that.
 */
static void simulation_is_right(void **state)
{
	static const struct sim_loop keeping = { "keeping", know, keep }, swinging = { "swinging", know, swing };
	struct sim_config config = scenario(SIM_INTERRUPT, SIM_FRAME, SIM_FRAME, 64, 64, 300, 0);
	struct figures_limits limits = { 1, 1, 60 };
	struct figures figures;

	(void)state;
	config.hiccup = 0;
	figures = figures_run(&config, &keeping, &limits);
	assert_true(figures.peak_ppm < 1e-9);
	assert_true(figures.most_us - figures.least_us < 0.01);
	assert_true(figures_sidebands_db(&config, &keeping) < -180);
	config.jitter = 0;
	assert_true(fabs(figures_sidebands_db(&config, &swinging) - 20 * log10(1e4 * SWING / SWING_HZ / 2)) < 0.1);
}

/* Any grain and any period on either side, with the stamps of interrupts. */
static void locks_by_interrupts(void **state)
{
	const struct effort *effort = *state;
	struct worst worst = { .runs = 0 };

	for (unsigned seed = 0; seed < effort->seeds; seed++)
		for (unsigned i = 0; i < 9 * PERIODS * PERIODS; i++) {
			enum sim_grain in = (enum sim_grain)(i % 3), out = (enum sim_grain)(i / 3 % 3);
			unsigned in_period = periods[i / 9 % PERIODS], out_period = periods[i / 27];

			for (unsigned k = 0; k < (in_period == out_period ? effort->offsets : 1); k++) {
				struct sim_config config = scenario(SIM_INTERRUPT, in, out, in_period, out_period,
								    offsets_ppm[k], 100 * seed + i);
				struct figures figures = run(&config, &demanded);

				assert_int_equal(figures.state, BLI_CLOCKLOOP_LOCKED);
				take(&worst, &figures);
			}
		}
	check("interrupts", &worst, &demanded);
}

/* The same grain and period on both sides, with something that happens to a clock. */
static struct worst try_event(const struct effort *effort, const struct sim_card *event, double duration)
{
	struct worst worst = { .runs = 0 };

	for (unsigned i = 0; i < 3 * PERIODS * effort->seeds; i++) {
		enum sim_grain grain = (enum sim_grain)(i % 3);
		struct sim_config config = alike(SIM_INTERRUPT, grain, periods[i / 3 % PERIODS], 0, i);
		double rate = config.card[i & 1].rate_hz;
		struct figures figures;

		config.duration = duration;
		config.card[i & 1] = *event;
		config.card[i & 1].rate_hz = rate;
		config.card[i & 1].period = periods[i / 3 % PERIODS];
		config.card[i & 1].grain = grain;
		figures = run(&config, &demanded);
		assert_int_equal(figures.state, BLI_CLOCKLOOP_LOCKED);
		take(&worst, &figures);
	}
	return worst;
}

static void follows_drift(void **state)
{
	static const struct sim_card up = { .offset_ppm = -300, .drift_ppm_min = 5, .drift_to = 1e9 };
	static const struct sim_card down = { .offset_ppm = 1000, .drift_ppm_min = -5, .drift_to = 1e9 };
	struct worst worst = try_event(*state, &up, 300);

	check("drift of 5 ppm/min", &worst, &demanded);
	worst = try_event(*state, &down, 300);
	check("drift of -5 ppm/min", &worst, &demanded);
}

/* While a step is being followed the ratio cannot be right, but the latency stays. */
static void follows_steps(void **state)
{
	static const struct sim_card warm = { .offset_ppm = 50, .step_ppm = 3, .step_time = 100, .step_tau = 20 };
	static const struct sim_card starts = { .drift_ppm_min = 5, .drift_from = 100, .drift_to = 400 };
	struct demand demand = demanded;
	struct worst worst;

	demand.noise_ppm = 0.5;
	worst = try_event(*state, &warm, 400);
	check("3 ppm warmer within 20 s", &worst, &demand);
	worst = try_event(*state, &starts, 400);
	check("a drift that starts", &worst, &demand);
}

/* NTP slews the time of both sides' stamps. */
static void system_clock_slews(void **state)
{
	const struct effort *effort = *state;
	struct worst worst = { .runs = 0 };

	for (unsigned i = 0; i < 3 * PERIODS * effort->seeds; i++) {
		enum sim_grain grain = (enum sim_grain)(i % 3);
		struct sim_config config = alike(SIM_INTERRUPT, grain, periods[i / 3 % PERIODS], 50, i);
		struct figures figures;

		config.slew_ppm = i & 1 ? 50 : -50;
		config.slew_time = 90;
		config.duration = 200;
		figures = run(&config, &demanded);
		take(&worst, &figures);
	}
	check("50 ppm of slewing", &worst, &demanded);
}

/*
 * Stamps made when the thread runs: as good where the pointer moves by frames.
 * With grains of 1 ms or of a period their lateness is evenly distributed over
 * milliseconds, and the figures cannot all be kept: what is left of them.
 */
static void locks_by_reading(void **state)
{
	static const struct {
		const char *name;
		enum sim_grain grain;
		unsigned period;
		struct demand demand;
	} rows[] = {
		{ "reading, frames, 64", SIM_FRAME, 64, { 20, 2, 50, 0.3, 25 } },
		{ "reading, frames, 256", SIM_FRAME, 256, { 20, 2, 50, 0.3, 25 } },
		{ "reading, frames, 1024", SIM_FRAME, 1024, { 20, 2, 50, 0.3, 25 } },
		{ "reading, USB, 64", SIM_USB, 64, { 25, 2, 50, 0.6, 25 } },
		{ "reading, USB, 256", SIM_USB, 256, { 25, 3, 50, 1, 25 } },
		{ "reading, USB, 1024", SIM_USB, 1024, { 30, 5, 50, 1.3, 35 } },
		{ "reading, periods, 64", SIM_PERIOD, 64, { 25, 2, 50, 0.6, 25 } },
		{ "reading, periods, 256", SIM_PERIOD, 256, { 30, 5, 100, 1.5, 50 } },
		{ "reading, periods, 1024", SIM_PERIOD, 1024, { 45, 10, 200, 2.5, 120 } },
	};
	const struct effort *effort = *state;

	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		struct worst worst = { .runs = 0 };

		for (unsigned i = 0; i < effort->seeds * effort->offsets; i++) {
			struct sim_config config = alike(SIM_READING, rows[row].grain, rows[row].period,
							 offsets_ppm[i % effort->offsets], i);
			struct figures figures = run(&config, &rows[row].demand);

			take(&worst, &figures);
		}
		check(rows[row].name, &worst, &rows[row].demand);
	}
}

/*
 * A USB card whose clock is within 1 ppm of the host's: the fraction of a frame
 * that a packet leaves out changes by 20 µs in half a minute and jumps back,
 * and nothing tells it from a clock that wanders.
 */
static void usb_beats_with_its_host(void **state)
{
	static const struct demand demand = { 20, 4, 50, 1.5, 40 };
	const struct effort *effort = *state;
	struct worst worst = { .runs = 0 };

	for (unsigned i = 0; i < 5 * effort->seeds; i++) {
		struct sim_config config = scenario(SIM_INTERRUPT, SIM_FRAME, SIM_USB, 256, 256, 0, i);
		struct figures figures;

		config.card[SIM_OUT].offset_ppm = -SIM_USB_HOST_PPM + 0.1 + 0.2 * (i % 5);
		config.duration = 400;
		figures = run(&config, &demand);
		take(&worst, &figures);
	}
	check("USB within 1 ppm of its host", &worst, &demand);
}

static void sidebands_are_low(void **state)
{
	const struct effort *effort = *state;
	double worst[2] = { -INFINITY, -INFINITY };

	for (unsigned i = 0; i < 18 * PERIODS * effort->seeds; i++) {
		enum sim_stamp stamp = (enum sim_stamp)(i & 1);
		struct sim_config config = scenario(stamp, (enum sim_grain)(i / 2 % 3), (enum sim_grain)(i / 6 % 3),
						    periods[i / 18 % PERIODS], periods[i / 18 % PERIODS], 300, i);

		worst[stamp] = fmax(worst[stamp], figures_sidebands_db(&config, &sim_bli));
	}
	print_message("sidebands of 10 kHz from 1 Hz off: %.1f dB by interrupts, %.1f dB by reading\n",
		      worst[SIM_INTERRUPT], worst[SIM_READING]);
	assert_true(worst[SIM_INTERRUPT] < -120);
	assert_true(worst[SIM_READING] < -115);
}

/*
 * Over any ten seconds from 20 s on, a tone of 1 kHz is 90 dB above what the ratio's wander makes of it where stamps are
 * good: 5 ns rms.  Where each period has one stamp, of an interrupt that is late by 13 µs on average, longer periods say
 * less in the same time, and some runs are not settled after 20 s; USB packets say least.
 */
static void tones_keep_their_frequency(void **state)
{
	static const struct {
		const char *name;
		enum sim_stamp stamp;
		enum sim_grain grain;
		unsigned period;
		double jitter, most_ns;
	} rows[] = {
		{ "reading, frames, 441, late by 50 µs", SIM_READING, SIM_FRAME, 441, 50e-6, 5 },
		{ "reading, frames, 256", SIM_READING, SIM_FRAME, 256, 3e-3, 5 },
		{ "interrupts, periods, 64", SIM_INTERRUPT, SIM_PERIOD, 64, 3e-3, 5 },
		{ "interrupts, periods, 256", SIM_INTERRUPT, SIM_PERIOD, 256, 3e-3, 5 },
		{ "interrupts, periods, 1024", SIM_INTERRUPT, SIM_PERIOD, 1024, 3e-3, 60 },
		{ "interrupts, frames, 64", SIM_INTERRUPT, SIM_FRAME, 64, 3e-3, 5 },
		{ "interrupts, frames, 256", SIM_INTERRUPT, SIM_FRAME, 256, 3e-3, 60 },
		{ "interrupts, USB, 256", SIM_INTERRUPT, SIM_USB, 256, 3e-3, 500 },
	};
	const struct effort *effort = *state;

	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		double worst = 0;

		for (unsigned i = 0; i < effort->seeds * effort->offsets; i++) {
			struct sim_config config = alike(rows[row].stamp, rows[row].grain, rows[row].period,
							 offsets_ppm[i % effort->offsets], i);

			config.jitter = rows[row].jitter;
			worst = fmax(worst, figures_wander_ns(&config, &sim_bli, 20, 180));
		}
		print_message("%s: ±%.1f ns over 10 s, %.0f dB at 1 kHz, %.0f dB at 10 kHz\n", rows[row].name, worst,
			      -20 * log10(2e-6 * M_PI * worst), -20 * log10(2e-5 * M_PI * worst));
		assert_true(worst < rows[row].most_ns);
	}
}

/* 24 hours with a rate that goes up and down with the day, at a latency of both periods, hiccup and wake-up. */
static void a_day_without_xruns(void **state)
{
	const struct effort *effort = *state;

	for (unsigned i = 0; i < effort->seeds; i++) {
		struct sim_config config = alike(SIM_INTERRUPT, (enum sim_grain)(i % 3), 1024, 300, i);
		struct worst worst = { .runs = 0 };
		struct figures figures;

		config.card[SIM_IN].day_ppm = 3;
		config.latency = 0.05;
		config.duration = 86400;
		figures = run(&config, &demanded);
		take(&worst, &figures);
		check("24 hours", &worst, &demanded);
		assert_true(figures.shifts <= 1);

		config.latency = 0.04;	/* less than a period and a hiccup */
		config.duration = 3600;
		assert_true(run(&config, &demanded).xruns > 10);
	}
}

static void recovers(void **state)
{
	const struct effort *effort = *state;
	struct figures_limits limits = { 2, 50, 120 };
	double worst_s[2][2] = { { 0, 0 }, { 0, 0 } }, worst_ppm[2] = { 0, 0 };

	for (unsigned i = 0; i < 36 * PERIODS * effort->seeds; i++) {
		enum sim_stamp stamp = (enum sim_stamp)(i & 1);
		bool suspends = i & 2;
		struct sim_config config = scenario(stamp, (enum sim_grain)(i / 4 % 3), (enum sim_grain)(i / 12 % 3),
						    periods[i / 36 % PERIODS], periods[i / 36 % PERIODS], 300, i);
		struct figures figures;

		*(suspends ? &config.suspend_time : &config.xrun_time) = limits.from;
		/* colder after the suspend */
		config.card[SIM_IN].step_ppm = suspends ? -1 : 0;
		config.card[SIM_IN].step_time = limits.from;
		config.card[SIM_IN].step_tau = 0.1;
		config.duration = 160;
		limits.lock_us = stamp == SIM_INTERRUPT ? 50 : 200;
		figures = figures_run(&config, &sim_bli, &limits);
		assert_int_equal(figures.xruns, 1);
		worst_s[stamp][suspends] = fmax(worst_s[stamp][suspends], figures.back_time);
		worst_ppm[stamp] = fmax(worst_ppm[stamp], figures.peak_ppm);
	}
	print_message("back within 50 µs after an xrun in %.2f s, a suspend in %.2f s, ratio within %.0f ppm; "
		      "by reading, within 200 µs, %.2f s and %.2f s\n", worst_s[0][0], worst_s[0][1], worst_ppm[0],
		      worst_s[1][0], worst_s[1][1]);
	assert_true(fmax(worst_s[0][0], worst_s[0][1]) < 5);
	assert_true(fmax(worst_s[1][0], worst_s[1][1]) < 10);
	/* a new lock would begin with the whole 307 ppm */
	assert_true(worst_ppm[0] < 30);
}

/* A pointer that jumps by 4 ms leaves both rates as they are, and the latency is made right by skipping or inserting. */
static void a_jump_is_no_rate(void **state)
{
	const struct effort *effort = *state;
	struct figures_limits limits = { 2, 50, 60 };
	double worst_ppm = 0, worst_s = 0;

	for (unsigned i = 0; i < 8 * effort->seeds; i++) {
		struct sim_config config = alike(SIM_INTERRUPT, SIM_FRAME, periods[i / 4 % 2], 300, i);
		struct figures figures;

		config.card[i % 2].jump_frames = i & 2 ? 192 : -192;
		config.card[i % 2].jump_time = 90;
		config.duration = 120;
		figures = figures_run(&config, &sim_bli, &limits);
		worst_ppm = fmax(worst_ppm, figures.peak_ppm);
		worst_s = fmax(worst_s, figures.back_time + limits.from - config.card[i % 2].jump_time);
	}
	print_message("a jump of 4 ms: back within 50 µs after %.1f s, ratio within %.2f ppm\n", worst_s, worst_ppm);
	assert_true(worst_s < 6);
	assert_true(worst_ppm < 2);
}

/* A program that writes 20 ms when it has them, late by up to 10 ms, and nothing else is known. */
static void follows_a_writer(void **state)
{
	static const struct demand demand = { 75, 10, 500, 2.5, 400 };
	static const double writers_ppm[] = { 600, -600, 0, 1000, -1000, 50 };
	const struct effort *effort = *state;
	struct worst worst = { .runs = 0 };

	for (unsigned i = 0; i < 6 * effort->seeds; i++) {
		struct sim_config config = scenario(SIM_INTERRUPT, SIM_WRITER, SIM_FRAME, 882, 256,
						    writers_ppm[i % 6], i);
		struct figures figures;

		config.card[SIM_IN].writer_jitter = 10e-3;
		config.duration = 600;
		config.latency = 0.1;
		figures = run(&config, &demand);
		take(&worst, &figures);
	}
	check("a writer of 20 ms, late by 10 ms", &worst, &demand);
}

/*
 * A program that reads by 2036 frames and writes 4096: late by 46 ms at first and by 0.5 ms less with each write, as if its clock
 * were fast by 5800 ppm, and after eight seconds by 46 ms again.
 */
static void follows_a_writer_by_periods(void **state)
{
	static const double writers_ppm[] = { 700, -700, 0, 1000, -1000, 50 };
	struct figures_limits limits = { 100, 1e6, 300 };
	const struct effort *effort = *state;
	double worst_s = 0, worst_ppm = 0, worst_us = 0;

	for (unsigned i = 0; i < 6 * effort->seeds; i++) {
		struct sim_config config = scenario(SIM_INTERRUPT, SIM_WRITER, SIM_FRAME, 4096, 256,
						    writers_ppm[i % 6], i);
		struct figures figures;

		config.card[SIM_IN].writer_reads = 2036;
		config.duration = 600;
		config.latency = 0.3;
		figures = figures_run(&config, &sim_bli, &limits);
		worst_s = fmax(worst_s, figures.lock_time);
		worst_ppm = fmax(worst_ppm, figures.peak_ppm);
		worst_us = fmax(worst_us, figures.most_us - figures.least_us);
		assert_int_equal(figures.xruns, 0);
	}
	print_message("a writer that reads by periods: within 100 ppm after %.1f s, from 300 s on within %.1f ppm, latency within "
		      "%.1f ms\n", worst_s, worst_ppm, worst_us / 1e3);
	assert_true(worst_s < 300);
	/* the latency is known late, and then changed by what the lateness made of it */
	assert_true(worst_us < 60e3);
}

static void tunes_in_grains(void **state)
{
	const struct effort *effort = *state;
	struct figures_limits limits = { 1000, 50, 60 };
	double worst_us = 0, worst_lock = 0;

	for (unsigned i = 0; i < 3 * effort->offsets * effort->seeds; i++) {
		enum sim_grain in = (enum sim_grain)(i % 3), out = (enum sim_grain)(i / 3 % 3);
		struct sim_config config = scenario(SIM_INTERRUPT, in, out, 256, 1024,
						    offsets_ppm[i / 3 % effort->offsets], i);
		struct figures figures;

		config.duration = 300;
		figures = figures_run(&config, &sim_bli_tuning, &limits);
		assert_int_equal(figures.xruns, 0);
		worst_us = fmax(worst_us, figures_worst_us(&figures));
		worst_lock = fmax(worst_lock, figures.lock_time);
	}
	print_message("tuned by 10 ppm: within 50 µs after %.1f s, then ±%.1f µs\n", worst_lock, worst_us);
	assert_true(worst_lock < 20);
	assert_true(worst_us < 25);
}

/*
 * The loops of other programs between two USB cards of 48 kHz for 20 minutes.  zita-a2j keeps the latency as well, with a
 * ratio that wanders more; the PI gets as good in the end, but only after minutes; the other two never do.
 */
static void others_compare(void **state)
{
	static const struct sim_loop *const loops[] = { &sim_bli, &sim_zita, &sim_camilla, &sim_alsaloop,
							&sim_bluealsa };
	struct figures_limits limits = { 2, 50, 600 };

	(void)state;
	for (int ppm = 50; ppm <= 300; ppm += 250) {
		struct figures first = { .xruns = 0 };

		for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
			struct sim_config config = alike(SIM_INTERRUPT, SIM_USB, 256, ppm, 1);
			struct figures figures;
			double wander_ns;

			config.card[SIM_IN].rate_hz = 48000;
			config.card[SIM_OUT].offset_ppm = 3.1;
			config.by_input = true;
			config.latency = 0.15;
			config.duration = 1200;
			figures = figures_run(&config, loops[i], &limits);
			wander_ns = figures_wander_ns(&config, loops[i], limits.from, 120);
			print_message("%+d ppm, %-16s: after 10 min ratio %.2f ppm rms, %.0f ns of wander in 10 s, "
				      "latency %+.3f ... %+.3f ms; last off by 2 ppm or 50 µs after %.0f s; "
				      "%u xruns\n", ppm, loops[i]->name, figures.noise_ppm, wander_ns,
				      figures.least_us / 1e3, figures.most_us / 1e3, figures.lock_time, figures.xruns);
			if (i == 0)
				first = figures;
			assert_true(i == 0 || figures.lock_time > 10 * first.lock_time);
			assert_true(i < 3 || figures_worst_us(&figures) > 10 * figures_worst_us(&first));
		}
	}
}

int main(int argc, char **argv)
{
	bool is_long = argc == 2 && !strcmp(argv[1], "--long");
	struct effort effort = { is_long ? 20 : 1, is_long ? sizeof(offsets_ppm) / sizeof(offsets_ppm[0]) : 3 };
	struct CMUnitTest tests[] = {
		cmocka_unit_test(simulation_is_right),
		cmocka_unit_test(locks_by_interrupts),
		cmocka_unit_test(follows_drift),
		cmocka_unit_test(follows_steps),
		cmocka_unit_test(system_clock_slews),
		cmocka_unit_test(locks_by_reading),
		cmocka_unit_test(usb_beats_with_its_host),
		cmocka_unit_test(sidebands_are_low),
		cmocka_unit_test(tones_keep_their_frequency),
		cmocka_unit_test(a_day_without_xruns),
		cmocka_unit_test(recovers),
		cmocka_unit_test(a_jump_is_no_rate),
		cmocka_unit_test(follows_a_writer),
		cmocka_unit_test(follows_a_writer_by_periods),
		cmocka_unit_test(tunes_in_grains),
		cmocka_unit_test(others_compare),
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i].initial_state = &effort;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
