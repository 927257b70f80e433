/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handhelp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct handcard hand;

static size_t frame_bytes(const struct hand_card *card)
{
	return (size_t)snd_pcm_format_physical_width(card->format) / 8 * card->channels;
}

void hand_begin(const struct hand_card *card, size_t frames, unsigned tick)
{
	hand = (struct handcard){ .tick = tick, .sound_bytes = frames * frame_bytes(card) };
	hand.sound = malloc(hand.sound_bytes + 1);
	assert_non_null(hand.sound);
	snd_pcm_format_set_silence(card->format, hand.sound, (unsigned)(frames * card->channels));
}

void hand_end(void)
{
	free(hand.sound);
	hand.sound = NULL;
	hand.sound_bytes = 0;
}

const char *hand_configuration(const struct hand_card *card, const char *more)
{
	static char text[3000];
	int used = snprintf(text, sizeof(text),
			    "pcm_type.handcard.lib \"%s\"\n"
			    "pcm.card { type handcard state %llu rate %u format %s channels %u",
			    getenv("BLI_HANDCARD"), (unsigned long long)(uintptr_t)&hand, card->rate_hz,
			    snd_pcm_format_name(card->format), card->channels);

	if (card->period)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " period_size %u", card->period);
	if (card->buffer)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " buffer_size %u", card->buffer);
	snprintf(text + used, sizeof(text) - (size_t)used, " }\npcm.stream { type bli slave.pcm card %s }\n", more);
	return text;
}

snd_pcm_t *hand_open(const struct hand_card *card, const char *more, const struct pcmstream_setup *setup)
{
	snd_pcm_t *pcm = pcmstream_open(hand_configuration(card, more), setup);
	snd_pcm_uframes_t buffer, period;

	assert_int_equal(snd_pcm_get_params(pcm, &buffer, &period), 0);
	assert_int_equal(period, setup->period_frames);
	assert_int_equal(buffer, setup->period_frames * setup->periods);
	return pcm;
}

static snd_pcm_channel_area_t area_of(const struct hand_card *card, unsigned channel)
{
	unsigned bits = (unsigned)snd_pcm_format_physical_width(card->format);

	return (snd_pcm_channel_area_t){ hand.sound, channel * bits, card->channels * bits };
}

double hand_get(const struct hand_card *card, size_t frame, unsigned channel)
{
	snd_pcm_channel_area_t area = area_of(card, channel);

	return pcmstream_get(&area, frame, card->format);
}

void hand_put(const struct hand_card *card, size_t frame, unsigned channel, double value)
{
	snd_pcm_channel_area_t area = area_of(card, channel);

	pcmstream_put(&area, frame, card->format, value);
}

double *hand_played(const struct hand_card *card, unsigned channel)
{
	double *values = malloc((hand.done + 1) * sizeof(*values));

	assert_non_null(values);
	assert_true(hand.done * frame_bytes(card) <= hand.sound_bytes);
	for (size_t n = 0; n < hand.done; n++)
		values[n] = hand_get(card, n, channel);
	return values;
}

int hand_prepare(void)
{
	const char *plugins = getenv("BLI_PLUGIN_DIR"), *card = getenv("BLI_HANDCARD");

	if (!plugins || !card || access(card, R_OK) != 0) {
		fprintf(stderr, "BLI_HANDCARD and BLI_PLUGIN_DIR must say where the card and the plugins are\n");
		return 99;
	}
	plug_log_catch();
	return setenv("ALSA_PLUGIN_DIR", plugins, 1) == 0 ? 0 : 99;
}
