/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plot.h"

#include "judgement.h"
#include "labels.h"
#include "shared/gnuplot.h"
#include "shared/newfile.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1000
#define PANEL_HEIGHT 440
#define TITLE_HEIGHT 50
#define LEFT 80			/* margins of a panel, pixels */
#define RIGHT 20
#define LEGEND 190		/* more at the right where a legend stands */
#define ABOVE 12
#define BELOW 58
#define CHARACTER_WIDTH 9	/* of labels, at most on average */
#define LINE_HEIGHT 18

/*
 * After M. Okabe and K. Ito, "Color universal design" (2008): told apart by every
 * eye; brown stands for their yellow, which white swallows.
 */
static const char *const colours[] = {
	"#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C510A",
};

#define COLOURS (sizeof(colours) / sizeof(*colours))
#define OTHERS "#999999"

/* The results in a drawing: all are points, the first few curves as well. */
struct drawing {
	FILE *script;
	const struct bench_settings *settings;
	const struct bench_result **order;	/* [shown] those worth their time first, then by cleanness */
	size_t shown, curves;
	size_t panels;
};

static double median_ns(const struct bench_result *result)
{
	return bench_quantile(result->ns_per_frame, result->rounds, 0.5);
}

/* Those that no other beats come first: they get the colours. */
static void move_better_first(struct drawing *drawing)
{
	const struct bench_result **order = drawing->order;
	const struct bli_ratehost_setup *setup = &drawing->settings->setup;
	size_t first = 0;

	for (size_t i = 0; i < drawing->shown; i++) {
		const struct bench_result *result = order[i];

		if (judgement_better(result, order, drawing->shown, setup))
			continue;
		memmove(order + first + 1, order + first, (i - first) * sizeof(*order));
		order[first++] = result;
	}
	drawing->curves = drawing->shown < COLOURS ? drawing->shown : COLOURS;
}

/* Where the panel of this number, from the top, is; with room for a legend or without. */
static void place_panel(const struct drawing *drawing, size_t panel, bool legend)
{
	double height = TITLE_HEIGHT + (double)drawing->panels * PANEL_HEIGHT;
	double top = height - TITLE_HEIGHT - (double)panel * PANEL_HEIGHT;

	fprintf(drawing->script, "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
		"set tmargin at screen %.5f\nset bmargin at screen %.5f\n", (double)LEFT / WIDTH,
		1 - (double)(RIGHT + (legend ? LEGEND : 0)) / WIDTH, (top - ABOVE) / height,
		(top - PANEL_HEIGHT + BELOW) / height);
}

/* ---- speed -------------------------------------------------------------- */

/* Ranges of the axes, the first logarithmic. */
struct ranges {
	double x_low, x_high, y_low, y_high;
};

static struct ranges find_ranges(const struct drawing *drawing)
{
	struct ranges ranges = { INFINITY, 0, INFINITY, -INFINITY };

	for (size_t i = 0; i < drawing->shown; i++) {
		double ns = median_ns(drawing->order[i]), db = drawing->order[i]->quality.worst_snr_db;

		ranges.x_low = fmin(ranges.x_low, ns / 1.6);
		ranges.x_high = fmax(ranges.x_high, ns * 1.6);
		ranges.y_low = fmin(ranges.y_low, 20 * floor((db - 5) / 20));
		ranges.y_high = fmax(ranges.y_high, 20 * ceil((db + 5) / 20));
	}
	return ranges;
}

