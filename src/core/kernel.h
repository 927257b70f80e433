/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels: the inner loop of every stage.
 *
 * A polyphase FIR is a banded matrix: output frame n of a cycle is the sum of
 * its phase's taps times a window of input frames that moves along with n.  A
 * kernel computes a group of consecutive output frames at a time: `width`
 * vectors of `lanes` values each.
 *
 *                  one group: width·lanes output frames
 *                  lane 0 …          … vector 0 │ vector 1 …
 *   input frame 0    h                          │              ┐
 *               1    h   h                      │              │
 *               2    h   h   h                  │              │ depth:
 *               :        h   h   h   h          │              │ the rows of the band,
 *               :            h   h   h   h   h  │              │ zero where there is no h
 *               :                h   h   h   h  │ h   h        │
 *               :                        h   h  │ h   h   h    ┘
 *
 * Every row is one column of the bank: the weights of one input frame in all of
 * the group's outputs.  The input frame is broadcast, multiplied with its column
 * and added to the group's accumulators, so there are no horizontal sums.
 *
 * A stream is one channel in one repetition of the cycle.  All streams share the
 * bank, and those that one call computes side by side, a tile, share each load
 * of a column:
 *
 *   stream 0, vector 0  ┐
 *   stream 0, vector 1  │ streams·width accumulators (twice that if mirrored)
 *   stream 1, vector 0  │ in registers at a time
 *   stream 1, vector 1  ┘
 *
 * The impulse response of most filters is symmetric.  Then, in a cycle of L
 * output and M input frames and with T taps, output frame L − n is output frame
 * n of the reversed input, where input frame M − T − i stands for i: one column
 * serves both, and a mirrored bank holds only half of the cycle.
 *
 * Each output is summed over its input frames in order, in a single
 * accumulator, so its value does not depend on how frames fall into groups or
 * streams into tiles: a band's zeros add exact zeros.  The order is from oldest
 * to newest, and the reverse in the mirrored half, whose last bit may therefore
 * differ from that of an unmirrored bank.
 */
#ifndef BLI_KERNEL_H
#define BLI_KERNEL_H

#include "allocation.h"
#include "dither.h"
#include "sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLI_TILE_STREAMS_MAX 8	/* most streams in one call of a kernel */
#define BLI_ACCUMULATORS_MAX 16	/* most vectors that any kernel sums up at the same time */
#define BLI_GROUP_MAX 64	/* most output frames in a group of any kernel */

/* The coefficients of one stage, in the order in which a kernel reads them. */
struct bli_bank {
	size_t width;		/* vectors in a group: 1, 2 or 4; they share what is broadcast */
	size_t groups;
	size_t depth;		/* input frames per group, at least 1 */
	const size_t *first_in;	/* [groups] first input frame of the band, from the stream's start */
	const size_t *first_out;	/* [groups] first output frame, from the stream's start */
	bool mirrored;
	/* mirrored only: where the group's mirror starts; from there both run backwards */
	const size_t *mirror_in;	/* [groups] */
	const size_t *mirror_out;	/* [groups] */
	const void *columns;	/* float or double [groups][depth][width·lanes] */
};

/*
 * Compute all output frames of `streams` (≥ 1) streams, where the accumulators,
 * streams·width or twice as many if mirrored, are not more than the kernel has,
 * and not more than BLI_TILE_STREAMS_MAX if the width is 1.
 * in[s] and out[s] point to float or double.  For every g < groups
 *   read are     in[s][first_in[g] … first_in[g] + depth − 1],
 *   written are  out[s][first_out[g] … first_out[g] + width·lanes − 1],
 * and if mirrored also
 *   read         in[s][mirror_in[g] − depth + 1 … mirror_in[g]],
 *   written      out[s][mirror_out[g] − width·lanes + 1 … mirror_out[g]].
 * Inputs and outputs do not overlap.  Real-time safe.
 */
typedef void bli_kernel_tile(const struct bli_bank *bank, size_t streams,
			     const void *const *in, void *const *out);

/* Most taps of a Farrow interpolator, and input frames that one output frame reads: whole vectors of four taps. */
#define BLI_FARROW_TAPS_MAX 12
#define BLI_FARROW_REACH(taps) (((taps) + 3) / 4 * 4)

