/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spectral stages against banded stages of the same filter, and what every
 * stage promises: reset, silence, channels that leave each other alone, no heap.
 *
 * How far the two kinds may differ: a spectral stage lacks what the filter
 * leaves of the spectrum beyond the stopband's edge, which is below the
 * attenuation; and both round.  That of the transforms is at most u·(1 + log2 size)
 * for either, u being the distance from 1 to the next number (see transforms.c),
 * relative to the root mean square of the window.
 */
#include "corehelp.h"
#include "heapspy.h"
#include "stage.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define CHANNELS_MAX 5

struct shape {
	size_t in_frames, out_frames;
	struct bli_filter filter;
};

/* As in presets: from 0.93 or 0.9655 to 1.02 of the lower Nyquist frequency. */
static void make_shape(struct shape *shape, size_t in_frames, size_t out_frames, enum bli_precision precision)
{
	double nyquist = fmin(1, (double)out_frames / (double)in_frames) / 2;
	double attenuation_db = precision == BLI_FLOAT ? 130 : 177;

	*shape = (struct shape){ .in_frames = in_frames, .out_frames = out_frames };
	assert_int_equal(bli_filter_sinc(&shape->filter, (precision == BLI_FLOAT ? 0.93 : 0.9655) * nyquist,
					 1.02 * nyquist, BLI_PASSBAND_DROOP_DB, attenuation_db, 2), 0);
}

/* The relative difference that is allowed. */
static double tolerance(enum bli_precision precision, const struct bli_spectral_layout *layout)
{
	double rounding = precision == BLI_FLOAT ? (double)FLT_EPSILON : DBL_EPSILON;

	return pow(10, (precision == BLI_FLOAT ? -130 : -177) / 20.) +
	       rounding * (2 + log2((double)layout->size_in) + log2((double)layout->size_out));
}

static int open_spectral(struct bli_spectral *stage, const struct shape *shape, const struct bli_kernel *kernel,
			 enum bli_precision precision, size_t channels, double gain)
{
	struct bli_spectral_layout layout;

	memset(stage, 0, sizeof(*stage));
	if (!bli_spectral_lay_out(&layout, shape->in_frames, shape->out_frames, 1, &shape->filter, kernel,
				  precision, channels, HUGE_VAL))
		return -EINVAL;
	return bli_spectral_open(stage, &layout, &shape->filter, kernel, precision, channels, gain);
}

static int open_banded(struct bli_banded *stage, const struct shape *shape, const struct bli_kernel *kernel,
		       enum bli_precision precision, size_t channels, double gain)
{
	struct bli_banded_layout layout;

	bli_banded_lay_out(&layout, shape->in_frames, shape->out_frames, 1, shape->filter.taps, kernel, precision,
			   channels);
	return bli_banded_open(stage, &layout, &shape->filter, kernel, precision, channels, gain);
}

/* Outputs of a stage, with the room that a banded one needs. */
struct outputs {
	void *channel[CHANNELS_MAX];
};

static void make_outputs(struct outputs *outputs, const struct shape *shape)
{
	for (size_t channel = 0; channel < CHANNELS_MAX; channel++)
		outputs->channel[channel] = core_values(shape->out_frames + BLI_GROUP_MAX);
}

static void free_outputs(struct outputs *outputs)
{
	for (size_t channel = 0; channel < CHANNELS_MAX; channel++)
		free(outputs->channel[channel]);
}

/* Noise that seed determines, times `scale`, into a channel of a spectral and, if there is one, a banded stage. */
static void put_noise(const struct bli_spectral *stage, const struct bli_banded *banded, size_t channel, uint64_t *seed,
		      double scale)
{
	for (size_t i = 0; i < stage->layout.in_frames; i++) {
		double value = core_random_value(seed) * scale;

		core_put(stage->precision, bli_spectral_input(stage, channel), i, value);
		if (banded)
			core_put(stage->precision, bli_banded_input(banded, channel), i, value);
	}
}

/* Both stages over periods enough to fill the history; returns the relative difference over what is allowed. */
static double compare(const struct shape *shape, const struct bli_kernel *kernel,
		      enum bli_precision precision, size_t channels, double gain)
{
	struct bli_spectral spectral;
	struct bli_banded banded;
	struct outputs outputs, expected;
	double error = 0, power = 0, allowed;
	uint64_t seed = shape->in_frames * 8 + channels;
	size_t periods = 3 + 2 * shape->filter.taps / shape->in_frames;

