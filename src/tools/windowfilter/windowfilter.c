/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-windowfilter(1): designs, measures and draws filters for bli-resample(1) and the rate plugin. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "design.h"
#include "filterfile.h"
#include "options.h"
#include "plot.h"
#include "response.h"
#include "shared/commandline.h"
#include "shared/newfile.h"
#include "tablefile.h"

/* A table and, if it was measured, its response. */
struct filter {
	struct bli_filter_table table;
	struct response response;		/* empty where it was not */
	struct response_measures measures;
};

static void filter_free(struct filter *filter)
{
	response_free(&filter->response);
	bli_filter_table_free(&filter->table);
}

/* Complain about what is not the command line's fault: EXIT_FAILURE. */
#define fail(...) (commandline_complain(__VA_ARGS__), EXIT_FAILURE)

static int fail_existing(const char *path)
{
	return fail("%s: exists already; -y replaces it", path);
}

static int choose_design(struct options *options)
{
	const struct response_bands *bands = &options->bands;
	int err = design_meet(&options->design, bands, options->attenuation_db);

	if (err == -ERANGE)
		return commandline_complain("--passband %g --stopband %g: so close together take an Nmult above %d",
					    bands->passband, bands->stopband, BLI_FILTER_NMULT_MAX);
	if (err == -ENOMEM)
		return fail("--passband %g --stopband %g: not enough memory for this filter", bands->passband,
			    bands->stopband);
	if (err)
		return commandline_complain("--attenuation %g: out of range; allowed: %g to %g dB",
					    options->attenuation_db, DESIGN_ATTENUATION_MIN_DB,
					    DESIGN_ATTENUATION_MAX_DB);
	return 0;
}

/* A frequency, in Hz too where the rate is known. */
static void print_frequency(const char *before, double fraction, double rate_hz)
{
	printf("%s%.6f of Nyquist", before, fraction);
	if (rate_hz > 0)
		printf(", %.1f Hz", fraction * rate_hz / 2);
	putchar('\n');
}

static void print_measures(const struct response_measures *measures, double rate_hz)
{
	if (measures->has_passband) {
		printf("passband ripple       %.6g dB", measures->passband_ripple_db);
		print_frequency(", 0 to ", measures->bands.passband, rate_hz);
	} else {
		printf("passband ripple       none: the transition reaches down to 0 Hz\n");
	}
	print_frequency("-3 dB                 ", measures->minus_3_db, rate_hz);
	print_frequency("-6 dB                 ", measures->minus_6_db, rate_hz);
	if (measures->has_bands) {
		printf("stopband attenuation  %.3f dB", measures->stopband_attenuation_db);
		print_frequency(", from ", measures->bands.stopband, rate_hz);
		print_frequency("transition width      ", measures->transition_width, rate_hz);
	} else {
		printf("stopband attenuation  none: the filter has no stopband\n");
	}
}

/* The response of filter->table.  Returns 0 or EXIT_FAILURE. */
static int measure(const struct options *options, struct filter *filter)
{
	response_free(&filter->response);
	if (response_compute(&filter->response, &filter->table) < 0)
		return fail("Nmult %u: not enough memory for the response", filter->table.nmult);
	response_measure(&filter->measures, &filter->response, &filter->table,
			 options->bands_given ? &options->bands : NULL);
	return 0;
}

static int draw(const struct options *options, const struct filter *filter)
{
	char message[512];
	char *drawing;
	size_t bytes;
	int err;

	if (newfile_check(options->plot, options->overwrite) < 0)
		return fail_existing(options->plot);
	if (plot_response(options->plot, &filter->table, &filter->response, &filter->measures, &drawing, &bytes,
			  message, sizeof(message)) < 0)
		return fail("%s", message);
	err = newfile_write(options->plot, drawing, bytes, options->overwrite);
	free(drawing);
	return err ? fail("%s: %s", options->plot, strerror(-err)) : 0;
}

/* --measure and --plot. */
static int show(const struct options *options, const struct filter *filter)
{
	if (options->measure)
		print_measures(&filter->measures, options->rate_hz);
	return options->plot ? draw(options, filter) : 0;
}

static int write_filter(const struct options *options, const struct bli_filter_table *table, const char *path)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);
	int err = stream ? tablefile_write(table, stream) : -errno;

	if (stream && fclose(stream) != 0 && !err)
		err = -errno;
	if (!err)
		err = newfile_write(path, text, bytes, options->overwrite);
	free(text);
	if (err == -EEXIST)
		return fail_existing(path);
	return err ? fail("%s: %s", path, strerror(-err)) : 0;
}

static int examine_file(struct options *options)
{
	struct filter filter = { .response = { .points = 0 } };
	char message[512];
	int status;

	if (bli_filterfile_read(&filter.table, options->input, message, sizeof(message)) < 0)
		return fail("%s", message);
	if (!options->plot)
		options->measure = true;
	status = measure(options, &filter);
	if (!status)
		status = show(options, &filter);
	filter_free(&filter);
	return status;
}

/*
 * The table, measured where that is of use: of integers unless asked
 * otherwise, or unless these cannot hold the attenuation asked for.
 */
static int make_filter(const struct options *options, struct filter *filter, const char *path)
{
	int err = design_table(&options->design, &filter->table, !options->precise), status;
	double integers_db;

	if (err)
		return fail("%s: %s", path, strerror(-err));
	if (!options->measure && !options->plot && !options->bands_given)
		return 0;
	status = measure(options, filter);
	integers_db = filter->measures.stopband_attenuation_db;
	if (status || !options->bands_given || options->precise || integers_db >= options->attenuation_db)
		return status;
	if (options->integers) {
		commandline_complain("--attenuation %g: the 16-bit table ends at %.1f dB", options->attenuation_db,
				     integers_db);
		return 0;
	}
	commandline_complain("--attenuation %g: a 16-bit table ends at %.1f dB, so these are decimal fractions; "
			     "--integers keeps 16 bits", options->attenuation_db, integers_db);
	bli_filter_table_free(&filter->table);
	err = design_table(&options->design, &filter->table, false);
	return err ? fail("%s: %s", path, strerror(-err)) : measure(options, filter);
}

static int design(struct options *options)
{
	bool ask = !options_any_parameter(options) && !options->bands_given && !options->output;
	struct filter filter = { .response = { .points = 0 } };
	char reason[128], default_name[32];
	const char *path = options->output ? options->output : default_name;
	int status = options->bands_given ? choose_design(options) : 0;

	if (status)
		return status;
	if (ask && parameter_ask(&options->design, reason, sizeof(reason)) < 0)
		return fail("standard input: %s", reason);
	snprintf(default_name, sizeof(default_name), "F%uT8.filter", options->design.nmult);
	if (newfile_check(path, options->overwrite) < 0)
		return fail_existing(path);

	/* the drawing first, so that nothing is written without gnuplot */
	status = make_filter(options, &filter, path);
	if (!status)
		status = show(options, &filter);
	if (!status)
		status = write_filter(options, &filter.table, path);
	if (!status && ask)
		printf("%s: Length %zu, ScaleFactor %.0f\n", path, filter.table.length, filter.table.scale);
	filter_free(&filter);
	return status;
}

int main(int argc, char *argv[])
{
	struct options options;
	int status = options_parse(&options, argc, argv);

	if (status < 0)
		status = options.input ? examine_file(&options) : design(&options);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_SUCCESS)
		status = fail("standard output: %s", strerror(errno));
	return status;
}
