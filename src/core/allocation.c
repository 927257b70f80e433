/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "allocation.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *bli_allocate_zeroed(size_t count, size_t size, size_t *bytes)
{
	size_t taken;
	void *memory;

	if (__builtin_mul_overflow(count, size, &taken) || taken > SIZE_MAX - BLI_ALIGNMENT)
		return NULL;
	taken = (taken + BLI_ALIGNMENT - 1) / BLI_ALIGNMENT * BLI_ALIGNMENT;
	memory = aligned_alloc(BLI_ALIGNMENT, taken);
	if (memory) {
		memset(memory, 0, taken);
		*bytes += taken;
	}
	return memory;
}
