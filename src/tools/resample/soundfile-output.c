/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "soundfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "exactrate.h"
#include "headsizes.h"
#include "markers.h"
#include "shared/spoolfile.h"

/* WAV and AIFF files have 32-bit sizes; this leaves room for other chunks. */
#define CONTAINER_BYTES_MAX (INT64_C(0xffffffff) - 65536)

static int fail(struct sound_output *output, int error, struct reason *reason)
{
	if (error == -EEXIST)
		return reason_set(reason, error, "%s: exists already; -y replaces it", output->name);
	return reason_set(reason, error, "%s: %s", output->name, strerror(-error));
}

static int fail_spool(struct sound_output *output, int error, struct reason *reason)
{
	return reason_set(reason, error, SPOOLFILE_FAULT, output->name, spoolfile_folder(), strerror(-error));
}

static int fail_sink(struct sound_output *output, struct reason *reason)
{
	return output->outfile.spooled_to >= 0 ? fail_spool(output, output->sink.error, reason)
		: fail(output, output->sink.error, reason);
}

static int fail_library(struct sound_output *output, struct reason *reason)
{
	const char *const text = sf_strerror(output->file);

	if (output->sink.error)
		return fail_sink(output, reason);
	return reason_set(reason, -EIO, "%s: %s", output->name, strncmp(text, "Error : ", 8) == 0 ? text + 8 : text);
}

static bool sizes_limited(int format)
{
	const int container = format & SF_FORMAT_TYPEMASK;

	return container == SF_FORMAT_WAV || container == SF_FORMAT_WAVEX || container == SF_FORMAT_AIFF;
}

static int check_size(struct sound_output *output, int64_t frames, struct reason *reason)
{
	const int64_t frame_bytes = (int64_t)soundformat_sample_bytes(output->info.format) * output->info.channels;

	if (!sizes_limited(output->info.format) || frame_bytes == 0 || frames <= CONTAINER_BYTES_MAX / frame_bytes)
		return 0;
	return reason_set(reason, -EFBIG, "%s: %s holds 4 GiB at most; --format w64, rf64 or caf hold more",
			  output->name, soundformat_container_name(output->info.format));
}

/* Standard output may be open for writing only. */
static bool can_read_back(const struct sound_output *output)
{
	return output->sink.seekable && (fcntl(output->outfile.descriptor, F_GETFL) & O_ACCMODE) == O_RDWR;
}

static void copy_metadata(struct sound_output *output, const struct sound_input *input, const struct ratio *factor)
{
	int map[BLI_CHANNELS_MAX];

	tags_copy(&output->tags, output->file, output->info.format, can_read_back(output), input->file,
		  input->info.format, input->source.seekable ? input->source.descriptor : -1, &output->dropped);
	markers_copy(output->file, output->info.format, input->file, factor, &output->dropped);
	for (unsigned i = 0; i < output->layout.channels && output->layout.known; i++)
		map[i] = output->layout.position[i];
	/* readers of more than two channels have to know which is which */
	if (output->layout.known && output->layout.channels > 2)
		sf_command(output->file, SFC_SET_CHANNEL_MAP_INFO, map,
			   (int)(output->layout.channels * sizeof(map[0])));
}

static void write_exact_rate(struct sound_output *output)
{
	unsigned char head[EXACTRATE_HEAD_BYTES], field[EXACTRATE_FIELD_BYTES];
	size_t position, count;

	if (output->rate_hz == output->info.samplerate || !exactrate_possible(output->info.format))
		return;
	count = exactrate_encode(field, &position, output->info.format, head,
				 sink_peek(&output->sink, head, sizeof(head)), output->rate_hz);
	sink_patch(&output->sink, field, count, (int64_t)position);
}