	assert_int_equal(open_spectral(&spectral, shape, kernel, precision, channels, gain), 0);
	assert_int_equal(open_banded(&banded, shape, kernel, precision, channels, gain), 0);
	assert_true(spectral.bytes > 0);
	allowed = tolerance(precision, &spectral.layout);
	make_outputs(&outputs, shape);
	make_outputs(&expected, shape);
	for (size_t period = 0; period < periods; period++) {
		for (size_t channel = 0; channel < channels; channel++)
			put_noise(&spectral, &banded, channel, &seed, 1);
		bli_spectral_run(&spectral, 1, outputs.channel);
		bli_banded_run(&banded, 1, expected.channel);
		for (size_t channel = 0; channel < channels; channel++)
			for (size_t n = 0; n < shape->out_frames; n++) {
				double value = core_get(precision, expected.channel[channel], n);

				error += pow(core_get(precision, outputs.channel[channel], n) - value, 2);
				power += value * value;
			}
	}
	assert_true(power > 0);
	free_outputs(&expected);
	free_outputs(&outputs);
	bli_banded_close(&banded);
	bli_spectral_close(&spectral);
	return sqrt(error / power) / allowed;
}

static void agrees_with_banded_stages(void **state)
{
	static const struct {
		size_t in_frames, out_frames;
	} periods[] = {
		{ 147, 160 }, { 160, 147 }, { 441, 480 }, { 1029, 1120 }, { 960, 882 }, { 882, 320 }, { 960, 441 },
		{ 441, 960 }, { 256, 512 }, { 512, 256 }, { 1024, 1536 }, { 1536, 1024 }, { 320, 882 }, { 200, 100 },
		{ 4410, 4800 }, { 4800, 4410 }, { 5512, 8268 }, { 3000, 1000 }, { 1000, 4000 }, { 500, 490 },
		{ 100, 200 },
	};
	const struct bli_kernel *kernel;
	double worst = 0;

	(void)state;
	for (unsigned i = 0; (kernel = bli_kernel_nth(i)); i++)
		for (size_t p = 0; p < sizeof(periods) / sizeof(periods[0]); p++)
			for (int precision = BLI_FLOAT; precision < BLI_PRECISIONS; precision++) {
				struct shape shape;
				size_t channels = 1 + (p + i) % 3;

				/* plain C takes its time with long ones */
				if (kernel == &bli_kernel_c && periods[p].in_frames > 1100)
					continue;
				make_shape(&shape, periods[p].in_frames, periods[p].out_frames, precision);
				worst = fmax(worst, compare(&shape, kernel, precision, channels, p % 2 ? 1 : -0.25));
			}
	printf("largest difference: %.2f of what is allowed\n", worst);
	assert_true(worst <= 1);
}

/* A filter of any phase between its design samples: 1:2 and 2:1. */
static void takes_samples_of_any_phase(void **state)
{
	static const size_t ratios[2][2] = { { 441, 882 }, { 960, 480 } };

	(void)state;
	for (int i = 0; i < 2; i++)
		for (int precision = BLI_FLOAT; precision < BLI_PRECISIONS; precision++) {
			struct shape shape;

			make_shape(&shape, ratios[i][0], ratios[i][1], precision);
			assert_int_equal(bli_filter_set_phase(&shape.filter, BLI_PHASE_MINIMUM, i ? 1 : 2,
							      precision == BLI_FLOAT ? 130 : 177), 0);
			assert_true(compare(&shape, core_kernel(), precision, 2, 1) <= 1);
			bli_filter_free(&shape.filter);
		}
}

