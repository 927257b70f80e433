/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/interrupt.h"
#include "shared/spoolfile.h"

/*
 * A parser that skips a chunk of this size or less gets what follows it; past
 * a longer one, which holds samples or is none of ours, it sees the end. It
 * never waits for more than that of a pipe that is still being written.
 */
#define SKIP_MAX ((int64_t)256 << 10)
#define HEAD_MAX ((size_t)64 << 20)	/* pictures in the header included */
#define ENDLESS (INT64_MAX / 4)

int source_open(struct source *source, const char *path)
{
	const bool standard_input = strcmp(path, "-") == 0;
	struct stat status;

	memset(source, 0, sizeof(*source));
	source->descriptor = standard_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (source->descriptor < 0)
		return -errno;
	if (fstat(source->descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
		source_close(source);
		return -EISDIR;
	}
	/* a shared offset that is not at the beginning makes a file a pipe */
	if (S_ISREG(status.st_mode) && lseek(source->descriptor, 0, SEEK_CUR) == 0) {
		source->seekable = true;
		source->length = status.st_size;
	}
	return 0;
}

void source_close(struct source *source)
{
	if (source->descriptor >= 0)
		close(source->descriptor);
	free(source->head);
	source->head = NULL;
	source->descriptor = -1;
}

/* All of `bytes` unless the file ends or fails before. */
static size_t read_fully(struct source *source, void *buffer, size_t bytes, int64_t position)
{
	size_t done = 0;

	while (done < bytes && source->error == 0) {
		char *const rest = (char *)buffer + done;
		const ssize_t got = source->seekable
			? pread(source->descriptor, rest, bytes - done, position + (int64_t)done)
			: read(source->descriptor, rest, bytes - done);

		if (got == 0)
			break;
		if (got > 0)
			done += (size_t)got;
		else if (errno != EINTR || interrupt_pending())
			source->error = -errno;
	}
	return done;
}

/* Reads a pipe on until `bytes` of it are in the head, or it ends. */
static void fill_head(struct source *source, size_t bytes)
{
	if (bytes > HEAD_MAX)
		bytes = HEAD_MAX;
	if (bytes <= source->head_bytes)
		return;
	if (bytes > source->head_room) {
		const size_t room = bytes + (64 << 10);
		unsigned char *const head = realloc(source->head, room);

		if (head == NULL) {
			source->error = -ENOMEM;
			return;
		}
		source->head = head;
		source->head_room = room;
	}

	const size_t got = read_fully(source, source->head + source->head_bytes, bytes - source->head_bytes, 0);

	source->head_bytes += got;
	source->taken += (int64_t)got;
}

static size_t take_head(struct source *source, void *buffer, size_t bytes)
{
	if (source->position >= (int64_t)source->head_bytes)
		return 0;

	const size_t there = source->head_bytes - (size_t)source->position;
	const size_t taken = bytes < there ? bytes : there;

	memcpy(buffer, source->head + source->position, taken);
	return taken;
}

/* The samples behind the head; a gap is skipped. */
static size_t read_flow(struct source *source, void *buffer, size_t bytes, int64_t position)
{
	while (source->taken < position) {
		char skipped[4096];
		const int64_t gap = position - source->taken;
		const size_t wanted = gap < (int64_t)sizeof(skipped) ? (size_t)gap : sizeof(skipped);
		const size_t got = read_fully(source, skipped, wanted, 0);

		source->taken += (int64_t)got;
		if (got == 0)
			return 0;
	}
	if (source->taken > position)
		return 0;

	const size_t got = read_fully(source, buffer, bytes, 0);

	source->taken += (int64_t)got;
	return got;
}

static void hide_size(const struct source *source, unsigned char *buffer, size_t bytes)
{
	for (int64_t at = source->unknown_at; source->unknown_at > 0 && at < source->unknown_at + 4; at++)
		if (at >= source->position && at < source->position + (int64_t)bytes)
			buffer[at - source->position] = 0xff;
}

static sf_count_t callback_read(void *buffer, sf_count_t count, void *user_data)
{
	struct source *const source = user_data;
	const size_t bytes = count > 0 ? (size_t)count : 0;
	size_t got;

	if (source->seekable) {
		got = read_fully(source, buffer, bytes, source->position);
	} else {
		if (!source->started && source->position <= source->taken + SKIP_MAX)
			fill_head(source, (size_t)source->position + bytes);
		got = take_head(source, buffer, bytes);
		if (source->started && got < bytes)
			got += read_flow(source, (char *)buffer + got, bytes - got, source->position + (int64_t)got);
	}
	hide_size(source, buffer, got);
	source->position += (int64_t)got;
	return (sf_count_t)got;
}

static sf_count_t callback_length(void *user_data)
{
	const struct source *const source = user_data;

	return source->seekable && !source->endless ? source->length : ENDLESS;
}

static sf_count_t callback_seek(sf_count_t offset, int whence, void *user_data)
{
	struct source *const source = user_data;
	const int64_t base = whence == SEEK_CUR ? source->position
		: whence == SEEK_END ? callback_length(source) : 0;

	if (offset < -base || offset > ENDLESS)
		return -1;
	source->position = base + offset;
	return source->position;
}

static sf_count_t callback_write(const void *buffer, sf_count_t count, void *user_data)
{
	(void)buffer;
	(void)count;
	(void)user_data;
	return 0;
}

static sf_count_t callback_tell(void *user_data)
{
	return ((const struct source *)user_data)->position;
}

void source_callbacks(struct SF_VIRTUAL_IO *callbacks)
{
	callbacks->get_filelen = callback_length;
	callbacks->seek = callback_seek;
	callbacks->read = callback_read;
	callbacks->write = callback_write;
	callbacks->tell = callback_tell;
}

size_t source_peek(struct source *source, void *buffer, size_t bytes)
{
	const int64_t position = source->position;

	source->position = 0;

	const sf_count_t got = callback_read(buffer, (sf_count_t)bytes, source);

	source->position = position;
	return (size_t)got;
}

void source_hide_size(struct source *source, int64_t position)
{
	source->unknown_at = position;
}

void source_rewind(struct source *source)
{
	source->position = 0;
}

void source_start(struct source *source)
{
	source->started = true;
}

static int write_fully(int descriptor, const void *buffer, size_t bytes)
{
	for (size_t done = 0; done < bytes; ) {
		const ssize_t put = write(descriptor, (const char *)buffer + done, bytes - done);

		if (put > 0)
			done += (size_t)put;
		else if (put == 0 || errno != EINTR || interrupt_pending())
			return put == 0 ? -EIO : -errno;
	}
	return 0;
}

int source_spool(struct source *source)
{
	const int spool = spoolfile_open();
	int64_t length = (int64_t)source->head_bytes;
	char buffer[32768];
	size_t got;

	source->error = spool < 0 ? spool : write_fully(spool, source->head, source->head_bytes);
	source->spool_failed = source->error != 0;
	while (source->error == 0 && (got = read_fully(source, buffer, sizeof(buffer), 0)) > 0) {
		length += (int64_t)got;
		source->error = write_fully(spool, buffer, got);
		source->spool_failed = source->error != 0;
		/* reading from a pipe that is always full is never interrupted */
		if (source->error == 0 && interrupt_pending())
			source->error = -EINTR;
	}
	if (source->error) {
		if (spool >= 0)
			close(spool);
		return source->error;
	}
	source_close(source);
	*source = (struct source){
		.descriptor = spool, .seekable = true, .length = length, .unknown_at = source->unknown_at,
	};
	return 0;
}