/* The header of a pipe as it would be in the end. */
static void finish_head(struct sound_output *output, const struct headsizes *sizes)
{
	struct sink *const sink = &output->sink;
	unsigned char field[EXACTRATE_FIELD_BYTES];
	size_t position, count = 0;

	/*
	 * twice, because the sizes count from the end of the header written before; Ogg has none
	 * and would begin again
	 */
	if ((output->info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_OGG) {
		sf_command(output->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
		sink->promised = sizes->frame_bytes ? sink->length + headsizes_data_bytes(sizes) : 0;
		sf_command(output->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
		sink->promised = 0;
	}
	headsizes_set(output->info.format, sink->head, (size_t)sink->length, sizes);
	if (output->rate_hz != output->info.samplerate)
		count = exactrate_encode(field, &position, output->info.format, sink->head, (size_t)sink->length,
					 output->rate_hz);
	if (count > 0)
		memcpy(sink->head + position, field, count);
	sink_flow(sink);
}

static int open_file(struct sound_output *output, const struct sound_input *input, const struct sound_writing *how,
		     struct reason *reason)
{
	const struct headsizes sizes = {
		how->frames, soundformat_sample_bytes(output->info.format) * (unsigned)output->info.channels,
	};
	SF_VIRTUAL_IO callbacks;
	struct reason why;
	int error;

	if (!output->outfile.seekable && !headsizes_possible(output->info.format, &sizes)) {
		error = outfile_spool(&output->outfile);
		if (error)
			return fail_spool(output, error, reason);
	}
	sink_init(&output->sink, output->outfile.descriptor, output->outfile.seekable);
	sink_callbacks(&callbacks);
	output->file = sf_open_virtual(&callbacks, SFM_WRITE, &output->info, &output->sink);
	if (output->file == NULL)
		return fail_library(output, reason);
	/* it holds the time of day and, at the head of the file, what is known at the end */
	sf_command(output->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	error = encoder_set(output->file, &output->info, &how->encoder, &input->encoded, input->info.channels, &why);
	if (error)
		return reason_set(reason, error, "%s: %.400s", output->name, why.text);
	copy_metadata(output, input, &how->factor);
	if (!output->sink.seekable)
		finish_head(output, &sizes);
	if (output->sink.error)
		return fail_sink(output, reason);
	output->samples = soundformat_samples(output->info.format);
	return 0;
}

int soundfile_open_output(struct sound_output *output, const char *path, const struct sound_writing *how,
			  const struct sound_input *input, struct reason *reason)
{
	int error;

	output->name = strcmp(path, "-") == 0 ? "standard output" : path;
	output->file = NULL;
	output->frames_written = 0;
	output->outfile = (struct outfile){ .descriptor = -1, .spooled_to = -1 };
	sink_init(&output->sink, -1, false);
	memset(&output->tags, 0, sizeof(output->tags));
	output->dropped.text[0] = '\0';
	error = check_size(output, how->frames, reason);
	if (error)
		return error;
	error = outfile_open(&output->outfile, path, how->overwrite);
	if (error)
		return fail(output, error, reason);
	error = open_file(output, input, how, reason);
	if (error)
		soundfile_discard(output);
	return error;
}

/* libsndfile takes samples of fewer bits than the type in its high bits. */
static void shift_up(const struct sound_output *output, void *buffer, size_t samples)
{
	const unsigned shift = output->samples.shift;
	short *const shorts = buffer;
	int *const ints = buffer;

	if (shift == 0)
		return;
	if (output->samples.type == SOUND_SHORT)
		for (size_t i = 0; i < samples; i++)
			shorts[i] = (short)((unsigned)shorts[i] << shift);
	else
		for (size_t i = 0; i < samples; i++)
			ints[i] = (int)((unsigned)ints[i] << shift);
}

int soundfile_write(struct sound_output *output, void *buffer, int64_t frames, struct reason *reason)
{
	sf_count_t put = 0;
	const int error = check_size(output, output->frames_written + frames, reason);

	if (error)
		return error;
	shift_up(output, buffer, (size_t)frames * (size_t)output->info.channels);
	switch (output->samples.type) {
	case SOUND_SHORT:
		put = sf_writef_short(output->file, buffer, frames);
		break;
	case SOUND_INT:
		put = sf_writef_int(output->file, buffer, frames);
		break;
	case SOUND_FLOAT:
		put = sf_writef_float(output->file, buffer, frames);
		break;
	case SOUND_DOUBLE:
		put = sf_writef_double(output->file, buffer, frames);
		break;
	}
	output->frames_written += put;
	return put == frames && output->sink.error == 0 ? 0 : fail_library(output, reason);
}

int soundfile_commit(struct sound_output *output, struct reason *reason)
{
	const int library_error = sf_close(output->file);
	int error = 0;

	output->file = NULL;
	if (output->sink.seekable)
		write_exact_rate(output);
	if (output->sink.error)
		error = fail_sink(output, reason);
	else if (library_error != SF_ERR_NO_ERROR && output->sink.seekable)
		error = fail(output, -EIO, reason);
	if (error == 0)
		tags_add(&output->tags, output->outfile.descriptor, output->info.format, &output->dropped);
	tags_free(&output->tags);
	if (error == 0) {
		error = outfile_commit(&output->outfile);
		if (error)
			fail(output, error, reason);
	}
	sink_free(&output->sink);
	outfile_discard(&output->outfile);
	return error;
}

void soundfile_discard(struct sound_output *output)
{
	if (output->file != NULL)
		sf_close(output->file);
	output->file = NULL;
	tags_free(&output->tags);
	sink_free(&output->sink);
	outfile_discard(&output->outfile);
}
