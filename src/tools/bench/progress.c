/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void progress_begin(struct progress *progress, size_t steps, double later_s)
{
	*progress = (struct progress){
		.shown = isatty(STDERR_FILENO), .start_s = now_s(), .steps = steps, .later_s = later_s,
	};
}

void progress_step(struct progress *progress, const char *doing, const char *name)
{
	double spent_s = now_s() - progress->start_s;
	size_t done = progress->done++;

	if (!progress->shown)
		return;
	fprintf(stderr, "\r%s %s (%zu of %zu)", doing, name, done + 1, progress->steps);
	/* the steps so far predict the rest */
	if (done > 0)
		fprintf(stderr, ", about %.0f s left", ceil(spent_s / (double)done * (double)(progress->steps - done) +
							    progress->later_s));
	fprintf(stderr, "\033[K");
	fflush(stderr);
}

void progress_end(const struct progress *progress)
{
	if (!progress->shown)
		return;
	fprintf(stderr, "\r\033[K");
	fflush(stderr);
}
