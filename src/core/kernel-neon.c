/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define KERNEL neon
#define VECTOR_BYTES 16
#ifdef __aarch64__
#define LOOPS_OF_KERNEL_C
#define VECTOR_ACCUMULATORS 16
#else
#define VECTOR_ACCUMULATORS 8 /* of 16 registers */
#endif
#define VECTOR_MULTIPLY_ADD_COST 1.1
#include "kernel-vector.h"

#ifdef __aarch64__

/* Advanced SIMD is part of every aarch64 processor that runs a general-purpose system */
static bool supported(void)
{
	return true;
}

#else

#include <asm/hwcap.h>
#include <sys/auxv.h>

/* 32 bits: with fused multiply-adds, as in every processor since the Cortex-A5 and A7; it has no vectors of doubles */
static bool supported(void)
{
	unsigned long needed = HWCAP_NEON | HWCAP_VFPv4;

	return (getauxval(AT_HWCAP) & needed) == needed;
}

#endif

const struct bli_kernel bli_kernel_neon = KERNEL_DEFINE("neon");
