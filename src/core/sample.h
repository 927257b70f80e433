/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Samples: PCM of any layout to and from float or double.
 *
 * Full scale is −1 … 1 − 2^(1 − bits).
 */
#ifndef BLI_SAMPLE_H
#define BLI_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A PCM format: the sample is the low `bits` of an integer of `bytes` bytes, or
 * a float or double of this machine.
 */
struct bli_format {
	unsigned char bytes;	/* 1 … 4; float: 4 or 8 */
	unsigned char bits;	/* 1 … 8·bytes; float: 8·bytes */
	bool is_unsigned;	/* offset binary */
	bool is_swapped;	/* byte order other than this machine's; not with is_float */
	bool is_float;
};

/* True if the format is one this file converts. */
bool bli_format_valid(const struct bli_format *format);

/*
 * Samples of one channel, `step` bytes from one frame to the next, to
 * values[frames] (float or double).  Bits above the sample are ignored.  In
 * double every format is exact; in float samples beyond 24 bits are rounded.
 * Real-time safe.
 */
typedef void bli_sample_load(const struct bli_format *format, void *values, const void *samples,
			     ptrdiff_t step, size_t frames);

/*
 * The way back: values are rounded to nearest (ties to even), saturated (NaN
 * to the least value) and written with the sign extended over the whole
 * container, as alsa-lib does; floats are written as they are.  Returns the
 * number of saturated samples, and raises *peak to the largest |value| there is.
 * Real-time safe.
 */
typedef size_t bli_sample_store(const struct bli_format *format, void *samples, ptrdiff_t step,
				const void *values, size_t frames, double *peak);

/* Write silence to one channel. */
void bli_sample_silence(const struct bli_format *format, void *samples, ptrdiff_t step, size_t frames);

#endif
