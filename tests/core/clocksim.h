/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two sound cards with clocks of their own and a bridge between them, simulated
 * event by event.
 *
 * A card's clock has an offset, drifts, takes steps of temperature, and can be
 * tuned.  It interrupts at each period, some microseconds late; its pointer
 * moves by frames, by USB packets of 1 ms of the host's clock, or by periods.  A
 * thread sleeps until either card has interrupted, wakes late by up to `jitter`,
 * now and then by a hiccup, reads everything captured, converts it at the ratio
 * its loop asks for, and writes it all.  Instead of a card there can be a program
 * that writes each period of its own clock when it gets round to it.
 * No samples: what counts is when a frame was captured and when it is played,
 * which the simulation knows exactly.
 *
 * Times are seconds of the system's clock, positions frames since the card
 * started.
 */
#ifndef CLOCKSIM_H
#define CLOCKSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_grain { SIM_FRAME, SIM_USB, SIM_PERIOD, SIM_WRITER };
enum sim_stamp { SIM_INTERRUPT, SIM_READING };	/* a pair of the last interrupt, or made when the thread runs */
enum { SIM_IN, SIM_OUT, SIM_SIDES };

struct sim_card {
	double rate_hz;
	unsigned period;	/* frames */
	enum sim_grain grain;
	double offset_ppm;
	double drift_ppm_min, drift_from, drift_to;	/* between these times */
	double step_ppm, step_time, step_tau;	/* approached exponentially */
	double day_ppm;		/* amplitude of a sine of 24 h */
	double jump_frames, jump_time;	/* its pointer is so many frames further from then on */
	double writer_jitter;	/* of a writer: late by 0 … this, s; and by hiccups as below */
	unsigned writer_reads;	/* what it writes comes to it by so many frames: it waits for a multiple; 0: of none */
};

struct sim_config {
	struct sim_card card[SIM_SIDES];
	enum sim_stamp stamp;
	bool by_input;			/* the thread sleeps until the input interrupts, whatever the output does */
	double jitter;			/* wake-ups are late by 0 … this, evenly distributed, s */
	double hiccup, hiccup_every;	/* once in so many seconds on average, late by this besides, s */
	double slew_ppm, slew_time;	/* the system's clock against the true one, from a time on */
	double latency;			/* asked for, s */
	double duration;		/* s */
	double xrun_time, suspend_time;	/* 0: none.  The output stops for 30 ms; both for 300 ms */
	uint64_t seed;
};

/* What the bridge knows when it wakes and has read, converted and written. */
struct sim_wake {
	double now;
	bool begins;		/* first wake-up of all */
	bool broken[SIM_SIDES];	/* has started anew */
	int64_t frame[SIM_SIDES];	/* a stamp of each card … */
	double time[SIM_SIDES];
	double captured, queued;	/* frames not yet converted, not yet played, by the pointers as they are now */
	int64_t place_in, place_out;	/* output frame place_out is made at input place_in + place_fraction */
	double place_fraction;
};

/* What it is to do. */
struct sim_action {
	double deviation;	/* to reach over the next conversion, input frames per output frame against nominal */
	int64_t shift;		/* input frames to skip, or silence to insert */
	bool tunes;		/* the input's clock, to (1 + tune) times its own rate */
	double tune;
};

/* A loop that controls the bridge. */
struct sim_loop {
	const char *name;
	void (*init)(void *state, const struct sim_config *config);
	struct sim_action (*wake)(void *state, const struct sim_wake *wake);
};

/* The truth at a wake-up. */
struct sim_record {
	double time;
	double deviation;	/* what the loop asks for */
	double truth;		/* what would keep the latency constant */
	double latency;		/* from capture to play of the frame written last, s */
};

typedef void sim_observer(void *context, const struct sim_record *record);

#define SIM_TRACK_HZ 60
#define SIM_USB_HOST_PPM 17.3	/* its packets are longer than 1 ms by that */

struct sim_result {
	unsigned xruns;		/* those provoked included */
	unsigned long wakes;
	size_t track_frames;	/* filled of the track */
};

/*
 * Run.  track[track_max], if not NULL, gets the advance of the converted input
 * over an ideal converter at nominal ratio, in seconds, at SIM_TRACK_HZ of the
 * output's frames, from track_from seconds on.
 */
struct sim_result sim_run(const struct sim_config *config, const struct sim_loop *loop, void *state,
			  sim_observer *observer, void *context, double *track, size_t track_max, double track_from);

/* A number in 0 … 1 of a sequence. */
double sim_random(uint64_t *seed);

#endif
