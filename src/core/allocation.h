/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for what runs: zeroed, aligned for vectors, and counted.
 */
#ifndef BLI_ALLOCATION_H
#define BLI_ALLOCATION_H

#include <stddef.h>

#define BLI_ALIGNMENT 64	/* bytes: one vector of 512 bits, and a common line of a cache */

/*
 * Zeroed memory for count × size bytes, aligned to BLI_ALIGNMENT, to be freed by
 * free(); NULL if there is none or the product overflows.  What was taken is
 * added to *bytes.  Not real-time safe.
 */
void *bli_allocate_zeroed(size_t count, size_t size, size_t *bytes);

#endif
