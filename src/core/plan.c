/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * A short filter's passband may droop by this at the edge of the requirement's
 * passband: with the sharp filter's own droop it stays under 0.1 dB.
 */
#define SHORT_DROOP_DB 0.0001

/* Short filters attenuate this much more, because a high ratio leaves many images that add up. */
#define SHORT_EXTRA_DB 12

/*
 * Banks beyond this are avoided: they take long to fill (25 ns a coefficient)
 * and, being used once a period, come from main memory in a real system.
 */
#define BANKS_BYTES_MAX (1.5 * 1024 * 1024)

/*
 * Add a stage.  `low` is the lower rate of the conversion and `rate` that of
 * the stage's end on this side, both in frames per period.  Where they are the
 * same the stage has the sharp filter.  Any other may let pass what the sharp
 * filter has removed or will remove, and must stop all that folds onto what is
 * kept: from rate − stopband·low/2 on.  This holds upwards, where `rate` is the
 * stage's input and its images are the danger, and downwards, where it is its
 * output and aliases are.  A ratio of 1 needs no stage.
 */
static int add_stage(struct bli_plan *plan, const struct bli_requirement *requirement, size_t low, size_t rate,
		     size_t in_frames, size_t out_frames, size_t multiple)
{
	struct bli_stage_shape *shape = &plan->stage[plan->stages];
	bool sharp = rate == low;
	/* cycles per input frame; quotients of frames are the same for periods of any length */
	double nyquist = (double)low / (double)in_frames / 2;
	double pass = requirement->passband * nyquist, stop = requirement->stopband * nyquist;

	if (in_frames == out_frames)
		return 0;
	if (in_frames > BLI_PERIOD_FRAMES_MAX || out_frames > BLI_PERIOD_FRAMES_MAX)
		return -EINVAL;
	shape->in_frames = in_frames;
	shape->out_frames = out_frames;
	plan->stages++;
	if (requirement->method == BLI_METHOD_LINEAR) {
		bli_filter_linear(&shape->filter);
		return 0;
	}
	if (requirement->method == BLI_METHOD_TABLE)
		return bli_filter_from_table(&shape->filter, requirement->table,
					     fmin(1, (double)out_frames / (double)in_frames), requirement->nearest);
	return bli_filter_sinc(&shape->filter, pass, sharp ? stop : (double)rate / (double)in_frames - stop,
			       sharp ? BLI_PASSBAND_DROOP_DB : SHORT_DROOP_DB,
			       fmin(requirement->attenuation_db + (sharp ? 0 : SHORT_EXTRA_DB), BLI_ATTENUATION_MAX_DB),
			       multiple);
}

/*
 * The rates of a route in frames per period, from the lower rate of the
 * conversion over those between fixed stages to the higher one.
 */
struct ladder {
	size_t rate[BLI_STAGES_MAX + 1];
	unsigned steps;
};

/* False if the route has no whole rates here. */
static bool make_ladder(struct ladder *ladder, size_t low, size_t high, const struct bli_route *route)
{
	size_t rate = low;

	ladder->steps = 0;
	ladder->rate[0] = low;
	if (route->doublings + 2 > BLI_STAGES_MAX || (route->sharp_halves == 2 && route->doublings))
		return false;
	if (route->sharp_halves > 2) {
		if (low * route->sharp_halves % 2)
			return false;
		rate = low * route->sharp_halves / 2;
		ladder->rate[++ladder->steps] = rate;
	}
	for (unsigned i = 0; i < route->doublings; i++)
		ladder->rate[++ladder->steps] = rate <<= 1;
	ladder->rate[++ladder->steps] = high;
	return true;
}

/*
 * Taps of a stage whose input rate is `rate` are a multiple of this, so that
 * its delay, taps/2 input frames, is a whole number of frames of the rate low.
 */
static size_t taps_multiple(size_t rate, size_t low)
{
	size_t halves = 2 * rate / low;

	return halves % 2 ? 2 * halves : halves;
}

