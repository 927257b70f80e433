/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chains: the PCMs that lie behind a name, one as the slave of the other, down to the card. */
#ifndef BLI_DOCTOR_CHAIN_H
#define BLI_DOCTOR_CHAIN_H

#include <alsa/asoundlib.h>

#define CHAIN_LINKS_MAX 16
#define CHAIN_CONVERTERS_MAX 8	/* in a list of fallbacks */
#define CHAIN_TEXT_MAX 200

enum converter_source {
	CONVERTER_NONE,		/* a type that converts no rates */
	CONVERTER_OWN,		/* a key of the PCM */
	CONVERTER_DEFAULTS,	/* defaults.pcm.rate_converter, which `type plug` reads and `type rate` does not */
	CONVERTER_BUILT_IN,	/* what alsa-lib takes where nothing is said: pcm_rate.c, default_rate_plugins */
	CONVERTER_PRESET,	/* what `type bli` takes where nothing is said */
};

struct link {
	char type[CHAIN_TEXT_MAX];
	char path[CHAIN_TEXT_MAX];	/* of its definition, such as "pcm.default.slave.pcm" */
	char card[CHAIN_TEXT_MAX];	/* of a card itself: its name, such as "hw:0"; otherwise "" */
	enum converter_source source;
	char key[CHAIN_TEXT_MAX];	/* path of the key that names the converters; "" for built-in ones */
	char converters[CHAIN_CONVERTERS_MAX][CHAIN_TEXT_MAX];	/* [converter_count] the first that loads is taken */
	unsigned int converter_count;
};

struct chain {
	struct link links[CHAIN_LINKS_MAX];	/* [count] from the program to the card */
	unsigned int count;
	char error[2 * CHAIN_TEXT_MAX];		/* why the chain ends early, or "" */
};

/* Follow the PCM `name` of the configuration `top` (snd_config_update) in one direction. What stops it, and that it was
 * stopped, is in chain->error. */
void chain_follow(struct chain *chain, snd_config_t *top, const char *name, snd_pcm_stream_t direction);

#endif
