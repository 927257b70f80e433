/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Exact conversions of any number of frames: a resampler whose periods are
 * blocks.  Input is loaded into it as it comes, and runs as soon as it makes up
 * a block, with all other blocks at hand; output is stored from it as it is
 * asked for, and no more is loaded before all is.
 *
 * Opening and closing allocate; everything else is real-time safe.
 */
#ifndef BLI_EXACT_H
#define BLI_EXACT_H

#include "resampler.h"
#include "setup.h"

struct bli_exact {
	struct bli_resampler resampler;
	size_t in_count;		/* frames loaded for the next run, less than a period; none while there is output */
	size_t out_first, out_count;	/* frames of the last run that are still to be given */
	/* silence before the first input frame, and output frames to drop before the first to be given */
	size_t lead, skip;
	size_t skip_left;
	uint64_t given;			/* output frames since the start */
};

/*
 * Open for a resampler's configuration, whose frames per period are the block.
 * If `trimmed`, the first output frame is the one nearest to input time 0, with
 * linear phase exactly there.  *exact needs no initialisation.  Returns what
 * bli_resampler_open() does; after an error *exact is as after bli_exact_close().
 */
BLI_SETUP
int bli_exact_open(struct bli_exact *exact, const struct bli_resampler_config *config, bool trimmed);

/* Free everything; harmless on a closed one and on one of all zeros. */
void bli_exact_close(struct bli_exact *exact);

/* Start again: silence before, nothing in the stores, output frame 0 next.  The counters of the resampler stay. */
void bli_exact_reset(struct bli_exact *exact);

/*
 * Take input frames and give output frames until out_count are given or in_count
 * are taken: *used and *written say how many.  in[channels] and out[channels] do
 * not overlap; if `in` is NULL the input is silence.
 */
void bli_exact_process(struct bli_exact *exact, const struct bli_area *in, size_t in_count, size_t *used,
		       const struct bli_area *out, size_t out_count, size_t *written);

/* Output frames that there would be after `count` more input frames; input frames needed for `count` output frames. */
uint64_t bli_exact_available(const struct bli_exact *exact, uint64_t count);
uint64_t bli_exact_needed(const struct bli_exact *exact, uint64_t count);

/* Input time of the next output frame: whole input frames (negative at first), and a fraction in 0 … 1. */
int64_t bli_exact_time(const struct bli_exact *exact, double *fraction);

/* How many output frames, from the next on, lie before input time `time`. */
uint64_t bli_exact_before(const struct bli_exact *exact, uint64_t time);

#endif
