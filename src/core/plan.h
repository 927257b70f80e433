/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans: which stages make up a conversion.
 *
 * One stage filters at the arbitrary ratio directly: its bank holds every
 * phase of the sharp filter.  Otherwise the sharp filter is a stage with a
 * fixed ratio of 3:2 or 2 on the low-rate side, where a few phases suffice,
 * further stages of ratio 2 with ever shorter filters may follow, and the
 * arbitrary ratio is left to a short filter on the high-rate side, because
 * there the signal fills only a fraction of the band.  A phase other than
 * linear always takes a sharp filter of ratio 2.
 */
#ifndef BLI_PLAN_H
#define BLI_PLAN_H

#include "stage.h"

#define BLI_STAGES_MAX 6

struct bli_plan {
	size_t in_frames, out_frames;	/* per period */
	unsigned stages;		/* 0: equal periods, frames pass unchanged */
	struct bli_stage_shape stage[BLI_STAGES_MAX];	/* in the order of the signal */
	/*
	 * Delay of the whole conversion with linear phase: a whole number of input
	 * frames plus a whole number of output frames, so that it can be taken out
	 * exactly.
	 */
	size_t delay_in_frames, delay_out_frames;
	double cost;			/* estimated, in clock cycles per period */
	double bank_bytes;		/* of all stages' coefficients */
};

/*
 * Choose the cheapest list of stages for a ratio of frames per period, among
 * those whose banks stay small if there are any, otherwise the one with the
 * smallest.
 * in_frames and out_frames are 1 … BLI_PERIOD_FRAMES_MAX, channels ≥ 1.
 * Returns 0, or −EINVAL if a number is out of range or the requirement cannot
 * be met; *plan is unspecified then.
 */
int bli_plan_make(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		  size_t out_frames, const struct bli_kernel *kernel, size_t channels);

/*
 * The way of a conversion between its lower and its higher rate: a sharp filter
 * from the lower rate to sharp_halves/2 times that (3 or 4; 2: there is none,
 * the only stage has the sharp filter), `doublings` of that rate, and the rest.
 */
struct bli_route {
	unsigned sharp_halves;
	unsigned doublings;
};

/*
 * A plan by a given route: for measuring what the choice is worth.  Returns 0,
 * or −EINVAL as above and if the route has too many stages or no whole frames
 * per period.
 */
int bli_plan_make_via(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		      size_t out_frames, const struct bli_kernel *kernel, size_t channels,
		      const struct bli_route *route);

#endif
