/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"
#include "gcd.h"
#include "measure/list.h"
#include "shared/commandline.h"
#include "shared/gnuplot.h"
#include "shared/optionparser.h"
#include "shared/ratetext.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "bli-bench"
#define MAX_RATE_HZ 4000000
#define MAX_PERIOD_FRAMES 1000000

const char commandline_program[] = PROGRAM;

static int set_format(struct options *options, const char *text)
{
	const snd_pcm_format_t format = snd_pcm_format_value(text);

	if (snd_pcm_format_linear(format) != 1)
		return commandline_complain("--format %s: not possible; allowed: linear PCM such as S16_LE, S24_3LE or "
					    "S32_LE", text);
	options->settings.speed_format = options->settings.quality_format = format;
	return 0;
}

static int set_names(struct options *options, const char *text)
{
	size_t commas = 0;

	for (const char *c = text; *c; c++)
		commas += *c == ',';
	bli_converter_free_list(options->names, options->count);
	options->count = 0;
	options->names = calloc(commas + 1, sizeof(*options->names));
	while (options->names) {
		size_t length = strcspn(text, ",");

		if (length == 0)
			break;
		options->names[options->count] = strndup(text, length);
		if (!options->names[options->count])
			break;
		options->count++;
		if (!text[length])
			return 0;
		text += length + 1;
	}
	return commandline_complain("--converters: give names with a comma between each two, such as bli,linear");
}

/* IN:OUT, whole Hz. */
static int set_rates(struct options *options, const char *text)
{
	struct bli_ratehost_setup *setup = &options->settings.setup;
	double in = 0, out = 0;
	const char *end = ratetext_read(text, &in, NULL);

	end = end && *end == ':' ? ratetext_read(end + 1, &out, NULL) : NULL;
	if (!end || *end || !(in >= 1 && in <= MAX_RATE_HZ && out >= 1 && out <= MAX_RATE_HZ) || in != floor(in) ||
	    out != floor(out))
		return commandline_complain("--rates %s: not possible; allowed: IN:OUT, each 1 to %d Hz, as in "
					    "44100:48000, 44.1k:48k", text, MAX_RATE_HZ);
	setup->in_rate_hz = (unsigned int)in;
	setup->out_rate_hz = (unsigned int)out;
	return 0;
}

/* Every converter that is named must be there, so that a misspelt one is found at once and not after half a minute. */
static int check_names(const struct options *options, char **known, size_t known_count)
{
	for (size_t i = 0; i < options->count; i++) {
		size_t k = 0;

		while (k < known_count && strcmp(known[k], options->names[i]) != 0)
			k++;
		if (k < known_count)
			continue;
		fprintf(stderr, PROGRAM ": --converters: '%s' is not installed in %s; there are", options->names[i],
			bli_converter_dir());
		for (k = 0; k < known_count; k++)
			fprintf(stderr, " %s", known[k]);
		fputc('\n', stderr);
		return EXIT_USAGE;
	}
	return -1;
}

/* The converters asked for, or all.  Returns −1 or the exit status. */
static int find_converters(struct options *options)
{
	char **known;
	size_t count;
	int err = bli_converter_list(&known, &count), status;

	if (err) {
		commandline_complain("plugin directory %s: %s", bli_converter_dir(), snd_strerror(err));
		return EXIT_FAILURE;
	}
	if (options->names) {
		status = check_names(options, known, count);
		bli_converter_free_list(known, count);
		return status;
	}
	options->names = known;
	options->count = count;
	return -1;
}

static int set_plot(struct options *options, const char *path)
{
	options->plot = path;
	return gnuplot_check_name(path);
}

static int set_periods(struct options *options, const char *text)
{
	int pair[2];

	if (commandline_pair("--periods", text, MAX_PERIOD_FRAMES, pair))
		return EXIT_USAGE;
	options->settings.setup.in_period_frames = (size_t)pair[0];
	options->settings.setup.out_period_frames = (size_t)pair[1];
	options->periods_given = true;
	return 0;
}

static int set_channels(struct options *options, const char *text)
{
	int channels;

	if (commandline_integer("--channels", text, 1, BLI_RATEHOST_MAX_CHANNELS, &channels))
		return EXIT_USAGE;
	options->settings.setup.channels = (unsigned int)channels;
	return 0;
}

static int set_rounds(struct options *options, const char *text)
{
	int rounds;

	if (commandline_integer("--rounds", text, 1, 1000, &rounds))
		return EXIT_USAGE;
	options->settings.rounds = (size_t)rounds;
	return 0;
}

