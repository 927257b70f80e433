/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channels: what each one of a file is for, the order in which formats keep
 * them, and how those of an output are made from those of an input.
 */
#ifndef BLI_CHANNELS_H
#define BLI_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "reason.h"
#include "resampler.h"

/* What the channels of a file are for, in the order of the file. */
struct channel_layout {
	unsigned channels;	/* 1 … BLI_CHANNELS_MAX */
	bool known;		/* otherwise nothing is known but their number */
	int position[BLI_CHANNELS_MAX];	/* SF_CHANNEL_MAP_ values, no two alike */
};

/*
 * The layout of a file of an SF_FORMAT_ word: `map`, libsndfile's channel map
 * (NULL: none), if it makes sense, otherwise what the format defines for so
 * many channels. Vorbis and Opus: Vorbis I specification, 4.3.9; FLAC: RFC 9639,
 * 9.1.3; all others: the order of the bits in WAVEFORMATEXTENSIBLE's mask.
 */
void channels_layout(struct channel_layout *layout, int format, unsigned channels, const int *map);

/* Outputs from inputs: out[k] = Σ factor[k][i] · in[i]. */
struct channel_mix {
	bool identity;		/* nothing to do */
	unsigned in, out;
	double factor[BLI_CHANNELS_MAX][BLI_CHANNELS_MAX];
};

/*
 * How a file of the SF_FORMAT_ word `format` with `channels` channels is made of
 * one of the layout `in`. With the same number of channels each is put where
 * the format has it. Otherwise they are mixed: ITU-R BS.775-3, annex 4, table 2
 * (centre and surround at −3 dB, no LFE), the same again from two channels to
 * one, and all of it lowered so far that full scale stays full scale; more channels
 * than there are get silence, but one channel goes to both of two. *out becomes
 * the output's layout. Returns 0, or −EINVAL with "reason" if the layout must be
 * known to mix and is not.
 */
int channels_mix(struct channel_mix *mix, struct channel_layout *out, const struct channel_layout *in, int format,
		 unsigned channels, struct reason *reason);

/* Mixes interleaved frames; `from` and `to` may not overlap. */
void channels_run(const struct channel_mix *mix, double *to, const double *from, size_t frames);

#endif
