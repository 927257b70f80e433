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

/*
 * SF_FORMAT_ word of a name as in soundformat_list(), or 0; a container's has the subtype that the
 * name implies, if any.
 */
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
 * The container that files with the extension of `path` usually have, with the
 * subtype that the extension implies, if `format` is none of that kind;
 * otherwise 0.
 */
int soundformat_misnamed(int format, const char *path);

/* The extension of `path` if it is that of a format known to be one that cannot be written, otherwise NULL. */
const char *soundformat_foreign(const char *path);

/* The usual extensions of all containers, with spaces between, cut to what fits. */
void soundformat_extensions(char *text, size_t bytes);

/* False if files of that SF_FORMAT_ word keep samples bit for bit. */
bool soundformat_is_lossy(int format);

/* How many bits of a sample such a file holds; 16 for codecs with losses. */
unsigned soundformat_bits(int format);

/* The codecs whose rate or effort can be set. */
enum sound_codec { SOUND_CODEC_NONE, SOUND_CODEC_FLAC, SOUND_CODEC_MP3, SOUND_CODEC_OPUS, SOUND_CODEC_VORBIS };

enum sound_codec soundformat_codec(int format);

/*
 * What an output is to be: container and subtype of `input` except for those given (0: not given).
 * If a given container cannot have the input's subtype, it is the nearest that it can have. `info`
 * has channels and sample rate of the output; of 8-bit subtypes it is the one that the container
 * has. Returns 0 and the word in info->format, or -EINVAL with the reason as "FORMAT: reason".
 */
int soundformat_choose(struct SF_INFO *info, int input, int container, int subtype, struct reason *reason);

/* Print the names of all containers and subtypes that can be written. */
void soundformat_list(FILE *stream);

#endif
