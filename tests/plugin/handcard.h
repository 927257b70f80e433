/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sound card driven by hand: an ALSA PCM of one rate, format and channel count whose clock is a number in the test's
 * memory. Nothing depends on how busy the machine is, and what a test sees of positions can be asserted to the frame.
 *
 *     pcm_type.handcard.lib "…/libasound_module_pcm_handcard.so"
 *     pcm.card { type handcard state 94110245323232 rate 48000 format S32_LE channels 2 period_size 480 buffer_size 1920 }
 *
 * `state` is the address of a struct handcard as a decimal number, which works because card and test are one process.
 * A buffer_size or period_size that is not given can be any. Unlike a patient card this one xruns.
 */
#ifndef BLI_TESTS_HANDCARD_H
#define BLI_TESTS_HANDCARD_H

#include <stddef.h>
#include <stdint.h>

struct handcard {
	/* set by the test: */
	uint64_t time;		/* frames that the clock has run, also while the card stands still */
	int real;		/* the clock is the machine's instead, and nobody's hand drives it */
	uint64_t tick;		/* frames that it runs at every poll that finds nothing to do, as if that had been waited for */
	uint64_t grain;		/* the pointer moves by as many frames at a time; 0: by one */
	uint64_t latency;	/* frames between the buffer and the ear, or the ear and the buffer */
	_Atomic int fault;	/* −ESTRPIPE: asleep, −ENODEV: unplugged; 0: well */
	int can_pause, can_resume;
	int planar;		/* it wants channel by channel, and nothing else */
	int resume_again;	/* how often resuming says −EAGAIN first */
	unsigned char *sound;	/* what is recorded from, or played into */
	size_t sound_bytes;	/* there are; silence, or nothing kept, beyond */
	unsigned map[8];	/* of its channels: enum snd_pcm_chmap_position, which a program may set; up to 8 channels */
	/* set by the card: */
	uint64_t done;		/* frames played or recorded since opening */
	unsigned polls, waits;	/* polls, and those of them that found nothing to do */
	unsigned starts, prepares, drops, pauses;
};

#endif
