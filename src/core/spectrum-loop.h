/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Products of spectra (see kernel.h).  Included by every kernel's file once per
 * VALUE (float or double), with NAME(x) and LINKAGE (static or extern) defined,
 * so that each instruction set gets its own vectors.
 */

LINKAGE bli_kernel_multiply NAME(multiply);
void NAME(multiply)(const void *const *in, const void *const *factor, void *const *out, size_t count, bool onto)
{
	const VALUE *restrict a = in[0], *restrict b = in[1], *restrict c = factor[0], *restrict d = factor[1];
	VALUE *restrict real = out[0], *restrict imaginary = out[1];

	if (onto)
		for (size_t i = 0; i < count; i++) {
			real[i] += a[i] * c[i] - b[i] * d[i];
			imaginary[i] += a[i] * d[i] + b[i] * c[i];
		}
	else
		for (size_t i = 0; i < count; i++) {
			real[i] = a[i] * c[i] - b[i] * d[i];
			imaginary[i] = a[i] * d[i] + b[i] * c[i];
		}
}
