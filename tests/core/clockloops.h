/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loops to run in clocksim.h: ours, and those of other programs, written down
 * from what their sources do.  All of them look at the same bridge.
 */
#ifndef CLOCKLOOPS_H
#define CLOCKLOOPS_H

#include "clockloop.h"
#include "clocksim.h"
#include "clocktuner.h"

/* The state of any of them. */
struct sim_state {
	struct sim_config config;
	struct bli_clockloop loop;
	struct bli_clock_tuner tuner;
	unsigned shifts;
	double tune_time;
	/* of the others */
	double start_time, next_time, deviation;
	double sum;		/* of delays, in frames of the input */
	unsigned long count;
	long diff, target;
	long ring[64];
	unsigned steps_done;	/* of a ramp */
	int steps;
	double accumulated, ramp_from;
	int64_t periods, cycles;	/* of the input, of the output */
	double period_time, next_period_time, period_length;	/* s */
	double weight, gain, integral_gain, filter[3];
};

/* The clock loop of src/core; and the same tuning the input's clock in grains of 10 ppm, each half second. */
extern const struct sim_loop sim_bli, sim_bli_tuning;

/*
 * alsaloop (alsa-utils 1.2.14, alsaloop/pcmjob.c): each 15 s the mean of what is
 * queued on both sides is compared with the latency asked for, in whole frames.
 * If it is off and has not come nearer since the last time, the ratio moves by
 * 1/(4·rate), or by twice that if it went further off.
 */
extern const struct sim_loop sim_alsaloop;

/*
 * bluealsa-aplay (bluez-alsa 2025, utils/aplay/resampler.c): the delay 5 s after
 * the start is what is to be kept.  While the mean delay of 64 writes is off by
 * more than 10 ms and growing, each write moves the ratio by 3e-6; back within
 * that, one step back.  60 steps at the most.
 */
extern const struct sim_loop sim_bluealsa;

/*
 * CamillaDSP (2026, src/utils/rate_controller.rs): a PI controller on the mean of a
 * buffer's level over 10 s, kp 0.2, ki 0.004, with the target led to its place in
 * 20 steps.  There it is the playback buffer as each chunk is written; here it
 * is given the whole latency at every wake-up, which is more than it knows.
 */
extern const struct sim_loop sim_camilla;

/*
 * zita-a2j (zita-ajbridge as of 2018, which JACK 1.9 has as tools/zalsa: alsathread.cc,
 * jackclient.cc): a delay-locked loop of 0.1 Hz predicts the input's periods, and at
 * each cycle of the output the delay by that line goes through two poles to a
 * proportional and integral control, of 1 Hz at first and 0.05 Hz after 4 s.  Its
 * thread takes the time when it has woken, and JACK filters that of its cycles; here
 * it is given those of the interrupts, which is more than it knows.
 */
extern const struct sim_loop sim_zita;

#endif
