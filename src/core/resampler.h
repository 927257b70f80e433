/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A resampler: PCM of one rate and format in, PCM of another out, period by
 * period.
 *
 * Opening goes one way, from what is asked to what runs:
 *
 *   config ─► check ─► plan: route ─► filter ─► layout   of each stage
 *                        │     (cheapest of all) └► phase and delay of the one chosen
 *                        ▼
 *                      stages: banks filled from the filters, histories silent
 *
 * and so does every period:
 *
 *   in ─► load ─► stage 0 ─► stage 1 … ─► dither ─► store ─► out
 *
 * A stage's input buffer is where the one before it, or the load, writes.
 * Several periods can be run at once, which gives the same and costs less.
 *
 * One resampler serves one thread at a time; different resamplers are
 * independent.  Opening and closing allocate; resetting and converting are
 * real-time safe: they neither allocate, lock, log nor call the system.
 */
#ifndef BLI_RESAMPLER_H
#define BLI_RESAMPLER_H

#include "dither.h"
#include "plan.h"
#include "setup.h"

#define BLI_CHANNELS_MAX 64
#define BLI_RATIO_MAX 768	/* 1.536 MHz : 2 kHz */
#define BLI_GAIN_MAX 1e6	/* 120 dB: past any use, and far from where a float coefficient overflows */

struct bli_resampler_config {
	size_t in_frames, out_frames;	/* per period; their ratio is the conversion's */
	/* periods per bli_resampler_run() at most, 0 as 1; fewer if they exceeded BLI_PERIOD_FRAMES_MAX frames */
	size_t run_periods;
	unsigned channels;		/* 1 … BLI_CHANNELS_MAX */
	struct bli_format in_format, out_format;
	struct bli_requirement requirement;
	double gain;		/* factor on every sample, more than 0, up to BLI_GAIN_MAX */
	enum bli_dither_kind dither;	/* of integer outputs */
	uint64_t dither_seed;
	const struct bli_kernel *kernel;	/* from bli_kernel_find() */
};

/* What of a configuration is out of range. */
enum bli_config_fault {
	BLI_CONFIG_VALID,
	BLI_CONFIG_IN_FRAMES,
	BLI_CONFIG_OUT_FRAMES,
	BLI_CONFIG_RATIO,	/* in_frames : out_frames is not 1:BLI_RATIO_MAX … BLI_RATIO_MAX:1 */
	BLI_CONFIG_CHANNELS,
	BLI_CONFIG_IN_FORMAT,
	BLI_CONFIG_OUT_FORMAT,
	BLI_CONFIG_REQUIREMENT,
	BLI_CONFIG_GAIN,
	BLI_CONFIG_KERNEL,	/* there is none */
};

/*
 * The first field of a configuration that is out of range, in the order above.
 * A valid requirement may still be one that no filter meets.
 */
BLI_SETUP
enum bli_config_fault bli_resampler_check(const struct bli_resampler_config *config);

/* Samples of one channel in memory. */
struct bli_area {
	void *samples;		/* of the first frame; NULL: reads as silence, writes are dropped */
	ptrdiff_t step;		/* bytes from one frame to the next */
};

struct bli_resampler {
	struct bli_resampler_config config;	/* run_periods as it holds */
	enum bli_precision precision;	/* of the sums; double where nothing is filtered */
	struct bli_plan plan;
	struct bli_stage stage[BLI_STAGES_MAX];
	size_t value_size;		/* of a float or a double */
	struct bli_dither dither;
	void *output;			/* [channels][run_periods·out_frames + BLI_GROUP_MAX], in front of the store */
	uint64_t invalid;		/* input samples since opening that were not numbers: see bli_sample_load */
	uint64_t clipped;		/* samples saturated since opening */
	double peak;			/* largest |sample| since opening, before saturation; full scale is 1 */
	size_t bytes;			/* allocated in all */
};

/*
 * Open a resampler.  *resampler needs no initialisation.
 * Returns 0;
 *  −EINVAL  bli_resampler_check() finds a fault, or no filter meets the
 *           requirement at these periods,
 *  −ERANGE  a phase other than linear that rounding keeps from meeting the
 *           requirement: see bli_filter_set_phase(),
 *  −ENOMEM  no memory;
 * after an error *resampler is as after bli_resampler_close().
 */
BLI_SETUP
int bli_resampler_open(struct bli_resampler *resampler, const struct bli_resampler_config *config);

/* Free everything; harmless on a closed resampler and on one of all zeros. */
BLI_SETUP
void bli_resampler_close(struct bli_resampler *resampler);

/* Forget the past: as after opening, but the counters and the peak stay. */
void bli_resampler_reset(struct bli_resampler *resampler);

/*
 * Convert a period of in_frames to out_frames: in[channels], out[channels].
 * Exactly out_frames of each channel are written if out_count is out_frames.
 * If fewer input frames are given the missing ones are silence, if fewer
 * output frames are asked the last ones are dropped, and if more of either,
 * the excess is ignored and written as silence, respectively.
 */
void bli_resampler_convert(struct bli_resampler *resampler, const struct bli_area *out, size_t out_count,
			   const struct bli_area *in, size_t in_count);

/*
 * The same in three steps, for input that comes in other portions.  Load
 * `frames` from in[channels], frame in_first on, or silence if `in` is NULL, as
 * frame `at` on of the next run; run so many periods, whose input is loaded; and
 * store `frames` of its output, frame `at` on, in out[channels], frame out_first
 * on.  Frames beyond run_periods periods are out of range.  Loading begins when
 * all that is wanted of the output is stored, and what was loaded stays until
 * the run.
 */
void bli_resampler_load(struct bli_resampler *resampler, const struct bli_area *in, size_t in_first, size_t at,
			size_t frames);
void bli_resampler_run(struct bli_resampler *resampler, size_t periods);
void bli_resampler_store(struct bli_resampler *resampler, const struct bli_area *out, size_t out_first, size_t at,
			 size_t frames);

/*
 * By how much the largest sample so far exceeds the output format, in dB; with
 * a gain that much lower none would have clipped.  −HUGE_VAL after silence.
 * The most that dither can add is counted in full, because lowering the gain
 * does not lower the dither.  For integer output formats of 8 bits and more.
 */
double bli_resampler_excess_db(const struct bli_resampler *resampler);

/* How far the output lags behind the input, in input frames: see bli_plan_delay(). */
double bli_resampler_delay(const struct bli_resampler *resampler);

#endif
