/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of bli-resample(1): what they set, and the table that has each once. */
#ifndef BLI_RESAMPLE_OPTIONTABLE_H
#define BLI_RESAMPLE_OPTIONTABLE_H

#include "dither.h"
#include "encoder.h"
#include "preset.h"
#include "ratio.h"
#include "setting.h"
#include "shared/optionparser.h"
#include "soundfile.h"

#define RESAMPLE_PROGRAM "bli-resample"

#define RESAMPLE_JOBS_MAX 256
#define RESAMPLE_KEYS_MAX 8	/* bli_setting_names[] are fewer */

struct options {
	bool to_given, by_given;
	struct ratio to_hz, by;
	const struct bli_preset *preset;	/* NULL: not given */
	const char *keys[RESAMPLE_KEYS_MAX];	/* values of bli_setting_names[]; NULL: not given */
	const char *filter_path;		/* NULL: none */
	bool nearest, linear;
	int channels;				/* 0: the input's */
	bool gain_given, normalize, no_clip;
	double gain_db, normalize_db;
	bool dither_given;			/* otherwise where bits are lost */
	enum bli_dither_kind dither;
	int container, subtype;			/* SF_FORMAT_ words, 0: as the input's */
	struct encoder_settings encoder;
	struct sound_reading reading;
	const char *output_dir;			/* NULL: one input, one output */
	bool gapless, overwrite, quiet, trace;
	int jobs;				/* files at a time */
	char **inputs;
	int input_count;
	const char *output;			/* NULL with output_dir only; "-": standard output */
};

extern const struct option_table resample_option_table;

#endif