/* The same stream by several lengths of the period: which kind of window a frame falls into must not matter. */
static void other_periods_agree(void **state)
{
	static const size_t cycles[] = { 1, 2, 3, 7, 12, 84 };
	const size_t total = 84 * 5;	/* cycles of 147 : 160 */

	(void)state;
	for (int precision = BLI_FLOAT; precision < BLI_PRECISIONS; precision++) {
		double *first = core_values(total * 160), error = 0, power = 0, allowed = 0;

		for (size_t i = 0; i < sizeof(cycles) / sizeof(cycles[0]); i++) {
			struct shape shape;
			struct bli_spectral stage;
			struct outputs outputs;
			uint64_t seed = 5;

			make_shape(&shape, 147 * cycles[i], 160 * cycles[i], precision);
			assert_int_equal(open_spectral(&stage, &shape, core_kernel(), precision, 1, 1), 0);
			make_outputs(&outputs, &shape);
			allowed = fmax(allowed, 2 * tolerance(precision, &stage.layout));
			for (size_t at = 0; at < total; at += cycles[i]) {
				put_noise(&stage, NULL, 0, &seed, 1);
				bli_spectral_run(&stage, 1, outputs.channel);
				for (size_t n = 0; n < shape.out_frames; n++) {
					double value = core_get(precision, outputs.channel[0], n);

					if (i == 0)
						first[at * 160 + n] = value;
					error = fmax(error, fabs(value - first[at * 160 + n]));
					power += value * value;
				}
			}
			free_outputs(&outputs);
			bli_spectral_close(&stage);
		}
		power /= (double)(total * 160 * sizeof(cycles) / sizeof(cycles[0]));
		printf("%s: runs by other periods differ by %.1f dB at most\n", precision ? "double" : "float",
		       20 * log10(error / sqrt(power)));
		/* the largest of 67200 differences, against a root mean square: 5 times that, if they are normal */
		assert_true(error <= 5 * allowed * sqrt(power));
		free(first);
	}
}

/* A stage of five channels with one block or several in a period. */
static void open_stage(struct bli_spectral *stage, struct shape *shape, enum bli_precision precision,
		       bool blocks, size_t channels)
{
	make_shape(shape, blocks ? 4410 : 441, blocks ? 4800 : 480, precision);
	assert_int_equal(open_spectral(stage, shape, core_kernel(), precision, channels, 1), 0);
}

/* Periods after which a frame has left the window. */
static size_t reach(const struct bli_spectral *stage)
{
	return 2 + stage->history / stage->layout.in_frames;
}

static void reset_forgets(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		enum bli_precision precision = i % 2 ? BLI_DOUBLE : BLI_FLOAT;
		struct shape shape;
		struct bli_spectral stage;
		struct outputs first, again;
		uint64_t seed = 11;

		open_stage(&stage, &shape, precision, i / 2, 2);
		make_outputs(&first, &shape);
		make_outputs(&again, &shape);
		for (size_t channel = 0; channel < 2; channel++)
			put_noise(&stage, NULL, channel, &seed, 1);
		bli_spectral_run(&stage, 1, first.channel);
		for (size_t channel = 0; channel < 2; channel++)
			put_noise(&stage, NULL, channel, &seed, 1);
		bli_spectral_run(&stage, 1, again.channel);
		bli_spectral_reset(&stage);
		seed = 11;
		for (size_t channel = 0; channel < 2; channel++)
			put_noise(&stage, NULL, channel, &seed, 1);
		bli_spectral_run(&stage, 1, again.channel);
		for (size_t channel = 0; channel < 2; channel++)
			assert_memory_equal(first.channel[channel], again.channel[channel],
					    shape.out_frames * core_value_size(precision));
		free_outputs(&again);
		free_outputs(&first);
		bli_spectral_close(&stage);
	}
}

static bool all_zero(enum bli_precision precision, const void *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (core_get(precision, values, i) != 0)
			return false;
	return true;
}

/* Silent channels stay silent beside loud ones, and every one becomes so when its last sound has left the window. */
static void silence_stays_silence(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		enum bli_precision precision = i % 2 ? BLI_DOUBLE : BLI_FLOAT;
		struct shape shape;
		struct bli_spectral stage;
		struct outputs outputs;
		uint64_t seed = 7;

		open_stage(&stage, &shape, precision, i / 2, CHANNELS_MAX);
		make_outputs(&outputs, &shape);
		for (size_t period = 0; period < 3 + reach(&stage); period++) {
			/* 1, 2 and 4 play, 1 only for one period */
			for (size_t channel = 0; channel < CHANNELS_MAX; channel++) {
				bool plays = channel == 2 || channel == 4 || (channel == 1 && period == 1);

				put_noise(&stage, NULL, channel, &seed, plays ? 1 : 0);
			}
			bli_spectral_run(&stage, 1, outputs.channel);
			assert_true(all_zero(precision, outputs.channel[0], shape.out_frames));
			assert_true(all_zero(precision, outputs.channel[3], shape.out_frames));
			assert_false(all_zero(precision, outputs.channel[2], shape.out_frames));
			assert_false(all_zero(precision, outputs.channel[4], shape.out_frames));
			if (period == 1)
				assert_false(all_zero(precision, outputs.channel[1], shape.out_frames));
			if (period < 1 || period > 1 + reach(&stage))
				assert_true(all_zero(precision, outputs.channel[1], shape.out_frames));
		}
		free_outputs(&outputs);
		bli_spectral_close(&stage);
	}
}

