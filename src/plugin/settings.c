/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "settings.h"
#include "filterfile.h"
#include "keys.h"
#include "log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int read_quality(struct bli_settings *settings, const struct bli_key *key)
{
	const char *text;

	if (snd_config_get_string(key->node, &text) == 0 && text)
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
			if (strcasecmp(preset->quality, text) == 0) {
				settings->filter.requirement = preset->requirement;
				return 0;
			}
	return bli_key_refuse(key, "allowed are linear, fast, medium, high and best");
}

/* The keys that the command line has, too. */
static int read_filter(struct bli_settings *settings, const struct bli_key *key)
{
	struct bli_setting_value value = { NULL, NAN };
	const char *allowed = "";

	if (snd_config_get_ireal(key->node, &value.number) < 0 && snd_config_get_string(key->node, &value.text) < 0)
		value.text = NULL;
	return bli_setting_read(&settings->filter, key->name, &value, &allowed) < 0 ? bli_key_refuse(key, allowed) : 0;
}

static int read_dither(struct bli_settings *settings, const struct bli_key *key)
{
	static const char *const words[] = { "none", "tpdf", "shaped", NULL };
	static const enum bli_dither_kind kinds[] = { BLI_DITHER_NONE, BLI_DITHER_TPDF, BLI_DITHER_SHAPED };
	int word = bli_key_word(key, words, "allowed are \"none\", \"tpdf\" and \"shaped\"");

	if (word < 0)
		return word;
	settings->dither = kinds[word];
	return 0;
}

static int read_gain(struct bli_settings *settings, const struct bli_key *key)
{
	return bli_key_number_in(key, "dB", -120, 40, "allowed are -120 to 40 dB", &settings->gain_db);
}

/* ~ and relative paths start in the home directory, where .asoundrc is.  NULL: out of memory. */
static char *home_path(const char *path, const char *home)
{
	char *full = NULL;

	if (path[0] == '/')
		return strdup(path);
	if (strncmp(path, "~/", 2) == 0)
		path += 2;
	return asprintf(&full, "%s/%s", home, path) < 0 ? NULL : full;
}

static int read_filter_file(struct bli_settings *settings, const struct bli_key *key)
{
	const char *text, *home = getenv("HOME");
	char message[300], *path;
	int error;

	if (snd_config_get_string(key->node, &text) < 0 || !text || !*text)
		return bli_key_refuse(key, "allowed is the path of a filter file (see bli-filter(5))");
	if (text[0] != '/' && !home)
		return bli_key_refuse(key, "HOME is not set; allowed is then a path that begins with a slash");
	path = home_path(text, home);
	if (!path) {
		bli_log(key->subject, "%s: out of memory", key->name);
		return -ENOMEM;
	}
	bli_filter_table_free(&settings->table);
	error = bli_filterfile_read(&settings->table, path, message, sizeof(message));
	free(path);
	if (error < 0) {
		bli_log(key->subject, "%s: %s", key->name, message);
		return error;
	}
	settings->filter.requirement.method = BLI_METHOD_TABLE;
	settings->filter.requirement.phase = BLI_PHASE_LINEAR;
	return 0;
}

static int read_interpolation(struct bli_settings *settings, const struct bli_key *key)
{
	bool interpolation = true;
	int error = bli_key_truth(key, &interpolation);

	settings->filter.requirement.nearest = !interpolation;
	return error;
}

static int read_verbose(struct bli_settings *settings, const struct bli_key *key)
{
	return bli_key_truth(key, &settings->verbose);
}

/* What a key belongs to: keys of different groups exclude each other. */
enum group { GROUP_ANY, GROUP_QUALITY, GROUP_BANDS, GROUP_FILE };

