/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rate converters of ALSA and resampling libraries in one run, as a Markdown table.
 *
 * peers IN_HZ:OUT_HZ IN_FRAMES:OUT_FRAMES CONVERTER[/FORMAT]... [libraries]
 *
 * Converters are driven through the ALSA plugin interface in FORMAT (S16_LE); "libraries" stands for all libraries
 * compiled in, called directly with blocks of IN_FRAMES float frames. Stereo. All take turns round by round. Quality
 * is measured with 32-bit samples. A figure under "against" is the CPU time over that of the first converter. */
#include "config.h"

#include "bench/run.h"
#include "libraries.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHANNELS 2
#define ROUNDS 9
#define CPU_SECONDS 0.05
#define MAX_SUBJECTS 64

/* One row: a converter (library NULL) or a library. */
struct subject {
	char name[60];
	const struct library *library;
	struct bench_settings settings;
	struct bench_result result;
	double round_ns[ROUNDS];	/* CPU time per output frame */
	size_t rounds;
	size_t backlog_frames;		/* output frames a library may be short of at the end of a block */
};

/* ---- libraries ---------------------------------------------------------- */

static size_t capacity_frames(const struct bli_ratehost_setup *setup)
{
	return 4 * setup->out_period_frames + 65536;	/* libraries that work by FFT give bursts */
}

/* Runs one signal through both channels; the first comes out, preceded by as much silence as lets every block
 * of a player be filled in time. */
static int run_library(void *context, const double *in, double *out, size_t periods)
{
	struct subject *subject = context;
	const struct bli_ratehost_setup *setup = &subject->settings.setup;
	size_t block = setup->in_period_frames, wanted = periods * setup->out_period_frames, given = 0, backlog = 0;
	size_t capacity = capacity_frames(setup);
	float *from = malloc(CHANNELS * block * sizeof(*from));
	float *to = malloc(CHANNELS * (wanted + capacity) * sizeof(*to));
	void *stream = subject->library->open(setup->in_rate_hz, setup->out_rate_hz, CHANNELS);
	int err = from && to ? (stream ? 0 : -EINVAL) : -ENOMEM;

	for (size_t p = 0; !err && p < periods; p++) {
		size_t due = (p + 1) * setup->out_period_frames;

		for (size_t i = 0; i < block; i++)
			from[2 * i] = from[2 * i + 1] = (float)in[p * block + i];
		given += subject->library->process(stream, from, block, to + CHANNELS * given,
						   wanted + capacity - given);
		if (due > given && due - given > backlog)
			backlog = due - given;
	}
	for (size_t i = 0; !err && i < wanted; i++)
		out[i] = i < backlog ? 0 : to[2 * (i - backlog)];
	if (stream)
		subject->library->close(stream);
	subject->backlog_frames = backlog;
	free(from);
	free(to);
	return err;
}

static double cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* CPU time per output frame over CPU_SECONDS of blocks of noise. */
static int time_library(struct subject *subject)
{
	const struct bli_ratehost_setup *setup = &subject->settings.setup;
	size_t block = setup->in_period_frames, capacity = capacity_frames(setup), blocks = 0;
	float *from = malloc(CHANNELS * block * sizeof(*from)), *to = malloc(CHANNELS * capacity * sizeof(*to));
	void *stream = subject->library->open(setup->in_rate_hz, setup->out_rate_hz, CHANNELS);
	int err = from && to ? (stream ? 0 : -EINVAL) : -ENOMEM;
	double start_ns, spent_ns = 0;

	for (size_t i = 0; !err && i < CHANNELS * block; i++)
		from[i] = (float)((double)(i * 7919 % 10007) / 10007 - 0.5);
	for (size_t i = 0; !err && i < 100; i++)	/* past what FFT blocks hold back */
		subject->library->process(stream, from, block, to, capacity);
	start_ns = cpu_now_ns();
	while (!err && spent_ns < CPU_SECONDS * 1e9) {
		for (size_t i = 0; i < 50; i++)
			subject->library->process(stream, from, block, to, capacity);
		blocks += 50;
		spent_ns = cpu_now_ns() - start_ns;
	}
	if (!err)
		subject->round_ns[subject->rounds++] = spent_ns / (double)(blocks * setup->out_period_frames);
	if (stream)
		subject->library->close(stream);
	free(from);
	free(to);
	return err;
}

static int measure_library(struct subject *subject)
{
	const struct bli_ratehost_setup *setup = &subject->settings.setup;
	struct bli_system system = {
		.run = run_library,
		.context = subject,
		.in_period_frames = setup->in_period_frames,
		.out_period_frames = setup->out_period_frames,
		.settle_frames = 32768,		/* FFT blocks and backlog */
		.window_frames = 4096,
		.amplitude = 0.891,
	};

	return bench_measure_system(&subject->result.quality, &system, setup);
}

/* ---- all ---------------------------------------------------------------- */

static void time_round(struct subject *subject)
{
	if (subject->result.error[0])
		return;
	if (subject->library) {
		if (time_library(subject) != 0)
			snprintf(subject->result.error, sizeof(subject->result.error), "%.59s: does not run",
				 subject->name);
	} else {
		bench_time_round(&subject->result, &subject->settings);
	}
}

