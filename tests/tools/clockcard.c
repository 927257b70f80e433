/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sound card with a clock of its own, for the tests: an ALSA PCM that captures a tone, or plays into a raw file, by a
 * clock that is off by some ppm, and neither waits for a late program nor hides what it lost.
 *
 *     pcm_type.clockcard.lib "…/libasound_module_pcm_clockcard.so"
 *     pcm.in  { type clockcard rate 44100 ppm 300 tone 997 }
 *     pcm.out { type clockcard rate 48000 ppm -50 file "played.raw" events "12:unplug 15:plug" }
 *
 * All cards of a process count their frames from the same moment, when the first one is opened: frame n of a card is
 * captured or played at n / (rate · (1 + ppm · 10⁻⁶)) seconds.  The capture's frame n is
 * sin(2π · tone · n / rate) of −1 dBFS on the first channel, the same of a twentieth of that frequency on the others.
 * The file has frame n at its place, with silence where the card did not run.  So what arrives tells when it left.
 *
 *     rate N, rates [ N … ]   what it can be set to (48000)
 *     format, channels        the same (S16_LE, 2)
 *     period_size             frames, if only one is possible
 *     grain N                 its pointer moves by so many frames (1)
 *     only capture | playback
 *     events "SECONDS:WHAT …" from the start: unplug, plug; busy, free; xrun; rate=N, after which it stops and can only
 *                             be set to that one; stall=MS, in which it runs without a frame; suspend=MS;
 *                             jump=N: from then on its pointer is so many frames further, and those are doubled
 *     resumes yes | no        whether snd_pcm_resume() goes on with what it did, or snd_pcm_prepare() has to wait (no)
 *
 * Captures can be tuned by a control, see clockctl.c.  Timers and the clock are those of the system, or of simtime.c.
 */
#include "clockcard.h"

#include "cardbase.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define AMPLITUDE 0.8912509381337456	/* −1 dBFS */
#define INTERRUPT_NS 20000	/* from the end of a period to the wake-up */

/* When all cards began to count, ns of the clock; and what clockcard_tune() makes of the time since, for captures. */
static int64_t epoch;
static struct { int64_t since; double tuned, before; } pace;

struct settings {
	struct cardbase_settings base;
	long grain;
	double ppm, tone;
	int resumes;
	const char *file, *events, *only;
};

struct clockcard {
	struct cardbase base;	/* its file is what is played */
	char *events;
	double ppm, tone;
	long grain;
	int64_t start;		/* frame at which it was started */
	int64_t told;		/* events up to here have happened, ns since the epoch */
	int stopped;		/* for good: −errno */
	int broken;		/* an xrun, until it is prepared */
	int64_t still_end, still;	/* stands still until then, ns since the epoch, at this frame; 0: it runs */
	int64_t suspend_end;
};

static int64_t since_epoch(void)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	if (!epoch)
		epoch = ns;
	return ns - epoch;
}

/* The last event of two kinds up to a time: 1 or 2, or 0 if there was none.  Its number goes to *number. */
static int last_event(const char *events, const char *first, const char *second, int64_t until, int64_t from,
		      long *number)
{
	int last = 0;

	while (events && *events) {
		char what[32], *end;
		int64_t time = (int64_t)(1e9 * strtod(events, &end));

		if (*end != ':' || sscanf(end + 1, "%31[a-z]", what) != 1)
			break;
		end += 1 + strlen(what);
		if (time <= until && time > from && (strcmp(what, first) == 0 || strcmp(what, second) == 0)) {
			last = strcmp(what, first) == 0 ? 1 : 2;
			if (*end == '=' && number)
				*number = atol(end + 1);
		}
		events = end + strcspn(end, " ");
		events += *events == ' ';
	}
	return last;
}

static double rate_of(const struct clockcard *card)
{
	return card->base.io.rate * (1 + 1e-6 * card->ppm);
}

void clockcard_tune(double relative)
{
	int64_t now = since_epoch();

	pace.before += (1 + pace.tuned) * (double)(now - pace.since);
	pace.since = now;
	pace.tuned = relative;
}

/* The time that a card has come to, ns since the epoch; and when it comes to one. */
static double card_time(const struct clockcard *card, int64_t now)
{
	if (card->base.io.stream == SND_PCM_STREAM_PLAYBACK)
		return (double)now;
	return pace.before + (1 + pace.tuned) * (double)(now - pace.since);
}

