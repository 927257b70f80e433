/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The specification of the kernels, in plain C: any compiler, any processor.
 * The vector kernels are tested against it.
 */
#include "kernel.h"

#include <stdint.h>
#include <string.h>

#define LANES 4

#define VALUE float
#define NAME(x) x##_c_float
#include "kernel-scalar.h"
#include "sample-loop.h"
#include "dither-loop.h"
#undef NAME
#undef VALUE

#define VALUE double
#define NAME(x) x##_c_double
#include "kernel-scalar.h"
#include "sample-loop.h"
#include "dither-loop.h"
#undef NAME
#undef VALUE

static bool supported(void)
{
	return true;
}

const struct bli_kernel bli_kernel_c = {
	.name = "c",
	.supported = supported,
	.lanes = { LANES, LANES },
	.accumulators = 8,
	.tile = { tile_c_float, tile_c_double },
	.load = { load_c_float, load_c_double },
	.store = { store_c_float, store_c_double },
	.dither = { dither_c_float, dither_c_double },
};
