/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans: that the stages of any conversion fit together, that their delays come
 * out even and depend on nothing but preset and rates, and what opening costs.
 */
#include "corehelp.h"
#include "preset.h"
#include "resampler.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned rates_hz[] = {
	2000, 4000, 5500, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 37800, 41000, 44100, 48000, 64000, 88200,
	96000, 176400, 192000, 352800, 384000, 705600, 768000, 1411200, 1536000,
};

/* Pairs that no round number of milliseconds gives: powers of two, coprime, tiny, next to each other, extreme. */
static const size_t awkward[][2] = {
	{ 1024, 1115 }, { 1024, 1114 }, { 940, 1024 }, { 5512, 6000 }, { 128, 139 }, { 64, 70 }, { 1, 2 }, { 2, 1 },
	{ 1, 3 }, { 7, 5 }, { 5, 7 }, { 3, 2 }, { 1, 768 }, { 768, 1 }, { 2, 1535 }, { 1535, 2 }, { 4095, 4096 },
	{ 4096, 4095 }, { 65535, 65536 }, { 65536, 65535 }, { 44100, 48000 }, { 65536, 86 }, { 86, 65536 },
	{ 1000, 1999 }, { 1000, 2001 }, { 1999, 1000 }, { 2001, 1000 }, { 1000, 3999 }, { 4001, 1000 },
};

/* The stages' ratios multiply to the conversion's, and each has whole frames. */
static void check_stages(const struct bli_plan *plan, size_t in_frames, size_t out_frames)
{
	size_t frames = in_frames;

	assert_int_equal(plan->in_frames, in_frames);
	assert_int_equal(plan->out_frames, out_frames);
	assert_in_range(plan->stages, in_frames == out_frames ? 0 : 1, in_frames == out_frames ? 0 : BLI_STAGES_MAX);
	for (unsigned i = 0; i < plan->stages; i++) {
		const struct bli_stage_plan *stage = &plan->stage[i];

		assert_int_equal(stage->in_frames, frames);
		assert_in_range(stage->out_frames, 1, BLI_PERIOD_FRAMES_MAX);
		assert_true(stage->filter.taps >= 2 && stage->filter.taps % 2 == 0);
		frames = stage->out_frames;
	}
	assert_int_equal(frames, out_frames);
}

/*
 * Half of each stage's taps, in its own input frames, add up to the whole delay
 * that the plan states.  In units of a period/(in·out) all are whole numbers.
 */
static void check_delay(const struct bli_plan *plan)
{
	long double seconds = 0, stated = (long double)plan->delay.in_frames / (long double)plan->in_frames +
					  (long double)plan->delay.out_frames / (long double)plan->out_frames;

	for (unsigned i = 0; i < plan->stages; i++)
		seconds += (long double)(plan->stage[i].filter.taps / 2) / (long double)plan->stage[i].in_frames;
	if (fabsl(seconds - stated) > 1e-15L * (1 + seconds))
		fail_msg("%zu:%zu, %u stages: a delay of %zu in + %zu out frames is %Lg periods, not %Lg",
			 plan->in_frames, plan->out_frames, plan->stages, plan->delay.in_frames, plan->delay.out_frames,
			 stated, seconds);
}

/*
 * Images and aliases: what a tone in the passband can become.  Each stage lets
 * components at f + k·in_frames pass with its filter's response, and folds them
 * at its output rate.  A component that falls into a stage's stopband counts as
 * removed; any other at another frequency than the tone's own is an error.
 * Frequencies are in cycles per period.
 */
static void check_tone(const struct bli_plan *plan, double tone, double keep)
{
	double component[256] = { tone };
	size_t components = 1;

	for (unsigned i = 0; i < plan->stages; i++) {
		const struct bli_stage_plan *stage = &plan->stage[i];
		double in = (double)stage->in_frames, out = (double)stage->out_frames, next[256];
		size_t count = 0;

		for (size_t c = 0; c < components; c++)
			for (int k = -3; k <= 3; k++) {
				double image = component[c] + k * in;

				/* 10⁻⁹: a stopband edge must not fail by rounding */
				if (fabs(image) >= stage->filter.stop * in * (1 - 1e-9))
					continue;
				assert_true(count < COUNT(next));
				next[count++] = image - rint(image / out) * out;
			}
		memcpy(component, next, sizeof(component));
		components = count;
	}
	for (size_t c = 0; c < components; c++)
		if (fabs(fabs(component[c]) - fabs(tone)) > 1e-6 * (1 + fabs(tone)) && fabs(component[c]) < keep)
			fail_msg("%zu:%zu, %u stages: a tone at %g cycles a period is heard at %g", plan->in_frames,
				 plan->out_frames, plan->stages, tone, component[c]);
}

