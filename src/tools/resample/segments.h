/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One conversion by several threads: each converts a segment of the input at a time, and what comes
 * before it again, so that the history of the filter is the same as if one thread had converted
 * all.  The output is the same, bit for bit, because periods begin at the same frames.
 */
#ifndef BLI_SEGMENTS_H
#define BLI_SEGMENTS_H

#include "ratio.h"
#include "reader.h"
#include "resampler.h"

struct segments;

/*
 * Opens a conversion by `threads` (2 …) threads beside the caller's, each with a resampler of
 * `config`, which may not dither: noise goes on from one period to the next. The first `lead`
 * frames of the input are silence, the first `drop` of the output are dropped, and it has
 * round(frames · factor) of them. Returns NULL without memory or threads, or if no resampler opens.
 */
struct segments *segments_open(const struct bli_resampler_config *config, unsigned threads, size_t lead, size_t drop,
			       const struct ratio *factor);

/* The next output frames, as conversion_next() gives them. */
int64_t segments_next(struct segments *segments, struct reader *reader, void **frames, struct reason *reason);

/*
 * Adds up the samples clipped, and the largest of the peaks, into those of `resampler`. Only when
 * segments_next() has returned 0.
 */
void segments_sum(const struct segments *segments, struct bli_resampler *resampler);

/* Harmless on NULL. */
void segments_close(struct segments *segments);

#endif
