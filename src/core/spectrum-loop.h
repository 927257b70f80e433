/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Products of spectra (see kernel.h).  Included by every kernel's file once per
 * VALUE (float or double), with NAME(x) and LINKAGE (static or extern) defined,
 * so that each instruction set gets its own vectors.  With SPECTRUM_VECTORS,
 * where the compiler may not make them, those of LANES floats are written out.
 */

/* Both parts are complete before either is stored, or the factors would be loaded again. */
#define SPECTRUM_PRODUCT(TYPE)								\
	do {										\
		const TYPE a = *(const TYPE *)(re + i), b = *(const TYPE *)(im + i);	\
		const TYPE c = *(const TYPE *)(factor_re + i), d = *(const TYPE *)(factor_im + i);	\
		TYPE product_re = a * c - b * d, product_im = a * d + b * c;		\
											\
		if (onto) {								\
			product_re += *(const TYPE *)(out_re + i);			\
			product_im += *(const TYPE *)(out_im + i);			\
		}									\
		*(TYPE *)(out_re + i) = product_re;					\
		*(TYPE *)(out_im + i) = product_im;					\
	} while (0)

static inline __attribute__((always_inline)) void
NAME(multiply_all)(const VALUE *restrict re, const VALUE *restrict im, const VALUE *restrict factor_re,
		   const VALUE *restrict factor_im, VALUE *restrict out_re, VALUE *restrict out_im, size_t count,
		   const bool onto)
{
	size_t i = 0;

#if defined(SPECTRUM_VECTORS) && VALUE_BYTES == 4
	for (; i + LANES <= count; i += LANES)
		SPECTRUM_PRODUCT(NAME(unaligned));
#endif
	for (; i < count; i++)
		SPECTRUM_PRODUCT(VALUE);
}

#undef SPECTRUM_PRODUCT

LINKAGE bli_kernel_multiply NAME(multiply);
void NAME(multiply)(const void *const *in, const void *const *factor, void *const *out, size_t count, bool onto)
{
	if (onto)
		NAME(multiply_all)(in[0], in[1], factor[0], factor[1], out[0], out[1], count, true);
	else
		NAME(multiply_all)(in[0], in[1], factor[0], factor[1], out[0], out[1], count, false);
}