static void measure(struct subject *subject)
{
	if (!subject->library)
		bench_measure_quality(&subject->result, &subject->settings);
	else if (measure_library(subject) != 0)
		snprintf(subject->result.error, sizeof(subject->result.error), "%.59s: refuses these rates",
			 subject->name);
}

static double subject_ns(const struct subject *subject, double part)
{
	return subject->library ? bench_quantile(subject->round_ns, subject->rounds, part)
				: bench_quantile(subject->result.ns_per_frame, subject->result.rounds, part);
}

static void print_table(const struct subject *subjects, size_t count)
{
	const struct bli_ratehost_setup *setup = &subjects[0].settings.setup;
	const char *beyond = setup->out_rate_hz < setup->in_rate_hz ? "aliases" : "images";

	printf("\n%u → %u Hz, periods of %zu → %zu frames, stereo\n\n", setup->in_rate_hz, setup->out_rate_hz,
	       setup->in_period_frames, setup->out_period_frames);
	printf("| converter | samples | ns/frame | quartiles | against %s | worst SNR dB | −0.1 dB | %s dB | "
	       "delay ms |\n",
	       subjects[0].name, beyond);
	printf("|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
	for (size_t i = 0; i < count; i++) {
		const struct subject *s = &subjects[i];
		const struct bench_quality *q = &s->result.quality;

		if (s->result.error[0]) {
			fprintf(stderr, "%s\n", s->result.error);
			continue;
		}
		printf("| %s | %s | %.2f | %.2f–%.2f | %.2f | %.1f | %.3f | ", s->name,
		       s->library ? "FLOAT_LE" : snd_pcm_format_name(s->result.speed_in), subject_ns(s, 0.5),
		       subject_ns(s, 0.25), subject_ns(s, 0.75), subject_ns(s, 0.5) / subject_ns(&subjects[0], 0.5),
		       q->worst_snr_db, q->edge_tenth_db);
		if (isnan(q->worst_rejection_db))
			printf("– ");
		else
			printf("%.1f ", q->worst_rejection_db);
		printf("| %.2f |\n", q->delay_ms);
	}
}

static int parse_pair(const char *text, unsigned long *in, unsigned long *out)
{
	return sscanf(text, "%lu:%lu", in, out) == 2 && *in && *out && *in < 1000000 && *out < 1000000 ? 0 : -EINVAL;
}

static int add_converter(struct subject *subject, char *text)
{
	char *slash = strchr(text, '/');

	if (slash) {
		*slash = '\0';
		subject->settings.speed_format = snd_pcm_format_value(slash + 1);
		if (snd_pcm_format_linear(subject->settings.speed_format) != 1) {
			fprintf(stderr, "peers: %s/%s: not a linear PCM format\n", text, slash + 1);
			return -EINVAL;
		}
	}
	snprintf(subject->name, sizeof(subject->name), "%s", text);
	subject->result.name = subject->name;
	return 0;
}

static size_t add_libraries(struct subject *subjects, size_t count)
{
	for (const struct library *library = libraries; library->name && count < MAX_SUBJECTS; library++) {
		snprintf(subjects[count].name, sizeof(subjects[count].name), "%s", library->name);
		subjects[count++].library = library;
	}
	return count;
}

int main(int argc, char **argv)
{
	static struct subject subjects[MAX_SUBJECTS];
	unsigned long in_rate, out_rate, in_frames, out_frames;
	size_t count = 0;

	if (argc < 4 || argc > 40 || parse_pair(argv[1], &in_rate, &out_rate) ||
	    parse_pair(argv[2], &in_frames, &out_frames)) {
		fprintf(stderr, "Usage: peers IN_HZ:OUT_HZ IN_FRAMES:OUT_FRAMES CONVERTER[/FORMAT]... [libraries]\n");
		return 2;
	}
	for (size_t i = 0; i < MAX_SUBJECTS; i++)
		subjects[i].settings = (struct bench_settings){
			.setup = {
				.in_rate_hz = (unsigned int)in_rate, .out_rate_hz = (unsigned int)out_rate,
				.in_period_frames = in_frames, .out_period_frames = out_frames,
				.channels = CHANNELS,
			},
			.speed_format = SND_PCM_FORMAT_S16_LE,
			.quality_format = SND_PCM_FORMAT_S32_LE,
			.cpu_seconds = CPU_SECONDS,
			.rounds = ROUNDS,
		};
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "libraries") == 0) {
			/* They convert by the rates: only periods in exactly that ratio compare like with like. */
			if (in_frames * out_rate == out_frames * in_rate)
				count = add_libraries(subjects, count);
		} else if (count < MAX_SUBJECTS && add_converter(&subjects[count++], argv[i])) {
			return 2;
		}
	}
	for (size_t i = 0; i < count; i++)
		measure(&subjects[i]);
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < count; i++)
			time_round(&subjects[i]);
	print_table(subjects, count);
	for (size_t i = 0; i < count; i++) {
		free(subjects[i].result.ns_per_frame);
		free(subjects[i].result.startup_ms);
	}
	return 0;
}
