/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streams: conversion of any number of frames at a time, at an exact ratio or
 * at one that follows a clock.
 *
 *	struct bli_stream_config config = {
 *		.in_rate = 44100, .out_rate = 48000,
 *		.max_deviation = 0.002,
 *		.channels = 2, .in_format = s16, .out_format = s16,
 *		.requirement = bli_preset_find("bli")->requirement, .gain = 1,
 *		.kernel = bli_kernel_find(NULL),
 *	};
 *	struct bli_stream stream;
 *
 *	if (bli_stream_open(&stream, &config) == 0) {
 *		while (there is input) {
 *			bli_stream_process(&stream, in, in_count, &used, out, out_count, &written);
 *			bli_stream_set_deviation(&stream, what a clock loop says, 480);
 *		}
 *		while (bli_stream_flush(&stream, out, out_count) > 0)
 *			write them;
 *		bli_stream_close(&stream);
 *	}
 *
 * Conventions
 *
 * A frame is one sample of each channel.  Counts are in frames, of the input
 * or of the output as their names say.  Times are in input frames since the
 * stream's start: input frame n is at time n.  A deviation d is relative: while
 * it holds, output frames lie (1 + d) times as far apart in the input as
 * nominally.  So with d > 0 more input is used, as it must be where the input's
 * clock is fast; d = 1e-6 is 1 ppm.
 *
 * Samples are in arrays of struct bli_area, one per channel: where the first
 * sample is and how many bytes there are to the next.  That covers interleaved,
 * planar and any other layout, and every linear PCM format; input and output
 * formats need not be alike.  Full scale is −1 … 1.
 *
 * A stream is used by one thread at a time; different streams are
 * independent.  Opening and closing allocate.  All other functions are
 * real-time safe: they neither allocate, lock, log nor call the system, cannot
 * fail, and take time in proportion to the frames they convert, in bursts of
 * one block, or of run_frames.
 *
 * What is converted does not depend on how it is cut: one call gives bit for
 * bit what many calls give, if deviations are set at the same output frames.
 *
 * Methods
 *
 * Where max_deviation is 0 a stream converts by the same stages as a
 * struct bli_resampler, with its exact phases, block by block: a block is
 * block_frames rounded down to a multiple of the ratio's terms, or the ratio's
 * terms themselves.  Where a deviation is allowed, or where those terms are
 * longer than BLI_STREAM_EXACT_MAX and block_frames, the stream glides (see
 * glide.h): any ratio, the nominal one without error for ever, in blocks of
 * block_frames or about 64 input frames (more at strong downward ratios).
 * Both meet the requirement.
 */
#ifndef BLI_STREAM_H
#define BLI_STREAM_H

#include "exact.h"
#include "glide.h"
#include "setup.h"

/* The largest max_deviation: filters are laid out for the nominal ratio. */
#define BLI_DEVIATION_MAX 0.1

/* Longest terms of a ratio in input frames that are converted as one block without being asked for. */
#define BLI_STREAM_EXACT_MAX 1280

/* Of rates in lowest terms; BLI_PERIOD_FRAMES_MAX for methods other than BLI_METHOD_SINC, which cannot glide. */
#define BLI_RATE_TERM_MAX BLI_GLIDE_TERM_MAX

struct bli_stream_config {
	/*
	 * in_rate input frames last as long as out_rate output frames, nominally: rates in Hz, periods, or any
	 * fraction (44100.5 Hz to 48 kHz is 88201 : 96000).  Each ≥ 1, in lowest terms ≤ BLI_RATE_TERM_MAX, their
	 * quotient at most BLI_RATIO_MAX either way.
	 */
	uint64_t in_rate, out_rate;
	double max_deviation;	/* 0 … BLI_DEVIATION_MAX; above 0 only with BLI_METHOD_SINC */
	/*
	 * Input frames to convert at a time, up to BLI_PERIOD_FRAMES_MAX; 0 for the least.  Up to that many wait in the
	 * stream, which is delay; more than some hundred are hardly faster.
	 */
	size_t block_frames;
	/*
	 * Input frames that mostly come at a time, 0 where that is not known: an exact stream converts as many blocks
	 * together as they make up or begin.  That costs less time and more memory, and delays nothing.
	 */
	size_t run_frames;
	/*
	 * false: the first output frame comes with the first block, and its time is as far before 0 as the filter
	 * delays.  true: the first output frame is that of time 0, as files want it; it comes that much later.
	 */
	bool trimmed;
	unsigned channels;	/* 1 … BLI_CHANNELS_MAX */
	struct bli_format in_format, out_format;
	struct bli_requirement requirement;	/* frequencies refer to the nominal rates */
	double gain;		/* factor on every sample, more than 0, up to BLI_GAIN_MAX */
	enum bli_dither_kind dither;	/* of integer outputs */
	uint64_t dither_seed;
	const struct bli_kernel *kernel;	/* from bli_kernel_find() */
};

