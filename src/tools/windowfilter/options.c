/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"
#include "shared/commandline.h"
#include "shared/gnuplot.h"
#include "shared/optionparser.h"
#include "shared/ratetext.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "bli-windowfilter"
#define RATE_MAX_HZ 4000000

const char commandline_program[] = PROGRAM;

static int set_edge(struct edge *edge, const char *option, const char *text)
{
	const char *end = ratetext_read(text, &edge->value, &edge->in_hz);

	if (end)
		end += strspn(end, " ");
	if (end && *end == '%' && !edge->in_hz) {
		edge->value /= 100;
		end++;
	}
	edge->text = text;
	return end && *end == '\0' ? 0
		: commandline_complain("%s %s: not possible; allowed: a fraction of the Nyquist frequency, as in 0.9 "
				       "or 90%%, or a frequency, as in 18kHz", option, text);
}

static int set_passband(struct options *options, const char *text)
{
	return set_edge(&options->passband, "--passband", text);
}

static int set_stopband(struct options *options, const char *text)
{
	return set_edge(&options->stopband, "--stopband", text);
}

static int set_rate(struct options *options, const char *text)
{
	const char *end = ratetext_read(text, &options->rate_hz, NULL);

	return end && *end == '\0' && options->rate_hz >= 1 && options->rate_hz <= RATE_MAX_HZ ? 0
		: commandline_complain("--rate %s: not possible; allowed: 1 to %d Hz, as in 44100, 44.1k", text,
				       RATE_MAX_HZ);
}

static int set_parameter(struct options *options, enum parameter parameter, const char *option, const char *text)
{
	char reason[128];
	int err = parameter_set(&options->design, parameter, text, reason, sizeof(reason));

	if (reason[0])
		commandline_complain("%s %s: %s", option, text, reason);
	options->parameter_given[parameter] = true;
	return err ? EXIT_USAGE : 0;
}

static int set_rolloff(struct options *options, const char *text)
{
	return set_parameter(options, PARAMETER_ROLLOFF, "--rolloff", text);
}

static int set_beta(struct options *options, const char *text)
{
	return set_parameter(options, PARAMETER_BETA, "--beta", text);
}

static int set_nmult(struct options *options, const char *text)
{
	return set_parameter(options, PARAMETER_NMULT, "--nmult", text);
}

static int set_attenuation(struct options *options, const char *text)
{
	options->attenuation_given = true;
	return parameter_number(text, &options->attenuation_db) ? 0
		: commandline_complain("--attenuation %s: not a number", text);
}

static int set_output(struct options *options, const char *path)
{
	options->output = path;
	return 0;
}

static int set_plot(struct options *options, const char *path)
{
	options->plot = path;
	return gnuplot_check_name(path);
}

static const struct option_entry entries[] = {
	{ "--rolloff F", "-6 dB point, above 0, at most 1 (0.90)", .set = set_rolloff },
	{ "--beta B", "of the Kaiser window, 1 to 100 (9)", .set = set_beta },
	{ "--nmult N", "length in zero crossings, odd, 3 to 8191 (65)", .set = set_nmult },
	{ "", .text = "or, all three, instead:" },
	{ "--passband EDGE", "end of the passband: 0.9, 90%, or 18kHz with --rate", .set = set_passband },
	{ "--stopband EDGE", "start of the stopband", .set = set_stopband },
	{ "--attenuation DB", "of the stopband, 25 to 190", .set = set_attenuation },
	{ "--rate RATE", "the lower rate, for edges in Hz: 44100, 44.1k", .set = set_rate },
	{ "", .text = "\nOutput:" },
	{ "-o, --output FILE", "name of the filter file (F<nmult>T8.filter)", .set = set_output },
	{ "-y, --overwrite", "replace existing files", .flag = offsetof(struct options, overwrite) },
	{ "--precise", "decimal fractions instead of 16-bit integers; chosen\n"
	  "by itself where 16 bits cannot hold the attenuation", .flag = offsetof(struct options, precise) },
	{ "--integers", "16-bit integers even there, for the classic programs",
	  .flag = offsetof(struct options, integers) },
	{ "--measure", "print ripple, -3 dB, -6 dB, attenuation, transition",
	  .flag = offsetof(struct options, measure) },
	{ "--plot FILE", "draw the response as .svg or .png (needs gnuplot)", .set = set_plot },
	{ "", .text = "" },
	{ "-h, --help", "print this and exit", .set = option_help },
	{ "-V, --version", "print the version and exit", .set = option_version },
	{ .text = NULL },
};

