/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A vector kernel in both precisions, for one instruction set: included once
 * by each kernel-*.c after KERNEL (its name), VECTOR_BYTES (the width of its
 * registers), VECTOR_ACCUMULATORS (8 or 16: how many sums fit them) and
 * VECTOR_MULTIPLY_ADD_COST (see kernel.h) are defined, and
 * VECTOR_BYTES_PER_DELAY where it is not 256, which was fitted to Zen 5.  The
 * instruction set itself is a matter of that file's compiler flags.
 * With LOOPS_OF_KERNEL_C it loads, stores, dithers and multiplies spectra as the
 * plain C kernel does, for instruction sets that every processor of the target
 * has: the compiler makes the same vectors of that.
 */
#include "fft.h"
#include "kernel.h"

#include <stdint.h>
#include <string.h>

/* two vectors shuffled by literal indices into both */
#define SHUFFLE __builtin_shufflevector

#define JOIN3(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN3(a, b, c)

#define LINKAGE static

#ifndef VECTOR_BYTES_PER_DELAY
#define VECTOR_BYTES_PER_DELAY 256
#endif

#define VALUE float
#define VALUE_BYTES 4
#define LANES (VECTOR_BYTES / VALUE_BYTES)
#define NAME(x) JOIN(x, KERNEL, float)
#include "kernel-loop.h"
#include "fft-loop.h"
#include "glide-loop.h"
#ifndef LOOPS_OF_KERNEL_C
#include "spectrum-loop.h"
#include "sample-loop.h"
#include "dither-loop.h"
#endif
#undef NAME
#undef LANES
#undef VALUE_BYTES
#undef VALUE

#define VALUE double
#define VALUE_BYTES 8
#define LANES (VECTOR_BYTES / VALUE_BYTES)
#define NAME(x) JOIN(x, KERNEL, double)
#include "kernel-loop.h"
#include "fft-loop.h"
#include "glide-loop.h"
#ifndef LOOPS_OF_KERNEL_C
#include "spectrum-loop.h"
#include "sample-loop.h"
#include "dither-loop.h"
#endif
#undef NAME
#undef LANES
#undef VALUE_BYTES
#undef VALUE

#ifdef LOOPS_OF_KERNEL_C
#define BY_PRECISION(x) { bli_c_##x##_float, bli_c_##x##_double }
#else
#define BY_PRECISION(x) { JOIN(x, KERNEL, float), JOIN(x, KERNEL, double) }
#endif

#define KERNEL_DEFINE(NAME_STRING)						\
	{									\
		.name = NAME_STRING,						\
		.supported = supported,						\
		.lanes = { VECTOR_BYTES / 4, VECTOR_BYTES / 8 },		\
		.multiply_add_cost = VECTOR_MULTIPLY_ADD_COST,				\
		.bytes_per_delay = VECTOR_BYTES_PER_DELAY,				\
		.accumulators = VECTOR_ACCUMULATORS,					\
		.tile = { JOIN(tile, KERNEL, float), JOIN(tile, KERNEL, double) },	\
		.glide = { JOIN(glide, KERNEL, float), JOIN(glide, KERNEL, double) },	\
		.load = BY_PRECISION(load),						\
		.store = BY_PRECISION(store),						\
		.store_pair = BY_PRECISION(store_pair),					\
		.dither = BY_PRECISION(dither),						\
		.transform_lanes = { VECTOR_BYTES / 4, VECTOR_BYTES / 8 },		\
		.transform = { JOIN(transform, KERNEL, float), JOIN(transform, KERNEL, double) },	\
		.multiply = BY_PRECISION(multiply),	\
	}
