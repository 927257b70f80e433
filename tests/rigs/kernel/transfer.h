/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames into and out of a PCM, by each of ALSA's four kinds of access. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "stream.h"

enum { TRANSFER_CHANNELS = 8 };

struct transfer {
	const struct stream_request *request;
	snd_pcm_t *pcm;
	snd_pcm_uframes_t period_frames, buffer_frames;
	size_t sample_bytes;
	char *block;	/* buffer_frames frames, interleaved or channel after channel */
};

/* Returns 0 or -ENOMEM. The request and the PCM must outlive *t. */
int transfer_open(struct transfer *t, const struct stream_request *request, snd_pcm_t *pcm,
		  snd_pcm_uframes_t period_frames, snd_pcm_uframes_t buffer_frames);

/*
 * Plays the next `frames` frames of the sound, `at` being the number of the first
 * one, or appends as many to the recording. Returns the frames moved, which may be
 * fewer, or what the PCM failed with; -EIO when the recording cannot be written.
 */
snd_pcm_sframes_t transfer_move(struct transfer *t, uint64_t at, snd_pcm_uframes_t frames);

void transfer_close(struct transfer *t);

#endif
