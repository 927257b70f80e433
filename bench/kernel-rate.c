/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel-rate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#define CHANNELS 2
#define IN_FRAMES 1029
#define OUT_FRAMES 1120
#define RUNS 50

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void fill_with_noise(const struct bli_banded *stage, enum bli_precision precision)
{
	for (size_t c = 0; c < CHANNELS; c++)
		for (size_t i = 0; i < IN_FRAMES; i++) {
			double value = (double)((i * 7919 + c) % 10007) / 10007 - 0.5;

			if (precision == BLI_FLOAT)
				((float *)bli_banded_input(stage, c))[i] = (float)value;
			else
				((double *)bli_banded_input(stage, c))[i] = value;
		}
}

/* Multiply-adds of one run as the bank lays them out. */
static double executed(const struct bli_banded *stage)
{
	const struct bli_banded_layout *layout = &stage->layout;

	return (double)layout->bank.groups * (double)layout->bank.depth * (double)layout->group_frames *
	       (double)layout->repetitions * CHANNELS *
	       (layout->bank.mirrored ? 2 : 1);
}

int kernel_rate_measure(struct kernel_rate *rate, const struct bli_kernel *kernel, enum bli_precision precision,
			double transition, int trials)
{
	struct bli_banded_layout layout;
	struct bli_filter filter;
	struct bli_banded stage = { .bytes = 0 };
	double best_ns = INFINITY;
	void *out[CHANNELS] = { NULL, NULL };
	int err = bli_filter_sinc(&filter, 0.5 - transition, 0.5, BLI_PASSBAND_DROOP_DB,
				  precision == BLI_FLOAT ? 130 : 170, 2);

	if (!err) {
		bli_banded_lay_out(&layout, IN_FRAMES, OUT_FRAMES, 1, filter.taps, kernel, precision, CHANNELS);
		err = bli_banded_open(&stage, &layout, &filter, kernel, precision, CHANNELS, 1);
	}
	for (size_t c = 0; !err && c < CHANNELS; c++) {
		out[c] = aligned_alloc(BLI_ALIGNMENT, (OUT_FRAMES + BLI_GROUP_MAX) * sizeof(double));
		if (!out[c])
			err = -ENOMEM;
	}
	for (int trial = 0; !err && trial < trials; trial++) {
		fill_with_noise(&stage, precision);

		double start = now_ns();

		for (int run = 0; run < RUNS; run++)
			bli_banded_run(&stage, 1, out);
		best_ns = fmin(best_ns, (now_ns() - start) / RUNS);
	}
	if (!err)
		*rate = (struct kernel_rate){
			.taps = filter.taps,
			.executed_per_ns = executed(&stage) / best_ns,
			.useful_per_ns = (double)filter.taps * OUT_FRAMES * CHANNELS / best_ns,
		};
	free(out[0]);
	free(out[1]);
	bli_banded_close(&stage);
	return err;
}
