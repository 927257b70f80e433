/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a sound file is written to: a file, or a pipe that libsndfile can
 * write as if it were one.
 *
 * The header of a pipe is kept until sink_flow(), when its sizes are those of
 * the file that will have been written; attempts to go back to it later are
 * ignored.
 */
#ifndef BLI_SINK_H
#define BLI_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SF_VIRTUAL_IO;

struct sink {
	int descriptor;
	bool seekable, flowing;
	int64_t position, length;	/* bytes */
	int64_t promised;		/* the length told to libsndfile while it writes the header; 0: the true one */
	unsigned char *head;		/* [length] of a pipe that does not yet flow, to be changed at will */
	size_t head_room;
	int error;			/* first negative errno of writing, 0 so far */
};

/* Writes go to `descriptor`, which stays the caller's. */
void sink_init(struct sink *sink, int descriptor, bool seekable);

/* Frees what the sink holds. */
void sink_free(struct sink *sink);

/* The callbacks for sf_open_virtual(), with the sink as their user data. */
void sink_callbacks(struct SF_VIRTUAL_IO *callbacks);

/* Overwrites bytes of a seekable file. */
void sink_patch(struct sink *sink, const void *bytes, size_t count, int64_t position);

/* Copies up to `bytes` of the beginning of a seekable file; returns how many there are. */
size_t sink_peek(const struct sink *sink, void *buffer, size_t bytes);

/* The header is complete: send it off. */
void sink_flow(struct sink *sink);

#endif