static const struct {
	const char *name;
	enum group group;
	int (*read)(struct bli_settings *settings, const struct bli_key *key);
} keys[] = {
	/* quality and filter_file decide what the other keys change: they are read first */
	{ "quality", GROUP_QUALITY, read_quality },
	{ "filter_file", GROUP_FILE, read_filter_file },
	{ "interpolation", GROUP_FILE, read_interpolation },
	{ "passband", GROUP_BANDS, read_filter },
	{ "stopband", GROUP_BANDS, read_filter },
	{ "attenuation", GROUP_BANDS, read_filter },
	{ "phase", GROUP_ANY, read_filter },
	{ "precision", GROUP_ANY, read_filter },
	{ "dither", GROUP_ANY, read_dither },
	{ "gain", GROUP_ANY, read_gain },
	{ "verbose", GROUP_ANY, read_verbose },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* Keys that alsa-lib itself puts into the compound or accepts anywhere. */
static bool generic_key(const char *name)
{
	return strcmp(name, "name") == 0 || strcmp(name, "comment") == 0 || strcmp(name, "hint") == 0;
}

static int refuse_unknown(const struct bli_key *key)
{
	char allowed[200] = "unknown key; allowed are ";

	for (size_t k = 0; k < KEYS; k++) {
		size_t used = strlen(allowed);

		snprintf(allowed + used, sizeof(allowed) - used, "%s%s", keys[k].name,
			 k + 2 < KEYS ? ", " : k + 2 == KEYS ? " and " : "");
	}
	return bli_key_refuse(key, allowed);
}

/* Every key known, and no two of different groups. */
static int check_keys(const char *converter, const snd_config_t *conf)
{
	snd_config_iterator_t i, next;
	enum group group = GROUP_ANY;
	const char *grouped = NULL;

	snd_config_for_each(i, next, conf) {
		const snd_config_t *node = snd_config_iterator_entry(i);
		const char *name;
		size_t k = 0;

		if (snd_config_get_id(node, &name) < 0 || generic_key(name))
			continue;
		while (k < KEYS && strcmp(keys[k].name, name) != 0)
			k++;
		if (k == KEYS)
			return refuse_unknown(&(struct bli_key){ bli_converter(converter), name, node });
		if (keys[k].group == GROUP_ANY)
			continue;
		if (group != GROUP_ANY && group != keys[k].group) {
			bli_log(bli_converter(converter), "\"%s\" and \"%s\" exclude each other; allowed is either "
				"quality, or passband, stopband and attenuation, or filter_file and interpolation",
				grouped, name);
			return -EINVAL;
		}
		group = keys[k].group;
		grouped = name;
	}
	return 0;
}

static int read_keys(struct bli_settings *settings, const snd_config_t *conf)
{
	for (size_t k = 0; k < KEYS; k++) {
		snd_config_t *node;
		int error;

		if (snd_config_search((snd_config_t *)conf, keys[k].name, &node) < 0)
			continue;
		error = keys[k].read(settings, &(struct bli_key){ bli_converter(settings->converter), keys[k].name,
								  node });
		if (error < 0)
			return error;
	}
	return 0;
}

/* What can be checked only when all keys have been read. */
static int check_together(struct bli_settings *settings)
{
	struct bli_requirement unused;
	const char *wrong = bli_setting_finish(&settings->filter);

	if (!wrong && settings->filter.requirement.nearest && settings->table.length == 0)
		wrong = "interpolation belongs to filter_file, which is not given";
	if (wrong) {
		bli_log(bli_converter(settings->converter), "%s", wrong);
		return -EINVAL;
	}
	/* edges in Hz wait for the rates */
	return settings->filter.passband.in_hz || settings->filter.stopband.in_hz ? 0
		: bli_settings_requirement(settings, 0, &unused);
}

int bli_settings_read(struct bli_settings *settings, const char *converter, const snd_config_t *conf)
{
	const struct bli_preset *preset = bli_preset_find(converter);
	int error = 0;

	memset(settings, 0, sizeof(*settings));
	if (!preset) {
		bli_log(bli_converter(converter), "no such preset");
		return -EINVAL;
	}
	settings->converter = preset->name;
	settings->filter.requirement = preset->requirement;
	if (conf && snd_config_get_type(conf) != SND_CONFIG_TYPE_COMPOUND)
		return bli_key_refuse(&(struct bli_key){ bli_converter(converter), "converter", conf },
				      "allowed are a name and a compound with a name");
	if (conf)
		error = check_keys(converter, conf);
	if (!error && conf)
		error = read_keys(settings, conf);
	if (!error)
		error = check_together(settings);
	if (error < 0)
		bli_settings_free(settings);
	return error;
}

void bli_settings_free(struct bli_settings *settings)
{
	bli_filter_table_free(&settings->table);
	memset(settings, 0, sizeof(*settings));
}

int bli_settings_requirement(const struct bli_settings *settings, unsigned low_rate_hz,
			     struct bli_requirement *requirement)
{
	char message[300];
	const int error = bli_setting_requirement(&settings->filter, low_rate_hz, requirement, message,
						  sizeof(message));

	requirement->table = settings->table.length ? &settings->table : NULL;
	if (error < 0)
		bli_log(bli_converter(settings->converter), "%s", message);
	return error;
}
