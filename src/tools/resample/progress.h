/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line on a terminal that says how far a file has come; nothing anywhere else. */
#ifndef BLI_PROGRESS_H
#define BLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool visible;
	bool drawn;
	const char *name;
	int64_t frames;			/* in all; -1: not known */
	double rate_hz;
	struct timespec started, shown;
};

/* Begins a line for a file of `frames` frames (-1: not known) on standard error, if that is a terminal. */
void progress_begin(struct progress *progress, const char *name, int64_t frames, double rate_hz, bool wanted);

/* Draws it anew with so many frames done, ten times a second at most. */
void progress_show(struct progress *progress, int64_t done);

/* Erases it, so that other lines can be written. */
void progress_end(struct progress *progress);

#endif
