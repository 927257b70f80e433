/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dither: the total error of dithering and storing, its mean, variance,
 * independence and spectrum, against theory (S. P. Lipshitz, R. A. Wannamaker,
 * J. Vanderkooy, "Quantization and dither: a theoretical survey", JAES 40
 * (1992)).
 */
#include "corehelp.h"
#include "dither.h"
#include "kernel.h"

#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FRAMES ((size_t)1 << 18)

/* Samples of up to 24 bits in 4 bytes. */
static struct bli_format format_of(unsigned bits)
{
	return (struct bli_format){ 4, (unsigned char)bits, false, false, false };
}

/* Dither and store FRAMES of values; the samples' errors in steps. */
static void errors_in_steps(struct bli_dither *dither, enum bli_precision precision, size_t channel, unsigned bits,
			    const void *wanted, void *values, double *error)
{
	static int32_t samples[FRAMES];
	struct bli_format format = format_of(bits);
	double scale = ldexp(1, (int)bits - 1), peak = 0;

	memcpy(values, wanted, FRAMES * core_value_size(precision));
	core_kernel()->dither[precision](dither, channel, values, FRAMES);
	assert_int_equal(core_kernel()->store[precision](&format, samples, 4, values, FRAMES, &peak), 0);
	for (size_t i = 0; i < FRAMES; i++)
		error[i] = (double)samples[i] - core_get(precision, wanted, i) * scale;
}

static double mean_of(const double *x, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += x[i];
	return sum / (double)count;
}

/* Correlation of x[i] with y[i + lag], as a fraction of the geometric mean of their powers. */
static double correlation(const double *x, const double *y, size_t count, size_t lag)
{
	double xy = 0, xx = 0, yy = 0;

	for (size_t i = 0; i + lag < count; i++) {
		xy += x[i] * y[i + lag];
		xx += x[i] * x[i];
		yy += y[i + lag] * y[i + lag];
	}
	return xy / sqrt(xx * yy);
}

static double wanted_values[FRAMES], work[FRAMES], errors[FRAMES], other_errors[FRAMES];

/*
 * Constant values anywhere between two steps: mean 0 and variance 3·step²/12,
 * wherever the value lies; white.  Bounds are 5 standard deviations of FRAMES
 * samples (of the variance: kurtosis below 3).
 */
