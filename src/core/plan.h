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

#include "setup.h"
#include "stage.h"

#define BLI_STAGES_MAX 6

/*
 * Banks beyond this are taken only where every route has larger ones: with them
 * a stereo stream exceeds 2 MiB, and filling them takes 25 ns a coefficient.
 */
#define BLI_PLAN_BANK_BYTES_MAX ((size_t)1536 << 10)

/*
 * How far the output of a conversion lags behind its input: in_frames of the
 * input plus out_frames of the output, less `advance` input frames.  With linear
 * phase that is exact at every frequency and the advance is 0, so that whole
 * frames can be taken out; with other phases it is the delay at 0 Hz.
 */
struct bli_delay {
	size_t in_frames, out_frames;
	double advance;
};

struct bli_plan {
	size_t in_frames, out_frames;	/* per period */
	unsigned stages;		/* 0: equal periods, frames pass unchanged */
	struct bli_stage_plan stage[BLI_STAGES_MAX];	/* in the order of the signal */
	struct bli_delay delay;		/* of the whole conversion */
	double cost;			/* estimated, in clock cycles per period */
	size_t bank_bytes;		/* of all stages' coefficients */
};

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
 * The cheapest route of a conversion.  It depends on the requirement and the
 * ratio alone, not on period, channels or processor, and so do its filters and
 * its delay.  Parameters and errors as of bli_plan_make().
 */
BLI_SETUP
int bli_plan_route(struct bli_route *route, const struct bli_requirement *requirement, size_t in_frames,
		   size_t out_frames);

/*
 * Plan a conversion of in_frames to out_frames per period, by its cheapest
 * route, for a kernel and a number of channels, in runs of one period.
 * in_frames and out_frames are 1 … BLI_PERIOD_FRAMES_MAX, channels ≥ 1, and
 * the requirement is a valid one: bli_resampler_check() sees to that.
 * Returns 0; −EINVAL if no filter meets the requirement; −ENOMEM or −ERANGE as
 * bli_filter_set_phase().  After an error *plan is as after bli_plan_free().
 */
BLI_SETUP
int bli_plan_make(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		  size_t out_frames, const struct bli_kernel *kernel, size_t channels);

/*
 * Lay out the stages of a plan anew, for the requirement and kernel that it was
 * made for, and for runs of up to `periods` ≥ 1 periods: a longer run fills more
 * accumulators, and costs less per period.  Frames per run as of stage.h.
 */
BLI_SETUP
void bli_plan_lay_out(struct bli_plan *plan, const struct bli_requirement *requirement,
		      const struct bli_kernel *kernel, size_t channels, size_t periods);

/* Free what a plan's filters own; harmless on one of all zeros. */
BLI_SETUP
void bli_plan_free(struct bli_plan *plan);

/* plan->delay in frames of the conversion's input. */
BLI_SETUP
double bli_plan_delay(const struct bli_plan *plan);

/*
 * A plan by a given route: for measuring what the choice is worth.  As
 * bli_plan_make(), and −EINVAL too if the route has too many stages, no whole
 * frames per period, or no sharp filter of ratio 2 for a phase other than linear.
 */
BLI_SETUP
int bli_plan_make_via(struct bli_plan *plan, const struct bli_requirement *requirement, size_t in_frames,
		      size_t out_frames, const struct bli_kernel *kernel, size_t channels,
		      const struct bli_route *route);

#endif
