/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of samples share: every kernel in both precisions, and every
 * integer format.
 */
#ifndef SAMPLEHELP_H
#define SAMPLEHELP_H

#include "corehelp.h"
#include "kernel.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A kernel in one precision, and how it loads and stores. */
struct variant {
	const struct bli_kernel *kernel;
	enum bli_precision precision;
};

static inline size_t sample_load(const struct variant *variant, const struct bli_format *format, void *values,
				 const void *samples, ptrdiff_t step, size_t frames)
{
	return variant->kernel->load[variant->precision](format, values, samples, step, frames);
}

static inline size_t sample_store(const struct variant *variant, const struct bli_format *format, void *samples,
				  ptrdiff_t step, const void *values, size_t frames, double *peak)
{
	return variant->kernel->store[variant->precision](format, samples, step, values, frames, peak);
}

/* The n-th of all kernels in both precisions; false behind the last. */
static inline bool each_variant(unsigned n, struct variant *variant)
{
	variant->kernel = bli_kernel_nth(n / BLI_PRECISIONS);
	variant->precision = n % BLI_PRECISIONS;
	return variant->kernel != NULL;
}

/* Integer formats: sample bits, bytes in memory. */
static const struct { unsigned char bits, bytes; } sample_sizes[] = {
	{ 8, 1 }, { 16, 2 }, { 18, 3 }, { 18, 4 }, { 20, 3 }, { 20, 4 }, { 24, 3 }, { 24, 4 }, { 32, 4 },
};

/* The n-th of every size, signed and unsigned, in both byte orders; false behind the last. */
static inline bool each_format(unsigned n, struct bli_format *format)
{
	if (n >= 4 * COUNT(sample_sizes))
		return false;
	*format = (struct bli_format){ sample_sizes[n / 4].bytes, sample_sizes[n / 4].bits, n & 1, n & 2, false };
	return true;
}

#endif
