/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resampling libraries at a ratio that may change, called directly, each behind the same three calls. */
#ifndef BENCH_VARYING_H
#define BENCH_VARYING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct varying {
	const char *name;
	/* A stream that gives `ratio` interleaved float frames for each one it takes; NULL where it refuses. */
	void *(*open)(double ratio, unsigned int channels);
	/* Takes all in_frames and writes what it has, at most out_capacity frames. Returns the frames written. */
	size_t (*process)(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity);
	void (*close)(void *stream);
};

/* All that were compiled in, ended by a NULL name. */
extern const struct varying varying_libraries[];

/* zita-resampler speaks C++ and is wrapped in a file of its own. */
void *zita_varying_open_48(double ratio, unsigned int channels);
void *zita_varying_open_96(double ratio, unsigned int channels);
size_t zita_varying_process(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity);
void zita_varying_close(void *stream);

#ifdef __cplusplus
}
#endif

#endif
