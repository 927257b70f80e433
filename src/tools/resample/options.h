/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of bli-resample(1). */
#ifndef BLI_RESAMPLE_OPTIONS_H
#define BLI_RESAMPLE_OPTIONS_H

#include "dither.h"
#include "preset.h"
#include "ratio.h"
#include "soundfile.h"

#define RESAMPLE_PROGRAM "bli-resample"

struct resample_options {
	bool to_given, by_given;
	struct ratio to_hz, by;
	const struct bli_preset *preset;	/* NULL: not given */
	const char *filter_path;		/* NULL: none */
	bool nearest, linear;
	double gain_db;
	enum bli_dither_kind dither;
	int container, subtype;			/* SF_FORMAT_ words, 0: as the input's */
	struct sound_raw raw;
	const char *output_dir;			/* NULL: one input, one output */
	bool overwrite, quiet, trace;
	char **inputs;
	int input_count;
	const char *output;			/* NULL with output_dir only; "-": standard output */
};

/*
 * Reads the command line, which is reordered. Returns 0; -1 when all that was
 * asked for has been printed; EXIT_USAGE after saying what is wrong.
 */
int resample_options_read(struct resample_options *options, int argc, char *argv[]);

/*
 * The input's name in the output directory, with another extension if it
 * becomes another format, to be freed; NULL without memory.
 */
char *resample_name_in_directory(const struct resample_options *options, const char *in_path);

#endif
