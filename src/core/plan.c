/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"
#include "gcd.h"

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
	struct bli_stage_plan *stage = &plan->stage[plan->stages];
	bool sharp = rate == low;
	/* cycles per input frame; quotients of frames are the same for periods of any length */
	double nyquist = (double)low / (double)in_frames / 2;
	double pass = requirement->passband * nyquist, stop = requirement->stopband * nyquist;

	if (in_frames == out_frames)
		return 0;
	if (in_frames > BLI_PERIOD_FRAMES_MAX || out_frames > BLI_PERIOD_FRAMES_MAX)
		return -EINVAL;
	stage->in_frames = in_frames;
	stage->out_frames = out_frames;
	plan->stages++;
	if (requirement->method == BLI_METHOD_LINEAR) {
		bli_filter_linear(&stage->filter);
		return 0;
	}
	if (requirement->method == BLI_METHOD_TABLE)
		return bli_filter_from_table(&stage->filter, requirement->table,
					     fmin(1, (double)out_frames / (double)in_frames), requirement->nearest);
	return bli_filter_sinc(&stage->filter, pass, sharp ? stop : (double)rate / (double)in_frames - stop,
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

/* taps/2 frames of each stage's input are whole frames of the conversion's input or output: see taps_multiple() */
static void set_delay(struct bli_plan *plan, bool up)
{
	memset(&plan->delay, 0, sizeof(plan->delay));
	for (unsigned i = 0; i < plan->stages; i++) {
		const struct bli_stage_plan *stage = &plan->stage[i];
		size_t taps = stage->filter.taps;

		if (up || i == 0)
			plan->delay.in_frames += (size_t)((uint64_t)taps * plan->in_frames / stage->in_frames / 2);
		else
			plan->delay.out_frames += (size_t)((uint64_t)taps * plan->out_frames / stage->in_frames / 2);
		plan->delay.advance += ((double)taps / 2 - stage->filter.delay) * (double)plan->in_frames /
				       (double)stage->in_frames;
	}
}

static bool has_linear_phase(const struct bli_requirement *requirement)
{
	return requirement->method != BLI_METHOD_SINC || requirement->phase == BLI_PHASE_LINEAR;
}

void bli_plan_lay_out(struct bli_plan *plan, const struct bli_requirement *requirement,
		      const struct bli_kernel *kernel, size_t channels, size_t periods)
{
	plan->cost = 0;
	plan->bank_bytes = 0;
	for (unsigned i = 0; i < plan->stages; i++) {
		plan->stage[i].periods = periods;
		bli_stage_lay_out(&plan->stage[i], kernel, requirement->precision, channels);
		plan->cost += plan->stage[i].cost;
		plan->bank_bytes += plan->stage[i].table_bytes;
	}
}

/* The stages of a route, their filters of linear phase, and what they cost. */
static int list_stages(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		       size_t out_frames, const struct bli_kernel *kernel, size_t channels,
		       const struct bli_route *route)
{
	bool up = out_frames > in_frames;
	struct ladder ladder;
	int error;

	memset(plan, 0, sizeof(*plan));
	plan->in_frames = in_frames;
	plan->out_frames = out_frames;
	if (in_frames == out_frames)
		return 0;
	if (!make_ladder(&ladder, up ? in_frames : out_frames, up ? out_frames : in_frames, route) ||
	    (!has_linear_phase(requirement) && route->sharp_halves != 4))
		return -EINVAL;
	error = add_stages(plan, requirement, &ladder, up);
	if (error)
		return error;
	bli_plan_lay_out(plan, requirement, kernel, channels, 1);
	return 0;
}

/* What only the plan that is taken needs: the phase, which takes long to find, and the delay. */
static int complete(struct bli_plan *plan, const struct bli_requirement *requirement)
{
	bool up = plan->out_frames > plan->in_frames;
	int error = 0;

	/* the sharp filter is on the low-rate side and has a sample per frame of the high-rate side */
	if (plan->stages && !has_linear_phase(requirement))
		error = bli_filter_set_phase(&plan->stage[up ? 0 : plan->stages - 1].filter, requirement->phase,
					     up ? 2 : 1, requirement->attenuation_db);
	if (error) {
		bli_plan_free(plan);
		return error;
	}
	set_delay(plan, up);
	return 0;
}

void bli_plan_free(struct bli_plan *plan)
{
	for (unsigned i = 0; i < plan->stages; i++)
		bli_filter_free(&plan->stage[i].filter);
	memset(plan, 0, sizeof(*plan));
}

double bli_plan_delay(const struct bli_plan *plan)
{
	return (double)plan->delay.in_frames +
	       (double)plan->delay.out_frames * (double)plan->in_frames / (double)plan->out_frames -
	       plan->delay.advance;
}

int bli_plan_make_via(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		      size_t out_frames, const struct bli_kernel *kernel, size_t channels,
		      const struct bli_route *route)
{
	int error = list_stages(plan, requirement, in_frames, out_frames, kernel, channels, route);

	if (error) {
		memset(plan, 0, sizeof(*plan));
		return error;
	}
	return complete(plan, requirement);
}

/*
 * What routes are judged by, whatever the processor, the channels and the
 * period, so that a conversion has the same filters and the same delay
 * everywhere: a kernel of 32-byte vectors and 8 accumulators, in mono at short
 * periods and in stereo at longer ones.  `make bench-routes` measures what this
 * costs against the fastest route of each case.
 */
static const struct bli_kernel reference_kernel = {
	.lanes = { 8, 4 }, .multiply_add_cost = 1.1, .bytes_per_delay = 256, .accumulators = 8,
	.transform_lanes = { 8, 4 },
};
static const struct {
	size_t channels, frames;	/* about so many frames a period at the higher rate */
} references[] = { { 1, 480 }, { 2, 1024 } };
#define REFERENCES (sizeof(references) / sizeof(references[0]))

/* Ratios of fewer frames than this are never whole periods. */
#define REFERENCE_ROUNDED_MIN 128

struct judgement {
	double cost;		/* clock cycles per input frame and channel, of all references together */
	size_t bank_bytes;	/* of the largest plan */
};

/* A ratio as its lowest terms and the greatest divisor of both sides of the period. */
struct ratio {
	size_t in, out, divisor;
};

/*
 * Cycles of a ratio in about `frames` at the higher rate.  One without
 * transforms has a large prime factor: it comes from a period that was rounded to
 * whole frames, and it is that period.
 */
static size_t reference_cycles(const struct ratio *ratio, size_t frames)
{
	size_t high = ratio->in > ratio->out ? ratio->in : ratio->out, cycles = high < frames ? frames / high : 1;

	if (high >= REFERENCE_ROUNDED_MIN && (!bli_fft_is_smooth(ratio->in) || !bli_fft_is_smooth(ratio->out)))
		cycles = 1;
	/* routes by 3:2 need an even number of frames at the lower rate */
	if (cycles % 2 != ratio->divisor % 2)
		cycles++;
	return cycles;
}

/* Returns 0, or −EINVAL if there is no such route. */
static int judge(struct judgement *judgement, const struct bli_requirement *requirement, const struct ratio *ratio,
		 const struct bli_route *route)
{
	size_t cycles = reference_cycles(ratio, references[0].frames);
	struct bli_plan plan;
	int error = list_stages(&plan, requirement, cycles * ratio->in, cycles * ratio->out, &reference_kernel,
				references[0].channels, route);

	*judgement = (struct judgement){ 0 };
	for (size_t i = 0; i < REFERENCES && !error; i++) {
		size_t other = reference_cycles(ratio, references[i].frames);

		/* the filters are the same for periods of any length, and take longest to design */
		for (unsigned k = 0; k < plan.stages && i > 0; k++) {
			plan.stage[k].in_frames = plan.stage[k].in_frames * other / cycles;
			plan.stage[k].out_frames = plan.stage[k].out_frames * other / cycles;
		}
		if (i > 0)
			bli_plan_lay_out(&plan, requirement, &reference_kernel, references[i].channels, 1);
		cycles = other;
		judgement->cost += plan.cost / (double)(cycles * ratio->in * references[i].channels);
		if (plan.bank_bytes > judgement->bank_bytes)
			judgement->bank_bytes = plan.bank_bytes;
	}
	return error;
}

static bool is_better(const struct judgement *judgement, const struct judgement *than)
{
	if (judgement->bank_bytes <= BLI_PLAN_BANK_BYTES_MAX && than->bank_bytes <= BLI_PLAN_BANK_BYTES_MAX)
		return judgement->cost < than->cost;
	return judgement->bank_bytes < than->bank_bytes;
}

int bli_plan_route(struct bli_route *route, const struct bli_requirement *requirement, size_t in_frames,
		   size_t out_frames)
{
	size_t divisor = (size_t)bli_gcd(in_frames, out_frames);
	struct ratio ratio = { in_frames / divisor, out_frames / divisor, divisor };
	size_t low = ratio.in < ratio.out ? ratio.in : ratio.out, high = ratio.in < ratio.out ? ratio.out : ratio.in;
	struct judgement judgement, best;
	struct bli_route other;
	int error;

	/* another phase is given to a filter of two phases */
	*route = (struct bli_route){ .sharp_halves = has_linear_phase(requirement) ? 2 : 4 };
	error = judge(&best, requirement, &ratio, route);
	if (error || requirement->method != BLI_METHOD_SINC || low == high)
		return error;
	for (other.sharp_halves = 3; other.sharp_halves <= 4; other.sharp_halves++)
		/* past twice the higher rate more doublings only add work */
		for (other.doublings = 0; low * other.sharp_halves << other.doublings < 8 * high; other.doublings++)
			if (judge(&judgement, requirement, &ratio, &other) == 0 && is_better(&judgement, &best)) {
				best = judgement;
				*route = other;
			}
	return 0;
}

int bli_plan_make(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		  size_t out_frames, const struct bli_kernel *kernel, size_t channels)
{
	struct bli_route route;
	int error = bli_plan_route(&route, requirement, in_frames, out_frames);

	if (error) {
		memset(plan, 0, sizeof(*plan));
		return error;
	}
	return bli_plan_make_via(plan, requirement, in_frames, out_frames, kernel, channels, &route);
}
