/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of bli-bench(1). */
#ifndef BLI_BENCH_OPTIONS_H
#define BLI_BENCH_OPTIONS_H

#include "run.h"

#include <stdbool.h>
#include <stddef.h>

enum bench_output { OUTPUT_TEXT, OUTPUT_CSV, OUTPUT_JSON };

struct options {
	struct bench_settings settings;
	bool periods_given;
	char **names;		/* [count] converters; released by bli_converter_free_list() */
	size_t count;
	enum bench_output output;
	const char *plot;	/* NULL: none; ends in .svg or .png */
	const char *doctor;	/* NULL: measure; otherwise the PCM to examine beside "default", or "" */
	bool verbose;
};

/*
 * Read the command line; every converter named is installed.  Returns −1 to go
 * on, or the exit status: 0 after --help and --version, otherwise after a
 * complaint.  options->names is to be released in any case.
 */
int options_parse(struct options *options, int argc, char **argv);

#endif
