/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of bli-resample(1), each once: how they are spelled, what --help says, what they set. */
#ifndef BLI_OPTIONTABLE_H
#define BLI_OPTIONTABLE_H

#include <stdbool.h>

struct resample_options;

#define OPTION_SPELLING_WIDTH 32

struct option_entry {
	const char *spelling;	/* all names, then the argument: "-f, --filter FILE", "--dither[=KIND]" */
	const char *text;	/* a heading where `set` is NULL; NULL at the end of the table */
	/* Returns 0, EXIT_USAGE after saying what is wrong, or -1 when all that was asked for has been printed. */
	int (*set)(struct resample_options *options, const char *argument);
	bool (*takes)(const char *word);	/* of an optional argument: whether the next word is it; NULL: never */
};

extern const struct option_entry option_table[];

/* That of --help, which is for the reader of the table to do. */
int option_help(struct resample_options *options, const char *argument);

#endif
