/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clockloop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * All constants were chosen in simulation (tests/core/clockloop) for stamps made at interrupts: locked in 20 s, the
 * latency within 25 µs at 5 ppm/min, the ratio quieter than 0.3 ppm and sidebands below −120 dB.
 */

/* Blocks of stamps, s: a part of the loop's age, between limits; longer where stamps are poor. */
#define BLOCK_OF_AGE 0.125
#define BLOCK_LEAST 0.25
#define BLOCK_MOST 0.5
#define BLOCK_MOST_POOR 4.0
#define BLOCK_STAMPS 4
#define EDGE_GOOD 8e-6		/* s: an edge that is less certain than this makes a block poor */
#define GRAIN_VARIANCE (1.0 / 12)	/* frames²: of evenly distributed fractions; no edge is more certain */
#define BLOCK_STALE 30.0	/* s: no block takes that long while there are stamps: as after a break */
#define LINE_STALE 5.0		/* s: a line that old is begun anew after a break */

/*
 * What a block says of the latency is limited to a time, s, or to a multiple of what blocks say in the mean, whichever
 * is more; not in the first blocks.  So many blocks in a row beyond the limit, and one more, are believed.
 */
#define LIMIT_LEAST 30e-6
#define LIMIT_MEANS 4
#define LIMIT_WEIGHT (1.0 / 16)
#define FREE_BLOCKS 8
#define STRAYS_MOST 3
#define JUMP_GROWTH 0.15	/* from the last but one of them to the last, of which another rate makes 0.29 */

/*
 * Blocks of writes that ask for more than a time, s, and for so many standard deviations of what is expected, do not lie
 * on a line: their lateness is much the same for seconds and then another one, as where a program reads by periods and
 * writes a little more than some of them.  The mean square of that, over a time, s, is the variance of all.
 */
#define ERRATIC_LEAST 1e-3
#define ERRATIC_SIGMAS 5
#define ERRATIC_TIME 60.0

/* Bandwidth of the servo, rad/s: a number over the loop's age; in the end, one over the uncertainty of the latency. */
#define BANDWIDTH_BY_AGE 8.0
#define BANDWIDTH_MOST 1.5
#define BANDWIDTH_BY_SIGMA 1e-6
#define BANDWIDTH_END_MOST 0.25
#define BANDWIDTH_END_LEAST 0.05
#define AGE_AFTER_BREAK 1.0	/* s: what is left of the age at the most */

/*
 * Once the loop is that old, s, and the latency has been within an excess, s, of what was asked for, its servo may be
 * slower than what is known of the clocks, and is faster by so much, rad/s, for each second beyond.  If blocks correct the
 * latency by less than SETTLED_INNOVATION, s, in the mean, a tone of 1 kHz is then 90 dB above what the wander of the
 * ratio makes of it over 10 s.  From there to twice that the servo becomes what it was before: a slow one would not follow
 * a USB clock near its host's.
 */
#define SETTLED_AGE 18.0	/* clocks are known to 0.02 ppm then; earlier, and the servo has to come back to them */
#define SETTLED_EXCESS 5e-6
#define SETTLED_INNOVATION 2e-6
#define BANDWIDTH_SETTLED 0.01
#define BANDWIDTH_BY_EXCESS 3e4
#define BANDWIDTH_FALL 3.0	/* of a number over time; faster, and what the ratio is off by would stay */
#define LEAD_MOST 20.0	/* s: a drift is not counted on for longer */
#define LEFT_MOST 30e-6	/* s: a break leaves the latency off by a frame or so, for which nothing is hurried */

/* The ratio is taken over when it is known to this; a shift is advised when the latency, s, is too, if worth it. */
#define SHIFT_SIGMA 500e-6
#define SHIFT_DEVIATION_SIGMA 100e-6
#define SHIFT_LEAST 200e-6
#define SHIFT_MOST 1e9		/* frames */

/* Locked: what must be known and reached, s and relative; and what ends it. */
#define LOCK_SIGMA 25e-6
#define LOCK_DEVIATION_SIGMA 1e-6
#define LOCK_EXCESS 40e-6
#define UNLOCK_EXCESS 200e-6

static double seconds(int64_t nanoseconds)
{
	return 1e-9 * (double)nanoseconds;
}

