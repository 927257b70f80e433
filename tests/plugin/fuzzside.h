/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One side of a conversion in the memory of a made-up host: areas of any layout
 * in blocks that are allocated to the byte.
 */
#ifndef BLI_FUZZSIDE_H
#define BLI_FUZZSIDE_H

#include "fuzzbytes.h"
#include "promise.h"
#include "resampler.h"

/* Frames `offset` … `offset + count − 1` of areas are what a call is given. */
struct side {
	unsigned channels, bytes;	/* bytes of a sample */
	size_t offset, count;
	snd_pcm_channel_area_t areas[BLI_CHANNELS_MAX];
	unsigned blocks;		/* 1, or one per channel */
	unsigned char *block[BLI_CHANNELS_MAX];
	size_t block_bytes;
};

/*
 * Areas for `count` frames, of a layout that the bytes choose: interleaved,
 * planar in a block per channel, with gaps, or with all frames in one place;
 * some channels may have no memory.  sample_bytes is 1 … 8.
 */
void side_open(struct side *side, struct bytes *bytes, unsigned channels, unsigned sample_bytes, size_t count);
void side_close(struct side *side);

/* Set every byte, those between the samples too. */
void side_fill(struct side *side, unsigned char fill);

/* Sound of a kind: silence, all ones, full-scale square wave, noise from 3 on. */
void side_sound(struct side *side, unsigned kind);

/* Where a sample of frame offset + `frame` lies; the channel must have memory. */
unsigned char *side_at(const struct side *side, unsigned channel, size_t frame);

/* Only samples of the first `count` frames are no longer what side_fill() wrote; destroys them. */
void side_check_canaries(struct side *side, size_t count, unsigned char fill);

#endif
