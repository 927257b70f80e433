/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"
#include "shared/commandline.h"
#include "shared/gnuplot.h"
#include "shared/ratetext.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "bli-bridge"
#define RATE_MIN_HZ 2000
#define RATE_MAX_HZ 1536000
#define LATENCY_DEFAULT 0.04	/* s */
#define LATENCY_MIN 0.001
#define LATENCY_MAX 10.0
#define PRIORITY_DEFAULT 40	/* above the kernel's timer threads, below its interrupt threads (50) */

const char commandline_program[] = PROGRAM;

enum option_code {
	OPTION_FROM = 256, OPTION_TO, OPTION_FROM_RATE, OPTION_TO_RATE, OPTION_FROM_FORMAT, OPTION_TO_FORMAT,
	OPTION_CHANNELS, OPTION_MAP, OPTION_LATENCY, OPTION_CONVERTER, OPTION_DITHER, OPTION_SYNC,
	OPTION_CONTROL, OPTION_END,
	OPTION_STATUS, OPTION_INTERVAL, OPTION_DURATION, OPTION_PRIORITY, OPTION_RECORD, OPTION_PLOT, OPTION_CHECK,
	OPTION_CONFIG,
};

static const struct option long_options[] = {
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "to", required_argument, NULL, OPTION_TO },
	{ "from-rate", required_argument, NULL, OPTION_FROM_RATE },
	{ "to-rate", required_argument, NULL, OPTION_TO_RATE },
	{ "from-format", required_argument, NULL, OPTION_FROM_FORMAT },
	{ "to-format", required_argument, NULL, OPTION_TO_FORMAT },
	{ "channels", required_argument, NULL, OPTION_CHANNELS },
	{ "map", required_argument, NULL, OPTION_MAP },
	{ "latency", required_argument, NULL, OPTION_LATENCY },
	{ "converter", required_argument, NULL, OPTION_CONVERTER },
	{ "dither", required_argument, NULL, OPTION_DITHER },
	{ "sync", required_argument, NULL, OPTION_SYNC },
	{ "control", required_argument, NULL, OPTION_CONTROL },
	{ "at-end", required_argument, NULL, OPTION_END },
	{ "status", required_argument, NULL, OPTION_STATUS },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "duration", required_argument, NULL, OPTION_DURATION },
	{ "priority", required_argument, NULL, OPTION_PRIORITY },
	{ "record-status", required_argument, NULL, OPTION_RECORD },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "overwrite", no_argument, NULL, 'y' },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " PROGRAM " --from PCM --to PCM [OPTION]...\n"
	"Play what one sound card captures on another, each on its own clock.\n"
	"\n"
	"      --from PCM           ALSA PCM to capture from\n"
	"      --to PCM             ALSA PCM to play on\n"
	"      --from-rate RATE     sample rates, as in 44100, 44.1k (one for both)\n"
	"      --to-rate RATE\n"
	"      --from-format NAME   sample formats, as in S16_LE; the widest\n"
	"      --to-format NAME\n"
	"      --channels N         of both sides\n"
	"      --map N,N,...        for each playback channel a capture channel, from 1\n"
	"      --latency TIME       from capture to playback, as in 20ms, or auto (40ms)\n"
	"      --converter NAME     bli_fast, bli_medium, bli, bli_high, bli_best (bli)\n"
	"      --dither KIND        of integer samples: none, tpdf, shaped (none)\n"
	"      --sync MODE          resample; timer, pitch: tune a clock; none: it is one\n"
	"                           (auto)\n"
	"      --control CTL        where to look for what tunes a clock (the PCM's card)\n"
	"      --at-end WHAT        of what is queued: drain, drop (drain)\n"
	"      --status KIND        line, json, none; line on a terminal, otherwise none\n"
	"      --interval SECONDS   between two status lines (1)\n"
	"      --duration SECONDS   end by itself\n"
	"      --priority N         real-time priority, 1 to 99; 0: ordinary (40)\n"
	"      --record-status FILE write deviation and latency over the run as CSV\n"
	"      --plot FILE          draw them as .svg or .png at the end (needs gnuplot)\n"
	"  -y, --overwrite          replace existing files\n"
	"      --check              measure both PCMs for a while, recommend a latency\n"
	"      --config FILE        long options from a file, one in a line\n"
	"  -v, --verbose            say how the sides were set up\n"
	"\n"
	"  -h, --help               print this and exit\n"
	"  -V, --version            print the version and exit\n";

