/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Samples in memory, with every kernel in both precisions: steps of any length
 * and direction, two channels that alternate, and nothing touched outside.
 */
#include "samplehelp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A layout of channels in memory: samples of one channel, `step` bytes apart, backwards if negative. */
static void check_layout(const struct variant *variant, const struct bli_format *format, ptrdiff_t step, size_t frames,
			 uint64_t *seed)
{
	size_t distance = (size_t)(step < 0 ? -step : step), span = (frames - 1) * distance + format->bytes;
	unsigned char before[4 * 8 * 130], *first;
	struct core_guarded samples, values, dense;
	double peak = 0;

	/* forwards the last sample ends at a guard page, backwards it begins at one */
	if (step < 0)
		core_guard_start(&samples, span);
	else
		core_guard_end(&samples, span, 1);
	core_guard_end(&values, frames * core_value_size(variant->precision), core_value_size(variant->precision));
	core_guard_end(&dense, frames * format->bytes, 1);
	for (size_t i = 0; i < span; i++)
		samples.data[i] = before[i] = (unsigned char)core_random(seed);
	first = step < 0 ? samples.data + (frames - 1) * distance : samples.data;
	for (size_t i = 0; i < frames; i++)
		memcpy(dense.data + i * format->bytes, first + (ptrdiff_t)i * step, format->bytes);

	sample_load(variant, format, values.data, first, step, frames);
	for (size_t i = 0; i < frames; i++) {
		double value[1];

		sample_load(&(struct variant){ &bli_kernel_c, variant->precision }, format, value,
		     dense.data + i * format->bytes, format->bytes, 1);
		assert_true(core_get(variant->precision, values.data, i) == core_get(variant->precision, value, 0));
		core_put(variant->precision, values.data, i, -core_get(variant->precision, value, 0) / 2);
	}
	sample_store(variant, format, first, step, values.data, frames, &peak);
	sample_store(&(struct variant){ &bli_kernel_c, variant->precision }, format, dense.data, format->bytes, values.data,
	      frames, &peak);
	for (size_t i = 0; i < span; i++) {
		size_t frame = step < 0 ? frames - 1 - i / distance : i / distance, byte = i % distance;

		assert_int_equal(samples.data[i], byte < format->bytes ? dense.data[frame * format->bytes + byte]
				 : before[i]);
	}
	core_guard_free(&samples);
	core_guard_free(&values);
	core_guard_free(&dense);
}

/* Mono, stereo, 3 channels, odd steps, backwards: the right samples, and no byte outside. */
static void test_layouts(void **state)
{
	static const int channels[] = { 1, 2, 3, 8, -1, -2, -3 };
	static const size_t frames[] = { 1, 2, 3, 15, 16, 17, 33, 64, 67, 130 };
	uint64_t seed = 3;
	struct variant variant;
	struct bli_format format;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (unsigned f = 0; each_format(f, &format); f++) {
			for (size_t c = 0; c < COUNT(channels); c++)
				for (size_t i = 0; i < COUNT(frames); i++)
					check_layout(&variant, &format, channels[c] * format.bytes, frames[i], &seed);
			check_layout(&variant, &format, format.bytes + 1, 40, &seed);
		}
}

/* Two channels at once are stored as one after the other is, with the same count and peak, and nothing outside. */
static void check_pair(const struct variant *variant, const struct bli_format *format, size_t frames, uint64_t *seed)
{
	static const double special[] = { NAN, INFINITY, -INFINITY, 1, -1, 3, -3, 0x1p-40 };
	const size_t size = core_value_size(variant->precision), bytes = format->bytes;
	struct core_guarded values[2], pair, single;
	double pair_peak = 0.25, single_peak = 0.25;
	size_t clipped = 0;

	core_guard_end(&pair, 2 * frames * bytes, 1);
	core_guard_end(&single, 2 * frames * bytes, 1);
	for (size_t c = 0; c < 2; c++) {
		core_guard_end(&values[c], frames * size, size);
		for (size_t i = 0; i < frames; i++) {
			uint64_t random = core_random(seed);

			core_put(variant->precision, values[c].data, i, random % 16 < COUNT(special) && frames < 64
				 ? special[random % 16] : (double)(int64_t)random * 0x1p-63);
		}
		clipped += sample_store(variant, format, single.data + c * bytes, 2 * (ptrdiff_t)bytes, values[c].data, frames,
				 &single_peak);
	}
	assert_int_equal(variant->kernel->store_pair[variant->precision](format, pair.data,
			 (const void *const []){ values[0].data, values[1].data }, frames, &pair_peak), clipped);
	assert_memory_equal(pair.data, single.data, 2 * frames * bytes);
	assert_true(pair_peak == single_peak);
	for (size_t c = 0; c < 2; c++)
		core_guard_free(&values[c]);
	core_guard_free(&pair);
	core_guard_free(&single);
}

static void test_pairs(void **state)
{
	static const size_t frames[] = { 1, 7, 15, 16, 17, 31, 32, 33, 100, 333 };
	struct variant variant;
	struct bli_format format;
	uint64_t seed = 0x9a1b5;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (size_t i = 0; i < COUNT(frames); i++) {
			for (unsigned f = 0; each_format(f, &format); f++)
				check_pair(&variant, &format, frames[i], &seed);
			for (unsigned char bytes = 4; bytes <= 8; bytes += 4) {
				format = (struct bli_format){ bytes, (unsigned char)(8 * bytes), false, bytes == 8, true };
				check_pair(&variant, &format, frames[i], &seed);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
