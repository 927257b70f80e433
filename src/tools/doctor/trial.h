/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trials: PCMs opened to see what they give; nothing is played or recorded. */
#ifndef BLI_DOCTOR_TRIAL_H
#define BLI_DOCTOR_TRIAL_H

#include <alsa/asoundlib.h>
#include <stddef.h>

/*
 * What the card `name` has, in one line of `text`: rates, channels, formats and
 * period sizes.  0, or the −errno of opening it (−EBUSY: in use).
 */
int trial_card(const char *name, snd_pcm_stream_t direction, char *text, size_t size);

/*
 * Open `name` at `rate_hz` with periods near 125 ms and four of them, as aplay
 * does, in the first of the formats S16_LE and S32_LE it takes, and print what
 * its converter says of itself, a line each: ratio and delay, if it is one of bli.
 * Returns the number of rate conversions on the way, or the −errno of opening or
 * of setting it up (−EINVAL: it has no such rate).
 */
int trial_stream(const char *name, snd_pcm_stream_t direction, unsigned int rate_hz, snd_output_t *output);

#endif