/* Tones in the passband come out once; tones beyond the stopband's edge do not come back below it. */
static void check_bands(const struct bli_plan *plan, const struct bli_requirement *requirement)
{
	double low = (double)(plan->in_frames < plan->out_frames ? plan->in_frames : plan->out_frames) / 2;
	double nyquist = (double)plan->in_frames / 2, keep = low * fmin(1, 2 - requirement->stopband);

	for (int i = 0; i <= 20; i++)
		check_tone(plan, i / 20.0 * requirement->passband * low, INFINITY);
	for (int i = 0; i <= 40 && requirement->stopband * low < nyquist; i++)
		check_tone(plan, requirement->stopband * low + (nyquist - requirement->stopband * low) * i / 40, keep);
	for (unsigned i = 0; i < plan->stages; i++) {
		const struct bli_filter *filter = &plan->stage[i].filter;

		assert_true(filter->cutoff < filter->stop);
		/* the edges of the passband are checked with the filters; here that the cut-off is not below */
		assert_true(filter->cutoff * (double)plan->stage[i].in_frames >=
			    requirement->passband * low * (1 - 1e-9));
	}
}

/* Every route that can be taken is sound. */
static void check_routes(const struct bli_plan *plan, const struct bli_requirement *requirement,
			 const struct bli_kernel *kernel, size_t channels)
{
	for (unsigned i = 0; i < 2 * BLI_STAGES_MAX + 1; i++) {
		struct bli_route route = { .sharp_halves = 3 + i % 2, .doublings = i / 2 };
		struct bli_plan forced;

		if (i == 2 * BLI_STAGES_MAX)
			route = (struct bli_route){ .sharp_halves = 2 };
		if (bli_plan_make_via(&forced, requirement, plan->in_frames, plan->out_frames, kernel, channels,
				      &route) != 0)
			continue;
		check_stages(&forced, plan->in_frames, plan->out_frames);
		check_delay(&forced);
		check_bands(&forced, requirement);
		bli_plan_free(&forced);
	}
}

static void check_plan(const char *name, size_t in_frames, size_t out_frames, size_t channels, bool all)
{
	const struct bli_requirement *requirement = &bli_preset_find(name)->requirement;
	const struct bli_kernel *kernel = core_kernel();
	struct bli_plan plan;

	assert_int_equal(bli_plan_make(&plan, requirement, in_frames, out_frames, kernel, channels), 0);
	check_stages(&plan, in_frames, out_frames);
	check_delay(&plan);
	if (requirement->method == BLI_METHOD_SINC && plan.stages) {
		check_bands(&plan, requirement);
		if (all)
			check_routes(&plan, requirement, kernel, channels);
	}
	bli_plan_free(&plan);
}

/* Every pair of rates at 10 ms, or the shortest period with whole frames. */
static void test_rates(void **state)
{
	unsigned plans = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rates_hz); i++)
		for (size_t j = 0; j < COUNT(rates_hz); j++) {
			size_t periods = rates_hz[i] % 100 || rates_hz[j] % 100 ? 25 : 100;

			check_plan("bli", rates_hz[i] / periods, rates_hz[j] / periods, 2, (i + 2 * j) % 9 == 0);
			plans++;
		}
	print_message("%u pairs of rates\n", plans);
}

static void test_awkward(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(awkward); i++) {
		check_plan("bli_linear", awkward[i][0], awkward[i][1], 2, false);
		check_plan("bli_fast", awkward[i][0], awkward[i][1], 1, false);
		check_plan("bli", awkward[i][0], awkward[i][1], 2, i % 3 == 0);
		check_plan("bli_best", awkward[i][0], awkward[i][1], 2, false);
	}
}

static void test_channels(void **state)
{
	(void)state;
	for (size_t channels = 1; channels <= BLI_CHANNELS_MAX; channels++) {
		check_plan("bli", 441, 480, channels, channels % 7 == 1);
		check_plan("bli", 1115, 1024, channels, false);
	}
}

/*
 * One delay for each converter and pair of rates, in seconds, whatever the
 * period, the channels and the kernel; only where the ratio has an odd number
 * of frames at its lower rate have odd periods one of their own.
 */
static void test_one_delay(void **state)
{
	static const size_t ratios[][2] = {
		{ 147, 160 }, { 160, 147 }, { 441, 160 }, { 160, 441 }, { 3, 1 }, { 1, 3 }, { 320, 147 }, { 441, 80 },
		{ 1024, 1115 }, { 7, 5 }, { 689, 750 }, { 2, 1 }, { 1, 4 },
	};
	static const size_t multiples[] = { 2, 4, 6, 10, 34 };
	static const size_t channels[] = { 1, 2, 3, 6, 64 };
	static const double phases[] = { BLI_PHASE_LINEAR, BLI_PHASE_MINIMUM };
	const struct bli_kernel *kernel;

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		for (size_t i = 0; i < 2 * COUNT(ratios); i++) {
			const size_t *ratio = ratios[i / 2];
			struct bli_requirement requirement = preset->requirement;
			double delay = -1;

			/* zeros of the longest filters take long to find */
			requirement.phase = strcmp(preset->name, "bli_fast") == 0 ? phases[i % 2] : BLI_PHASE_LINEAR;
			for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
				for (size_t j = 0; j < COUNT(multiples); j++) {
					struct bli_plan plan;

					assert_int_equal(bli_plan_make(&plan, &requirement, multiples[j] * ratio[0],
								       multiples[j] * ratio[1], kernel,
								       channels[j]), 0);
					if (delay < 0)
						delay = bli_plan_delay(&plan);
					else if (fabs(bli_plan_delay(&plan) - delay) > 1e-12 * delay)
						fail_msg("%s %zu:%zu, %zu channels, %s: a delay of %.17g frames, "
							 "not %.17g",
							 preset->name, plan.in_frames, plan.out_frames, channels[j],
							 kernel->name, bli_plan_delay(&plan), delay);
					bli_plan_free(&plan);
				}
		}
}

