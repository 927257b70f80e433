/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a conversion costs as a PCM: "type bli" against "type rate" with the same converter, over null slaves, so that
 * nothing but the two PCMs and the converter is measured. Rounds alternate; the least of each counts.
 *
 *     bench/pcms [CONVERTER]
 */
#include <alsa/asoundlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7, SECONDS = 20, RATE_HZ = 44100, CARD_RATE_HZ = 48000, CHANNELS = 2, TYPES = 2 };

static const char *const types[TYPES] = { "rate", "bli" };
static const unsigned periods_us[] = { 5000, 125000 };

static void must(long result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "%s: %s\n", what, snd_strerror((int)result));
		exit(1);
	}
}

static snd_pcm_t *open_pcm(const char *type, const char *converter, snd_pcm_stream_t direction, unsigned period_us)
{
	char text[300];
	snd_config_t *root;
	snd_input_t *input;
	snd_pcm_hw_params_t *hw;
	snd_pcm_t *pcm;
	snd_pcm_uframes_t period = (snd_pcm_uframes_t)RATE_HZ * period_us / 1000000, buffer = 4 * period;

	snprintf(text, sizeof(text),
		 "pcm.p { type %s slave { pcm { type null } rate %d format S16 } converter \"%s\" }\n", type,
		 CARD_RATE_HZ, converter);
	must(snd_config_top(&root), "configuration");
	must(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), "configuration");
	must(snd_config_load(root, input), "configuration");
	snd_input_close(input);
	must(snd_pcm_open_lconf(&pcm, "p", direction, 0, root), type);
	snd_config_delete(root);
	must(snd_pcm_hw_params_malloc(&hw), "parameters");
	must(snd_pcm_hw_params_any(pcm, hw), "parameters");
	must(snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED), "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16), "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, CHANNELS), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, RATE_HZ, 0), "rate");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, period, 0), "period");
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
static double frame_ns(const char *type, const char *converter, snd_pcm_stream_t direction, unsigned period_us)
{
	const snd_pcm_uframes_t period = (snd_pcm_uframes_t)RATE_HZ * period_us / 1000000;
	static int16_t samples[RATE_HZ * CHANNELS];
	snd_pcm_t *pcm = open_pcm(type, converter, direction, period_us);
	double begin;

	for (size_t n = 0; n < RATE_HZ * CHANNELS; n++)
		samples[n] = (int16_t)(n * 12345);
	begin = cpu_ns();
	for (snd_pcm_uframes_t done = 0; done < (snd_pcm_uframes_t)RATE_HZ * SECONDS; done += period)
		must(direction == SND_PCM_STREAM_PLAYBACK ? snd_pcm_writei(pcm, samples, period)
							  : snd_pcm_readi(pcm, samples, period), "transfer");
	begin = (cpu_ns() - begin) / ((double)RATE_HZ * SECONDS);
	snd_pcm_close(pcm);
	return begin;
}

int main(int argc, char **argv)
{
	const char *converter = argc > 1 ? argv[1] : "bli";

	printf("%s, %d <-> %d Hz, S16, %d channels: CPU time in ns per frame of the program's\n", converter, RATE_HZ,
	       CARD_RATE_HZ, CHANNELS);
	printf("%-10s %9s %10s %10s %7s\n", "", "period", "type rate", "type bli", "ratio");
	for (int direction = 0; direction < 2; direction++)
		for (size_t p = 0; p < sizeof(periods_us) / sizeof(periods_us[0]); p++) {
			double least[TYPES] = { 1e9, 1e9 };

			for (int round = 0; round < ROUNDS; round++)
				for (int t = 0; t < TYPES; t++) {
					double ns = frame_ns(types[t], converter, (snd_pcm_stream_t)direction,
							     periods_us[p]);

					least[t] = ns < least[t] ? ns : least[t];
				}
			printf("%-10s %6u ms %10.2f %10.2f %7.2f\n", direction ? "capture" : "playback",
			       periods_us[p] / 1000, least[0], least[1], least[1] / least[0]);
		}
	return 0;
}
