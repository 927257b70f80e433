/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gliding interpolator of every kernel against sums in long double, with a
 * guard page behind all that it may read and write.
 *
 * Bound, with eps the distance from 1 to the next number: a tap is a polynomial
 * of order P by Horner's rule, off by 2P·eps/2·Σ|c·x^k| at most (N. J. Higham,
 * "Accuracy and stability of numerical algorithms", 5.1), and each of the T
 * products and sums rounds by eps/2 of at most the sum of magnitudes:
 * (P + T/2)·eps·Σ|in|·Σ|c·x^k|.  Roundings of either sign leave a quarter of it.
 */
#include "corehelp.h"
#include "kernel.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FRAMES 128
#define CHANNELS 3
#define STEP 2.3		/* input frames per output frame */

static const struct set {
	enum bli_precision precision;
	unsigned taps, order;
} sets[] = { { BLI_FLOAT, 6, 5 }, { BLI_FLOAT, 8, 7 }, { BLI_DOUBLE, 10, 8 }, { BLI_DOUBLE, 12, 9 } };

struct problem {
	const struct set *set;
	size_t inputs;
	double coefs[BLI_FARROW_TAPS_MAX / 2 * 10];
	uint32_t first[FRAMES];
	double x[FRAMES];
	double in[CHANNELS][512];
};

/* Numbers that a float holds. */
static void make_problem(struct problem *problem, const struct set *set)
{
	uint64_t seed = 42 + set->taps;

	problem->set = set;
	problem->inputs = (size_t)(STEP * (FRAMES - 1)) + BLI_FARROW_REACH(set->taps);
	for (size_t i = 0; i < set->taps / 2 * (set->order + 1); i++)
		problem->coefs[i] = (float)core_random_value(&seed);
	for (size_t n = 0; n < FRAMES; n++) {
		/* not in order, and the last input is used */
		problem->first[n] = (uint32_t)(STEP * (double)(n * 37 % FRAMES));
		problem->x[n] = n == 0 ? -0.5 : n == 1 ? 0.5 : (float)(0.5 * core_random_value(&seed));
	}
	for (size_t c = 0; c < CHANNELS; c++)
		for (size_t i = 0; i < problem->inputs; i++)
			problem->in[c][i] = (float)core_random_value(&seed);
}

/* The exact value of a frame; *magnitude becomes Σ|in|·Σ|c·x^k|. */
static long double exact(const struct problem *problem, size_t channel, size_t n, double *magnitude)
{
	const struct set *set = problem->set;
	long double total = 0;

	*magnitude = 0;
	for (size_t j = 0; j < set->taps; j++) {
		bool mirrored = j >= set->taps / 2;
		const double *c = problem->coefs + (mirrored ? set->taps - 1 - j : j) * (set->order + 1);
		double in = problem->in[channel][problem->first[n] + j];
		long double x = mirrored ? -problem->x[n] : problem->x[n], power = 1, weight = 0, size = 0;

		for (size_t k = 0; k <= set->order; k++, power *= x) {
			weight += c[k] * power;
			size += fabsl(c[k] * power);
		}
		total += weight * in;
		*magnitude += (double)size * fabs(in);
	}
	return total;
}

/* result[CHANNELS][FRAMES], in calls of `frames`. */
static void run(const struct problem *problem, const struct bli_kernel *kernel, size_t frames, void *result)
{
	const enum bli_precision precision = problem->set->precision;
	size_t size = core_value_size(precision), count = problem->set->taps / 2 * (problem->set->order + 1);
	struct core_guarded coefs, first, x, in[CHANNELS], out[CHANNELS];
	struct bli_farrow farrow = { problem->set->taps, problem->set->order,
				     core_guard_end(&coefs, count * size, size) };

	core_guard_end(&first, sizeof(problem->first), sizeof(uint32_t));
	memcpy(first.data, problem->first, sizeof(problem->first));
	core_guard_end(&x, FRAMES * size, size);
	for (size_t i = 0; i < count; i++)
		core_put(precision, coefs.data, i, problem->coefs[i]);
	for (size_t n = 0; n < FRAMES; n++)
		core_put(precision, x.data, n, problem->x[n]);
	for (size_t c = 0; c < CHANNELS; c++) {
		core_guard_end(&in[c], problem->inputs * size, size);
		core_guard_end(&out[c], FRAMES * size, size);
		for (size_t i = 0; i < problem->inputs; i++)
			core_put(precision, in[c].data, i, problem->in[c][i]);
	}
	for (size_t n = 0; n < FRAMES; n += frames) {
		const void *from[CHANNELS];
		void *to[CHANNELS];

		for (size_t c = 0; c < CHANNELS; c++) {
			from[c] = in[c].data;
			to[c] = out[c].data + n * size;
		}
		kernel->glide[precision](&farrow, frames, (const uint32_t *)(const void *)first.data + n,
					 x.data + n * size, CHANNELS, from, to);
	}
	for (size_t c = 0; c < CHANNELS; c++) {
		memcpy((char *)result + c * FRAMES * size, out[c].data, FRAMES * size);
		core_guard_free(&in[c]);
		core_guard_free(&out[c]);
	}
	core_guard_free(&coefs);
	core_guard_free(&first);
	core_guard_free(&x);
}

static void test_kernels(void **state)
{
	static double result[CHANNELS * FRAMES], again[CHANNELS * FRAMES];
	static struct problem problem;
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
		for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
			const struct set *set = &sets[s];
			double eps = set->precision == BLI_FLOAT ? FLT_EPSILON : DBL_EPSILON, worst = 0;

			make_problem(&problem, set);
			run(&problem, kernel, FRAMES, result);
			for (size_t c = 0; c < CHANNELS; c++)
				for (size_t n = 0; n < FRAMES; n++) {
					double magnitude, error;
					long double expected = exact(&problem, c, n, &magnitude);

					error = (double)fabsl(core_get(set->precision, result, c * FRAMES + n) -
							      expected);
					/* a NaN counts as infinite */
					error /= magnitude * eps * (set->order + set->taps / 2.0);
					worst = error <= worst ? worst : error >= 0 ? error : INFINITY;
				}
			print_message("%s, %u taps of order %u: %.3f of the bound\n", kernel->name, set->taps,
				      set->order, worst);
			assert_true(worst < 0.25);
			/* a frame's value does not depend on its neighbours */
			run(&problem, kernel, kernel->lanes[set->precision], again);
			assert_memory_equal(result, again, CHANNELS * FRAMES * core_value_size(set->precision));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kernels) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
