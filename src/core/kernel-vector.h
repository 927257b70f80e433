/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A vector kernel in both precisions, for one instruction set: included once
 * by each kernel-*.c after KERNEL (its name), VECTOR_BYTES (the width of its
 * registers) and VECTOR_ACCUMULATORS (8 or 16: how many sums fit them) are
 * defined.  The instruction set itself is a matter of that file's compiler flags.
 */
#include "kernel.h"

#include <stdint.h>
#include <string.h>

#define JOIN3(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN3(a, b, c)

#define VALUE float
#define LANES (VECTOR_BYTES / 4)
#define NAME(x) JOIN(x, KERNEL, float)
#include "kernel-loop.h"
#include "sample-loop.h"
#include "dither-loop.h"
#undef NAME
#undef LANES
#undef VALUE

#define VALUE double
#define LANES (VECTOR_BYTES / 8)
#define NAME(x) JOIN(x, KERNEL, double)
#include "kernel-loop.h"
#include "sample-loop.h"
#include "dither-loop.h"
#undef NAME
#undef LANES
#undef VALUE

#define KERNEL_DEFINE(NAME_STRING)						\
	{									\
		.name = NAME_STRING,						\
		.supported = supported,						\
		.lanes = { VECTOR_BYTES / 4, VECTOR_BYTES / 8 },		\
		.accumulators = VECTOR_ACCUMULATORS,					\
		.tile = { JOIN(tile, KERNEL, float), JOIN(tile, KERNEL, double) },	\
		.load = { JOIN(load, KERNEL, float), JOIN(load, KERNEL, double) },	\
		.store = { JOIN(store, KERNEL, float), JOIN(store, KERNEL, double) },	\
		.dither = { JOIN(dither, KERNEL, float), JOIN(dither, KERNEL, double) },	\
	}
