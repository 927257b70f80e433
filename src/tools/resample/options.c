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

#include "optiontable.h"

const char commandline_program[] = RESAMPLE_PROGRAM;

/* A word of getopt's, and the entry of the table that it belongs to. */
#define WORDS_MAX 128
#define FIRST_CODE 256

struct words {
	struct option longs[WORDS_MAX];
	size_t count;
	char shorts[2 * WORDS_MAX];
	unsigned char entry_of_short[128];
	char *names;		/* what longs[].name points to */
};

/*
 * "-f, --filter FILE": a word with one hyphen and one letter is a short option, all others with
 * hyphens are long ones.
 */
static void add_words(struct words *words, size_t entry, char *spelling)
{
	char *const hint = strpbrk(spelling, " [") != NULL ? strrchr(spelling, ' ') : NULL;
	const int takes = strchr(spelling, '[') != NULL ? optional_argument
		: hint != NULL && hint[1] != '-' ? required_argument : no_argument;

	spelling[strcspn(spelling, "[")] = '\0';
	for (char *word = strtok(spelling, ", "); word != NULL; word = strtok(NULL, ", ")) {
		const bool is_short = word[0] == '-' && word[1] != '-' && word[2] == '\0';

		if (word[0] == '-' && !is_short && words->count < WORDS_MAX - 1)
			words->longs[words->count++] = (struct option){
				word + 1 + (word[1] == '-'), takes, NULL, FIRST_CODE + (int)entry,
			};
		if (is_short) {
			const char letter[] = { word[1], takes == required_argument ? ':' : '\0', '\0' };

			strcat(words->shorts, letter);
			words->entry_of_short[(unsigned char)word[1]] = (unsigned char)entry;
		}
	}
}

/* Returns 0 or -ENOMEM; free words->names. */
static int make_words(struct words *words)
{
	size_t bytes = 0, used = 0;

	memset(words, 0, sizeof(*words));
	for (size_t i = 0; option_table[i].text != NULL; i++)
		bytes += strlen(option_table[i].spelling) + 1;
	words->names = malloc(bytes);
	if (words->names == NULL)
		return -ENOMEM;
	for (size_t i = 0; option_table[i].text != NULL; i++) {
		char *const copy = strcpy(words->names + used, option_table[i].spelling);

		used += strlen(copy) + 1;
		if (option_table[i].set != NULL)
			add_words(words, i, copy);
	}
	return 0;
}

static void print_help(void)
{
	puts("Usage: " RESAMPLE_PROGRAM " (-to RATE | -by FACTOR) [OPTION]... INPUT [OUTPUT]\n"
	     "       " RESAMPLE_PROGRAM " (-to RATE | -by FACTOR) [OPTION]... --output-dir DIR\n"
	     "                    INPUT...\n"
	     "Convert the sample rate of sound files. - is standard input or output.");
	for (size_t i = 0; option_table[i].text != NULL; i++) {
		const struct option_entry *const entry = &option_table[i];

		if (entry->set == NULL)
			printf("\n%s\n", entry->text);
		else if (strlen(entry->spelling) <= OPTION_SPELLING_WIDTH)
			printf("  %-*s  %s\n", OPTION_SPELLING_WIDTH, entry->spelling, entry->text);
		else
			printf("  %s\n  %*s  %s\n", entry->spelling, OPTION_SPELLING_WIDTH, "", entry->text);
	}
}

static bool names_another(const struct words *words, const char *name, size_t length, const char *classic)
{
	int code = 0;

	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->longs[i].name, classic + 2) == 0)
			code = words->longs[i].val;
	for (size_t i = 0; i < words->count; i++)
		if (strlen(words->longs[i].name) == length && strncmp(words->longs[i].name, name, length) == 0)
			return words->longs[i].val != code;
	return false;
}

/*
 * Words of the classic program become the options that they stand for, with what follows an equals
 * sign; a word with one hyphen that is exactly the name of another option is more likely to be a
 * slip. The new words are never freed.
 */
static int translate_classic(const struct words *words, int argc, char *argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *const classic = classic_option(argv[i]), *const name = argv[i] + 1;
		const size_t length = strcspn(name, "=");
		char *word;

		if (classic == NULL || (length == 1 && strchr(words->shorts, name[0]) != NULL))
			continue;
		if (names_another(words, name, length, classic))
			return commandline_complain("%s: with one hyphen it is %s, as in the classic resample; "
						    "allowed: -%s", argv[i], classic, argv[i]);
		if (asprintf(&word, "%s%s", classic, name + length) < 0)
			return commandline_complain("%s", strerror(ENOMEM));
		argv[i] = word;
	}
	return 0;
}

/* Rates and factors, and what excludes what. */
static int check_method(struct resample_options *options)
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

static int check_files(struct resample_options *options)
{
	if (options->input_count == 0)
		return commandline_complain("an input file is required; --help explains");
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

static int read_words(struct resample_options *options, const struct words *words, int argc, char *argv[])
{
	int code, status = translate_classic(words, argc, argv);

	while (status == 0 && (code = getopt_long_only(argc, argv, words->shorts, words->longs, NULL)) != -1) {
		const struct option_entry *entry;

		if (code == '?')
			return EXIT_USAGE;	/* getopt has complained */
		entry = &option_table[code >= FIRST_CODE ? code - FIRST_CODE : words->entry_of_short[code]];
		if (entry->set == option_help) {
			print_help();
			return -1;
		}
		/* an optional argument behind a space, where it can be nothing else */
		if (optarg == NULL && entry->takes != NULL && optind < argc && entry->takes(argv[optind]))
			optarg = argv[optind++];
		status = entry->set(options, optarg);
	}
	return status;
}

int resample_options_read(struct resample_options *options, int argc, char *argv[])
{
	static char program[] = RESAMPLE_PROGRAM;
	struct sound_raw *const raw = &options->reading.raw;
	struct words words;
	int status;

	*options = (struct resample_options){ .jobs = 1, .encoder = { .quality = -1, .compression = -1 } };
	if (make_words(&words) != 0)
		return commandline_complain("%s", strerror(ENOMEM));
	if (argc > 0) {
		const char *const slash = strrchr(argv[0], '/');

		/* under its classic name it tells what it does, unless it is to be terse */
		options->trace = strcmp(slash != NULL ? slash + 1 : argv[0], RESAMPLE_CLASSIC_PROGRAM) == 0;
		/* getopt's complaints begin with the name, whatever the path */
		argv[0] = program;
	}
	status = read_words(options, &words, argc, argv);
	free(words.names);
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