int bli_clockloop_init(struct bli_clockloop *loop, const struct bli_clockloop_config *config)
{
	memset(loop, 0, sizeof(*loop));
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		if (!(config->rate_hz[side] > 0) || !isfinite(config->rate_hz[side]))
			return -EINVAL;
		bli_clock_init(&loop->clock[side], config->rate_hz[side]);
	}
	if (!(config->latency >= 0) || !isfinite(config->latency) || !(config->deviation_max >= 0) ||
	    !(config->deviation_max <= 0.1))
		return -EINVAL;
	loop->config = *config;
	loop->is_fresh = true;
	loop->bandwidth = BANDWIDTH_MOST;
	return 0;
}

void bli_clockloop_stamp(struct bli_clockloop *loop, enum bli_clock_side side, int64_t frame, int64_t time)
{
	bli_clock_stamp(&loop->clock[side], frame, time);
}

void bli_clockloop_wrote(struct bli_clockloop *loop, int64_t frame, int64_t time, size_t fill, size_t capacity)
{
	if (fill > capacity - capacity / 8) {
		loop->state = BLI_CLOCKLOOP_PLAYER;
		loop->deviation = loop->slope = 0;
	}
	loop->writes = true;
	bli_clock_stamp(&loop->clock[BLI_CLOCK_IN], frame, time);
}

void bli_clockloop_place(struct bli_clockloop *loop, int64_t in, double fraction, int64_t out)
{
	loop->place_in = in;
	loop->place_fraction = fraction;
	loop->place_out = out;
	loop->has_place = true;
}

static double age(const struct bli_clockloop *loop, int64_t now)
{
	return seconds(now - loop->begin_time) + loop->age_at_break;
}

/* Standard deviations of what is known of both clocks: of the latency, s, and of the ratio. */
static double latency_sigma(const struct bli_clockloop *loop)
{
	return sqrt(fmax(loop->clock[BLI_CLOCK_IN].covariance[0][0] + loop->clock[BLI_CLOCK_OUT].covariance[0][0], 0));
}

static double deviation_sigma(const struct bli_clockloop *loop)
{
	return sqrt(fmax(loop->clock[BLI_CLOCK_IN].covariance[1][1] + loop->clock[BLI_CLOCK_OUT].covariance[1][1], 0));
}

/* How much the input's clock runs faster than the output's, against nominal; without tuning. */
static double clocks(const struct bli_clockloop *loop, double lead)
{
	double in = bli_clock_deviation(&loop->clock[BLI_CLOCK_IN]);
	double out = bli_clock_deviation(&loop->clock[BLI_CLOCK_OUT]);

	return (in - out) / (1 + out) + (loop->clock[BLI_CLOCK_OUT].drift - loop->clock[BLI_CLOCK_IN].drift) *
		(seconds(loop->run_time - loop->clock[BLI_CLOCK_IN].time) + lead);
}

/* Has the block gone on for long enough? */
static bool is_full(const struct bli_clockloop *loop, int64_t now, const struct bli_clock_edge *edge)
{
	double duration = seconds(now - loop->block_time), part = BLOCK_OF_AGE * age(loop, now);
	double worst = fmax(edge[BLI_CLOCK_IN].deviation, edge[BLI_CLOCK_OUT].deviation);

	return duration >= fmax(BLOCK_LEAST, fmin(part, worst > EDGE_GOOD ? BLOCK_MOST_POOR : BLOCK_MOST));
}

/*
 * The clocks are not where they are known to be.  Blocks of a clock that has another rate say more and more; of one that
 * has jumped, as it has lost frames or was held up, they say the same: then its rate is still known, and the latency is
 * made right as after a break.  Another rate is learnt anew, as fast as after a break.
 */
static void doubt(struct bli_clockloop *loop, int64_t now, double late)
{
	bool has_jumped = fabs(late - loop->stray) < JUMP_GROWTH * fabs(late);
	double length = has_jumped ? 0 : fabs(late) / seconds(now - loop->block_time);

	for (int side = 0; side < BLI_CLOCK_SIDES; side++)
		bli_clock_doubt(&loop->clock[side], fabs(late), length);
	if (has_jumped) {
		loop->is_fresh = true;
	} else {
		loop->begin_time = now;
		loop->age_at_break = AGE_AFTER_BREAK;
		loop->is_settled = false;
	}
	loop->blocks = 0;
	loop->strays = 0;
}

