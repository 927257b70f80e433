/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A PCM "type bli" that runs allocates nothing, logs nothing and touches no page for the first time: counted by a heap and a log
 * of this program's and by the kernel, over a null slave, which does none of these itself.
 */
#include "heapspy.h"

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { PERIOD = 441, BUFFER = 4 * PERIOD, ROUNDS = 2000, WARM_UP = 20 };

static unsigned long lines;

static void count_line(const char *file, int line, const char *function, int error, const char *format, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)error;
	(void)format;
	lines++;
}

static void must(long result, const char *what)
{
	if (result < 0) {
		printf("cannot run: %s: %s\n", what, snd_strerror((int)result));
		exit(99);
	}
}

static snd_pcm_t *open_pcm(snd_pcm_stream_t direction, const char *converter)
{
	char text[300];
	snd_config_t *root;
	snd_input_t *input;
	snd_pcm_t *pcm;

	snprintf(text, sizeof(text), "pcm.p { type bli slave { pcm { type null } rate 48000 } converter %s }\n", converter);
	must(snd_config_top(&root), "configuration");
	must(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), "configuration");
	must(snd_config_load(root, input), "configuration");
	snd_input_close(input);
	must(snd_pcm_open_lconf(&pcm, "p", direction, 0, root), "open");
	snd_config_delete(root);
	must(snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 2, 44100, 0, 40000), "parameters");
	return pcm;
}

static long page_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* What a program does while it runs. */
static void run(snd_pcm_t *pcm, int rounds)
{
	static int16_t samples[2 * PERIOD];
	snd_pcm_sframes_t delay;

	for (int n = 0; n < rounds; n++) {
		must(snd_pcm_stream(pcm) == SND_PCM_STREAM_PLAYBACK ? snd_pcm_writei(pcm, samples, PERIOD)
								    : snd_pcm_readi(pcm, samples, PERIOD), "transfer");
		must(snd_pcm_avail(pcm), "avail");
		must(snd_pcm_delay(pcm, &delay), "delay");
	}
}

/* Returns the number of failures. */
static int check(snd_pcm_stream_t direction, const char *converter)
{
	snd_pcm_t *pcm = open_pcm(direction, converter);
	unsigned long calls;
	long faults;

	run(pcm, WARM_UP);
	lines = 0;
	faults = page_faults();
	heapspy_start(0);
	run(pcm, ROUNDS);
	heapspy_stop();
	faults = page_faults() - faults;
	calls = heapspy_calls();
	printf("%s %s, %s: %lu calls of the heap, %lu lines, %ld page faults in %d periods\n",
	       calls || lines || faults ? "FAIL" : "ok", snd_pcm_stream_name(direction), converter, calls, lines, faults, ROUNDS);
	must(snd_pcm_drop(pcm), "drop");
	snd_pcm_close(pcm);
	return calls || lines || faults;
}

int main(void)
{
	static const char *const converters[] = { "bli", "bli_best", "{ name bli dither shaped }" };
	int failures = 0;

	if (!HEAPSPY_POSSIBLE) {
		printf("skipped: a sanitizer has the heap\n");
		return 77;
	}
	snd_lib_error_set_handler(count_line);
	for (size_t i = 0; i < sizeof(converters) / sizeof(converters[0]); i++) {
		failures += check(SND_PCM_STREAM_PLAYBACK, converters[i]);
		failures += check(SND_PCM_STREAM_CAPTURE, converters[i]);
	}
	failures += check(SND_PCM_STREAM_PLAYBACK, "bli sync writer");
	return failures > 0;
}