static double true_time(const struct clockcard *card, double time)
{
	if (card->base.io.stream == SND_PCM_STREAM_PLAYBACK)
		return time;
	return (double)pace.since + (time - pace.before) / (1 + pace.tuned);
}

/* Frames since the card was started, as its pointer shows them. */
static int64_t reached(const struct clockcard *card)
{
	int64_t frames = (int64_t)floor(1e-9 * card_time(card, since_epoch()) * rate_of(card)) - card->start;

	if (card->still_end)
		return card->still;
	return frames < 0 ? 0 : frames / card->grain * card->grain;
}

/* Stand still for a time, or go on with what is captured or played by then. */
static void stand_still(struct clockcard *card, long ms)
{
	card->still = reached(card);
	card->still_end = card->told + ms * INT64_C(1000000);
}

static void go_on(struct clockcard *card)
{
	card->still_end = 0;
	card->start += reached(card) - card->still;
}

static void put_sample(const struct clockcard *card, char *sample, double value)
{
	int32_t level = (int32_t)lrint(value * 0x7fffffff);

	switch (card->base.io.format) {
	case SND_PCM_FORMAT_S16_LE:
		*(int16_t *)sample = (int16_t)lrint(value * 0x7fff);
		break;
	case SND_PCM_FORMAT_S24_3LE:
		level = (int32_t)lrint(value * 0x7fffff);
		memcpy(sample, &level, 3);
		break;
	default:
		memcpy(sample, &level, sizeof(level));
	}
}

static void capture_frame(const struct clockcard *card, char *frame, int64_t number)
{
	const unsigned bytes = (unsigned)card->base.frame_bytes / card->base.io.channels;
	const double cycles = card->tone * (double)number / card->base.io.rate;

	for (unsigned channel = 0; channel < card->base.io.channels; channel++) {
		double part = channel ? cycles / 20 : cycles;

		if (channel < 2)
			put_sample(card, frame + channel * bytes, AMPLITUDE * sin(2 * M_PI * (part - floor(part))));
		else
			memcpy(frame + channel * bytes, frame + bytes, bytes);
	}
}

/* Moves frames between the ring buffer and the world. */
static void move_run(struct cardbase *base, char *ring, snd_pcm_uframes_t run)
{
	const struct clockcard *card = base->io.private_data;
	const int64_t number = card->start + (int64_t)base->moved;

	if (base->io.stream == SND_PCM_STREAM_CAPTURE)
		for (snd_pcm_uframes_t i = 0; i < run; i++)
			capture_frame(card, ring + i * base->frame_bytes, number + (int64_t)i);
	else if (base->file && pwrite(fileno(base->file), ring, run * base->frame_bytes,
				      number * (off_t)base->frame_bytes) < 0)
		SNDERR("clockcard: cannot write the played samples: %s", strerror(errno));
}

/* What has happened to the card: 0, −EPIPE, or −ENODEV for good. */
static int happen(struct clockcard *card)
{
	int64_t now = since_epoch(), from = card->told;
	long number = 0;

	card->told = now;
	if (card->still_end && now >= card->still_end)
		go_on(card);
	if (card->stopped || last_event(card->events, "unplug", "rate", now, from, NULL)) {
		card->stopped = -ENODEV;
		snd_pcm_ioplug_set_state(&card->base.io, SND_PCM_STATE_DISCONNECTED);
		return -ENODEV;
	}
	if (last_event(card->events, "xrun", "xrun", now, from, NULL))
		card->broken = -EPIPE;
	if (last_event(card->events, "stall", "stall", now, from, &number))
		stand_still(card, number);
	if (last_event(card->events, "jump", "jump", now, from, &number))
		card->start -= number;
	if (last_event(card->events, "suspend", "suspend", now, from, &number)) {
		card->suspend_end = now + number * INT64_C(1000000);
		snd_pcm_ioplug_set_state(&card->base.io, SND_PCM_STATE_SUSPENDED);
	}
	return card->broken;
}

