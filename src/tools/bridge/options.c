/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"
#include "shared/commandline.h"
#include "shared/gnuplot.h"
#include "shared/optionparser.h"
#include "shared/ratetext.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stddef.h>
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

/* The number of one of the words, which end with NULL, or −1. */
static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int set_from(struct options *options, const char *name)
{
	options->name[BLI_CLOCK_IN] = name;
	return 0;
}

static int set_to(struct options *options, const char *name)
{
	options->name[BLI_CLOCK_OUT] = name;
	return 0;
}

static int set_rate(unsigned *rate_hz, const char *option, const char *text)
{
	double hz;
	const char *end = ratetext_read(text, &hz, NULL);

	if (!end || *end != '\0' || hz < RATE_MIN_HZ || hz > RATE_MAX_HZ || hz != floor(hz))
		return commandline_complain("%s %s: not possible; allowed: %d to %d Hz, whole, as in 44100, 44.1k",
					    option, text, RATE_MIN_HZ, RATE_MAX_HZ);
	*rate_hz = (unsigned)hz;
	return 0;
}

static int set_from_rate(struct options *options, const char *text)
{
	return set_rate(&options->rate_hz[BLI_CLOCK_IN], "--from-rate", text);
}

static int set_to_rate(struct options *options, const char *text)
{
	return set_rate(&options->rate_hz[BLI_CLOCK_OUT], "--to-rate", text);
}

static int set_format(snd_pcm_format_t *format, const char *option, const char *text)
{
	snd_pcm_format_t found = snd_pcm_format_value(text);

	if (found == SND_PCM_FORMAT_UNKNOWN ||
	    (snd_pcm_format_linear(found) != 1 && found != SND_PCM_FORMAT_FLOAT_LE && found != SND_PCM_FORMAT_FLOAT_BE))
		return commandline_complain("%s %s: not possible; allowed: a linear format of ALSA, as in S16_LE, "
					    "S24_3LE, S32_LE, FLOAT_LE", option, text);
	*format = found;
	return 0;
}

static int set_from_format(struct options *options, const char *text)
{
	return set_format(&options->format[BLI_CLOCK_IN], "--from-format", text);
}

static int set_to_format(struct options *options, const char *text)
{
	return set_format(&options->format[BLI_CLOCK_OUT], "--to-format", text);
}

static int set_channels(struct options *options, const char *text)
{
	int channels;

	if (commandline_integer("--channels", text, 1, BLI_CHANNELS_MAX, &channels))
		return EXIT_USAGE;
	options->channels = (unsigned)channels;
	return 0;
}

static int set_map(struct options *options, const char *text)
{
	const char *rest = text;

	options->map_count = 0;
	for (;;) {
		char *end;
		unsigned long channel = strtoul(rest, &end, 10);

		if (rest[0] < '0' || rest[0] > '9' || channel > BLI_CHANNELS_MAX || (*end != ',' && *end != '\0') ||
		    options->map_count == BLI_CHANNELS_MAX)
			return commandline_complain("--map %s: not possible; allowed: up to %d numbers of 0 to %d with "
						    "commas between", text, BLI_CHANNELS_MAX, BLI_CHANNELS_MAX);
		options->map[options->map_count++] = (unsigned)channel;
		if (*end == '\0')
			return 0;
		rest = end + 1;
	}
}

static int set_latency(struct options *options, const char *text)
{
	static const struct { const char *unit; double seconds; } units[] = {
		{ "", 1e-3 }, { "ms", 1e-3 }, { "s", 1 }, { "us", 1e-6 },
	};
	char *end;
	double number = strtod(text, &end);

	options->auto_latency = strcmp(text, "auto") == 0;
	if (options->auto_latency)
		return 0;
	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0) {
			options->latency = number * units[i].seconds;
			options->has_latency = true;
			if (options->latency >= LATENCY_MIN && options->latency <= LATENCY_MAX)
				return 0;
		}
	return commandline_complain("--latency %s: not possible; allowed: 1ms to 10s, auto", text);
}

static int set_converter(struct options *options, const char *text)
{
	options->converter = bli_preset_find(text);
	if (!options->converter)
		return commandline_complain("--converter %s: unknown; allowed: bli_fast, bli_medium, bli, bli_high, "
					    "bli_best", text);
	if (options->converter->requirement.method != BLI_METHOD_SINC)
		return commandline_complain("--converter %s: cannot follow a clock; allowed: bli_fast, bli_medium, "
					    "bli, bli_high, bli_best", text);
	return 0;
}

static int set_dither(struct options *options, const char *text)
{
	static const char *const words[] = { "none", "tpdf", "shaped", NULL };
	static const enum bli_dither_kind kinds[] = { BLI_DITHER_NONE, BLI_DITHER_TPDF, BLI_DITHER_SHAPED };
	int word = find_word(words, text);

	if (word < 0)
		return commandline_complain("--dither %s: unknown; allowed: none, tpdf, shaped", text);
	options->dither = kinds[word];
	return 0;
}

static int set_sync(struct options *options, const char *text)
{
	static const char *const words[] = { "auto", "resample", "none", "timer", "pitch", NULL };
	int word = find_word(words, text);

	if (word < 0)
		return commandline_complain("--sync %s: not possible; allowed: auto, resample, none, timer, pitch",
					    text);
	options->sync = (enum bridge_sync)word;
	return 0;
}

static int set_control(struct options *options, const char *name)
{
	options->control = name;
	return 0;
}

