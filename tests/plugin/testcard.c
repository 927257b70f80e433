/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sound card for the tests: an ALSA PCM that, like a real one, has one rate, one format and one channel count. It
 * records from a raw file (silence after its end) and plays into one, as fast as it is asked to, or, "paced", by the clock.
 *
 *     pcm_type.testcard.lib "…/libasound_module_pcm_testcard.so"
 *     pcm.card { type testcard rate 44100 channels 1 format S16_LE infile "mic.raw" outfile "played.raw" }
 *
 * (alsa-lib's own "type file" over "type null" accepts any rate, so nothing is ever converted for it unless the
 * configuration asks; and its infile repeats samples where the buffer wraps inside a period.)
 *
 * A paced card is a patient one: it waits for a program that is late, so that no sound depends on how busy the machine is.
 *
 * What the configuration leaves open comes from TESTCARD_RATE, TESTCARD_CHANNELS, TESTCARD_FORMAT, TESTCARD_PACED,
 * TESTCARD_INFILE and TESTCARD_OUTFILE. So it can stand in for the types that need hardware, in configurations written for hardware:
 *
 *     pcm_type.hw   { lib "…/libasound_module_pcm_testcard.so" open "_snd_pcm_testcard_open" }
 *     pcm_type.dmix { lib "…/libasound_module_pcm_testcard.so" open "_snd_pcm_testcard_open" }
 *
 * As dmix does, it then takes rate, channels, format, period_size and buffer_size from the section "slave" and offers
 * nothing else. Keys of those types that mean nothing here are passed over.
 */
#include "cardbase.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_MIN_FRAMES = 16, PERIOD_MAX_FRAMES = 65536, PERIODS_MIN = 2, PERIODS_MAX = 64 };

struct settings {
	struct cardbase_settings base;
	int paced;
	const char *infile;
	const char *outfile;
};

struct testcard {
	struct cardbase base;        /* its file is what is recorded or played; NULL: silence, or nothing kept */
	int paced;
	struct timespec due;         /* of a paced card: when frame `base.moved` is played or recorded */
};

/* Moves frames between the file and the ring buffer. */
static void move_run(struct cardbase *base, char *ring, snd_pcm_uframes_t run)
{
	if (base->io.stream == SND_PCM_STREAM_CAPTURE) {
		size_t got = base->file ? fread(ring, base->frame_bytes, run, base->file) : 0;

		snd_pcm_format_set_silence(base->io.format, ring + got * base->frame_bytes,
					   (unsigned)((run - got) * base->io.channels));
	} else if (base->file && fwrite(ring, base->frame_bytes, run, base->file) != run) {
		SNDERR("testcard: cannot write the played samples: %s", strerror(errno));
	}
}

/* Frames that the clock has come to, of at most `limit`; where there are more, the card has waited and loses the time. */
static snd_pcm_uframes_t testcard_due(struct testcard *card, snd_pcm_uframes_t limit)
{
	struct timespec now;
	int64_t late_ns, frames;

	clock_gettime(CLOCK_MONOTONIC, &now);
	late_ns = (int64_t)(now.tv_sec - card->due.tv_sec) * 1000000000 + now.tv_nsec - card->due.tv_nsec;
	frames = late_ns * card->base.io.rate / 1000000000;
	if (frames > (int64_t)limit) {
		card->due = now;
		return limit;
	}
	late_ns = card->due.tv_nsec + frames * 1000000000 / card->base.io.rate;
	card->due.tv_sec += late_ns / 1000000000;
	card->due.tv_nsec = late_ns % 1000000000;
	return (snd_pcm_uframes_t)frames;
}

static snd_pcm_sframes_t testcard_pointer(snd_pcm_ioplug_t *io)
{
	struct testcard *card = io->private_data;
	/* what waits to be played, or the room for what is captured */
	snd_pcm_uframes_t ready = snd_pcm_ioplug_hw_avail(io, io->hw_ptr, io->appl_ptr);

	/* Never a whole buffer at once: that would look like no progress, modulo the buffer. */
	if (io->state == SND_PCM_STATE_RUNNING && card->paced)
		cardbase_move(&card->base, testcard_due(card, ready < io->buffer_size ? ready : io->buffer_size - 1),
			      move_run);
	else if (io->state == SND_PCM_STATE_RUNNING && ready >= io->period_size)
		cardbase_move(&card->base, io->period_size, move_run);
	return (snd_pcm_sframes_t)(card->base.moved % io->buffer_size);
}

static int testcard_drain(snd_pcm_ioplug_t *io)
{
	if (io->stream == SND_PCM_STREAM_PLAYBACK)
		cardbase_move(io->private_data, snd_pcm_ioplug_hw_avail(io, io->hw_ptr, io->appl_ptr), move_run);
	return 0;
}

static int testcard_start(snd_pcm_ioplug_t *io)
{
	struct testcard *card = io->private_data;

	clock_gettime(CLOCK_MONOTONIC, &card->due);
	return 0;
}

static int testcard_stop(snd_pcm_ioplug_t *io)
{
	(void)io;
	return 0;
}

