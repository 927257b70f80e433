/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "phase.h"
#include "kaiser.h"
#include "realfft.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SYMMETRY_ERROR_MAX 1e-12
#define SUM_ERROR_MAX 1e-6

/* What may be left out at the ends, as the sum of magnitudes: bounds the change at any frequency. */
#define LEFT_OUT_MAX 4e-8
#define LEFT_OUT_OF_RIPPLE 0.1	/* of the stopband's ripple: less than 1 dB */

static bool is_prototype(const double *h, size_t count)
{
	double sum = 0, magnitude = 0, skew = 0;

	for (size_t n = 0; n < count; n++) {
		sum += h[n];
		magnitude += fabs(h[n]);
		skew += fabs(h[n] - h[count - 1 - n]);
	}
	return fabs(sum - 1) <= SUM_ERROR_MAX && skew <= SYMMETRY_ERROR_MAX * magnitude;
}

static struct bli_complex product_of(struct bli_complex a, struct bli_complex b)
{
	return (struct bli_complex){ a.real * b.real - a.imaginary * b.imaginary,
				     a.real * b.imaginary + a.imaginary * b.real };
}

/*
 * Zero i is reflected when the share of zeros to reflect exceeds this: the bits
 * of i reversed behind the binary point (van der Corput 1935), so that every
 * share is spread evenly and contains all smaller ones.  Counting starts at 5
 * because the first few zeros make up most of the delay at 0 Hz, which comes
 * closest to proportional that way.
 */
static double least_share(size_t i)
{
	double value = 0, weight = 0.5;

	for (i += 5; i; i /= 2, weight /= 2)
		value += (double)(i % 2) * weight;
	return value;
}

/*
 * Reflect zeros of a spectrum from outside the unit circle to inside[count].
 * With w = exp(−iω), a pair inside is the factor F = 1 − 2·Re(z)·w + |z|²·w²,
 * and its reflection outside is w²·conj(F).  Multiplying by F²/(w²·|F|²), which
 * is 1 at 0 Hz, turns the latter into the former.  A zero on the axis has the
 * factor 1 − z·w, with w in the place of w².
 */
static void reflect(struct bli_complex *spectrum, struct bli_real_fft *fft, double (*inside)[2], size_t count)
{
	size_t half = fft->size / 2;

	for (size_t k = 0; k <= half; k++) {
		struct bli_complex w = k < half ? fft->twiddles[k] : (struct bli_complex){ -1, 0 };
		struct bli_complex product = { 1, 0 }, square = { w.real * w.real - w.imaginary * w.imaginary,
								  2 * w.real * w.imaginary };
		size_t degree = 0, turn;
		double norm, real, imaginary, sign;

		for (size_t i = 0; i < count; i++) {
			bool pair = inside[i][1] > 0;
			double linear = pair ? -2 * inside[i][0] : -inside[i][0];
			double quadratic = pair ? inside[i][0] * inside[i][0] + inside[i][1] * inside[i][1] : 0;

			real = 1 + linear * w.real + quadratic * square.real;
			imaginary = linear * w.imaginary + quadratic * square.imaginary;
			norm = 1 / sqrt(real * real + imaginary * imaginary);
			product = product_of(product, (struct bli_complex){ real * norm, imaginary * norm });
			degree += pair ? 2 : 1;
		}
		turn = k * degree % fft->size;
		w = turn < half ? fft->twiddles[turn] : fft->twiddles[turn - half];
		sign = turn < half ? 1 : -1;
		product = product_of(product, product);
		product = product_of(product, (struct bli_complex){ sign * w.real, -sign * w.imaginary });
		spectrum[k] = product_of(spectrum[k], product);
	}
}

