/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Factors and rates as people type them, and the fractions made of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "resample/ratio.h"

#define TOLERANCE 1e-9L

static struct ratio parsed(const char *text)
{
	struct ratio ratio = { 0, 0 };

	assert_int_equal(ratio_parse(&ratio, text), 0);
	return ratio;
}

static void assert_ratio(struct ratio ratio, uint64_t num, uint64_t den)
{
	assert_int_equal(ratio.num, num);
	assert_int_equal(ratio.den, den);
}

static void reads_decimals_and_fractions(void **state)
{
	(void)state;
	assert_ratio(parsed("0.91875"), 147, 160);
	assert_ratio(parsed("147/160"), 147, 160);
	assert_ratio(parsed("294/320"), 147, 160);
	assert_ratio(parsed("44100"), 44100, 1);
	assert_ratio(parsed("44100.5"), 88201, 2);
	assert_ratio(parsed("1.0"), 1, 1);
	assert_ratio(parsed("1"), 1, 1);
	assert_ratio(parsed("1."), 1, 1);
	assert_ratio(parsed(".5"), 1, 2);
	assert_ratio(parsed("00.50"), 1, 2);
	assert_ratio(parsed("5e-1"), 1, 2);
	assert_ratio(parsed("48E3"), 48000, 1);
	assert_ratio(parsed("48e+3"), 48000, 1);
	assert_ratio(parsed("44100/48000.5"), 88200, 96001);
	assert_ratio(parsed("1.000000000000000000000000"), 1, 1);
	assert_ratio(parsed("123456789.987654321"), UINT64_C(123456789987654321), 1000000000);
}

static void refuses_what_is_no_positive_number(void **state)
{
	static const char *const malformed[] = {
		"", "-1", "+1", "abc", "1x", " 1", "1 ", "1/", "/2", "1/2/3", ".", "e5", "1e", "1e+", "nan", "inf",
		"0x10", "1,5", "1..2", "--",
	};
	static const char *const beyond[] = { "0", "0.0", "0/5", "5/0", "1e30", "1e-30", "99999999999999999999" };
	struct ratio ratio = { 7, 3 };

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		if (ratio_parse(&ratio, malformed[i]) != -EINVAL)
			fail_msg("'%s' was not refused", malformed[i]);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		if (ratio_parse(&ratio, beyond[i]) != -ERANGE)
			fail_msg("'%s' was not out of range", beyond[i]);
	assert_ratio(ratio, 7, 3);
}

static void doubles_are_exact(void **state)
{
	static const double numbers[] = { 44100, 22254.545454545456, 0.1, 11127.272727272728, 1e6, 0x1p-40, 1.0 / 3 };
	struct ratio ratio;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_equal(ratio_from_double(&ratio, numbers[i]), 0);
		assert_true((double)((long double)ratio.num / (long double)ratio.den) == numbers[i]);
	}
	assert_int_equal(ratio_from_double(&ratio, 0), -ERANGE);
	assert_int_equal(ratio_from_double(&ratio, -1), -ERANGE);
	assert_int_equal(ratio_from_double(&ratio, (double)INFINITY), -ERANGE);
	assert_int_equal(ratio_from_double(&ratio, (double)NAN), -ERANGE);
}

static void quotients_and_products_are_reduced(void **state)
{
	const struct ratio a = { 44100, 1 }, b = { 48000, 1 }, huge = { RATIO_TERM_MAX, 3 },
			   tiny = { 1, RATIO_TERM_MAX };
	struct ratio result;

	(void)state;
	assert_int_equal(ratio_divide(&result, &a, &b), 0);
	assert_ratio(result, 147, 160);
	assert_int_equal(ratio_multiply(&result, &result, &b), 0);
	assert_ratio(result, 44100, 1);
	assert_int_equal(ratio_divide(&result, &huge, &tiny), -ERANGE);
}

static long double error_of(struct ratio simple, long double factor)
{
	return fabsl((long double)simple.num / (long double)simple.den / factor - 1);
}

static void small_fractions_stay_exact(void **state)
{
	const struct ratio factors[] = { { 160, 441 }, { 147, 160 }, { 1, 1 }, { 88201, 96000 }, { 2469, 20000 },
					 { 131072, 1 }, { 80001, 1920000 } };
	struct ratio simple;

	(void)state;
	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
		ratio_simplify(&simple, &factors[i]);
		assert_ratio(simple, factors[i].num, factors[i].den);
	}
}

