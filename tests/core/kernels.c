/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every kernel that this machine supports against an error-free sum and against
 * plain C, over all numbers of streams and widths of groups, with guard pages
 * behind inputs, columns and outputs.
 *
 * Bounds, with eps the distance from 1 to the next number.  Each of the `depth`
 * steps rounds by eps/2 at most, so Σ|x·h|·eps·depth/2 is never exceeded
 * (N. J. Higham, "Accuracy and stability of numerical algorithms", 3.1).  Long
 * sums must do better, as roundings have either sign.  When the products have
 * random signs, which is what filters and audio have, partial sums stay small:
 * 2·Σ|x·h|·eps, whatever the depth.  When all are positive each rounding is one
 * of the whole sum: sqrt(depth)·Σ|x·h|·eps (N. J. Higham, T. Mary, "A new
 * approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41
 * (2019), with λ = 2).
 */
#include "corehelp.h"
#include "kernel.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define STREAMS BLI_TILE_STREAMS_MAX
#define BLOCKS 4			/* of BLI_GROUP_MAX outputs */
#define OUTPUTS (BLOCKS * BLI_GROUP_MAX)
#define DEPTH_MAX 512
#define INPUTS_MAX (DEPTH_MAX + 3 * BLOCKS)

/* A matrix with a band of `depth` in each row, and vectors to multiply it with. */
struct problem {
	enum bli_precision precision;
	size_t depth;
	size_t inputs;			/* of a stream */
	size_t first[BLOCKS];		/* first input of each block of BLI_GROUP_MAX outputs */
	double weight[OUTPUTS][DEPTH_MAX];
	double x[STREAMS][INPUTS_MAX];
	double exact[STREAMS][OUTPUTS];
	double magnitude[STREAMS][OUTPUTS];	/* Σ|x·h| */
};

/* Dot product as if in twice the precision (T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", 2005). */
static double exact_dot(const double *a, const double *b, size_t n)
{
	double sum = 0, rest = 0;

	for (size_t i = 0; i < n; i++) {
		double product = a[i] * b[i], next = sum + product, part = next - sum;

		rest += fma(a[i], b[i], -product) + ((sum - (next - part)) + (product - part));
		sum = next;
	}
	return sum + rest;
}

static void make_problem(struct problem *problem, enum bli_precision precision, size_t depth, bool positive)
{
	uint64_t seed = 0x5eed + depth;

	problem->precision = precision;
	problem->depth = depth;
	for (size_t block = 0; block < BLOCKS; block++)
		/* not in order, and the last input is used */
		problem->first[block] = block * 7 % BLOCKS * 3;
	problem->inputs = depth + 3 * (BLOCKS - 1);
	for (size_t s = 0; s < STREAMS; s++)
		for (size_t i = 0; i < problem->inputs; i++) {
			problem->x[s][i] = core_random_value(&seed);
			if (precision == BLI_DOUBLE)
				problem->x[s][i] += core_random_value(&seed) * 0x1p-25;
			if (positive)
				problem->x[s][i] = fabs(problem->x[s][i]);
		}
	for (size_t n = 0; n < OUTPUTS; n++)
		for (size_t k = 0; k < depth; k++) {
			problem->weight[n][k] = core_random_value(&seed);
			if (precision == BLI_DOUBLE)
				problem->weight[n][k] += core_random_value(&seed) * 0x1p-25;
			if (positive)
				problem->weight[n][k] = fabs(problem->weight[n][k]);
		}
	for (size_t s = 0; s < STREAMS; s++)
		for (size_t n = 0; n < OUTPUTS; n++) {
			const double *x = problem->x[s] + problem->first[n / BLI_GROUP_MAX];

			problem->exact[s][n] = exact_dot(problem->weight[n], x, depth);
			problem->magnitude[s][n] = 0;
			for (size_t k = 0; k < depth; k++)
				problem->magnitude[s][n] += fabs(x[k] * problem->weight[n][k]);
		}
}

/* Where the groups of a bank lie, [OUTPUTS] being the most there can be. */
struct places {
	size_t first_in[OUTPUTS], first_out[OUTPUTS], mirror_in[OUTPUTS], mirror_out[OUTPUTS];
};

/*
 * Lay the matrix out for a kernel in groups of `frames`, in reverse order of their outputs.
 * The mirror image reads the input from its end and writes into a second half
 * of the output from its end.
 */
static void fill_columns(const struct problem *problem, struct bli_bank *bank, size_t frames, struct places *places,
			 void *columns, size_t zeros)
{
	for (size_t group = 0; group < bank->groups; group++) {
		size_t start = (bank->groups - 1 - group) * frames;

		places->first_out[group] = start;
		places->first_in[group] = problem->first[start / BLI_GROUP_MAX];
		places->mirror_out[group] = 2 * OUTPUTS - 1 - start;
		places->mirror_in[group] = problem->inputs + 2 * zeros - 1 - places->first_in[group];
		for (size_t k = 0; k < problem->depth; k++)
			for (size_t n = 0; n < frames; n++)
				core_put(problem->precision, columns, (group * bank->depth + k + zeros) * frames + n,
					 problem->weight[start + n][k]);
	}
	bank->first_in = places->first_in;
	bank->first_out = places->first_out;
	bank->mirror_in = places->mirror_in;
	bank->mirror_out = places->mirror_out;
	bank->columns = columns;
}