/* The first block says how late the stamp was that a line begins with; the next few how wrong its length is. */
static void note_innovation(struct bli_clockloop *loop, double late)
{
	unsigned before = loop->blocks++;
	double weight = loop->is_settled ? 0 : 2.0 / loop->blocks;

	if (before >= (loop->is_settled ? FREE_BLOCKS : 1))
		loop->innovation += fmax(LIMIT_WEIGHT, weight) * (late - loop->innovation);
}

/* What a block says of the latency, limited; unless the blocks before said the same. */
static double limited(struct bli_clockloop *loop, int64_t now, double late)
{
	/* of erratic blocks little is believed anyhow */
	bool is_free = loop->blocks < FREE_BLOCKS || loop->erratic > ERRATIC_LEAST * ERRATIC_LEAST;
	double limit = is_free ? INFINITY : fmax(LIMIT_LEAST, LIMIT_MEANS * loop->innovation);
	int sign = late > limit ? 1 : late < -limit ? -1 : 0;

	loop->strays = sign * loop->strays < 0 || !sign ? sign : loop->strays + sign;
	if (abs(loop->strays) > STRAYS_MOST) {
		doubt(loop, now, late);
		limit = INFINITY;
	}
	loop->stray = late;
	late = fmax(-limit, fmin(late, limit));
	note_innovation(loop, fabs(late));
	return late;
}

/* How far what a block says is from what could be expected, as the variance of blocks to come. */
static double erratic(struct bli_clockloop *loop, double duration, double late, double variance)
{
	double square = 0;

	if (!loop->writes)
		return 0;
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		double (*v)[3] = loop->clock[side].covariance;

		variance += v[0][0] + duration * (2 * v[0][1] + duration * v[1][1]);
	}
	if (fabs(late) > ERRATIC_LEAST && late * late > ERRATIC_SIGMAS * ERRATIC_SIGMAS * (variance + loop->erratic))
		square = late * late;
	loop->erratic += fmin(duration / ERRATIC_TIME, 1) * (square - loop->erratic);
	return loop->erratic;
}

/* A writer's clock that would be off by more than can be followed: its lateness is what makes it seem so. */
static void suppose(struct bli_clockloop *loop)
{
	double out = bli_clock_deviation(&loop->clock[BLI_CLOCK_OUT]), most = loop->config.deviation_max;
	double seems = (bli_clock_deviation(&loop->clock[BLI_CLOCK_IN]) - out) / (1 + out);

	if (fabs(seems) > most)
		bli_clock_suppose(&loop->clock[BLI_CLOCK_IN], (1 + copysign(most, seems)) * (1 + out) - 1,
				  loop->erratic < ERRATIC_LEAST * ERRATIC_LEAST);
}

/*
 * Both clocks by the stamps of a block, if it is long enough.  They have one variance, and what the two edges have in
 * common is not limited: then whatever slews the time of both alike cancels in the latency.  What is limited is taken
 * from the edge that is further from what is known.
 */
static bool update(struct bli_clockloop *loop, int64_t now)
{
	struct bli_clock_edge edge[BLI_CLOCK_SIDES];
	double duration = seconds(now - loop->block_time), variance = 0, late, excess;

	if (duration > BLOCK_STALE) {
		bli_clockloop_break(loop, BLI_CLOCK_IN);
		bli_clockloop_break(loop, BLI_CLOCK_OUT);
	}
	if (!loop->has_block || duration < BLOCK_LEAST)
		return false;
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		double grain = 1 / loop->clock[side].rate_hz;

		if (loop->clock[side].stamps < BLOCK_STAMPS || !bli_clock_edge(&loop->clock[side], &edge[side]))
			return false;
		variance += edge[side].deviation * edge[side].deviation + GRAIN_VARIANCE * grain * grain;
	}
	if (!is_full(loop, now, edge))
		return false;
	late = edge[BLI_CLOCK_IN].late - edge[BLI_CLOCK_OUT].late;
	variance += erratic(loop, duration, late, variance);
	excess = late - limited(loop, now, late);
	if (fabs(edge[BLI_CLOCK_IN].late) > fabs(edge[BLI_CLOCK_OUT].late))
		edge[BLI_CLOCK_IN].late -= excess;
	else
		edge[BLI_CLOCK_OUT].late += excess;
	for (int side = 0; side < BLI_CLOCK_SIDES; side++)
		bli_clock_update(&loop->clock[side], now, &edge[side], variance);
	if (loop->writes)
		suppose(loop);
	loop->block_time = now;
	return true;
}