static snd_pcm_sframes_t clockcard_pointer(snd_pcm_ioplug_t *io)
{
	struct clockcard *card = io->private_data;
	/* what waits to be played, or the room for what is captured */
	snd_pcm_uframes_t ready = snd_pcm_ioplug_hw_avail(io, io->hw_ptr, io->appl_ptr);
	int error = happen(card);
	int64_t frames;

	if (!error && io->state == SND_PCM_STATE_RUNNING) {
		frames = reached(card) - (int64_t)card->base.moved;
		/* never a whole buffer at once: that would look like no progress, modulo the buffer */
		if (frames > (int64_t)ready || frames >= (int64_t)io->buffer_size) {
			cardbase_move(&card->base, ready < io->buffer_size ? ready : io->buffer_size - 1, move_run);
			error = -EPIPE;
		} else if (frames > 0) {
			cardbase_move(&card->base, (snd_pcm_uframes_t)frames, move_run);
		}
	}
	return error == -EPIPE ? error : (snd_pcm_sframes_t)(card->base.moved % io->buffer_size);
}

/* The next interrupt. */
static int set_timer(struct clockcard *card)
{
	int64_t periods = reached(card) / (int64_t)card->base.io.period_size + 1;
	int64_t frame = card->start + periods * (int64_t)card->base.io.period_size;
	int64_t ns = epoch + INTERRUPT_NS + (card->still_end ? card->still_end :
					     (int64_t)true_time(card, 1e9 * (double)frame / rate_of(card)));
	const struct itimerspec timer = { .it_value = { ns / 1000000000, ns % 1000000000 } };

	return timerfd_settime(card->base.io.poll_fd, TFD_TIMER_ABSTIME, &timer, NULL) < 0 ? -errno : 0;
}

static int clockcard_start(snd_pcm_ioplug_t *io)
{
	struct clockcard *card = io->private_data;

	card->start = (int64_t)ceil(1e-9 * card_time(card, since_epoch()) * rate_of(card));
	card->base.moved = 0;
	card->still = 0;
	return set_timer(card);
}

static int clockcard_stop(snd_pcm_ioplug_t *io)
{
	(void)io;
	return 0;
}

static int clockcard_drain(snd_pcm_ioplug_t *io)
{
	struct clockcard *card = io->private_data;

	if (io->stream == SND_PCM_STREAM_PLAYBACK && !card->stopped)
		cardbase_move(&card->base, snd_pcm_ioplug_hw_avail(io, io->hw_ptr, io->appl_ptr), move_run);
	return 0;
}

static int clockcard_prepare(snd_pcm_ioplug_t *io)
{
	struct clockcard *card = io->private_data;

	card->broken = 0;
	while (since_epoch() < card->suspend_end)
		usleep(1000);
	cardbase_prepare(io);
	return happen(card) == -ENODEV ? -ENODEV : 0;
}

/* Frames that were missed meanwhile are silence, or were never captured. */
static int clockcard_resume(snd_pcm_ioplug_t *io)
{
	struct clockcard *card = io->private_data;

	if (since_epoch() < card->suspend_end)
		return -EAGAIN;
	card->start += reached(card) - (int64_t)card->base.moved;
	snd_pcm_ioplug_set_state(io, SND_PCM_STATE_RUNNING);
	return set_timer(card);
}

