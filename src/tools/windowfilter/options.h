/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of bli-windowfilter(1). */
#ifndef BLI_WINDOWFILTER_OPTIONS_H
#define BLI_WINDOWFILTER_OPTIONS_H

#include <stdbool.h>

#include "parameter.h"
#include "response.h"

/* An edge of a band as it was given. */
struct edge {
	const char *text;	/* NULL: not given */
	double value;		/* in Hz, or a fraction of the Nyquist frequency */
	int in_hz;
};

struct options {
	struct design design;
	bool parameter_given[PARAMETERS];
	struct edge passband, stopband;
	struct response_bands bands;	/* from those: fractions of the Nyquist frequency */
	double attenuation_db;
	bool attenuation_given;
	bool bands_given;		/* then attenuation_db is too, and no parameter is */
	double rate_hz;			/* the lower rate, or 0 */
	bool precise, integers, measure, overwrite;
	const char *output;		/* NULL: F<Nmult>T8.filter */
	const char *plot;		/* NULL: none; ends in .svg or .png */
	const char *input;		/* NULL: design a filter */
};

/*
 * Read the command line.  Returns −1 to go on, or the exit status: 0 after
 * --help and --version, EXIT_USAGE after a complaint.
 */
int options_parse(struct options *options, int argc, char *argv[]);

/* Whether any of roll-off, beta and Nmult is given. */
bool options_any_parameter(const struct options *options);

#endif
