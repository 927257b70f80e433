/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fourier transform of real signals in double precision, for the design and
 * the analysis of filters.
 *
 * Conventions.  spectrum[k] = Σ samples[n]·exp(−2πi·k·n/size), not scaled, for
 * k = 0 … size/2; the other half mirrors it.  An opened transform is only read,
 * so that any number of threads may use it.
 */
#ifndef BLI_FFT_H
#define BLI_FFT_H

#include <stddef.h>

struct bli_complex {
	double real, imaginary;
};

struct bli_fft {
	size_t size;			/* real samples, a power of two */
	struct bli_complex *turns;	/* [size / 2], exp(−2πi·k/size), each to 1 ulp */
};

/*
 * Prepare transforms of `size` samples.  Returns 0, −EINVAL if size is not a
 * power of two from 2 on, or −ENOMEM; after an error *fft is as after
 * bli_fft_close.
 */
int bli_fft_open(struct bli_fft *fft, size_t size);

/* Free; harmless on a closed one and on one of all zeros. */
void bli_fft_close(struct bli_fft *fft);

/* samples[size] → spectrum[size / 2 + 1], which may not overlap.  Real-time safe. */
void bli_fft_forward(const struct bli_fft *fft, const double *samples, struct bli_complex *spectrum);

/*
 * spectrum[size / 2 + 1] → samples[size], which may not overlap: the inverse
 * of bli_fft_forward.  Imaginary parts at 0 and size/2 count as 0.
 * Overwrites the spectrum.  Real-time safe.
 */
void bli_fft_inverse(const struct bli_fft *fft, struct bli_complex *spectrum, double *samples);

#endif
