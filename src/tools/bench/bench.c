/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-bench(1): measures the rate converters of this machine side by side. */
#include "config.h"

#include "doctor/doctor.h"
#include "float64.h"
#include "judgement.h"
#include "measure/list.h"
#include "options.h"
#include "plot.h"
#include "progress.h"
#include "report.h"
#include "shared/commandline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void measure_quality(const struct options *options, struct bench_result *results)
{
	const struct bench_settings *settings = &options->settings;
	struct progress progress;

	/* opening and filling the caches take as long again as a short round */
	progress_begin(&progress, options->count,
		       (double)(settings->rounds * options->count) * (1.3 * settings->cpu_seconds + 0.02));
	for (size_t i = 0; i < options->count; i++) {
		progress_step(&progress, "quality of", results[i].name);
		if (bench_measure_quality(&results[i], settings) == 0 && float64_measure(&results[i], settings) < 0)
			snprintf(results[i].error, sizeof(results[i].error), "converter '%s': out of memory",
				 results[i].name);
	}
	progress_end(&progress);
}

/* In turns, so that a busy spell of the machine affects all alike. */
static void measure_speed(const struct options *options, struct bench_result *results)
{
	const struct bench_settings *settings = &options->settings;
	struct progress progress;
	size_t timed = 0;
	char doing[80];

	for (size_t i = 0; i < options->count; i++)
		timed += !results[i].error[0] && !results[i].same_as;
	progress_begin(&progress, settings->rounds * timed, 0);
	for (size_t round = 0; round < settings->rounds; round++) {
		snprintf(doing, sizeof(doing), "round %zu of %zu: speed of", round + 1, settings->rounds);
		for (size_t i = 0; i < options->count; i++) {
			if (results[i].error[0] || results[i].same_as)
				continue;
			progress_step(&progress, doing, results[i].name);
			bench_time_round(&results[i], settings);
		}
	}
	progress_end(&progress);
}

/* What runs the same code takes the same time. */
static void share_speed(struct bench_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct bench_result *same = results[i].same_as;

		if (!same)
			continue;
		results[i].ns_per_frame = same->ns_per_frame;
		results[i].startup_ms = same->startup_ms;
		results[i].rounds = same->rounds;
		results[i].speed_in = same->speed_in;
		results[i].speed_out = same->speed_out;
		memcpy(results[i].error, same->error, sizeof(results[i].error));
	}
}

static void release(struct bench_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!results[i].same_as) {
			free(results[i].ns_per_frame);
			free(results[i].startup_ms);
		}
	free(results);
}

static void print_dumps(const struct options *options)
{
	snd_output_t *output;

	if (snd_output_stdio_attach(&output, options->output == OUTPUT_TEXT ? stdout : stderr, 0) < 0)
		return;
	for (size_t i = 0; i < options->count; i++) {
		snd_output_printf(output, "%s:\n", options->names[i]);
		bench_dump(options->names[i], &options->settings, output);
		snd_output_putc(output, '\n');
	}
	snd_output_close(output);
}

static int report(const struct options *options, const struct bench_result *results)
{
	const struct bench_settings *settings = &options->settings;
	int status = EXIT_SUCCESS;
	char message[300];

	if (options->output == OUTPUT_CSV)
		bench_report_csv(stdout, settings, results, options->count);
	else if (options->output == OUTPUT_JSON)
		bench_report_json(stdout, settings, results, options->count);
	else
		bench_report_text(stdout, settings, results, options->count, options->verbose);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		commandline_complain("standard output: %s", strerror(errno));
		status = EXIT_FAILURE;
	}
	if (options->plot && bench_plot(options->plot, settings, results, options->count, message,
					sizeof(message)) < 0) {
		commandline_complain("--plot %s: %s", options->plot, message);
		status = EXIT_FAILURE;
	}
	for (size_t i = 0; i < options->count; i++)
		if (results[i].error[0])
			status = EXIT_FAILURE;
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct bench_result *results = NULL;
	int status = options_parse(&options, argc, argv);

	if (status < 0 && options.doctor) {
		status = doctor(options.doctor);
	} else if (status < 0) {
		results = calloc(options.count, sizeof(*results));
		if (!results) {
			commandline_complain("out of memory");
			status = EXIT_FAILURE;
		}
	}
	if (results) {
		for (size_t i = 0; i < options.count; i++)
			results[i].name = options.names[i];
		if (options.verbose)
			print_dumps(&options);
		measure_quality(&options, results);
		judgement_merge(results, options.count);
		measure_speed(&options, results);
		share_speed(results, options.count);
		status = report(&options, results);
		release(results, options.count);
	}
	bli_converter_free_list(options.names, options.count);
	return status;
}