static void check_constant(enum bli_precision precision, unsigned bits, double base, double offset, double worst[3])
{
	struct bli_dither dither;
	double step = ldexp(1, 1 - (int)bits), mean, variance = 0, deviation = 5 / sqrt((double)FRAMES);

	for (size_t i = 0; i < FRAMES; i++)
		core_put(precision, wanted_values, i, base + offset * step);
	bli_dither_init(&dither, BLI_DITHER_TPDF, bits, 1 + bits);
	errors_in_steps(&dither, precision, 0, bits, wanted_values, work, errors);
	mean = mean_of(errors, FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		variance += (errors[i] - mean) * (errors[i] - mean) / (double)FRAMES;
	worst[0] = fmax(worst[0], fabs(mean));
	worst[1] = fmax(worst[1], fabs(variance - 0.25));
	if (!(fabs(mean) <= 0.5 * deviation && fabs(variance - 0.25) <= 0.25 * sqrt(2) * deviation))
		fail_msg("%u bits %s, %g + %g steps: mean %g, variance %g steps", bits,
			 precision == BLI_FLOAT ? "float" : "double", base, offset, mean, variance);
	for (size_t lag = 1; lag < 4; lag++) {
		double correlated = fabs(correlation(errors, errors, FRAMES, lag));

		worst[2] = fmax(worst[2], correlated);
		assert_true(correlated <= deviation + mean * mean / 0.25);
	}
}

static void test_triangular(void **state)
{
	static const double offsets[] = { 0, 0.125, 0.25, 0.5, 0.75, 0.9 };
	static const unsigned depths[] = { 8, 12, 16, 20 };
	static const double bases[] = { 0, -0.25, 0.75 };
	double worst[3] = { 0 };

	(void)state;
	for (int precision = 0; precision < BLI_PRECISIONS; precision++)
		for (size_t b = 0; b < COUNT(depths); b++)
			for (size_t o = 0; o < COUNT(offsets); o++)
				for (size_t p = 0; p < COUNT(bases); p++)
					check_constant(precision, depths[b], bases[p], offsets[o], worst);
	print_message("mean %.4f steps at most, variance within %.4f of 0.25, neighbours correlated by %.4f\n",
		      worst[0], worst[1], worst[2]);
}

/* Without dither, a slow tone of one step is a square wave; with it, all of the tone is there, undistorted. */
static void test_linearity(void **state)
{
	static const double steps[] = { 0.3, 1, 10 };

	(void)state;
	for (size_t s = 0; s < COUNT(steps); s++) {
		double gain = 0, third = 0, square = 0, deviation = 5 * sqrt(0.25 * 2 / (double)FRAMES);
		struct bli_dither dither;

		for (size_t i = 0; i < FRAMES; i++)
			wanted_values[i] = steps[s] * 0x1p-15 * sin(2 * M_PI * (double)i * 64 / (double)FRAMES);
		bli_dither_init(&dither, BLI_DITHER_TPDF, 16, 3);
		errors_in_steps(&dither, BLI_DOUBLE, 0, 16, wanted_values, work, errors);
		for (size_t i = 0; i < FRAMES; i++) {
			double turns = (double)i * 64 / (double)FRAMES, tone = sin(2 * M_PI * turns);

			gain += 2 * errors[i] * tone / (double)FRAMES;
			third += 2 * errors[i] * sin(2 * M_PI * 3 * turns) / (double)FRAMES;
			/* noise modulation: power of the error following the tone */
			square += 2 * errors[i] * errors[i] * tone / (double)FRAMES;
		}
		print_message("tone of %g steps: error in phase %+.5f, third harmonic %+.5f, noise modulation %+.5f "
			      "steps "
			      "(allowed: %.5f)\n",
			      steps[s], gain, third, square, deviation);
		assert_true(fabs(gain) <= deviation);
		assert_true(fabs(third) <= deviation);
		assert_true(fabs(square) <= deviation);
	}
}

/* Channels and seeds give noise of their own, equal seeds the same; a reset starts over. */
static void test_streams(void **state)
{
	double deviation = 5 / sqrt((double)FRAMES);
	struct bli_dither dither;

	(void)state;
	memset(wanted_values, 0, sizeof(wanted_values));
	for (int kind = BLI_DITHER_TPDF; kind <= BLI_DITHER_SHAPED; kind++) {
		/* shaped errors are correlated with each other, which widens the deviation of their correlation */
		double allowed = kind == BLI_DITHER_SHAPED ? 2 * deviation : deviation;

		for (size_t channel = 1; channel < BLI_DITHER_CHANNELS_MAX; channel = 2 * channel + 1) {
			bli_dither_init(&dither, kind, 16, 7);
			errors_in_steps(&dither, BLI_DOUBLE, 0, 16, wanted_values, work, errors);
			errors_in_steps(&dither, BLI_DOUBLE, channel, 16, wanted_values, work, other_errors);
			for (size_t lag = 0; lag < 3; lag++)
				assert_true(fabs(correlation(errors, other_errors, FRAMES, lag)) <= allowed);
		}
		bli_dither_init(&dither, kind, 16, 8);
		errors_in_steps(&dither, BLI_DOUBLE, 0, 16, wanted_values, work, other_errors);
		assert_true(fabs(correlation(errors, other_errors, FRAMES, 0)) <= allowed);
		bli_dither_init(&dither, kind, 16, 7);
		errors_in_steps(&dither, BLI_DOUBLE, 0, 16, wanted_values, work, other_errors);
		assert_memory_equal(errors, other_errors, sizeof(errors));
		bli_dither_reset(&dither);
		errors_in_steps(&dither, BLI_DOUBLE, 0, 16, wanted_values, work, other_errors);
		assert_memory_equal(errors, other_errors, sizeof(errors));
	}
}

/* Cutting a run into pieces changes nothing. */
static void test_pieces(void **state)
{
	static const size_t pieces[] = { 1, 2, 7, 480, 100, 410 };
	double whole[1000], cut[1000];
	struct bli_dither dither;

	(void)state;
	for (int kind = BLI_DITHER_NONE; kind <= BLI_DITHER_SHAPED; kind++) {
		size_t place = 0;

		for (size_t i = 0; i < 1000; i++)
			whole[i] = cut[i] = 0.5 * sin((double)i);
		bli_dither_init(&dither, kind, 16, 9);
		core_kernel()->dither[BLI_DOUBLE](&dither, 5, whole, 1000);
		bli_dither_reset(&dither);
		for (size_t i = 0; i < COUNT(pieces); i++) {
			core_kernel()->dither[BLI_DOUBLE](&dither, 5, cut + place, pieces[i]);
			place += pieces[i];
		}
		assert_memory_equal(whole, cut, sizeof(whole));
	}
}

/* Power of the error at a frequency (cycles per frame): mean of `blocks` periodograms under a Hann window. */
static double error_power(const double *error, double frequency)
{
	const size_t length = 256;
	double power = 0;

	for (size_t block = 0; block + length <= FRAMES; block += length) {
		double re = 0, im = 0;

		for (size_t i = 0; i < length; i++) {
			double window = 1 - cos(2 * M_PI * ((double)i + 0.5) / (double)length);

			re += window * error[block + i] * cos(2 * M_PI * frequency * (double)i);
			im += window * error[block + i] * sin(2 * M_PI * frequency * (double)i);
		}
		power += re * re + im * im;
	}
	/* Σ window² is 1.5·length */
	return power / (1.5 * (double)length * (double)(FRAMES / length));
}

/*
 * Shaped: the spectrum of the error is that of TPDF, 3·step²/12, times
 * |1 − e^(−jω)|⁴ = 16·sin⁴(πf); its variance 6 times as large; values lie on
 * whole steps already, so that storing changes nothing.
 */
static void test_shaped(void **state)
{
	static const double frequencies[] = { 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.49 };

	(void)state;
	for (int precision = 0; precision < BLI_PRECISIONS; precision++) {
		double mean, variance = 0, worst_db = 0;
		struct bli_dither dither;

		for (size_t i = 0; i < FRAMES; i++)
			core_put(precision, wanted_values, i, 0.3 * sin(0.1 * (double)i));
		bli_dither_init(&dither, BLI_DITHER_SHAPED, 16, 10);
		errors_in_steps(&dither, precision, 1, 16, wanted_values, work, errors);
		for (size_t i = 0; i < FRAMES; i++) {
			double steps = core_get(precision, work, i) * 32768;

			assert_true(steps == rint(steps));
			assert_true(fabs(errors[i] + core_get(precision, wanted_values, i) * 32768 - steps) < 1e-9);
		}
		mean = mean_of(errors, FRAMES);
		for (size_t i = 0; i < FRAMES; i++)
			variance += (errors[i] - mean) * (errors[i] - mean) / (double)FRAMES;
		for (size_t f = 0; f < COUNT(frequencies); f++) {
			double theory = 0.25 * 16 * pow(sin(M_PI * frequencies[f]), 4);
			double off_db = 10 * log10(error_power(errors, frequencies[f]) / theory);

			worst_db = fmax(worst_db, fabs(off_db));
		}
		print_message("%s: variance %.3f steps² (theory: 1.5), mean %+.1e, spectrum within %.2f dB\n",
			      precision == BLI_FLOAT ? "float" : "double", variance, mean, worst_db);
		assert_true(fabs(variance - 1.5) <= 1.5 * 0.02);
		/* nothing at 0 Hz: two differences telescope, so that the sum stays within a few steps */
		assert_true(fabs(mean) * (double)FRAMES <= 8);
		/* 1024 periodograms: 5 standard deviations are 0.68 dB */
		assert_true(worst_db <= 0.7);
	}
}

/* What is on whole steps stays there under a second store; none and more than 24 bits change nothing. */
static void test_none(void **state)
{
	static const struct { enum bli_dither_kind kind; unsigned bits; } cases[] = {
		{ BLI_DITHER_NONE, 16 }, { BLI_DITHER_TPDF, 25 }, { BLI_DITHER_TPDF, 32 }, { BLI_DITHER_SHAPED, 32 },
	};
	double values[100], expected[100];
	struct bli_dither dither;

	(void)state;
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (size_t i = 0; i < 100; i++)
			values[i] = expected[i] = sin((double)i);
		bli_dither_init(&dither, cases[c].kind, cases[c].bits, 1);
		assert_int_equal(dither.kind, BLI_DITHER_NONE);
		core_kernel()->dither[BLI_DOUBLE](&dither, 0, values, 100);
		assert_memory_equal(values, expected, sizeof(values));
	}
}

