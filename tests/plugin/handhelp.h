/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A PCM "type bli" on a card driven by hand. Every function ends the running cmocka test where it fails.
 */
#ifndef BLI_TESTS_HANDHELP_H
#define BLI_TESTS_HANDHELP_H

#include "handcard.h"
#include "pcmstream.h"
#include "pluglog.h"

/* The card; `period` and `buffer` in frames, 0: any. */
struct hand_card {
	unsigned rate_hz;
	snd_pcm_format_t format;
	unsigned channels;
	unsigned period, buffer;
};

/* The card's hand: set before opening, read at any time. */
extern struct handcard hand;

/* A well card of the beginning, with room for `frames` frames of its sound: silence, or for a playback anything. */
void hand_begin(const struct hand_card *card, size_t frames, unsigned tick);

/* Free the sound. */
void hand_end(void);

/* Configuration of "pcm.stream", a "type bli" over "pcm.card"; `more` is what else it has, "" for nothing. */
const char *hand_configuration(const struct hand_card *card, const char *more);

/* Opens and sets up "pcm.stream" of that; sets *setup->periods as asked, to the frame. */
snd_pcm_t *hand_open(const struct hand_card *card, const char *more, const struct pcmstream_setup *setup);

/* Sample of the card's sound, in [−1, 1). */
double hand_get(const struct hand_card *card, size_t frame, unsigned channel);
void hand_put(const struct hand_card *card, size_t frame, unsigned channel, double value);

/* What the card played in a channel: values[hand.done], to be freed. */
double *hand_played(const struct hand_card *card, unsigned channel);

/* For main(): tells alsa-lib where the libraries are, and catches what they log. 0, or 99 after a line. */
int hand_prepare(void);

#endif
