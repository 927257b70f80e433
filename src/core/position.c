/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "position.h"

#include <math.h>

#define UNIT_MAX (UINT64_C(1) << 55)

/* A length of time: whole input frames, and less than one in units. */
struct span {
	int64_t frames;
	uint64_t units;
};

static inline struct span sum(struct span a, struct span b, uint64_t unit)
{
	uint64_t units = a.units + b.units, carry = units >= unit;

	return (struct span){ a.frames + b.frames + (int64_t)carry, carry ? units - unit : units };
}

static struct span now(const struct bli_position *position)
{
	return (struct span){ position->frame, position->fraction };
}

static void go_to(struct bli_position *position, struct span time)
{
	position->frame = time.frames;
	position->fraction = time.units;
}

void bli_position_open(struct bli_position *position, uint64_t in, uint64_t out)
{
	uint64_t scale = UNIT_MAX / out;

	*position = (struct bli_position){ .unit = out * scale, .nominal = in * scale };
}

void bli_position_start(struct bli_position *position, double time)
{
	double whole = floor(time);

	position->frame = (int64_t)whole;
	position->fraction = (uint64_t)llrint((time - whole) * (double)position->unit);
	if (position->fraction >= position->unit) {
		position->fraction -= position->unit;
		position->frame++;
	}
}

void bli_position_deviate(struct bli_position *position, double deviation, uint32_t ramp_frames)
{
	int64_t target = llrint(deviation * (double)position->nominal), rest;

	position->ramp_left = position->ramp_frames = ramp_frames;
	if (!ramp_frames) {
		position->deviation = target;
		return;
	}
	/* rounded down, so that the rest is positive */
	position->ramp_step = (target - position->deviation) / ramp_frames;
	rest = (target - position->deviation) % ramp_frames;
	if (rest < 0) {
		rest += ramp_frames;
		position->ramp_step--;
	}
	position->ramp_rest = (uint32_t)rest;
	position->ramp_sum = 0;
}

double bli_position_deviation(const struct bli_position *position)
{
	return (double)position->deviation / (double)position->nominal;
}

/* Time to the next output frame; a ramp goes one step. */
static struct span next_step(struct bli_position *position)
{
	uint64_t units;

	if (position->ramp_left) {
		uint64_t rest = (uint64_t)position->ramp_sum + position->ramp_rest;

		position->ramp_left--;
		position->deviation += position->ramp_step;
		if (rest >= position->ramp_frames) {
			rest -= position->ramp_frames;
			position->deviation++;
		}
		position->ramp_sum = (uint32_t)rest;
	}
	units = position->nominal + (uint64_t)position->deviation;
	return (struct span){ (int64_t)(units / position->unit), units % position->unit };
}

/* Output frames taken at a time: each waits for the one that many before it only. */
#define CHAINS 2

/* bli_position_take() outside ramps */
static size_t take_evenly(struct bli_position *position, int64_t limit, size_t count, int64_t origin,
			  uint32_t *first, double *fraction)
{
	const uint64_t unit = position->unit;
	const struct span step = next_step(position), leap = sum(step, step, unit);
	const double scale = 1 / (double)unit;
	struct span at[CHAINS] = { { position->frame - origin, position->fraction } };
	size_t n = 0;

	limit -= origin;
	at[1] = sum(at[0], step, unit);
	for (; n + CHAINS <= count && at[CHAINS - 1].frames < limit; n += CHAINS)
#pragma GCC unroll 8
		for (size_t i = 0; i < CHAINS; i++) {
			first[n + i] = (uint32_t)at[i].frames;
			fraction[n + i] = (double)(int64_t)at[i].units * scale;
			at[i] = sum(at[i], leap, unit);
		}
	for (; n < count && at[0].frames < limit; n++) {
		first[n] = (uint32_t)at[0].frames;
		fraction[n] = (double)(int64_t)at[0].units * scale;
		at[0] = sum(at[0], step, unit);
	}
	at[0].frames += origin;
	go_to(position, at[0]);
	return n;
}

size_t bli_position_take(struct bli_position *position, int64_t limit, size_t count, int64_t origin,
			 uint32_t *first, double *fraction)
{
	const double scale = 1 / (double)position->unit;
	size_t n = 0;

	/* while a ramp lasts every step is another */
	for (; n < count && position->ramp_left && position->frame < limit; n++) {
		first[n] = (uint32_t)(position->frame - origin);
		fraction[n] = (double)(int64_t)position->fraction * scale;
		go_to(position, sum(now(position), next_step(position), position->unit));
	}
	if (n < count && position->frame < limit)
		n += take_evenly(position, limit, count - n, origin, first + n, fraction + n);
	return n;
}

void bli_position_skip(struct bli_position *position, uint64_t count)
{
	struct span time = now(position);

	for (; count && position->ramp_left; count--)
		time = sum(time, next_step(position), position->unit);
	if (count) {
		struct span step = next_step(position);

		/* as many steps as each bit of count stands for */
		for (; count; count >>= 1) {
			if (count & 1)
				time = sum(time, step, position->unit);
			step = sum(step, step, position->unit);
		}
	}
	go_to(position, time);
}

uint64_t bli_position_count(const struct bli_position *position, int64_t limit, uint64_t most)
{
	struct bli_position ahead = *position;
	struct span time = now(&ahead), steps[63];	/* 2^i of them */
	uint64_t count = 0;
	unsigned doublings = 0;

	while (ahead.ramp_left && count < most && time.frames < limit) {
		time = sum(time, next_step(&ahead), ahead.unit);
		count++;
	}
	if (count >= most || time.frames >= limit)
		return count < most ? count : most;
	/* how many steps stay before the limit, from the highest bit down */
	steps[0] = next_step(&ahead);
	while (doublings < 62 && steps[doublings].frames < limit - time.frames) {
		steps[doublings + 1] = sum(steps[doublings], steps[doublings], ahead.unit);
		doublings++;
	}
	for (unsigned i = doublings + 1; i-- > 0;) {
		struct span later = sum(time, steps[i], ahead.unit);

		if (later.frames < limit) {
			time = later;
			count += UINT64_C(1) << i;
		}
	}
	count++;
	return count < most ? count : most;
}
