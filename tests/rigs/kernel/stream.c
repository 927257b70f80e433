/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream.h"
#include "transfer.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAIT_MS = 2000, DESCRIPTORS_MAX = 8 };

struct stream {
	const struct stream_request *request;
	struct stream_report *report;
	snd_pcm_t *pcm;
	struct transfer transfer;
	uint64_t done;			/* frames written or read since the opening */
	uint64_t base;			/* `done` at the last start */
	int event_fired;
	struct watch watch;
	uint32_t random;
	volatile sig_atomic_t signals;	/* the PCM has sent one, and not all that it stands for is done */
};

static void sleep_us(double us)
{
	struct timespec t = {
		.tv_sec = (time_t)(us / 1e6),
		.tv_nsec = (long)(fmod(us, 1e6) * 1e3),
	};

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static int complain(const struct stream *s, const char *what, int err)
{
	fprintf(stderr, "%s: %s: %s\n", s->request->device, what, snd_strerror(err));
	return err;
}

static int playing(const struct stream *s)
{
	return s->request->direction == SND_PCM_STREAM_PLAYBACK;
}

static int set_parameters(struct stream *s)
{
	const struct stream_request *q = s->request;
	struct stream_report *r = s->report;
	snd_pcm_hw_params_t *hw;
	snd_pcm_sw_params_t *sw;
	unsigned int rate_hz = q->rate_hz;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	snd_pcm_sw_params_alloca(&sw);
	r->period_frames = q->period_frames;
	r->buffer_frames = q->buffer_frames;
	if ((err = snd_pcm_hw_params_any(s->pcm, hw)) < 0)
		return complain(s, "no configuration", err);
	if ((err = snd_pcm_hw_params_set_access(s->pcm, hw, q->access)) < 0)
		return complain(s, "access", err);
	if ((err = snd_pcm_hw_params_set_format(s->pcm, hw, q->format)) < 0)
		return complain(s, "format", err);
	if ((err = snd_pcm_hw_params_set_channels(s->pcm, hw, q->channels)) < 0)
		return complain(s, "channels", err);
	if ((err = snd_pcm_hw_params_set_rate(s->pcm, hw, rate_hz, 0)) < 0)
		return complain(s, "rate", err);
	if ((err = snd_pcm_hw_params_set_period_size_near(s->pcm, hw, &r->period_frames, NULL)) < 0)
		return complain(s, "period size", err);
	if ((err = snd_pcm_hw_params_set_buffer_size_near(s->pcm, hw, &r->buffer_frames)) < 0)
		return complain(s, "buffer size", err);
	if ((err = snd_pcm_hw_params(s->pcm, hw)) < 0)
		return complain(s, "hw_params", err);
	r->pause_supported = snd_pcm_hw_params_can_pause(hw);
	if ((err = snd_pcm_get_params(s->pcm, &r->buffer_frames, &r->period_frames)) < 0)
		return complain(s, "get_params", err);

	if ((err = snd_pcm_sw_params_current(s->pcm, sw)) < 0)
		return complain(s, "sw_params_current", err);
	snd_pcm_uframes_t start = playing(s) ?
		r->buffer_frames / r->period_frames * r->period_frames : 1;
	if ((err = snd_pcm_sw_params_set_start_threshold(s->pcm, sw, start)) < 0)
		return complain(s, "start threshold", err);
	if ((err = snd_pcm_sw_params_set_avail_min(s->pcm, sw, r->period_frames)) < 0)
		return complain(s, "avail_min", err);
	if ((err = snd_pcm_sw_params(s->pcm, sw)) < 0)
		return complain(s, "sw_params", err);
	return 0;
}

static int begin(struct stream *s)
{
	s->base = s->done;
	watch_begin(&s->watch);
	return playing(s) ? 0 : snd_pcm_start(s->pcm);
}

/* Brings the stream back from an xrun or a suspend; other errors are final. */
static int recover(struct stream *s, int err)
{
	if (err == -EPIPE) {
		s->report->xruns++;
	} else if (err == -ESTRPIPE) {
		s->report->suspends++;
		while ((err = snd_pcm_resume(s->pcm)) == -EAGAIN)
			sleep_us(10e3);
		if (err == 0) {
			watch_begin(&s->watch);
			return 0;
		}
	} else {
		return complain(s, "transfer", err);
	}
	if ((err = snd_pcm_prepare(s->pcm)) < 0)
		return complain(s, "prepare", err);
	if ((err = begin(s)) < 0)
		return complain(s, "start", err);
	return 0;
}

static int watch(struct stream *s)
{
	return watch_look(&s->watch, s->done - s->base);
}

static int fire_event(struct stream *s)
{
	const struct stream_request *q = s->request;
	int err = 0;

	s->event_fired = 1;
	watch_begin(&s->watch);
	switch (q->event) {
	case STREAM_NOTHING:
		break;
	case STREAM_PAUSE:
		if ((err = snd_pcm_pause(s->pcm, 1)) < 0)
			return complain(s, "pause", err);
		sleep_us(1e3 * q->event_ms);
		if ((err = snd_pcm_pause(s->pcm, 0)) < 0)
			return complain(s, "resume from pause", err);
		break;
	case STREAM_STARVE:
		sleep_us(1e3 * q->event_ms);
		break;
	case STREAM_DROP:
		if ((err = snd_pcm_drop(s->pcm)) < 0)
			return complain(s, "drop", err);
		sleep_us(1e3 * q->event_ms);
		if ((err = snd_pcm_prepare(s->pcm)) < 0 || (err = begin(s)) < 0)
			return complain(s, "prepare", err);
		break;
	}
	return 0;
}

static void note_signal(snd_async_handler_t *handler)
{
	struct stream *s = snd_async_handler_get_callback_private(handler);

	s->signals = 1;
	s->report->signals++;
}

static int wait_signal(struct stream *s)
{
	for (int ms = 0; ms < WAIT_MS; ms++) {
		/* a stream that does not run yet sends none */
		if (s->signals || snd_pcm_state(s->pcm) != SND_PCM_STATE_RUNNING) {
			s->signals = 0;
			return 1;
		}
		sleep_us(1e3);
	}
	return 0;
}

static int wait_poll(struct stream *s)
{
	struct pollfd descriptors[DESCRIPTORS_MAX];
	const int count = snd_pcm_poll_descriptors(s->pcm, descriptors, DESCRIPTORS_MAX);
	const double end_s = watch_now_s() + 1e-3 * WAIT_MS;
	unsigned short events = 0;
	int err;

	while (!(events & (POLLIN | POLLOUT | POLLERR)) && watch_now_s() < end_s) {
		if (poll(descriptors, (nfds_t)count, WAIT_MS) < 0)
			return -errno;
		s->report->wakes++;
		err = snd_pcm_poll_descriptors_revents(s->pcm, descriptors, (unsigned int)count, &events);
		if (err < 0)
			return err;
	}
	/* what the error is, the next call tells */
	return events != 0;
}

/* Returns 1 when there is something to do, 0 after WAIT_MS, or what the PCM failed with. */
static int wait_ready(struct stream *s)
{
	/* nothing is played yet that could make room */
	if (playing(s) && snd_pcm_state(s->pcm) == SND_PCM_STATE_PREPARED)
		return 1;
	switch (s->request->waiting) {
	case STREAM_BLOCK:
		return 1;
	case STREAM_POLL:
		return wait_poll(s);
	case STREAM_SIGNAL:
		return wait_signal(s);
	default:
		return snd_pcm_wait(s->pcm, WAIT_MS);
	}
}

/* Uneven pieces, so that the converter's period never is the client's. */
static snd_pcm_uframes_t next_piece(struct stream *s, snd_pcm_uframes_t avail)
{
	const uint64_t left = s->request->frames - s->done;
	snd_pcm_uframes_t piece;

	s->random = s->random * 1664525u + 1013904223u;	/* Numerical Recipes, quick generator */
	piece = 1 + (s->random >> 8) % (2 * s->report->period_frames);
	if (piece > avail)
		piece = avail;
	return piece > left ? (snd_pcm_uframes_t)left : piece;
}

static int step(struct stream *s)
{
	snd_pcm_sframes_t avail, moved;
	int err;

	if (!s->event_fired && s->request->event != STREAM_NOTHING &&
	    s->done >= s->request->event_frame && (err = fire_event(s)) < 0)
		return err;
	for (int i = 0; i < 2; i++) {
		if ((err = watch(s)) < 0)
			return recover(s, err);
		sleep_us(0.125e6 * (double)s->report->period_frames / s->request->rate_hz);
	}
	if ((err = wait_ready(s)) < 0)
		return recover(s, err);
	if (err == 0 && ++s->report->stalls > 3)
		return complain(s, "nothing moves", -ETIMEDOUT);
	if ((avail = snd_pcm_avail_update(s->pcm)) < 0)
		return recover(s, (int)avail);
	if ((err = watch(s)) < 0)
		return recover(s, err);
	if (s->request->waiting == STREAM_BLOCK)
		avail = (snd_pcm_sframes_t)s->report->buffer_frames;
	if (avail == 0)
		return 0;
	const snd_pcm_uframes_t piece = next_piece(s, (snd_pcm_uframes_t)avail);

	/* a signal stands for all that is there */
	s->signals |= s->request->waiting == STREAM_SIGNAL && piece < (snd_pcm_uframes_t)avail;
	if ((moved = transfer_move(&s->transfer, s->done, piece)) < 0)
		return recover(s, (int)moved);
	s->done += (uint64_t)moved;
	s->report->frames = s->done;
	return 0;
}

static int finish(struct stream *s)
{
	int err;

	if (!playing(s))
		return snd_pcm_drop(s->pcm);
	const double start_s = watch_now_s();
	/* a nonblocking one says so until all is played */
	while ((err = snd_pcm_drain(s->pcm)) == -EAGAIN && watch_now_s() < start_s + 1e-3 * WAIT_MS)
		sleep_us(5e3);
	if (err < 0)
		return complain(s, "drain", err);
	s->report->drain_ms = 1e3 * (watch_now_s() - start_s);
	return 0;
}

static int drive(struct stream *s, FILE *dump)
{
	snd_async_handler_t *handler;
	snd_output_t *log;
	int err;

	if ((err = set_parameters(s)) < 0)
		return err;
	if (dump && snd_output_stdio_attach(&log, dump, 0) == 0) {
		snd_pcm_dump(s->pcm, log);
		snd_output_close(log);
	}
	if ((err = transfer_open(&s->transfer, s->request, s->pcm, s->report->period_frames,
				 s->report->buffer_frames)) < 0)
		return complain(s, "buffer", err);
	watch_open(&s->watch, s->pcm, s->request->rate_hz, s->report->buffer_frames);
	if (s->request->waiting == STREAM_SIGNAL &&
	    (err = snd_async_add_pcm_handler(&handler, s->pcm, note_signal, s)) < 0)
		return complain(s, "signal", err);
	if ((err = begin(s)) < 0)
		return complain(s, "start", err);
	while (s->done < s->request->frames)
		if ((err = step(s)) < 0)
			return err;
	return finish(s);
}

int stream_run(const struct stream_request *request, struct stream_report *report, FILE *dump)
{
	struct stream s = { .request = request, .report = report, .random = 1 };
	int err;

	memset(report, 0, sizeof(*report));
	if (request->channels < 1 || request->channels > TRANSFER_CHANNELS)
		return complain(&s, "channels not in 1..8", -EINVAL);
	err = snd_pcm_open(&s.pcm, request->device, request->direction,
			   request->waiting == STREAM_POLL ? SND_PCM_NONBLOCK : 0);
	if (err < 0)
		return complain(&s, "open", err);
	err = drive(&s, dump);
	report->watch = s.watch.report;
	transfer_close(&s.transfer);
	snd_pcm_close(s.pcm);
	return err;
}
