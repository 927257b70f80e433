/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One ALSA stream driven from its opening to its closing: a tone is played, or
 * a recording written to a file, while what snd_pcm_avail and snd_pcm_delay
 * say about it is watched.
 */
#ifndef STREAM_H
#define STREAM_H

#include "watch.h"

#include <stdio.h>

/* What is done to the stream once it has passed a given frame. */
enum stream_event_kind {
	STREAM_NOTHING,
	STREAM_PAUSE,	/* snd_pcm_pause for event_ms, then on again */
	STREAM_STARVE,	/* no call at all for event_ms: an xrun if that exceeds the buffer */
	STREAM_DROP,	/* snd_pcm_drop, event_ms of rest, snd_pcm_prepare */
};

/* How the stream waits until it can go on. */
enum stream_waiting {
	STREAM_WAIT,	/* snd_pcm_wait() */
	STREAM_BLOCK,	/* reading and writing wait themselves */
	STREAM_POLL,	/* poll() on the descriptors of a PCM that is opened nonblocking */
	STREAM_SIGNAL,	/* the PCM's SIGIO */
};

struct stream_request {
	const char *device;
	snd_pcm_stream_t direction;
	snd_pcm_access_t access;	/* RW or MMAP, interleaved or not */
	snd_pcm_format_t format;	/* S16_LE or S32_LE */
	unsigned int rate_hz;
	unsigned int channels;
	snd_pcm_uframes_t period_frames;
	snd_pcm_uframes_t buffer_frames;
	uint64_t frames;		/* length of the stream */
	enum stream_waiting waiting;
	double tone_hz;			/* channel c plays (c + 1) times this */
	int sweep;			/* played instead: from 0 to 0.42 of the rate, odd channels backwards */
	double level;			/* amplitude of the sound, full scale = 1 */
	enum stream_event_kind event;
	uint64_t event_frame;
	unsigned int event_ms;
	FILE *output;			/* recording, interleaved; NULL for playback */
};

struct stream_report {
	snd_pcm_uframes_t period_frames;	/* as the device granted them */
	snd_pcm_uframes_t buffer_frames;
	uint64_t frames;		/* handed over or read */
	unsigned int xruns;
	unsigned int suspends;
	unsigned int stalls;		/* waits of 2 s in which nothing happened */
	unsigned int signals;		/* that the PCM has sent, if it waits for them */
	unsigned int wakes;		/* times that poll() has returned, if it waits by that */
	struct watch_report watch;
	double drain_ms;		/* time spent in snd_pcm_drain */
	int pause_supported;
};

/*
 * Runs the stream of *request. Returns 0 or -errno after one line on stderr;
 * *report is filled as far as the stream came. The setup of the PCM and its
 * slaves goes to `dump`.
 */
int stream_run(const struct stream_request *request, struct stream_report *report, FILE *dump);

#endif
