/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clocks: what position a sound card has reached at any time, from stamps.
 *
 * A stamp says that a position had been reached at a time.  Whatever delays a
 * stamp (an interrupt, the wake-up of a thread, a pointer that moves in grains)
 * makes it late, never early, so the earliest stamps lie on the line that is
 * wanted; a line through all of them would move with the load of the machine.
 * A clock collects stamps in blocks of a quarter of a second to some seconds,
 * takes the edge of their lateness, and a Kalman filter with three states (time
 * of a position, length of a frame, drift of that) follows the edges.
 *
 * Times are nanoseconds of one monotonic clock, as signed 64-bit numbers.
 * Positions are frames, 64-bit, wherever they begin; they may only grow.
 * Durations are seconds.  All functions are real-time safe: they allocate
 * nothing, lock nothing and make no system call.  An object may be used by one
 * thread at a time.
 */
#ifndef BLI_CLOCK_H
#define BLI_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLI_CLOCK_HULL 32	/* most corners of a hull that are kept */

/* A line through the stamps, and how well it is known. */
struct bli_clock {
	double rate_hz;		/* nominal */
	double tuned;		/* relative change of rate that is known, see bli_clock_tune() */
	double length;		/* relative length of a frame: 1/rate_hz·(1 + length) without tuning */
	double drift;		/* of the length, per s */
	int64_t time;		/* at this time the clock is … */
	int64_t frame;		/* … at this position … */
	double fraction;	/* … plus this fraction of a frame */
	double covariance[3][3];	/* of the line's time (s), its length and its drift (1/s) */
	bool begun;		/* has the line a stamp? */
	bool has_length;	/* has it been updated? */
	int64_t last_frame, last_time;	/* of the last stamp */
	/* the block being collected */
	size_t stamps;
	int64_t block_time;	/* of its first stamp */
	double since_sum, late_sum;	/* of all stamps: time since the first one, and lateness against the line, s */
	size_t hulls;
	struct bli_clock_point {
		double since, late;
	} hull[BLI_CLOCK_HULL];	/* the lower convex hull of all stamps */
	double lateness;	/* of stamps against the edge, mean of the last blocks, s */
};

/* Start with a nominal rate (Hz, > 0), of which no more is known than that it is right to 0.1 %. */
void bli_clock_init(struct bli_clock *clock, double rate_hz);

/*
 * A position and the time at which it had been reached: read the position first,
 * then the time.  A stamp whose position is not beyond the last one says nothing
 * new and is left out, as is one whose time is not later.
 */
void bli_clock_stamp(struct bli_clock *clock, int64_t frame, int64_t time);

/* The edge of lateness in the stamps of a block. */
struct bli_clock_edge {
	double since;		/* at this time after the first stamp, s … */
	double late;		/* … it is so late against the line, s, … */
	double deviation;	/* … as uncertain as this, s */
	double mean;		/* lateness of all stamps above it, s */
};

/* Work out the edge so far.  False, with nothing set, if there are fewer than three stamps. */
bool bli_clock_edge(const struct bli_clock *clock, struct bli_clock_edge *edge);

/* Forget the stamps of a block. */
void bli_clock_clear(struct bli_clock *clock);

/*
 * End the block at a time not before its stamps: move the line to that time and
 * correct it by the edge, or by what the caller made of it, with its variance (s²).
 */
void bli_clock_update(struct bli_clock *clock, int64_t time, const struct bli_clock_edge *edge, double variance);

/*
 * After a break in the stamps (xrun, suspend): positions begin anew with the
 * next stamp; the length of a frame is kept.
 */
void bli_clock_break(struct bli_clock *clock);

/* Doubt a line that stamps depart from: as if known to ±time s and ±length only. */
void bli_clock_doubt(struct bli_clock *clock, double time, double length);

/*
 * Take the deviation from nominal, without tuning, for this; it does not drift.  It
 * is known as well as it was, or, if is_new, as little as at first.
 */
void bli_clock_suppose(struct bli_clock *clock, double deviation, bool is_new);

/* From this time on the clock runs (1 + relative) times as fast as if it were left alone. */
void bli_clock_tune(struct bli_clock *clock, double relative, int64_t time);

/* Frames per second, tuning included; and the same relative to the nominal rate, without tuning. */
double bli_clock_rate(const struct bli_clock *clock);
double bli_clock_deviation(const struct bli_clock *clock);

/* Frames from a position, frame + fraction, to where the clock is at a time by all that is known. */
double bli_clock_distance(const struct bli_clock *clock, int64_t frame, double fraction, int64_t time);

#endif
