/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* asprintf */
#include "config.h"

#include "options.h"

#include "shared/commandline.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define GAIN_MAX_DB 200.0
#define RATE_MAX_HZ 1e9

const char commandline_program[] = RESAMPLE_PROGRAM;

enum option_code {
	OPTION_TO = 256, OPTION_BY, OPTION_TRACE, OPTION_CONVERTER, OPTION_LIST_CONVERTERS, OPTION_GAIN,
	OPTION_DITHER, OPTION_FORMAT, OPTION_SUBTYPE, OPTION_LIST_FORMATS, OPTION_RAW_RATE, OPTION_RAW_CHANNELS,
	OPTION_RAW_SUBTYPE, OPTION_RAW_ENDIAN, OPTION_OUTPUT_DIR,
};

/* The classic spellings and ours; names of one option are no ambiguity to getopt. */
static const struct option long_options[] = {
	{ "to", required_argument, NULL, OPTION_TO },
	{ "toSrate", required_argument, NULL, OPTION_TO },
	{ "by", required_argument, NULL, OPTION_BY },
	{ "byFactor", required_argument, NULL, OPTION_BY },
	{ "filter", required_argument, NULL, 'f' },
	{ "filterFile", required_argument, NULL, 'f' },
	{ "nearest", no_argument, NULL, 'n' },
	{ "noFilterInterp", no_argument, NULL, 'n' },
	{ "linear", no_argument, NULL, 'l' },
	{ "linearInterpolation", no_argument, NULL, 'l' },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "converter", required_argument, NULL, OPTION_CONVERTER },
	{ "list-converters", no_argument, NULL, OPTION_LIST_CONVERTERS },
	{ "gain", required_argument, NULL, OPTION_GAIN },
	{ "dither", optional_argument, NULL, OPTION_DITHER },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "subtype", required_argument, NULL, OPTION_SUBTYPE },
	{ "list-formats", no_argument, NULL, OPTION_LIST_FORMATS },
	{ "raw-rate", required_argument, NULL, OPTION_RAW_RATE },
	{ "raw-channels", required_argument, NULL, OPTION_RAW_CHANNELS },
	{ "raw-subtype", required_argument, NULL, OPTION_RAW_SUBTYPE },
	{ "raw-endian", required_argument, NULL, OPTION_RAW_ENDIAN },
	{ "output-dir", required_argument, NULL, OPTION_OUTPUT_DIR },
	{ "overwrite", no_argument, NULL, 'y' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " RESAMPLE_PROGRAM " (-to RATE | -by FACTOR) [OPTION]... INPUT [OUTPUT]\n"
	"       " RESAMPLE_PROGRAM " (-to RATE | -by FACTOR) [OPTION]... --output-dir DIR INPUT...\n"
	"Convert the sample rate of sound files. - is standard input or output.\n"
	"\n"
	"Conversion:\n"
	"  -to, --to, -toSrate RATE         new sample rate in Hz\n"
	"  -by, --by, -byFactor FACTOR      new rate by the old: 0.91875 or 147/160\n"
	"  --converter NAME                 quality (bli)\n"
	"  --list-converters                print their names and figures\n"
	"  -f, --filter, -filterFile FILE   filter with a filter file instead\n"
	"  -n, --nearest, -noFilterInterp   its nearest entry, no interpolation in it\n"
	"  -l, --linear, -linearInterpolation   a straight line between two samples\n"
	"  --gain DB                        amplify, -200 to 200\n"
	"  --dither[=KIND]                  of integer outputs: none, tpdf or shaped (tpdf)\n"
	"\n"
	"Files:\n"
	"  --format NAME                    container of the output (its name's)\n"
	"  --subtype NAME                   coding of its samples (the input's)\n"
	"  --list-formats                   print the names of both\n"
	"  --raw-rate HZ                    the input has no header, and this rate\n"
	"  --raw-channels N                 its channels\n"
	"  --raw-subtype NAME               its samples (pcm_16)\n"
	"  --raw-endian ORDER               little or big (little)\n"
	"  --output-dir DIR                 any number of inputs, outputs of their names there\n"
	"  -y, --overwrite                  replace outputs that exist\n"
	"\n"
	"Messages:\n"
	"  -trace, --trace                  print what is done to standard error\n"
	"  -q, --quiet                      no progress, no notes\n"
	"  -h, --help                       print this and exit\n"
	"  -V, --version, -version          print the version and exit\n";

static void list_converters(void)
{
	printf("%-11s %9s %8s %10s\n", "name", "bandwidth", "SNR dB", "aliases dB");
	for (const struct bli_preset *preset = bli_presets; preset->name != NULL; preset++) {
		if (preset->claim_snr_db > 0)
			printf("%-11s %9.3f %8.0f %10.0f%s\n", preset->name, preset->claim_bandwidth,
			       preset->claim_snr_db, -preset->claim_rejection_db,
			       strcmp(preset->name, BLI_PRESET_DEFAULT) == 0 ? "  default" : "");
		else
			printf("%-11s %9s %8s %10s\n", preset->name, "-", "-", "-");
	}
}

/* 44100, 44.1k, 44100Hz, 44.1kHz */
static int set_rate(struct ratio *rate_hz, bool *given, const char *option)
{
	const struct ratio thousand = { 1000, 1 };
	char number[64];
	size_t length = strlen(optarg);
	bool kilo;

	*given = true;
	if (length >= 2 && strcasecmp(optarg + length - 2, "hz") == 0)
		length -= 2;
	kilo = length >= 1 && (optarg[length - 1] == 'k' || optarg[length - 1] == 'K');
	length -= kilo;
	if (snprintf(number, sizeof(number), "%.*s", (int)length, optarg) >= (int)sizeof(number) ||
	    ratio_parse(rate_hz, number) != 0 || (kilo && ratio_multiply(rate_hz, rate_hz, &thousand) != 0))
		return commandline_complain("%s %s: not possible; allowed: a positive number of hertz (16000, 44.1k)",
					    option, optarg);
	return ratio_number(rate_hz) > RATE_MAX_HZ
		? commandline_complain("%s %s: out of range; allowed: up to %.0f Hz", option, optarg, RATE_MAX_HZ) : 0;
}

static int set_by(struct resample_options *options)
{
	options->by_given = true;
	if (ratio_parse(&options->by, optarg) != 0)
		return commandline_complain("-by %s: not possible; allowed: a positive number like 0.91875 or a fraction like 147/160",
					    optarg);
	return ratio_within(&options->by, BLI_RATIO_MAX) ? 0
		: commandline_complain("-by %s: out of range; allowed: 1/%d to %d", optarg, BLI_RATIO_MAX, BLI_RATIO_MAX);
}

static int set_raw_endian(struct resample_options *options)
{
	if (strcmp(optarg, "little") != 0 && strcmp(optarg, "big") != 0)
		return commandline_complain("--raw-endian %s: unknown; allowed: little, big", optarg);
	options->raw.endian = optarg[0] == 'b' ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
	return 0;
}

static int set_converter(struct resample_options *options)
{
	options->preset = bli_preset_find(optarg);
	return options->preset != NULL ? 0
		: commandline_complain("--converter %s: unknown; --list-converters shows what there is", optarg);
}

static int set_dither(struct resample_options *options)
{
	static const char *const kinds[] = {
		[BLI_DITHER_NONE] = "none", [BLI_DITHER_TPDF] = "tpdf", [BLI_DITHER_SHAPED] = "shaped",
	};

	if (optarg == NULL) {
		options->dither = BLI_DITHER_TPDF;
		return 0;
	}
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		if (strcmp(kinds[kind], optarg) == 0) {
			options->dither = (enum bli_dither_kind)kind;
			return 0;
		}
	return commandline_complain("--dither=%s: unknown; allowed: none, tpdf, shaped", optarg);
}

static int set_name(int *word, int (*find)(const char *), const char *option)
{
	*word = find(optarg);
	return *word ? 0 : commandline_complain("%s %s: unknown; --list-formats shows what there is", option, optarg);
}

static int set_file_option(struct resample_options *options, int option)
{
	switch (option) {
	case OPTION_FORMAT:
		return set_name(&options->container, soundformat_container, "--format");
	case OPTION_SUBTYPE:
		return set_name(&options->subtype, soundformat_subtype, "--subtype");
	case OPTION_LIST_FORMATS:
		soundformat_list(stdout);
		return -1;
	case OPTION_RAW_RATE:
		return set_rate(&options->raw.rate_hz, &options->raw.given, "--raw-rate");
	case OPTION_RAW_CHANNELS:
		return commandline_integer("--raw-channels", optarg, 1, BLI_CHANNELS_MAX, &options->raw.channels);
	case OPTION_RAW_SUBTYPE:
		return set_name(&options->raw.subtype, soundformat_subtype, "--raw-subtype");
	case OPTION_RAW_ENDIAN:
		return set_raw_endian(options);
	case OPTION_OUTPUT_DIR:
		options->output_dir = optarg;
		return optarg[0] ? 0 : commandline_complain("--output-dir: empty; allowed: a directory that exists");
	default:
		return EXIT_USAGE;	/* getopt has complained */
	}
}

static int set_option(struct resample_options *options, int option)
{
	switch (option) {
	case OPTION_TO:
		return set_rate(&options->to_hz, &options->to_given, "-to");
	case OPTION_BY:
		return set_by(options);
	case 'f':
		options->filter_path = optarg;
		return 0;
	case 'n':
		options->nearest = true;
		return 0;
	case 'l':
		options->linear = true;
		return 0;
	case OPTION_CONVERTER:
		return set_converter(options);
	case OPTION_LIST_CONVERTERS:
		list_converters();
		return -1;
	case OPTION_GAIN:
		return commandline_number("--gain", optarg, -GAIN_MAX_DB, GAIN_MAX_DB, "dB", &options->gain_db);
	case OPTION_DITHER:
		return set_dither(options);
	case 'y':
		options->overwrite = true;
		return 0;
	case OPTION_TRACE:
		options->trace = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 'h':
		fputs(help, stdout);
		return -1;
	case 'V':
		puts(RESAMPLE_PROGRAM " (alsa-bli) " PACKAGE_VERSION);
		return -1;
	default:
		return set_file_option(options, option);
	}
}

static int check_method(const struct resample_options *options)
{
	if (!options->to_given && !options->by_given)
		return commandline_complain("-to RATE or -by FACTOR: one of them is required");
	if (options->to_given && options->by_given)
		return commandline_complain("-to, -by: only one of them can be given");
	if (options->linear && options->filter_path != NULL)
		return commandline_complain("-l, -f %s: only one of them can be given", options->filter_path);
	if (options->preset != NULL && (options->linear || options->filter_path != NULL))
		return commandline_complain("--converter %s: cannot be combined with -l or -f", options->preset->name);
	if (!options->raw.given && (options->raw.channels || options->raw.subtype || options->raw.endian))
		return commandline_complain("--raw-rate: missing; it goes with the other --raw options");
	if (options->raw.given && !options->raw.channels)
		return commandline_complain("--raw-channels: missing; it goes with --raw-rate");
	return 0;
}

char *resample_name_in_directory(const struct resample_options *options, const char *in_path)
{
	const char *const slash = strrchr(in_path, '/'), *const name = slash != NULL ? slash + 1 : in_path;
	const int format = options->container;
	const bool keeps = format == 0 || soundformat_fits(format, name);
	const int stem = !keeps && soundformat_misnamed(format, name) ? (int)(strrchr(name, '.') - name) : (int)strlen(name);
	char *path;

	return asprintf(&path, "%s/%.*s%s%s", options->output_dir, stem, name, keeps ? "" : ".",
			keeps ? "" : soundformat_extension(format)) < 0 ? NULL : path;
}

/* An output, and the input that it comes from. */
struct named {
	char *output;
	const char *input;
};

static int compare_outputs(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->output, ((const struct named *)b)->output);
}

