/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* asprintf */
#include "config.h"

#include "options.h"

#include "classic.h"
#include "shared/commandline.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASSIC_PROGRAM "resample"

const char commandline_program[] = RESAMPLE_PROGRAM;

/*
 * Words of the classic program become the options that they stand for, with what follows an equals
 * sign; a word with one hyphen that is exactly the name of another option is more likely to be a
 * slip. The new words are never freed.
 */
static int translate_classic(int argc, char *argv[])
{
	const struct option_table *const table = &resample_option_table;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *const classic = classic_option(argv[i]), *const name = argv[i] + 1;
		const size_t length = strcspn(name, "=");
		const struct option_entry *own;
		char *word;

		own = classic == NULL ? NULL : option_find(table, name, length);
		if (classic == NULL || (length == 1 && own != NULL))
			continue;
		if (own != NULL && own != option_find(table, classic + 2, strlen(classic + 2)))
			return commandline_complain("%s: with one hyphen it is %s, as in the classic resample; "
						    "allowed: -%s", argv[i], classic, argv[i]);
		if (asprintf(&word, "%s%s", classic, name + length) < 0)
			return commandline_complain("%s", strerror(ENOMEM));
		argv[i] = word;
	}
	return 0;
}

/* Rates and factors, and what excludes what. */
static int check_method(struct options *options)
{
	const struct sound_raw *const raw = &options->reading.raw;

	if (!options->to_given && !options->by_given)
		return commandline_complain("-to RATE or -by FACTOR: one of them is required");
	if (options->to_given && options->by_given)
		commandline_complain("-by: ignored, because -to is given, too");
	if (options->linear && options->filter_path != NULL)
		return commandline_complain("-l, -f %s: only one of them can be given", options->filter_path);
	if (options->preset != NULL && (options->linear || options->filter_path != NULL))
		return commandline_complain("--converter %s: cannot be combined with -l or -f", options->preset->name);
	if (options->gain_given && options->normalize)
		return commandline_complain("--gain, --normalize: only one of them can be given");
	if (options->encoder.bitrate_bps > 0 && options->encoder.quality >= 0)
		return commandline_complain("--bitrate, --quality: only one of them can be given");
	if (!raw->given && (raw->channels || raw->subtype || raw->endian))
		return commandline_complain("--raw-rate: missing; it goes with the other --raw options");
	if (raw->given && !raw->channels)
		return commandline_complain("--raw-channels: missing; it goes with --raw-rate");
	return 0;
}

static int check_files(struct options *options)
{
	if (options->input_count == 0)
		return commandline_complain("an input file is required; --help explains");
	for (int i = 0; i < options->input_count; i++)
		if (options->inputs[i][0] == '\0')
			return commandline_complain("'': an empty word is not the name of a file");
	if (options->output_dir != NULL) {
		for (int i = 0; i < options->input_count; i++)
			if (strcmp(options->inputs[i], "-") == 0)
				return commandline_complain("-: standard input has no name that an output in %s "
							    "could have", options->output_dir);
		return 0;
	}
	if (options->gapless)
		return commandline_complain("--gapless: goes with --output-dir");
	if (options->input_count > 2)
		return commandline_complain("%s: one input and one output at a time, or --output-dir",
					    options->inputs[2]);
	options->output = options->input_count == 2 ? options->inputs[1] : "-";
	options->input_count = 1;
	if (strcmp(options->output, "-") == 0 && isatty(STDOUT_FILENO))
		return commandline_complain("an output file is required: standard output is a terminal");
	return 0;
}

int resample_options_read(struct options *options, int argc, char *argv[])
{
	struct sound_raw *const raw = &options->reading.raw;
	int status;

	*options = (struct options){ .jobs = 1, .encoder = { .quality = -1, .compression = -1 } };
	if (argc > 0) {
		const char *const slash = strrchr(argv[0], '/');

		/* under its classic name it prints what it does, unless -terse is given */
		options->trace = strcmp(slash != NULL ? slash + 1 : argv[0], CLASSIC_PROGRAM) == 0;
	}
	status = translate_classic(argc, argv);
	if (status == 0)
		status = option_read(&resample_option_table, options, argc, argv);
	if (status != 0)
		return status;
	options->inputs = argv + optind;
	options->input_count = argc - optind;
	status = check_method(options);
	if (status == 0)
		status = check_files(options);
	if (raw->given && raw->subtype == 0)
		raw->subtype = SF_FORMAT_PCM_16;
	if (raw->given && raw->endian == 0)
		raw->endian = SF_ENDIAN_LITTLE;
	options->reading.again = options->normalize || options->no_clip;
	return status;
}
