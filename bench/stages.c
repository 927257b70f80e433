/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a stage takes as a banded and as a spectral one, by every kernel, beside
 * the estimates that choose between them: the sharp filters of presets at common
 * periods.  Prints Markdown.
 */
#include "preset.h"
#include "stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CHANNELS 2
#define TRIALS 15
#define TRIAL_FRAMES 20000

static const struct {
	size_t in_frames, out_frames;
} periods[] = {
	{ 147, 160 }, { 441, 480 }, { 1029, 1120 }, { 2058, 2240 }, { 4410, 4800 }, { 882, 320 }, { 4410, 1600 },
	{ 960, 882 }, { 512, 1024 }, { 1024, 1536 }, { 5512, 8268 },
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Nanoseconds per output frame of all channels, the least of TRIALS. */
static double run_ns(struct bli_stage *stage, const struct bli_stage_plan *plan, enum bli_precision precision)
{
	static double room[CHANNELS][16384];
	void *const out[CHANNELS] = { room[0], room[1] };
	size_t runs = 1 + TRIAL_FRAMES / plan->in_frames;
	double best = INFINITY;

	for (size_t c = 0; c < CHANNELS; c++)
		for (size_t i = 0; i < plan->in_frames; i++) {
			double value = (double)((i * 7919 + c) % 10007) / 10007 - 0.5;

			if (precision == BLI_FLOAT)
				((float *)bli_stage_input(stage, c))[i] = (float)value;
			else
				((double *)bli_stage_input(stage, c))[i] = value;
		}
	for (int trial = 0; trial < TRIALS; trial++) {
		double start = now_ns();

		for (size_t run = 0; run < runs; run++)
			bli_stage_run(stage, 1, out);
		best = fmin(best, (now_ns() - start) / (double)runs);
	}
	return best / (double)plan->out_frames;
}

/* One row of the table. */
static void compare(const struct bli_kernel *kernel, const struct bli_preset *preset, size_t in_frames,
		    size_t out_frames)
{
	const struct bli_requirement *requirement = &preset->requirement;
	struct bli_stage_plan plan = { .in_frames = in_frames, .out_frames = out_frames, .periods = 1 };
	double nyquist = fmin(1, (double)out_frames / (double)in_frames) / 2, ns[2] = { NAN, NAN }, bytes[2] = { 0, 0 };

	if (bli_filter_sinc(&plan.filter, requirement->passband * nyquist, requirement->stopband * nyquist,
			    BLI_PASSBAND_DROOP_DB, requirement->attenuation_db, 2))
		return;
	bli_banded_lay_out(&plan.banded, in_frames, out_frames, 1, plan.filter.taps, kernel, requirement->precision,
			   CHANNELS);
	if (!bli_spectral_lay_out(&plan.spectral, in_frames, out_frames, 1, &plan.filter, kernel,
				  requirement->precision, CHANNELS, HUGE_VAL))
		return;
	for (plan.kind = BLI_STAGE_BANDED; plan.kind <= BLI_STAGE_SPECTRAL; plan.kind++) {
		struct bli_stage stage;

		if (bli_stage_open(&stage, &plan, kernel, requirement->precision, CHANNELS, 1) == 0) {
			ns[plan.kind] = run_ns(&stage, &plan, requirement->precision);
			bytes[plan.kind] = (double)stage.bytes / 1024;
			bli_stage_close(&stage);
		}
	}
	printf("| %s | %s | %zu:%zu | %zu | %zu → %zu | %.2f | %.2f | %.2f | %.0f | %.0f | %.2f | %.2f |\n",
	       kernel->name, preset->name, in_frames, out_frames, plan.filter.taps, plan.spectral.size_in,
	       plan.spectral.size_out, ns[0], ns[1], ns[0] / ns[1], bytes[0], bytes[1],
	       plan.banded.cost / ns[0] / (double)out_frames, plan.spectral.cost / ns[1] / (double)out_frames);
}

int main(void)
{
	const struct bli_kernel *kernel;

	printf("| kernel | filter | period | taps | transforms | banded ns | spectral ns | ratio | banded KiB | "
	       "spectral KiB | cycles/ns banded | spectral |\n"
	       "|---|---|---|---:|---|---:|---:|---:|---:|---:|---:|---:|\n");
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (int best = 0; best < 2; best++)
			for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
				compare(kernel, bli_preset_find(best ? "bli_best" : "bli"), periods[i].in_frames,
					periods[i].out_frames);
	return 0;
}
