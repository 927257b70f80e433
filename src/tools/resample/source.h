/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a sound file is read from: a file, or a pipe that libsndfile can read
 * as if it were one.
 *
 * What a pipe gives while the header is parsed is kept, so that the parser may
 * go back and forth in it; what lies far ahead reads as the end of the file.
 * From source_start() on a pipe is only read forward, in constant memory.
 */
#ifndef BLI_SOURCE_H
#define BLI_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SF_VIRTUAL_IO;

struct source {
	int descriptor;			/* -1: closed */
	bool seekable;
	bool endless;			/* tell libsndfile that the file never ends, to learn what its header says */
	bool started;
	int64_t position, length;	/* of the parser; bytes; length of a seekable file */
	int64_t taken;			/* bytes read from a pipe */
	unsigned char *head;		/* the first bytes of a pipe */
	size_t head_bytes, head_room;
	int error;			/* first negative errno of reading or spooling, 0 so far */
	bool spool_failed;		/* it is the temporary file's */
	int64_t unknown_at;		/* where the parser reads a 32-bit size as all ones; 0: nowhere */
};

/*
 * Opens `path`, "-" being standard input. Returns 0 or a negative errno
 * (-EISDIR for a directory); *source is closed then.
 */
int source_open(struct source *source, const char *path);

/* Close; harmless on a closed one. */
void source_close(struct source *source);

/* The callbacks for sf_open_virtual(), with the source as their user data. */
void source_callbacks(struct SF_VIRTUAL_IO *callbacks);

/* Copies up to `bytes` of the beginning without moving; returns how many there are. */
size_t source_peek(struct source *source, void *buffer, size_t bytes);

/* From now on the four bytes there, a size that is wrong, read as 0xffffffff: not known. position > 0. */
void source_hide_size(struct source *source, int64_t position);

/* Back to the beginning, before source_start(). */
void source_rewind(struct source *source);

/* The header is parsed: forget it, a pipe now flows. */
void source_start(struct source *source);

/*
 * Puts all of a pipe that has not started into a temporary file without a
 * name and reads that instead. Returns 0 or a negative errno, which is
 * source->error, too; it is the pipe's own unless spool_failed.
 */
int source_spool(struct source *source);

#endif
