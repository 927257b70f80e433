/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"
#include "shared/commandline.h"
#include "shared/gnuplot.h"
#include "shared/ratetext.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "bli-windowfilter"
#define RATE_MAX_HZ 4000000

const char commandline_program[] = PROGRAM;

enum option_code {
	OPTION_ROLLOFF = 256, OPTION_BETA, OPTION_NMULT,
	OPTION_PASSBAND, OPTION_STOPBAND, OPTION_ATTENUATION, OPTION_RATE,
	OPTION_PRECISE, OPTION_INTEGERS, OPTION_MEASURE, OPTION_PLOT,
};

static const struct option long_options[] = {
	{ "rolloff", required_argument, NULL, OPTION_ROLLOFF },
	{ "beta", required_argument, NULL, OPTION_BETA },
	{ "nmult", required_argument, NULL, OPTION_NMULT },
	{ "passband", required_argument, NULL, OPTION_PASSBAND },
	{ "stopband", required_argument, NULL, OPTION_STOPBAND },
	{ "attenuation", required_argument, NULL, OPTION_ATTENUATION },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "precise", no_argument, NULL, OPTION_PRECISE },
	{ "integers", no_argument, NULL, OPTION_INTEGERS },
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
	"       " PROGRAM " [--measure] [--plot FILE] FILTERFILE\n"
	"Design a filter and write it as a filter file, or look at an existing one.\n"
	"Without a design or an output on the command line it asks.\n"
	"\n"
	"Design (frequencies are fractions of the lower rate's Nyquist frequency):\n"
	"      --rolloff F          -6 dB point, above 0, at most 1 (0.90)\n"
	"      --beta B             of the Kaiser window, 1 to 100 (9)\n"
	"      --nmult N            length in zero crossings, odd, 3 to 8191 (65)\n"
	"or, all three, instead:\n"
	"      --passband EDGE      end of the passband: 0.9, 90%, or 18kHz with --rate\n"
	"      --stopband EDGE      start of the stopband\n"
	"      --attenuation DB     of the stopband, 25 to 190\n"
	"      --rate RATE          the lower rate, for edges in Hz: 44100, 44.1k\n"
	"\n"
	"Output:\n"
	"  -o, --output FILE        name of the filter file (F<nmult>T8.filter)\n"
	"  -y, --overwrite          replace existing files\n"
	"      --precise            decimal fractions instead of 16-bit integers; chosen\n"
	"                           by itself where 16 bits cannot hold the attenuation\n"
	"      --integers           16-bit integers even there, for the classic programs\n"
	"      --measure            print ripple, -3 dB, -6 dB, attenuation, transition\n"
	"      --plot FILE          draw the response as .svg or .png (needs gnuplot)\n"
	"\n"
	"  -h, --help               print this and exit\n"
	"  -V, --version            print the version and exit\n";

/* An edge of the bands as it was given. */
struct edge {
	const char *text;	/* NULL: not given */
	double value;
	int in_hz;
};

/* What waits for the end of the command line. */
struct edges {
	struct edge passband, stopband;
	bool attenuation_given;
};

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

static int set_rate(double *rate_hz, const char *text)
{
	const char *end = ratetext_read(text, rate_hz, NULL);

	return end && *end == '\0' && *rate_hz >= 1 && *rate_hz <= RATE_MAX_HZ ? 0
		: commandline_complain("--rate %s: not possible; allowed: 1 to %d Hz, as in 44100, 44.1k", text,
				       RATE_MAX_HZ);
}

static int set_parameter(struct options *options, enum parameter parameter, const char *option)
{
	char reason[128];
	int err = parameter_set(&options->design, parameter, optarg, reason, sizeof(reason));

	if (reason[0])
		commandline_complain("--%s %s: %s", option, optarg, reason);
	options->parameter_given[parameter] = true;
	return err ? EXIT_USAGE : 0;
}

static int set_attenuation(struct options *options, struct edges *edges)
{
	edges->attenuation_given = true;
	return parameter_number(optarg, &options->attenuation_db) ? 0
		: commandline_complain("--attenuation %s: not a number", optarg);
}

