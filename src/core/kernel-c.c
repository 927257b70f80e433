/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The specification of the kernels, in plain C: any compiler, any processor.
 * The vector kernels are tested against it.
 */
#include "kernel.h"

#include <stdint.h>
#include <string.h>

#define LANES 4
#define LINKAGE extern

#define VALUE float
#define NAME(x) bli_c_##x##_float
#include "kernel-scalar.h"
#include "sample-loop.h"
#include "dither-loop.h"
#undef NAME
#undef VALUE

#define VALUE double
#define NAME(x) bli_c_##x##_double
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
	.tile = { bli_c_tile_float, bli_c_tile_double },
	.glide = { bli_c_glide_float, bli_c_glide_double },
	.load = { bli_c_load_float, bli_c_load_double },
	.store = { bli_c_store_float, bli_c_store_double },
	.dither = { bli_c_dither_float, bli_c_dither_double },
};
