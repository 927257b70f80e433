/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transfer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define SWEEP_TOP 0.42	/* where a sweep ends, per frame: below the passband's edge, for any converter's */

static int playing(const struct transfer *t)
{
	return t->request->direction == SND_PCM_STREAM_PLAYBACK;
}

static int interleaved(const struct transfer *t)
{
	return t->request->access == SND_PCM_ACCESS_RW_INTERLEAVED ||
	       t->request->access == SND_PCM_ACCESS_MMAP_INTERLEAVED;
}

static int mapped(const struct transfer *t)
{
	return t->request->access == SND_PCM_ACCESS_MMAP_INTERLEAVED ||
	       t->request->access == SND_PCM_ACCESS_MMAP_NONINTERLEAVED;
}

static char *sample_at(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame)
{
	return (char *)area->addr + (area->first + frame * area->step) / 8;
}

/* The tones of the channels differ, or their sweeps' directions, so that exchanged channels show. */
static double sound(const struct stream_request *q, unsigned int channel, uint64_t at)
{
	const double frame = (double)(q->sweep && channel % 2 ? q->frames - 1 - at : at);

	return q->level * (q->sweep ? cos(M_PI * SWEEP_TOP * frame * frame / (double)q->frames) :
				      sin(2 * M_PI * q->tone_hz * (channel + 1) / q->rate_hz * frame));
}

static void fill_sound(const struct transfer *t, uint64_t at, const snd_pcm_channel_area_t *areas,
		       snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
	for (unsigned int c = 0; c < t->request->channels; c++) {
		for (snd_pcm_uframes_t n = 0; n < frames; n++) {
			const double y = sound(t->request, c, at + n);
			char *p = sample_at(&areas[c], offset + n);

			if (t->sample_bytes == 2)
				*(int16_t *)(void *)p = (int16_t)lrint(32767 * y);
			else
				*(int32_t *)(void *)p = (int32_t)lrint(2147483647 * y);
		}
	}
}

static int keep(const struct transfer *t, const snd_pcm_channel_area_t *areas,
		snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
	for (snd_pcm_uframes_t n = 0; n < frames; n++)
		for (unsigned int c = 0; c < t->request->channels; c++) {
			if (fwrite(sample_at(&areas[c], offset + n), t->sample_bytes, 1, t->request->output) != 1)
				return -EIO;
		}
	return 0;
}

static void block_areas(const struct transfer *t, snd_pcm_channel_area_t *areas, void **channels)
{
	const unsigned int count = t->request->channels;
	const size_t bits = 8 * t->sample_bytes;

	for (unsigned int c = 0; c < count; c++) {
		channels[c] = t->block + c * t->sample_bytes * t->buffer_frames;
		areas[c] = interleaved(t) ?
			(snd_pcm_channel_area_t){ t->block, (unsigned int)(c * bits), (unsigned int)(count * bits) } :
			(snd_pcm_channel_area_t){ channels[c], 0, (unsigned int)bits };
	}
}

/* Moves up to `frames` through snd_pcm_write*() or snd_pcm_read*(). */
static snd_pcm_sframes_t move_rw(struct transfer *t, uint64_t at, snd_pcm_uframes_t frames)
{
	snd_pcm_channel_area_t areas[TRANSFER_CHANNELS];
	void *channels[TRANSFER_CHANNELS];
	snd_pcm_sframes_t moved;

	block_areas(t, areas, channels);
	if (playing(t)) {
		fill_sound(t, at, areas, 0, frames);
		return interleaved(t) ? snd_pcm_writei(t->pcm, t->block, frames) :
					snd_pcm_writen(t->pcm, channels, frames);
	}
	moved = interleaved(t) ? snd_pcm_readi(t->pcm, t->block, frames) :
				 snd_pcm_readn(t->pcm, channels, frames);
	if (moved > 0) {
		int err = keep(t, areas, 0, (snd_pcm_uframes_t)moved);
		if (err < 0)
			return err;
	}
	return moved;
}

/* The same through the mapped buffer, which ends where it wraps. */
static snd_pcm_sframes_t move_mapped(struct transfer *t, uint64_t at, snd_pcm_uframes_t frames)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset;
	snd_pcm_sframes_t moved;
	int err = snd_pcm_mmap_begin(t->pcm, &areas, &offset, &frames);

	if (err < 0)
		return err;
	if (playing(t))
		fill_sound(t, at, areas, offset, frames);
	else if ((err = keep(t, areas, offset, frames)) < 0)
		return err;
	moved = snd_pcm_mmap_commit(t->pcm, offset, frames);
	/* Only read and write start a stream by themselves. */
	if (moved > 0 && playing(t) && snd_pcm_state(t->pcm) == SND_PCM_STATE_PREPARED &&
	    snd_pcm_avail_update(t->pcm) < (snd_pcm_sframes_t)t->period_frames &&
	    (err = snd_pcm_start(t->pcm)) < 0)
		return err;
	return moved;
}

int transfer_open(struct transfer *t, const struct stream_request *request, snd_pcm_t *pcm,
		  snd_pcm_uframes_t period_frames, snd_pcm_uframes_t buffer_frames)
{
	*t = (struct transfer){
		.request = request,
		.pcm = pcm,
		.period_frames = period_frames,
		.buffer_frames = buffer_frames,
		.sample_bytes = (size_t)snd_pcm_format_physical_width(request->format) / 8,
	};
	t->block = calloc(buffer_frames, request->channels * t->sample_bytes);
	return t->block ? 0 : -ENOMEM;
}

snd_pcm_sframes_t transfer_move(struct transfer *t, uint64_t at, snd_pcm_uframes_t frames)
{
	return mapped(t) ? move_mapped(t, at, frames) : move_rw(t, at, frames);
}

void transfer_close(struct transfer *t)
{
	free(t->block);
	t->block = NULL;
}
