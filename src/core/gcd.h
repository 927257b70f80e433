/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BLI_GCD_H
#define BLI_GCD_H

#include <stdint.h>

/* The greatest common divisor of two numbers, not both 0. */
static inline uint64_t bli_gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

#endif
