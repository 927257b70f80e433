/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sound files: whatever libsndfile reads and writes, from and to files and
 * pipes, with reasons that name the file.
 */
#ifndef BLI_SOUNDFILE_H
#define BLI_SOUNDFILE_H

#include <sndfile.h>

#include "channels.h"
#include "encoder.h"
#include "shared/outfile.h"
#include "ratio.h"
#include "reason.h"
#include "sink.h"
#include "soundformat.h"
#include "source.h"
#include "tags.h"

/* What the header of a RAW input would say. */
struct sound_raw {
	bool given;
	struct ratio rate_hz;
	int channels;
	int subtype;	/* SF_FORMAT_ words */
	int endian;
};

/* How to read inputs. */
struct sound_reading {
	struct sound_raw raw;
	bool strict;		/* a file that ends early is an error */
	bool again;		/* soundfile_rewind() will be called: pipes are kept in a temporary file */
};

struct sound_input {
	const char *name;		/* for people */
	SNDFILE *file;
	SF_INFO info;
	struct ratio rate_hz;
	struct sound_samples samples;
	struct channel_layout layout;
	struct encoder_rate encoded;
	int64_t frames;			/* in all; -1: known only at the end */
	int64_t frames_read;
	uint64_t invalid;		/* samples read that were NaN, infinite or beyond BLI_SAMPLE_MAX */
	bool strict;
	struct reason warning;		/* what is wrong and no error: it ends early; "" if nothing */
	struct source source;
};

/* How to write an output. */
struct sound_writing {
	bool overwrite;
	int64_t frames;			/* how many there will be; -1: not known */
	struct ratio factor;		/* of positions in the input */
	struct encoder_settings encoder;
};

struct sound_output {
	const char *name;
	SNDFILE *file;
	SF_INFO info;
	double rate_hz;
	struct sound_samples samples;
	struct channel_layout layout;
	struct tags tags;
	struct reason dropped;		/* a list of what the input says and the output does not */
	int64_t frames_written;
	struct outfile outfile;
	struct sink sink;
};

/*
 * Opens a sound file, "-" being standard input. Returns 0, -EINVAL (not a
 * sound file that can be read, no frames in it; truncated, if `how` is strict) or the negative
 * errno of reading, with the reason; *input is closed then.
 */
int soundfile_open_input(struct sound_input *input, const char *path, const struct sound_reading *how,
			 struct reason *reason);

/*
 * Reads up to `frames` frames, interleaved, into a buffer of the type in input->samples. Samples
 * that are no numbers to calculate with (see bli_sample_load) become silence. Returns how many,
 * fewer only at the end, or a negative errno with the reason. A file that ends before its header
 * said ends there, with a warning; if it is read strictly that is an error.
 */
int64_t soundfile_read(struct sound_input *input, void *buffer, int64_t frames, struct reason *reason);

/* Back to the first frame of an input opened with `again`. Returns 0 or a negative errno with the reason. */
int soundfile_rewind(struct sound_input *input, const struct sound_reading *how, struct reason *reason);

/* Close; harmless on a closed one. */
void soundfile_close_input(struct sound_input *input);

/*
 * Opens a sound file for writing, "-" being standard output, with output->info
 * (format, channels, samplerate), output->layout and output->rate_hz set by the caller, and
 * the tags and markers of `input`. Returns 0 or a negative errno (-EEXIST: kept; -EINVAL: an
 * encoder's setting is not this format's) with the reason; *output is closed then.
 */
int soundfile_open_output(struct sound_output *output, const char *path, const struct sound_writing *how,
			  const struct sound_input *input, struct reason *reason);

/* Writes frames of the type in output->samples; the buffer is changed. Returns 0 or a negative errno. */
int soundfile_write(struct sound_output *output, void *buffer, int64_t frames, struct reason *reason);

/* Closes the file and gives it its name. Returns 0 or a negative errno. */
int soundfile_commit(struct sound_output *output, struct reason *reason);

/* Closes and removes it. Harmless on a closed one. */
void soundfile_discard(struct sound_output *output);

#endif
