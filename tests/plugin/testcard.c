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
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_MIN_FRAMES = 16, PERIOD_MAX_FRAMES = 65536, PERIODS_MIN = 2, PERIODS_MAX = 64 };

struct settings {
	long rate_hz;
	long channels;
	snd_pcm_format_t format;
	long period_frames;          /* 0: any */
	long buffer_frames;          /* 0: any number of whole periods */
	int paced;
	const char *infile;
	const char *outfile;
};

struct testcard {
	snd_pcm_ioplug_t io;
	FILE *file;                  /* what is recorded or played; NULL: silence, or nothing kept */
	snd_pcm_uframes_t done;      /* frames captured or played since prepare */
	size_t frame_bytes;
	int paced;
	struct timespec due;         /* of a paced card: when frame `done` is played or recorded */
	snd_pcm_uframes_t avail_min; /* of a paced card: what a program that polls waits for */
};

/* Moves `frames` frames between the file and the ring buffer, from frame `card->done` on. */
static void testcard_transfer(struct testcard *card, snd_pcm_uframes_t frames)
{
	const snd_pcm_channel_area_t *area = snd_pcm_ioplug_mmap_areas(&card->io);
	const snd_pcm_uframes_t buffer = card->io.buffer_size;

	while (frames > 0) {
		snd_pcm_uframes_t offset = card->done % buffer;
		snd_pcm_uframes_t n = frames < buffer - offset ? frames : buffer - offset;
		char *ring = (char *)area->addr + area->first / 8 + offset * card->frame_bytes;

		if (card->io.stream == SND_PCM_STREAM_CAPTURE) {
			size_t got = card->file ? fread(ring, card->frame_bytes, n, card->file) : 0;

			snd_pcm_format_set_silence(card->io.format, ring + got * card->frame_bytes,
						   (unsigned)((n - got) * card->io.channels));
		} else if (card->file && fwrite(ring, card->frame_bytes, n, card->file) != n) {
			SNDERR("testcard: cannot write the played samples: %s", strerror(errno));
		}
		card->done += n;
		frames -= n;
	}
}

/* Frames that the clock has come to, of at most `limit`; where there are more, the card has waited and loses the time. */
static snd_pcm_uframes_t testcard_due(struct testcard *card, snd_pcm_uframes_t limit)
{
	struct timespec now;
	int64_t late_ns, frames;

	clock_gettime(CLOCK_MONOTONIC, &now);
	late_ns = (int64_t)(now.tv_sec - card->due.tv_sec) * 1000000000 + now.tv_nsec - card->due.tv_nsec;
	frames = late_ns * card->io.rate / 1000000000;
	if (frames > (int64_t)limit) {
		card->due = now;
		return limit;
	}
	late_ns = card->due.tv_nsec + frames * 1000000000 / card->io.rate;
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
		testcard_transfer(card, testcard_due(card, ready < io->buffer_size ? ready : io->buffer_size - 1));
	else if (io->state == SND_PCM_STATE_RUNNING && ready >= io->period_size)
		testcard_transfer(card, io->period_size);
	return (snd_pcm_sframes_t)(card->done % io->buffer_size);
}

static int testcard_drain(snd_pcm_ioplug_t *io)
{
	if (io->stream == SND_PCM_STREAM_PLAYBACK)
		testcard_transfer(io->private_data, snd_pcm_ioplug_hw_avail(io, io->hw_ptr, io->appl_ptr));
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

static int testcard_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct testcard *card = io->private_data;

	return snd_pcm_sw_params_get_avail_min(params, &card->avail_min);
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
	if (io->state != SND_PCM_STATE_RUNNING || snd_pcm_avail_update(io->pcm) >= (snd_pcm_sframes_t)card->avail_min)
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
	card->done = 0;
	card->frame_bytes = (size_t)snd_pcm_format_physical_width(io->format) / 8 * io->channels;
	return 0;
}

static int testcard_close(snd_pcm_ioplug_t *io)
{
	struct testcard *card = io->private_data;

	if (card->file)
		fclose(card->file);
	close(io->poll_fd);
	free(card);
	return 0;
}

static const snd_pcm_ioplug_callback_t testcard_callback = {
	.start = testcard_start,
	.stop = testcard_stop,
	.pointer = testcard_pointer,
	.drain = testcard_drain,
	.prepare = testcard_prepare,
	.sw_params = testcard_sw_params,
	.poll_revents = testcard_poll_revents,
	.close = testcard_close,
};

static int constrain_frames(struct testcard *card, int parameter, long frames, long min_frames, long max_frames,
			    unsigned frame_bytes)
{
	return snd_pcm_ioplug_set_param_minmax(&card->io, parameter, (unsigned)(frames ? frames : min_frames) * frame_bytes,
					       (unsigned)(frames ? frames : max_frames) * frame_bytes);
}

