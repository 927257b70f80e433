/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the planner's choices are worth: for every kernel that runs here, the
 * route that it takes against the fastest of all routes, and the cost per frame
 * of one ratio at different periods.  Stages alone, without load and store.
 *
 * Prints Markdown.  Errors end it with exit status 1.
 */
#include "preset.h"
#include "resampler.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TRIALS 7
#define TRIAL_FRAMES 200000.0	/* output frames of all channels in a trial */
#define CHANNELS_MAX 6
/* Routes that the model thinks this much slower than the best are not measured. */
#define COST_RATIO_MAX 3

static const char *const presets[] = { "bli_fast", "bli_medium", "bli", "bli_best" };

static const size_t pairs[][2] = {
	{ 441, 480 }, { 4410, 4800 }, { 5512, 6000 }, { 1024, 1115 }, { 256, 279 }, { 480, 441 }, { 1115, 1024 },
	{ 882, 320 }, { 441, 160 }, { 1024, 372 }, { 441, 80 }, { 960, 441 }, { 320, 147 }, { 1024, 470 }, { 480, 160 },
	{ 160, 480 }, { 480, 1920 }, { 372, 1024 }, { 320, 882 }, { 128, 139 }, { 1050, 750 }, { 240, 320 },
};

/* Ratios in lowest terms, measured at periods from 256 to 6000 frames. */
static const size_t ratios[][2] = {
	{ 147, 160 }, { 160, 147 }, { 441, 160 }, { 320, 147 }, { 689, 750 }, { 3, 1 }, { 1, 4 }, { 441, 80 },
};

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Noise to convert, which stays where it is: spectral stages are quick with silence. */
static void fill_input(const struct bli_stage *stage, size_t frames, enum bli_precision precision, size_t channels)
{
	uint32_t random = 1;

	for (size_t c = 0; c < channels; c++)
		for (size_t i = 0; i < frames; i++) {
			double value;

			random = random * UINT32_C(1664525) + UINT32_C(1013904223);
			value = (double)random * 0x1p-32 - 0.5;
			if (precision == BLI_FLOAT)
				((float *)bli_stage_input(stage, c))[i] = (float)value;
			else
				((double *)bli_stage_input(stage, c))[i] = value;
		}
}

/* CPU time of a plan's stages in ns per output frame, the least of several trials; NAN without memory. */
static double plan_ns(const struct bli_plan *plan, const struct bli_kernel *kernel, enum bli_precision precision,
		      size_t channels)
{
	struct bli_stage stage[BLI_STAGES_MAX];
	size_t last_bytes = (plan->out_frames + BLI_GROUP_MAX) * sizeof(double);
	char *last = calloc(channels, last_bytes);
	void *out[BLI_STAGES_MAX][CHANNELS_MAX];
	unsigned runs = (unsigned)fmax(2, TRIAL_FRAMES / (double)(plan->out_frames * channels)), opened = 0;
	double best_ns = last ? INFINITY : NAN;

	while (last && opened < plan->stages &&
	       bli_stage_open(&stage[opened], &plan->stage[opened], kernel, precision, channels, 1) == 0)
		opened++;
	for (unsigned i = 0; i < opened; i++)
		for (size_t c = 0; c < channels; c++)
			out[i][c] = i + 1 < opened ? bli_stage_input(&stage[i + 1], c) : last + c * last_bytes;
	if (opened < plan->stages)
		best_ns = NAN;
	else if (opened)
		fill_input(&stage[0], plan->in_frames, precision, channels);
	for (int trial = 0; trial < TRIALS && !isnan(best_ns); trial++) {
		double start_ns = cpu_ns();

		for (unsigned run = 0; run < runs; run++)
			for (unsigned i = 0; i < opened; i++)
				bli_stage_run(&stage[i], 1, out[i]);
		best_ns = fmin(best_ns, (cpu_ns() - start_ns) / runs / (double)plan->out_frames);
	}
	for (unsigned i = 0; i < opened; i++)
		bli_stage_close(&stage[i]);
	free(last);
	return best_ns;
}

struct comparison {
	double chosen_ns, best_ns;
};

