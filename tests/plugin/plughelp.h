/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helps the tests of the plugin: opens a converter by name, lays out samples in
 * memory that ends at a guard page, reads and writes samples by a codec of its
 * own; pluglog.h catches the lines that the plugin logs.
 *
 * Samples are int32_t, left-justified: full scale is ±2^31 in every format.
 * What a test cannot run without (no plugin, no memory) ends it with status 99.
 */
#ifndef BLI_PLUGHELP_H
#define BLI_PLUGHELP_H

#include <alsa/asoundlib.h>
#include <alsa/pcm_rate.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pluglog.h"

#define PLUG_CHANNELS_MAX 66	/* two more than a converter takes */

/* ---- converters --------------------------------------------------------- */

struct plug {
	void *library;
	void *object;
	snd_pcm_rate_ops_t ops;
};

/* The entry symbol of converter `name`, found in the file of that name; suffix is "open" or "open_conf". */
void *plug_symbol(struct plug *plug, const char *name, const char *suffix);

/* Open by open_conf in the current protocol.  Returns what the plugin returned; plug->object is NULL on failure. */
int plug_open(struct plug *plug, const char *name, const snd_config_t *conf);

/* Close the object; the file stays loaded.  Harmless on a closed one. */
void plug_close(struct plug *plug);

/* A compound as in asound.conf, "name \"bli\"\nkey 1"; release with snd_config_delete(). */
snd_config_t *plug_config(const char *text);

/* Parameters as at hw_params; rates in Hz, periods in frames. */
snd_pcm_rate_info_t plug_info(unsigned in_hz, size_t in_period, unsigned out_hz, size_t out_period, unsigned channels,
			      snd_pcm_format_t in_format, snd_pcm_format_t out_format);

/* What `aplay -v` would show, in a static buffer. */
const char *plug_dump(struct plug *plug);

/* ---- samples ------------------------------------------------------------ */

/* Linear PCM as the plugin must take it: what alsa-lib calls linear, less its one-bit DSD formats. */
bool plug_format_is_pcm(snd_pcm_format_t format);

int32_t plug_sample_get(snd_pcm_format_t format, const unsigned char *sample);

/* Bits below the format's width are cut off. */
void plug_sample_put(snd_pcm_format_t format, unsigned char *sample, int32_t value);

enum plug_layout { PLUG_INTERLEAVED, PLUG_PLANAR, PLUG_ODD, PLUG_LAYOUTS };

extern const char *const plug_layout_names[PLUG_LAYOUTS];

/* Frames of several channels between two guard pages; the last byte stands in front of the second one. */
struct plug_side {
	snd_pcm_format_t format;
	unsigned channels, bytes;	/* bytes of a sample */
	size_t frames;
	unsigned char *start, *end;	/* all bytes that may be touched without a fault */
	unsigned char fill;		/* what they were filled with */
	snd_pcm_channel_area_t areas[PLUG_CHANNELS_MAX];
	void *mapping;
	size_t mapping_bytes;
};

/* PLUG_ODD leaves gaps between samples and frames that are no multiple of anything. */
void plug_side_open(struct plug_side *side, snd_pcm_format_t format, unsigned channels, size_t frames,
		    enum plug_layout layout);
void plug_side_close(struct plug_side *side);

/* Set every byte, those between the samples too. */
void plug_side_fill(struct plug_side *side, unsigned char fill);

/* Bytes that belong to no sample of frames first … last − 1 and are no longer what they were filled with. */
size_t plug_side_stray(const struct plug_side *side, size_t first, size_t last);

unsigned char *plug_side_at(const struct plug_side *side, unsigned channel, size_t frame);
int32_t plug_side_get(const struct plug_side *side, unsigned channel, size_t frame);
void plug_side_put(struct plug_side *side, unsigned channel, size_t frame, int32_t value);

/* White noise of ±2^31·amplitude, the same for the same seed, other in each channel. */
void plug_side_noise(struct plug_side *side, double amplitude, uint32_t seed);

/* Convert all of `in` to all of `out`, as one period. */
void plug_convert(struct plug *plug, struct plug_side *out, const struct plug_side *in);

/* Next of a series of random numbers of 32 bits. */
uint32_t plug_random(uint32_t *state);

#endif
