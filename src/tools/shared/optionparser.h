/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a command line from a table that has each once: how it is spelled, what --help says, what it sets. */
#ifndef BLI_OPTIONPARSER_H
#define BLI_OPTIONPARSER_H

#include <stdbool.h>
#include <stddef.h>

/* What a program's options set: each program has a struct of its own by this name. */
struct options;

struct option_entry {
	/* all names, then the argument: "-f, --filter FILE", "--rates=IN:OUT", "--dither[=KIND]"; "" for a heading */
	const char *spelling;
	const char *text;	/* for --help; may have several lines; NULL at the end of the table */
	/* Returns 0, EXIT_USAGE after saying what is wrong, or −1 when all that was asked for has been printed. */
	int (*set)(struct options *options, const char *argument);
	/* of an optional argument: whether the next word is it; NULL: it is never a word of its own */
	bool (*takes)(const char *word);
	size_t flag;		/* without `set`: offsetof(struct options, …) of the bool that becomes true */
};

struct option_table {
	const char *usage;	/* what --help says before the options; lines */
	int width;		/* columns of --help for the spellings */
	bool single_hyphen;	/* long options may begin with one hyphen, too */
	const struct option_entry *entries;	/* in the order of --help; at most 127 */
};

/* For entries of --help and --version, which print to standard output. */
int option_help(struct options *options, const char *argument);
int option_version(struct options *options, const char *argument);

/* The entry that has exactly this name, of `length` bytes and without hyphens; NULL if there is none. */
const struct option_entry *option_find(const struct option_table *table, const char *name, size_t length);

/*
 * Set what the options of a command line say.  Returns 0, with optind at the
 * first word that is no option; EXIT_USAGE after one line that says what is
 * wrong; or −1 when all that was asked for has been printed.
 */
int option_read(const struct option_table *table, struct options *options, int argc, char *argv[]);

#endif
