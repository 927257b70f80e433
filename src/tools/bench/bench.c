/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-bench(1): measures the rate converters of this machine side by side. */
#include "config.h"

#include "measure/list.h"
#include "plot.h"
#include "report.h"
#include "run.h"
#include "shared/commandline.h"
#include "divisor.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "bli-bench"
#define MAX_RATE_HZ 4000000
#define MAX_PERIOD_FRAMES 1000000

const char commandline_program[] = PROGRAM;

enum output { OUTPUT_TEXT, OUTPUT_CSV, OUTPUT_JSON };

struct command {
	struct bench_settings settings;
	bool periods_given;
	char **names;		/* [count], released by bli_converter_free_list() */
	size_t count;
	enum output output;
	const char *plot;	/* NULL for none */
	bool verbose;
};

enum option_code {
	OPTION_RATES = 256, OPTION_PERIODS, OPTION_CHANNELS, OPTION_FORMAT, OPTION_CONVERTERS, OPTION_SECONDS,
	OPTION_ROUNDS, OPTION_CSV, OPTION_JSON, OPTION_PLOT,
};

static const struct option long_options[] = {
	{ "rates", required_argument, NULL, OPTION_RATES },
	{ "periods", required_argument, NULL, OPTION_PERIODS },
	{ "channels", required_argument, NULL, OPTION_CHANNELS },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "converters", required_argument, NULL, OPTION_CONVERTERS },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "csv", no_argument, NULL, OPTION_CSV },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n"
	"Measures ALSA rate converters side by side: speed, SNR, bandwidth, aliasing, delay.\n"
	"\n"
	"      --rates=IN:OUT       rates in Hz (44100:48000)\n"
	"      --periods=IN:OUT     frames per period; the default is the exact pair near 1024,\n"
	"                           and a look at 1024 and its nearest uneven fellow\n"
	"      --channels=N         1 to 64 (2)\n"
	"      --format=FORMAT      sample format (timing: S16_LE, quality: S32_LE)\n"
	"      --converters=LIST    names with commas between (all that are installed)\n"
	"      --seconds=S          CPU time for each converter and round (0.05)\n"
	"      --rounds=N           rounds of timing, converters taking turns (9)\n"
	"      --csv, --json        all figures for programs\n"
	"      --plot=FILE.svg      draw speed, responses and aliases (needs gnuplot)\n"
	"  -v, --verbose            also what each converter says of itself\n"
	"  -h, --help               this text\n"
	"  -V, --version            the version\n";

/* ---- the command line --------------------------------------------------- */

static int set_format(struct bench_settings *settings, const char *text)
{
	const snd_pcm_format_t format = snd_pcm_format_value(text);

	if (snd_pcm_format_linear(format) != 1)
		return commandline_complain("--format %s: not possible; allowed: linear PCM such as S16_LE, S24_3LE or S32_LE",
					    text);
	settings->speed_format = settings->quality_format = format;
	return 0;
}

static int set_names(struct command *command, const char *text)
{
	size_t commas = 0;

	for (const char *c = text; *c; c++)
		commas += *c == ',';
	bli_converter_free_list(command->names, command->count);
	command->count = 0;
	command->names = calloc(commas + 1, sizeof(*command->names));
	while (command->names) {
		size_t length = strcspn(text, ",");

		if (length == 0)
			break;
		command->names[command->count] = strndup(text, length);
		if (!command->names[command->count])
			break;
		command->count++;
		if (!text[length])
			return 0;
		text += length + 1;
	}
	return commandline_complain("--converters: give names with a comma between each two, such as bli,linear");
}

static int set_option(struct command *command, int code)
{
	struct bench_settings *settings = &command->settings;
	struct bli_ratehost_setup *setup = &settings->setup;
	int pair[2] = { 1, 1 }, number = 1;
	int status = 0;

	switch (code) {
	case OPTION_RATES:
		status = commandline_rates("--rates", optarg, MAX_RATE_HZ, pair);
		setup->in_rate_hz = (unsigned int)pair[0];
		setup->out_rate_hz = (unsigned int)pair[1];
		break;
	case OPTION_PERIODS:
		status = commandline_pair("--periods", optarg, MAX_PERIOD_FRAMES, pair);
		setup->in_period_frames = (size_t)pair[0];
		setup->out_period_frames = (size_t)pair[1];
		command->periods_given = true;
		break;
	case OPTION_CHANNELS:
		status = commandline_integer("--channels", optarg, 1, BLI_RATEHOST_MAX_CHANNELS, &number);
		setup->channels = (unsigned int)number;
		break;
	case OPTION_ROUNDS:
		status = commandline_integer("--rounds", optarg, 1, 1000, &number);
		settings->rounds = (size_t)number;
		break;
	case OPTION_FORMAT:
		status = set_format(settings, optarg);
		break;
	case OPTION_CONVERTERS:
		status = set_names(command, optarg);
		break;
	case OPTION_SECONDS:
		status = commandline_number("--seconds", optarg, 0.001, 60, "seconds of CPU time", &settings->cpu_seconds);
		break;
	case OPTION_CSV:
		command->output = OUTPUT_CSV;
		break;
	case OPTION_JSON:
		command->output = OUTPUT_JSON;
		break;
	case OPTION_PLOT:
		command->plot = optarg;
		break;
	case 'v':
		command->verbose = true;
		break;
	default:
		status = EXIT_USAGE;	/* getopt has complained */
	}
	return status;
}