static int set_seconds(struct options *options, const char *text)
{
	return commandline_number("--seconds", text, 0.001, 60, "seconds of CPU time", &options->settings.cpu_seconds);
}

static int set_csv(struct options *options, const char *text)
{
	(void)text;
	options->output = OUTPUT_CSV;
	return 0;
}

static int set_json(struct options *options, const char *text)
{
	(void)text;
	options->output = OUTPUT_JSON;
	return 0;
}

static int set_doctor(struct options *options, const char *pcm)
{
	options->doctor = pcm ? pcm : "";
	return 0;
}

static const struct option_entry entries[] = {
	{ "--rates=IN:OUT", "rates, as in 44100:48000 (the default) or 44.1k:16k", .set = set_rates },
	{ "--periods=IN:OUT", "frames per period; the default is the pair near 1024 that is\n"
	  "in the ratio of the rates, with a look at 1024 itself", .set = set_periods },
	{ "--channels=N", "1 to 64 (2)", .set = set_channels },
	{ "--format=FORMAT", "sample format (timing: S16_LE, quality: S32_LE)", .set = set_format },
	{ "--converters=LIST", "names with commas between (all that are installed)", .set = set_names },
	{ "--seconds=S", "CPU time for each converter and round (0.05)", .set = set_seconds },
	{ "--rounds=N", "rounds of timing, converters taking turns (9)", .set = set_rounds },
	{ "--csv", "all figures, for programs", .set = set_csv },
	{ "--json", "the same, with every round and the frequency responses", .set = set_json },
	{ "--plot=FILE", "draw speed, responses and aliases, .svg or .png (needs gnuplot)", .set = set_plot },
	{ "--doctor[=PCM]", "measure nothing, but tell which converter programs get from the\n"
	  "default PCM and this one, why, and what is wrong with that", .set = set_doctor },
	{ "-v, --verbose", "all figures, and what each converter says of itself",
	  .flag = offsetof(struct options, verbose) },
	{ "-h, --help", "print this and exit", .set = option_help },
	{ "-V, --version", "print the version and exit", .set = option_version },
	{ .text = NULL },
};

static const struct option_table table = {
	.usage = "Usage: " PROGRAM " [OPTION]...\n"
		 "Measure the ALSA rate converters of this machine side by side: speed, SNR, bandwidth,\n"
		 "aliasing and delay; the cleanest first, and which to take at the end.\n"
		 "\n",
	.width = 23, .entries = entries,
};

/* Without a pair asked for: the multiple of the ratio's own terms that comes nearest to 1024 input frames, as the
 * pair to measure; and 1024 frames with the nearest number, as a device with a period of its own would have it. */
static void choose_periods(struct bench_settings *settings)
{
	struct bli_ratehost_setup *setup = &settings->setup;
	const size_t usual = 1024;
	size_t divisor = (size_t)bli_gcd(setup->in_rate_hz, setup->out_rate_hz);
	size_t in = setup->in_rate_hz / divisor, out = setup->out_rate_hz / divisor;
	size_t rounded = (usual * out + in / 2) / in;
	size_t times = (usual + in / 2) / in ? (usual + in / 2) / in : 1;

	if (rounded * in != usual * out) {
		settings->uneven_in_frames = usual;
		settings->uneven_out_frames = rounded ? rounded : 1;
	}
	if (in > 8 * usual || out > 8 * usual) {	/* no period of useful length is exact */
		setup->in_period_frames = usual;
		setup->out_period_frames = rounded ? rounded : 1;
		settings->uneven_in_frames = 0;
	} else {
		setup->in_period_frames = times * in;
		setup->out_period_frames = times * out;
	}
}

int options_parse(struct options *options, int argc, char **argv)
{
	int status;

	*options = (struct options){
		.settings = {
			.setup = { .in_rate_hz = 44100, .out_rate_hz = 48000, .channels = 2 },
			.speed_format = SND_PCM_FORMAT_S16_LE,
			.quality_format = SND_PCM_FORMAT_S32_LE,
			.cpu_seconds = 0.05,
			.rounds = 9,
		},
	};
	status = option_read(&table, options, argc, argv);
	if (status != 0)
		return status < 0 && fflush(stdout) == 0 ? EXIT_SUCCESS : status < 0 ? EXIT_FAILURE : status;
	if (optind < argc)
		return commandline_complain("'%s': there are options only, see --help", argv[optind]);
	if (options->doctor)
		return -1;
	if (!options->periods_given)
		choose_periods(&options->settings);
	return find_converters(options);
}
