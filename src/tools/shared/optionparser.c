/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "optionparser.h"
#include "commandline.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 128
#define FIRST_CODE 256	/* of long options: entry i has the code FIRST_CODE + i */

/* The table as getopt_long() wants it. */
struct words {
	struct option longs[WORDS_MAX];
	size_t count;
	char shorts[2 * WORDS_MAX];
	unsigned char entry_of_short[128];
	char *names;		/* what longs[].name points to */
};

int option_help(struct options *options, const char *argument)
{
	(void)options;
	(void)argument;
	return -1;	/* option_read() knows the table to print */
}

int option_version(struct options *options, const char *argument)
{
	(void)options;
	(void)argument;
	printf("%s (alsa-bli) %s\n", commandline_program, PACKAGE_VERSION);
	return -1;
}

const struct option_entry *option_find(const struct option_table *table, const char *name, size_t length)
{
	for (const struct option_entry *entry = table->entries; entry->text; entry++)
		for (const char *word = entry->spelling; *word == '-'; word += strspn(word, ", ")) {
			word += strspn(word, "-");
			if (strcspn(word, ",[= ") == length && strncmp(word, name, length) == 0)
				return entry;
			word += strcspn(word, ", ");
		}
	return NULL;
}

/*
 * "-f, --filter FILE", "--rates=IN:OUT", "--dither[=KIND]": a word with one hyphen and one letter is a short option,
 * all others with hyphens are long ones.
 */
static void add_words(struct words *words, size_t entry, char *spelling)
{
	const char *const last = strrchr(spelling, ' ');
	const int takes = strchr(spelling, '[') ? optional_argument
		: strchr(spelling, '=') || (last && last[1] != '-') ? required_argument : no_argument;
	char *rest;

	spelling[strcspn(spelling, "[=")] = '\0';
	for (char *word = strtok_r(spelling, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
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

/* Returns 0 or −ENOMEM; free words->names. */
static int make_words(struct words *words, const struct option_entry *entries)
{
	size_t bytes = 0, used = 0;

	memset(words, 0, sizeof(*words));
	for (size_t i = 0; entries[i].text; i++)
		bytes += strlen(entries[i].spelling) + 1;
	words->names = malloc(bytes);
	if (!words->names)
		return -ENOMEM;
	for (size_t i = 0; entries[i].text; i++) {
		char *const copy = strcpy(words->names + used, entries[i].spelling);

		used += strlen(copy) + 1;
		add_words(words, i, copy);
	}
	return 0;
}

/* Long options without a short one stand below the long ones of the others. */
static void print_help(const struct option_table *table)
{
	fputs(table->usage, stdout);
	for (const struct option_entry *entry = table->entries; entry->text; entry++) {
		const int indent = strncmp(entry->spelling, "--", 2) == 0 && !table->single_hyphen ? 6 : 2;
		const int width = table->width + 2 - indent;
		const char *line = entry->text;

		if (!*entry->spelling) {
			printf("%s\n", line);
			continue;
		}
		printf("%*s%-*s", indent, "", width, entry->spelling);
		if ((int)strlen(entry->spelling) > width)
			printf("\n%*s", table->width + 2, "");
		for (size_t length; *line; line += length + (line[length] != '\0')) {
			length = strcspn(line, "\n");
			printf("%*s%.*s\n", line == entry->text ? 2 : table->width + 4, "", (int)length, line);
		}
	}
}

static int read_words(const struct option_table *table, const struct words *words, struct options *options, int argc,
		      char *argv[])
{
	int code, status = 0;

	while (status == 0 && (code = table->single_hyphen
				? getopt_long_only(argc, argv, words->shorts, words->longs, NULL)
				: getopt_long(argc, argv, words->shorts, words->longs, NULL)) != -1) {
		const struct option_entry *entry;

		if (code == '?')
			return EXIT_USAGE;	/* getopt has complained */
		entry = &table->entries[code >= FIRST_CODE ? code - FIRST_CODE : words->entry_of_short[code]];
		/* an optional argument behind a space, where it can be nothing else */
		if (!optarg && entry->takes && optind < argc && entry->takes(argv[optind]))
			optarg = argv[optind++];
		if (entry->set)
			status = entry->set(options, optarg);
		else
			*(bool *)((char *)options + entry->flag) = true;
		if (entry->set == option_help)
			print_help(table);
	}
	return status;
}

int option_read(const struct option_table *table, struct options *options, int argc, char *argv[])
{
	char *const program = strdup(commandline_program), *path = argc > 0 ? argv[0] : NULL;
	struct words words;
	int status = EXIT_USAGE;

	if (make_words(&words, table->entries) || !program) {
		commandline_complain("%s", strerror(ENOMEM));
	} else {
		/* getopt's complaints begin with the name, whatever the path */
		if (argc > 0)
			argv[0] = program;
		status = read_words(table, &words, options, argc, argv);
		if (argc > 0)
			argv[0] = path;
	}
	free(words.names);
	free(program);
	return status;
}
