/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Fourier transform by every kernel against the sum that defines it, and
 * back, with guard pages behind all arrays; and that of real signals.
 *
 * Bound: the error of any value is at most 2·u·(1 + log2 size)·‖x‖, u being half
 * of the distance from 1 to the next number.  W. M. Gentleman and G. Sande
 * ("Fast Fourier transforms – for fun and profit", AFIPS 1966) find an error
 * that grows as the logarithm of the size.
 */
#include "corehelp.h"
#include "realfft.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * cos(2πk/size) and sin(2πk/size), measured from the nearest quarter of the
 * circle: on some machines a long double is a double, and its π no exacter.
 */
static void exact_turn(size_t k, size_t size, long double *cosine, long double *sine)
{
	size_t quarter = (4 * k + size / 2) / size;
	long double angle = 2 * acosl(-1) * ((long double)k - (long double)(quarter * size) / 4) / (long double)size;
	long double c = cosl(angle), s = sinl(angle);

	*cosine = quarter % 4 == 0 ? c : quarter % 4 == 1 ? -s : quarter % 4 == 2 ? -c : s;
	*sine = quarter % 4 == 0 ? s : quarter % 4 == 1 ? c : quarter % 4 == 2 ? -s : -c;
}

/* Add, keeping in `rest` what the sum loses (A. Neumaier 1974). */
static void add(long double *sum, long double *rest, long double term)
{
	long double next = *sum + term;

	*rest += fabsl(*sum) >= fabsl(term) ? *sum - next + term : term - next + *sum;
	*sum = next;
}

static void real_transform_is_exact(void **state)
{
	struct bli_real_fft fft;

	(void)state;
	for (size_t size = 2; size <= 2048; size *= 2) {
		struct bli_complex *spectrum = malloc((size / 2 + 1) * sizeof(*spectrum));
		double *samples = core_noise(size, size), *back = core_values(size);
		double norm = 0, error = 0, back_error = 0;

		assert_non_null(spectrum);
		assert_int_equal(bli_real_fft_open(&fft, size), 0);
		bli_real_fft_forward(&fft, samples, spectrum);
		for (size_t k = 0; k <= size / 2; k++) {
			long double real = 0, imaginary = 0, real_rest = 0, imaginary_rest = 0, cosine, sine;

			for (size_t n = 0; n < size; n++) {
				exact_turn(n * k % size, size, &cosine, &sine);
				add(&real, &real_rest, samples[n] * cosine);
				add(&imaginary, &imaginary_rest, -samples[n] * sine);
			}
			error = fmax(error, hypot(spectrum[k].real - (double)(real + real_rest),
						  spectrum[k].imaginary - (double)(imaginary + imaginary_rest)));
		}
		bli_real_fft_inverse(&fft, spectrum, back);
		for (size_t n = 0; n < size; n++) {
			norm += samples[n] * samples[n];
			back_error = fmax(back_error, fabs(back[n] - samples[n]));
		}
		/* Gentleman & Sande 1966: the error grows as the logarithm of the size */
		assert_true(error <= 1e-16 * (1 + log2((double)size)) * sqrt(norm) * 2);
		assert_true(back_error <= 1e-16 * (1 + log2((double)size)) * 2);
		bli_real_fft_close(&fft);
		free(back);
		free(samples);
		free(spectrum);
	}
}

/* Largest error of a value over ‖x‖ that is allowed. */
static double bound(enum bli_precision precision, size_t size)
{
	return (precision == BLI_FLOAT ? (double)FLT_EPSILON : DBL_EPSILON) * (1 + log2((double)size));
}

/* A complex sequence, its transform at `count` of the frequencies, and ‖x‖. */
struct problem {
	size_t size, count;
	double *x[2], *exact[2];
	size_t *k;
	double norm;
};

