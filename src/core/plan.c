/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include <errno.h>
#include <math.h>
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

/* Add a stage; frequencies in cycles per period of one stage input become cycles per input frame. */
static int add_stage(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		     size_t out_frames, double pass, double stop, bool sharp, size_t multiple)
{
	struct bli_stage_shape *shape = &plan->stage[plan->stages];

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
	return bli_filter_sinc(&shape->filter, pass / (double)in_frames, stop / (double)in_frames,
			       sharp ? BLI_PASSBAND_DROOP_DB : SHORT_DROOP_DB,
			       fmin(requirement->attenuation_db + (sharp ? 0 : SHORT_EXTRA_DB), BLI_ATTENUATION_MAX_DB),
			       multiple);
}

/*
 * Frequencies below are in cycles per period, so that the Nyquist frequency of
 * a rate of n frames per period is n/2.  `low` is the lower rate; a stage at
 * the rate r = low·2^i may let pass what the sharp filter has removed or will
 * remove, and must stop all that folds onto what is kept: from
 * r − stopband·low/2 on.  This holds upwards, where r is the stage's input and
 * its images are the danger, and downwards, where r is its output and aliases
 * are.
 */
int bli_plan_make_doubled(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
			  size_t out_frames, const struct bli_kernel *kernel, size_t channels, unsigned doublings)
{
	bool up = out_frames > in_frames;
	size_t low = up ? in_frames : out_frames;
	double pass = requirement->passband * (double)low / 2, stop = requirement->stopband * (double)low / 2;
	int error = 0;

	memset(plan, 0, sizeof(*plan));
	if (in_frames < 1 || out_frames < 1 || in_frames > BLI_PERIOD_FRAMES_MAX ||
	    out_frames > BLI_PERIOD_FRAMES_MAX || channels < 1 || doublings >= BLI_STAGES_MAX)
		return -EINVAL;
	plan->in_frames = in_frames;
	plan->out_frames = out_frames;
	if (in_frames == out_frames)
		return 0;

	/*
	 * The delay of the stage at low·2^i is a whole number of low-rate frames
	 * (downwards: the ÷2 stages') if its taps are a multiple of these.
	 */
	if (up) {
		for (unsigned i = 0; i < doublings && !error; i++)
			error = add_stage(plan, requirement, low << i, low << (i + 1), pass,
					  i ? (double)(low << i) - stop : stop, i == 0, (size_t)2 << i);
		if (!error)
			error = add_stage(plan, requirement, low << doublings, out_frames, pass,
					  doublings ? (double)(low << doublings) - stop : stop, doublings == 0, (size_t)2 << doublings);
	} else {
		error = add_stage(plan, requirement, in_frames, low << doublings, pass,
				  doublings ? (double)(low << doublings) - stop : stop, doublings == 0, 2);
		for (unsigned i = doublings; i-- > 0 && !error;)
			error = add_stage(plan, requirement, low << (i + 1), low << i, pass,
					  i ? (double)(low << i) - stop : stop, i == 0, (size_t)4 << i);
	}
	if (error)
		return error;

	for (unsigned i = 0; i < plan->stages; i++) {
		const struct bli_stage_shape *shape = &plan->stage[i];
		size_t delay = shape->filter.taps / 2;
		struct bli_stage_layout layout;

		bli_stage_layout(&layout, shape, kernel, requirement->precision, channels);
		plan->cost += layout.cost;
		plan->bank_bytes += (double)layout.groups * (double)layout.depth * (double)layout.group_frames *
				    (requirement->precision == BLI_FLOAT ? sizeof(float) : sizeof(double));
		if (up)
			plan->delay_in_frames += delay / (shape->in_frames / in_frames);
		else if (shape->in_frames == in_frames)
			plan->delay_in_frames += delay;
		else
			plan->delay_out_frames += delay / (shape->in_frames / out_frames);
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
	struct bli_plan candidate;
	int error = bli_plan_make_doubled(plan, requirement, in_frames, out_frames, kernel, channels, 0);

	if (error || requirement->method != BLI_METHOD_SINC)
		return error;
	/* past twice the higher rate more doublings only add work */
	for (unsigned doublings = 1; doublings < BLI_STAGES_MAX && low << doublings < 4 * high; doublings++)
		if (bli_plan_make_doubled(&candidate, requirement, in_frames, out_frames, kernel, channels,
					  doublings) == 0 && is_better(&candidate, plan))
			*plan = candidate;
	return 0;
}