/* The timer of a paced card ticks four times in a period; only some of the ticks make a program wake up. */
static int testcard_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned nfds, unsigned short *revents)
{
	struct testcard *card = io->private_data;
	uint64_t ticks;

	(void)nfds;
	*revents = 0;
	if (!card->paced) {
		*revents = pfd->revents & (POLLIN | POLLOUT) ? (unsigned short)io->poll_events : 0;
		return 0;
	}
	if (read(pfd->fd, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
		return -errno;
	if (io->state != SND_PCM_STATE_RUNNING ||
	    snd_pcm_avail_update(io->pcm) >= (snd_pcm_sframes_t)card->base.avail_min)
		*revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
	return 0;
}

static int testcard_prepare(snd_pcm_ioplug_t *io)
{
	struct testcard *card = io->private_data;

	if (card->paced) {
		const int64_t tick_ns = (int64_t)io->period_size * 1000000000 / io->rate / 4;
		const struct timespec tick = { tick_ns / 1000000000, tick_ns % 1000000000 };
		const struct itimerspec timer = { tick, tick };

		if (timerfd_settime(io->poll_fd, 0, &timer, NULL) < 0)
			return -errno;
	}
	return cardbase_prepare(io);
}

static const snd_pcm_ioplug_callback_t testcard_callback = {
	.start = testcard_start,
	.stop = testcard_stop,
	.pointer = testcard_pointer,
	.drain = testcard_drain,
	.prepare = testcard_prepare,
	.sw_params = cardbase_sw_params,
	.poll_revents = testcard_poll_revents,
	.close = cardbase_close,
};

static void configure_environment(struct settings *settings)
{
	const char *rate = getenv("TESTCARD_RATE");
	const char *channels = getenv("TESTCARD_CHANNELS");
	const char *format = getenv("TESTCARD_FORMAT");

	settings->base.rates_hz[0] = rate ? (unsigned)atol(rate) : 48000;
	settings->base.channels = channels ? (unsigned)atol(channels) : 2;
	settings->base.format = format ? snd_pcm_format_value(format) : SND_PCM_FORMAT_S16_LE;
	settings->paced = getenv("TESTCARD_PACED") != NULL;
	settings->infile = getenv("TESTCARD_INFILE");
	settings->outfile = getenv("TESTCARD_OUTFILE");
}

static int take_key(void *own, const char *key, snd_config_t *node)
{
	struct settings *settings = own;

	if (strcmp(key, "paced") == 0)
		return (settings->paced = snd_config_get_bool(node)) < 0 ? settings->paced : 0;
	if (strcmp(key, "infile") == 0)
		return snd_config_get_string(node, &settings->infile);
	if (strcmp(key, "outfile") == 0)
		return snd_config_get_string(node, &settings->outfile);
	return 0;
}

/* Overrides `settings` with the PCM's configuration, and then with its section "slave" if there is one. */
static int testcard_configure(struct settings *settings, snd_config_t *conf)
{
	int error = cardbase_configure(&settings->base, conf, take_key, settings);
	snd_config_t *slave;

	if (error >= 0 && snd_config_search(conf, "slave", &slave) == 0 &&
	    snd_config_get_type(slave) == SND_CONFIG_TYPE_COMPOUND)
		return testcard_configure(settings, slave);
	return error;
}

/* A list and not a range, so that where a whole number of periods fits, it is taken. */
static int constrain_periods(struct testcard *card)
{
	unsigned periods[PERIODS_MAX - PERIODS_MIN + 1];

	for (unsigned i = 0; i < PERIODS_MAX - PERIODS_MIN + 1; i++)
		periods[i] = PERIODS_MIN + i;
	return snd_pcm_ioplug_set_param_list(&card->base.io, SND_PCM_IOPLUG_HW_PERIODS, PERIODS_MAX - PERIODS_MIN + 1,
					     periods);
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(testcard)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
				   snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(testcard)
{
	struct settings settings = { .base = {
		.rate_count = 1,
		.period = { PERIOD_MIN_FRAMES, PERIOD_MAX_FRAMES },
		.buffer = { PERIODS_MIN * PERIOD_MIN_FRAMES, PERIODS_MAX * PERIOD_MAX_FRAMES },
	} };
	struct testcard *card;
	const char *path;
	int err;

	(void)root;
	configure_environment(&settings);
	err = testcard_configure(&settings, conf);
	if (err < 0)
		return err;
	card = cardbase_new(sizeof(*card), "Sound card of the tests", &testcard_callback);
	if (!card)
		return -ENOMEM;
	card->paced = settings.paced;
	/* an event that has come stays: who polls an unpaced card never waits */
	card->base.io.poll_fd = settings.paced ? timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC) :
						 eventfd(1, EFD_CLOEXEC);
	if (card->base.io.poll_fd < 0) {
		err = -errno;
		goto fail;
	}
	path = stream == SND_PCM_STREAM_PLAYBACK ? settings.outfile : settings.infile;
	if (path) {
		card->base.file = fopen(path, stream == SND_PCM_STREAM_PLAYBACK ? "wb" : "rb");
		if (!card->base.file) {
			err = -errno;
			SNDERR("testcard: cannot open %s: %s", path, strerror(errno));
			goto fail;
		}
	}
	err = cardbase_open(&card->base, &settings.base, name, stream, mode);
	if (err < 0)
		return err;
	err = constrain_periods(card);
	if (err < 0) {
		snd_pcm_ioplug_delete(&card->base.io); /* closes the card too */
		return err;
	}
	*pcmp = card->base.io.pcm;
	return 0;

fail:
	cardbase_close(&card->base.io);
	return err;
}

SND_PCM_PLUGIN_SYMBOL(testcard);
