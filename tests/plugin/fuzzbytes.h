/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the bytes that a fuzzer makes up to the parameters of a rate converter:
 * every number of any order of magnitude, but those likely that are allowed.
 */
#ifndef BLI_FUZZBYTES_H
#define BLI_FUZZBYTES_H

#include <alsa/asoundlib.h>
#include <alsa/pcm_rate.h>
#include <stdbool.h>
#include <stdint.h>

/* What is left of the input. */
struct bytes {
	const uint8_t *next, *end;
};

/* The next `count` (up to 8) bytes as a number, the first the most significant; behind the end stand zeros. */
uint64_t bytes_take(struct bytes *bytes, unsigned count);
unsigned bytes_take_one(struct bytes *bytes);

/* Parameters as at hw_params. */
snd_pcm_rate_info_t bytes_take_info(struct bytes *bytes);

/*
 * The compound of `converter { … }`, to be deleted, or what else a program may
 * hand over: NULL and nodes that are no compound.  The only file they name is a
 * filter file in memory.
 */
snd_config_t *bytes_take_settings(struct bytes *bytes);

#endif