static int testcard_constrain(struct testcard *card, const struct settings *settings)
{
	static const unsigned access[] = { SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED };
	const unsigned rate_hz = (unsigned)settings->rate_hz;
	const unsigned channels = (unsigned)settings->channels;
	const unsigned frame_bytes = (unsigned)snd_pcm_format_physical_width(settings->format) / 8 * channels;
	const unsigned format = (unsigned)settings->format;
	unsigned periods[PERIODS_MAX - PERIODS_MIN + 1];
	int err;

	/* A list and not a range, so that where a whole number of periods fits, it is taken. */
	for (unsigned i = 0; i < PERIODS_MAX - PERIODS_MIN + 1; i++)
		periods[i] = PERIODS_MIN + i;

	err = snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_RATE, rate_hz, rate_hz);
	if (err >= 0)
		err = constrain_frames(card, SND_PCM_IOPLUG_HW_PERIOD_BYTES, settings->period_frames,
				       PERIOD_MIN_FRAMES, PERIOD_MAX_FRAMES, frame_bytes);
	if (err >= 0)
		err = constrain_frames(card, SND_PCM_IOPLUG_HW_BUFFER_BYTES, settings->buffer_frames,
				       PERIODS_MIN * PERIOD_MIN_FRAMES, PERIODS_MAX * PERIOD_MAX_FRAMES, frame_bytes);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_PERIODS,
						    PERIODS_MAX - PERIODS_MIN + 1, periods);
	return err;
}

static void configure_environment(struct settings *settings)
{
	const char *rate = getenv("TESTCARD_RATE");
	const char *channels = getenv("TESTCARD_CHANNELS");
	const char *format = getenv("TESTCARD_FORMAT");

	settings->rate_hz = rate ? atol(rate) : 48000;
	settings->channels = channels ? atol(channels) : 2;
	settings->format = format ? snd_pcm_format_value(format) : SND_PCM_FORMAT_S16_LE;
	settings->paced = getenv("TESTCARD_PACED") != NULL;
	settings->infile = getenv("TESTCARD_INFILE");
	settings->outfile = getenv("TESTCARD_OUTFILE");
}

static int configure_key(struct settings *settings, const char *key, snd_config_t *node)
{
	const char *text;

	if (strcmp(key, "rate") == 0)
		return snd_config_get_integer(node, &settings->rate_hz);
	if (strcmp(key, "channels") == 0)
		return snd_config_get_integer(node, &settings->channels);
	if (strcmp(key, "period_size") == 0)
		return snd_config_get_integer(node, &settings->period_frames);
	if (strcmp(key, "buffer_size") == 0)
		return snd_config_get_integer(node, &settings->buffer_frames);
	if (strcmp(key, "paced") == 0)
		return (settings->paced = snd_config_get_bool(node)) < 0 ? settings->paced : 0;
	if (strcmp(key, "infile") == 0)
		return snd_config_get_string(node, &settings->infile);
	if (strcmp(key, "outfile") == 0)
		return snd_config_get_string(node, &settings->outfile);
	if (strcmp(key, "format") == 0) {
		if (snd_config_get_string(node, &text) < 0)
			return -EINVAL;
		settings->format = snd_pcm_format_value(text);
	}
	return 0;
}

/* Overrides `settings` with the PCM's configuration, and then with its section "slave" if there is one. */
static int testcard_configure(struct settings *settings, snd_config_t *conf)
{
	snd_config_iterator_t i, next;
	snd_config_t *slave;

	snd_config_for_each(i, next, conf) {
		snd_config_t *node = snd_config_iterator_entry(i);
		const char *key;
		int err;

		if (snd_config_get_id(node, &key) < 0)
			continue;
		err = configure_key(settings, key, node);
		if (err < 0) {
			SNDERR("testcard: key '%s' has a wrong value", key);
			return err;
		}
	}
	if (snd_config_search(conf, "slave", &slave) == 0 && snd_config_get_type(slave) == SND_CONFIG_TYPE_COMPOUND)
		return testcard_configure(settings, slave);
	return 0;
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(testcard)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
				   snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(testcard)
{
	struct settings settings = { 0 };
	struct testcard *card;
	const char *path;
	int err;

	(void)root;
	configure_environment(&settings);
	err = testcard_configure(&settings, conf);
	if (err < 0)
		return err;
	if (settings.rate_hz <= 0 || settings.channels <= 0 || snd_pcm_format_physical_width(settings.format) <= 0) {
		SNDERR("testcard: rate, channels or format is none");
		return -EINVAL;
	}
	card = calloc(1, sizeof(*card));
	if (!card)
		return -ENOMEM;
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = "Sound card of the tests";
	card->io.mmap_rw = 1;
	card->io.callback = &testcard_callback;
	card->io.private_data = card;
	card->paced = settings.paced;
	card->io.poll_events = POLLIN;
	/* an event that has come stays: who polls an unpaced card never waits */
	card->io.poll_fd = settings.paced ? timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC) :
					    eventfd(1, EFD_CLOEXEC);
	if (card->io.poll_fd < 0) {
		err = -errno;
		free(card);
		return err;
	}
	path = stream == SND_PCM_STREAM_PLAYBACK ? settings.outfile : settings.infile;
	if (path) {
		card->file = fopen(path, stream == SND_PCM_STREAM_PLAYBACK ? "wb" : "rb");
		if (!card->file) {
			err = -errno;
			SNDERR("testcard: cannot open %s: %s", path, strerror(errno));
			goto fail;
		}
	}
	err = snd_pcm_ioplug_create(&card->io, name, stream, mode);
	if (err < 0)
		goto fail;
	err = testcard_constrain(card, &settings);
	if (err < 0) {
		snd_pcm_ioplug_delete(&card->io); /* closes the card too */
		return err;
	}
	*pcmp = card->io.pcm;
	return 0;

fail:
	testcard_close(&card->io);
	return err;
}

SND_PCM_PLUGIN_SYMBOL(testcard);