/* The number of one of the words, which end with NULL, or −1. */
static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int set_rate(unsigned *rate_hz, const char *option)
{
	double hz;
	const char *end = ratetext_read(optarg, &hz, NULL);

	if (!end || *end != '\0' || hz < RATE_MIN_HZ || hz > RATE_MAX_HZ || hz != floor(hz))
		return commandline_complain("%s %s: not possible; allowed: %d to %d Hz, whole, as in 44100, 44.1k",
					    option, optarg, RATE_MIN_HZ, RATE_MAX_HZ);
	*rate_hz = (unsigned)hz;
	return 0;
}

static int set_format(snd_pcm_format_t *format, const char *option)
{
	snd_pcm_format_t found = snd_pcm_format_value(optarg);

	if (found == SND_PCM_FORMAT_UNKNOWN ||
	    (snd_pcm_format_linear(found) != 1 && found != SND_PCM_FORMAT_FLOAT_LE && found != SND_PCM_FORMAT_FLOAT_BE))
		return commandline_complain("%s %s: not possible; allowed: a linear format of ALSA, as in S16_LE, "
					    "S24_3LE, S32_LE, FLOAT_LE", option, optarg);
	*format = found;
	return 0;
}

static int set_map(struct options *options)
{
	const char *text = optarg;

	options->map_count = 0;
	for (;;) {
		char *end;
		unsigned long channel = strtoul(text, &end, 10);

		if (text[0] < '0' || text[0] > '9' || channel > BLI_CHANNELS_MAX || (*end != ',' && *end != '\0') ||
		    options->map_count == BLI_CHANNELS_MAX)
			return commandline_complain("--map %s: not possible; allowed: up to %d numbers of 0 to %d with "
						    "commas between", optarg, BLI_CHANNELS_MAX, BLI_CHANNELS_MAX);
		options->map[options->map_count++] = (unsigned)channel;
		if (*end == '\0')
			return 0;
		text = end + 1;
	}
}

static int set_latency(struct options *options)
{
	static const struct { const char *unit; double seconds; } units[] = {
		{ "", 1e-3 }, { "ms", 1e-3 }, { "s", 1 }, { "us", 1e-6 },
	};
	char *end;
	double number = strtod(optarg, &end);

	options->auto_latency = strcmp(optarg, "auto") == 0;
	if (options->auto_latency)
		return 0;
	for (size_t i = 0; end != optarg && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0) {
			options->latency = number * units[i].seconds;
			options->has_latency = true;
			if (options->latency >= LATENCY_MIN && options->latency <= LATENCY_MAX)
				return 0;
		}
	return commandline_complain("--latency %s: not possible; allowed: 1ms to 10s, auto", optarg);
}

static int set_converter(struct options *options)
{
	options->converter = bli_preset_find(optarg);
	if (!options->converter)
		return commandline_complain("--converter %s: unknown; allowed: bli_fast, bli_medium, bli, bli_high, "
					    "bli_best", optarg);
	if (options->converter->requirement.method != BLI_METHOD_SINC)
		return commandline_complain("--converter %s: cannot follow a clock; allowed: bli_fast, bli_medium, "
					    "bli, bli_high, bli_best", optarg);
	return 0;
}

static int set_dither(struct options *options)
{
	static const char *const words[] = { "none", "tpdf", "shaped", NULL };
	static const enum bli_dither_kind kinds[] = { BLI_DITHER_NONE, BLI_DITHER_TPDF, BLI_DITHER_SHAPED };
	int word = find_word(words, optarg);

	if (word < 0)
		return commandline_complain("--dither %s: unknown; allowed: none, tpdf, shaped", optarg);
	options->dither = kinds[word];
	return 0;
}

static int set_sync(struct options *options)
{
	static const char *const words[] = { "auto", "resample", "none", "timer", "pitch", NULL };
	int word = find_word(words, optarg);

	if (word < 0)
		return commandline_complain("--sync %s: not possible; allowed: auto, resample, none, timer, pitch",
					    optarg);
	options->sync = (enum bridge_sync)word;
	return 0;
}

static int set_end(struct options *options)
{
	static const char *const words[] = { "drain", "drop", NULL };
	int word = find_word(words, optarg);

	options->drops = word == 1;
	return word >= 0 ? 0 : commandline_complain("--at-end %s: unknown; allowed: drain, drop", optarg);
}

static int set_status(struct options *options)
{
	static const char *const words[] = { "line", "json", "none", NULL };
	int word = find_word(words, optarg);

	options->status = STATUS_LINE + (unsigned)word;
	return word >= 0 ? 0 : commandline_complain("--status %s: unknown; allowed: line, json, none", optarg);
}

static int set_channels(struct options *options)
{
	int channels;

	if (commandline_integer("--channels", optarg, 1, BLI_CHANNELS_MAX, &channels))
		return EXIT_USAGE;
	options->channels = (unsigned)channels;
	return 0;
}

