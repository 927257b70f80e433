/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How hard a codec compresses: what the user asks for, or what the input was
 * encoded with.
 */
#ifndef BLI_ENCODER_H
#define BLI_ENCODER_H

#include <stdbool.h>
#include <stdint.h>
#include <sndfile.h>

#include "reason.h"
#include "source.h"

#define ENCODER_QUALITY_MAX 10
#define ENCODER_COMPRESSION_MAX 8

struct encoder_settings {
	double bitrate_bps;	/* of all channels; 0: not given */
	double quality;		/* 0 … ENCODER_QUALITY_MAX, the best; negative: not given */
	double compression;	/* of FLAC, 0 … ENCODER_COMPRESSION_MAX; negative: not given */
};

/* What an input was encoded with. */
struct encoder_rate {
	double bitrate_bps;	/* 0: not known, or not of a codec with losses */
	bool constant;
};

/*
 * The bit rate of an open file: the one that a Vorbis stream's header calls nominal,
 * otherwise the average of a file that is not a pipe.
 */
struct encoder_rate encoder_measure(SNDFILE *file, const SF_INFO *info, struct source *source);

/*
 * Sets up a file that has been opened for writing and has no samples yet: as `settings` say,
 * otherwise near the bit rate of the input (`channels` of them), otherwise MP3 at a variable bit
 * rate (LAME's V2), Vorbis with quality 5 and Opus with 64 kbit/s per channel; FLAC with
 * libsndfile's level. Returns 0, or −EINVAL with the reason if a setting is not one of this codec.
 */
int encoder_set(SNDFILE *file, const SF_INFO *info, const struct encoder_settings *settings,
		const struct encoder_rate *input, int channels, struct reason *reason);

#endif
