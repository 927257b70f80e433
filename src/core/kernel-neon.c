/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define KERNEL neon
#define VECTOR_BYTES 16
#define REVERSE_PAIRS
#ifdef __aarch64__
#define LOOPS_OF_KERNEL_C
#define VECTOR_ACCUMULATORS 16
#define LANE_MULTIPLY
#else
#define VECTOR_ACCUMULATORS 8 /* of 16 registers */
#endif
#define VECTOR_MULTIPLY_ADD_COST 1.1
/*
 * Processors in order wait for the second-level cache, which is taken to give 8 bytes a cycle.  Their rows take longer
 * than banded.c counts: 3 times as long on the Cortex-A53, 11 times on the A7 (make bench-foreign).
 */
#ifdef __aarch64__
#define VECTOR_BYTES_PER_DELAY 24
#else
#define VECTOR_BYTES_PER_DELAY 88
#endif
#ifndef __aarch64__
#define SPECTRUM_VECTORS
#include "sample-neon.h"
#endif
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