/* Latency by the lines of both clocks and the converter's place, beyond what was asked for. */
static double excess(const struct bli_clockloop *loop, int64_t now)
{
	const struct bli_clock *in = &loop->clock[BLI_CLOCK_IN], *out = &loop->clock[BLI_CLOCK_OUT];

	return bli_clock_distance(in, loop->place_in, loop->place_fraction, now) / bli_clock_rate(in) -
	       bli_clock_distance(out, loop->place_out, 0, now) / bli_clock_rate(out) - loop->config.latency;
}

/*
 * The latency y beyond what was asked for grows by clocks() − deviation per second.  With
 *     deviation″ = −3a·deviation′ − 3a²·(deviation − clocks()) + a³·y
 * it decays by y‴ + 3a·y″ + 3a²·y′ + a³·y = 0, three equal poles at the bandwidth a; and each step of what is known
 * passes two poles on its way to the deviation, which take 46 dB off at 1 Hz if a is 0.25 rad/s.  The delay of these
 * two, 1/a, is made up for by the drift.  F. Adriaensen, "Controlling adaptive resampling" (2012), has two such poles
 * and an integrator that finds the ratio; here the ratio is known from both clocks, and only the latency integrates.
 */
static void steer(struct bli_clockloop *loop, double duration, double y)
{
	double a = loop->bandwidth, most = loop->config.deviation_max, target = clocks(loop, fmin(1 / a, LEAD_MOST));
	int steps = 1 + (int)fmin(duration * a * 8, 1000);
	double step = fmin(duration, 100 / a) / steps;

	for (int i = 0; i < steps; i++) {
		loop->slope += step * a * (a * (a * y + 3 * (target - loop->deviation)) - 3 * loop->slope);
		loop->deviation += step * loop->slope;
		if (fabs(loop->deviation) > most) {
			loop->deviation = copysign(most, loop->deviation);
			loop->slope = 0;
		}
	}
}

/* What a break has left the latency off by, and the slow servo brings to nothing; see steer(). */
static double left(const struct bli_clockloop *loop)
{
	double turns = BANDWIDTH_SETTLED * seconds(loop->run_time - loop->begin_time);

	return loop->left * exp(-turns) * (1 + turns + turns * turns / 2);
}

/* Fast after a start; later as slow as the uncertainty of the latency demands; once settled as slow as can be. */
static double bandwidth(const struct bli_clockloop *loop, double duration)
{
	double least = fmax(BANDWIDTH_END_LEAST, fmin(BANDWIDTH_BY_SIGMA / latency_sigma(loop), BANDWIDTH_END_MOST));
	double most = fmax(least, fmin(BANDWIDTH_BY_AGE / age(loop, loop->run_time), BANDWIDTH_MOST));
	double beyond = fmax(fabs(loop->excess) - SETTLED_EXCESS - left(loop), 0);
	double unrest = fmax(0, fmin(loop->innovation / SETTLED_INNOVATION - 1, 1));
	double settled = fmin(BANDWIDTH_SETTLED + BANDWIDTH_BY_EXCESS * beyond, most);

	settled += unrest * (most - settled);
	return loop->is_settled ? fmax(settled, 1 / (1 / loop->bandwidth + duration / BANDWIDTH_FALL)) : most;
}

static double within_most(const struct bli_clockloop *loop, double deviation)
{
	double most = loop->config.deviation_max;

	return fmax(-most, fmin(deviation, most));
}

/* As soon as the latency has come to what was asked for, the ratio is what is known of the clocks. */
static void settle(struct bli_clockloop *loop)
{
	if (loop->is_settled || loop->state != BLI_CLOCKLOOP_LOCKED || fabs(loop->excess) > SETTLED_EXCESS ||
	    loop->innovation > SETTLED_INNOVATION || age(loop, loop->run_time) < SETTLED_AGE)
		return;
	loop->is_settled = true;
	loop->bandwidth = BANDWIDTH_SETTLED;
	loop->deviation = within_most(loop, clocks(loop, 0));
	loop->slope = 0;
}

/* Whether the loop is locked. */
static void judge(struct bli_clockloop *loop)
{
	if (loop->state == BLI_CLOCKLOOP_WAITING || fabs(loop->excess) > UNLOCK_EXCESS)
		loop->state = BLI_CLOCKLOOP_LOCKING;
	if (loop->state == BLI_CLOCKLOOP_LOCKING && fabs(loop->excess) < LOCK_EXCESS &&
	    deviation_sigma(loop) < LOCK_DEVIATION_SIGMA && latency_sigma(loop) < LOCK_SIGMA)
		loop->state = BLI_CLOCKLOOP_LOCKED;
}

