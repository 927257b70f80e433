/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Positions: at which time of its input each output frame of a gliding
 * conversion lies, without rounding.
 *
 * Times are counted in whole units, of which an input frame has `unit` and an
 * output frame at the nominal ratio `nominal`.  Both are multiples of the
 * ratio's terms, so that the nominal ratio is exact however long a stream
 * lasts.  A deviation is rounded by 2^−56 input frames per output frame at most:
 * 10^10 output frames, two days at 48 kHz, are off by less than 2·10^−7 input frames.
 *
 * All functions are real-time safe; those that skip and count take a time in
 * proportion to what is left of a ramp.  One position serves one thread at a time.
 */
#ifndef BLI_POSITION_H
#define BLI_POSITION_H

#include <stddef.h>
#include <stdint.h>

#define BLI_POSITION_TERM_MAX (UINT64_C(1) << 32)	/* of the ratio in lowest terms */
#define BLI_POSITION_STEP_MAX 8	/* input frames per output frame, nominally */

struct bli_position {
	uint64_t unit;		/* units in an input frame: 2^55, or up to 2^32 less */
	uint64_t nominal;	/* units from one output frame to the next, but for the deviation */
	int64_t deviation;	/* units added to that now */
	/* a ramp adds ramp_step, and 1 more in ramp_rest of ramp_frames output frames, evenly spread */
	int64_t ramp_step;
	uint32_t ramp_frames, ramp_rest, ramp_sum;
	uint32_t ramp_left;	/* output frames until it ends */
	/* of the next output frame */
	int64_t frame;		/* input frames */
	uint64_t fraction;	/* and units, less than `unit` */
};

/*
 * Start at time 0 with no deviation, `in` input frames lasting as long as `out`
 * output frames: in lowest terms, both 1 … BLI_POSITION_TERM_MAX, and in/out ≤
 * BLI_POSITION_STEP_MAX.
 */
void bli_position_open(struct bli_position *position, uint64_t in, uint64_t out);

/* Go to a time in input frames, rounded to a unit.  The deviation stays as it is. */
void bli_position_start(struct bli_position *position, double time);

/*
 * Output frames are to lie (1 + deviation) times as far apart as nominally,
 * −1/2 … 1/2, reached in equal steps over the next ramp_frames output frames, or
 * with the next one if 0.  A ramp that has not ended goes on from where it is.
 */
void bli_position_deviate(struct bli_position *position, double deviation, uint32_t ramp_frames);

/* The deviation that holds now: in a ramp, the one between the last output frame and the next. */
double bli_position_deviation(const struct bli_position *position);

/*
 * Take up to `count` output frames that lie before the input frame `limit`:
 * their times are origin + first[n] + fraction[n], 0 ≤ fraction ≤ 1 (by rounding).  Those
 * must lie at or behind `origin` and before origin + 2^32.  Returns their number.
 */
size_t bli_position_take(struct bli_position *position, int64_t limit, size_t count, int64_t origin,
			 uint32_t *first, double *fraction);

/* Leave out `count` output frames, up to 2^48. */
void bli_position_skip(struct bli_position *position, uint64_t count);

/* How many output frames lie before the input frame `limit`, at most `most`. */
uint64_t bli_position_count(const struct bli_position *position, int64_t limit, uint64_t most);

#endif
