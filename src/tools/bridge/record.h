/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: deviation and latency over a run, as a table for programs and as a drawing for people. */
#ifndef BLI_BRIDGE_RECORD_H
#define BLI_BRIDGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define RECORD_POINTS 4096	/* of a drawing; a longer run has several intervals in one */

struct record_point {
	double time;	/* from the start, s */
	double ppm, latency_ms, least_ms, most_ms, margin_ms;
	unsigned xruns;	/* of both sides, since the start */
};

struct record {
	FILE *table;		/* NULL: none */
	const char *table_path, *drawing_path;	/* NULL: none */
	bool overwrite;
	struct record_point *points;	/* [RECORD_POINTS], NULL without a drawing */
	size_t count;
	unsigned each, pending;		/* a point is made of so many intervals; those of the next one so far */
};

/*
 * Begin a table and a drawing, each unless its path is NULL; what exists is
 * kept unless `overwrite`.  Returns 0, or EXIT_FAILURE after a complaint;
 * record_end() is harmless then.
 */
int record_begin(struct record *record, const char *table_path, const char *drawing_path, bool overwrite);

/* What an interval has brought.  Allocates nothing. */
void record_add(struct record *record, const struct record_point *point);

/* End the table and make the drawing.  Returns 0, or EXIT_FAILURE after a complaint.  Harmless on all zeros. */
int record_end(struct record *record);

#endif
