/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trial.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_US 125000
#define PERIODS 4

/* "N", or "N to M" */
static void append_range(char *text, size_t size, const char *before, unsigned long low, unsigned long high,
			 const char *after)
{
	const size_t used = strlen(text);

	if (low == high)
		snprintf(text + used, size - used, "%s%lu%s", before, low, after);
	else
		snprintf(text + used, size - used, "%s%lu to %lu%s", before, low, high, after);
}

static void append_formats(char *text, size_t size, const snd_pcm_hw_params_t *params)
{
	snd_pcm_format_mask_t *mask;

	snd_pcm_format_mask_alloca(&mask);
	snd_pcm_hw_params_get_format_mask((snd_pcm_hw_params_t *)params, mask);
	for (int f = 0; f <= SND_PCM_FORMAT_LAST; f++) {
		const size_t used = strlen(text);

		if (snd_pcm_format_mask_test(mask, (snd_pcm_format_t)f))
			snprintf(text + used, size - used, ", %s", snd_pcm_format_name((snd_pcm_format_t)f));
	}
}

int trial_card(const char *name, snd_pcm_stream_t direction, char *text, size_t size)
{
	snd_pcm_hw_params_t *params;
	snd_pcm_uframes_t shortest = 0, longest = 0;
	unsigned int low = 0, high = 0;
	snd_pcm_t *pcm;
	int err = snd_pcm_open(&pcm, name, direction, SND_PCM_NONBLOCK);

	if (err < 0)
		return err;
	snd_pcm_hw_params_alloca(&params);
	err = snd_pcm_hw_params_any(pcm, params);
	if (err >= 0) {
		*text = '\0';
		snd_pcm_hw_params_get_rate_min(params, &low, NULL);
		snd_pcm_hw_params_get_rate_max(params, &high, NULL);
		append_range(text, size, "", low, high, " Hz");
		snd_pcm_hw_params_get_channels_min(params, &low);
		snd_pcm_hw_params_get_channels_max(params, &high);
		append_range(text, size, ", channels: ", low, high, "");
		snd_pcm_hw_params_get_period_size_min(params, &shortest, NULL);
		snd_pcm_hw_params_get_period_size_max(params, &longest, NULL);
		append_range(text, size, ", periods of ", shortest, longest, " frames");
		append_formats(text, size, params);
		err = 0;
	}
	snd_pcm_close(pcm);
	return err;
}

static int set_up(snd_pcm_t *pcm, unsigned int rate_hz)
{
	snd_pcm_hw_params_t *params;
	unsigned int channels = 2, period_us = PERIOD_US, buffer_us = PERIODS * PERIOD_US;
	int err;

	snd_pcm_hw_params_alloca(&params);
	err = snd_pcm_hw_params_any(pcm, params);
	if (err < 0)
		return err;
	err = snd_pcm_hw_params_set_access(pcm, params, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (err >= 0 && snd_pcm_hw_params_set_format(pcm, params, SND_PCM_FORMAT_S16_LE) < 0)
		err = snd_pcm_hw_params_set_format(pcm, params, SND_PCM_FORMAT_S32_LE);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels_near(pcm, params, &channels);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(pcm, params, rate_hz, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_buffer_time_near(pcm, params, &buffer_us, NULL);
	if (err >= 0)
		err = snd_pcm_hw_params_set_period_time_near(pcm, params, &period_us, NULL);
	return err < 0 ? err : snd_pcm_hw_params(pcm, params);
}

/* The lines of a dump that converters write: from "Converter:" to "Protocol version:" */
static int print_conversions(char *dump, snd_output_t *output)
{
	bool inside = false;
	int conversions = 0;
	char *rest;

	for (char *line = strtok_r(dump, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strstr(line, "ate conversion PCM ("))
			conversions++;
		if (strncmp(line, "Converter: ", 11) == 0)
			inside = true;
		else if (strncmp(line, "Protocol version", 16) == 0 || strncmp(line, "Its setup", 9) == 0)
			inside = false;
		if (inside)
			snd_output_printf(output, "      %s\n", line);
	}
	return conversions;
}

int trial_stream(const char *name, snd_pcm_stream_t direction, unsigned int rate_hz, snd_output_t *output)
{
	snd_output_t *buffer;
	snd_pcm_t *pcm;
	char *text, *copy;
	size_t size;
	int err = snd_pcm_open(&pcm, name, direction, SND_PCM_NONBLOCK);

	if (err < 0)
		return err;
	err = set_up(pcm, rate_hz);
	if (err >= 0 && (err = snd_output_buffer_open(&buffer)) >= 0) {
		err = snd_pcm_dump(pcm, buffer);
		size = snd_output_buffer_string(buffer, &text);
		copy = err < 0 ? NULL : strndup(text, size);
		if (copy)
			err = print_conversions(copy, output);
		else if (err >= 0)
			err = -ENOMEM;
		free(copy);
		snd_output_close(buffer);
	}
	snd_pcm_close(pcm);
	return err;
}
