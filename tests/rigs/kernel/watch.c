/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch.h"

#include <time.h>

double watch_now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void watch_open(struct watch *watch, snd_pcm_t *pcm, double rate_hz, snd_pcm_uframes_t buffer_frames)
{
	*watch = (struct watch){
		.pcm = pcm,
		.playing = snd_pcm_stream(pcm) == SND_PCM_STREAM_PLAYBACK,
		.rate_hz = rate_hz,
		.buffer_frames = (snd_pcm_sframes_t)buffer_frames,
	};
}

void watch_begin(struct watch *watch)
{
	watch->begun = 0;
}

static void note_fall(struct watch *watch, unsigned int *count, snd_pcm_sframes_t from, snd_pcm_sframes_t to)
{
	if (to >= from)
		return;
	++*count;
	if (from - to > watch->report.worst_backward)
		watch->report.worst_backward = from - to;
}

static void note_clock(struct watch *watch, snd_pcm_sframes_t position, double now_s)
{
	const double frames = (double)(position - watch->first_position);
	const double ahead = frames - (now_s - watch->first_s) * watch->rate_hz;

	if (now_s > watch->first_s)
		watch->report.measured_rate_hz = frames / (now_s - watch->first_s);
	if (ahead < watch->clock_least)
		watch->clock_least = ahead;
	if (ahead > watch->clock_most)
		watch->clock_most = ahead;
	if (watch->clock_most - watch->clock_least > watch->report.clock_spread_frames)
		watch->report.clock_spread_frames = watch->clock_most - watch->clock_least;
}

int watch_look(struct watch *watch, uint64_t run)
{
	struct watch_report *r = &watch->report;
	snd_pcm_sframes_t avail, delay, by_delay, by_avail;
	double now_s;
	int err;

	if (snd_pcm_state(watch->pcm) != SND_PCM_STATE_RUNNING)
		return 0;
	if ((err = snd_pcm_avail_delay(watch->pcm, &avail, &delay)) < 0)
		return err;
	now_s = watch_now_s();
	if (snd_pcm_state(watch->pcm) != SND_PCM_STATE_RUNNING)
		return 0;
	by_delay = watch->playing ? (snd_pcm_sframes_t)run - delay : (snd_pcm_sframes_t)run + delay;
	by_avail = watch->playing ? (snd_pcm_sframes_t)run - (watch->buffer_frames - avail) :
				    (snd_pcm_sframes_t)run + avail;
	r->watches++;
	if (avail < 0 || avail > watch->buffer_frames)
		r->avail_outside++;
	if (watch->begun) {
		note_fall(watch, &r->delay_backward, watch->delay_position, by_delay);
		note_fall(watch, &r->avail_backward, watch->avail_position, by_avail);
	} else {
		watch->first_position = by_delay;
		watch->first_s = now_s;
		watch->clock_least = watch->clock_most = 0;
	}
	watch->begun = 1;
	watch->delay_position = by_delay;
	watch->avail_position = by_avail;
	note_clock(watch, by_delay, now_s);
	return 0;
}
