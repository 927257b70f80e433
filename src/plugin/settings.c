/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include <stdbool.h>
#include <string.h>

/* Keys that alsa-lib itself puts into the compound or accepts anywhere. */
static bool generic_key(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "comment") == 0 || strcmp(key, "hint") == 0;
}

int bli_settings_read(struct bli_settings *settings, const char *converter, const snd_config_t *conf)
{
	const struct bli_preset *preset = bli_preset_find(converter);
	snd_config_iterator_t i, next;

	if (!preset) {
		SNDERR("converter \"%s\": no such preset", converter);
		return -EINVAL;
	}
	settings->converter = preset->name;
	settings->requirement = preset->requirement;
	if (!conf)
		return 0;
	if (snd_config_get_type(conf) != SND_CONFIG_TYPE_COMPOUND) {
		SNDERR("converter \"%s\": expected a name or { name \"%s\" }", converter, converter);
		return -EINVAL;
	}
	snd_config_for_each(i, next, conf) {
		const char *key;

		if (snd_config_get_id(snd_config_iterator_entry(i), &key) < 0 || generic_key(key))
			continue;
		SNDERR("converter \"%s\": unknown key \"%s\"; the only key is \"name\"", converter, key);
		return -EINVAL;
	}
	return 0;
}
