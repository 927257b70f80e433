/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The formats and subtypes of sound files: their names, and in what type
 * libsndfile hands over their samples without losing any bits.
 */
#ifndef BLI_SOUNDFORMAT_H
#define BLI_SOUNDFORMAT_H

#include <stdbool.h>
#include <stdio.h>

#include "reason.h"
#include "resampler.h"

struct SF_INFO;

/* The functions of libsndfile to read and write with. */
enum sound_type { SOUND_SHORT, SOUND_INT, SOUND_FLOAT, SOUND_DOUBLE };

struct sound_samples {
	enum sound_type type;
	struct bli_format format;	/* bits: what the file keeps */
	unsigned shift;			/* libsndfile has the sample in the high bits of the type */
};

/* How to read or write a file of an SF_FORMAT_ word. */
struct sound_samples soundformat_samples(int format);

/* Bytes of one sample if that is constant, otherwise 0. */
unsigned soundformat_sample_bytes(int format);

/* SF_FORMAT_ word of a name as in soundformat_list(), or 0. */
int soundformat_container(const char *name);
int soundformat_subtype(const char *name);

/* The names, "?" for those without. */
const char *soundformat_container_name(int format);
const char *soundformat_subtype_name(int format);

/* The usual extension, without the dot. */
const char *soundformat_extension(int format);

/* True if files of that container usually have the extension of `path`. */
bool soundformat_fits(int format, const char *path);

/*
 * The container that files with the extension of `path` usually have if it
 * is another than `format`, otherwise 0.
 */
int soundformat_misnamed(int format, const char *path);

/*
 * What an output is to be: container and subtype of `input` except for those
 * given (0: not given). If a given container cannot have the input's subtype,
 * it is the nearest that it can have. `info` has channels and sample rate of the
 * output. Returns 0 and the word in info->format, or -EINVAL with the reason
 * as "FORMAT: reason".
 */
int soundformat_choose(struct SF_INFO *info, int input, int container, int subtype, struct reason *reason);

/* Print the names of all containers and subtypes that can be written. */
void soundformat_list(FILE *stream);

#endif