/* A banded stage in front writes up to BLI_GROUP_MAX values too many, which must not be heard. */
static void room_behind_the_input_is_not_read(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		enum bli_precision precision = i % 2 ? BLI_DOUBLE : BLI_FLOAT;
		struct bli_spectral stage, clean;
		struct outputs outputs, expected;
		uint64_t seed = 17;
		struct shape shape;

		open_stage(&stage, &shape, precision, i / 2, 3);
		open_stage(&clean, &shape, precision, i / 2, 3);
		make_outputs(&outputs, &shape);
		make_outputs(&expected, &shape);
		for (size_t period = 0; period < 4; period++) {
			for (size_t channel = 0; channel < 3; channel++) {
				uint64_t same = seed;

				put_noise(&stage, NULL, channel, &seed, 1);
				put_noise(&clean, NULL, channel, &same, 1);
			}
			for (size_t channel = 0; channel < 3; channel++)
				for (size_t n = 0; n < BLI_GROUP_MAX; n++)
					core_put(precision, bli_spectral_input(&stage, channel),
						 shape.in_frames + n, NAN);
			bli_spectral_run(&stage, 1, outputs.channel);
			bli_spectral_run(&clean, 1, expected.channel);
			for (size_t channel = 0; channel < 3; channel++)
				assert_memory_equal(outputs.channel[channel], expected.channel[channel],
						    shape.out_frames * core_value_size(precision));
		}
		free_outputs(&expected);
		free_outputs(&outputs);
		bli_spectral_close(&clean);
		bli_spectral_close(&stage);
	}
}

/* Channels with the same input have the same output, bit for bit. */
static void equal_channels_stay_equal(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		enum bli_precision precision = i % 2 ? BLI_DOUBLE : BLI_FLOAT;
		struct bli_spectral stage;
		struct outputs outputs;
		struct shape shape;
		uint64_t seed = 13;

		open_stage(&stage, &shape, precision, i / 2, CHANNELS_MAX);
		make_outputs(&outputs, &shape);
		for (size_t period = 0; period < 4; period++) {
			for (size_t channel = 0; channel < CHANNELS_MAX; channel++) {
				uint64_t same = seed;

				put_noise(&stage, NULL, channel, &same, 1);
			}
			core_random(&seed);
			bli_spectral_run(&stage, 1, outputs.channel);
			for (size_t channel = 1; channel < CHANNELS_MAX; channel++)
				assert_memory_equal(outputs.channel[0], outputs.channel[channel],
						    shape.out_frames * core_value_size(precision));
		}
		free_outputs(&outputs);
		bli_spectral_close(&stage);
	}
}

/* NaN and infinity stay in their channel, and leave it with the window. */
static void channels_leave_each_other_alone(void **state)
{
	static const double bad[] = { NAN, INFINITY, -INFINITY };

	(void)state;
	for (int i = 0; i < 12; i++) {
		enum bli_precision precision = i % 2 ? BLI_DOUBLE : BLI_FLOAT;
		struct bli_spectral stage, clean;
		struct shape shape;
		struct outputs outputs, expected;
		uint64_t seed = 3;
		double error = 0;

		open_stage(&stage, &shape, precision, i / 2 % 2, 2);
		open_stage(&clean, &shape, precision, i / 2 % 2, 2);
		make_outputs(&outputs, &shape);
		make_outputs(&expected, &shape);
		for (size_t period = 0; period < 3 + reach(&stage); period++) {
			for (size_t channel = 0; channel < 2; channel++) {
				uint64_t same = seed;

				put_noise(&stage, NULL, channel, &seed, 1);
				put_noise(&clean, NULL, channel, &same, 1);
			}
			if (period == 1)
				core_put(precision, bli_spectral_input(&stage, 1), 100, bad[i / 4]);
			bli_spectral_run(&stage, 1, outputs.channel);
			bli_spectral_run(&clean, 1, expected.channel);
			for (size_t channel = 0; channel < 2; channel++)
				for (size_t n = 0; n < shape.out_frames && (channel == 0 || period != 1); n++) {
					double value = core_get(precision, outputs.channel[channel], n);
					double clean_value = core_get(precision, expected.channel[channel], n);

					if (channel && period < 1 + reach(&stage) && !isfinite(value))
						continue;
					error = fmax(error, fabs(value - clean_value));
				}
		}
		/* of noise in −1 … 1 */
		assert_true(error <= 5 * tolerance(precision, &stage.layout));
		free_outputs(&expected);
		free_outputs(&outputs);
		bli_spectral_close(&clean);
		bli_spectral_close(&stage);
	}
}