static int clockcard_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned nfds, unsigned short *revents)
{
	struct clockcard *card = io->private_data;
	uint64_t ticks;

	(void)nfds;
	*revents = 0;
	if (read(pfd->fd, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
		return -errno;
	if (happen(card) == -ENODEV) {
		*revents = POLLERR;
		return 0;
	}
	set_timer(card);
	if (io->state != SND_PCM_STATE_RUNNING ||
	    snd_pcm_avail_update(io->pcm) >= (snd_pcm_sframes_t)card->base.avail_min ||
	    io->state != SND_PCM_STATE_RUNNING)
		*revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
	return 0;
}

static int clockcard_close(snd_pcm_ioplug_t *io)
{
	struct clockcard *card = io->private_data;

	free(card->events);
	return cardbase_close(io);
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = clockcard_start,
	.stop = clockcard_stop,
	.pointer = clockcard_pointer,
	.drain = clockcard_drain,
	.prepare = clockcard_prepare,
	.resume = clockcard_resume,
	.sw_params = cardbase_sw_params,
	.poll_revents = clockcard_poll_revents,
	.close = clockcard_close,
};

static int configure_rates(struct settings *settings, snd_config_t *list)
{
	snd_config_iterator_t i, next;

	settings->base.rate_count = 0;
	snd_config_for_each(i, next, list) {
		long rate;

		if (snd_config_get_integer(snd_config_iterator_entry(i), &rate) < 0 ||
		    settings->base.rate_count == CARDBASE_RATES_MAX)
			return -EINVAL;
		settings->base.rates_hz[settings->base.rate_count++] = (unsigned)rate;
	}
	return 0;
}

static int take_key(void *own, const char *key, snd_config_t *node)
{
	struct settings *settings = own;

	if (strcmp(key, "rates") == 0)
		return configure_rates(settings, node);
	if (strcmp(key, "ppm") == 0)
		return snd_config_get_ireal(node, &settings->ppm);
	if (strcmp(key, "tone") == 0)
		return snd_config_get_ireal(node, &settings->tone);
	if (strcmp(key, "file") == 0)
		return snd_config_get_string(node, &settings->file);
	if (strcmp(key, "events") == 0)
		return snd_config_get_string(node, &settings->events);
	if (strcmp(key, "only") == 0)
		return snd_config_get_string(node, &settings->only);
	if (strcmp(key, "grain") == 0)
		return snd_config_get_integer(node, &settings->grain);
	if (strcmp(key, "resumes") == 0) {
		settings->resumes = snd_config_get_bool(node);
		return settings->resumes < 0 ? settings->resumes : 0;
	}
	return 0;
}

/* What keeps it from being opened now; a rate that it changed to is what it offers. */
static int is_open_to(struct settings *settings, snd_pcm_stream_t stream)
{
	int64_t now = since_epoch();
	long rate = 0;

	if (settings->only && strcmp(settings->only, stream == SND_PCM_STREAM_CAPTURE ? "capture" : "playback") != 0)
		return -ENOENT;
	if (last_event(settings->events, "unplug", "plug", now, -1, NULL) == 1)
		return -ENODEV;
	if (last_event(settings->events, "busy", "free", now, -1, NULL) == 1)
		return -EBUSY;
	if (last_event(settings->events, "rate", "rate", now, -1, &rate)) {
		settings->base.rates_hz[0] = (unsigned)rate;
		settings->base.rate_count = 1;
	}
	return 0;
}

/* The file keeps what was played before the card was opened again. */
static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "r+b");

	return file ? file : fopen(path, "w+b");
}

static int create(snd_pcm_t **pcmp, const char *name, const struct settings *settings, snd_pcm_stream_t stream,
		  int mode)
{
	struct clockcard *card = cardbase_new(sizeof(*card), "Sound card with a clock of its own", &callbacks);
	int error = -ENOMEM;

	if (!card)
		return error;
	if (!settings->resumes)
		card->base.callback.resume = NULL;
	card->base.io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	card->ppm = settings->ppm;
	card->tone = settings->tone;
	card->grain = settings->grain;
	card->told = since_epoch();
	card->events = settings->events ? strdup(settings->events) : NULL;
	if (settings->file && stream == SND_PCM_STREAM_PLAYBACK)
		card->base.file = open_file(settings->file);
	if (card->base.io.poll_fd < 0 || (settings->events && !card->events) ||
	    (settings->file && stream == SND_PCM_STREAM_PLAYBACK && !card->base.file)) {
		error = -errno;
		clockcard_close(&card->base.io);
		return error;
	}
	error = cardbase_open(&card->base, &settings->base, name, stream, mode);
	if (error >= 0)
		*pcmp = card->base.io.pcm;
	return error;
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(clockcard)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
				    snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(clockcard)
{
	struct settings settings = {
		.base = { .rates_hz = { 48000 }, .rate_count = 1, .channels = 2, .format = SND_PCM_FORMAT_S16_LE,
			  .period = { 16, 65536 } },
		.grain = 1, .tone = 997,
	};
	int error = cardbase_configure(&settings.base, conf, take_key, &settings);

	(void)root;
	if (error < 0)
		return error;
	settings.base.buffer = (struct cardbase_range){ 2 * settings.base.period.min, 64 * settings.base.period.max };
	error = is_open_to(&settings, stream);
	return error < 0 ? error : create(pcmp, name, &settings, stream, mode);
}

SND_PCM_PLUGIN_SYMBOL(clockcard);
