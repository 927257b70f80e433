/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The discrete Fourier transform of real signals in double precision, for the
 * design and the analysis of filters: fft.h by the kernel c, so that a design
 * is the same on every processor.
 *
 * Conventions.  spectrum[k] = Σ samples[n]·exp(−2πi·k·n/size), not scaled, for
 * k = 0 … size/2; the other half mirrors it.  An opened transform serves one
 * thread at a time.
 */
#ifndef BLI_REALFFT_H
#define BLI_REALFFT_H

#include "fft.h"

struct bli_complex {
	double real, imaginary;
};

struct bli_real_fft {
	size_t size;			/* real samples */
	struct bli_complex *twiddles;	/* [size / 2], exp(−2πi·k/size), each to 1 ulp */
	struct bli_fft half;		/* of size / 2 values */
	double *planes;			/* [2][size / 2] */
	void *work;			/* of `half` */
};

/*
 * Prepare transforms of `size` samples.  Returns 0, −EINVAL if the size is not
 * a power of two from 2 to 2·BLI_FFT_SIZE_MAX, or −ENOMEM; after an error *fft
 * is as after bli_real_fft_close.
 */
int bli_real_fft_open(struct bli_real_fft *fft, size_t size);

/* Free; harmless on a closed one and on one of all zeros. */
void bli_real_fft_close(struct bli_real_fft *fft);

/* samples[size] → spectrum[size / 2 + 1], which may not overlap.  Real-time safe. */
void bli_real_fft_forward(struct bli_real_fft *fft, const double *samples, struct bli_complex *spectrum);

/*
 * spectrum[size / 2 + 1] → samples[size], which may not overlap: the inverse
 * of bli_real_fft_forward.  Imaginary parts at 0 and size/2 count as 0.
 * Real-time safe.
 */
void bli_real_fft_inverse(struct bli_real_fft *fft, const struct bli_complex *spectrum, double *samples);

#endif
