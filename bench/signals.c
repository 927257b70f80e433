/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one ALSA rate converter makes of a test signal: the figures behind the pictures.
 *
 * signals IN_HZ:OUT_HZ IN_FRAMES:OUT_FRAMES CONVERTER SIGNAL [ARGUMENT]...
 *
 * CONVERTER is a name, or the settings that would stand in braces: 'name "bli" phase "minimum"'.
 *   sweep FRAMES             a sine from 0 Hz to the input's Nyquist frequency over so many input frames, at -1 dBFS;
 *                            prints what comes out as doubles of the machine's byte order
 *   impulse PERIODS          a single frame at the beginning of so many input periods; prints seconds from that frame
 *                            on, and the output over the height of the frame
 *   response LOW HIGH COUNT  tones from fraction LOW to HIGH of the lower Nyquist frequency; prints the fraction and
 *                            the level in dB against the input: of the tone, or from the output's Nyquist frequency
 *                            on, of all that comes out
 *   delay                    prints the delay of low frequencies in seconds
 * One channel of 32-bit samples, or the nearest format that the converter takes. */
#include "config.h"

#include "measure/measure.h"
#include "measure/ratehost.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AMPLITUDE 0.891		/* -1 dBFS */
#define IMPULSE 0.5
#define MAX_SWEEP_FRAMES (UINT64_C(1) << 28)

struct subject {
	const char *converter;
	struct bli_ratehost *host;
	struct bli_ratehost_setup setup;
};

/* ---- opening ------------------------------------------------------------ */

static int parse_settings(snd_config_t **settings, const char *text)
{
	snd_input_t *input;
	int err = snd_config_top(settings);

	if (!err)
		err = snd_input_buffer_open(&input, text, (ssize_t)strlen(text));
	if (!err) {
		err = snd_config_load(*settings, input);
		snd_input_close(input);
	}
	return err;
}

static int open_subject(struct subject *subject)
{
	snd_config_t *settings = NULL;
	const char *name = subject->converter;
	char message[200] = "";
	int err = 0;

	if (strchr(name, ' ')) {
		snd_config_t *node;

		err = parse_settings(&settings, subject->converter);
		if (!err)
			err = snd_config_search(settings, "name", &node);
		if (!err)
			err = snd_config_get_string(node, &name);
	}
	if (!err)
		err = bli_ratehost_open(&subject->host, name, settings, message, sizeof(message));
	if (settings)
		snd_config_delete(settings);
	if (!err)
		err = bli_ratehost_init(subject->host, &subject->setup);
	if (err)
		fprintf(stderr, "signals: %s: %s\n", subject->converter, message[0] ? message : snd_strerror(err));
	return err;
}

static int run(void *context, const double *in, double *out, size_t periods)
{
	struct subject *subject = context;

	bli_ratehost_reset(subject->host);
	return bli_ratehost_convert(subject->host, in, out, periods);
}

static struct bli_system system_of(struct subject *subject)
{
	const struct bli_ratehost_setup *setup = &subject->setup;

	return (struct bli_system){
		.run = run,
		.context = subject,
		.in_period_frames = setup->in_period_frames,
		.out_period_frames = setup->out_period_frames,
		.settle_frames = 4096,
		.window_frames = 4096,
		.amplitude = AMPLITUDE,
	};
}

/* ---- signals ------------------------------------------------------------ */

/* Converts `periods` periods that fill() makes, frames 0..count-1 of `in`; *out is to be freed. */
static int convert(struct subject *subject, size_t periods, void (*fill)(double *in, size_t count, uint64_t argument),
		   uint64_t argument, double **out)
{
	size_t in_frames = periods * subject->setup.in_period_frames;
	double *in = calloc(in_frames, sizeof(*in));
	int err;

	*out = calloc(periods * subject->setup.out_period_frames, sizeof(**out));
	err = in && *out ? 0 : -ENOMEM;
	if (!err) {
		fill(in, in_frames, argument);
		err = run(subject, in, *out, periods);
	}
	free(in);
	return err;
}

/* Frame n of `length` has n / (2 length) cycles per frame, so n^2 / (4 length) cycles have gone by: exact below
 * 2^32 frames, whole cycles dropped. Silence follows. */
static void fill_sweep(double *in, size_t count, uint64_t length)
{
	for (uint64_t n = 0; n < count && n < length; n++)
		in[n] = AMPLITUDE * sin(2 * M_PI * (double)(n * n % (4 * length)) / (4 * (double)length));
}

