/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "record.h"
#include "shared/commandline.h"
#include "shared/gnuplot.h"
#include "shared/newfile.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define fail(...) (commandline_complain(__VA_ARGS__), EXIT_FAILURE)

static int begin_table(struct record *record)
{
	record->table = fopen(record->table_path, record->overwrite ? "we" : "wxe");
	if (!record->table)
		return errno == EEXIST ? fail("%s: exists already; -y replaces it", record->table_path) :
			fail("%s: %s", record->table_path, strerror(errno));
	fputs("time_s,ppm,latency_ms,latency_least_ms,latency_most_ms,margin_ms,xruns\n", record->table);
	fflush(record->table);
	return 0;
}

int record_begin(struct record *record, const char *table_path, const char *drawing_path, bool overwrite)
{
	*record = (struct record){
		.table_path = table_path, .drawing_path = drawing_path, .overwrite = overwrite, .each = 1,
	};
	if (drawing_path) {
		if (newfile_check(drawing_path, overwrite) < 0)
			return fail("%s: exists already; -y replaces it", drawing_path);
		record->points = calloc(RECORD_POINTS, sizeof(*record->points));
		if (!record->points)
			return fail("not enough memory");
	}
	return table_path ? begin_table(record) : 0;
}

/* Add an interval to those of a point; the latest of what is not a mean or a limit. */
static void merge(struct record_point *into, const struct record_point *from, double weight)
{
	into->time = from->time;
	into->ppm += weight * (from->ppm - into->ppm);
	into->latency_ms += weight * (from->latency_ms - into->latency_ms);
	into->least_ms = fmin(into->least_ms, from->least_ms);
	into->most_ms = fmax(into->most_ms, from->most_ms);
	into->margin_ms = fmin(into->margin_ms, from->margin_ms);
	into->xruns = from->xruns;
}

/* Half as many points, each of twice as many intervals. */
static void halve(struct record *record)
{
	for (size_t i = 0; i < RECORD_POINTS / 2; i++) {
		record->points[i] = record->points[2 * i];
		merge(&record->points[i], &record->points[2 * i + 1], 0.5);
	}
	record->count = RECORD_POINTS / 2;
	record->each *= 2;
}

void record_add(struct record *record, const struct record_point *point)
{
	if (record->table) {
		fprintf(record->table, "%.3f,%.4f,%.5f,%.5f,%.5f,%.3f,%u\n", point->time, point->ppm, point->latency_ms,
			point->least_ms, point->most_ms, point->margin_ms, point->xruns);
		fflush(record->table);
	}
	if (!record->points)
		return;
	if (!record->pending && record->count == RECORD_POINTS)
		halve(record);
	if (!record->pending++)
		record->points[record->count] = *point;
	else
		merge(&record->points[record->count], point, 1.0 / record->pending);
	if (record->pending == record->each) {
		record->count++;
		record->pending = 0;
	}
}

static void write_script(const struct record *record, FILE *script)
{
	gnuplot_begin(script, record->drawing_path, 900, 700);
	fputs("$run << EOD\n", script);
	for (size_t i = 0; i < record->count; i++) {
		const struct record_point *point = &record->points[i];

		fprintf(script, "%.3f %.6f %.6f %.6f %.6f\n", point->time, point->ppm, point->latency_ms,
			point->least_ms, point->most_ms);
	}
	fputs("EOD\n"
	      "set multiplot layout 2,1\n"
	      "set grid linetype 1 linewidth 1 linecolor rgb '#dddddd'\nset format y '%.10g'\nset lmargin 12\n"
	      "set ylabel 'deviation (ppm)'\n"
	      "plot $run using 1:2 with lines linecolor rgb '#0072B2' notitle\n"
	      "set ylabel 'latency (ms)'\nset xlabel 'time (s)'\n"
	      "plot $run using 1:4:5 with filledcurves fillcolor rgb '#cce3f0' notitle, "
	      "$run using 1:3 with lines linecolor rgb '#0072B2' notitle\n"
	      "unset multiplot\n", script);
}

static int draw(const struct record *record)
{
	FILE *script = tmpfile();
	char message[512], *drawing;
	size_t bytes;
	int error;

	if (!script)
		return fail("%s: %s", record->drawing_path, strerror(errno));
	write_script(record, script);
	error = gnuplot_run(script, &drawing, &bytes, message, sizeof(message));
	fclose(script);
	if (error)
		return fail("%s", message);
	error = newfile_write(record->drawing_path, drawing, bytes, record->overwrite);
	free(drawing);
	return error ? fail("%s: %s", record->drawing_path, strerror(-error)) : 0;
}

int record_end(struct record *record)
{
	int status = 0;

	if (record->table && (ferror(record->table) | fclose(record->table)))
		status = fail("%s: not all could be written", record->table_path);
	record->table = NULL;
	if (record->points && record->count > 1)
		status |= draw(record);
	else if (record->points)
		status = fail("%s: not drawn; the run was too short", record->drawing_path);
	free(record->points);
	record->points = NULL;
	return status;
}