/* At all frequencies of small sizes, at 64 of others. */
static void make_problem(struct problem *problem, size_t size)
{
	long double *cosine = malloc(size * sizeof(*cosine)), *sine = malloc(size * sizeof(*sine));

	assert_non_null(cosine);
	assert_non_null(sine);
	*problem = (struct problem){ .size = size, .count = size < 128 ? size : 64 };
	problem->k = malloc(problem->count * sizeof(*problem->k));
	assert_non_null(problem->k);
	for (int part = 0; part < 2; part++) {
		problem->x[part] = core_noise(size, 2 * size + (size_t)part + 1);
		problem->exact[part] = core_values(problem->count);
	}
	for (size_t n = 0; n < size; n++) {
		/* numbers of either precision */
		for (int part = 0; part < 2; part++) {
			problem->x[part][n] = (double)(float)problem->x[part][n];
			problem->norm += problem->x[part][n] * problem->x[part][n];
		}
		exact_turn(n, size, &cosine[n], &sine[n]);
	}
	problem->norm = sqrt(problem->norm);
	for (size_t i = 0; i < problem->count; i++) {
		size_t k = problem->k[i] = i * size / problem->count;
		long double sum[2] = { 0, 0 }, rest[2] = { 0, 0 };

		for (size_t n = 0; n < size; n++) {
			long double c = cosine[n * k % size], s = sine[n * k % size];

			add(&sum[0], &rest[0], problem->x[0][n] * c);
			add(&sum[0], &rest[0], problem->x[1][n] * s);
			add(&sum[1], &rest[1], problem->x[1][n] * c);
			add(&sum[1], &rest[1], -problem->x[0][n] * s);
		}
		problem->exact[0][i] = (double)(sum[0] + rest[0]);
		problem->exact[1][i] = (double)(sum[1] + rest[1]);
	}
	free(sine);
	free(cosine);
}

static void free_problem(struct problem *problem)
{
	for (int part = 0; part < 2; part++) {
		free(problem->x[part]);
		free(problem->exact[part]);
	}
	free(problem->k);
}

/* Forwards, to other arrays, and back in place; the larger of both errors over the bound. */
static double solve(const struct problem *problem, const struct bli_kernel *kernel, enum bli_precision precision)
{
	size_t size = problem->size, bytes = size * core_value_size(precision);
	struct core_guarded in[2], out[2], work;
	double error = 0, limit = bound(precision, size);
	struct bli_fft fft;

	assert_int_equal(bli_fft_open(&fft, size, kernel, precision), 0);
	core_guard_end(&work, fft.work_bytes, BLI_ALIGNMENT);
	for (int part = 0; part < 2; part++) {
		core_guard_end(&in[part], bytes, core_value_size(precision));
		core_guard_end(&out[part], bytes, core_value_size(precision));
		for (size_t n = 0; n < size; n++)
			core_put(precision, in[part].data, n, problem->x[part][n]);
	}
	bli_fft_run(&fft, in[0].data, in[1].data, out[0].data, out[1].data, work.data);
	for (size_t i = 0; i < problem->count; i++)
		error = fmax(error, hypot(core_get(precision, out[0].data, problem->k[i]) - problem->exact[0][i],
					  core_get(precision, out[1].data, problem->k[i]) - problem->exact[1][i]) /
					    (limit * problem->norm));
	bli_fft_run(&fft, out[1].data, out[0].data, out[1].data, out[0].data, work.data);
	for (int part = 0; part < 2; part++)
		for (size_t n = 0; n < size; n++) {
			double back = core_get(precision, out[part].data, n) / (double)size;

			assert_true(core_get(precision, in[part].data, n) == problem->x[part][n]);
			/* twice the roundings; ‖X‖/√size = ‖x‖ */
			error = fmax(error, fabs(back - problem->x[part][n]) * sqrt((double)size) /
						    (2 * limit * problem->norm));
		}
	for (int part = 0; part < 2; part++) {
		core_guard_free(&in[part]);
		core_guard_free(&out[part]);
	}
	core_guard_free(&work);
	bli_fft_close(&fft);
	return error;
}