/* Outputs of one name in the directory would replace each other. */
static int check_names(const struct resample_options *options)
{
	const size_t count = (size_t)options->input_count;
	struct named *const names = calloc(count, sizeof(*names));
	int status = 0;
	bool complete = names != NULL;

	for (size_t i = 0; complete && i < count; i++) {
		names[i] = (struct named){ resample_name_in_directory(options, options->inputs[i]), options->inputs[i] };
		complete = names[i].output != NULL;
		if (status == 0 && strcmp(options->inputs[i], "-") == 0)
			status = commandline_complain("-: standard input has no name that an output in %s could have", options->output_dir);
	}
	if (!complete)
		status = commandline_complain("%s", strerror(ENOMEM));
	else
		qsort(names, count, sizeof(*names), compare_outputs);
	for (size_t i = 1; status == 0 && i < count; i++)
		if (strcmp(names[i - 1].output, names[i].output) == 0)
			status = commandline_complain("%s, %s: both would be written to %s", names[i - 1].input, names[i].input,
					  names[i].output);
	for (size_t i = 0; names != NULL && i < count; i++)
		free(names[i].output);
	free(names);
	return status;
}

static int check_files(struct resample_options *options)
{
	if (options->input_count == 0)
		return commandline_complain("an input file is required; --help explains");
	if (options->output_dir != NULL)
		return check_names(options);
	if (options->input_count > 2)
		return commandline_complain("%s: one input and one output at a time, or --output-dir", options->inputs[2]);
	options->output = options->input_count == 2 ? options->inputs[1] : "-";
	options->input_count = 1;
	if (strcmp(options->output, "-") == 0 && isatty(STDOUT_FILENO))
		return commandline_complain("an output file is required: standard output is a terminal");
	return 0;
}

int resample_options_read(struct resample_options *options, int argc, char *argv[])
{
	static char program[] = RESAMPLE_PROGRAM;
	int option, status = 0;

	*options = (struct resample_options){ .gain_db = 0 };
	/* getopt's complaints begin with the name, whatever the path */
	if (argc > 0)
		argv[0] = program;
	while (status == 0 && (option = getopt_long_only(argc, argv, "f:nlyqhV", long_options, NULL)) != -1)
		status = set_option(options, option);
	if (status != 0)
		return status;
	options->inputs = argv + optind;
	options->input_count = argc - optind;
	status = check_method(options);
	if (status == 0)
		status = check_files(options);
	if (options->raw.given && options->raw.subtype == 0)
		options->raw.subtype = SF_FORMAT_PCM_16;
	if (options->raw.given && options->raw.endian == 0)
		options->raw.endian = SF_ENDIAN_LITTLE;
	return status;
}
