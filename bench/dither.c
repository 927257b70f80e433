/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dither costs: stereo of 16 bits through the preset bli, with every kernel, without dither and with each kind of
 * it. Markdown on standard output. */
#include "config.h"

#include "preset.h"
#include "resampler.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CHANNELS 2
#define FRAMES_MAX 1200
#define KINDS 3
#define ROUNDS 40		/* the fastest counts: other work on the machine only slows down */
#define PERIODS 20

static const size_t pairs[][2] = { { 441, 480 }, { 1024, 1115 } };

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void areas(struct bli_area area[CHANNELS], int16_t *samples)
{
	for (int channel = 0; channel < CHANNELS; channel++)
		area[channel] = (struct bli_area){ samples + channel, CHANNELS * sizeof(*samples) };
}

/* CPU time per output frame with each kind, in turns.  0, or a negative error. */
static int measure(const struct bli_kernel *kernel, const size_t pair[2], double ns[KINDS])
{
	static int16_t in[CHANNELS * FRAMES_MAX], out[CHANNELS * FRAMES_MAX];
	struct bli_resampler resampler[KINDS];
	struct bli_area in_area[CHANNELS], out_area[CHANNELS];
	int error = 0;

	memset(resampler, 0, sizeof(resampler));
	for (size_t i = 0; i < CHANNELS * FRAMES_MAX; i++)
		in[i] = (int16_t)lrint(8000 * sin(0.1 * (double)i));
	areas(in_area, in);
	areas(out_area, out);
	for (int kind = 0; kind < KINDS && !error; kind++) {
		struct bli_resampler_config config = {
			.in_frames = pair[0], .out_frames = pair[1], .channels = CHANNELS,
			.in_format = { 2, 16, false, false, false }, .out_format = { 2, 16, false, false, false },
			.requirement = bli_preset_find("bli")->requirement, .gain = 1, .kernel = kernel,
			.dither = (enum bli_dither_kind)kind,
		};

		ns[kind] = INFINITY;
		error = bli_resampler_open(&resampler[kind], &config);
	}
	for (int turn = 0; turn < ROUNDS * KINDS && !error; turn++) {
		double start = now_ns();

		for (int period = 0; period < PERIODS; period++)
			bli_resampler_convert(&resampler[turn % KINDS], out_area, pair[1], in_area, pair[0]);
		ns[turn % KINDS] = fmin(ns[turn % KINDS], (now_ns() - start) / PERIODS / (double)pair[1]);
	}
	for (int kind = 0; kind < KINDS; kind++)
		bli_resampler_close(&resampler[kind]);
	return error;
}

int main(void)
{
	const struct bli_kernel *kernel;

	printf("\nWhat dither costs: `bli`, 44.1 → 48 kHz, stereo, 16 bits, CPU time per output frame\n\n");
	printf("| kernel | periods | none ns | tpdf ns | against none | shaped ns | against none |\n");
	printf("|---|---|---:|---:|---:|---:|---:|\n");
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
			double ns[KINDS];

			if (measure(kernel, pairs[i], ns) != 0) {
				fprintf(stderr, "dither: %s, %zu:%zu: cannot be opened\n", kernel->name, pairs[i][0],
					pairs[i][1]);
				return 1;
			}
			printf("| %s | %zu → %zu | %.2f | %.2f | %.2f | %.2f | %.2f |\n", kernel->name, pairs[i][0],
			       pairs[i][1], ns[BLI_DITHER_NONE], ns[BLI_DITHER_TPDF],
			       ns[BLI_DITHER_TPDF] / ns[BLI_DITHER_NONE], ns[BLI_DITHER_SHAPED],
			       ns[BLI_DITHER_SHAPED] / ns[BLI_DITHER_NONE]);
		}
	return 0;
}
