/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hosthelp.h"
#include "plughelp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const struct host_conversion host_up = { 44100, 48000 }, host_down = { 44100, 16000 };

static int run_host(void *context, const double *in, double *out, size_t periods)
{
	bli_ratehost_reset(context);
	return bli_ratehost_convert(context, in, out, periods);
}

char *host_dump(struct host *converter)
{
	snd_output_t *output;
	char *buffer, *text;

	assert_int_equal(snd_output_buffer_open(&output), 0);
	bli_ratehost_dump(converter->host, output);
	snd_output_putc(output, '\0');
	assert_true(snd_output_buffer_string(output, &buffer) > 0);
	text = strdup(buffer);
	snd_output_close(output);
	assert_non_null(text);
	return text;
}

double host_stated(struct host *converter, const char *label)
{
	char *text = host_dump(converter), *place = strstr(text, label);
	double value;

	if (!place)
		fail_msg("no '%s' in:\n%s", label, text);
	value = strtod(place + strlen(label), NULL);
	free(text);
	return value;
}

void host_open_formats(struct host *converter, const char *name, const char *keys, struct host_conversion conversion,
		       unsigned channels, snd_pcm_format_t format)
{
	struct bli_ratehost_setup setup = {
		.in_rate_hz = conversion.in_rate_hz, .out_rate_hz = conversion.out_rate_hz,
		.in_period_frames = conversion.in_rate_hz / 100, .out_period_frames = conversion.out_rate_hz / 100,
		.channels = channels, .in_format = SND_PCM_FORMAT_S32, .out_format = format,
	};
	snd_config_t *config = plug_config(keys);
	char message[200];

	plug_log_lines();
	if (bli_ratehost_open(&converter->host, name, config, message, sizeof(message)) < 0)
		fail_msg("%s { %s }: %s; %s", name, keys, message, plug_log_text());
	snd_config_delete(config);
	if (bli_ratehost_init(converter->host, &setup) < 0)
		fail_msg("%s { %s }: %s", name, keys, plug_log_text());
	converter->system = (struct bli_system){
		.run = run_host, .context = converter->host,
		.in_period_frames = setup.in_period_frames, .out_period_frames = setup.out_period_frames,
		/* tones near the edges of a sharp filter ring for its whole length */
		.settle_frames = 3 * (size_t)(2 * host_stated(converter, "delay:") + 64),
		.window_frames = 4096, .amplitude = 0.891,
	};
}

void host_open(struct host *converter, const char *name, const char *keys, struct host_conversion conversion)
{
	host_open_formats(converter, name, keys, conversion, 1, SND_PCM_FORMAT_S32);
}

void host_close(struct host *converter)
{
	bli_ratehost_close(converter->host);
	converter->host = NULL;
}
