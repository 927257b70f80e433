/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Positions against sums that do not round: whole numbers where the ratio is
 * nominal, products in twice the precision where it deviates; over a day too.
 */
#include "position.h"
#include "corehelp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define DAY (UINT64_C(48000) * 86400)

static const uint64_t ratios[][2] = {
	{ 147, 80 }, { 2, 1 }, { 320, 147 }, { 1, 256 }, { 8, 1 }, { 1, 3 }, { 4294967295, 4294967291 },
	{ 1000003, 999983 }, { 3, 4294967296 },
};
#define RATIOS (sizeof(ratios) / sizeof(ratios[0]))

/* Nominally output frame n lies at n·in/out: the whole part exactly, the fraction to a double's precision. */
static void check_nominal(const struct bli_position *position, uint64_t n, uint64_t in, uint64_t out)
{
	/* n·in by whole cycles of `out` output frames, then the rest of n below 2^32 */
	uint64_t rest = n % out * in;
	uint64_t frame = n / out * in + rest / out;
	double fraction = (double)(rest % out) / (double)out;

	assert_int_equal(position->frame, frame);
	assert_true(fabs((double)position->fraction / (double)position->unit - fraction) < 1e-15);
}

static void test_nominal(void **state)
{
	(void)state;
	for (size_t r = 0; r < RATIOS; r++) {
		uint64_t in = ratios[r][0], out = ratios[r][1], seed = 7;
		struct bli_position position;

		bli_position_open(&position, in, out);
		for (uint64_t n = 0; n < 20 * DAY;) {
			uint64_t step = core_random(&seed) >> 30 >> core_random(&seed) % 34;

			check_nominal(&position, n, in, out);
			bli_position_skip(&position, step);
			n += step;
		}
	}
}

/* 44.1 to 48 kHz for a day: no error without deviation, less than 10^−6 input frames with one. */
static void test_day(void **state)
{
	static const double deviations[] = { 0, 1e-9, -1e-6, 137.3e-6, -300e-6, 1e-3, 0.1, -0.1 };

	(void)state;
	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++) {
		/* output frame n is at n·147/160 + n·147/160·d; the second part is kept in two doubles */
		double nominal = (double)(DAY / 160 * 147), product = nominal * deviations[i];
		double rest = fma(nominal, deviations[i], -product), whole = floor(product);
		struct bli_position position;

		bli_position_open(&position, 147, 160);
		bli_position_deviate(&position, deviations[i], 0);
		bli_position_skip(&position, DAY);
		double error = (double)(position.frame - (int64_t)(DAY / 160 * 147) - (int64_t)whole) +
			       ((double)position.fraction / (double)position.unit - (product - whole) - rest);

		if (deviations[i] == 0)
			assert_true(error == 0);
		assert_true(fabs(error) < 1e-6);
	}
}

/* Taken in any portions, skipped or counted: the same frames. */
static void test_portions(void **state)
{
	enum { FRAMES = 5000 };
	static uint32_t first[FRAMES], part_first[FRAMES];
	static double fraction[FRAMES], part_fraction[FRAMES];

	(void)state;
	for (size_t r = 0; r < RATIOS; r++) {
		struct bli_position whole, parts, skipped;
		uint64_t seed = 11;
		size_t n = 0;

		bli_position_open(&whole, ratios[r][0], ratios[r][1]);
		bli_position_deviate(&whole, 0.01, 0);
		bli_position_deviate(&whole, -0.02, 777);
		parts = skipped = whole;
		assert_int_equal(bli_position_take(&whole, INT64_MAX, FRAMES, 0, first, fraction), FRAMES);
		while (n < FRAMES) {
			size_t count = core_random(&seed) % 100;
			int64_t limit = parts.frame + (int64_t)(core_random(&seed) % 100);
			uint64_t counted = bli_position_count(&parts, limit, count < FRAMES - n ? count : FRAMES - n);
			size_t taken = bli_position_take(&parts, limit, count < FRAMES - n ? count : FRAMES - n, 0,
							 part_first + n, part_fraction + n);

			assert_int_equal(taken, counted);
			bli_position_skip(&skipped, taken);
			n += taken;
			assert_int_equal(skipped.frame, parts.frame);
			assert_int_equal(skipped.fraction, parts.fraction);
		}
		assert_memory_equal(first, part_first, sizeof(first));
		assert_memory_equal(fraction, part_fraction, sizeof(fraction));
		assert_int_equal(parts.frame, whole.frame);
	}
}

/* What is counted lies before the limit, and the next does not. */
static void test_count(void **state)
{
	(void)state;
	for (size_t r = 0; r < RATIOS; r++)
		for (int64_t limit = -2; limit < INT64_C(1) << 40; limit += 1 + limit / 3) {
			struct bli_position position, last;
			uint64_t count;

			bli_position_open(&position, ratios[r][0], ratios[r][1]);
			bli_position_deviate(&position, 3e-4, limit % 2 ? 100 : 0);
			count = bli_position_count(&position, limit, UINT64_MAX);
			assert_int_equal(bli_position_count(&position, limit, count / 2), count / 2);
			if (count >> 48)
				continue;
			last = position;
			if (count) {
				bli_position_skip(&last, count - 1);
				assert_true(last.frame < limit);
				last = position;
			}
			bli_position_skip(&last, count);
			assert_true(last.frame >= limit);
		}
}

/*
 * A ramp of R frames: up to output frame n ≤ R the deviations add up to
 * Σ (d0 + (d1 − d0)·k/R), k = 1 … n, and the target is met exactly.
 */
static void test_ramps(void **state)
{
	static const uint32_t lengths[] = { 1, 2, 7, 480, 48000, 100003 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const double from = -300e-6, to = 300e-6, step = 147.0 / 80, length = lengths[i];
		struct bli_position position, target;

		bli_position_open(&position, 147, 80);
		target = position;
		bli_position_deviate(&position, from, 0);
		bli_position_deviate(&position, to, lengths[i]);
		bli_position_deviate(&target, to, 0);
		for (uint32_t n = 1; n <= lengths[i]; n++) {
			double expected = n * step + step * (n * from + (to - from) * (0.5 * n * (n + 1)) / length);

			bli_position_skip(&position, 1);
			assert_true(fabs((double)position.frame + (double)position.fraction / (double)position.unit -
					 expected) < 1e-15 * expected + 1e-14 * n);
		}
		assert_int_equal(position.deviation, target.deviation);
		bli_position_skip(&position, 1);
		assert_int_equal(position.deviation, target.deviation);
	}
}

static void test_start(void **state)
{
	struct bli_position position;

	(void)state;
	bli_position_open(&position, 147, 80);
	bli_position_start(&position, -3.25);
	assert_int_equal(position.frame, -4);
	assert_int_equal(position.fraction, position.unit / 4 * 3);
	/* rounded up to a whole frame */
	bli_position_start(&position, nextafter(5, 0));
	assert_true(position.fraction < position.unit);
	bli_position_deviate(&position, -1e-4, 0);
	assert_true(fabs(bli_position_deviation(&position) + 1e-4) < 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nominal),
		cmocka_unit_test(test_day),
		cmocka_unit_test(test_portions),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_ramps),
		cmocka_unit_test(test_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
