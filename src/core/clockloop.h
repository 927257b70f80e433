/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clock loop: keeps the latency between two sound clocks constant.
 *
 * Frames come in by one clock and go out by another; between them is a
 * converter (or one of the clocks can be tuned).  The loop is told where both
 * clocks are, and how far the converter is; it says by how much the converter
 * must deviate from the nominal ratio so that the latency stays what was asked
 * for.  Nothing of ALSA is in it.
 *
 * Conventions
 *
 * Sides     BLI_CLOCK_IN: the clock frames come in by (the hardware pointer of a
 *           capture PCM, or what a program has written); BLI_CLOCK_OUT: the one
 *           they go out by (the hardware pointer of a playback PCM).
 * Positions frames of their side, 64-bit, from wherever the caller counts.  They
 *           only grow, until bli_clockloop_break().
 * Times     nanoseconds of one monotonic clock for both sides, signed 64-bit.
 *           CLOCK_MONOTONIC_RAW is best; a clock that is being slewed (by NTP)
 *           moves both sides alike, which cancels.
 * Durations seconds.  The latency is the time from when a frame came in to when
 *           it goes out: what waits on the input side, the converter's delay
 *           and what waits on the output side.
 * Deviation relative, 1e-6 is 1 ppm.  Positive: the input clock runs faster than
 *           nominal against the output's, so the converter must take more input
 *           frames per output frame: nominal step × (1 + deviation).
 * Threads   all functions are real-time safe (no allocation, no lock, no system
 *           call) and may be called by one thread at a time.
 *
 * Use, after each wake-up:
 *
 *     bli_clockloop_stamp(loop, BLI_CLOCK_IN, frames captured, time);
 *     bli_clockloop_stamp(loop, BLI_CLOCK_OUT, frames played, time);
 *     convert and write what there is, with the deviation as it was
 *     bli_clockloop_place(loop, input position of the next output frame, its number);
 *     bli_clockloop_run(loop, now);
 *     frames = bli_clockloop_shift(loop);        skip or insert, if not 0
 *     deviation = bli_clockloop_deviation(loop); for what is converted next
 *
 * If a clock is tuned, frames pass unchanged and the deviation goes to a tuner
 * (clocktuner.h).
 *
 * Which stamps: those of the last interrupt are best (tstamp_mode ENABLE,
 * snd_pcm_htimestamp() without snd_pcm_hwsync() or snd_pcm_avail() before it),
 * because the wake-up's delay is not in them.  A pointer that was read and the
 * time afterwards are as good if the pointer moves by frames; if it moves by
 * milliseconds or by periods, less can be known (figures in doc/trust.md).  A
 * stamp may be late by anything, but not early: see clock.h.
 */
#ifndef BLI_CLOCKLOOP_H
#define BLI_CLOCKLOOP_H

#include "clock.h"

enum bli_clock_side { BLI_CLOCK_IN, BLI_CLOCK_OUT, BLI_CLOCK_SIDES };

enum bli_clockloop_state {
	BLI_CLOCKLOOP_WAITING,	/* has no stamps yet, or none since a break; the deviation is what is known */
	BLI_CLOCKLOOP_LOCKING,	/* the latency is known, and being brought to what was asked for */
	BLI_CLOCKLOOP_LOCKED,	/* it came within 40 µs of that and is within 200 µs; the clocks are known to 1 ppm */
	BLI_CLOCKLOOP_PLAYER,	/* the writer goes by our own clock: deviation 0 for good */
};

struct bli_clockloop_config {
	double rate_hz[BLI_CLOCK_SIDES];	/* nominal, > 0 */
	double latency;			/* asked for, s, ≥ 0 */
	double deviation_max;		/* 0 … 0.1; 200 ppm more than the clocks' own leaves room to correct with */
};

