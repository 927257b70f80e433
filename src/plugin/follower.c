/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "follower.h"

#include <math.h>
#include <string.h>
#include <time.h>

/*
 * A write is paced if it comes later after the last one than this part of the time that its frames last.  What fills a
 * buffer as fast as it can comes within a hundredth; what is paced comes within the whole, but for what it was late.
 */
#define PACED_PART 0.5

/*
 * A new deviation is reached over the time since the last run of the loop, as clockloop.h asks for, but over this at
 * least and at most, s: a program may look at the PCM twice at once, or not for seconds.
 */
#define RAMP_LEAST 1e-3
#define RAMP_MOST 0.25

int64_t bli_follower_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double seconds(int64_t nanoseconds)
{
	return 1e-9 * (double)nanoseconds;
}

void bli_follower_open(struct bli_follower *follower, struct bli_pump *pump, unsigned rate_hz,
		       snd_pcm_uframes_t period)
{
	memset(follower, 0, sizeof(*follower));
	follower->rate_hz = rate_hz;
	follower->slave_rate_hz = pump->slave->rate_hz;
	/* a program that writes whole periods would wait for another one if it lacked a frame */
	follower->level = pump->buffer / 2 / period * period;
	follower->latency = ((double)follower->level + fmax(0, pump->filter_delay)) / follower->rate_hz +
			    (double)pump->lead / follower->slave_rate_hz;
	pump->now = bli_follower_now;
	follower->state = BLI_FOLLOWER_PREPARED;
	bli_follower_prepare(follower);
}

void bli_follower_prepare(struct bli_follower *follower)
{
	const struct bli_clockloop_config config = {
		.rate_hz = { [BLI_CLOCK_IN] = follower->rate_hz, [BLI_CLOCK_OUT] = follower->slave_rate_hz },
		.latency = follower->latency,
		.deviation_max = BLI_FOLLOWER_DEVIATION_MAX,
	};

	if (follower->state == BLI_FOLLOWER_OFF)
		return;
	bli_clockloop_init(&follower->loop, &config);
	follower->state = BLI_FOLLOWER_PREPARED;
	follower->fill_from = 0;
	follower->write_time = follower->run_time = follower->dry_time = 0;
	follower->late = 0;
}

/* ---- filling ------------------------------------------------------------- */

/* Frames since filling began; not the pump's fill, which is 0 for ever on a slave that takes all at once. */
static bool has_level(const struct bli_follower *follower, const struct bli_pump *pump)
{
	return pump->appl - follower->fill_from >= (int64_t)follower->level;
}

bool bli_follower_is_filled(const struct bli_follower *follower, const struct bli_pump *pump)
{
	return pump->end != BLI_PUMP_ENDLESS || has_level(follower, pump);
}

bool bli_follower_start(struct bli_follower *follower, const struct bli_pump *pump)
{
	bool now = follower->state != BLI_FOLLOWER_PREPARED || bli_follower_is_filled(follower, pump);

	if (follower->state == BLI_FOLLOWER_PREPARED)
		follower->state = now ? BLI_FOLLOWER_FOLLOWING : BLI_FOLLOWER_FILLING;
	return now;
}

void bli_follower_filled(struct bli_follower *follower, const struct bli_pump *pump)
{
	follower->state = BLI_FOLLOWER_FOLLOWING;
	if (!follower->dry_time)
		return;
	/* what was written meanwhile may be a part of what was missing: where that ends is not known yet */
	bli_clockloop_break(&follower->loop, BLI_CLOCK_IN);
	/* the silence so far, and that which the slave begins with again */
	follower->late = (snd_pcm_uframes_t)(fmax(0, seconds(bli_follower_now() - follower->dry_time)) *
					     follower->rate_hz) + bli_pump_to_program(pump, pump->lead);
	follower->dry_time = 0;
}

void bli_follower_refill(struct bli_follower *follower, const struct bli_pump *pump)
{
	follower->state = BLI_FOLLOWER_FILLING;
	follower->fill_from = pump->converted < pump->appl ? pump->converted : pump->appl;
	/* what it had when it was looked at last has been played since */
	follower->dry_time = pump->asked_time + (int64_t)(1e9 * (double)pump->waiting / follower->slave_rate_hz);
	follower->refills++;
	bli_follower_break(follower);
}

void bli_follower_break(struct bli_follower *follower)
{
	if (follower->state == BLI_FOLLOWER_OFF)
		return;
	bli_clockloop_break(&follower->loop, BLI_CLOCK_IN);
	bli_clockloop_break(&follower->loop, BLI_CLOCK_OUT);
	follower->run_time = 0;
}

bool bli_follower_starts_early(const struct bli_follower *follower, const struct bli_pump *pump,
			       snd_pcm_uframes_t frames, int64_t now)
{
	return follower->state == BLI_FOLLOWER_PREPARED && follower->write_time && has_level(follower, pump) &&
	       seconds(now - follower->write_time) * follower->rate_hz >= PACED_PART * (double)frames;
}

/* ---- following ----------------------------------------------------------- */

bool bli_follower_leaves_out(struct bli_follower *follower, const struct bli_pump *pump, snd_pcm_uframes_t frames)
{
	if (follower->state != BLI_FOLLOWER_FOLLOWING || frames > follower->late ||
	    pump->appl - pump->hw < (int64_t)follower->level)
		return false;
	follower->late -= frames;
	follower->left_out += frames;
	bli_clockloop_break(&follower->loop, BLI_CLOCK_IN);
	return true;
}

void bli_follower_wrote(struct bli_follower *follower, const struct bli_pump *pump, int64_t now)
{
	int64_t fill = pump->appl - pump->hw;

	follower->write_time = now;
	if (follower->state == BLI_FOLLOWER_OFF || follower->state == BLI_FOLLOWER_FROZEN)
		return;
	bli_clockloop_wrote(&follower->loop, pump->appl, now, fill > 0 ? (size_t)fill : 0, pump->buffer);
}

/* The latency that the start gave is kept; nothing is skipped or inserted for another one, which would be heard. */
static void keep_latency(struct bli_follower *follower)
{
	struct bli_clockloop *loop = &follower->loop;
	int64_t shift = bli_clockloop_shift(loop);

	if (shift)
		bli_clockloop_set_latency(loop, fmax(0, loop->config.latency + (double)shift / follower->rate_hz));
	/* and from now on nothing is late any more */
	if (loop->has_advised && !loop->is_fresh)
		follower->late = 0;
}

void bli_follower_steer(struct bli_follower *follower, struct bli_pump *pump)
{
	struct bli_clockloop *loop = &follower->loop;
	int64_t now = pump->asked_time, frame;
	double fraction, ramp;

	if (follower->state != BLI_FOLLOWER_FOLLOWING || pump->end != BLI_PUMP_ENDLESS)
		return;
	bli_clockloop_stamp(loop, BLI_CLOCK_OUT, (int64_t)(pump->written - pump->waiting), now);
	bli_stream_position(&pump->stream, &frame, &fraction);
	bli_clockloop_place(loop, frame, fraction, (int64_t)(pump->written + pump->slave->staged));
	if (bli_clockloop_run(loop, now) == BLI_CLOCKLOOP_PLAYER)
		follower->state = BLI_FOLLOWER_FROZEN;
	keep_latency(follower);
	ramp = follower->run_time ? fmin(fmax(seconds(now - follower->run_time), RAMP_LEAST), RAMP_MOST) : RAMP_MOST;
	follower->run_time = now;
	bli_stream_set_deviation(&pump->stream, bli_clockloop_deviation(loop),
				 (uint32_t)lrint(ramp * follower->slave_rate_hz));
}
