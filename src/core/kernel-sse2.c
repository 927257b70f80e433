/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define KERNEL sse2
#ifdef __x86_64__
#define LOOPS_OF_KERNEL_C
#endif
#define VECTOR_BYTES 16
#define VECTOR_ACCUMULATORS 8
#define VECTOR_MULTIPLY_ADD_COST 1.35
#include "kernel-vector.h"

static bool supported(void)
{
	return __builtin_cpu_supports("sse2");
}

const struct bli_kernel bli_kernel_sse2 = KERNEL_DEFINE("sse2");
