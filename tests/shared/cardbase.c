/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cardbase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 1: it is another key. */
static int configure_key(struct cardbase_settings *settings, const char *key, snd_config_t *node)
{
	const struct {
		const char *key;
		unsigned *min, *max;
	} numbers[] = {
		{ "rate", &settings->rates_hz[0], &settings->rates_hz[0] },
		{ "channels", &settings->channels, &settings->channels },
		{ "period_size", &settings->period.min, &settings->period.max },
		{ "buffer_size", &settings->buffer.min, &settings->buffer.max },
	};
	const char *text;
	long number;
	int error;

	if (strcmp(key, "format") == 0) {
		error = snd_config_get_string(node, &text);
		if (error >= 0)
			settings->format = snd_pcm_format_value(text);
		return error;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(key, numbers[i].key) != 0)
			continue;
		error = snd_config_get_integer(node, &number);
		if (error >= 0 && number > 0)
			*numbers[i].min = *numbers[i].max = (unsigned)number;
		return error;
	}
	return 1;
}

int cardbase_configure(struct cardbase_settings *settings, snd_config_t *conf, cardbase_take_key *take_key, void *own)
{
	snd_config_iterator_t i, next;

	snd_config_for_each(i, next, conf) {
		snd_config_t *node = snd_config_iterator_entry(i);
		const char *key;
		int error;

		if (snd_config_get_id(node, &key) < 0)
			continue;
		error = configure_key(settings, key, node);
		if (error > 0)
			error = take_key(own, key, node);
		if (error < 0) {
			SNDERR("sound card of the tests: key '%s' has a wrong value", key);
			return error;
		}
	}
	return 0;
}

void *cardbase_new(size_t bytes, const char *name, const snd_pcm_ioplug_callback_t *callback)
{
	struct cardbase *card = calloc(1, bytes);

	if (!card)
		return NULL;
	card->callback = *callback;
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = name;
	card->io.mmap_rw = 1;
	card->io.callback = &card->callback;
	card->io.private_data = card;
	card->io.poll_fd = -1;
	card->io.poll_events = POLLIN;
	return card;
}

static int constrain(snd_pcm_ioplug_t *io, const struct cardbase_settings *settings)
{
	static const unsigned accesses[2][2] = {
		{ SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED },
		{ SND_PCM_ACCESS_MMAP_NONINTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED },
	};
	const unsigned format = (unsigned)settings->format, channels = settings->channels;
	const int sample_bits = snd_pcm_format_physical_width(settings->format);
	const unsigned bytes = (unsigned)sample_bits / 8 * channels;
	int error;

	if (settings->rates_hz[0] == 0 || channels == 0 || sample_bits <= 0) {
		SNDERR("%s: rate, channels or format is none", io->name);
		return -EINVAL;
	}
	error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses[settings->planar != 0]);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, settings->rate_count,
						      settings->rates_hz);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES,
							settings->period.min * bytes, settings->period.max * bytes);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES,
							settings->buffer.min * bytes, settings->buffer.max * bytes);
	return error;
}

int cardbase_open(struct cardbase *card, const struct cardbase_settings *settings, const char *name,
		  snd_pcm_stream_t stream, int mode)
{
	int error = snd_pcm_ioplug_create(&card->io, name, stream, mode);

	if (error < 0) {
		card->callback.close(&card->io);
		return error;
	}
	error = constrain(&card->io, settings);
	if (error < 0)
		snd_pcm_ioplug_delete(&card->io);	/* closes the card too */
	return error;
}

void cardbase_move(struct cardbase *card, snd_pcm_uframes_t frames,
		   void (*move)(struct cardbase *card, char *ring, snd_pcm_uframes_t run))
{
	const snd_pcm_channel_area_t *area = snd_pcm_ioplug_mmap_areas(&card->io);
	const snd_pcm_uframes_t buffer = card->io.buffer_size;

	while (frames > 0) {
		snd_pcm_uframes_t offset = card->moved % buffer;
		snd_pcm_uframes_t run = frames < buffer - offset ? frames : buffer - offset;

		move(card, (char *)area->addr + area->first / 8 + offset * card->frame_bytes, run);
		card->moved += run;
		frames -= run;
	}
}

int cardbase_prepare(snd_pcm_ioplug_t *io)
{
	struct cardbase *card = io->private_data;

	card->moved = 0;
	card->frame_bytes = (size_t)snd_pcm_format_physical_width(io->format) / 8 * io->channels;
	return 0;
}

int cardbase_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct cardbase *card = io->private_data;

	return snd_pcm_sw_params_get_avail_min(params, &card->avail_min);
}

int cardbase_close(snd_pcm_ioplug_t *io)
{
	struct cardbase *card = io->private_data;

	if (card->file)
		fclose(card->file);
	if (io->poll_fd >= 0)
		close(io->poll_fd);
	free(card);
	return 0;
}