struct bli_clockloop {
	struct bli_clockloop_config config;
	struct bli_clock clock[BLI_CLOCK_SIDES];
	enum bli_clockloop_state state;
	/* where the converter is: output frame place_out is made at input position place_in + place_fraction */
	int64_t place_in, place_out;
	double place_fraction;
	bool has_place;
	int64_t begin_time;	/* of the lock, or of recovery from a break */
	int64_t block_time;	/* when the block of stamps began */
	int64_t run_time;	/* of the last bli_clockloop_run() */
	bool has_run, has_block;
	bool is_fresh;		/* no shift was advised since the start, a break or another latency */
	bool has_advised;	/* ever */
	bool is_settled;	/* the latency has been right since the clocks were last doubted */
	int64_t shift;		/* advised by the last run */
	double left;		/* of the latency's excess at the last advice, without what a shift took away, s */
	double age_at_break;	/* s added to the time since begin_time: what a break need not relearn */
	double innovation;	/* mean |correction| of the latency that a block asked for, s */
	bool writes;		/* the stamps of the input are those of bli_clockloop_wrote() */
	double erratic;		/* mean square of what blocks of them asked for beyond expectation, s² */
	unsigned blocks;	/* since the start or a break */
	int strays;		/* blocks in a row that asked for more than the limit, with their sign */
	double stray;		/* what the last block asked for, s */
	double bandwidth;	/* of the servo, rad/s */
	double excess;		/* latency beyond what was asked for, at the last run, s */
	double deviation, slope;	/* the output, and its change per second */
};

/*
 * Start.  Returns 0, or −EINVAL if a number of the configuration is out of its
 * range or not finite; *loop is unspecified then.
 */
int bli_clockloop_init(struct bli_clockloop *loop, const struct bli_clockloop_config *config);

/* A position of one side and the time it was read at, or reported at by an interrupt. */
void bli_clockloop_stamp(struct bli_clockloop *loop, enum bli_clock_side side, int64_t frame, int64_t time);

/*
 * Instead of a stamp of the input, where all that is known of its clock is when a
 * program writes: it has written, `frame` frames in all, at `time`, and `fill` of
 * the `capacity` frames of its buffer are taken now.  The earliest writes of some
 * seconds are taken to be on time; where these do not lie on a line, less is
 * believed of each.  A writer that another clock paces does not fill
 * more than 7/8 of a buffer that is half full on average.  One that does waits for
 * room, so it goes by the output's clock, as players do: from then on the deviation
 * is 0, until bli_clockloop_init().
 */
void bli_clockloop_wrote(struct bli_clockloop *loop, int64_t frame, int64_t time, size_t fill, size_t capacity);

/*
 * Where the converter is: the next output frame will have number `out`, counted as
 * in the output's stamps, and belongs to the input position in + fraction, counted
 * as in the input's: that of the newest frame taken less the converter's delay.
 * If frames are skipped, inserted or lost, this is how the loop knows.
 */
void bli_clockloop_place(struct bli_clockloop *loop, int64_t in, double fraction, int64_t out);

/* Work out the deviation from what is known at a time, not before that of the last run.  Returns the state. */
enum bli_clockloop_state bli_clockloop_run(struct bli_clockloop *loop, int64_t now);

/*
 * The relative deviation that the converter should have from now to the next
 * run, within ±deviation_max; best reached by a ramp over that time.
 */
double bli_clockloop_deviation(const struct bli_clockloop *loop);

/*
 * The advice after a start or a break, when the sound has a gap anyhow: how many
 * input frames to skip (positive) or how many of silence to insert (negative) for
 * the latency to be right at once.  0 otherwise, and while the latency is not
 * known.  Nobody has to follow it: the deviation does the same, slowly.
 */
int64_t bli_clockloop_shift(const struct bli_clockloop *loop);

/*
 * A side has stopped and starts anew (xrun, suspend, unplugged): its positions
 * begin anew with the next stamp.  How long its frames are is remembered.
 */
void bli_clockloop_break(struct bli_clockloop *loop, enum bli_clock_side side);

/* Ask for another latency, s, ≥ 0: bli_clockloop_shift() advises how to get there at once. */
void bli_clockloop_set_latency(struct bli_clockloop *loop, double latency);

/* What a status line shows. */
struct bli_clockloop_status {
	enum bli_clockloop_state state;
	double deviation;
	double deviation_sigma;		/* standard deviation of what is known of both clocks, relative */
	double latency;			/* at the last run, s */
	double latency_sigma;		/* as deviation_sigma, s */
	double clock_deviation[BLI_CLOCK_SIDES];	/* of each clock from nominal, against that of the stamps */
	double lateness[BLI_CLOCK_SIDES];	/* of stamps, mean, s: interrupt or wake-up, and grain of the pointer */
};

void bli_clockloop_status(const struct bli_clockloop *loop, struct bli_clockloop_status *status);

/*
 * A side's clock has been tuned (clocktuner.h): from `time` on it runs
 * (1 + relative) times as fast as if left alone.  The deviation goes on saying
 * how far the clocks are apart when left alone.
 */
void bli_clockloop_tuned(struct bli_clockloop *loop, enum bli_clock_side side, double relative, int64_t time);

#endif
