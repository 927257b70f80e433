/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sound files: whatever libsndfile reads and writes, from and to files and
 * pipes, with reasons that name the file.
 */
#ifndef BLI_SOUNDFILE_H
#define BLI_SOUNDFILE_H

#include <sndfile.h>

#include "shared/outfile.h"
#include "ratio.h"
#include "reason.h"
#include "sink.h"
#include "soundformat.h"
#include "source.h"

/* What the header of a RAW input would say. */
struct sound_raw {
	bool given;
	struct ratio rate_hz;
	int channels;
	int subtype;	/* SF_FORMAT_ words */
	int endian;
};

struct sound_input {
	const char *name;		/* for people */
	SNDFILE *file;
	SF_INFO info;
	struct ratio rate_hz;
	struct sound_samples samples;
	int64_t frames;			/* in all; -1: known only at the end */
	int64_t frames_read;
	struct source source;
};

struct sound_output {
	const char *name;
	SNDFILE *file;
	SF_INFO info;
	double rate_hz;
	struct sound_samples samples;
	int64_t frames_written;
	struct outfile outfile;
	struct sink sink;
};

/*
 * Opens a sound file, "-" being standard input. Returns 0, -EINVAL (not a
 * sound file that can be read, no frames in it, truncated) or the negative
 * errno of reading, with the reason; *input is closed then.
 */
int soundfile_open_input(struct sound_input *input, const char *path, const struct sound_raw *raw,
			 struct reason *reason);

/*
 * Reads up to `frames` frames, interleaved, into a buffer of the type in
 * input->samples. Returns how many, fewer only at the end, or a negative
 * errno with the reason; a file that ends before its header said is one.
 */
int64_t soundfile_read(struct sound_input *input, void *buffer, int64_t frames, struct reason *reason);

void soundfile_close_input(struct sound_input *input);

/*
 * Opens a sound file for writing, "-" being standard output, with output->info
 * (format, channels, samplerate) and output->rate_hz set by the caller, and
 * the metadata strings of `input`. `frames` is how many there will be, -1 if
 * that is not known. Returns 0 or a negative errno (-EEXIST: kept) with the reason;
 * *output is closed then.
 */
int soundfile_open_output(struct sound_output *output, const char *path, bool overwrite,
			  const struct sound_input *input, int64_t frames, struct reason *reason);

/* Writes frames of the type in output->samples; the buffer is changed. Returns 0 or a negative errno. */
int soundfile_write(struct sound_output *output, void *buffer, int64_t frames, struct reason *reason);

/* Closes the file and gives it its name. Returns 0 or a negative errno. */
int soundfile_commit(struct sound_output *output, struct reason *reason);

/* Closes and removes it. Harmless on a closed one. */
void soundfile_discard(struct sound_output *output);

#endif
