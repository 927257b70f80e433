/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoder.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "soundformat.h"

/* These came with libsndfile 1.1 and 1.2; older ones refuse them at run time. */
#define COMMAND_SET_BITRATE_MODE 0x1305
#define COMMAND_GET_BITRATE_MODE 0x1304
enum { MODE_CONSTANT, MODE_AVERAGE, MODE_VARIABLE };

/* Bits per second of a channel between which libsndfile's level goes, 1 to 0. */
#define OPUS_LEAST 6000
#define OPUS_MOST 256000
#define OPUS_DEFAULT 64000
#define OPUS_QUALITY_LEAST 8000	/* quality 0, doubled by every second step: 6 is the default */

#define VORBIS_DEFAULT_QUALITY 5.0
#define MP3_DEFAULT_QUALITY 8.0	/* LAME's V2 */

#define HEAD_BYTES 256	/* of an Ogg stream: its first page is shorter */

/*
 * Nominal bits per second of a channel by Vorbis quality 0 … 10, as libvorbis
 * 1.3.7 writes them into its headers: it has one table for each range of rates, and
 * another for two channels, which are coded together.
 */
static const struct vorbis_rates {
	int up_to_hz;
	int paired[11], single[11];
} vorbis_rates[] = {
	{ 9000, { 9000, 11300, 13600, 15900, 18200, 20500, 22800, 25100, 27400, 29700, 32000 },
	  { 14000, 16800, 19600, 22400, 25200, 28000, 30800, 33600, 36400, 39200, 42000 } },
	{ 15000, { 13000, 16100, 19200, 22300, 25400, 28500, 31600, 34700, 37800, 40900, 44000 },
	  { 20000, 23000, 26000, 29000, 32000, 35000, 38000, 41000, 44000, 47000, 50000 } },
	{ 19000, { 17333, 22666, 28000, 33333, 38666, 44000, 52400, 60800, 69200, 77600, 86000 },
	  { 24000, 32000, 40000, 48000, 56000, 64000, 71200, 78400, 85600, 92800, 100000 } },
	{ 26000, { 18333, 22666, 28000, 33333, 38666, 44000, 52400, 60800, 69200, 77600, 86000 },
	  { 24000, 30444, 35333, 40222, 45111, 50000, 58000, 66000, 74000, 82000, 90000 } },
	{ 40000, { 28000, 35000, 45000, 56000, 60000, 75000, 90000, 100000, 115000, 150000, 190000 },
	  { 42000, 52000, 64000, 72000, 78000, 86000, 92000, 110000, 120000, 140000, 190000 } },
	{ 0, { 32000, 40000, 48000, 56000, 64000, 80000, 96000, 112000, 128000, 160000, 250000 },
	  { 48000, 60000, 70000, 80000, 86000, 96000, 110000, 120000, 140000, 160000, 240000 } },
};

/* The nominal rate in the first page of a Vorbis stream; 0: none there. */
static double vorbis_nominal(struct source *source)
{
	static const unsigned char mark[] = "\1vorbis";
	unsigned char head[HEAD_BYTES];
	const size_t bytes = source_peek(source, head, sizeof(head));

	for (size_t at = 0; at + 28 <= bytes; at++)
		if (memcmp(head + at, mark, sizeof(mark) - 1) == 0) {
			/* behind the mark: version 4, channels 1, sample rate 4, largest rate 4 */
			const unsigned char *const field = head + at + 20;
			const uint32_t nominal = field[0] | field[1] << 8 | field[2] << 16 | (uint32_t)field[3] << 24;

			return nominal > 0 && nominal < INT32_MAX ? nominal : 0;
		}
	return 0;
}

struct encoder_rate encoder_measure(SNDFILE *file, const SF_INFO *info, struct source *source)
{
	const enum sound_codec codec = soundformat_codec(info->format);
	struct encoder_rate rate = { 0, false };

	if (codec == SOUND_CODEC_NONE || codec == SOUND_CODEC_FLAC)
		return rate;
	if (codec == SOUND_CODEC_VORBIS)
		rate.bitrate_bps = vorbis_nominal(source);
	if (rate.bitrate_bps <= 0 && source->seekable && info->frames > 0)
		rate.bitrate_bps = 8.0 * (double)source->length * info->samplerate / (double)info->frames;
	rate.constant = codec == SOUND_CODEC_MP3 &&
		sf_command(file, COMMAND_GET_BITRATE_MODE, NULL, 0) == MODE_CONSTANT;
	return rate;
}

