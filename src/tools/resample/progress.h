/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line on a terminal that says how far all files have come; nothing anywhere else. */
#ifndef BLI_PROGRESS_H
#define BLI_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Shared by the threads that convert. */
struct progress {
	pthread_mutex_t lock;
	bool visible, drawn;
	int files, finished;
	double begun;		/* Σ of how far the files that are being converted are, 0 … 1 each */
	double seconds;		/* of sound, converted so far */
	struct timespec started, shown;
};

/* One file, a part of it. */
struct progress_file {
	struct progress *all;
	const char *name;
	int64_t frames;		/* in all; -1: not known */
	double rate_hz;
	double part, seconds;	/* what of it is in the sums */
};

/* Begins a line for so many files on standard error, if that is a terminal and the line is wanted. */
void progress_open(struct progress *progress, int files, bool wanted);

/* End: once for every progress_open(). */
void progress_close(struct progress *progress);

/* A file of `frames` frames (-1: not known) begins. */
void progress_begin(struct progress_file *file, struct progress *progress, const char *name, int64_t frames,
		    double rate_hz);

/* So many of its frames are done; draws the line anew, ten times a second at most. */
void progress_show(struct progress_file *file, int64_t done);

/* The file has ended. Erases the line, so that others can be written. */
void progress_end(struct progress_file *file);

#endif
