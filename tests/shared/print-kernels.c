/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the names of the kernels that run here, best first: values for BLI_KERNEL. */
#include "kernel.h"

#include <stdio.h>

int main(void)
{
	const struct bli_kernel *kernel;

	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		puts(kernel->name);
	return 0;
}
