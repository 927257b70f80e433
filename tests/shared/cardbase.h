/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the sound cards of the tests have in common: each is an ALSA PCM (an ioplug) that, like a real card, has one
 * format, one channel count and few rates. Functions that return an int return 0 or −errno.
 */
#ifndef BLI_TESTS_CARDBASE_H
#define BLI_TESTS_CARDBASE_H

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stddef.h>
#include <stdio.h>

#define CARDBASE_RATES_MAX 8

struct cardbase_range {
	unsigned min, max;
};

/* What a card can be set to. */
struct cardbase_settings {
	unsigned rates_hz[CARDBASE_RATES_MAX], rate_count;
	unsigned channels;
	snd_pcm_format_t format;
	int planar;			/* channel by channel, not interleaved */
	struct cardbase_range period, buffer;	/* frames */
};

/* The first member of what each card is, so that io.private_data points to both. */
struct cardbase {
	snd_pcm_ioplug_t io;
	snd_pcm_ioplug_callback_t callback;
	FILE *file;			/* closed with the card; NULL: there is none */
	snd_pcm_uframes_t moved;	/* frames captured or played since prepare */
	snd_pcm_uframes_t avail_min;	/* what a program that polls waits for */
	size_t frame_bytes;
};

/* Takes the value of a key that only this kind of card has into `own`; passes over a key that it does not know. */
typedef int cardbase_take_key(void *own, const char *key, snd_config_t *node);

/*
 * Overrides `settings` with the keys rate, channels, format, period_size and buffer_size of `conf`, where a number below
 * 1 leaves what there was, and gives all other keys to take_key(own, …). A key with a wrong value is named in a line.
 */
int cardbase_configure(struct cardbase_settings *settings, snd_config_t *conf, cardbase_take_key *take_key, void *own);

/* A card of `bytes` bytes, zeros but for what ioplug needs, with no poll_fd yet; NULL: there is no memory. */
void *cardbase_new(size_t bytes, const char *name, const snd_pcm_ioplug_callback_t *callback);

/* Makes the card a PCM that can be set to `settings`. After an error the card has been closed by its callback. */
int cardbase_open(struct cardbase *card, const struct cardbase_settings *settings, const char *name,
		  snd_pcm_stream_t stream, int mode);

/* Moves `frames` frames from card->moved on: move() gets them in one or more runs, each at its place in the ring. */
void cardbase_move(struct cardbase *card, snd_pcm_uframes_t frames,
		   void (*move)(struct cardbase *card, char *ring, snd_pcm_uframes_t run));

/* Callbacks, or called by a card's own: the first sets moved and frame_bytes, the next avail_min; the last frees card. */
int cardbase_prepare(snd_pcm_ioplug_t *io);
int cardbase_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params);
int cardbase_close(snd_pcm_ioplug_t *io);

#endif
