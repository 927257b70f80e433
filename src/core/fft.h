/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The discrete Fourier transform of complex sequences: fast, for sizes whose
 * prime factors are 2, 3, 5 and 7, in both precisions and for every kernel.
 *
 * Conventions.  X[k] = Σ x[n]·exp(−2πi·k·n/size), not scaled, in natural order.
 * Real and imaginary parts are separate arrays, so that two real signals make
 * one complex sequence where they lie.  Exchanging real and imaginary parts of
 * both the input and the output gives the inverse, times `size`.
 *
 * Method.  A sequence of rows·columns values is a matrix (W. M. Gentleman,
 * G. Sande, "Fast Fourier transforms – for fun and profit", AFIPS 1966): its
 * columns are transformed, the results are multiplied by twiddles and
 * transposed, and then its rows are transformed.  As many columns, and later
 * rows, as a vector has lanes are transformed side by side, one in each lane,
 * by the self-sorting passes of Stockham (W. T. Cochran et al., "What is the
 * fast Fourier transform?", Proc. IEEE 55, 1967).  So any radix suits any
 * vector; only the two lengths must be at least as long as a vector.
 *
 * Why one of our own: in Debian 12 FFTW is under the GPL, which an LGPL plugin
 * in other people's processes cannot link, kissfft comes in float without SIMD,
 * libavutil falls back to the sum by definition for sizes such as 1470, clFFT
 * needs a GPU, and neither PFFFT nor PocketFFT is packaged.
 */
#ifndef BLI_FFT_H
#define BLI_FFT_H

#include "kernel.h"

#define BLI_FFT_SIZE_MAX ((size_t)1 << 26)
#define BLI_FFT_PASSES_MAX 26	/* of one line: its length is at most 2^26 */

/* Transforms of one length in all lanes: one pass for each radix. */
struct bli_fft_line {
	size_t length;
	unsigned passes;
	unsigned char radix[BLI_FFT_PASSES_MAX];	/* 2, 3, 4, 5, 6, 7 or 8; 1 for a length of 1 */
	/*
	 * Float or double, for each pass but the last, in turn: [m][radix − 1][2], the
	 * real and imaginary parts of exp(−2πi·p·k/n) for p = 0 … m − 1 and
	 * k = 1 … radix − 1, where n is the length over the radices before, m = n/radix.
	 */
	void *twiddles;
};

/* A transform of one size; only read once it is open, so that any number of threads may use it. */
struct bli_fft {
	size_t size, rows, columns;	/* rows ≤ columns */
	const struct bli_kernel *kernel;
	enum bli_precision precision;
	struct bli_fft_line down, along;	/* of length rows, and of length columns */
	/*
	 * Float or double [groups][rows][2][lanes]: real and imaginary parts of
	 * exp(−2πi·k·n/size) for row k and column n, a group being the columns that
	 * are transformed together, the last group shifted back to end with the matrix.
	 */
	void *twiddles;
	size_t work_bytes;	/* that bli_fft_run needs */
	size_t bytes;		/* allocated in all */
};

/*
 * Prepare transforms of `size` values (1 … BLI_FFT_SIZE_MAX).  Returns 0,
 * −EINVAL if the size has a prime factor beyond 7 or is too small for the
 * kernel (see bli_fft_cost), or −ENOMEM; after an error *fft is as after
 * bli_fft_close.
 */
int bli_fft_open(struct bli_fft *fft, size_t size, const struct bli_kernel *kernel, enum bli_precision precision);

/* Free; harmless on a closed one and on one of all zeros. */
void bli_fft_close(struct bli_fft *fft);

/* Whether a size (≥ 1) has no prime factor beyond 7. */
bool bli_fft_is_smooth(size_t size);

/*
 * Estimated clock cycles of a transform, infinite for sizes that bli_fft_open
 * refuses: with `lanes` values in a vector a size must be a product of two
 * numbers of at least that.  The kernel c, with one lane, takes all sizes.
 */
double bli_fft_cost(size_t size, const struct bli_kernel *kernel, enum bli_precision precision);

/*
 * Transform real[size] + i·imaginary[size], float or double, to out_real[size]
 * and out_imaginary[size].  `work` has work_bytes bytes, aligned to
 * BLI_ALIGNMENT, which are overwritten.  The outputs may be the inputs;
 * otherwise no two arrays overlap.  Real-time safe.
 */
void bli_fft_run(const struct bli_fft *fft, const void *real, const void *imaginary, void *out_real,
		 void *out_imaginary, void *work);

/* exp(−2πi·k/size) for k < size to one unit in the last place of either part. */
void bli_fft_twiddle(double *real, double *imaginary, size_t k, size_t size);

#endif