static int add_stages(struct bli_plan *plan, const struct bli_requirement *requirement, const struct ladder *ladder,
		      bool up)
{
	size_t low = ladder->rate[0];

	for (unsigned i = 0; i < ladder->steps; i++) {
		unsigned step = up ? i : ladder->steps - 1 - i;
		size_t lower = ladder->rate[step], higher = ladder->rate[step + 1];
		/* downwards the first stage's delay is counted in input frames, which are whole anyway */
		size_t multiple = up ? taps_multiple(lower, low) : i ? taps_multiple(higher, low) : 2;
		int error = add_stage(plan, requirement, low, lower, up ? lower : higher, up ? higher : lower,
				      multiple);

		if (error)
			return error;
	}
	return 0;
}

int bli_plan_make_via(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		      size_t out_frames, const struct bli_kernel *kernel, size_t channels,
		      const struct bli_route *route)
{
	bool up = out_frames > in_frames;
	struct ladder ladder;
	int error;

	memset(plan, 0, sizeof(*plan));
	if (in_frames < 1 || out_frames < 1 || in_frames > BLI_PERIOD_FRAMES_MAX ||
	    out_frames > BLI_PERIOD_FRAMES_MAX || channels < 1 || !bli_requirement_valid(requirement))
		return -EINVAL;
	plan->in_frames = in_frames;
	plan->out_frames = out_frames;
	if (in_frames == out_frames)
		return 0;
	if (!make_ladder(&ladder, up ? in_frames : out_frames, up ? out_frames : in_frames, route))
		return -EINVAL;
	error = add_stages(plan, requirement, &ladder, up);
	if (error)
		return error;

	for (unsigned i = 0; i < plan->stages; i++) {
		const struct bli_stage_shape *shape = &plan->stage[i];
		size_t taps = shape->filter.taps;
		struct bli_stage_layout layout;

		bli_stage_layout(&layout, shape, kernel, requirement->precision, channels);
		plan->cost += layout.cost;
		plan->bank_bytes += (double)layout.groups * (double)layout.depth * (double)layout.group_frames *
				    (requirement->precision == BLI_FLOAT ? sizeof(float) : sizeof(double));
		/* taps/2 frames of the stage's input in frames of the conversion's input or output: see taps_multiple() */
		if (up || i == 0)
			plan->delay_in_frames += (size_t)((uint64_t)taps * in_frames / shape->in_frames / 2);
		else
			plan->delay_out_frames += (size_t)((uint64_t)taps * out_frames / shape->in_frames / 2);
	}
	return 0;
}

static bool is_better(const struct bli_plan *plan, const struct bli_plan *than)
{
	if (plan->bank_bytes <= BANKS_BYTES_MAX && than->bank_bytes <= BANKS_BYTES_MAX)
		return plan->cost < than->cost;
	return plan->bank_bytes < than->bank_bytes;
}

int bli_plan_make(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		  size_t out_frames, const struct bli_kernel *kernel, size_t channels)
{
	size_t low = in_frames < out_frames ? in_frames : out_frames;
	size_t high = in_frames < out_frames ? out_frames : in_frames;
	struct bli_route route = { .sharp_halves = 2 };
	struct bli_plan candidate;
	bool linear_phase = requirement->method != BLI_METHOD_SINC || requirement->phase == 50;
	int error;

	/* another phase is given to a filter of two phases: see bli_resampler_open() */
	if (!linear_phase)
		route.sharp_halves = 4;
	error = bli_plan_make_via(plan, requirement, in_frames, out_frames, kernel, channels, &route);
	if (error || requirement->method != BLI_METHOD_SINC)
		return error;
	for (route.sharp_halves = linear_phase ? 3 : 4; route.sharp_halves <= 4; route.sharp_halves++)
		/* past twice the higher rate more doublings only add work */
		for (route.doublings = 0; (low * route.sharp_halves / 2) << route.doublings < 4 * high;
		     route.doublings++)
			if (bli_plan_make_via(&candidate, requirement, in_frames, out_frames, kernel, channels,
					      &route) == 0 && is_better(&candidate, plan))
				*plan = candidate;
	return 0;
}
