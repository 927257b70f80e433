/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "check.h"
#include "shared/interrupt.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRACK_MAX 16384
#define LOOKS 2			/* at the pointers in the first half of each period */
#define LATE_SAFETY 2		/* a wake-up later than the worst that was seen */
#define MARGIN 1e-3		/* s */
#define PERIOD_PART 0.25	/* of the latency, as negotiate() asks for */
#define PLAYBACK_QUEUE 0.75	/* of the buffer */

/* Positions and when they were reached, both from the first one. */
struct track {
	size_t count;
	int64_t first_frame, first_time;
	double frames[TRACK_MAX], times[TRACK_MAX];	/* s */
};

static void track_add(struct track *track, int64_t frame, int64_t time)
{
	if (track->count == TRACK_MAX)
		return;
	if (!track->count) {
		track->first_frame = frame;
		track->first_time = time;
	}
	track->frames[track->count] = (double)(frame - track->first_frame);
	track->times[track->count++] = 1e-9 * (double)(time - track->first_time);
}

/* Lateness of the latest against the earliest, about the line of least squares; and how fast the clock is. */
static double track_spread(const struct track *track, double rate_hz, double *ppm)
{
	double n = (double)track->count, x = 0, y = 0, xx = 0, xy = 0, least = INFINITY, most = -INFINITY, slope;

	for (size_t i = 0; i < track->count; i++) {
		x += track->frames[i] / n;
		y += track->times[i] / n;
	}
	for (size_t i = 0; i < track->count; i++) {
		xx += (track->frames[i] - x) * (track->frames[i] - x);
		xy += (track->frames[i] - x) * (track->times[i] - y);
	}
	slope = xx > 0 ? xy / xx : 1 / rate_hz;
	for (size_t i = 0; i < track->count; i++) {
		double late = track->times[i] - slope * track->frames[i];

		least = fmin(least, late);
		most = fmax(most, late);
	}
	*ppm = 1e6 * (1 / (slope * rate_hz) - 1);
	return track->count > 1 ? most - least : 0;
}

/* What one look needs: both endpoints, their pointers' tracks, and that of wake-ups. */
struct look {
	struct transfer *transfer;
	struct track pointer[BLI_CLOCK_SIDES], wake;
	int64_t captured;	/* frames, at the last look */
	int64_t period;		/* number of the one that had ended at the last wake-up */
};

/* Positions as the pointers show them now.  The playback gets silence as it plays. */
static int look(struct look *at)
{
	struct endpoint *in = &at->transfer->endpoint[BLI_CLOCK_IN], *out = &at->transfer->endpoint[BLI_CLOCK_OUT];
	snd_pcm_uframes_t captured, room, wanted;
	int64_t target = (int64_t)(PLAYBACK_QUEUE * (double)out->setup.buffer_frames);
	int error = endpoint_available(in, &captured);

	if (error)
		return error;
	at->captured = in->frames + (int64_t)captured;
	track_add(&at->pointer[BLI_CLOCK_IN], at->captured, endpoint_now());
	error = endpoint_available(out, &room);
	if (error)
		return error;
	track_add(&at->pointer[BLI_CLOCK_OUT], out->frames - (int64_t)(out->setup.buffer_frames - room),
		  endpoint_now());
	wanted = (int64_t)(out->setup.buffer_frames - room) < target ?
		(snd_pcm_uframes_t)target - (out->setup.buffer_frames - room) : 0;
	return wanted ? endpoint_write(out, NULL, &wanted) : 0;
}