/* What of a configuration is out of range. */
enum bli_stream_fault {
	BLI_STREAM_VALID,
	BLI_STREAM_RATES,	/* one is 0, or in lowest terms above BLI_RATE_TERM_MAX (see there) */
	BLI_STREAM_RATIO,	/* of the rates is not 1:BLI_RATIO_MAX … BLI_RATIO_MAX:1 */
	BLI_STREAM_DEVIATION,	/* not 0 … BLI_DEVIATION_MAX, or above 0 without BLI_METHOD_SINC */
	BLI_STREAM_BLOCK,
	BLI_STREAM_CHANNELS,
	BLI_STREAM_IN_FORMAT,
	BLI_STREAM_OUT_FORMAT,
	BLI_STREAM_REQUIREMENT,
	BLI_STREAM_GAIN,
	BLI_STREAM_KERNEL,	/* there is none */
};

/*
 * The first field of a configuration that is out of range, in the order above.
 * A valid requirement may still be one that no filter meets.
 */
BLI_SETUP
enum bli_stream_fault bli_stream_check(const struct bli_stream_config *config);

struct bli_stream {
	struct bli_stream_config config;	/* rates in lowest terms */
	bool gliding;
	struct bli_exact exact;		/* unless gliding */
	/* if gliding: */
	struct bli_glide glide;
	struct bli_dither dither;
	void *values;			/* [channels][BLI_STREAM_RUN + BLI_GROUP_MAX] in front of the output */
	uint64_t clipped, invalid;
	double peak;
	size_t pending;			/* input frames of a block that is not complete */
	/* in any case: */
	uint64_t taken;			/* input frames since the start */
	bool ended;			/* by bli_stream_flush() */
	uint64_t flush_left;		/* output frames that it has still to give */
};

#define BLI_STREAM_RUN 256	/* output frames that a gliding stream converts at a time */

/*
 * Open a stream at time 0 with deviation 0.  *stream needs no initialisation.
 * Returns 0;
 *  −EINVAL  bli_stream_check() finds a fault, or no filter meets the requirement at these rates,
 *  −ERANGE  a phase other than linear that rounding keeps from meeting the requirement: see bli_filter_set_phase(),
 *  −ENOMEM  no memory;
 * after an error *stream is as after bli_stream_close().
 */
BLI_SETUP
int bli_stream_open(struct bli_stream *stream, const struct bli_stream_config *config);

/* Free everything; harmless on a closed stream and on one of all zeros. */
void bli_stream_close(struct bli_stream *stream);

/*
 * Convert until out_count frames are written or in_count are used: in[channels]
 * to out[channels], not overlapping.  Any count may be 0, and the array then
 * NULL.  *used = min(in_count, needed(out_count)) and *written = min(out_count,
 * available(in_count)), as the two functions below would have said before.
 * After bli_stream_flush() both are 0 until the stream is reset.
 * An area whose samples are NULL reads as silence; writes to it are dropped.
 */
void bli_stream_process(struct bli_stream *stream, const struct bli_area *in, size_t in_count, size_t *used,
			const struct bli_area *out, size_t out_count, size_t *written);

/*
 * How many input frames must be given before out_count more output frames (up to 2^48) can be written; and the
 * other way round below.  While a ramp lasts (see bli_stream_set_deviation) both take a time in proportion to what is
 * left of it, up to out_count frames.
 */
uint64_t bli_stream_needed(const struct bli_stream *stream, uint64_t out_count);

/* How many output frames can be written after in_count more input frames (up to 2^48). */
uint64_t bli_stream_available(const struct bli_stream *stream, uint64_t in_count);

/*
 * Change the deviation, clamped to ±max_deviation, in ramp_frames equal steps,
 * one per output frame, the first of them from the next output frame to the one
 * after it; 0: all at once.  NaN changes nothing.  A ramp under way ends where it
 * is, and the new one begins there.
 */
void bli_stream_set_deviation(struct bli_stream *stream, double deviation, uint32_t ramp_frames);

/* The deviation that holds now: from the last output frame to the next. */
double bli_stream_deviation(const struct bli_stream *stream);

/*
 * Input time of the next output frame: `frame` and a fraction (0 … 1) of an
 * input frame.  For a phase other than linear, by the filter's group delay at
 * 0 Hz.  However long the stream, the fraction is good to 1e-9.
 */
void bli_stream_position(const struct bli_stream *stream, int64_t *frame, double *fraction);

/*
 * How far the next output frame lies behind the input: the number of input
 * frames used minus its time.  In input frames, good to 1e-9.
 */
double bli_stream_delay(const struct bli_stream *stream);

/*
 * End the stream: give the output frames up to the time at which the input
 * ended, as if silence followed.  Writes up to out_count frames and returns
 * how many; less than that (0 in the end) when all are written.  A trimmed
 * stream without deviation gives ⌈n·out_rate/in_rate⌉ frames for n in all.
 */
size_t bli_stream_flush(struct bli_stream *stream, const struct bli_area *out, size_t out_count);

/* Start again at time 0 with silence before; the deviation, or ramp, stays if keep_deviation, and is 0 otherwise. */
void bli_stream_reset(struct bli_stream *stream, bool keep_deviation);

/*
 * Since opening: output samples saturated; float input samples that are no
 * numbers, which count as 0 (see sample.h); and the largest |sample| before
 * saturation, full scale being 1.
 */
uint64_t bli_stream_clipped(const struct bli_stream *stream);
uint64_t bli_stream_invalid(const struct bli_stream *stream);
double bli_stream_peak(const struct bli_stream *stream);

#endif
