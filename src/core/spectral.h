/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spectral stages: what a stage of stage.h computes, by the Fourier transform.
 *
 * Overlap-save (T. G. Stockham, "High-speed convolution and correlation",
 * AFIPS 1966) with the period as its block, so that it adds no delay: the last
 * size_in input frames, a window, are transformed, multiplied by the filter's
 * response and transformed back to size_out frames, of which the last are the
 * output; size_in : size_out is the ratio of the stage.
 *
 *     window   [ ........ overlap ≥ taps − 1 ........ | ... block_in ... ]   size_in
 *     result   [ .......... wrapped around .......... | .. block_out ... ]   size_out
 *
 * The window's spectrum repeats every size_in bins, that of the output every
 * size_out.  Bin i of the filter, from −edge to edge, takes bin i of the former
 * and adds to bin i of the latter, both modulo their size; `edge` lies a little
 * beyond where the stopband begins, not at the Nyquist frequency.  So only what the
 * filter suppresses is lost, and the result is that of the banded stage but for
 * that and rounding.
 *
 * Two real windows are transformed as one complex sequence: of two channels, or
 * of two blocks where a period is cut into several.  Rounding leaves traces of
 * each in the other, but a window of zeros gives zeros, equal windows give equal
 * results, and what is not finite stays in its own.
 */
#ifndef BLI_SPECTRAL_H
#define BLI_SPECTRAL_H

#include "fft.h"
#include "filter.h"
#include "setup.h"

/* How a stage is cut into transforms. */
struct bli_spectral_layout {
	size_t in_frames, out_frames;	/* per period */
	size_t periods;			/* in a run, at most */
	size_t blocks;			/* in a period, 1 or even; the last may overlap the one before */
	size_t block_in, block_out;	/* frames that a block adds */
	size_t size_in, size_out;	/* of the transforms */
	size_t edge;			/* last bin of the filter, on either side of 0 */
	double cost;			/* estimated, in clock cycles per period */
	size_t table_bytes;		/* of the response and the twiddles, nearly */
};

/*
 * Lay out a stage of in_frames to out_frames per period, in runs of up to
 * `periods` ≥ 1, with a filter for a kernel and a number of channels, at less
 * than cost_max clock cycles per period.  Returns false if
 * there is no such layout: only filters with BLI_METHOD_SINC have a stopband to
 * cut at, one of another phase than linear is defined between its samples in a
 * ratio of 1:2 or 2:1 only, and some ratios have no transforms (see fft.h).
 */
BLI_SETUP
bool bli_spectral_lay_out(struct bli_spectral_layout *layout, size_t in_frames, size_t out_frames, size_t periods,
			  const struct bli_filter *filter, const struct bli_kernel *kernel,
			  enum bli_precision precision, size_t channels, double cost_max);

struct bli_spectral {
	struct bli_spectral_layout layout;
	size_t history;			/* input frames kept from earlier periods: size_in − block_in */
	const struct bli_kernel *kernel;
	enum bli_precision precision;
	size_t value_size;		/* of a float or a double */
	size_t channels;
	size_t stride;			/* frames from one channel of input to the next */
	struct bli_fft forward, backward;
	size_t bytes;			/* allocated in all */
	void *input;			/* [channels][stride], history first */
	void *response;			/* [2][2·edge + 1]: bins 0 … edge, −edge … −1, times gain/size_in */
	void *spectrum;			/* [2][size_in] */
	void *result;			/* [2][size_out] */
	void *work;			/* of either transform */
};

/*
 * The functions of stage.h for this kind.  Opening takes the layout and the filter,
 * kernel, precision and channels that the layout was made for, and returns 0 or
 * −ENOMEM; then *stage is as after bli_spectral_close().
 */
BLI_SETUP
int bli_spectral_open(struct bli_spectral *stage, const struct bli_spectral_layout *layout,
		      const struct bli_filter *filter, const struct bli_kernel *kernel, enum bli_precision precision,
		      size_t channels, double gain);
void bli_spectral_close(struct bli_spectral *stage);
void bli_spectral_reset(struct bli_spectral *stage);
void *bli_spectral_input(const struct bli_spectral *stage, size_t channel);
void bli_spectral_run(struct bli_spectral *stage, size_t periods, void *const *out);

#endif
