/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stages: one polyphase FIR with an exact ratio, its coefficients and its
 * history.
 *
 * Every period a stage takes in_frames and gives out_frames of each channel.
 * Output frame n lies n·in_frames/out_frames input frames after the period's
 * first input frame, less the delay of taps/2 input frames, so the phases
 * repeat with every period at the latest: each is known when the stage opens.
 */
#ifndef BLI_STAGE_H
#define BLI_STAGE_H

#include "filter.h"
#include "kernel.h"

#define BLI_PERIOD_FRAMES_MAX ((size_t)1 << 24)

/* How a stage does it: see kernel.h for groups, streams and tiles. */
struct bli_stage_layout {
	size_t ratio_in, ratio_out;	/* in_frames : out_frames in lowest terms; ratio_out is the number of phases */
	size_t cycles;			/* of ratio_in : ratio_out frames in a period */
	size_t pattern;			/* cycles that one pass over the bank covers; 1 if the bank is mirrored */
	size_t repetitions;		/* of the pattern in a period; the last may overlap the one before */
	size_t group_frames;		/* output frames in a group: width·lanes of the kernel */
	size_t history;			/* input frames kept from earlier periods */
	size_t tile_streams;		/* most streams per call of the kernel */
	struct bli_bank bank;		/* its dimensions; the arrays are NULL until a stage is opened */
	size_t bank_bytes;		/* of the bank's coefficients */
	double cost;			/* estimated, in clock cycles per period */
};

/* What a stage is to do, and how. */
struct bli_stage_plan {
	size_t in_frames, out_frames;	/* per period, 1 … BLI_PERIOD_FRAMES_MAX */
	struct bli_filter filter;
	struct bli_stage_layout layout;	/* for one kernel, precision and number of channels */
};

/*
 * Choose plan->layout for a kernel and a number of channels, from what stands
 * above it in *plan.  No errors: any stage with frames in range has a layout.
 */
void bli_stage_lay_out(struct bli_stage_plan *plan, const struct bli_kernel *kernel, enum bli_precision precision,
		       size_t channels);

struct bli_stage {
	struct bli_stage_layout layout;
	size_t in_frames;	/* per period */
	bli_kernel_tile *tile;
	size_t value_size;	/* of a float or a double */
	size_t channels;
	size_t stride;		/* frames from one channel of input to the next */
	size_t bytes;		/* allocated in all */
	void *columns, *input;	/* input: [channels][stride], history first */
	size_t *offsets;	/* [4][groups] of the bank: first_in, first_out, mirror_in, mirror_out */
};

/*
 * Allocate and fill a stage as planned, whose response is that of its filter
 * times `gain`, for the kernel, precision and channels that it was laid out
 * for; *stage needs no initialisation.  The plan is not needed afterwards.
 * Returns 0 or −ENOMEM; then *stage is as after bli_stage_close.
 */
int bli_stage_open(struct bli_stage *stage, const struct bli_stage_plan *plan, const struct bli_kernel *kernel,
		   enum bli_precision precision, size_t channels, double gain);

/* Free a stage; harmless on a closed one and on one of all zeros. */
void bli_stage_close(struct bli_stage *stage);

/* Forget the past: the history becomes silence.  Real-time safe. */
void bli_stage_reset(struct bli_stage *stage);

/* Where the in_frames values of a channel are to be written before a run. */
void *bli_stage_input(const struct bli_stage *stage, size_t channel);

/*
 * Convert one period: out[channels] each get out_frames values and need room
 * for BLI_GROUP_MAX more behind them.  Real-time safe.
 */
void bli_stage_run(struct bli_stage *stage, void *const *out);

#endif
