/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Kaiser window against the integral of its Bessel function, and its beta against the window's transform. */
#include "kaiser.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/*
 * I0(x)/exp(x) by the integral (1/π)·∫ exp(x·(cos θ − 1)) dθ over 0 … π: the
 * trapezoidal rule with 256 points is exact to far below a double for x ≤ 100.
 */
static long double scaled_bessel_i0(long double x)
{
	long double sum = (1 + expl(-2 * x)) / 2;

	for (int i = 1; i < 256; i++)
		sum += expl(x * (cosl(acosl(-1) * i / 256) - 1));
	return sum / 256;
}

static void window_is_that_of_the_integral(void **state)
{
	static const double betas[] = { 0, 0.1, 1, 5, 9, 14, 23.3, 50, BLI_KAISER_BETA_MAX };
	struct bli_kaiser kaiser;

	(void)state;
	for (size_t i = 0; i < sizeof(betas) / sizeof(*betas); i++) {
		bli_kaiser_set(&kaiser, betas[i]);
		for (int k = -64; k <= 64; k++) {
			long double u = k / 64.0L, x = betas[i] * sqrtl(1 - u * u);
			long double expected = scaled_bessel_i0(x) / scaled_bessel_i0(betas[i]) * expl(x - betas[i]);
			double error = (double)(bli_kaiser_at(&kaiser, (double)u) / expected - 1);

			/* a rounding for each of the terms that matter; in the integral, of exponents up to 200 */
			if (!(fabs(error) <= 20 * DBL_EPSILON + 300 * (double)LDBL_EPSILON))
				fail_msg("beta %g, u %g: relative error %.2g", betas[i], (double)u, error);
		}
		assert_true(fabs(bli_kaiser_at(&kaiser, 0) - 1) <= 4 * DBL_EPSILON);
	}
}

/*
 * The response of an ideal low-pass under the window at an offset x beyond its
 * cut-off, in units of 1/(window length).
 */
static double edge_response(const struct bli_kaiser *kaiser, double x)
{
	enum { POINTS = 1024 };
	double sum = 0;

	for (int i = 0; i < POINTS; i++) {
		double u = (i + 0.5) / POINTS;

		sum += bli_kaiser_at(kaiser, u) / u * sin(M_PI * x * u);
	}
	return 0.5 - sum / (M_PI * POINTS);
}

/* The largest side lobe, by its first ones, is that far below the passband: Kaiser's formula is a fit, to 1.5 dB. */
static void beta_gives_the_attenuation(void **state)
{
	(void)state;
	for (double attenuation_db = 30; attenuation_db <= 180; attenuation_db += 10) {
		struct bli_kaiser kaiser;
		double largest = 0, x = 0;

		bli_kaiser_set(&kaiser, bli_kaiser_beta(attenuation_db));
		while (edge_response(&kaiser, x) > 0)
			x += 1.0 / 32;
		for (double end = x + 4; x < end; x += 1.0 / 32)
			largest = fmax(largest, fabs(edge_response(&kaiser, x)));
		print_message("%g dB asked for: %.2f dB\n", attenuation_db, -20 * log10(largest));
		if (!(fabs(-20 * log10(largest) - attenuation_db) <= 1.5))
			fail();
	}
	assert_true(bli_kaiser_beta(20) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_is_that_of_the_integral),
		cmocka_unit_test(beta_gives_the_attenuation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