/* h[count] with a share of its zeros reflected, in taps[fft->size]; spectrum[fft->size / 2 + 1] is scratch. */
static int reflected_taps(double *taps, struct bli_complex *spectrum, struct bli_real_fft *fft, const double *h,
			  size_t count, double share)
{
	double (*inside)[2] = malloc(count * sizeof(*inside));
	size_t found, chosen = 0;
	int error;

	if (!inside)
		return -ENOMEM;
	error = bli_zeros_inside(inside, &found, h, count);
	if (!error) {
		for (size_t i = 0; i < found; i++)
			if (least_share(i) < share)
				memmove(inside[chosen++], inside[i], sizeof(*inside));
		memset(taps, 0, fft->size * sizeof(*taps));
		memcpy(taps, h, count * sizeof(*taps));
		bli_real_fft_forward(fft, taps, spectrum);
		reflect(spectrum, fft, inside, chosen);
		bli_real_fft_inverse(fft, spectrum, taps);
	}
	free(inside);
	return error;
}

/*
 * Leave out what matters least: of taps[size], all that rounding has put behind
 * `count`, then from both ends.  Returns whether at least the former was allowed.
 */
static bool trim(const double *taps, size_t size, size_t *first, size_t *count, double attenuation_db)
{
	double allowance = fmin(LEFT_OUT_MAX, LEFT_OUT_OF_RIPPLE * pow(10, -attenuation_db / 20));
	size_t end = *count;

	*first = 0;
	for (size_t n = end; n < size; n++)
		allowance -= fabs(taps[n]);
	if (!(allowance >= 0))
		return false;
	while (end - *first > 1) {
		double head = fabs(taps[*first]), tail = fabs(taps[end - 1]);

		allowance -= fmin(head, tail);
		if (allowance < 0)
			break;
		if (head < tail)
			(*first)++;
		else
			end--;
	}
	*count = end - *first;
	return true;
}

/* The taps to return: scaled to a sum of exactly 1, or backwards. */
static int finish(double **out, size_t *out_count, double *delay, const double *taps, size_t count, bool backwards)
{
	double sum = 0, moment = 0;

	*out = malloc(count * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	*out_count = count;
	for (size_t n = 0; n < count; n++)
		sum += taps[n];
	for (size_t n = 0; n < count; n++) {
		double tap = taps[backwards ? count - 1 - n : n] / sum;

		(*out)[n] = tap;
		moment += (double)n * tap;
	}
	*delay = moment;
	return 0;
}

int bli_phase_apply(double **out, size_t *out_count, double *delay, const double *h, size_t count, double phase,
		    double attenuation_db)
{
	bool backwards = phase > BLI_PHASE_LINEAR;
	struct bli_real_fft fft = { 0 };
	struct bli_complex *spectrum;
	double *taps;
	size_t size = 2, first;
	int error;

	*out = NULL;
	if (count < 1 || count > BLI_ZEROS_TAPS_MAX || !(phase >= BLI_PHASE_MINIMUM && phase <= BLI_PHASE_MAXIMUM) ||
	    !(attenuation_db >= BLI_ATTENUATION_MIN_DB && attenuation_db <= BLI_ATTENUATION_MAX_DB) ||
	    !is_prototype(h, count))
		return -EINVAL;
	if (phase == BLI_PHASE_LINEAR)
		return finish(out, out_count, delay, h, count, false);
	if (backwards)
		phase = BLI_PHASE_MAXIMUM - phase;

	for (; count > 2 && h[0] == 0 && h[count - 1] == 0; count -= 2)
		h++;
	while (size < 2 * count)
		size *= 2;
	taps = malloc(size * sizeof(*taps));
	spectrum = malloc((size / 2 + 1) * sizeof(*spectrum));
	error = taps && spectrum ? bli_real_fft_open(&fft, size) : -ENOMEM;
	if (!error)
		error = reflected_taps(taps, spectrum, &fft, h, count, 1 - phase / BLI_PHASE_LINEAR);
	if (!error && !trim(taps, size, &first, &count, attenuation_db))
		error = -ERANGE;
	if (!error)
		error = finish(out, out_count, delay, taps + first, count, backwards);
	bli_real_fft_close(&fft);
	free(spectrum);
	free(taps);
	return error;
}