static int set_end(struct options *options, const char *text)
{
	static const char *const words[] = { "drain", "drop", NULL };
	int word = find_word(words, text);

	options->drops = word == 1;
	return word >= 0 ? 0 : commandline_complain("--at-end %s: unknown; allowed: drain, drop", text);
}

static int set_status(struct options *options, const char *text)
{
	static const char *const words[] = { "line", "json", "none", NULL };
	int word = find_word(words, text);

	options->status = STATUS_LINE + (unsigned)word;
	return word >= 0 ? 0 : commandline_complain("--status %s: unknown; allowed: line, json, none", text);
}

static int set_interval(struct options *options, const char *text)
{
	return commandline_number("--interval", text, 0.1, 3600, "s", &options->interval);
}

static int set_duration(struct options *options, const char *text)
{
	return commandline_number("--duration", text, 0.1, 1e9, "s", &options->duration);
}

static int set_priority(struct options *options, const char *text)
{
	return commandline_integer("--priority", text, 0, 99, &options->priority);
}

static int set_record(struct options *options, const char *path)
{
	options->table = path;
	return 0;
}

static int set_plot(struct options *options, const char *path)
{
	options->drawing = path;
	return gnuplot_check_name(path);
}

/* The file has been read before all options; only the one on the command line is meant. */
static int set_config(struct options *options, const char *path)
{
	return path == options->config ? 0
		: commandline_complain("--config %s: one file, and not from within one", path);
}

static const struct option_entry entries[] = {
	{ "--from PCM", "ALSA PCM to capture from", .set = set_from },
	{ "--to PCM", "ALSA PCM to play on", .set = set_to },
	{ "--from-rate RATE", "capture rate, as in 44100, 44.1k (one for both)", .set = set_from_rate },
	{ "--to-rate RATE", "playback rate", .set = set_to_rate },
	{ "--from-format NAME", "capture format, as in S16_LE (the widest)", .set = set_from_format },
	{ "--to-format NAME", "playback format", .set = set_to_format },
	{ "--channels N", "of both sides", .set = set_channels },
	{ "--map N,N,...", "for each playback channel a capture channel, from 1", .set = set_map },
	{ "--latency TIME", "from capture to playback, as in 20ms, or auto (40ms)", .set = set_latency },
	{ "--converter NAME", "bli_fast, bli_medium, bli, bli_high, bli_best (bli)", .set = set_converter },
	{ "--dither KIND", "of integer samples: none, tpdf, shaped (none)", .set = set_dither },
	{ "--sync MODE", "resample; timer, pitch: tune a clock;\nnone: it is one (auto)", .set = set_sync },
	{ "--control CTL", "where to find what tunes a clock (the PCM's card)", .set = set_control },
	{ "--at-end WHAT", "of what is queued: drain, drop (drain)", .set = set_end },
	{ "--status KIND", "line, json, none; line on a terminal, otherwise none", .set = set_status },
	{ "--interval SECONDS", "between two status lines (1)", .set = set_interval },
	{ "--duration SECONDS", "end by itself", .set = set_duration },
	{ "--priority N", "real-time priority, 1 to 99; 0: ordinary (40)", .set = set_priority },
	{ "--record-status FILE", "write deviation and latency over the run as CSV", .set = set_record },
	{ "--plot FILE", "draw them as .svg or .png at the end (needs gnuplot)", .set = set_plot },
	{ "-y, --overwrite", "replace existing files", .flag = offsetof(struct options, overwrite) },
	{ "--check", "measure both PCMs for a while, recommend a latency", .flag = offsetof(struct options, checks) },
	{ "--config FILE", "long options from a file, one in a line", .set = set_config },
	{ "-v, --verbose", "say how the sides were set up", .flag = offsetof(struct options, verbose) },
	{ "", .text = "" },
	{ "-h, --help", "print this and exit", .set = option_help },
	{ "-V, --version", "print the version and exit", .set = option_version },
	{ .text = NULL },
};

static const struct option_table table = {
	.usage = "Usage: " PROGRAM " --from PCM --to PCM [OPTION]...\n"
		 "Play what one sound card captures on another, each on its own clock.\n"
		 "\n",
	.width = 24, .entries = entries,
};

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

/* The file of the first --config, or NULL.  As for getopt the name can be cut short: --con could be --control, too. */
static const char *find_config(int argc, char *argv[])
{
	static const char name[] = "--config", least[] = "--conf";

	for (int i = 1; i < argc; i++) {
		const size_t length = strcspn(argv[i], "=");

		if (length < sizeof(least) - 1 || length > sizeof(name) - 1 || strncmp(argv[i], name, length) != 0)
			continue;
		return argv[i][length] ? argv[i] + length + 1 : i + 1 < argc ? argv[i + 1] : NULL;
	}
	return NULL;
}

static int parse(struct options *options, int argc, char *argv[])
{
	const int status = option_read(&table, options, argc, argv);

	if (status > 0)
		return status;
	if (status < 0) {	/* --help or --version */
		if (fflush(stdout) == 0)
			return EXIT_SUCCESS;
		commandline_complain("standard output: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (optind < argc)
		return commandline_complain("%s: unknown; PCMs are given by --from and --to", argv[optind]);
	return check_options(options) ? EXIT_USAGE : -1;
}

int bridge_options_parse(struct options *options, int argc, char *argv[])
{
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
	/* what is in the file comes first, so the command line overrides it; all[0], the program, is never read */
	all = calloc((size_t)(argc + options->file.count) + 2, sizeof(*all));
	if (!all)
		return commandline_complain("not enough memory");
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
