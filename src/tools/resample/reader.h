/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The samples of one input, or of several as one piece, with the channels that the output has. */
#ifndef BLI_READER_H
#define BLI_READER_H

#include "channels.h"
#include "soundfile.h"

struct reader {
	struct sound_input *inputs;	/* [count] open ones of one rate and one layout */
	unsigned count, current;
	int64_t *ends;			/* [count] frames up to the end of each; -1: not known yet */
	int64_t frames_read;
	struct channel_mix mix;
	struct sound_samples samples;	/* what reader_read() gives: those of the file, or doubles */
	bool direct;			/* as the file has them */
	unsigned char *raw;		/* [READER_BLOCK_FRAMES][mix.in] if not */
	double *wide;			/* the same */
};

#define READER_BLOCK_FRAMES 4096

/*
 * Opens a reader of inputs that stay the caller's. `layout` becomes the one that a file of the
 * SF_FORMAT_ word `format` with `channels` channels has. Returns 0, -ENOMEM, or -EINVAL if the
 * channels cannot be mixed, with the reason; *reader is closed then.
 */
int reader_open(struct reader *reader, struct sound_input *inputs, unsigned count, int format, unsigned channels,
		struct channel_layout *layout, struct reason *reason);

/*
 * Reads up to `frames` frames. Returns how many, fewer only at the end of all inputs, or a negative
 * errno with the reason.
 */
int64_t reader_read(struct reader *reader, void *buffer, int64_t frames, struct reason *reason);

/* Starts over, the inputs having been rewound. */
void reader_rewind(struct reader *reader);

/* Harmless on one of all zeros. */
void reader_close(struct reader *reader);

#endif