/* How a kernel is to go about a problem. */
struct manner {
	size_t streams, width;
	size_t zeros;		/* rows of zeros in front of and behind the band, with inputs to go with them */
	bool mirrored;
};

/*
 * Let a kernel compute all streams of a problem.  result[STREAMS][OUTPUTS] are
 * float or double, and so is mirror_result, of the reversed input, if mirrored.
 */
static void run_kernel(const struct problem *problem, const struct bli_kernel *kernel, struct manner manner,
		       void *result, void *mirror_result)
{
	size_t size = core_value_size(problem->precision), frames = kernel->lanes[problem->precision] * manner.width;
	size_t inputs = problem->inputs + 2 * manner.zeros, outputs = manner.mirrored ? 2 * OUTPUTS : OUTPUTS;
	struct bli_bank bank = { .width = manner.width, .groups = OUTPUTS / frames,
				 .depth = problem->depth + 2 * manner.zeros, .mirrored = manner.mirrored };
	struct core_guarded columns, in[STREAMS], out[STREAMS];
	struct places places;

	core_guard_end(&columns, bank.groups * bank.depth * frames * size, BLI_ALIGNMENT);
	fill_columns(problem, &bank, frames, &places, columns.data, manner.zeros);
	for (size_t s = 0; s < STREAMS; s++) {
		core_guard_end(&in[s], inputs * size, size);
		core_guard_end(&out[s], outputs * size, size);
		for (size_t i = 0; i < inputs; i++)
			core_put(problem->precision, in[s].data, i,
				 i < manner.zeros || i >= manner.zeros + problem->inputs
				 ? -0.75 : problem->x[s][i - manner.zeros]);
	}
	for (size_t s = 0; s < STREAMS; s += manner.streams) {
		const void *tile_in[STREAMS];
		void *tile_out[STREAMS];
		size_t count = s + manner.streams <= STREAMS ? manner.streams : STREAMS - s;

		for (size_t i = 0; i < count; i++) {
			tile_in[i] = in[s + i].data;
			tile_out[i] = out[s + i].data;
		}
		kernel->tile[problem->precision](&bank, count, tile_in, tile_out);
	}
	for (size_t s = 0; s < STREAMS; s++) {
		memcpy((char *)result + s * OUTPUTS * size, out[s].data, OUTPUTS * size);
		for (size_t n = 0; n < OUTPUTS && manner.mirrored; n++)
			memcpy((char *)mirror_result + (s * OUTPUTS + n) * size,
			       out[s].data + (2 * OUTPUTS - 1 - n) * size, size);
		core_guard_free(&in[s]);
		core_guard_free(&out[s]);
	}
	core_guard_free(&columns);
}

/* Largest error in units of Σ|x·h|·eps: against the exact sums, and against `other` unless NULL. */
static double worst_error(const struct problem *problem, const void *result, const void *other)
{
	double eps = problem->precision == BLI_FLOAT ? FLT_EPSILON : DBL_EPSILON, worst = 0;

	for (size_t s = 0; s < STREAMS; s++)
		for (size_t n = 0; n < OUTPUTS; n++) {
			double value = core_get(problem->precision, result, s * OUTPUTS + n);
			double expected = other ? core_get(problem->precision, other, s * OUTPUTS + n)
						: problem->exact[s][n];
			double error = fabs(value - expected) / (problem->magnitude[s][n] * eps);

			/* a NaN counts as infinite */
			worst = error <= worst ? worst : error >= 0 ? error : INFINITY;
		}
	return worst;
}

struct variant {
	char name[32];
	const struct bli_kernel *kernel;
	enum bli_precision precision;
};

#define RESULTS (STREAMS * OUTPUTS)

static void require_equal(const struct problem *problem, const struct bli_kernel *kernel, struct manner manner,
			  const void *result, const void *expected)
{
	if (memcmp(expected, result, RESULTS * core_value_size(problem->precision)) != 0)
		fail_msg("%s, depth %zu: %zu streams × width %zu, %zu zeros%s differ from 1 × 1", kernel->name,
			 problem->depth, manner.streams, manner.width, manner.zeros,
			 manner.mirrored ? ", mirrored," : "");
}

/*
 * All streams × widths, bit for bit, with a mirror image (of which half as many
 * fit) and without.
 */
