/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labels.h"

#include <math.h>

#define POINT_RADIUS 5
#define GAP 8	/* between a point and its text */

struct box {
	double left, right, low, high;
};

static struct box text_box(const struct label *label)
{
	return (struct box){ label->x, label->x + label->width, label->y, label->y + label->height };
}

static double overlap(const struct box *a, const struct box *b)
{
	double width = fmin(a->right, b->right) - fmax(a->left, b->left);
	double height = fmin(a->high, b->high) - fmax(a->low, b->low);

	return width > 0 && height > 0 ? width * height : 0;
}

/* How much of the area of labels[n] is covered by points and earlier labels or lies outside the plot. */
static double conflict(const struct label *labels, size_t n, size_t count, double plot_width, double plot_height)
{
	struct box text = text_box(&labels[n]), plot = { 0, plot_width, 0, plot_height };
	double area = labels[n].width * labels[n].height - overlap(&text, &plot);

	for (size_t i = 0; i < count; i++) {
		const struct label *other = &labels[i];
		struct box point = { other->point_x - POINT_RADIUS, other->point_x + POINT_RADIUS,
				     other->point_y - POINT_RADIUS, other->point_y + POINT_RADIUS };

		area += overlap(&text, &point);
		if (i < n) {
			struct box taken = text_box(other);

			area += overlap(&text, &taken);
		}
	}
	return area;
}

/* Candidates in the order of preference: right, left, then both one line up, one down, two up … */
static void set_candidate(struct label *label, unsigned candidate)
{
	double lines = (candidate / 2 + 1) / 2 * (candidate / 2 % 2 ? 1.0 : -1.0);

	label->x = candidate % 2 ? label->point_x - GAP - label->width : label->point_x + GAP;
	label->y = label->point_y - label->height / 2 + lines * label->height;
	label->is_far = fabs(lines) > 1;
}

void labels_place(struct label *labels, size_t count, double plot_width, double plot_height)
{
	for (size_t n = 0; n < count; n++) {
		unsigned candidates = 4 * (unsigned)(plot_height / labels[n].height) + 4, best = 0;
		double least = INFINITY;

		for (unsigned candidate = 0; candidate < candidates && least > 0; candidate++) {
			double area;

			set_candidate(&labels[n], candidate);
			area = conflict(labels, n, count, plot_width, plot_height);
			if (area < least - 1e-9) {
				least = area;
				best = candidate;
			}
		}
		set_candidate(&labels[n], best);
	}
}
