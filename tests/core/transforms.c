/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Fourier transform against the sum that defines it, and back. */
#include "corehelp.h"
#include "fft.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
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

static void transform_is_exact(void **state)
{
	struct bli_fft fft;

	(void)state;
	for (size_t size = 2; size <= 2048; size *= 2) {
		struct bli_complex *spectrum = malloc((size / 2 + 1) * sizeof(*spectrum));
		double *samples = core_noise(size, size), *back = core_values(size), norm = 0, error = 0, back_error = 0;

		assert_non_null(spectrum);
		assert_int_equal(bli_fft_open(&fft, size), 0);
		bli_fft_forward(&fft, samples, spectrum);
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
		bli_fft_inverse(&fft, spectrum, back);
		for (size_t n = 0; n < size; n++) {
			norm += samples[n] * samples[n];
			back_error = fmax(back_error, fabs(back[n] - samples[n]));
		}
		/* Gentleman & Sande 1966: the error grows as the logarithm of the size */
		assert_true(error <= 1e-16 * (1 + log2((double)size)) * sqrt(norm) * 2);
		assert_true(back_error <= 1e-16 * (1 + log2((double)size)) * 2);
		bli_fft_close(&fft);
		free(back);
		free(samples);
		free(spectrum);
	}
}

static void wrong_sizes_are_refused(void **state)
{
	static const size_t wrong[] = { 0, 1, 3, 12, 1000, ((size_t)1 << 20) + 1, (size_t)-1 / 2 + 1 };
	struct bli_fft fft;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(bli_fft_open(&fft, wrong[i]), -EINVAL);
		assert_null(fft.turns);
		bli_fft_close(&fft);
	}
}

/*
 * One sample gives its turns around the circle, in the largest size used. An angle of at most π/4 is rounded by less than
 * 1.2e-16 in all, and a C library's sine by less than a unit in the last place, 1.1e-16 (glibc 0.52, musl 0.66 of it).
 */
static void turns_are_exact(void **state)
{
	size_t size = (size_t)1 << 18;
	struct bli_fft fft;

	(void)state;
	assert_int_equal(bli_fft_open(&fft, size), 0);
	for (size_t k = 0; k < size / 2; k++) {
		long double cosine, sine;

		exact_turn(k, size, &cosine, &sine);
		assert_true(fabsl((long double)fft.turns[k].real - cosine) < 2.3e-16L);
		assert_true(fabsl((long double)fft.turns[k].imaginary + sine) < 2.3e-16L);
	}
	bli_fft_close(&fft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transform_is_exact),
		cmocka_unit_test(turns_are_exact),
		cmocka_unit_test(wrong_sizes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
