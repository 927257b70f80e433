/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/gnuplot.h"

/* One curve of `low_db` or more from 0 to `end`, as a gnuplot data block of the given name. */
static void write_curve(FILE *script, const char *name, const struct response *response,
			double end, double low_db)
{
	fprintf(script, "$%s << EOD\n", name);
	for (size_t k = 0; k < response->points && (double)k * response->step <= end; k++)
		fprintf(script, "%.8g %.8g\n", (double)k * response->step,
			fmax(response_db(response->gains[k]), low_db));
	fprintf(script, "EOD\n");
}

static void write_script(FILE *script, const char *path, const struct bli_filter_table *table,
			 const struct response *response, const struct response_measures *measures)
{
	double attenuation = measures->has_bands ? measures->stopband_attenuation_db : 60;
	double low_db = -20 * ceil((attenuation + 30) / 20);
	double end = 2;

	if (measures->has_bands)
		end = fmin(fmax(2, 2 * measures->bands.stopband), table->per_crossing);
	gnuplot_begin(script, path, 900, measures->has_passband ? 800 : 450);
	fprintf(script, "set multiplot layout %d,1 title 'Nmult %u, Length %zu, %s'\n",
		measures->has_passband ? 2 : 1, table->nmult, table->length,
		table->integers ? "16-bit integers" : "decimal fractions");
	fprintf(script, "set grid linetype 1 linewidth 1 linecolor rgb '#dddddd'\n"
		"set ylabel 'gain (dB)'\nset format y '%%.10g'\n");
	fprintf(script, "set xlabel 'frequency (fraction of the Nyquist frequency)'\n");
	write_curve(script, "response", response, end, low_db);
	fprintf(script, "set xrange [0:%.8g]\nset yrange [%g:10]\n", end, low_db);
	fprintf(script, "plot $response with lines linecolor rgb '#0072B2' notitle\n");
	if (measures->has_passband) {
		double edge = measures->bands.passband;

		write_curve(script, "passband", response, edge, low_db);
		fprintf(script, "set xrange [0:%.8g]\nset yrange [*:*]\n", edge);
		fprintf(script, "set title 'passband' offset 0,-0.7\n"
			"plot $passband with lines linewidth 1.5 linecolor rgb '#0072B2' notitle\n");
	}
	fprintf(script, "unset multiplot\n");
}

int plot_response(const char *path, const struct bli_filter_table *table, const struct response *response,
		  const struct response_measures *measures, char **drawing, size_t *bytes, char *message,
		  size_t message_size)
{
	FILE *script = tmpfile();
	int err = script ? 0 : -errno;

	*drawing = NULL;
	*bytes = 0;
	if (err) {
		snprintf(message, message_size, "gnuplot: %s", strerror(-err));
		return err;
	}
	write_script(script, path, table, response, measures);
	err = gnuplot_run(script, drawing, bytes, message, message_size);
	fclose(script);
	return err;
}
