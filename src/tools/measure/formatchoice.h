/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats that alsa-lib's rate plugin has a converter work in (pcm_rate.c). */
#ifndef BLI_FORMATCHOICE_H
#define BLI_FORMATCHOICE_H

#include <alsa/asoundlib.h>
#include <stdint.h>

/* What a converter takes, as get_supported_formats() says. */
struct formatchoice {
	uint64_t in_formats, out_formats;	/* masks of snd_pcm_format_t; 0 is any linear one */
	unsigned int flags;			/* SND_PCM_RATE_FLAG_… */
};

/*
 * From the formats that are asked for to those that the converter gets.  Returns
 * 0, or −EINVAL with both unchanged if the converter has none that go together.
 */
int formatchoice_make(const struct formatchoice *choice, snd_pcm_format_t *in, snd_pcm_format_t *out);

#endif
