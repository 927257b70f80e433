/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define KERNEL neon
#define VECTOR_BYTES 16
#define VECTOR_ACCUMULATORS 16
#include "kernel-vector.h"

/* Advanced SIMD is part of every aarch64 processor that runs a general-purpose system */
static bool supported(void)
{
	return true;
}

const struct bli_kernel bli_kernel_neon = KERNEL_DEFINE("neon");
