/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of a PCM `type bli`: from its compound in the configuration to what
 * is asked of its slave and of the conversion.  The keys are described in
 * bli(7).
 *
 * Nothing here is real-time safe.
 */
#ifndef BLI_PCM_SETTINGS_H
#define BLI_PCM_SETTINGS_H

#include "keys.h"
#include "settings.h"
#include "setup.h"

#include <alsa/asoundlib.h>

struct bli_pcm_settings {
	char *name;			/* of the PCM, for messages */
	snd_config_t *root;		/* the whole configuration, as long as the PCM is being opened */
	struct bli_settings converter;
	bool follows;			/* sync "writer": the ratio follows the program that writes */
	snd_config_t *slave_pcm;	/* a name, or a compound: what stands after slave.pcm */
	unsigned rate_hz;		/* of the slave; 0: the nearest it has */
	snd_pcm_format_t format;	/* of the slave; SND_PCM_FORMAT_UNKNOWN: its best */
	unsigned channels;		/* of the slave; 0: the program's */
	unsigned period_us, buffer_us;	/* of the slave; 0: after the program's */
};

/*
 * Read the compound `conf` of the PCM of that name (NULL where it has none)
 * out of the whole configuration `root`.  Returns 0, or −EINVAL, −ENOMEM or the
 * error of reading a filter file after one SNDERR line that names the key, its
 * value and what is allowed; then *settings is as after
 * bli_pcm_settings_free().
 */
BLI_SETUP
int bli_pcm_settings_read(struct bli_pcm_settings *settings, const char *name, snd_config_t *root,
			  const snd_config_t *conf);

/*
 * Whether a direction, and the converter, can do what the settings ask.  Returns
 * 0, or −EINVAL after one such line; *settings stays as it is.
 */
BLI_SETUP
int bli_pcm_settings_check(const struct bli_pcm_settings *settings, snd_pcm_stream_t stream);

/* Free what the settings hold; harmless twice. */
BLI_SETUP
void bli_pcm_settings_free(struct bli_pcm_settings *settings);

/* What messages about the PCM begin with. */
struct bli_subject bli_pcm_subject(const struct bli_pcm_settings *settings);

#endif