static void assert_split(struct ratio factor, long double value)
{
	struct ratio parts[2];
	const unsigned count = ratio_split(parts, &factor);
	long double product = 1;

	assert_in_range(count, 1, 2);
	for (unsigned i = 0; i < count; i++) {
		product *= (long double)parts[i].num / (long double)parts[i].den;
		if (parts[i].num > RATIO_PARTS_TERM_MAX || parts[i].den > RATIO_PARTS_TERM_MAX)
			fail_msg("%Lg: %llu/%llu", value, (unsigned long long)parts[i].num,
				 (unsigned long long)parts[i].den);
	}
	if (fabsl(product / value - 1) >= TOLERANCE)
		fail_msg("%Lg became %Lg", value, product);
}

/* Every factor to better than 1e-9, in terms a resampler can take. */
static void any_factor_is_honoured(void **state)
{
	static const struct { const char *text; long double factor; } known[] = {
		{ "1.047197551196597746", 1.047197551196597746L },	/* pi/3 */
		{ "0.318309886183790672", 0.318309886183790672L },	/* 1/pi */
		{ "1.414213562373095049", 1.414213562373095049L },
		{ "1.618033988749894848", 1.618033988749894848L },	/* hardest to approximate */
		{ "767.999999123456", 767.999999123456L },
		{ "0.001302083333999", 0.001302083333999L },
		{ "1.000000001", 1.000000001L },
		{ "0.9999999999", 0.9999999999L },
		{ "1.0000001", 1.0000001L },		/* right beside simple ones */
		{ "1.00000001", 1.00000001L },
		{ "500.0000003", 500.0000003L },
		{ "0.1234567891", 0.1234567891L },
	};
	uint64_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct ratio factor = parsed(known[i].text);

		assert_split(factor, known[i].factor);
	}
	for (int i = 0; i < 20000; i++) {
		struct ratio factor;

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		factor.num = 1 + (random >> 20) % UINT64_C(768000000000);
		factor.den = 1000000007;
		/* every second one right beside a simple one */
		if (i % 2 && (random >> 60) + 1 < 768)
			factor.num = factor.den * ((random >> 60) + 1) + 1 + random % 1000;
		if (ratio_within(&factor, 768))
			assert_split(factor, (long double)factor.num / (long double)factor.den);
	}
}

/* No smaller denominator comes as close: all of them are tried. */
static void fractions_are_the_simplest(void **state)
{
	static const char *const texts[] = { "1.047197551196597746", "0.318309886183790672", "1.414213562373095049" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct ratio factor = parsed(texts[i]);
		const long double value = (long double)factor.num / (long double)factor.den;
		struct ratio simple;

		ratio_simplify(&simple, &factor);
		assert_true(error_of(simple, value) <= 0x1p-31L);
		for (uint64_t den = 1; den < simple.den; den++) {
			const struct ratio other = { (uint64_t)(value * (long double)den + 0.5L), den };

			assert_true(error_of(other, value) > 0x1p-31L);
		}
	}
}

static void counts_frames(void **state)
{
	const struct ratio cd_to_phone = { 80, 441 }, half = { 1, 2 }, one = { 1, 1 }, large = { 768, 1 };

	(void)state;
	assert_int_equal(ratio_frames(&cd_to_phone, 10000), 1814);
	assert_int_equal(ratio_frames(&cd_to_phone, 0), 0);
	assert_int_equal(ratio_frames(&half, 3), 2);
	assert_int_equal(ratio_frames(&half, 5), 3);
	assert_int_equal(ratio_frames(&one, INT64_MAX), INT64_MAX);
	assert_int_equal(ratio_frames(&large, INT64_MAX), INT64_MAX);
	assert_int_equal(ratio_frames(&cd_to_phone, INT64_C(441000000000000001)), INT64_C(80000000000000000));
}

static void knows_its_limits(void **state)
{
	const struct ratio edge = { 768, 1 }, over = { 768000001, 1000000 }, low = { 1, 768 },
			   under = { 1000000, 768000001 };

	(void)state;
	assert_true(ratio_within(&edge, 768));
	assert_false(ratio_within(&over, 768));
	assert_true(ratio_within(&low, 768));
	assert_false(ratio_within(&under, 768));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_decimals_and_fractions),
		cmocka_unit_test(refuses_what_is_no_positive_number),
		cmocka_unit_test(doubles_are_exact),
		cmocka_unit_test(quotients_and_products_are_reduced),
		cmocka_unit_test(small_fractions_stay_exact),
		cmocka_unit_test(any_factor_is_honoured),
		cmocka_unit_test(fractions_are_the_simplest),
		cmocka_unit_test(counts_frames),
		cmocka_unit_test(knows_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
