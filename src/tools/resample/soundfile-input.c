/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "soundfile.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exactrate.h"
#include "foreign.h"
#include "shared/spoolfile.h"
#include "wavsizes.h"

#define STANDARD_INPUT "standard input"

/* Sizes that programs write when they do not know them, and what is close to those. */
static bool size_unknown(int64_t bytes)
{
	return (bytes >= 0x7fff0000 && bytes <= INT64_C(0x80000000)) ||
	       (bytes >= 0xfffe0000 && bytes <= 0xffffffff) || bytes >= INT64_C(1) << 48;
}

/* libsndfile's message without its decoration. */
static const char *library_reason(SNDFILE *file)
{
	const char *const text = sf_strerror(file);

	if (strncmp(text, "Error : ", 8) == 0)
		return text + 8;
	return text;
}

static int fail_source(const struct sound_input *input, struct reason *reason)
{
	const int error = input->source.error;

	if (input->source.spool_failed)
		return reason_set(reason, error, SPOOLFILE_FAULT, input->name, spoolfile_folder(), strerror(-error));
	return reason_set(reason, error, "%s: %s", input->name, strerror(-error));
}

/* What is amiss with a file that can still be converted as far as it goes: an error if it is to be read strictly. */
__attribute__((format(printf, 3, 4)))
static int warn(struct sound_input *input, struct reason *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason->text, sizeof(reason->text), format, arguments);
	va_end(arguments);
	if (input->strict)
		return -EINVAL;
	if (input->warning.text[0] == '\0')
		input->warning = *reason;
	return 0;
}

static void describe_raw(struct sound_input *input, const struct sound_raw *raw)
{
	memset(&input->info, 0, sizeof(input->info));
	if (!raw->given)
		return;
	input->info.format = SF_FORMAT_RAW | raw->subtype | raw->endian;
	input->info.channels = raw->channels;
	/* the exact one is raw->rate_hz */
	input->info.samplerate = (int)(ratio_number(&raw->rate_hz) + 0.5);
	if (input->info.samplerate < 1)
		input->info.samplerate = 1;
}

static SNDFILE *open_source(struct sound_input *input, const struct sound_raw *raw)
{
	SF_VIRTUAL_IO callbacks;

	source_callbacks(&callbacks);
	source_rewind(&input->source);
	describe_raw(input, raw);
	return sf_open_virtual(&callbacks, SFM_READ, &input->info, &input->source);
}

static bool samples_have_size(const SF_INFO *info)
{
	const int container = info->format & SF_FORMAT_TYPEMASK;

	return container != SF_FORMAT_RAW && container != SF_FORMAT_FLAC && container != SF_FORMAT_OGG &&
	       soundformat_sample_bytes(info->format) > 0;
}

static int64_t data_bytes(const SF_INFO *info)
{
	const int64_t frame_bytes = (int64_t)soundformat_sample_bytes(info->format) * info->channels;

	return info->frames > INT64_MAX / frame_bytes ? INT64_MAX : info->frames * frame_bytes;
}

/* Sony Wave64 says its own length behind its 16-byte mark. */
static int64_t wave64_bytes(struct sound_input *input)
{
	unsigned char head[24];
	uint64_t bytes = 0;

	if (source_peek(&input->source, head, sizeof(head)) == sizeof(head))
		for (int i = 7; i >= 0; i--)
			bytes = bytes << 8 | head[16 + i];
	return bytes < INT64_C(1) << 48 ? (int64_t)bytes : 0;
}

/* libsndfile takes the file for malformed, but reads it if it sees no end. */
static int open_malformed(struct sound_input *input, const struct sound_raw *raw, struct reason *reason)
{
	char why[256];

	snprintf(why, sizeof(why), "%s", library_reason(NULL));
	if (input->source.seekable) {
		input->source.endless = true;
		input->file = open_source(input, raw);
		if (input->file != NULL)
			return warn(input, reason, "%s: truncated, or its sizes are wrong", input->name);
	}
	return reason_set(reason, -EINVAL, "%s: not a sound file that can be read: %s", input->name, why);
}

/*
 * libsndfile quietly takes what is there of a truncated file. What its header
 * promises shows when the file seems endless.
 */
