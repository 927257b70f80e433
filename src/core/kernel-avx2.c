/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define KERNEL avx2
#define VECTOR_BYTES 32
#define VECTOR_ACCUMULATORS 8
#define VECTOR_MULTIPLY_ADD_COST 1.1
#include "kernel-vector.h"

static bool supported(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct bli_kernel bli_kernel_avx2 = KERNEL_DEFINE("avx2");
