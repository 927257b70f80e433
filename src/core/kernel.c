/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "kernel.h"

#include <string.h>

/* best first */
static const struct bli_kernel *const kernels[] = {
#ifdef BLI_KERNEL_AVX512
	&bli_kernel_avx512,
#endif
#ifdef BLI_KERNEL_AVX2
	&bli_kernel_avx2,
#endif
#ifdef BLI_KERNEL_SSE2
	&bli_kernel_sse2,
#endif
#ifdef BLI_KERNEL_NEON
	&bli_kernel_neon,
#endif
	&bli_kernel_c,
};

const struct bli_kernel *bli_kernel_nth(unsigned n)
{
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (kernels[i]->supported() && n-- == 0)
			return kernels[i];
	return NULL;
}

const struct bli_kernel *bli_kernel_find(const char *name)
{
	const struct bli_kernel *kernel;

	if (!name || !*name)
		return bli_kernel_nth(0);
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		if (strcmp(kernel->name, name) == 0)
			return kernel;
	return NULL;
}