/* A wake-up at the end of a period, and then looks for some of the next one. */
static int follow_period(struct look *at)
{
	struct transfer *transfer = at->transfer;
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	snd_pcm_uframes_t frames;
	const struct timespec pause = {
		.tv_nsec = (long)(1e9 / (2 * LOOKS) * (double)in->setup.period_frames / in->setup.rate_hz) % 1000000000,
	};
	int64_t period_frames = (int64_t)in->setup.period_frames;
	bool in_time = at->captured / period_frames == at->period;
	int ready = endpoint_wait(in, 1), error;

	if (ready <= 0)
		return ready < 0 ? ready : -ETIMEDOUT;
	error = look(at);
	if (error)
		return error;
	/* looks that took longer than a period have kept this from waking in time */
	if (at->captured / period_frames == at->period + 1 && in_time)
		track_add(&at->wake, at->captured - at->captured % period_frames, endpoint_now());
	at->period = at->captured / period_frames;
	frames = (snd_pcm_uframes_t)(at->captured - in->frames);
	frames = frames < transfer->in_size ? frames : transfer->in_size;
	/* whole periods, as a transfer reads them */
	frames -= frames % in->setup.period_frames;
	error = endpoint_read(in, transfer->in, &frames);
	for (int i = 0; !error && i < LOOKS; i++) {
		nanosleep(&pause, NULL);
		error = look(at);
	}
	return error;
}

static int start(struct transfer *transfer)
{
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN], *out = &transfer->endpoint[BLI_CLOCK_OUT];
	snd_pcm_uframes_t frames = (snd_pcm_uframes_t)(PLAYBACK_QUEUE * (double)out->setup.buffer_frames);
	int error = endpoint_start(in);

	if (!error)
		error = endpoint_write(out, NULL, &frames);
	return error ? error : endpoint_start(out);
}

/* After an xrun, with nothing measured yet. */
static int start_anew(struct look *at)
{
	struct transfer *transfer = at->transfer;
	int error = 0;

	for (int side = 0; side < BLI_CLOCK_SIDES && !error; side++)
		error = endpoint_prepare(&transfer->endpoint[side]);
	memset(at, 0, sizeof(*at));
	at->transfer = transfer;
	return error ? error : start(transfer);
}

int check_measure(struct transfer *transfer, double duration, struct check_result *result)
{
	const struct endpoint_setup *in = &transfer->endpoint[BLI_CLOCK_IN].setup;
	struct look *at = calloc(1, sizeof(*at));
	double period = (double)in->period_frames / in->rate_hz, ppm, rest;
	int64_t end = endpoint_now() + (int64_t)(1e9 * duration);
	int error = at ? start(transfer) : -ENOMEM;

	if (at)
		at->transfer = transfer;
	while (!error && endpoint_now() < end && !interrupt_pending()) {
		error = follow_period(at);
		if (error == -EPIPE)
			error = start_anew(at);
	}
	if (!error && at->wake.count < 2)
		error = -ETIMEDOUT;
	if (!error) {
		for (int side = 0; side < BLI_CLOCK_SIDES; side++)
			result->pointer_late[side] = track_spread(&at->pointer[side],
								  transfer->endpoint[side].setup.rate_hz,
								  &result->ppm[side]);
		result->wake_late = track_spread(&at->wake, in->rate_hz, &ppm);
		result->delay = bli_stream_delay(&transfer->stream) / in->rate_hz;
		if (transfer->follows)
			result->delay += (double)transfer->stream.glide.block_in / in->rate_hz;
		rest = result->delay + LATE_SAFETY * result->wake_late + result->pointer_late[BLI_CLOCK_OUT] + MARGIN;
		result->latency = fmax(rest / (1 - PERIOD_PART), rest + period);
	}
	free(at);
	return error;
}

void check_print(const struct transfer *transfer, const struct check_result *result)
{
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		const struct endpoint *endpoint = &transfer->endpoint[side];

		printf("%-8s %s: %u Hz, %s, %u channels, periods of %lu frames, buffer of %lu\n"
		       "         clock %+.1f ppm from nominal, pointer late by up to %.3f ms\n",
		       side == BLI_CLOCK_IN ? "capture" : "playback", endpoint->name, endpoint->setup.rate_hz,
		       snd_pcm_format_name(endpoint->setup.format), endpoint->setup.channels,
		       endpoint->setup.period_frames, endpoint->setup.buffer_frames, result->ppm[side],
		       1e3 * result->pointer_late[side]);
	}
	printf("wake-ups late by up to %.3f ms; the converter takes %.3f ms\n", 1e3 * result->wake_late,
	       1e3 * result->delay);
	printf("recommended: --latency %.1fms\n", ceil(1e4 * result->latency) / 10);
}
