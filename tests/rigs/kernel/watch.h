/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What snd_pcm_avail and snd_pcm_delay say about a running stream, held against
 * what they said before and against the clock.
 *
 * A position is the frame at the hardware, in the client's frames since the last
 * start: written − delay when playing, read + delay when recording.
 */
#ifndef WATCH_H
#define WATCH_H

#include <alsa/asoundlib.h>
#include <stdint.h>

struct watch_report {
	unsigned int watches;		/* times that a position was asked for while running */
	unsigned int delay_backward;	/* times that a position from the delay fell */
	unsigned int avail_backward;	/* times that a position from avail fell */
	snd_pcm_sframes_t worst_backward;	/* largest fall, frames */
	unsigned int avail_outside;	/* times that avail was not in 0..buffer */
	double measured_rate_hz;	/* advance of the position by the delay per second, last run */
	double clock_spread_frames;	/* how far that position strays from the clock, most − least, in any run */
};

struct watch {
	struct watch_report report;
	snd_pcm_t *pcm;
	int playing;
	double rate_hz;
	snd_pcm_sframes_t buffer_frames;
	/* of the present run: */
	int begun;			/* the figures below hold a position */
	snd_pcm_sframes_t first_position, delay_position, avail_position;
	double first_s;			/* when first_position was */
	double clock_least, clock_most;	/* frames that the position was ahead of the clock, 0 at first_s */
};

/* Seconds of CLOCK_MONOTONIC. */
double watch_now_s(void);

/* Set *watch up for a PCM that is. */
void watch_open(struct watch *watch, snd_pcm_t *pcm, double rate_hz, snd_pcm_uframes_t buffer_frames);

/* A run begins: no position is held against one from before. */
void watch_begin(struct watch *watch);

/*
 * Ask for the position, if the stream runs; `run` frames have been written or
 * read since it began.  Returns 0 or what the PCM failed with.
 */
int watch_look(struct watch *watch, uint64_t run);

#endif