/* The ratio as soon as it is known, once the latency is, too; that after a start or a break. */
static void advise(struct bli_clockloop *loop)
{
	double frames = loop->excess * loop->config.rate_hz[BLI_CLOCK_IN];

	if (!loop->is_fresh || deviation_sigma(loop) > SHIFT_DEVIATION_SIGMA)
		return;
	if (!loop->has_advised) {
		loop->deviation = within_most(loop, clocks(loop, 0));
		loop->slope = 0;
		loop->has_advised = true;
	}
	if (latency_sigma(loop) > SHIFT_SIGMA)
		return;
	loop->is_fresh = false;
	if (fabs(loop->excess) > SHIFT_LEAST)
		loop->shift = llrint(fmax(-SHIFT_MOST, fmin(frames, SHIFT_MOST)));
	loop->left = fabs(frames - (double)loop->shift) / loop->config.rate_hz[BLI_CLOCK_IN];
	if (!loop->is_settled || loop->left > LEFT_MOST)
		loop->left = 0;
}

/* The first block, once both sides have stamps. */
static bool begin(struct bli_clockloop *loop, int64_t now)
{
	bool begun = true;

	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		struct bli_clock *clock = &loop->clock[side];

		if (clock->begun && seconds(now - clock->time) > LINE_STALE)
			bli_clock_break(clock);
		begun &= clock->begun;
	}
	if (!begun)
		return false;
	/* stamps of one side alone would be older than the block */
	bli_clock_clear(&loop->clock[BLI_CLOCK_IN]);
	bli_clock_clear(&loop->clock[BLI_CLOCK_OUT]);
	loop->begin_time = loop->block_time = now;
	loop->has_block = true;
	return true;
}

enum bli_clockloop_state bli_clockloop_run(struct bli_clockloop *loop, int64_t now)
{
	double duration = loop->has_run ? fmax(seconds(now - loop->run_time), 0) : 0;
	bool updated;

	loop->shift = 0;
	loop->run_time = now;
	loop->has_run = true;
	if (loop->state == BLI_CLOCKLOOP_PLAYER || !loop->has_place || (!loop->has_block && !begin(loop, now)))
		return loop->state;
	updated = update(loop, now);
	if (!loop->blocks)
		return loop->state;
	loop->excess = excess(loop, now);
	advise(loop);
	loop->bandwidth = bandwidth(loop, duration);
	if (loop->has_advised)
		steer(loop, duration, loop->is_fresh || loop->shift ? 0 : loop->excess);
	if (updated) {
		judge(loop);
		settle(loop);
	}
	return loop->state;
}

double bli_clockloop_deviation(const struct bli_clockloop *loop)
{
	return loop->deviation;
}

int64_t bli_clockloop_shift(const struct bli_clockloop *loop)
{
	return loop->shift;
}

void bli_clockloop_break(struct bli_clockloop *loop, enum bli_clock_side side)
{
	bli_clock_break(&loop->clock[side]);
	if (loop->state == BLI_CLOCKLOOP_PLAYER)
		return;
	if (loop->has_block)
		loop->age_at_break = fmin(age(loop, loop->run_time), AGE_AFTER_BREAK);
	loop->has_block = false;
	loop->has_place = false;
	loop->blocks = 0;
	loop->strays = 0;
	loop->shift = 0;
	loop->slope = 0;
	loop->is_fresh = true;
	loop->state = BLI_CLOCKLOOP_WAITING;
}

void bli_clockloop_set_latency(struct bli_clockloop *loop, double latency)
{
	loop->config.latency = latency;
	loop->is_fresh = true;
}

void bli_clockloop_status(const struct bli_clockloop *loop, struct bli_clockloop_status *status)
{
	status->state = loop->state;
	status->deviation = loop->deviation;
	status->deviation_sigma = deviation_sigma(loop);
	status->latency = loop->config.latency + loop->excess;
	status->latency_sigma = latency_sigma(loop);
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		status->clock_deviation[side] = bli_clock_deviation(&loop->clock[side]);
		status->lateness[side] = loop->clock[side].lateness;
	}
}

void bli_clockloop_tuned(struct bli_clockloop *loop, enum bli_clock_side side, double relative, int64_t time)
{
	bli_clock_tune(&loop->clock[side], relative, time);
}