static const struct option_table table = {
	.usage = "Usage: " PROGRAM " [OPTION]...\n"
		 "       " PROGRAM " [--measure] [--plot FILE] FILTERFILE\n"
		 "Design a filter and write it as a filter file, or look at an existing one.\n"
		 "Without a design or an output on the command line it asks.\n"
		 "\n"
		 "Design (frequencies are fractions of the lower rate's Nyquist frequency):\n",
	.width = 23, .entries = entries,
};

bool options_any_parameter(const struct options *options)
{
	return options->parameter_given[PARAMETER_ROLLOFF] || options->parameter_given[PARAMETER_BETA] ||
	       options->parameter_given[PARAMETER_NMULT];
}

/* The fraction of the Nyquist frequency that an edge is.  Returns 0 or EXIT_USAGE. */
static int edge_fraction(const struct edge *edge, const char *option, double rate_hz, double *fraction)
{
	if (edge->in_hz && rate_hz <= 0)
		return commandline_complain("%s %s: a frequency needs --rate, the lower of the two rates", option,
					    edge->text);
	*fraction = edge->in_hz ? edge->value / (rate_hz / 2) : edge->value;
	return 0;
}

static int check_bands(struct options *options)
{
	struct response_bands *bands = &options->bands;
	int status;

	if (options_any_parameter(options))
		return commandline_complain("--passband, --stopband, --attenuation: cannot be combined with "
					    "--rolloff, --beta, --nmult");
	if (!options->passband.text)
		return commandline_complain("--passband: missing; it goes with --stopband and --attenuation");
	if (!options->stopband.text)
		return commandline_complain("--stopband: missing; it goes with --passband and --attenuation");
	if (!options->attenuation_given)
		return commandline_complain("--attenuation: missing; it goes with --passband and --stopband");
	status = edge_fraction(&options->passband, "--passband", options->rate_hz, &bands->passband);
	if (!status)
		status = edge_fraction(&options->stopband, "--stopband", options->rate_hz, &bands->stopband);
	if (status)
		return status;
	if (!(bands->passband > 0 && bands->passband < 1))
		return commandline_complain("--passband %s: out of range; allowed: above 0, below 1",
					    options->passband.text);
	if (!(bands->stopband > bands->passband && bands->stopband <= 2 - bands->passband))
		return commandline_complain("--stopband %s: out of range; allowed: above the passband %g, at most %g",
					    options->stopband.text, bands->passband, 2 - bands->passband);
	return 0;
}

/* What contradicts what.  Returns 0 or EXIT_USAGE. */
static int check_options(struct options *options)
{
	int status = 0;

	options->bands_given = options->passband.text || options->stopband.text || options->attenuation_given;
	if (options->bands_given)
		status = check_bands(options);
	if (!status && options->input && (options_any_parameter(options) || options->bands_given || options->output ||
					  options->precise || options->integers))
		status = commandline_complain("%s: an existing filter file takes --measure, --plot and --rate only",
					      options->input);
	if (!status && options->precise && options->integers)
		status = commandline_complain("--precise, --integers: one of them");
	if (!status && options->output && options->plot && strcmp(options->output, options->plot) == 0)
		status = commandline_complain("%s: cannot be both the filter file and the drawing", options->plot);
	return status;
}

int options_parse(struct options *options, int argc, char *argv[])
{
	int status;

	*options = (struct options){ .design = design_defaults };
	status = option_read(&table, options, argc, argv);
	if (status != 0)
		return status < 0 ? EXIT_SUCCESS : status;
	if (optind + 1 < argc)
		return commandline_complain("%s: one filter file at a time", argv[optind + 1]);
	options->input = optind < argc ? argv[optind] : NULL;
	return check_options(options) ? EXIT_USAGE : -1;
}
