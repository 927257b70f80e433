/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* exp(−2πi·k/size) for k < size/2, from an angle of at most π/4, whose rounding then costs no accuracy. */
static struct bli_complex turn(size_t k, size_t size)
{
	size_t eighths = 8 * k / size;	/* 0 … 3 */
	size_t offset = eighths == 0 ? k : eighths == 3 ? size / 2 - k : 0;
	double angle, sine, cosine;

	if (eighths == 1 || eighths == 2) {	/* nearer to a quarter turn: measured from there */
		angle = 2 * M_PI * ((double)k - (double)size / 4) / (double)size;
		return (struct bli_complex){ -sin(angle), -cos(angle) };
	}
	angle = 2 * M_PI * (double)offset / (double)size;
	sine = sin(angle);
	cosine = cos(angle);
	return (struct bli_complex){ eighths ? -cosine : cosine, -sine };
}

int bli_fft_open(struct bli_fft *fft, size_t size)
{
	fft->size = size;
	fft->turns = NULL;
	if (size < 2 || (size & (size - 1)) || size > (size_t)-1 / 16)
		return -EINVAL;
	fft->turns = malloc(size / 2 * sizeof(*fft->turns));
	if (!fft->turns)
		return -ENOMEM;
	for (size_t k = 0; k < size / 2; k++)
		fft->turns[k] = turn(k, size);
	return 0;
}

void bli_fft_close(struct bli_fft *fft)
{
	free(fft->turns);
	fft->turns = NULL;
}

/*
 * Decimation in time (Cooley & Tukey 1965) of data[size] in bit-reversed order;
 * turns[k·stride] = exp(−2πi·k/size).  Halves before whole, so that whatever
 * fits into a cache is finished there.
 */
static void transform(struct bli_complex *data, size_t size, const struct bli_complex *turns, size_t stride)
{
	size_t half = size / 2;

	if (size < 2)
		return;
	transform(data, half, turns, 2 * stride);
	transform(data + half, half, turns, 2 * stride);
	for (size_t k = 0; k < half; k++) {
		struct bli_complex w = turns[k * stride], low = data[k], high = data[k + half];
		double real = high.real * w.real - high.imaginary * w.imaginary;
		double imaginary = high.real * w.imaginary + high.imaginary * w.real;

		data[k].real = low.real + real;
		data[k].imaginary = low.imaginary + imaginary;
		data[k + half].real = low.real - real;
		data[k + half].imaginary = low.imaginary - imaginary;
	}
}

/* The bit-reversed successor of i: counting with the highest bit as the lowest. */
static size_t reversed_next(size_t i, size_t size)
{
	size_t bit = size / 2;

	for (; i & bit; bit /= 2)
		i ^= bit;
	return i | bit;
}

/*
 * A real transform is a complex one of half the size: z[n] = x[2n] + i·x[2n+1].
 * With E and O the transforms of x's even and odd samples, Z = E + i·O, and
 * X[k] = E[k] + exp(−2πi·k/size)·O[k].  E and O are the parts of Z that are
 * symmetric and antisymmetric under conjugation and mirroring.
 */
void bli_fft_forward(const struct bli_fft *fft, const double *samples, struct bli_complex *spectrum)
{
	size_t half = fft->size / 2;

	for (size_t i = 0, place = 0; i < half; i++, place = reversed_next(place, half)) {
		spectrum[place].real = samples[2 * i];
		spectrum[place].imaginary = samples[2 * i + 1];
	}
	transform(spectrum, half, fft->turns, 2);
	spectrum[half] = spectrum[0];
	for (size_t k = 0; k <= half / 2; k++) {
		struct bli_complex w = fft->turns[k], low = spectrum[k], high = spectrum[half - k];
		double even_real = (low.real + high.real) / 2, even_imaginary = (low.imaginary - high.imaginary) / 2;
		double odd_real = (low.imaginary + high.imaginary) / 2, odd_imaginary = (high.real - low.real) / 2;
		double real = odd_real * w.real - odd_imaginary * w.imaginary;
		double imaginary = odd_real * w.imaginary + odd_imaginary * w.real;

		spectrum[k] = (struct bli_complex){ even_real + real, even_imaginary + imaginary };
		spectrum[half - k] = (struct bli_complex){ even_real - real, imaginary - even_imaginary };
	}
}

/* The same backwards; z is conjugated before and after the forward transform, which inverts it. */
void bli_fft_inverse(const struct bli_fft *fft, struct bli_complex *spectrum, double *samples)
{
	size_t half = fft->size / 2;
	double scale = 1 / (double)fft->size;

	spectrum[0].imaginary = 0;
	spectrum[half].imaginary = 0;
	for (size_t k = 0; k <= half / 2; k++) {
		struct bli_complex w = fft->turns[k], low = spectrum[k], high = spectrum[half - k];
		double even_real = low.real + high.real, even_imaginary = low.imaginary - high.imaginary;
		double real = low.real - high.real, imaginary = low.imaginary + high.imaginary;
		double odd_real = real * w.real + imaginary * w.imaginary;
		double odd_imaginary = imaginary * w.real - real * w.imaginary;

		spectrum[k] = (struct bli_complex){ even_real - odd_imaginary, -even_imaginary - odd_real };
		spectrum[half - k] = (struct bli_complex){ even_real + odd_imaginary, even_imaginary - odd_real };
	}
	for (size_t i = 0, place = 0; i < half; i++, place = reversed_next(place, half)) {
		if (i < place) {
			struct bli_complex other = spectrum[i];

			spectrum[i] = spectrum[place];
			spectrum[place] = other;
		}
	}
	transform(spectrum, half, fft->turns, 2);
	for (size_t i = 0; i < half; i++) {
		samples[2 * i] = spectrum[i].real * scale;
		samples[2 * i + 1] = -spectrum[i].imaginary * scale;
	}
}