static void write_labels(const struct drawing *drawing, const struct ranges *ranges)
{
	struct label *labels = calloc(drawing->shown, sizeof(*labels));
	double width = WIDTH - LEFT - RIGHT, height = PANEL_HEIGHT - ABOVE - BELOW;

	if (!labels)
		return;	/* a drawing without names is better than none */
	for (size_t i = 0; i < drawing->shown; i++) {
		const struct bench_result *result = drawing->order[i];

		labels[i].point_x = width * log(median_ns(result) / ranges->x_low) /
				    log(ranges->x_high / ranges->x_low);
		labels[i].point_y = height * (result->quality.worst_snr_db - ranges->y_low) /
				    (ranges->y_high - ranges->y_low);
		labels[i].width = CHARACTER_WIDTH * (double)strlen(result->name);
		labels[i].height = LINE_HEIGHT;
	}
	labels_place(labels, drawing->shown, width, height);
	for (size_t i = 0; i < drawing->shown; i++) {
		const struct label *label = &labels[i];
		bool is_left = label->x < label->point_x;
		double middle = (label->y + label->height / 2) / height, edge = label->x + (is_left ? label->width : 0);

		fprintf(drawing->script, "set label '%s' at graph %.5f,%.5f %s font ',11' textcolor rgb '%s'\n",
			drawing->order[i]->name, edge / width, middle, is_left ? "right" : "left",
			i < drawing->curves ? colours[i] : "#555555");
		if (label->is_far)
			fprintf(drawing->script, "set arrow from graph %.5f,%.5f to graph %.5f,%.5f nohead "
				"linecolor rgb '#bbbbbb'\n", label->point_x / width, label->point_y / height,
				edge / width, middle);
	}
	free(labels);
}

static void write_speed(const struct drawing *drawing, size_t panel)
{
	struct ranges ranges = find_ranges(drawing);

	place_panel(drawing, panel, false);
	write_labels(drawing, &ranges);
	fprintf(drawing->script, "set logscale x\nset key off\nset xrange [%.5g:%.5g]\nset yrange [%g:%g]\n"
		"set xlabel 'CPU time per output frame (ns)'\nset ylabel 'worst SNR (dB)'\n", ranges.x_low,
		ranges.x_high, ranges.y_low, ranges.y_high);
	for (size_t i = 0; i < drawing->shown; i++)
		fprintf(drawing->script, "$speed%zu << EOD\n%.4f %.3f\nEOD\n", i, median_ns(drawing->order[i]),
			drawing->order[i]->quality.worst_snr_db);
	for (size_t i = 0; i < drawing->shown; i++)
		fprintf(drawing->script, "%s$speed%zu with points pointtype 7 linecolor rgb '%s'",
			i ? ", " : "plot ", i, i < drawing->curves ? colours[i] : OTHERS);
	fprintf(drawing->script, "\nunset logscale x\nunset label\nunset arrow\n");
}

/* ---- curves ------------------------------------------------------------- */

static void write_curve(FILE *script, const char *name, size_t number, const double *x, const double *y, size_t points)
{
	fprintf(script, "$%s%zu << EOD\n", name, number);
	for (size_t k = 0; k < points; k++)
		if (isfinite(y[k]))
			fprintf(script, "%.6f %.6f\n", x[k], y[k]);
	fprintf(script, "EOD\n");
}

static void plot_curves(const struct drawing *drawing, const char *name, const char *style)
{
	for (size_t i = 0; i < drawing->curves; i++)
		fprintf(drawing->script, "%s$%s%zu with %s linewidth 2 linecolor rgb '%s' title '%s'",
			i ? ", " : "plot ", name, i, style, colours[i], drawing->order[i]->name);
	fprintf(drawing->script, "\n");
}

/* The key; where not all have a curve, it says so. */
static void write_key(const struct drawing *drawing)
{
	size_t left_out = drawing->shown - drawing->curves;

	fprintf(drawing->script, "set key on at screen %.5f, graph 1 left top Left reverse samplen 1.5 "
		"spacing 1.2 font ',11'\n", 1 - (double)(RIGHT + LEGEND - 12) / WIDTH);
	if (left_out)
		fprintf(drawing->script, "set label \"%zu more without curves:\\nsee --converters\" "
			"at graph 1.02,0.07 font ',11' textcolor rgb '#555555'\n", left_out);
}

