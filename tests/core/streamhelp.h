/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of streams share: streams of doubles, and tones fitted at given times. */
#ifndef STREAMHELP_H
#define STREAMHELP_H

#include "corehelp.h"
#include "stream.h"

/* A stream of planar doubles by a preset's requirement. */
struct bli_stream_config stream_config(const char *preset, uint64_t in_rate, uint64_t out_rate, unsigned channels,
				       double max_deviation);

/* Open, or fail the test. */
void stream_open(struct bli_stream *stream, const struct bli_stream_config *config);

/*
 * Convert planar doubles of one channel in one call.  All in_count frames must
 * be taken if there is room.  Returns the frames written.
 */
size_t stream_run(struct bli_stream *stream, const double *in, size_t in_count, double *out, size_t out_count);

/* A time in frames: a sum of many steps that keeps its precision. */
struct stream_time {
	double whole, fraction;		/* 0 ≤ fraction < 1 */
};

/* time + step, of which |step| < 2^20. */
struct stream_time stream_later(struct stream_time time, double step);

/* What is left of values[count] at times[count] of a tone of `frequency` cycles per frame. */
struct stream_fit {
	double amplitude, phase;	/* amplitude·sin(2π·frequency·time + phase) fits best */
	double residual;		/* root of the mean square of the rest */
};

struct stream_fit stream_fit(const double *values, const struct stream_time *times, size_t count, double frequency);

#endif