/* Overload, infinity and NaN are not remembered: soon after, errors are as small as ever. */
static void test_overload(void **state)
{
	static const double loud[] = { 1.5, -3, 1e30, INFINITY, -INFINITY, NAN };
	struct bli_dither dither;

	(void)state;
	for (size_t l = 0; l < COUNT(loud); l++)
		for (int kind = BLI_DITHER_TPDF; kind <= BLI_DITHER_SHAPED; kind++) {
			double values[200];

			for (size_t i = 0; i < 200; i++)
				values[i] = i < 100 ? loud[l] : 0.25;
			bli_dither_init(&dither, kind, 8, 1);
			core_kernel()->dither[BLI_DOUBLE](&dither, 0, values, 200);
			/* the largest shaped error is (1 + 2 + 1)·1.5 steps */
			for (size_t i = 102; i < 200; i++)
				assert_true(fabs(values[i] - 0.25) <= 6 / 128.0);
		}
}

/* Every kernel gives what the plain C one gives, to the last bit, in whole blocks and in parts of them. */
static void test_kernels_agree(void **state)
{
	static const size_t pieces[] = { 64, 1, 15, 16, 17, 63, 65, 128, 500, 131 };
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (int variant = 0; variant < 2 * BLI_PRECISIONS; variant++) {
			enum bli_dither_kind kind = variant & 1 ? BLI_DITHER_SHAPED : BLI_DITHER_TPDF;
			int precision = variant / 2;
			double expected[1000] = { 0 }, values[1000] = { 0 };
			struct bli_dither dither;
			size_t first = 0;

			/* up to twice full scale, where the error is not fed back, and beyond, where nothing is done */
			for (size_t i = 0; i < 1000; i++) {
				core_put(precision, values, i, (double)i / 400 * sin((double)i * (double)i));
				core_put(precision, expected, i, core_get(precision, values, i));
			}
			bli_dither_init(&dither, kind, 16, 11);
			bli_kernel_c.dither[precision](&dither, 3, expected, 1000);
			bli_dither_reset(&dither);
			for (size_t i = 0; i < COUNT(pieces); first += pieces[i++])
				kernel->dither[precision](&dither, 3,
							  (char *)values + first * core_value_size(precision),
							  pieces[i]);
			assert_int_equal(first, 1000);
			for (size_t i = 0; i < 1000; i++)
				if (core_get(precision, values, i) != core_get(precision, expected, i))
					fail_msg("%s, frame %zu: %.17g instead of %.17g", kernel->name, i,
						 core_get(precision, values, i), core_get(precision, expected, i));
		}
}

