/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "realfft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int bli_real_fft_open(struct bli_real_fft *fft, size_t size)
{
	size_t half = size / 2;
	int error;

	memset(fft, 0, sizeof(*fft));
	if (size < 2 || (size & (size - 1)))
		return -EINVAL;
	error = bli_fft_open(&fft->half, half, &bli_kernel_c, BLI_DOUBLE);
	if (error)
		return error;
	fft->size = size;
	fft->twiddles = malloc(half * sizeof(*fft->twiddles));
	fft->planes = malloc(2 * half * sizeof(*fft->planes));
	fft->work = aligned_alloc(BLI_ALIGNMENT, fft->half.work_bytes);
	if (!fft->twiddles || !fft->planes || !fft->work) {
		bli_real_fft_close(fft);
		return -ENOMEM;
	}
	for (size_t k = 0; k < half; k++)
		bli_fft_twiddle(&fft->twiddles[k].real, &fft->twiddles[k].imaginary, k, size);
	return 0;
}

void bli_real_fft_close(struct bli_real_fft *fft)
{
	bli_fft_close(&fft->half);
	free(fft->work);
	free(fft->planes);
	free(fft->twiddles);
	memset(fft, 0, sizeof(*fft));
}

/*
 * A real transform is a complex one of half the size: z[n] = x[2n] + i·x[2n+1].
 * With E and O the transforms of x's even and odd samples, Z = E + i·O, and
 * X[k] = E[k] + exp(−2πi·k/size)·O[k].  E and O are the parts of Z that are
 * symmetric and antisymmetric under conjugation and mirroring.
 */
void bli_real_fft_forward(struct bli_real_fft *fft, const double *samples, struct bli_complex *spectrum)
{
	size_t half = fft->size / 2;
	double *real = fft->planes, *imaginary = fft->planes + half;

	for (size_t n = 0; n < half; n++) {
		real[n] = samples[2 * n];
		imaginary[n] = samples[2 * n + 1];
	}
	bli_fft_run(&fft->half, real, imaginary, real, imaginary, fft->work);
	for (size_t k = 0; k <= half / 2; k++) {
		struct bli_complex w = k < half ? fft->twiddles[k] : (struct bli_complex){ -1, 0 };
		size_t mirror = k ? half - k : 0;
		double even_real = (real[k] + real[mirror]) / 2, odd_imaginary = (real[mirror] - real[k]) / 2;
		double even_imaginary = (imaginary[k] - imaginary[mirror]) / 2;
		double odd_real = (imaginary[k] + imaginary[mirror]) / 2;
		double product_real = odd_real * w.real - odd_imaginary * w.imaginary;
		double product_imaginary = odd_real * w.imaginary + odd_imaginary * w.real;

		spectrum[half - k] = (struct bli_complex){ even_real - product_real,
							   product_imaginary - even_imaginary };
		spectrum[k] = (struct bli_complex){ even_real + product_real, even_imaginary + product_imaginary };
	}
}

/* The same backwards; real and imaginary parts change places for the inverse. */
void bli_real_fft_inverse(struct bli_real_fft *fft, const struct bli_complex *spectrum, double *samples)
{
	size_t half = fft->size / 2;
	double *real = fft->planes, *imaginary = fft->planes + half, scale = 1 / (double)fft->size;

	for (size_t k = 0; k < half; k++) {
		struct bli_complex w = fft->twiddles[k], low = spectrum[k], high = spectrum[half - k];
		double low_imaginary = k ? low.imaginary : 0, high_imaginary = k ? high.imaginary : 0;
		double even_real = low.real + high.real, even_imaginary = low_imaginary - high_imaginary;
		double difference_real = low.real - high.real, difference_imaginary = low_imaginary + high_imaginary;
		double odd_real = difference_real * w.real + difference_imaginary * w.imaginary;
		double odd_imaginary = difference_imaginary * w.real - difference_real * w.imaginary;

		real[k] = even_real - odd_imaginary;
		imaginary[k] = even_imaginary + odd_real;
	}
	bli_fft_run(&fft->half, imaginary, real, imaginary, real, fft->work);
	for (size_t n = 0; n < half; n++) {
		samples[2 * n] = real[n] * scale;
		samples[2 * n + 1] = imaginary[n] * scale;
	}
}
