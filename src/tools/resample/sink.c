/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sink.h"

#include <errno.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/interrupt.h"

void sink_init(struct sink *sink, int descriptor, bool seekable)
{
	*sink = (struct sink){ .descriptor = descriptor, .seekable = seekable };
}

void sink_free(struct sink *sink)
{
	free(sink->head);
	sink->head = NULL;
}

static size_t write_fully(struct sink *sink, const void *buffer, size_t bytes, int64_t position)
{
	size_t done = 0;

	while (done < bytes && sink->error == 0) {
		const char *const rest = (const char *)buffer + done;
		const ssize_t put = sink->seekable
			? pwrite(sink->descriptor, rest, bytes - done, position + (int64_t)done)
			: write(sink->descriptor, rest, bytes - done);

		if (put > 0)
			done += (size_t)put;
		else if (put == 0)
			sink->error = -EIO;
		else if (errno != EINTR || interrupt_pending())
			sink->error = -errno;
	}
	return done;
}

static size_t keep_head(struct sink *sink, const void *buffer, size_t bytes)
{
	const size_t end = (size_t)sink->position + bytes;

	if (end > sink->head_room) {
		unsigned char *const head = realloc(sink->head, end + 4096);

		if (head == NULL) {
			sink->error = -ENOMEM;
			return 0;
		}
		memset(head + sink->head_room, 0, end + 4096 - sink->head_room);
		sink->head = head;
		sink->head_room = end + 4096;
	}
	memcpy(sink->head + sink->position, buffer, bytes);
	/* a header that is written again may be shorter */
	if (sink->position == 0)
		sink->length = (int64_t)bytes;
	return bytes;
}

static sf_count_t callback_write(const void *buffer, sf_count_t count, void *user_data)
{
	struct sink *const sink = user_data;
	const size_t bytes = count > 0 ? (size_t)count : 0;
	size_t put, gone = 0;

	if (sink->seekable) {
		put = write_fully(sink, buffer, bytes, sink->position);
	} else if (!sink->flowing) {
		put = keep_head(sink, buffer, bytes);
	} else {
		/* what has gone down a pipe cannot be changed */
		if (sink->position < sink->length) {
			const int64_t behind = sink->length - sink->position;

			gone = behind < (int64_t)bytes ? (size_t)behind : bytes;
		}
		put = gone + write_fully(sink, (const char *)buffer + gone, bytes - gone, 0);
	}
	sink->position += (int64_t)put;
	if (sink->position > sink->length)
		sink->length = sink->position;
	return (sf_count_t)put;
}

static sf_count_t callback_read(void *buffer, sf_count_t count, void *user_data)
{
	(void)buffer;
	(void)count;
	(void)user_data;
	return 0;
}

static sf_count_t callback_length(void *user_data)
{
	const struct sink *const sink = user_data;

	return sink->promised ? sink->promised : sink->length;
}

static sf_count_t callback_seek(sf_count_t offset, int whence, void *user_data)
{
	struct sink *const sink = user_data;
	const int64_t base = whence == SEEK_CUR ? sink->position : whence == SEEK_END ? sink->length : 0;

	if (offset < -base)
		return -1;
	sink->position = base + offset;
	return sink->position;
}

static sf_count_t callback_tell(void *user_data)
{
	return ((const struct sink *)user_data)->position;
}

void sink_callbacks(struct SF_VIRTUAL_IO *callbacks)
{
	callbacks->get_filelen = callback_length;
	callbacks->seek = callback_seek;
	callbacks->read = callback_read;
	callbacks->write = callback_write;
	callbacks->tell = callback_tell;
}

void sink_patch(struct sink *sink, const void *bytes, size_t count, int64_t position)
{
	write_fully(sink, bytes, count, position);
}

size_t sink_peek(const struct sink *sink, void *buffer, size_t bytes)
{
	const ssize_t got = pread(sink->descriptor, buffer, bytes, 0);

	return got > 0 ? (size_t)got : 0;
}

void sink_flow(struct sink *sink)
{
	if (sink->seekable || sink->flowing)
		return;
	sink->flowing = true;
	write_fully(sink, sink->head, (size_t)sink->length, 0);
	sink_free(sink);
	sink->head_room = 0;
}