static void set_level(SNDFILE *file, double level)
{
	level = fmin(fmax(level, 0), 1);
	sf_command(file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
}

static void set_vorbis(SNDFILE *file, const SF_INFO *info, double bitrate_bps)
{
	const struct vorbis_rates *row = vorbis_rates;
	const double wanted = bitrate_bps / info->channels;
	const int *rates;
	int below = 0;

	while (row->up_to_hz != 0 && info->samplerate >= row->up_to_hz)
		row++;
	rates = info->channels == 2 ? row->paired : row->single;
	while (below < 9 && rates[below + 1] <= wanted)
		below++;
	set_level(file, 1 - (below + (wanted - rates[below]) / (rates[below + 1] - rates[below])) / 10);
}

/* libsndfile's level goes linearly between the bit rates that the version of MPEG for a sample rate has. */
static void set_mp3(SNDFILE *file, const SF_INFO *info, double bitrate_bps, bool constant)
{
	const double most = info->samplerate >= 32000 ? 320e3 : info->samplerate >= 16000 ? 160e3 : 64e3;
	const double least = info->samplerate >= 32000 ? 32e3 : 8e3;
	int mode = constant ? MODE_CONSTANT : MODE_AVERAGE;

	sf_command(file, COMMAND_SET_BITRATE_MODE, &mode, sizeof(mode));
	set_level(file, (most - bitrate_bps) / (most - least));
}

static void set_bitrate(SNDFILE *file, const SF_INFO *info, double bitrate_bps, bool constant)
{
	switch (soundformat_codec(info->format)) {
	case SOUND_CODEC_MP3:
		set_mp3(file, info, bitrate_bps, constant);
		return;
	case SOUND_CODEC_OPUS:
		set_level(file, (OPUS_MOST - bitrate_bps / info->channels) / (OPUS_MOST - OPUS_LEAST));
		return;
	case SOUND_CODEC_VORBIS:
		set_vorbis(file, info, bitrate_bps);
		return;
	default:
		return;
	}
}

static void set_quality(SNDFILE *file, const SF_INFO *info, double quality)
{
	int mode = MODE_VARIABLE;

	switch (soundformat_codec(info->format)) {
	case SOUND_CODEC_OPUS:
		set_bitrate(file, info, OPUS_QUALITY_LEAST * exp2(quality / 2) * info->channels, false);
		return;
	case SOUND_CODEC_MP3:
		sf_command(file, COMMAND_SET_BITRATE_MODE, &mode, sizeof(mode));
		/* LAME's V10 is none */
		set_level(file, fmin(1 - quality / ENCODER_QUALITY_MAX, 0.9));
		return;
	default:
		set_level(file, 1 - quality / ENCODER_QUALITY_MAX);
	}
}

int encoder_set(SNDFILE *file, const SF_INFO *info, const struct encoder_settings *settings,
		const struct encoder_rate *input, int channels, struct reason *reason)
{
	const enum sound_codec codec = soundformat_codec(info->format);
	const bool lossy = codec != SOUND_CODEC_NONE && codec != SOUND_CODEC_FLAC;

	if (!lossy && (settings->bitrate_bps > 0 || settings->quality >= 0))
		return reason_set(reason, -EINVAL, "--%s is for MP3, Opus and Vorbis, not for %s %s",
				  settings->bitrate_bps > 0 ? "bitrate" : "quality",
				  soundformat_container_name(info->format), soundformat_subtype_name(info->format));
	if (codec != SOUND_CODEC_FLAC && settings->compression >= 0)
		return reason_set(reason, -EINVAL, "--compression is for FLAC, not for %s %s",
				  soundformat_container_name(info->format), soundformat_subtype_name(info->format));
	if (codec == SOUND_CODEC_FLAC && settings->compression >= 0)
		set_level(file, settings->compression / ENCODER_COMPRESSION_MAX);
	if (!lossy)
		return 0;
	if (settings->bitrate_bps > 0)
		set_bitrate(file, info, settings->bitrate_bps, true);
	else if (settings->quality >= 0)
		set_quality(file, info, settings->quality);
	else if (input->bitrate_bps > 0)
		set_bitrate(file, info, input->bitrate_bps * info->channels / channels, input->constant);
	else if (codec == SOUND_CODEC_OPUS)
		set_bitrate(file, info, (double)OPUS_DEFAULT * info->channels, false);
	else
		set_quality(file, info, codec == SOUND_CODEC_MP3 ? MP3_DEFAULT_QUALITY : VORBIS_DEFAULT_QUALITY);
	return 0;
}
