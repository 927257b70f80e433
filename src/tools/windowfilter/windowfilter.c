/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-windowfilter(1): designs, measures and draws filters for bli-resample(1) and the rate plugin. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filterfile.h"
#include "filtertable.h"
#include "shared/newfile.h"
#include "plot.h"
#include "response.h"
#include "shape.h"

#define PROGRAM "bli-windowfilter"
#define EXIT_USAGE 2

/* The command line. */
struct settings {
	struct bli_filter_shape shape;
	bool shape_given[SHAPE_PARAMETERS];
	struct response_bands bands;
	double attenuation_db;
	bool passband_given, stopband_given, attenuation_given;
	bool precise, measure, overwrite;
	const char *output;	/* NULL: F<Nmult>T8.filter */
	const char *plot;	/* NULL: none */
	const char *input;	/* NULL: design a filter */
};

enum option_code {
	OPTION_ROLLOFF = 256, OPTION_BETA, OPTION_NMULT,
	OPTION_PASSBAND, OPTION_STOPBAND, OPTION_ATTENUATION,
	OPTION_PRECISE, OPTION_MEASURE, OPTION_PLOT,
};

static const struct option long_options[] = {
	{ "rolloff", required_argument, NULL, OPTION_ROLLOFF },
	{ "beta", required_argument, NULL, OPTION_BETA },
	{ "nmult", required_argument, NULL, OPTION_NMULT },
	{ "passband", required_argument, NULL, OPTION_PASSBAND },
	{ "stopband", required_argument, NULL, OPTION_STOPBAND },
	{ "attenuation", required_argument, NULL, OPTION_ATTENUATION },
	{ "precise", no_argument, NULL, OPTION_PRECISE },
	{ "output", required_argument, NULL, 'o' },
	{ "overwrite", no_argument, NULL, 'y' },
	{ "measure", no_argument, NULL, OPTION_MEASURE },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n"
	"       " PROGRAM " [--measure] [--plot FILE.svg] FILTERFILE\n"
	"Design a filter and write it as a filter file, or look at an existing one.\n"
	"Without a design or an output on the command line it asks.\n"
	"\n"
	"Design (frequencies are fractions of the lower rate's Nyquist frequency):\n"
	"      --rolloff F          -6 dB point, above 0, at most 1 (0.90)\n"
	"      --beta B             of the Kaiser window, 1 to 100 (9)\n"
	"      --nmult N            length in zero crossings, odd, 3 to 8191 (65)\n"
	"or, all three, instead:\n"
	"      --passband F         end of the passband\n"
	"      --stopband F         start of the stop band\n"
	"      --attenuation DB     of the stop band, 25 to 190\n"
	"\n"
	"Output:\n"
	"  -o, --output FILE        name of the filter file (F<nmult>T8.filter)\n"
	"  -y, --overwrite          replace existing files\n"
	"      --precise            decimal fractions instead of 16-bit integers\n"
	"      --measure            print ripple, -3 dB, -6 dB, attenuation, transition\n"
	"      --plot FILE.svg      draw the response (needs gnuplot)\n"
	"\n"
	"  -h, --help               print this and exit\n"
	"  -V, --version            print the version and exit\n";

__attribute__((format(printf, 2, 3)))
static int complain(int status, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs(PROGRAM ": ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

static int set_shape(struct settings *settings, enum shape_parameter parameter, const char *option)
{
	char reason[128];
	const int error = shape_set(&settings->shape, parameter, optarg, reason, sizeof reason);

	if (reason[0])
		complain(EXIT_USAGE, "--%s %s: %s", option, optarg, reason);
	settings->shape_given[parameter] = true;
	return error ? EXIT_USAGE : 0;
}

static int set_number(double *number, bool *given, const char *option)
{
	*given = true;
	return shape_number(optarg, number) ? 0
		: complain(EXIT_USAGE, "--%s %s: not a number", option, optarg);
}

/* Returns 0, an exit status, or -1 when the program has done all it was asked. */
static int set_option(struct settings *settings, int option)
{
	switch (option) {
	case OPTION_ROLLOFF:
		return set_shape(settings, SHAPE_ROLLOFF, "rolloff");
	case OPTION_BETA:
		return set_shape(settings, SHAPE_BETA, "beta");
	case OPTION_NMULT:
		return set_shape(settings, SHAPE_NMULT, "nmult");
	case OPTION_PASSBAND:
		return set_number(&settings->bands.passband, &settings->passband_given, "passband");
	case OPTION_STOPBAND:
		return set_number(&settings->bands.stopband, &settings->stopband_given, "stopband");
	case OPTION_ATTENUATION:
		return set_number(&settings->attenuation_db, &settings->attenuation_given, "attenuation");
	case OPTION_PRECISE:
		settings->precise = true;
		return 0;
	case OPTION_MEASURE:
		settings->measure = true;
		return 0;
	case OPTION_PLOT:
		settings->plot = optarg;
		return 0;
	case 'o':
		settings->output = optarg;
		return 0;
	case 'y':
		settings->overwrite = true;
		return 0;
	case 'h':
		fputs(help, stdout);
		return -1;
	case 'V':
		puts(PROGRAM " (alsa-bli) " PACKAGE_VERSION);
		return -1;
	default:
		return EXIT_USAGE;	/* getopt has complained */
	}
}

static bool any_shape(const struct settings *settings)
{
	return settings->shape_given[SHAPE_ROLLOFF] || settings->shape_given[SHAPE_BETA]
		|| settings->shape_given[SHAPE_NMULT];
}

static bool any_band(const struct settings *settings)
{
	return settings->passband_given || settings->stopband_given || settings->attenuation_given;
}

/* What contradicts what. Returns 0 or EXIT_USAGE. */
static int check_settings(const struct settings *settings)
{
	if (any_shape(settings) && any_band(settings))
		return complain(EXIT_USAGE, "--passband, --stopband, --attenuation: "
				"cannot be combined with --rolloff, --beta, --nmult");
	if (any_band(settings) && !settings->passband_given)
		return complain(EXIT_USAGE, "--passband: missing; it goes with --stopband and --attenuation");
	if (any_band(settings) && !settings->stopband_given)
		return complain(EXIT_USAGE, "--stopband: missing; it goes with --passband and --attenuation");
	if (any_band(settings) && !settings->attenuation_given)
		return complain(EXIT_USAGE, "--attenuation: missing; it goes with --passband and --stopband");
	if (settings->input != NULL
	    && (any_shape(settings) || any_band(settings) || settings->output || settings->precise))
		return complain(EXIT_USAGE, "%s: an existing filter file takes --measure and --plot only",
				settings->input);
	if (settings->output && settings->plot && strcmp(settings->output, settings->plot) == 0)
		return complain(EXIT_USAGE, "%s: cannot be both the filter file and the drawing",
				settings->plot);
	return 0;
}

static int choose_shape(struct settings *settings)
{
	const struct response_bands bands = settings->bands;

	if (!(bands.passband > 0 && bands.passband < 1))
		return complain(EXIT_USAGE, "--passband %g: out of range; allowed: above 0, below 1", bands.passband);
	if (!(bands.stopband > bands.passband && bands.stopband <= 2 - bands.passband))
		return complain(EXIT_USAGE, "--stopband %g: out of range; allowed: above the passband %g, at most %g",
				bands.stopband, bands.passband, 2 - bands.passband);

	const int error = shape_meet(&settings->shape, &bands, settings->attenuation_db);

	if (error == -ERANGE)
		return complain(EXIT_USAGE, "--passband %g --stopband %g: so close together take an Nmult above %u",
				bands.passband, bands.stopband, BLI_FILTER_NMULT_MAX);
	if (error == -ENOMEM)
		return complain(EXIT_FAILURE, "--passband %g --stopband %g: not enough memory for this filter",
				bands.passband, bands.stopband);
	if (error)
		return complain(EXIT_USAGE, "--attenuation %g: out of range; allowed: %g to %g dB",
				settings->attenuation_db, SHAPE_ATTENUATION_MIN_DB, SHAPE_ATTENUATION_MAX_DB);
	return 0;
}

static void print_measures(const struct response_measures *measures)
{
	if (measures->has_passband)
		printf("passband ripple        %.6g dB, 0 to %.6f of Nyquist\n",
		       measures->passband_ripple_db, measures->bands.passband);
	else
		printf("passband ripple        none: the transition reaches down to 0 Hz\n");
	printf("-3 dB                  %.6f of Nyquist\n", measures->minus_3_db);
	printf("-6 dB                  %.6f of Nyquist\n", measures->minus_6_db);
	if (measures->has_bands) {
		printf("stop-band attenuation  %.3f dB, from %.6f of Nyquist\n",
		       measures->stopband_attenuation_db, measures->bands.stopband);
		printf("transition width       %.6f of Nyquist\n", measures->transition_width);
	} else {
		printf("stop-band attenuation  none: the filter has no stop band\n");
	}
}

static int draw(const struct settings *settings, const struct bli_filter_table *table,
		const struct response *response, const struct response_measures *measures)
{
	char message[512];
	char *svg;
	size_t bytes;

	if (newfile_check(settings->plot, settings->overwrite) != 0)
		return complain(EXIT_FAILURE, "%s: exists already; -y replaces it", settings->plot);
	if (plot_response(table, response, measures, &svg, &bytes, message, sizeof message) != 0)
		return complain(EXIT_FAILURE, "%s", message);

	const int error = newfile_write(settings->plot, svg, bytes, settings->overwrite);

	free(svg);
	return error ? complain(EXIT_FAILURE, "%s: %s", settings->plot, strerror(-error)) : 0;
}

/* --measure and --plot, and whether rounding to 16 bits spoiled what was asked for. */
static int examine(const struct settings *settings, const struct bli_filter_table *table)
{
	struct response response;
	struct response_measures measures;
	int status = 0;

	if (!settings->measure && settings->plot == NULL && !any_band(settings))
		return 0;
	if (response_compute(&response, table) != 0)
		return complain(EXIT_FAILURE, "Nmult %u: not enough memory for the response", table->nmult);
	response_measure(&measures, &response, table,
			 settings->passband_given ? &settings->bands : NULL);
	if (any_band(settings) && table->integers
	    && measures.stopband_attenuation_db < settings->attenuation_db)
		complain(0, "--attenuation %g: the 16-bit table ends at %.1f dB; --precise reaches it",
			 settings->attenuation_db, measures.stopband_attenuation_db);
	if (settings->measure)
		print_measures(&measures);
	if (settings->plot != NULL)
		status = draw(settings, table, &response, &measures);
	response_free(&response);
	return status;
}

static int write_filter(const struct settings *settings, const struct bli_filter_table *table,
			const char *path)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);
	int error = stream == NULL ? -errno : bli_filterfile_write(table, stream);

	if (stream != NULL && fclose(stream) != 0 && error == 0)
		error = -errno;
	if (error == 0)
		error = newfile_write(path, text, bytes, settings->overwrite);
	free(text);
	if (error == -EEXIST)
		return complain(EXIT_FAILURE, "%s: exists already; -y replaces it", path);
	return error ? complain(EXIT_FAILURE, "%s: %s", path, strerror(-error)) : 0;
}

static int examine_file(struct settings *settings)
{
	struct bli_filter_table table;
	char message[512];

	if (bli_filterfile_read(&table, settings->input, message, sizeof message) != 0)
		return complain(EXIT_FAILURE, "%s", message);
	if (settings->plot == NULL)
		settings->measure = true;

	const int status = examine(settings, &table);

	bli_filter_table_free(&table);
	return status;
}

static int design(struct settings *settings)
{
	const bool ask = !any_shape(settings) && !any_band(settings) && settings->output == NULL;
	struct bli_filter_table table;
	char reason[128], default_name[32];

	if (any_band(settings)) {
		const int status = choose_shape(settings);

		if (status)
			return status;
	}
	if (ask && shape_ask(&settings->shape, reason, sizeof reason) != 0)
		return complain(EXIT_FAILURE, "standard input: %s", reason);

	snprintf(default_name, sizeof default_name, "F%uT8.filter", settings->shape.nmult);

	const char *path = settings->output ? settings->output : default_name;

	if (newfile_check(path, settings->overwrite) != 0)
		return complain(EXIT_FAILURE, "%s: exists already; -y replaces it", path);

	const int error = bli_filter_table_design(&table, &settings->shape, !settings->precise);

	if (error)
		return complain(EXIT_FAILURE, "%s: %s", path, strerror(-error));

	/* The drawing first: without gnuplot nothing is written. */
	int status = examine(settings, &table);

	if (status == 0)
		status = write_filter(settings, &table, path);
	if (status == 0 && ask)
		printf("%s: Length %zu, ScaleFactor %.0f\n", path, table.length, table.scale);
	bli_filter_table_free(&table);
	return status;
}

int main(int argc, char *argv[])
{
	struct settings settings = { .shape = shape_defaults };
	static char program[] = PROGRAM;
	int option, status = 0;

	/* getopt's complaints begin with the name, whatever the path. */
	if (argc > 0)
		argv[0] = program;
	while (status == 0 && (option = getopt_long(argc, argv, "o:yhV", long_options, NULL)) != -1)
		status = set_option(&settings, option);
	if (status == 0 && optind + 1 < argc)
		status = complain(EXIT_USAGE, "%s: one filter file at a time", argv[optind + 1]);
	if (status == 0) {
		settings.input = optind < argc ? argv[optind] : NULL;
		status = check_settings(&settings);
		if (status == 0)
			status = settings.input ? examine_file(&settings) : design(&settings);
	}
	if ((fflush(stdout) != 0 || ferror(stdout)) && status <= 0)
		status = complain(EXIT_FAILURE, "standard output: %s", strerror(errno));
	return status < 0 ? EXIT_SUCCESS : status;
}
