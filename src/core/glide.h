/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Glides: conversion at a ratio that changes while it runs.
 *
 * A sharp filter of fixed ratio brings the input to a rate at which the signal
 * fills no more than half of the band: twice the input's rate, or the input's
 * own if the output's is at most half of it.  There a short interpolator with
 * one polynomial per tap (see glide-constants.py) finds the values at any times.
 * It droops, and the sharp filter makes up for that.  Where the output's rate is
 * far lower than the input's, short filters halve the input first.
 *
 * (In double, 3/2 times the input's rate would do, with 12 taps.  But the bank of
 * a 2:3 stage is three times as large as that of a 1:2 stage and does not stay in
 * the first-level cache: the whole took 30 % longer.)
 *
 *	input ─→ halvings ─→ sharp filter, by blocks ─→ history ─→ interpolator ─→ output
 *	         struct bli_stage                                  struct bli_position says where
 *
 * Opening and closing allocate; everything else is real-time safe.  One glide
 * serves one thread at a time.
 */
#ifndef BLI_GLIDE_H
#define BLI_GLIDE_H

#include "position.h"
#include "setup.h"
#include "stage.h"

/* Of the ratio's terms: between the history and the output they are at most twice that. */
#define BLI_GLIDE_TERM_MAX (BLI_POSITION_TERM_MAX / 2)
#define BLI_GLIDE_RATIO_MAX 768
#define BLI_GLIDE_CHANNELS_MAX 64
#define BLI_GLIDE_STAGES_MAX 10	/* a ratio of 768 is halved nine times */

struct bli_glide_config {
	uint64_t in, out;	/* input frames : output frames in lowest terms, each 1 … BLI_GLIDE_TERM_MAX */
	struct bli_requirement requirement;	/* BLI_METHOD_SINC */
	size_t block_frames;	/* input frames per block, about; at least as many as make 128 frames of history */
	/* the first output frame is that of input time 0, and not as early as one can be computed */
	bool trimmed;
	unsigned channels;	/* 1 … BLI_GLIDE_CHANNELS_MAX */
	double gain;		/* factor on every sample */
	const struct bli_kernel *kernel;
};

struct bli_glide {
	enum bli_precision precision;	/* of the values: the requirement's, or double where float is too coarse */
	size_t value_size;
	unsigned channels, lanes;
	unsigned stages;		/* halvings, if there are any, and the sharp stage */
	struct bli_stage stage[BLI_GLIDE_STAGES_MAX];
	size_t block_in, block_out;	/* frames of the first one's input and the last one's output in a period */
	size_t fixed_in, fixed_out;	/* the ratio of all: 1:2, 1:1, 2:2, 2:1, 4:2 … */
	double delay;			/* of all, in input frames */
	struct bli_farrow farrow;
	bli_kernel_glide *interpolate;
	void *coefs;			/* of the interpolator: [taps/2][order + 1] */
	void *history;			/* [channels][stride], `frames` of which count */
	size_t stride, frames;
	int64_t origin;			/* frame number of the first one in it */
	struct bli_position position;	/* of the next output frame, in frames of the history */
	double start;			/* where that begins */
	size_t bytes;			/* allocated in all */
};

/*
 * Open a glide; *glide needs no initialisation.  Returns 0;
 *  −EINVAL  a number out of range, another method, or a requirement that no interpolator meets,
 *  −ERANGE  a phase that rounding keeps from meeting it: see bli_filter_set_phase(),
 *  −ENOMEM  no memory;
 * after an error *glide is as after bli_glide_close().
 */
BLI_SETUP
int bli_glide_open(struct bli_glide *glide, const struct bli_glide_config *config);

/* Free everything; harmless on a closed glide and on one of all zeros. */
void bli_glide_close(struct bli_glide *glide);

/* Forget the input: the next output frame is the first again.  The deviation stays. */
void bli_glide_reset(struct bli_glide *glide);

/* Where block_in values of a channel are to be written before bli_glide_push(). */
void *bli_glide_input(const struct bli_glide *glide, size_t channel);

/* Take a block of input.  No output frame that can be pulled may be left. */
void bli_glide_push(struct bli_glide *glide);

/*
 * Give up to `count` output frames of each channel, as many as there are
 * without more input; out[channels] are float or double and need room for
 * BLI_GROUP_MAX more.  Returns their number.
 */
size_t bli_glide_pull(struct bli_glide *glide, void *const *out, size_t count);

/* How many output frames `blocks` more blocks would allow, at most `most`. */
uint64_t bli_glide_available(const struct bli_glide *glide, uint64_t blocks, uint64_t most);

/* How many blocks are needed for `count` more output frames. */
uint64_t bli_glide_needed(const struct bli_glide *glide, uint64_t count);

/* Input time of the next output frame: whole frames, and a fraction in 0 … 1. */
int64_t bli_glide_time(const struct bli_glide *glide, double *fraction);

/* How many output frames, from the next on, lie before input time `time`. */
uint64_t bli_glide_before(const struct bli_glide *glide, uint64_t time);

#endif
