/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where names of points in a plot can stand without covering each other or the points. */
#ifndef BLI_BENCH_LABELS_H
#define BLI_BENCH_LABELS_H

#include <stdbool.h>
#include <stddef.h>

/* Lengths are in pixels, x to the right and y upwards from the corner of the plot. */
struct label {
	double point_x, point_y;
	double width, height;	/* of the text */
	/* set by labels_place(): */
	double x, y;		/* the text's lower left corner */
	bool is_far;		/* so far from its point that a line should join them */
};

/*
 * Place labels[count] in a plot of plot_width × plot_height, each beside its
 * point where there is room and otherwise above or below that.  They do not
 * overlap unless the plot is full.
 */
void labels_place(struct label *labels, size_t count, double plot_width, double plot_height);

#endif
