/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it costs to follow a clock: streams and libraries of a variable ratio in one run, as a Markdown table.
 *
 * drift [PPM]
 *
 * 44.1 to 48 kHz with the input faster by PPM (300), stereo, interleaved float, blocks of 1024 frames. All take turns
 * round by round; times are CPU time per output frame. The first rows are the presets at the exact ratio, with which
 * their gliding is compared: in the same blocks, and in the shortest ones, which add least delay. SNR is the worst over
 * tones from 0.02 to 0.90 of the input's Nyquist frequency. */
#include "config.h"

#include "preset.h"
#include "stream.h"
#include "varying.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHANNELS 2
#define IN_HZ 44100
#define OUT_HZ 48000
#define BLOCK 1024
#define CAPACITY 65536		/* frames; some work in bursts */
#define ROUNDS 9
#define CPU_SECONDS 0.05
#define SETTLE 30000		/* output frames before a tone is measured */
#define WINDOW 8192
#define SUBJECTS_MAX 24

static const struct bli_format format = { 4, 32, false, false, true };

struct subject {
	char name[60];
	const struct varying *library;	/* or NULL: */
	struct bli_stream *stream;
	void *opened;
	double ns[ROUNDS];
	const struct subject *fixed;	/* the same preset at the exact ratio */
	double ratio;			/* output frames per input frame */
};

static size_t stream_process(struct bli_stream *stream, const float *in, size_t in_frames, float *out, size_t capacity)
{
	struct bli_area from[CHANNELS], to[CHANNELS];
	size_t used, written;

	for (size_t c = 0; c < CHANNELS; c++) {
		from[c] = (struct bli_area){ (float *)(uintptr_t)in + c, CHANNELS * sizeof(*in) };
		to[c] = (struct bli_area){ out + c, CHANNELS * sizeof(*out) };
	}
	bli_stream_process(stream, from, in_frames, &used, to, capacity, &written);
	return written;
}