/* The route that the planner takes, and the fastest of those that fit into its memory. */
static int compare_routes(struct comparison *comparison, const struct bli_requirement *requirement,
			  const size_t pair[2], const struct bli_kernel *kernel, size_t channels)
{
	struct bli_route chosen;
	struct bli_plan own, plan;

	if (bli_plan_route(&chosen, requirement, pair[0], pair[1]) ||
	    bli_plan_make_via(&own, requirement, pair[0], pair[1], kernel, channels, &chosen))
		return -1;
	comparison->chosen_ns = comparison->best_ns = plan_ns(&own, kernel, requirement->precision, channels);
	for (struct bli_route route = { 2, 0 }; route.sharp_halves <= 4; route.sharp_halves++)
		for (route.doublings = 0; route.doublings + 2 <= BLI_STAGES_MAX; route.doublings++) {
			if ((route.sharp_halves == chosen.sharp_halves && route.doublings == chosen.doublings) ||
			    bli_plan_make_via(&plan, requirement, pair[0], pair[1], kernel, channels, &route))
				continue;
			if (plan.cost < COST_RATIO_MAX * own.cost && plan.bank_bytes <= BLI_PLAN_BANK_BYTES_MAX)
				comparison->best_ns = fmin(comparison->best_ns,
							   plan_ns(&plan, kernel, requirement->precision, channels));
		}
	return isnan(comparison->best_ns) ? -1 : 0;
}

static int report_routes(const struct bli_kernel *kernel)
{
	static const size_t channels[] = { 1, 2, CHANNELS_MAX };
	double logs = 0, worst = 0;
	unsigned cases = 0, over = 0;
	char where[60] = "";

	for (size_t p = 0; p < COUNT(presets); p++)
		for (size_t i = 0; i < COUNT(pairs); i++)
			for (size_t c = 0; c < COUNT(channels); c++) {
				struct comparison comparison;
				double ratio;

				if (compare_routes(&comparison, &bli_preset_find(presets[p])->requirement, pairs[i],
						   kernel, channels[c]))
					return -1;
				ratio = comparison.chosen_ns / comparison.best_ns;
				logs += log(ratio);
				over += ratio > 1.1;
				cases++;
				if (ratio > worst) {
					worst = ratio;
					snprintf(where, sizeof(where), "%s %zu:%zu, %zu channels", presets[p],
						 pairs[i][0], pairs[i][1], channels[c]);
				}
			}
	printf("| %s | %u | %.1f %% | %u | %.2f (%s) |\n", kernel->name, cases, 100 * (exp(logs / cases) - 1), over,
	       worst, where);
	return 0;
}

/* Least and largest cost per frame over the periods of a ratio, in stereo. */
static int report_periods(const struct bli_kernel *kernel, const char *name, const size_t ratio[2])
{
	const struct bli_requirement *requirement = &bli_preset_find(name)->requirement;
	size_t longer = ratio[0] > ratio[1] ? ratio[0] : ratio[1], least_frames = 0, most_frames = 0;
	double least_ns = INFINITY, most_ns = 0;

	for (size_t cycles = (256 + longer - 1) / longer; cycles * longer <= 6000; cycles += 1 + cycles / 2) {
		struct bli_plan plan;
		double ns;

		if (bli_plan_make(&plan, requirement, cycles * ratio[0], cycles * ratio[1], kernel, 2))
			return -1;
		ns = plan_ns(&plan, kernel, requirement->precision, 2);
		if (isnan(ns))
			return -1;
		if (ns < least_ns) {
			least_ns = ns;
			least_frames = plan.in_frames;
		}
		if (ns > most_ns) {
			most_ns = ns;
			most_frames = plan.in_frames;
		}
	}
	printf("| %s | %s | %zu:%zu | %.2f (%zu) | %.2f (%zu) | %.2f |\n", kernel->name, name, ratio[0], ratio[1],
	       least_ns, least_frames, most_ns, most_frames, most_ns / least_ns);
	return 0;
}

int main(void)
{
	const struct bli_kernel *kernel;
	int error = 0;

	printf("The planner's route against the fastest that was measured\n\n"
	       "| kernel | cases | slower on average | by more than 10 %% | most |\n|---|---:|---:|---:|---|\n");
	for (unsigned k = 0; !error && (kernel = bli_kernel_nth(k)) && strcmp(kernel->name, "c") != 0; k++)
		error = report_routes(kernel);
	printf("\nCPU time in ns per stereo frame at periods of 256 to 6000 frames (input frames in brackets)\n\n"
	       "| kernel | preset | ratio | least | most | most : least |\n|---|---|---|---:|---:|---:|\n");
	for (unsigned k = 0; !error && (kernel = bli_kernel_nth(k)) && strcmp(kernel->name, "c") != 0; k++)
		for (size_t p = 0; p < COUNT(presets); p++)
			for (size_t i = 0; i < COUNT(ratios) && !error; i++)
				error = report_periods(kernel, presets[p], ratios[i]);
	if (error)
		fprintf(stderr, "routes: a plan could not be made or opened\n");
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