static void test_refusals(void **state)
{
	const struct bli_requirement good = bli_preset_find("bli")->requirement;
	struct { double passband, stopband, attenuation_db; } wrong[] = {
		{ 1.02, 1.02, 130 }, { 1.1, 1.02, 130 }, { -0.1, 1.02, 130 }, { NAN, 1.02, 130 }, { 0.93, NAN, 130 },
		{ 1.02 - 1e-8, 1.02, 130 },
	};
	const struct bli_kernel *kernel = core_kernel();
	struct bli_plan plan;

	(void)state;
	/* too many stages, a doubling without a first step, and half a frame */
	assert_int_equal(bli_plan_make_via(&plan, &good, 441, 480, kernel, 2, &(struct bli_route){ 4, 5 }), -EINVAL);
	assert_int_equal(bli_plan_make_via(&plan, &good, 441, 480, kernel, 2, &(struct bli_route){ 4, 1000 }), -EINVAL);
	assert_int_equal(bli_plan_make_via(&plan, &good, 441, 480, kernel, 2, &(struct bli_route){ 2, 1 }), -EINVAL);
	assert_int_equal(bli_plan_make_via(&plan, &good, 441, 480, kernel, 2, &(struct bli_route){ 3, 0 }), -EINVAL);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct bli_requirement requirement = good;

		requirement.passband = wrong[i].passband;
		requirement.stopband = wrong[i].stopband;
		requirement.attenuation_db = wrong[i].attenuation_db;
		if (bli_plan_make(&plan, &requirement, 441, 480, kernel, 2) != -EINVAL ||
		    bli_plan_make(&plan, &requirement, 480, 441, kernel, 2) != -EINVAL)
			fail_msg("passband %.10g, stopband %.10g, %g dB is accepted", requirement.passband,
				 requirement.stopband, requirement.attenuation_db);
	}
}

/* What opening takes, for pairs of periods that people have; the time is only printed. */
static void test_opening(void **state)
{
	static const size_t pairs[][2] = {
		{ 441, 480 }, { 480, 441 }, { 441, 160 }, { 441, 80 }, { 480, 160 }, { 160, 480 }, { 441, 960 },
		{ 410, 160 }, { 441, 320 }, { 960, 441 }, { 1920, 480 }, { 80, 1920 }, { 1024, 1115 }, { 1115, 1024 },
		{ 1024, 1114 }, { 940, 1024 }, { 5512, 6000 }, { 6000, 5512 }, { 5513, 6000 }, { 5999, 5512 },
		{ 6000, 2177 }, { 128, 139 }, { 64, 70 }, { 5512, 5999 },
	};
	double slowest_ms = 0;

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		for (size_t i = 0; i < COUNT(pairs); i++) {
			struct bli_resampler resampler;
			struct bli_resampler_config config = {
				.in_frames = pairs[i][0], .out_frames = pairs[i][1], .channels = 2,
				.in_format = { 2, 16, false, false, false },
				.out_format = { 2, 16, false, false, false },
				.requirement = preset->requirement, .gain = 1, .kernel = core_kernel(),
			};
			double start_ms = core_cpu_ms(), open_ms;

			assert_int_equal(bli_resampler_open(&resampler, &config), 0);
			open_ms = core_cpu_ms() - start_ms;
			slowest_ms = fmax(slowest_ms, open_ms);
			print_message("%-10s %4zu:%-4zu  %u stages, open %5.2f ms, %7zu bytes%s\n", preset->name,
				      pairs[i][0], pairs[i][1], resampler.plan.stages, open_ms, resampler.bytes,
				      open_ms > 10 ? "  (over 10 ms)" : "");
			if (resampler.bytes + sizeof(resampler) >= 2 << 20)
				fail_msg("%s %zu:%zu takes %zu bytes", preset->name, pairs[i][0], pairs[i][1],
					 resampler.bytes + sizeof(resampler));
			bli_resampler_close(&resampler);
		}
	print_message("slowest to open: %.2f ms\n", slowest_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_awkward),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_one_delay),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
