/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The specification of the kernels, in plain C: any compiler, any processor.
 * The vector kernels are tested against it.
 */
#include "fft.h"
#include "kernel.h"

#include <stdint.h>
#include <string.h>

#define TILE_LANES 4
#define LINKAGE extern

#define VALUE float
#define VALUE_BYTES 4
#define NAME(x) bli_c_##x##_float
#define LANES TILE_LANES
#include "kernel-scalar.h"
#include "sample-loop.h"
#include "dither-loop.h"
#include "spectrum-loop.h"
#undef LANES
#define LANES 1
#include "fft-loop.h"
#undef LANES
#undef NAME
#undef VALUE_BYTES
#undef VALUE

#define VALUE double
#define VALUE_BYTES 8
#define NAME(x) bli_c_##x##_double
#define LANES TILE_LANES
#include "kernel-scalar.h"
#include "sample-loop.h"
#include "dither-loop.h"
#include "spectrum-loop.h"
#undef LANES
#define LANES 1
#include "fft-loop.h"
#undef LANES
#undef NAME
#undef VALUE_BYTES
#undef VALUE

static bool supported(void)
{
	return true;
}

const struct bli_kernel bli_kernel_c = {
	.name = "c",
	.supported = supported,
	.lanes = { TILE_LANES, TILE_LANES },
	.bytes_per_delay = 256,
	.multiply_add_cost = 8,
	.accumulators = 8,
	.tile = { bli_c_tile_float, bli_c_tile_double },
	.glide = { bli_c_glide_float, bli_c_glide_double },
	.load = { bli_c_load_float, bli_c_load_double },
	.store = { bli_c_store_float, bli_c_store_double },
	.store_pair = { bli_c_store_pair_float, bli_c_store_pair_double },
	.dither = { bli_c_dither_float, bli_c_dither_double },
	.transform_lanes = { 1, 1 },
	.transform = { bli_c_transform_float, bli_c_transform_double },
	.multiply = { bli_c_multiply_float, bli_c_multiply_double },
};
