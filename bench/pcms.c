/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a conversion costs as a PCM: "type bli" against "type rate" with the same converter, over a card that costs
 * nothing (noisecard.c), so that nothing but the two PCMs and the converter is measured. Rounds alternate, and the
 * ratio is the median of those of each round. Prints Markdown.
 *
 *     bench/pcms bench/.libs/libasound_module_pcm_noisecard.so
 */
#include <alsa/asoundlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 11, SECONDS = 10, RATE_HZ = 44100, CARD_RATE_HZ = 48000, CHANNELS_MAX = 6, TYPES = 2 };

static const char *const types[TYPES] = { "rate", "bli" };

struct subject {
	const char *converter;
	snd_pcm_format_t format;
	unsigned channels;
	snd_pcm_uframes_t period;	/* 5 ms, 125 ms or very short, of the program's frames */
};

static const struct subject subjects[] = {
	{ "bli", SND_PCM_FORMAT_S16, 2, 220 }, { "bli", SND_PCM_FORMAT_S16, 2, 5512 },
	{ "bli", SND_PCM_FORMAT_S16, 2, 64 },
	{ "bli", SND_PCM_FORMAT_S16, 1, 220 }, { "bli", SND_PCM_FORMAT_S16, 1, 5512 },
	{ "bli", SND_PCM_FORMAT_S16, 6, 220 }, { "bli", SND_PCM_FORMAT_S16, 6, 5512 },
	{ "bli", SND_PCM_FORMAT_S32, 2, 220 }, { "bli", SND_PCM_FORMAT_S32, 2, 5512 },
	{ "bli_fast", SND_PCM_FORMAT_S16, 2, 220 }, { "bli_fast", SND_PCM_FORMAT_S16, 2, 5512 },
	{ "bli_best", SND_PCM_FORMAT_S32, 2, 220 }, { "bli_best", SND_PCM_FORMAT_S32, 2, 5512 },
};

static void must(long result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "%s: %s\n", what, snd_strerror((int)result));
		exit(1);
	}
}

static snd_pcm_t *open_pcm(const char *card, const char *type, const struct subject *subject,
			   snd_pcm_stream_t direction)
{
	char text[600];
	snd_config_t *root;
	snd_input_t *input;
	snd_pcm_hw_params_t *hw;
	snd_pcm_t *pcm;
	snd_pcm_uframes_t buffer = 4 * subject->period;

	snprintf(text, sizeof(text), "pcm_type.noisecard.lib \"%s\"\n"
		 "pcm.p { type %s slave { pcm { type noisecard } rate %d format %s } converter \"%s\" }\n", card, type,
		 CARD_RATE_HZ, snd_pcm_format_name(subject->format), subject->converter);
	must(snd_config_top(&root), "configuration");
	must(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), "configuration");
	must(snd_config_load(root, input), "configuration");
	snd_input_close(input);
	must(snd_pcm_open_lconf(&pcm, "p", direction, 0, root), type);
	snd_config_delete(root);
	must(snd_pcm_hw_params_malloc(&hw), "parameters");
	must(snd_pcm_hw_params_any(pcm, hw), "parameters");
	must(snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED), "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, subject->format), "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, subject->channels), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, RATE_HZ, 0), "rate");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, subject->period, 0), "period");
	must(snd_pcm_hw_params_set_buffer_size_near(pcm, hw, &buffer), "buffer");
	must(snd_pcm_hw_params(pcm, hw), "parameters");
	snd_pcm_hw_params_free(hw);
	return pcm;
}

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* CPU time for a frame of the program's, period by period. */
static double frame_ns(const char *card, const char *type, const struct subject *subject, snd_pcm_stream_t direction)
{
	enum { SAMPLES = 5512 * CHANNELS_MAX };
	static int32_t samples[SAMPLES];
	snd_pcm_t *pcm = open_pcm(card, type, subject, direction);
	double begin;

	for (size_t n = 0; n < SAMPLES; n++)
		samples[n] = (int32_t)((uint32_t)n * UINT32_C(2654435761)) / 2;
	begin = cpu_ns();
	for (snd_pcm_uframes_t done = 0; done < (snd_pcm_uframes_t)RATE_HZ * SECONDS; done += subject->period)
		must(direction == SND_PCM_STREAM_PLAYBACK ? snd_pcm_writei(pcm, samples, subject->period)
							  : snd_pcm_readi(pcm, samples, subject->period), "transfer");
	begin = (cpu_ns() - begin) / ((double)RATE_HZ * SECONDS);
	snd_pcm_close(pcm);
	return begin;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const char *card, const struct subject *subject, snd_pcm_stream_t direction)
{
	double ns[TYPES][ROUNDS], ratios[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int type = 0; type < TYPES; type++)
			ns[type][round] = frame_ns(card, types[type], subject, direction);
		ratios[round] = ns[1][round] / ns[0][round];
	}
	for (int type = 0; type < TYPES; type++)
		qsort(ns[type], ROUNDS, sizeof(ns[0][0]), compare);
	qsort(ratios, ROUNDS, sizeof(ratios[0]), compare);
	printf("| %s | %s | %u | %.1f ms | %s | %.2f | %.2f | %.2f | %.2f–%.2f |\n", subject->converter,
	       snd_pcm_format_name(subject->format), subject->channels, (double)subject->period * 1000 / RATE_HZ,
	       direction == SND_PCM_STREAM_PLAYBACK ? "playback" : "capture", ns[0][ROUNDS / 2], ns[1][ROUNDS / 2], ratios[ROUNDS / 2],
	       ratios[ROUNDS / 4], ratios[ROUNDS - 1 - ROUNDS / 4]);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "Usage: %s NOISECARD_MODULE\n", argv[0]);
		return 2;
	}
	printf("`type bli` against `type rate` with the same converter, %d ↔ %d Hz: CPU time in ns per frame of the "
	       "program's,\nmedian of %d rounds in turns, and the ratio's median and quartiles\n\n"
	       "| converter | samples | channels | period | | `type rate` | `type bli` | ratio | quartiles |\n"
	       "|---|---|---:|---:|---|---:|---:|---:|---:|\n", RATE_HZ, CARD_RATE_HZ, ROUNDS);
	for (size_t s = 0; s < sizeof(subjects) / sizeof(subjects[0]); s++) {
		measure(argv[1], &subjects[s], SND_PCM_STREAM_PLAYBACK);
		measure(argv[1], &subjects[s], SND_PCM_STREAM_CAPTURE);
	}
	return 0;
}
