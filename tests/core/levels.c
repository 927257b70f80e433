/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Levels of a conversion: equal rates change no sample, a gain is exact, and
 * what leaves the output's range is saturated and counted.
 */
#include "corehelp.h"
#include "resampler.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct bli_format real = { 8, 64, false, false, true };
static const struct bli_format s16 = { 2, 16, false, false, false };

/* Every format that alsa-lib has passes 1:1 bit for bit, whatever the preset. */
static void test_identity(void **state)
{
	static const struct { unsigned char bytes, bits; } sizes[] = {
		{ 1, 8 }, { 2, 16 }, { 3, 18 }, { 3, 20 }, { 4, 20 }, { 3, 24 }, { 4, 24 }, { 4, 32 },
	};
	static unsigned char in[4 * 3 * 480], out[4 * 3 * 480];
	const struct bli_kernel *kernel;
	uint64_t seed = 15;

	(void)state;
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (size_t size = 0; size < COUNT(sizes); size++)
			for (int kind = 0; kind < 4; kind++) {
				struct bli_format format = { sizes[size].bytes, sizes[size].bits, kind & 1, kind & 2,
							     false };
				struct bli_resampler_config config = core_config(kind & 1 ? "bli_best" : "bli_fast",
										 480, 480, 3);
				struct bli_resampler resampler;
				double values_of[3 * 480], peak = 0;

				/* random samples, sign extended as the format wants it */
				for (size_t i = 0; i < 3 * 480; i++)
					values_of[i] = core_random_value(&seed) + core_random_value(&seed) * 0x1p-25;
				for (size_t i = 0; i < 3 * 480; i++)
					values_of[i] = fmin(fmax(values_of[i], -1), 1 - 0x1p-7);
				bli_kernel_c.store[BLI_DOUBLE](&format, in, format.bytes, values_of, 3 * 480, &peak);
				config.in_format = config.out_format = format;
				config.kernel = kernel;
				core_open(&resampler, &config);
				core_run(&resampler, in, out, 1);
				assert_memory_equal(in, out, 3 * 480 * format.bytes);
				assert_int_equal(resampler.clipped, 0);
				bli_resampler_close(&resampler);
			}
}

static int16_t rounded(double value)
{
	return (int16_t)fmin(fmax(rint(value * 32768), -32768), 32767);
}

/* Gain is exact; what leaves the range is saturated and counted; the peak is that before it. */
static void test_gain(void **state)
{
	static const size_t ratios[][2] = { { 480, 480 }, { 441, 480 }, { 441, 160 } };

	(void)state;
	for (size_t r = 0; r < COUNT(ratios); r++) {
		size_t in_frames = ratios[r][0], out_frames = ratios[r][1], count = 8 * out_frames * 2, clipped = 0;
		struct bli_resampler_config config = core_config("bli", in_frames, out_frames, 2);
		struct bli_resampler resampler;
		double *in = core_noise(8 * in_frames * 2, 16), *plain = core_values(count),
		       *louder = core_values(count), peak = 0;
		int16_t *narrow = malloc(count * sizeof(*narrow));

		assert_non_null(narrow);
		core_run_once(&config, in, plain, 8);
		config.gain = 4;
		core_run_once(&config, in, louder, 8);
		for (size_t n = 0; n < count; n++) {
			double scaled = rint(louder[n] * 32768);

			assert_true(louder[n] == 4 * plain[n]);
			clipped += scaled < -32768 || scaled > 32767;
			peak = fmax(peak, fabs(louder[n]));
		}
		config.out_format = s16;
		core_open(&resampler, &config);
		core_run(&resampler, in, narrow, 8);
		for (size_t n = 0; n < count; n++)
			assert_int_equal(narrow[n], rounded(louder[n]));
		assert_true(clipped > count / 10);
		assert_int_equal(resampler.clipped, clipped);
		assert_float_equal(resampler.peak, peak, peak * 1e-6);
		bli_resampler_reset(&resampler);
		assert_int_equal(resampler.clipped, clipped);
		bli_resampler_close(&resampler);
		config.out_format = real;
		config.gain = 0.3;
		core_run_once(&config, in, louder, 8);
		for (size_t n = 0; n < count; n++)
			assert_float_equal(louder[n], 0.3 * plain[n], 1e-6);
		free(in);
		free(plain);
		free(louder);
		free(narrow);
	}
}

/* Silence stays silence under any gain that is not refused. */
static void test_large_gain(void **state)
{
	static const double gains[] = { 1e-50, 1e10, 1e30, 1e40, 1e50, 1e100 };

	(void)state;
	for (size_t g = 0; g < COUNT(gains); g++) {
		struct bli_resampler_config config = core_config("bli", 441, 480, 1);
		double in[441] = { 0 }, out[480];
		struct bli_resampler resampler;
		int error;

		config.gain = gains[g];
		error = bli_resampler_open(&resampler, &config);
		if (error) {
			assert_int_equal(error, -EINVAL);
			continue;
		}
		core_run(&resampler, in, out, 1);
		for (size_t n = 0; n < 480; n++)
			if (out[n] != 0)
				fail_msg("gain %g makes %g of silence", gains[g], out[n]);
		bli_resampler_close(&resampler);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_gain),
		cmocka_unit_test(test_large_gain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
