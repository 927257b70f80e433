/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "position.h"

#include <math.h>

/* So few that RUN output frames of 3/2·BLI_POSITION_STEP_MAX input frames each last less than 2^64 units. */
#define UNIT_MAX (UINT64_C(1) << 55)
#define RUN 16

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

/* Units to the next output frame; a ramp goes one step. */
static uint64_t next_step(struct bli_position *position)
{
	if (position->ramp_left) {
		uint64_t sum = (uint64_t)position->ramp_sum + position->ramp_rest;

		position->ramp_left--;
		position->deviation += position->ramp_step;
		if (sum >= position->ramp_frames) {
			sum -= position->ramp_frames;
			position->deviation++;
		}
		position->ramp_sum = (uint32_t)sum;
	}
	return position->nominal + (uint64_t)position->deviation;
}

static void advance(struct bli_position *position, uint64_t units)
{
	uint64_t sum = position->fraction + units;

	position->frame += (int64_t)(sum / position->unit);
	position->fraction = sum % position->unit;
}

size_t bli_position_take(struct bli_position *position, int64_t limit, size_t count, int64_t origin,
			 uint32_t *first, double *fraction)
{
	const uint64_t unit = position->unit;
	const double scale = 1 / (double)unit;
	size_t n = 0;

	/* while a ramp lasts every step is another */
	for (; n < count && position->ramp_left && position->frame < limit; n++) {
		first[n] = (uint32_t)(position->frame - origin);
		fraction[n] = (double)(int64_t)position->fraction * scale;
		advance(position, next_step(position));
	}
	if (n < count && position->frame < limit) {
		const uint64_t step = next_step(position), whole = step / unit, part = step % unit;
		const int64_t room = limit - origin;
		int64_t frame = position->frame - origin;
		uint64_t rest = position->fraction;

		for (; n < count && frame < room; n++) {
			uint64_t sum = rest + part, carry = sum >= unit;

			first[n] = (uint32_t)frame;
			fraction[n] = (double)(int64_t)rest * scale;
			rest = carry ? sum - unit : sum;
			frame += (int64_t)(whole + carry);
		}
		position->frame = frame + origin;
		position->fraction = rest;
	}
	return n;
}

void bli_position_skip(struct bli_position *position, uint64_t count)
{
	for (; count && position->ramp_left; count--)
		advance(position, next_step(position));
	if (count) {
		const uint64_t step = next_step(position);

		for (; count >= RUN; count -= RUN)
			advance(position, RUN * step);
		advance(position, count * step);
	}
}

uint64_t bli_position_count(const struct bli_position *position, int64_t limit, uint64_t most)
{
	struct bli_position next = *position;
	uint64_t count = 0;

	while (count < most && next.frame < limit) {
		struct bli_position before = next;

		bli_position_skip(&next, RUN);
		if (next.frame < limit && count + RUN <= most) {
			count += RUN;
			continue;
		}
		next = before;
		bli_position_skip(&next, 1);
		count++;
	}
	return count;
}