/* Whatever rounding mode the process has set, values are dithered alike. */
static void test_rounding_modes(void **state)
{
	static const int modes[] = { FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO };
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (size_t m = 0; m < COUNT(modes); m++)
			for (int kind = BLI_DITHER_TPDF; kind <= BLI_DITHER_SHAPED; kind++) {
				float expected[1000], values[1000];
				struct bli_dither dither;

				/* multiples of 2^−8 step, which are exact everywhere */
				for (size_t i = 0; i < 1000; i++)
					values[i] = expected[i] = (float)((int)(i * 7919 % 20011) - 10000) * 0x1p-23f;
				bli_dither_init(&dither, kind, 16, 12);
				kernel->dither[BLI_FLOAT](&dither, 0, expected, 1000);
				bli_dither_reset(&dither);
				assert_int_equal(fesetround(modes[m]), 0);
				kernel->dither[BLI_FLOAT](&dither, 0, values, 1000);
				fesetround(FE_TONEAREST);
				/* as numbers: 0 may have either sign */
				for (size_t i = 0; i < 1000; i++)
					assert_true(values[i] == expected[i]);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_triangular),
		cmocka_unit_test(test_linearity),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_shaped),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_overload),
		cmocka_unit_test(test_kernels_agree),
		cmocka_unit_test(test_rounding_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