static bool is_smooth(size_t size)
{
	for (size_t prime = 2; prime <= 7; prime++)
		for (; size % prime == 0; size /= prime)
			;
	return size == 1;
}

/* Every smooth size to 1200, and some more with many of each factor. */
static void every_kernel_is_exact(void **state)
{
	static const size_t larger[] = { 1372, 1470, 1600, 2048, 2160, 2187, 2401, 3125, 4096, 5600, 6000, 8192 };
	const struct bli_kernel *kernel;
	double worst[BLI_PRECISIONS] = { 0, 0 };
	size_t extra = 0, refused = 0, largest_refused = 0;

	(void)state;
	for (size_t size = 1; extra < sizeof(larger) / sizeof(larger[0]); size++) {
		struct problem problem;

		if (size > 1200)
			size = larger[extra++];
		else if (!is_smooth(size))
			continue;
		make_problem(&problem, size);
		for (unsigned i = 0; (kernel = bli_kernel_nth(i)); i++)
			for (int precision = BLI_FLOAT; precision < BLI_PRECISIONS; precision++) {
				if (isinf(bli_fft_cost(size, kernel, precision))) {
					assert_ptr_not_equal(kernel, &bli_kernel_c);
					refused++;
					largest_refused = size;
					continue;
				}
				worst[precision] = fmax(worst[precision], solve(&problem, kernel, precision));
			}
		free_problem(&problem);
	}
	printf("errors: float %.2f of the bound, double %.2f; %zu refused, the largest %zu\n", worst[BLI_FLOAT],
	       worst[BLI_DOUBLE], refused, largest_refused);
	assert_true(worst[BLI_FLOAT] <= 1 && worst[BLI_DOUBLE] <= 1);
}

static void wrong_sizes_are_refused(void **state)
{
	static const size_t wrong[] = { 0, 11, 1115, 13 * 1024, BLI_FFT_SIZE_MAX + 1, (size_t)-1 };
	static const size_t not_powers[] = { 0, 1, 3, 12, 1000, ((size_t)1 << 20) + 1, (size_t)-1 / 2 + 1 };
	const struct bli_kernel *kernel;
	struct bli_real_fft real;
	struct bli_fft fft;

	(void)state;
	for (unsigned i = 0; (kernel = bli_kernel_nth(i)); i++)
		for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
			assert_true(isinf(bli_fft_cost(wrong[j], kernel, BLI_FLOAT)));
			assert_int_equal(bli_fft_open(&fft, wrong[j], kernel, BLI_FLOAT), -EINVAL);
			assert_null(fft.twiddles);
			bli_fft_close(&fft);
		}
	for (size_t i = 0; i < sizeof(not_powers) / sizeof(not_powers[0]); i++) {
		assert_int_equal(bli_real_fft_open(&real, not_powers[i]), -EINVAL);
		assert_null(real.twiddles);
		bli_real_fft_close(&real);
	}
}

/*
 * An angle of at most π/4 is rounded by less than 1.2e-16 in all, and a C library's sine by less than a unit in the
 * last place, 1.1e-16 (glibc 0.52, musl 0.66 of it).
 */
static void twiddles_are_exact(void **state)
{
	static const size_t sizes[] = { 1, 7, 1470, 14 * 4410, (size_t)1 << 17 };
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizes[i]; k++) {
			long double cosine, sine;
			double real, imaginary;

			exact_turn(k, sizes[i], &cosine, &sine);
			bli_fft_twiddle(&real, &imaginary, k, sizes[i]);
			assert_true(fabsl((long double)real - cosine) < 2.3e-16L);
			assert_true(fabsl((long double)imaginary + sine) < 2.3e-16L);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kernel_is_exact),
		cmocka_unit_test(real_transform_is_exact),
		cmocka_unit_test(twiddles_are_exact),
		cmocka_unit_test(wrong_sizes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
