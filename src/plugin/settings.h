/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings: from a converter's name and its `converter { … }` compound to what
 * is required of the conversion.  The keys are described in bli(7).
 *
 * Nothing here is real-time safe.
 */
#ifndef BLI_SETTINGS_H
#define BLI_SETTINGS_H

#include "dither.h"
#include "filtertable.h"
#include "preset.h"
#include "setting.h"
#include "setup.h"

#include <alsa/asoundlib.h>
#include <stdbool.h>

struct bli_settings {
	const char *converter;	/* name of the converter as opened, static */
	struct bli_setting filter;
	double gain_db;
	enum bli_dither_kind dither;
	bool verbose;
	struct bli_filter_table table;	/* of filter_file; empty without */
};

/*
 * Settings for the converter of that name.  `conf` is the compound of the
 * configuration, or NULL if there is only the name.  Returns 0, or −EINVAL,
 * −ENOMEM or the error of reading filter_file after one SNDERR line that names
 * the key, its value and what is allowed; then *settings is as after
 * bli_settings_free().
 */
BLI_SETUP
int bli_settings_read(struct bli_settings *settings, const char *converter, const snd_config_t *conf);

/* Free what the settings hold; harmless twice. */
BLI_SETUP
void bli_settings_free(struct bli_settings *settings);

/*
 * The requirement at a conversion whose lower rate is low_rate_hz.  Returns 0,
 * or −EINVAL after one SNDERR line if an edge in Hz does not fit that rate.
 */
BLI_SETUP
int bli_settings_requirement(const struct bli_settings *settings, unsigned low_rate_hz,
			     struct bli_requirement *requirement);

#endif