static void impossible_stages_are_refused(void **state)
{
	struct shape shape;
	struct bli_spectral stage;
	double samples[2000] = { 0 };

	(void)state;
	make_shape(&shape, 1024, 1115, BLI_FLOAT);	/* 1115 = 5·223 */
	assert_int_equal(open_spectral(&stage, &shape, core_kernel(), BLI_FLOAT, 2, 1), -EINVAL);
	assert_null(stage.input);
	bli_spectral_close(&stage);
	make_shape(&shape, 441, 480, BLI_FLOAT);
	bli_filter_linear(&shape.filter);
	assert_int_equal(open_spectral(&stage, &shape, core_kernel(), BLI_FLOAT, 2, 1), -EINVAL);
	make_shape(&shape, 441, 480, BLI_FLOAT);
	shape.filter.samples = samples;
	shape.filter.samples_per_frame = 2;
	assert_int_equal(open_spectral(&stage, &shape, core_kernel(), BLI_FLOAT, 2, 1), -EINVAL);
}

static void running_leaves_the_heap_alone(void **state)
{
	(void)state;
	if (!HEAPSPY_POSSIBLE)
		skip();
	for (int i = 0; i < 4; i++) {
		struct shape shape;
		struct bli_spectral stage;
		struct outputs outputs;
		uint64_t seed = 9;

		open_stage(&stage, &shape, i % 2 ? BLI_DOUBLE : BLI_FLOAT, i / 2, 3);
		make_outputs(&outputs, &shape);
		heapspy_start(0);
		for (size_t period = 0; period < 5; period++) {
			for (size_t channel = 0; channel < 3; channel++)
				put_noise(&stage, NULL, channel, &seed, period == 3 && channel == 1 ? (double)NAN : 1);
			bli_spectral_run(&stage, 1, outputs.channel);
		}
		bli_spectral_reset(&stage);
		assert_int_equal(heapspy_calls(), 0);
		heapspy_stop();
		free_outputs(&outputs);
		bli_spectral_close(&stage);
	}
}

static void failed_allocations_are_reported(void **state)
{
	unsigned long failing = 0;
	int error = -ENOMEM;

	(void)state;
	if (!HEAPSPY_POSSIBLE)
		skip();
	while (error) {
		struct shape shape;
		struct bli_spectral stage;
		long live;

		make_shape(&shape, 441, 480, BLI_FLOAT);
		heapspy_start(++failing);
		error = open_spectral(&stage, &shape, core_kernel(), BLI_FLOAT, 2, 1);
		assert_true(error == 0 || (error == -ENOMEM && !stage.input));
		bli_spectral_close(&stage);
		live = heapspy_live();
		heapspy_stop();
		assert_int_equal(live, 0);
	}
	assert_true(failing > 10);
	printf("%lu allocations failed\n", failing - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_banded_stages),
		cmocka_unit_test(takes_samples_of_any_phase),
		cmocka_unit_test(other_periods_agree),
		cmocka_unit_test(reset_forgets),
		cmocka_unit_test(silence_stays_silence),
		cmocka_unit_test(room_behind_the_input_is_not_read),
		cmocka_unit_test(equal_channels_stay_equal),
		cmocka_unit_test(channels_leave_each_other_alone),
		cmocka_unit_test(impossible_stages_are_refused),
		cmocka_unit_test(running_leaves_the_heap_alone),
		cmocka_unit_test(failed_allocations_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
