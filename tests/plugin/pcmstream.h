/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program's side of an ALSA stream, for the tests: sines through a PCM of any access type, linear format and channel
 * count, and what came out of it. Every function ends the running cmocka test where it fails.
 */
#ifndef BLI_TESTS_PCMSTREAM_H
#define BLI_TESTS_PCMSTREAM_H

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stddef.h>

#define PCMSTREAM_CHANNELS_MAX 64

/* What a program asks for, and gets exactly, but for the buffer. */
struct pcmstream_setup {
	snd_pcm_stream_t direction;
	snd_pcm_access_t access;
	snd_pcm_format_t format;
	unsigned channels;
	unsigned rate_hz;
	snd_pcm_uframes_t period_frames;
	unsigned periods;             /* buffer, in periods; nearly, where the card's are no whole number of frames */
};

/* Opens "pcm.stream" of the configuration `text`. NULL where libasound refuses; *error is then its answer. */
snd_pcm_t *pcmstream_try_open(const char *text, snd_pcm_stream_t direction, int *error);

/* Opens "pcm.stream" of the configuration `text` and sets it up. Playback starts when the buffer is full or
 * drained. */
snd_pcm_t *pcmstream_open(const char *text, const struct pcmstream_setup *setup);

/* A sample in [-1, 1) to and from a place in an area; rounded to nearest. `format` is any linear one or a float. */
void pcmstream_put(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame, snd_pcm_format_t format, double value);
double pcmstream_get(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame, snd_pcm_format_t format);

/* Digital frequency in radians per frame of the sine in channel `channel`, at a rate of `rate_hz`. */
double pcmstream_omega(double hz, unsigned channel, double rate_hz);

/* Plays `frames` frames of sines of -1 dBFS (pcmstream_omega of `hz`), by the access type of the set-up. */
void pcmstream_play(snd_pcm_t *pcm, const struct pcmstream_setup *setup, double hz, snd_pcm_uframes_t frames);

/* Records frames into values[channels][frames], by the access type of the set-up. */
void pcmstream_record(snd_pcm_t *pcm, const struct pcmstream_setup *setup, double *values, snd_pcm_uframes_t frames);

/* Least-squares fit of constant + sine of known frequency to values[frames]: its amplitude, and its power against that of the
 * rest in dB. */
struct pcmstream_fit {
	double amplitude;
	double snr_db;
};
struct pcmstream_fit pcmstream_fit_sine(const double *values, size_t frames, double omega);

/* Writes a raw file of interleaved sines (as pcmstream_play) or, where hz is 0, of the constant 1/2. */
void pcmstream_write_file(const char *path, snd_pcm_format_t format, unsigned channels, unsigned rate_hz, double hz,
			  size_t frames);

/* Reads a raw file of interleaved samples: values[channels][*frames], to be freed. */
double *pcmstream_read_file(const char *path, snd_pcm_format_t format, unsigned channels, size_t *frames);

#endif