/*
 * A symmetric interpolator with one polynomial per tap (see glide.h).  Sets of
 * 6 taps of order 5 and 8 of order 7 exist in float, 10 of order 8 and 12 of
 * order 9 in double.
 */
struct bli_farrow {
	unsigned taps, order;
	/* float or double [taps/2][order + 1]: h(j, x) = Σ coefs[j][k]·x^k, and h(taps − 1 − j, x) = h(j, −x) */
	const void *coefs;
};

/*
 * Interpolate at arbitrary places: for each frame n and channel c
 *   out[c][n] = Σ h(j, x[n])·in[c][first[n] + j], 0 ≤ j < taps,
 * where −1/2 ≤ x ≤ 1/2 is float or double as in and out are.  `frames` is a
 * multiple of the kernel's lanes.  Read are first[n] … first[n] +
 * BLI_FARROW_REACH(taps) − 1.  The value of an output frame does not depend on
 * how frames fall into calls.  Inputs and outputs do not overlap.  Real-time safe.
 */
typedef void bli_kernel_glide(const struct bli_farrow *farrow, size_t frames, const uint32_t *first, const void *x,
			      size_t channels, const void *const *in, void *const *out);

/*
 * The discrete Fourier transform that fft.h describes: of in[0] + i·in[1] to
 * out[0] and out[1], with `work` to write to.  Real-time safe.
 */
struct bli_fft;
typedef void bli_kernel_transform(const struct bli_fft *fft, const void *const *in, void *const *out, void *work);

/*
 * Products of complex numbers, real and imaginary parts in separate arrays of
 * `count`: out = in·factor, or onto it, out += in·factor.  No array overlaps
 * another.  Real-time safe.
 */
typedef void bli_kernel_multiply(const void *const *in, const void *const *factor, void *const *out, size_t count,
				 bool onto);

struct bli_kernel {
	const char *name;
	bool (*supported)(void);	/* by this processor, with the operating system's consent */
	unsigned lanes[BLI_PRECISIONS];
	/* clock cycles of a row of the band, compared with fused multiply-adds of vectors: of one processor (Zen 5) */
	double multiply_add_cost;
	/* such a cycle is lost for so many bytes of a bank in the second-level cache; see layout_cost() in banded.c */
	double bytes_per_delay;
	unsigned accumulators;	/* vectors it can sum up at the same time: 8 hide the latency, 16 save loads */
	bli_kernel_tile *tile[BLI_PRECISIONS];
	bli_kernel_glide *glide[BLI_PRECISIONS];
	bli_sample_load *load[BLI_PRECISIONS];
	bli_sample_store *store[BLI_PRECISIONS];
	bli_sample_store_pair *store_pair[BLI_PRECISIONS];
	bli_dither_run *dither[BLI_PRECISIONS];
	unsigned transform_lanes[BLI_PRECISIONS];	/* transforms side by side, one in each lane */
	bli_kernel_transform *transform[BLI_PRECISIONS];
	bli_kernel_multiply *multiply[BLI_PRECISIONS];
};

/* The kernels of this build that the processor supports, best first, NULL behind the last. */
const struct bli_kernel *bli_kernel_nth(unsigned n);

/* The best kernel (name NULL or ""), or the one named; NULL if there is none or it is not supported. */
const struct bli_kernel *bli_kernel_find(const char *name);

extern const struct bli_kernel bli_kernel_c;	/* the specification */
/* its parts that another kernel may share */
extern bli_sample_load bli_c_load_float, bli_c_load_double;
extern bli_sample_store bli_c_store_float, bli_c_store_double;
extern bli_sample_store_pair bli_c_store_pair_float, bli_c_store_pair_double;
extern bli_dither_run bli_c_dither_float, bli_c_dither_double;
extern bli_kernel_multiply bli_c_multiply_float, bli_c_multiply_double;
extern const struct bli_kernel bli_kernel_sse2;
extern const struct bli_kernel bli_kernel_avx2;
extern const struct bli_kernel bli_kernel_avx512;
extern const struct bli_kernel bli_kernel_neon;

#endif
