/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a loop is worth in clocksim.h, in figures. */
#ifndef CLOCKFIGURES_H
#define CLOCKFIGURES_H

#include "clockloops.h"

struct figures {
	double lock_time;	/* s: from then on the ratio was within lock_ppm and the latency within lock_us */
	double back_time;	/* s after `from`: the same of the latency alone */
	double noise_ppm;	/* rms of the ratio about its mean error, from `from` on */
	double peak_ppm;	/* largest error of the ratio from `from` on */
	double least_us, most_us;	/* latency against what was asked for, from `from` on */
	unsigned xruns, shifts;
	unsigned long wakes;
	enum bli_clockloop_state state;	/* at the end; of our loop */
};

/* What counts as locked.  The figures asked of the loop are 2 ppm and 50 µs. */
struct figures_limits {
	double lock_ppm, lock_us;
	double from;	/* s */
};

struct figures figures_run(const struct sim_config *config, const struct sim_loop *loop,
			   const struct figures_limits *limits);

/* The largest |latency| against what was asked for, µs. */
double figures_worst_us(const struct figures *figures);

#define SIDEBAND_FRAMES 8192	/* at SIM_TRACK_HZ: 137 s */

/*
 * Spectrum about a tone of 10 kHz that has gone through the bridge: levels against
 * the tone in dB, for both sides the larger one, at k·SIM_TRACK_HZ/SIDEBAND_FRAMES Hz
 * off; levels[SIDEBAND_FRAMES/2 + 1].  It begins `from` seconds after the start.
 * Kaiser window of β = 26: its own side lobes are below −200 dB, and the main lobe
 * ends 0.07 Hz off.
 */
void figures_spectrum(const struct sim_config *config, const struct sim_loop *loop, double from, double *levels);

/* The largest of them from 1 Hz off, a minute after the start. */
double figures_sidebands_db(const struct sim_config *config, const struct sim_loop *loop);

/*
 * How far a tone wanders, ns rms, over the worst ten seconds of `duration`, from
 * `from` seconds after the start on: what is left of its delay when the best
 * frequency and phase are taken away.  A tone of f Hz is −20·log10(2π·f·wander)
 * dB above its own wander.
 */
double figures_wander_ns(const struct sim_config *config, const struct sim_loop *loop, double from, double duration);

#endif
