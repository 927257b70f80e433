/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define KERNEL avx512
#define VECTOR_BYTES 64
#define VECTOR_ACCUMULATORS 16
#define VECTOR_MULTIPLY_ADD_COST 1
#include "kernel-vector.h"

static bool supported(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("fma");
}

const struct bli_kernel bli_kernel_avx512 = KERNEL_DEFINE("avx512");