static void fill_impulse(double *in, size_t count, uint64_t place)
{
	if (place < count)
		in[place] = IMPULSE;
}

static int print_sweep(struct subject *subject, uint64_t length)
{
	const struct bli_ratehost_setup *setup = &subject->setup;
	size_t periods = (size_t)((length + setup->in_period_frames - 1) / setup->in_period_frames);
	double *out;
	int err = convert(subject, periods, fill_sweep, length, &out);

	if (!err && fwrite(out, sizeof(*out) * setup->out_period_frames, periods, stdout) != periods)
		err = -EIO;
	free(out);
	return err;
}

static int print_impulse(struct subject *subject, size_t periods)
{
	const struct bli_ratehost_setup *setup = &subject->setup;
	double *out;
	int err = convert(subject, periods, fill_impulse, 0, &out);

	for (size_t i = 0; !err && i < periods * setup->out_period_frames; i++)
		printf("%.9f %.12g\n", (double)i / setup->out_rate_hz, out[i] / IMPULSE);
	free(out);
	return err;
}

static int print_response(struct subject *subject, double low, double high, size_t count)
{
	struct bli_system system = system_of(subject);
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		double fraction = low + (high - low) * (double)i / (double)(count - 1);
		struct bli_tone_result tone;

		err = bli_measure_tone(&system, bli_measure_frequency(&system, fraction), &tone);
		if (!err)
			printf("%.6f %.6f\n", fraction, fraction < 1 ? tone.gain_db : tone.total_db);
	}
	return err;
}

static int print_delay(struct subject *subject)
{
	struct bli_system system = system_of(subject);
	double delay_frames = 0;
	int err = bli_measure_delay(&system, &delay_frames);

	if (!err)
		printf("%.9f\n", delay_frames / subject->setup.in_rate_hz);
	return err;
}

/* ---- all ---------------------------------------------------------------- */

static int parse_pair(const char *text, unsigned int *in, unsigned int *out)
{
	return sscanf(text, "%u:%u", in, out) == 2 && *in && *out && *in < 1000000 && *out < 1000000 ? 0 : -EINVAL;
}

/* 1 where the arguments are not what the signal takes. */
static int print_signal(struct subject *subject, int count, char **arguments)
{
	const char *signal = arguments[0];
	double first = count > 1 ? atof(arguments[1]) : 0, highest = subject->setup.in_rate_hz;

	highest /= fmin(subject->setup.in_rate_hz, subject->setup.out_rate_hz);
	if (strcmp(signal, "sweep") == 0 && count == 2 && first >= 1 && first <= (double)MAX_SWEEP_FRAMES)
		return print_sweep(subject, (uint64_t)first);
	if (strcmp(signal, "impulse") == 0 && count == 2 && first >= 1 && first < 1000)
		return print_impulse(subject, (size_t)first);
	if (strcmp(signal, "response") == 0 && count == 4 && first > 0 && atof(arguments[2]) > first &&
	    atof(arguments[2]) < highest && atoi(arguments[3]) > 1)
		return print_response(subject, first, atof(arguments[2]), (size_t)atoi(arguments[3]));
	if (strcmp(signal, "delay") == 0 && count == 1)
		return print_delay(subject);
	return 1;
}

int main(int argc, char **argv)
{
	struct subject subject = {
		.setup = { .channels = 1, .in_format = SND_PCM_FORMAT_S32, .out_format = SND_PCM_FORMAT_S32 },
	};
	unsigned int in_frames, out_frames;
	int err = 1;

	if (argc >= 5 && !parse_pair(argv[1], &subject.setup.in_rate_hz, &subject.setup.out_rate_hz) &&
	    !parse_pair(argv[2], &in_frames, &out_frames)) {
		subject.setup.in_period_frames = in_frames;
		subject.setup.out_period_frames = out_frames;
		subject.converter = argv[3];
		if (open_subject(&subject)) {
			bli_ratehost_close(subject.host);
			return 1;
		}
		err = print_signal(&subject, argc - 4, argv + 4);
		bli_ratehost_close(subject.host);
	}
	if (err > 0) {
		fprintf(stderr, "Usage: signals IN_HZ:OUT_HZ IN_FRAMES:OUT_FRAMES CONVERTER "
			"sweep FRAMES|impulse PERIODS|response LOW HIGH COUNT|delay\n");
		return 2;
	}
	if (!err && fflush(stdout) != 0)
		err = -errno;
	if (err)
		fprintf(stderr, "signals: %s: %s\n", argv[3], snd_strerror(err));
	return err ? 1 : 0;
}