static void write_responses(const struct drawing *drawing, size_t panel)
{
	place_panel(drawing, panel, true);
	write_key(drawing);
	for (size_t i = 0; i < drawing->curves; i++)
		write_curve(drawing->script, "response", i, drawing->order[i]->quality.fractions,
			    drawing->order[i]->quality.gains_db, BENCH_RESPONSE);
	fprintf(drawing->script, "set xlabel 'frequency (fraction of the lower Nyquist frequency)'\n"
		"set ylabel 'gain (dB)'\nset xrange [0.6:1]\nset yrange [-12:1]\n");
	plot_curves(drawing, "response", "lines");
	fprintf(drawing->script, "unset label\n");
}

static void write_rejections(const struct drawing *drawing, size_t panel)
{
	const struct bli_ratehost_setup *setup = &drawing->settings->setup;

	place_panel(drawing, panel, true);
	for (size_t i = 0; i < drawing->curves; i++)
		write_curve(drawing->script, "beyond", i, bench_beyond, drawing->order[i]->quality.rejection_db,
			    BENCH_REJECTIONS);
	fprintf(drawing->script, "set xlabel 'frequency of the %s (lower Nyquist frequencies)'\n"
		"set ylabel 'what comes out (dB)'\nset xrange [1:1.55]\nset yrange [*:0]\n",
		setup->out_period_frames < setup->in_period_frames ? "tone" : "image");
	plot_curves(drawing, "beyond", "linespoints pointtype 7 pointsize 0.7");
}

/* ---- all ---------------------------------------------------------------- */

static void write_script(struct drawing *drawing, const char *path)
{
	const struct bli_ratehost_setup *setup = &drawing->settings->setup;
	size_t rejections = 0;

	for (size_t i = 0; i < drawing->curves; i++)
		rejections += isfinite(drawing->order[i]->quality.worst_rejection_db);
	drawing->panels = rejections ? 3 : 2;
	gnuplot_begin(drawing->script, path, WIDTH, TITLE_HEIGHT + (int)drawing->panels * PANEL_HEIGHT);
	fprintf(drawing->script,
		"set grid linetype 1 linewidth 1 linecolor rgb '#dddddd'\n"
		"set multiplot title '%u to %u Hz, periods of %zu to %zu frames, %u channel%s' font ',15'\n",
		setup->in_rate_hz, setup->out_rate_hz, setup->in_period_frames, setup->out_period_frames,
		setup->channels, setup->channels == 1 ? "" : "s");
	write_speed(drawing, 0);
	write_responses(drawing, 1);
	if (rejections)
		write_rejections(drawing, 2);
	fprintf(drawing->script, "unset multiplot\n");
}

static int draw(struct drawing *drawing, const char *path, char *message, size_t size)
{
	char *picture;
	size_t bytes;
	int err;

	move_better_first(drawing);
	write_script(drawing, path);
	err = gnuplot_run(drawing->script, &picture, &bytes, message, size);
	if (err)
		return err;
	err = newfile_write(path, picture, bytes, true);
	free(picture);
	if (err)
		snprintf(message, size, "%s", strerror(-err));
	return err;
}

int bench_plot(const char *path, const struct bench_settings *settings, const struct bench_result *results,
	       size_t count, char *message, size_t size)
{
	struct drawing drawing = { .script = tmpfile(), .settings = settings };
	int err = drawing.script ? 0 : -errno;

	drawing.order = calloc(count ? count : 1, sizeof(*drawing.order));
	if (!err && !drawing.order)
		err = -ENOMEM;
	if (err) {
		snprintf(message, size, "a temporary file: %s", strerror(-err));
	} else {
		drawing.shown = judgement_sort(drawing.order, results, count);
		if (drawing.shown == 0)
			snprintf(message, size, "nothing was measured");
		err = drawing.shown ? draw(&drawing, path, message, size) : -ENODATA;
	}
	if (drawing.script)
		fclose(drawing.script);
	free(drawing.order);
	return err;
}
