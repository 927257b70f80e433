/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is being done and how long it will take, on a terminal only: a pipe gets the results and nothing else. */
#ifndef BLI_BENCH_PROGRESS_H
#define BLI_BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
	bool shown;		/* standard error is a terminal */
	double start_s;
	size_t done, steps;	/* of the current kind */
	double later_s;		/* what the kinds to come are expected to take */
};

/* Begin `steps` steps of one kind; what comes after them is expected to take later_s seconds. */
void progress_begin(struct progress *progress, size_t steps, double later_s);

/* Show a step that begins: "DOING NAME (3 of 9), about 12 s left". */
void progress_step(struct progress *progress, const char *doing, const char *name);

/* Clear the line. */
void progress_end(const struct progress *progress);

#endif