static int set_plot(struct options *options)
{
	options->drawing = optarg;
	return gnuplot_terminal(optarg) ? 0
		: commandline_complain("--plot %s: the name decides the kind of picture; allowed: .svg, .png", optarg);
}

static int set_option(struct options *options, int code)
{
	switch (code) {
	case OPTION_FROM:
	case OPTION_TO:
		options->name[code == OPTION_TO] = optarg;
		return 0;
	case OPTION_FROM_RATE:
		return set_rate(&options->rate_hz[BLI_CLOCK_IN], "--from-rate");
	case OPTION_TO_RATE:
		return set_rate(&options->rate_hz[BLI_CLOCK_OUT], "--to-rate");
	case OPTION_FROM_FORMAT:
		return set_format(&options->format[BLI_CLOCK_IN], "--from-format");
	case OPTION_TO_FORMAT:
		return set_format(&options->format[BLI_CLOCK_OUT], "--to-format");
	case OPTION_CHANNELS:
		return set_channels(options);
	case OPTION_MAP:
		return set_map(options);
	case OPTION_LATENCY:
		return set_latency(options);
	case OPTION_CONVERTER:
		return set_converter(options);
	case OPTION_DITHER:
		return set_dither(options);
	case OPTION_SYNC:
		return set_sync(options);
	case OPTION_CONTROL:
		options->control = optarg;
		return 0;
	case OPTION_END:
		return set_end(options);
	case OPTION_STATUS:
		return set_status(options);
	case OPTION_INTERVAL:
		return commandline_number("--interval", optarg, 0.1, 3600, "s", &options->interval);
	case OPTION_DURATION:
		return commandline_number("--duration", optarg, 0.1, 1e9, "s", &options->duration);
	case OPTION_PRIORITY:
		return commandline_integer("--priority", optarg, 0, 99, &options->priority);
	case OPTION_RECORD:
		options->table = optarg;
		return 0;
	case OPTION_PLOT:
		return set_plot(options);
	case OPTION_CHECK:
		options->checks = true;
		return 0;
	case OPTION_CONFIG:
		return optarg == options->config ? 0 :
			commandline_complain("--config %s: one file, and not from within one", optarg);
	case 'y':
		options->overwrite = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	default:
		return EXIT_USAGE;	/* getopt has complained */
	}
}

/* What is missing, and what contradicts what.  Returns 0 or EXIT_USAGE. */
static int check_options(const struct options *options)
{
	if (!options->name[BLI_CLOCK_IN])
		return commandline_complain("--from: missing; the PCM to capture from");
	if (!options->name[BLI_CLOCK_OUT])
		return commandline_complain("--to: missing; the PCM to play on");
	if (options->channels && options->map_count)
		return commandline_complain("--channels, --map: one of them");
	return 0;
}

/* The file of the first --config, or NULL. */
static const char *find_config(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--config=", 9) == 0)
			return argv[i] + 9;
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			return argv[i + 1];
	}
	return NULL;
}

static int parse(struct options *options, int argc, char *argv[])
{
	int code;

	while ((code = getopt_long(argc, argv, "yvhV", long_options, NULL)) != -1) {
		if (code == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (code == 'V') {
			puts(PROGRAM " (alsa-bli) " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		}
		if (set_option(options, code) != 0)
			return EXIT_USAGE;
	}
	if (optind < argc)
		return commandline_complain("%s: unknown; PCMs are given by --from and --to", argv[optind]);
	return check_options(options) ? EXIT_USAGE : -1;
}

int bridge_options_parse(struct options *options, int argc, char *argv[])
{
	static char program[] = PROGRAM;
	char **all;
	int status;

	*options = (struct options){
		.format = { SND_PCM_FORMAT_UNKNOWN, SND_PCM_FORMAT_UNKNOWN },
		.latency = LATENCY_DEFAULT, .converter = bli_preset_find(BLI_PRESET_DEFAULT),
		.dither = BLI_DITHER_NONE, .interval = 1, .priority = PRIORITY_DEFAULT,
	};
	options->config = find_config(argc, argv);
	if (options->config && configfile_read(&options->file, options->config))
		return EXIT_USAGE;
	/* what is in the file comes first, so the command line overrides it */
	all = calloc((size_t)(argc + options->file.count) + 2, sizeof(*all));
	if (!all)
		return commandline_complain("not enough memory");
	/* getopt's complaints begin with the name, whatever the path */
	all[0] = program;
	for (int i = 0; i < options->file.count; i++)
		all[1 + i] = options->file.arguments[i];
	for (int i = 1; i < argc; i++)
		all[options->file.count + i] = argv[i];
	status = parse(options, (argc > 0 ? argc : 1) + options->file.count, all);
	free(all);
	return status;
}

void bridge_options_free(struct options *options)
{
	configfile_free(&options->file);
}