/* Without a pair asked for: the multiple of the ratio's own terms that comes nearest to 1024 input frames, as the
 * pair to measure; and 1024 frames with the nearest number, as a device with a period of its own would have it. */
static void choose_periods(struct bench_settings *settings)
{
	struct bli_ratehost_setup *setup = &settings->setup;
	const size_t usual = 1024;
	size_t divisor = (size_t)bli_common_divisor(setup->in_rate_hz, setup->out_rate_hz);
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

/* Fills `command`. Returns -1 to go on, otherwise the exit status. */
static int parse_command(int argc, char **argv, struct command *command)
{
	int code;

	*command = (struct command){
		.settings = {
			.setup = { .in_rate_hz = 44100, .out_rate_hz = 48000, .channels = 2 },
			.speed_format = SND_PCM_FORMAT_S16_LE,
			.quality_format = SND_PCM_FORMAT_S32_LE,
			.cpu_seconds = 0.05,
			.rounds = 9,
		},
	};
	while ((code = getopt_long(argc, argv, "vhV", long_options, NULL)) != -1) {
		if (code == 'h') {
			fputs(help, stdout);
			return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
		}
		if (code == 'V') {
			printf(PROGRAM " (alsa-bli) %s\n", PACKAGE_VERSION);
			return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
		}
		if (set_option(command, code) != 0)
			return EXIT_USAGE;
	}
	if (optind < argc)
		return commandline_complain("'%s': there are options only, see --help", argv[optind]);
	if (!command->periods_given)
		choose_periods(&command->settings);
	if (!command->names) {
		int err = bli_converter_list(&command->names, &command->count);

		if (err) {
			commandline_complain("plugin directory %s: %s", bli_converter_dir(), snd_strerror(err));
			return EXIT_FAILURE;
		}
	}
	return -1;
}

/* ---- measuring ---------------------------------------------------------- */

/* What is being done, on a terminal only: a pipe gets the results and nothing else. */
static void show_progress(const char *doing, const char *name, size_t place, size_t count)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (doing)
		fprintf(stderr, "\r%s %s (%zu of %zu)\033[K", doing, name, place + 1, count);
	else
		fprintf(stderr, "\r\033[K");
	fflush(stderr);
}

static void measure_all(const struct command *command, struct bench_result *results)
{
	size_t count = command->count;
	char doing[80];

	for (size_t i = 0; i < count; i++) {
		show_progress("quality of", results[i].name, i, count);
		bench_measure_quality(&results[i], &command->settings);
	}
	/* Taking turns, so that a busy spell of the machine falls on all alike. */
	for (size_t round = 0; round < command->settings.rounds; round++) {
		snprintf(doing, sizeof(doing), "round %zu of %zu: speed of", round + 1, command->settings.rounds);
		for (size_t i = 0; i < count; i++) {
			if (results[i].error[0])
				continue;
			show_progress(doing, results[i].name, i, count);
			bench_time_round(&results[i], &command->settings);
		}
	}
	show_progress(NULL, NULL, 0, 0);
}

static void print_dumps(const struct command *command)
{
	snd_output_t *output;

	if (snd_output_stdio_attach(&output, command->output == OUTPUT_TEXT ? stdout : stderr, 0) < 0)
		return;
	for (size_t i = 0; i < command->count; i++) {
		snd_output_printf(output, "%s:\n", command->names[i]);
		bench_dump(command->names[i], &command->settings, output);
		snd_output_putc(output, '\n');
	}
	snd_output_close(output);
}

static int report(const struct command *command, const struct bench_result *results)
{
	void (*const reports[])(FILE *, const struct bench_settings *, const struct bench_result *, size_t) = {
		[OUTPUT_TEXT] = bench_report_text,
		[OUTPUT_CSV] = bench_report_csv,
		[OUTPUT_JSON] = bench_report_json,
	};
	int status = EXIT_SUCCESS;
	char message[300];

	reports[command->output](stdout, &command->settings, results, command->count);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		commandline_complain("standard output: %s", strerror(errno));
		status = EXIT_FAILURE;
	}
	if (command->plot && bench_plot(command->plot, &command->settings, results, command->count, message,
					sizeof(message)) != 0) {
		commandline_complain("--plot %s: %s", command->plot, message);
		status = EXIT_FAILURE;
	}
	for (size_t i = 0; i < command->count; i++)
		if (results[i].error[0])
			status = EXIT_FAILURE;
	return status;
}

int main(int argc, char **argv)
{
	struct command command;
	struct bench_result *results = NULL;
	int status = parse_command(argc, argv, &command);

	if (status < 0) {
		results = calloc(command.count, sizeof(*results));
		if (!results) {
			commandline_complain("out of memory");
			status = EXIT_FAILURE;
		}
	}
	if (results) {
		for (size_t i = 0; i < command.count; i++)
			results[i].name = command.names[i];
		if (command.verbose)
			print_dumps(&command);
		measure_all(&command, results);
		status = report(&command, results);
		for (size_t i = 0; i < command.count; i++) {
			free(results[i].ns_per_frame);
			free(results[i].startup_ms);
		}
	}
	free(results);
	bli_converter_free_list(command.names, command.count);
	return status;
}
