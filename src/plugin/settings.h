/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings: from a converter's name and its `converter { … }` compound to what
 * is required of the conversion.
 */
#ifndef BLI_SETTINGS_H
#define BLI_SETTINGS_H

#include "core/preset.h"

#include <alsa/asoundlib.h>

struct bli_settings {
	const char *converter;	/* name of the preset, static */
	struct bli_requirement requirement;
};

/*
 * Settings for the converter of that name.  `conf` is the compound of the
 * configuration, or NULL if there is only the name.  Returns 0, or −EINVAL
 * after one SNDERR line that names the key, its value and what is allowed;
 * *settings is unspecified then.
 */
int bli_settings_read(struct bli_settings *settings, const char *converter, const snd_config_t *conf);

#endif
