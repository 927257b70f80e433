/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What bli-bench makes of its figures: order, who beats whom, advice; and names in a drawing that cover nothing. */
#include "bench/judgement.h"
#include "bench/labels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct bli_ratehost_setup setup = { .in_rate_hz = 44100, .out_rate_hz = 48000 };

/* Converters as they are on many machines, with round figures. */
static double times_ns[] = { 10, 400, 4, 125, 3, 320, 6, 1, 2 };

#define RESULT(NAME, INDEX, SNR_DB, REJECTION_DB, EDGE)								\
	{ .name = (NAME), .ns_per_frame = &times_ns[INDEX], .rounds = 1, .quality = {				\
		.tone = { .snr_db = (SNR_DB) + 5 }, .worst_snr_db = (SNR_DB),					\
		.worst_rejection_db = (REJECTION_DB), .edge_tenth_db = (EDGE), .edge_3_db = (EDGE) + 0.02 } }

enum { BEST, SLOW_BEST, GOOD, SLOW_GOOD, MEDIUM, ROUGH_WIDE, CLICKING, STRAIGHT, FAILED, RESULTS };

static struct bench_result results[RESULTS] = {
	[BEST] = RESULT("best", 0, 185, -176, 0.965),
	[SLOW_BEST] = RESULT("slow_best", 1, 139, -139, 0.946),
	[GOOD] = RESULT("good", 2, 133, -129, 0.93),
	[SLOW_GOOD] = RESULT("slow_good", 3, 117, -119, 0.866),
	[MEDIUM] = RESULT("medium", 4, 122, -116, 0.904),
	[ROUGH_WIDE] = RESULT("rough_wide", 5, 94, -94, 0.98),
	[CLICKING] = RESULT("clicking", 6, 150, -150, 0.95),
	[STRAIGHT] = RESULT("straight", 7, 3, -8, 0.118),
	[FAILED] = RESULT("failed", 8, 200, -200, 1),
};

static int mark_flaws(void **state)
{
	(void)state;
	results[CLICKING].quality.tone.clicks = 3;
	strcpy(results[FAILED].error, "refuses");
	return 0;
}

/* By the worst of SNR and rejection; what failed is not there. */
static void cleanest_first(void **state)
{
	static const char *const expected[] = { "best", "clicking", "slow_best", "good", "slow_good", "medium",
						"rough_wide", "straight" };
	const struct bench_result *order[RESULTS];

	(void)state;
	assert_int_equal(judgement_sort(order, results, RESULTS), COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_string_equal(order[i]->name, expected[i]);
}

/* Slower, less clean and no wider than another that does not click; the fastest such is named. */
static void dominated_are_found(void **state)
{
	static const char *const expected[RESULTS] = { [SLOW_BEST] = "best", [SLOW_GOOD] = "good", [CLICKING] = NULL };
	const struct bench_result *order[RESULTS];
	size_t shown = judgement_sort(order, results, RESULTS);

	(void)state;
	for (size_t i = 0; i < FAILED; i++) {
		const struct bench_result *better = judgement_better(&results[i], order, shown, &setup);

		if (!expected[i])
			assert_null(better);
		else
			assert_string_equal(better->name, expected[i]);
	}
}

static void advice_is_the_cheapest_that_is_enough(void **state)
{
	const struct bench_result *order[RESULTS];
	size_t shown = judgement_sort(order, results, RESULTS);
	struct advice advice = judgement_advise(order, shown, &setup);

	(void)state;
	assert_true(advice.enough);
	assert_string_equal(advice.everyday->name, "good");
	assert_string_equal(advice.cleanest->name, "best");
	/* 4 ns for each of 48000 frames */
	assert_true(fabs(judgement_core_percent(advice.everyday, &setup) - 0.0192) < 1e-9);

	/* without these two: the cleanest there is, and nobody cleaner that does not click */
	order[0] = &results[CLICKING];
	order[1] = &results[ROUGH_WIDE];
	order[2] = &results[STRAIGHT];
	advice = judgement_advise(order, 3, &setup);
	assert_false(advice.enough);
	assert_string_equal(advice.everyday->name, "rough_wide");
	assert_null(advice.cleanest);
	advice = judgement_advise(order, 1, &setup);
	assert_null(advice.everyday);
}

/* What the second pair of periods does to a tone counts. */
static void uneven_periods_count(void **state)
{
	struct bench_quality quality = results[GOOD].quality;

	(void)state;
	assert_true(judgement_cleanness_db(&quality) == 129);
	quality.has_uneven = true;
	quality.uneven.snr_db = 24;
	assert_true(judgement_cleanness_db(&quality) == 24);
}

static bool boxes_meet(double left, double low, double width, double height, const struct label *other)
{
	return left < other->x + other->width - 1e-6 && left + width > other->x + 1e-6 &&
	       low < other->y + other->height - 1e-6 && low + height > other->y + 1e-6;
}

/* Clouds of points, many in one place: no name covers another or a point, or leaves the plot. */
static void labels_cover_nothing(void **state)
{
	struct label labels[30];
	unsigned seed = 1;

	(void)state;
	for (int cloud = 0; cloud < 200; cloud++) {
		size_t count = 1 + (size_t)cloud % COUNT(labels);

		for (size_t i = 0; i < count; i++) {
			seed = seed * 1664525 + 1013904223;
			/* a third of them within a few pixels of each other */
			labels[i] = (struct label){
				.point_x = i % 3 ? 20 + (seed >> 8) % 860 : 450 + (seed >> 8) % 8,
				.point_y = i % 3 ? 10 + (seed >> 20) % 350 : 100 + (seed >> 20) % 5,
				.width = 50 + (seed >> 5) % 90, .height = 15,
			};
		}
		labels_place(labels, count, 900, 370);
		for (size_t i = 0; i < count; i++) {
			const struct label *label = &labels[i];

			assert_true(label->x >= 0 && label->x + label->width <= 900);
			assert_true(label->y >= 0 && label->y + label->height <= 370);
			for (size_t k = 0; k < count; k++) {
				assert_false(k != i && boxes_meet(labels[k].x, labels[k].y, labels[k].width,
								  labels[k].height, label));
				assert_false(boxes_meet(labels[k].point_x - 4, labels[k].point_y - 4, 8, 8, label));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleanest_first),
		cmocka_unit_test(dominated_are_found),
		cmocka_unit_test(advice_is_the_cheapest_that_is_enough),
		cmocka_unit_test(uneven_periods_count),
		cmocka_unit_test(labels_cover_nothing),
	};

	return cmocka_run_group_tests_name("judgement", tests, mark_flaws, NULL);
}