static int set_plot(struct options *options)
{
	options->plot = optarg;
	return gnuplot_terminal(optarg) ? 0
		: commandline_complain("--plot %s: the name decides the kind of picture; allowed: .svg, .png", optarg);
}

static int set_option(struct options *options, struct edges *edges, int code)
{
	switch (code) {
	case OPTION_ROLLOFF:
		return set_parameter(options, PARAMETER_ROLLOFF, "rolloff");
	case OPTION_BETA:
		return set_parameter(options, PARAMETER_BETA, "beta");
	case OPTION_NMULT:
		return set_parameter(options, PARAMETER_NMULT, "nmult");
	case OPTION_PASSBAND:
		return set_edge(&edges->passband, "--passband", optarg);
	case OPTION_STOPBAND:
		return set_edge(&edges->stopband, "--stopband", optarg);
	case OPTION_ATTENUATION:
		return set_attenuation(options, edges);
	case OPTION_RATE:
		return set_rate(&options->rate_hz, optarg);
	case OPTION_PRECISE:
		options->precise = true;
		return 0;
	case OPTION_INTEGERS:
		options->integers = true;
		return 0;
	case OPTION_MEASURE:
		options->measure = true;
		return 0;
	case OPTION_PLOT:
		return set_plot(options);
	case 'o':
		options->output = optarg;
		return 0;
	case 'y':
		options->overwrite = true;
		return 0;
	default:
		return EXIT_USAGE;	/* getopt has complained */
	}
}

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

static int check_bands(struct options *options, const struct edges *edges)
{
	struct response_bands *bands = &options->bands;
	int status;

	if (options_any_parameter(options))
		return commandline_complain("--passband, --stopband, --attenuation: cannot be combined with "
					    "--rolloff, --beta, --nmult");
	if (!edges->passband.text)
		return commandline_complain("--passband: missing; it goes with --stopband and --attenuation");
	if (!edges->stopband.text)
		return commandline_complain("--stopband: missing; it goes with --passband and --attenuation");
	if (!edges->attenuation_given)
		return commandline_complain("--attenuation: missing; it goes with --passband and --stopband");
	status = edge_fraction(&edges->passband, "--passband", options->rate_hz, &bands->passband);
	if (!status)
		status = edge_fraction(&edges->stopband, "--stopband", options->rate_hz, &bands->stopband);
	if (status)
		return status;
	if (!(bands->passband > 0 && bands->passband < 1))
		return commandline_complain("--passband %s: out of range; allowed: above 0, below 1",
					    edges->passband.text);
	if (!(bands->stopband > bands->passband && bands->stopband <= 2 - bands->passband))
		return commandline_complain("--stopband %s: out of range; allowed: above the passband %g, at most %g",
					    edges->stopband.text, bands->passband, 2 - bands->passband);
	return 0;
}

/* What contradicts what.  Returns 0 or EXIT_USAGE. */
static int check_options(struct options *options, const struct edges *edges)
{
	int status = 0;

	options->bands_given = edges->passband.text || edges->stopband.text || edges->attenuation_given;
	if (options->bands_given)
		status = check_bands(options, edges);
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
	static char program[] = PROGRAM;
	struct edges edges = { .attenuation_given = false };
	int code;

	*options = (struct options){ .design = design_defaults };
	/* getopt's complaints begin with the name, whatever the path */
	if (argc > 0)
		argv[0] = program;
	while ((code = getopt_long(argc, argv, "o:yhV", long_options, NULL)) != -1) {
		if (code == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (code == 'V') {
			puts(PROGRAM " (alsa-bli) " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		}
		if (set_option(options, &edges, code) != 0)
			return EXIT_USAGE;
	}
	if (optind + 1 < argc)
		return commandline_complain("%s: one filter file at a time", argv[optind + 1]);
	options->input = optind < argc ? argv[optind] : NULL;
	return check_options(options, &edges) ? EXIT_USAGE : -1;
}
