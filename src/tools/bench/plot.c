/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plot.h"

#include "shared/gnuplot.h"
#include "shared/newfile.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The curves of all converters: for each its data block, named by its place among the results. */
static void write_curves(FILE *script, const char *prefix, const struct bench_result *results, size_t count,
			 const double *(*x)(const struct bench_result *), const double *(*y)(const struct bench_result *),
			 size_t points)
{
	for (size_t i = 0; i < count; i++) {
		if (results[i].error[0])
			continue;
		fprintf(script, "$%s%zu << EOD\n", prefix, i);
		for (size_t k = 0; k < points; k++)
			if (isfinite(y(&results[i])[k]))
				fprintf(script, "%.6f %.6f\n", x(&results[i])[k], y(&results[i])[k]);
		fprintf(script, "EOD\n");
	}
}

static const double *response_x(const struct bench_result *result)
{
	return result->quality.fractions;
}

static const double *response_y(const struct bench_result *result)
{
	return result->quality.gains_db;
}

static const double *rejection_x(const struct bench_result *result)
{
	(void)result;
	return bench_beyond;
}

static const double *rejection_y(const struct bench_result *result)
{
	return result->quality.rejection_db;
}

/* Twelve colours and four dashes tell 48 converters apart. */
static void write_plot(FILE *script, const char *prefix, const struct bench_result *results, size_t count,
		       const char *style)
{
	const char *separator = "plot ";

	for (size_t i = 0; i < count; i++) {
		if (results[i].error[0])
			continue;
		fprintf(script, "%s$%s%zu with %s linestyle %zu dashtype %zu title '%s'", separator, prefix, i, style,
			i % 12 + 1, i / 12 % 4 + 1, results[i].name);
		separator = ", \\\n  ";
	}
	fprintf(script, "\n");
}

static void write_speed(FILE *script, const struct bench_result *results, size_t count)
{
	fprintf(script, "$speed << EOD\n");
	for (size_t i = 0; i < count; i++)
		if (!results[i].error[0])
			fprintf(script, "%.4f %.3f \"%s\"\n",
				bench_quantile(results[i].ns_per_frame, results[i].rounds, 0.5),
				results[i].quality.worst_snr_db, results[i].name);
	fprintf(script, "EOD\n"
		"set logscale x\nset key off\nset offsets graph 0.05, graph 0.15, graph 0.05, graph 0.05\n"
		"set xlabel 'CPU time per output frame (ns)'\nset ylabel 'worst SNR (dB)'\n"
		"plot $speed using 1:2 with points pointtype 7, "
		"$speed using 1:2:3 with labels left offset 0.7,0.2 font ',10'\n"
		"unset logscale x\nset offsets\n");
}

static void write_script(FILE *script, const struct bench_settings *settings, const struct bench_result *results,
			 size_t count)
{
	const struct bli_ratehost_setup *setup = &settings->setup;
	size_t drawn = 0, aliased = 0;

	for (size_t i = 0; i < count; i++) {
		drawn += !results[i].error[0];
		aliased += !results[i].error[0] && isfinite(results[i].quality.worst_rejection_db);
	}
	fprintf(script, "set terminal svg size 1000,%d noenhanced background 'white'\n", aliased ? 1350 : 900);
	for (int k = 1; k <= 12; k++)	/* hues around the circle, light and dark in turn */
		fprintf(script, "set style line %d linewidth 1.5 linecolor rgb hsv2rgb(%.4f, 0.9, %.2f)\n", k,
			(k - 1) / 12.0, k % 2 ? 0.85 : 0.6);
	fprintf(script, "set multiplot layout %d,1 title '%u to %u Hz, periods of %zu to %zu frames, %u channels'\n",
		aliased ? 3 : 2, setup->in_rate_hz, setup->out_rate_hz, setup->in_period_frames,
		setup->out_period_frames, setup->channels);
	fprintf(script, "set grid\n");
	if (drawn) {
		write_speed(script, results, count);
		write_curves(script, "response", results, count, response_x, response_y, BENCH_RESPONSE);
		fprintf(script, "set key outside right\nset xlabel 'frequency (fraction of the lower Nyquist frequency)'\n"
			"set ylabel 'gain (dB)'\nset xrange [0.4:1]\nset yrange [-12:1]\n");
		write_plot(script, "response", results, count, "lines");
	}
	if (aliased) {
		write_curves(script, "beyond", results, count, rejection_x, rejection_y, BENCH_REJECTIONS);
		fprintf(script, "set xlabel 'frequency of the %s (lower Nyquist frequencies)'\n"
			"set ylabel 'what comes out (dB)'\nset xrange [1:1.55]\nset yrange [*:0]\n",
			setup->out_period_frames < setup->in_period_frames ? "tone" : "image");
		write_plot(script, "beyond", results, count, "linespoints");
	}
	fprintf(script, "unset multiplot\n");
}

int bench_plot(const char *path, const struct bench_settings *settings, const struct bench_result *results,
	       size_t count, char *message, size_t size)
{
	FILE *script = tmpfile();
	int error = script ? 0 : -errno;
	char *drawing;
	size_t bytes;

	if (error) {
		snprintf(message, size, "a temporary file: %s", strerror(-error));
		return error;
	}
	write_script(script, settings, results, count);
	error = gnuplot_run(script, &drawing, &bytes, message, size);
	fclose(script);
	if (error)
		return error;
	error = newfile_write(path, drawing, bytes, true);
	free(drawing);
	if (error)
		snprintf(message, size, "%s", strerror(-error));
	return error;
}
