/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stages: one filter at an exact ratio, with its history.
 *
 * Every period a stage takes in_frames and gives out_frames of each channel.
 * A run converts one period or several, which gives the same, bit for bit.
 * Output frame n lies n·in_frames/out_frames input frames after the period's
 * first input frame, less the filter's delay, so the phases repeat with every
 * period at the latest: each is known when the stage opens.
 *
 * There are two kinds, which give the same but for rounding and what the filter
 * suppresses: a banded stage (banded.h) computes each output frame by itself, a
 * spectral stage (spectral.h) a period's at once by Fourier transforms.  The
 * former suits short filters, short periods and wide vectors, the latter the
 * rest; the estimated cost decides.
 */
#ifndef BLI_STAGE_H
#define BLI_STAGE_H

#include "banded.h"
#include "setup.h"
#include "spectral.h"

#define BLI_PERIOD_FRAMES_MAX ((size_t)1 << 24)

enum bli_stage_kind {
	BLI_STAGE_BANDED,
	BLI_STAGE_SPECTRAL,
};

/* What a stage is to do, and how. */
struct bli_stage_plan {
	size_t in_frames, out_frames;	/* per period, 1 … BLI_PERIOD_FRAMES_MAX */
	size_t periods;			/* in a run, at most: periods times the frames ≤ BLI_PERIOD_FRAMES_MAX */
	struct bli_filter filter;
	/* the rest is for one kernel, precision and number of channels */
	enum bli_stage_kind kind;
	struct bli_banded_layout banded;
	struct bli_spectral_layout spectral;	/* if it is of that kind */
	double cost;		/* estimated, in clock cycles per period, in the longest runs */
	size_t table_bytes;	/* of coefficients and twiddles */
};

/*
 * Choose how to do plan->in_frames to plan->out_frames with plan->filter, in
 * runs of plan->periods if there are as many at hand, for a kernel and a number
 * of channels.  No errors: any stage with frames in range has a layout.
 */
BLI_SETUP
void bli_stage_lay_out(struct bli_stage_plan *plan, const struct bli_kernel *kernel, enum bli_precision precision,
		       size_t channels);

struct bli_stage {
	enum bli_stage_kind kind;
	union {
		struct bli_banded banded;
		struct bli_spectral spectral;
	};
	size_t bytes;		/* allocated in all */
};

/*
 * Allocate and fill a stage as planned, whose response is that of its filter
 * times `gain`, for the kernel, precision and channels that it was laid out
 * for; *stage needs no initialisation.  The plan is not needed afterwards.
 * Returns 0 or −ENOMEM; then *stage is as after bli_stage_close.
 */
BLI_SETUP
int bli_stage_open(struct bli_stage *stage, const struct bli_stage_plan *plan, const struct bli_kernel *kernel,
		   enum bli_precision precision, size_t channels, double gain);

/* Free a stage; harmless on a closed one and on one of all zeros. */
void bli_stage_close(struct bli_stage *stage);

/* Forget the past: the history becomes silence.  Real-time safe. */
void bli_stage_reset(struct bli_stage *stage);

/* Where the in_frames values of a channel, of every period, are to be written before a run. */
void *bli_stage_input(const struct bli_stage *stage, size_t channel);

/*
 * Convert 1 … plan->periods periods: out[channels] each get out_frames values
 * of every one, and need room for BLI_GROUP_MAX more behind them.  Real-time safe.
 */
void bli_stage_run(struct bli_stage *stage, size_t periods, void *const *out);

#endif
