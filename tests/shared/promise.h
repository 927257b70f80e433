/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a fuzz target asserts, in any build: a fuzzer takes the abort for its finding. */
#ifndef BLI_PROMISE_H
#define BLI_PROMISE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void promise_require(bool claim, const char *text, const char *file, int line)
{
	if (!claim) {
		fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, text);
		abort();
	}
}

#define REQUIRE(claim) promise_require((claim), #claim, __FILE__, __LINE__)

#endif
