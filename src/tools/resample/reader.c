/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same_samples(const struct sound_input *inputs, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		if (inputs[i].samples.type != inputs[0].samples.type)
			return false;
	return true;
}

int reader_open(struct reader *reader, struct sound_input *inputs, unsigned count, int format, unsigned channels,
		struct channel_layout *layout, struct reason *reason)
{
	static const struct bli_format wide = { .bytes = sizeof(double), .bits = 8 * sizeof(double), .is_float = true };
	struct reason why;
	int error;

	memset(reader, 0, sizeof(*reader));
	error = channels_mix(&reader->mix, layout, &inputs[0].layout, format, channels, &why);
	if (error)
		return reason_set(reason, error, "%s: %.400s", inputs[0].name, why.text);
	reader->inputs = inputs;
	reader->count = count;
	reader->direct = reader->mix.identity && same_samples(inputs, count);
	reader->samples = inputs[0].samples;
	reader->ends = malloc(count * sizeof(reader->ends[0]));
	if (!reader->direct) {
		const size_t samples = (size_t)READER_BLOCK_FRAMES * reader->mix.in;

		reader->samples = (struct sound_samples){ .type = SOUND_DOUBLE, .format = wide };
		reader->raw = malloc(samples * sizeof(double));
		reader->wide = malloc(samples * sizeof(double));
	}
	if (reader->ends == NULL || (!reader->direct && (reader->raw == NULL || reader->wide == NULL))) {
		reader_close(reader);
		return reason_set(reason, -ENOMEM, "%s: %s", inputs[0].name, strerror(ENOMEM));
	}
	reader_rewind(reader);
	return 0;
}

void reader_rewind(struct reader *reader)
{
	reader->current = 0;
	reader->frames_read = 0;
	for (unsigned i = 0; i < reader->count; i++)
		reader->ends[i] = -1;
}

void reader_close(struct reader *reader)
{
	free(reader->ends);
	free(reader->raw);
	free(reader->wide);
	memset(reader, 0, sizeof(*reader));
}

/* Full scale is 1, and nothing is lost. */
static void widen(double *to, const void *from, enum sound_type type, size_t samples)
{
	const short *const shorts = from;
	const int *const ints = from;
	const float *const floats = from;

	switch (type) {
	case SOUND_SHORT:
		for (size_t i = 0; i < samples; i++)
			to[i] = shorts[i] * 0x1p-15;
		return;
	case SOUND_INT:
		for (size_t i = 0; i < samples; i++)
			to[i] = ints[i] * 0x1p-31;
		return;
	case SOUND_FLOAT:
		for (size_t i = 0; i < samples; i++)
			to[i] = floats[i];
		return;
	case SOUND_DOUBLE:
		memcpy(to, from, samples * sizeof(to[0]));
		return;
	}
}

static int64_t read_mixed(struct reader *reader, struct sound_input *input, double *buffer, int64_t frames,
			  struct reason *reason)
{
	int64_t done = 0;

	while (done < frames) {
		const int64_t wanted = frames - done < READER_BLOCK_FRAMES ? frames - done : READER_BLOCK_FRAMES;
		const int64_t got = soundfile_read(input, reader->raw, wanted, reason);

		if (got < 0)
			return got;
		widen(reader->wide, reader->raw, input->samples.type, (size_t)got * reader->mix.in);
		channels_run(&reader->mix, buffer + (size_t)done * reader->mix.out, reader->wide, (size_t)got);
		done += got;
		if (got < wanted)
			break;
	}
	return done;
}

int64_t reader_read(struct reader *reader, void *buffer, int64_t frames, struct reason *reason)
{
	const size_t frame_bytes = (size_t)reader->samples.format.bytes * reader->mix.out;
	int64_t done = 0;

	while (done < frames && reader->current < reader->count) {
		struct sound_input *const input = &reader->inputs[reader->current];
		void *const rest = (unsigned char *)buffer + (size_t)done * frame_bytes;
		const int64_t got = reader->direct ? soundfile_read(input, rest, frames - done, reason)
			: read_mixed(reader, input, rest, frames - done, reason);

		if (got < 0)
			return got;
		done += got;
		reader->frames_read += got;
		if (done < frames)
			reader->ends[reader->current++] = reader->frames_read;
	}
	return done;
}