static void check_tiles(const struct problem *problem, const struct problem *reversed,
			const struct bli_kernel *kernel, const void *one_by_one)
{
	static double result[RESULTS], mirror_result[RESULTS], mirror_expected[RESULTS];

	run_kernel(reversed, kernel, (struct manner){ 1, 1, 0, false }, mirror_expected, NULL);
	for (int mirrored = 0; mirrored < 2; mirrored++) {
		size_t sums = mirrored ? kernel->accumulators / 2 : kernel->accumulators;

		for (size_t width = 1; width <= 4; width *= 2)
			for (size_t streams = 1; streams <= STREAMS && streams * width <= sums; streams++) {
				struct manner manner = { streams, width, 0, mirrored };

				run_kernel(problem, kernel, manner, result, mirror_result);
				require_equal(problem, kernel, manner, result, one_by_one);
				if (mirrored)
					require_equal(problem, kernel, manner, mirror_result, mirror_expected);
			}
	}
	/* zeros around the band change nothing; columns then end elsewhere, too */
	for (size_t zeros = 1; zeros <= 3; zeros++) {
		struct manner manner = { 2, 1, zeros, false };

		run_kernel(problem, kernel, manner, result, NULL);
		require_equal(problem, kernel, manner, result, one_by_one);
	}
}

/* One problem in all manners; the largest error, and the largest difference from plain C. */
static void check_problem(struct problem *problem, const struct bli_kernel *kernel, double *error, double *from_c)
{
	static double one_by_one[RESULTS], plain[RESULTS];
	struct problem *reversed = malloc(sizeof(*reversed));

	assert_non_null(reversed);
	*reversed = *problem;
	for (size_t s = 0; s < STREAMS; s++)
		for (size_t i = 0; i < problem->inputs; i++)
			reversed->x[s][i] = problem->x[s][problem->inputs - 1 - i];
	run_kernel(problem, &bli_kernel_c, (struct manner){ 1, 1, 0, false }, plain, NULL);
	run_kernel(problem, kernel, (struct manner){ 1, 1, 0, false }, one_by_one, NULL);
	*error = worst_error(problem, one_by_one, NULL);
	*from_c = worst_error(problem, one_by_one, plain);
	check_tiles(problem, reversed, kernel, one_by_one);
	free(reversed);
}

static void test_sums(void **state)
{
	static const size_t depths[] = { 1, 2, 3, 4, 5, 7, 8, 18, 31, 64, 100, 212, 401, 512 };
	const struct variant *variant = *state;
	struct problem *problem = malloc(sizeof(*problem));
	double worst = 0, worst_c = 0, worst_positive = 0;

	assert_non_null(problem);
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		double depth = (double)depths[i], mixed, from_c, positive, ignored;
		double bound = fmin(depth / 2, 2), bound_positive = fmin(depth / 2, sqrt(depth));

		make_problem(problem, variant->precision, depths[i], false);
		check_problem(problem, variant->kernel, &mixed, &from_c);
		make_problem(problem, variant->precision, depths[i], true);
		check_problem(problem, variant->kernel, &positive, &ignored);
		worst = fmax(worst, mixed / bound);
		/* two sums, each with an error */
		worst_c = fmax(worst_c, from_c / (2 * bound));
		worst_positive = fmax(worst_positive, positive / bound_positive);
	}
	free(problem);
	print_message("%-13s worst error in units of its bound: random signs %.3f, all positive %.3f, "
		      "from plain C %.3f\n", variant->name, worst, worst_positive, worst_c);
	assert_true(worst <= 1);
	assert_true(worst_positive <= 1);
	assert_true(worst_c <= 1);
}

static void test_find(void **state)
{
	const struct bli_kernel *kernel, *last = NULL;

	(void)state;
	assert_ptr_equal(bli_kernel_find(NULL), bli_kernel_nth(0));
	assert_ptr_equal(bli_kernel_find(""), bli_kernel_nth(0));
	assert_null(bli_kernel_find("abacus"));
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++) {
		assert_true(n < 10);
		assert_true(kernel->supported());
		assert_in_range(kernel->accumulators, 8, BLI_ACCUMULATORS_MAX);
		assert_ptr_equal(bli_kernel_find(kernel->name), kernel);
		for (int precision = 0; precision < BLI_PRECISIONS; precision++) {
			assert_in_range(kernel->lanes[precision], 1, BLI_GROUP_MAX / 4);
			assert_true(BLI_GROUP_MAX % kernel->lanes[precision] == 0);
		}
		last = kernel;
	}
	assert_ptr_equal(last, &bli_kernel_c);
	assert_null(bli_kernel_nth(1000));
}

int main(void)
{
	static struct variant variants[32];
	static struct CMUnitTest tests[33] = { cmocka_unit_test(test_find) };
	size_t count = 0;
	const struct bli_kernel *kernel;

	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (int precision = 0; precision < BLI_PRECISIONS; precision++) {
			struct variant *variant = &variants[count++];

			variant->kernel = kernel;
			variant->precision = precision;
			snprintf(variant->name, sizeof(variant->name), "%s %s", kernel->name,
				 precision == BLI_FLOAT ? "float" : "double");
			tests[count] = (struct CMUnitTest){ variant->name, test_sums, NULL, NULL, variant };
		}
	return _cmocka_run_group_tests("kernels", tests, count + 1, NULL, NULL) != 0;
}
