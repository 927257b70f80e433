/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiation: how both sides are set up, by what they offer and what was asked for. */
#ifndef BLI_BRIDGE_NEGOTIATION_H
#define BLI_BRIDGE_NEGOTIATION_H

#include "endpoint.h"
#include "options.h"

/*
 * Choose format, rate, channels and the sizes to ask for, of two open
 * endpoints.  The widest formats; one rate for both if possible, and 48 kHz
 * rather than another; as many channels on both.  Returns 0, or EXIT_FAILURE
 * after saying what is not possible.
 */
int negotiate(const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct options *options,
	      struct endpoint_setup setup[BLI_CLOCK_SIDES]);

/* Frames of a duration, s. */
snd_pcm_uframes_t negotiation_frames(double duration, unsigned rate_hz);

#endif