static size_t process(struct subject *subject, const float *in, size_t in_frames, float *out, size_t capacity)
{
	return subject->library ? subject->library->process(subject->opened, in, in_frames, out, capacity)
				: stream_process(subject->stream, in, in_frames, out, capacity);
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void time_round(struct subject *subject, size_t round, const float *in, float *out)
{
	double start = now_ns(), spent = 0;
	size_t frames = 0;

	while (spent < CPU_SECONDS * 1e9) {
		for (size_t i = 0; i < 20; i++)
			frames += process(subject, in, BLOCK, out, CAPACITY);
		spent = now_ns() - start;
	}
	subject->ns[round] = spent / (double)frames;
}

/* SNR of values[count·CHANNELS], a tone of `omega` radians per frame: what a least-squares fit leaves. */
static double snr_db(const float *values, size_t count, double omega)
{
	double p = 0, q = 0, signal = 0, rest = 0;

	for (int fit = 0; fit < 2; fit++) {
		double ss = 0, cc = 0, sc = 0, ys = 0, yc = 0, determinant;

		for (size_t i = 0; i < count; i++) {
			double s = sin(omega * (double)i), c = cos(omega * (double)i);
			double y = (double)values[CHANNELS * i] - p * s - q * c;

			ss += s * s;
			cc += c * c;
			sc += s * c;
			ys += y * s;
			yc += y * c;
		}
		determinant = ss * cc - sc * sc;
		p += (ys * cc - yc * sc) / determinant;
		q += (yc * ss - ys * sc) / determinant;
	}
	for (size_t i = 0; i < count; i++) {
		double tone = p * sin(omega * (double)i) + q * cos(omega * (double)i);
		double y = (double)values[CHANNELS * i] - tone;

		signal += tone * tone;
		rest += y * y;
	}
	return 10 * log10(signal / rest);
}

static double worst_snr_db(struct subject *subject, float *in, float *out)
{
	static const double places[] = { 0.02, 0.1, 0.23, 0.37, 0.5, 0.61, 0.73, 0.82, 0.9 };
	double worst = HUGE_VAL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		double omega = M_PI * places[i];
		size_t given = 0;

		for (size_t n = 0; given < SETTLE + WINDOW; n += BLOCK) {
			for (size_t k = 0; k < BLOCK; k++)
				in[CHANNELS * k] = in[CHANNELS * k + 1] = (float)(0.891 * sin(omega * (double)(n + k)));
			given += process(subject, in, BLOCK, out + CHANNELS * given, CAPACITY);
		}
		worst = fmin(worst, snr_db(out + CHANNELS * SETTLE, WINDOW, omega / subject->ratio));
	}
	return worst;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool add_stream(struct subject *subject, const char *preset, double deviation, size_t block_frames)
{
	struct bli_stream_config config = {
		.in_rate = IN_HZ, .out_rate = OUT_HZ, .max_deviation = fabs(deviation), .channels = CHANNELS,
		.block_frames = block_frames, .in_format = format, .out_format = format,
		.requirement = bli_preset_find(preset)->requirement, .gain = 1,
		.kernel = bli_kernel_find(getenv("BLI_KERNEL")),
	};

	snprintf(subject->name, sizeof(subject->name), "%s%s", preset,
		 deviation == 0 ? ", exact ratio" : block_frames ? ", gliding" : ", gliding, least delay");
	subject->ratio = (double)OUT_HZ / IN_HZ / (1 + deviation);
	subject->stream = malloc(sizeof(*subject->stream));
	if (!subject->stream || !config.kernel || bli_stream_open(subject->stream, &config) != 0)
		return false;
	bli_stream_set_deviation(subject->stream, deviation, 0);
	return true;
}

static size_t add_subjects(struct subject *subjects, double deviation)
{
	static const char *const presets[] = { "bli_fast", "bli_medium", "bli", "bli_best" };
	const size_t count = sizeof(presets) / sizeof(presets[0]);
	size_t n = 0;

	for (size_t i = 0; i < 3 * count; i++)
		if (add_stream(&subjects[n], presets[i % count], i < count ? 0 : deviation,
			       i < 2 * count ? BLOCK : 0)) {
			if (i >= count)
				subjects[n].fixed = &subjects[i % count];
			n++;
		}
	for (const struct varying *library = varying_libraries; library->name && n < SUBJECTS_MAX; library++) {
		struct subject *subject = &subjects[n];

		snprintf(subject->name, sizeof(subject->name), "%s", library->name);
		subject->library = library;
		subject->ratio = (double)OUT_HZ / IN_HZ / (1 + deviation);
		subject->opened = library->open(subject->ratio, CHANNELS);
		if (subject->opened)
			n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	static struct subject subjects[SUBJECTS_MAX];
	double deviation = (argc > 1 ? strtod(argv[1], NULL) : 300) * 1e-6;
	float *in = calloc(CHANNELS * BLOCK, sizeof(*in));
	float *out = calloc(CHANNELS * (SETTLE + WINDOW + 2 * CAPACITY), sizeof(*out));
	size_t count;

	if (argc > 2 || !in || !out || !(fabs(deviation) <= BLI_DEVIATION_MAX) || deviation == 0) {
		fprintf(stderr, "Usage: drift [PPM]\n");
		return 2;
	}
	count = add_subjects(subjects, deviation);
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < CHANNELS * BLOCK; i++)
			in[i] = (float)((double)(i * 7919 % 10007) / 10007 - 0.5);
		for (size_t i = 0; i < count; i++)
			time_round(&subjects[i], round, in, out);
	}
	printf("\n%d → %d Hz, the input faster by %g ppm, stereo float\n\n", IN_HZ, OUT_HZ, deviation * 1e6);
	printf("| converter | ns/frame | quartiles | against exact | worst SNR dB |\n|---|---:|---:|---:|---:|\n");
	for (size_t i = 0; i < count; i++) {
		struct subject *s = &subjects[i];

		qsort(s->ns, ROUNDS, sizeof(s->ns[0]), compare_doubles);
		printf("| %s | %.2f | %.2f–%.2f | ", s->name, s->ns[ROUNDS / 2], s->ns[ROUNDS / 4],
		       s->ns[ROUNDS * 3 / 4]);
		if (s->fixed)
			printf("%.2f ", s->ns[ROUNDS / 2] / s->fixed->ns[ROUNDS / 2]);
		else
			printf("– ");
		printf("| %.1f |\n", worst_snr_db(s, in, out));
		if (s->library)
			s->library->close(s->opened);
		else
			bli_stream_close(s->stream);
		free(s->stream);
	}
	free(in);
	free(out);
	return 0;
}
