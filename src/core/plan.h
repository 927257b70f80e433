/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans: which stages make up a conversion.
 *
 * One stage filters at the arbitrary ratio directly: its bank holds every
 * phase of the sharp filter.  Otherwise the sharp filter is a fixed ×2 (or ÷2)
 * stage on the low-rate side, where two phases suffice, further ×2 (÷2) stages
 * with ever shorter filters may follow, and the arbitrary ratio is left to a
 * short filter on the high-rate side, because there the signal fills only a
 * fraction of the band.
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
	 * Delay of the whole conversion: a whole number of input frames plus a
	 * whole number of output frames, so that it can be taken out exactly.
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
 * The same with a given number of ×2 (÷2) stages, 0 … BLI_STAGES_MAX − 1: for
 * measuring what the choice is worth.
 */
int bli_plan_make_doubled(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
			  size_t out_frames, const struct bli_kernel *kernel, size_t channels, unsigned doublings);

#endif
