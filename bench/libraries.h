/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resampling libraries called directly, each behind the same three calls. */
#ifndef BENCH_LIBRARIES_H
#define BENCH_LIBRARIES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct library {
	const char *name;
	/* A stream from in_rate_hz to out_rate_hz of interleaved float frames; NULL where the library refuses. */
	void *(*open)(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels);
	/* Takes all in_frames and writes what it has, at most out_capacity frames. Returns the frames written. */
	size_t (*process)(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity);
	void (*close)(void *stream);
};

/* All that were compiled in, ended by a NULL name. */
extern const struct library libraries[];

/* zita-resampler speaks C++ and is wrapped in a file of its own. */
void *zita_open_48(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels);
void *zita_open_96(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels);
size_t zita_process(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity);
void zita_close(void *stream);

#ifdef __cplusplus
}
#endif

#endif