static int check_whole(struct sound_input *input, const struct sound_raw *raw, struct reason *reason)
{
	const SF_INFO there = input->info;
	const int64_t position = input->source.position;
	SNDFILE *file;
	int error = 0;

	if (!input->source.seekable || input->source.endless || !samples_have_size(&there))
		return 0;
	if ((there.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_W64) {
		const int64_t bytes = wave64_bytes(input);

		return bytes <= input->source.length ? 0
			: warn(input, reason, "%s: truncated: %lld of %lld bytes are there", input->name,
			       (long long)input->source.length, (long long)bytes);
	}
	input->source.endless = true;
	file = open_source(input, raw);
	if (file != NULL) {
		if (input->info.frames > there.frames && !size_unknown(data_bytes(&input->info)))
			error = warn(input, reason, "%s: truncated: %lld of %lld frames are there", input->name,
				     (long long)there.frames, (long long)input->info.frames);
		sf_close(file);
	}
	/* the first reader goes on where it was */
	input->source.endless = false;
	input->source.position = position;
	input->info = there;
	return error;
}

static int check_input(struct sound_input *input, struct reason *reason)
{
	const bool unknown = input->info.frames >= INT64_MAX / 64 ||
		(!input->source.seekable && (input->info.frames == 0 ||
		 ((input->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RAW) ||
		 (samples_have_size(&input->info) && size_unknown(data_bytes(&input->info)))));

	if (input->info.channels > BLI_CHANNELS_MAX)
		return reason_set(reason, -EINVAL, "%s: %d channels; allowed: 1 to %d", input->name,
				  input->info.channels, BLI_CHANNELS_MAX);
	if (input->info.samplerate < 1)
		return reason_set(reason, -EINVAL, "%s: sample rate %d Hz; allowed: 1 or more", input->name,
				  input->info.samplerate);
	input->frames = unknown ? -1 : input->info.frames;
	if (input->frames == 0)
		return reason_set(reason, -EINVAL, "%s: no samples in it", input->name);
	return 0;
}

static void find_rate(struct sound_input *input, const struct sound_raw *raw)
{
	unsigned char head[EXACTRATE_HEAD_BYTES];
	double exact;

	input->rate_hz = (struct ratio){ (uint64_t)input->info.samplerate, 1 };
	if (raw->given) {
		input->rate_hz = raw->rate_hz;
		return;
	}
	if (!exactrate_possible(input->info.format))
		return;
	exact = exactrate_read(input->info.format, head, source_peek(&input->source, head, sizeof(head)));
	if (exact > 0)
		ratio_from_double(&input->rate_hz, exact);
}

/* libsndfile 1.2.0 reads out of bounds when asked for the channel map of an AIFF file that has none. */
static void find_layout(struct sound_input *input)
{
	int map[BLI_CHANNELS_MAX];
	const bool mapped = (input->info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_AIFF &&
		sf_command(input->file, SFC_GET_CHANNEL_MAP_INFO, map,
			   input->info.channels * (int)sizeof(map[0])) == SF_TRUE;

	channels_layout(&input->layout, input->info.format, (unsigned)input->info.channels, mapped ? map : NULL);
}

/* A name as a shell takes it. */
static void quote(char *quoted, size_t bytes, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-+,:@%";
	size_t used = 0;

	if (name[strspn(name, plain)] == '\0') {
		snprintf(quoted, bytes, "%s", name);
		return;
	}
	quoted[used++] = '\'';
	for (; *name != '\0' && used + 6 < bytes; name++)
		used += (size_t)snprintf(quoted + used, bytes - used, *name == '\'' ? "'\\''" : "%c", *name);
	quoted[used++] = '\'';
	quoted[used] = '\0';
}

static int refuse_foreign(const struct sound_input *input, const char *kind, struct reason *reason)
{
	char name[200];

	quote(name, sizeof(name), strcmp(input->name, STANDARD_INPUT) == 0 ? "-" : input->name);
	return reason_set(reason, -EINVAL, "%s: %s is not decoded here, but: "
			  "ffmpeg -v error -i %s -f wav -c:a pcm_s24le - | bli-resample [OPTION]... - OUTPUT",
			  input->name, kind, name);
}

static int open_file(struct sound_input *input, const struct sound_reading *how, struct reason *reason)
{
	const struct sound_raw *const raw = &how->raw;
	unsigned char first[WAVSIZES_HEAD_BYTES];
	size_t got = source_peek(&input->source, first, FOREIGN_HEAD_BYTES);
	const char *const foreign = raw->given ? NULL : foreign_kind(first, got);
	int error;

	if (got == 0 && input->source.error == 0)
		return reason_set(reason, -EINVAL, "%s: empty", input->name);
	if (foreign != NULL)
		return refuse_foreign(input, foreign, reason);
	if (!raw->given && got >= 4 && memcmp(first, "RIFF", 4) == 0) {
		got = source_peek(&input->source, first, sizeof(first));
		source_hide_size(&input->source, wavsizes_unknown_at(first, got));
	}
	/* libsndfile 1.2.2 looks for the end of an Ogg stream before anything else, and a pipe shows none */
	if (!input->source.seekable && (how->again || (got >= 4 && memcmp(first, "OggS", 4) == 0)))
		source_spool(&input->source);
	if (input->source.error == 0)
		input->file = open_source(input, raw);
	if (input->file == NULL && input->source.error == 0 && !input->source.seekable &&
	    sf_error(NULL) != SF_ERR_UNRECOGNISED_FORMAT && source_spool(&input->source) == 0)
		input->file = open_source(input, raw);
	if (input->source.error)
		return fail_source(input, reason);
	error = input->file == NULL ? open_malformed(input, raw, reason) : check_whole(input, raw, reason);
	if (error == 0)
		error = check_input(input, reason);
	if (error)
		return error;
	find_rate(input, raw);
	find_layout(input);
	input->encoded = encoder_measure(input->file, &input->info, &input->source);
	input->samples = soundformat_samples(input->info.format);
	/* what the file keeps stands in the high bits */
	input->samples.format.bits = (unsigned char)(8 * input->samples.format.bytes);
	return 0;
}

int soundfile_open_input(struct sound_input *input, const char *path, const struct sound_reading *how,
			 struct reason *reason)
{
	int error;

	memset(input, 0, sizeof(*input));
	input->name = strcmp(path, "-") == 0 ? STANDARD_INPUT : path;
	input->strict = how->strict;
	error = source_open(&input->source, path);
	if (error)
		return reason_set(reason, error, "%s: %s", input->name, strerror(-error));
	error = open_file(input, how, reason);
	if (error)
		soundfile_close_input(input);
	else
		source_start(&input->source);
	return error;
}

int soundfile_rewind(struct sound_input *input, const struct sound_reading *how, struct reason *reason)
{
	sf_close(input->file);
	input->file = open_source(input, &how->raw);
	input->frames_read = 0;
	input->invalid = 0;
	if (input->source.error)
		return fail_source(input, reason);
	return input->file != NULL ? 0 : reason_set(reason, -EINVAL, "%s: %s", input->name, library_reason(NULL));
}

/* As the core does at loading; here, because they must not be mixed with other channels. */
static void silence_invalid_floats(struct sound_input *input, float *samples, size_t count)
{
	size_t invalid = 0;

	for (size_t i = 0; i < count; i++)
		invalid += !(fabsf(samples[i]) <= (float)BLI_SAMPLE_MAX);
	input->invalid += invalid;
	for (size_t i = 0; i < count && invalid > 0; i++)
		if (!(fabsf(samples[i]) <= (float)BLI_SAMPLE_MAX))
			samples[i] = 0;
}

static void silence_invalid_doubles(struct sound_input *input, double *samples, size_t count)
{
	size_t invalid = 0;

	for (size_t i = 0; i < count; i++)
		invalid += !(fabs(samples[i]) <= BLI_SAMPLE_MAX);
	input->invalid += invalid;
	for (size_t i = 0; i < count && invalid > 0; i++)
		if (!(fabs(samples[i]) <= BLI_SAMPLE_MAX))
			samples[i] = 0;
}

static int check_end(struct sound_input *input, struct reason *reason)
{
	if (input->frames_read == 0)
		return reason_set(reason, -EINVAL, "%s: no samples in it", input->name);
	if (input->frames >= 0 && input->frames_read < input->frames)
		return warn(input, reason, "%s: truncated: %lld of %lld frames are there", input->name,
			    (long long)input->frames_read, (long long)input->frames);
	if (sf_error(input->file) != SF_ERR_NO_ERROR)
		return warn(input, reason, "%s: damaged behind frame %lld: %s", input->name,
			    (long long)input->frames_read, library_reason(input->file));
	return 0;
}

static int64_t read_frames(struct sound_input *input, void *buffer, int64_t frames)
{
	switch (input->samples.type) {
	case SOUND_SHORT:
		return sf_readf_short(input->file, buffer, frames);
	case SOUND_INT:
		return sf_readf_int(input->file, buffer, frames);
	case SOUND_FLOAT:
		return sf_readf_float(input->file, buffer, frames);
	case SOUND_DOUBLE:
		return sf_readf_double(input->file, buffer, frames);
	}
	return 0;
}

int64_t soundfile_read(struct sound_input *input, void *buffer, int64_t frames, struct reason *reason)
{
	const size_t channels = (size_t)input->info.channels;
	const int64_t got = read_frames(input, buffer, frames);

	if (input->samples.type == SOUND_FLOAT)
		silence_invalid_floats(input, buffer, (size_t)got * channels);
	if (input->samples.type == SOUND_DOUBLE)
		silence_invalid_doubles(input, buffer, (size_t)got * channels);
	input->frames_read += got;
	if (input->source.error)
		return fail_source(input, reason);
	if (got < frames) {
		const int error = check_end(input, reason);

		if (error)
			return error;
	}
	return got;
}

void soundfile_close_input(struct sound_input *input)
{
	if (input->file != NULL)
		sf_close(input->file);
	input->file = NULL;
	source_close(&input->source);
}
