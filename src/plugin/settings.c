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

/* Sums in float stop at about −140 dB: filters beyond this get double unless told otherwise. */
#define FLOAT_ATTENUATION_DB 132

/* Edges as fractions of the lower Nyquist frequency; a narrower transition would take 10000 taps and more. */
#define PASSBAND_LEAST 0.05
#define STOPBAND_MOST 1.9
#define TRANSITION_LEAST 0.002

/*
 * A phase other than linear is made from the filter's zeros, which rounding blurs: from 150 dB on the transition must be
 * wider, twice as wide for 10 dB more (measured: of half this width filters begin to fail).
 */
#define PHASE_TRANSITION_LEAST 0.003	/* at 160 dB */

#define EDGE_ALLOWED									\
	"allowed are 0.05 to 1.9 of the lower Nyquist frequency, per cent of it (\"93%\"), or Hz "	\
	"(\"7200 Hz\", \"7.2 kHz\")"

static int read_quality(struct bli_settings *settings, const struct bli_key *key)
{
	const char *text;

	if (snd_config_get_string(key->node, &text) == 0 && text)
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
			if (strcasecmp(preset->quality, text) == 0) {
				settings->requirement = preset->requirement;
				return 0;
			}
	return bli_key_refuse(key, "allowed are linear, fast, medium, high and best");
}

static int read_edge(const struct bli_key *key, struct bli_edge *edge)
{
	char unit[8];
	double number;

	if (!bli_key_number(key, &number, unit, sizeof(unit)))
		return bli_key_refuse(key, EDGE_ALLOWED);
	if (strcasecmp(unit, "Hz") == 0)
		*edge = (struct bli_edge){ number, true };
	else if (strcasecmp(unit, "kHz") == 0)
		*edge = (struct bli_edge){ number * 1000, true };
	else if (strcmp(unit, "%") == 0)
		*edge = (struct bli_edge){ number / 100, false };
	else if (unit[0] == '\0')
		*edge = (struct bli_edge){ number, false };
	else
		return bli_key_refuse(key, EDGE_ALLOWED);
	if (edge->in_hz ? !(edge->value > 0 && edge->value <= 768000) :
	    !(edge->value >= PASSBAND_LEAST && edge->value <= STOPBAND_MOST))
		return bli_key_refuse(key, EDGE_ALLOWED);
	return 0;
}

static int read_passband(struct bli_settings *settings, const struct bli_key *key)
{
	settings->passband_set = true;
	return read_edge(key, &settings->passband);
}

static int read_stopband(struct bli_settings *settings, const struct bli_key *key)
{
	settings->stopband_set = true;
	return read_edge(key, &settings->stopband);
}

static int read_attenuation(struct bli_settings *settings, const struct bli_key *key)
{
	settings->attenuation_set = true;
	return bli_key_number_in(key, "dB", 40, 200, "allowed are 40 to 200 dB", &settings->requirement.attenuation_db);
}

static int read_phase(struct bli_settings *settings, const struct bli_key *key)
{
	static const char *const words[] = { "minimum", "intermediate", "linear", NULL };
	static const char allowed[] = "allowed are \"linear\", \"intermediate\", \"minimum\", "
				      "and 0 (minimum) to 50 (linear) to 100 (maximum)";
	double number;
	char unit[8];
	int word;

	if (bli_key_number(key, &number, unit, sizeof(unit)))
		return bli_key_number_in(key, NULL, 0, 100, allowed, &settings->requirement.phase);
	word = bli_key_word(key, words, allowed);
	if (word < 0)
		return word;
	settings->requirement.phase = 25 * word;
	return 0;
}

static int read_precision(struct bli_settings *settings, const struct bli_key *key)
{
	static const char *const words[] = { "float", "double", NULL };
	int word = bli_key_word(key, words, "allowed are \"float\" and \"double\"");

	if (word < 0)
		return word;
	settings->precision_set = true;
	settings->requirement.precision = word == 0 ? BLI_FLOAT : BLI_DOUBLE;
	return 0;
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

/* ~ and relative paths are the home directory's, where .asoundrc lies.  NULL: out of memory. */
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
	settings->requirement.method = BLI_METHOD_TABLE;
	settings->requirement.phase = BLI_PHASE_LINEAR;
	return 0;
}

static int read_interpolation(struct bli_settings *settings, const struct bli_key *key)
{
	bool interpolation = true;
	int error = bli_key_truth(key, &interpolation);

	settings->requirement.nearest = !interpolation;
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
	{ "passband", GROUP_BANDS, read_passband },
	{ "stopband", GROUP_BANDS, read_stopband },
	{ "attenuation", GROUP_BANDS, read_attenuation },
	{ "phase", GROUP_ANY, read_phase },
	{ "precision", GROUP_ANY, read_precision },
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

/* What only shows when all keys are read. */
static int check_together(struct bli_settings *settings)
{
	struct bli_requirement *requirement = &settings->requirement, unused;
	bool bands = settings->passband_set || settings->stopband_set || settings->attenuation_set;
	const char *wrong = NULL;

	if (requirement->method == BLI_METHOD_LINEAR && bands)
		wrong = "passband, stopband and attenuation need a filter, and linear interpolation has none";
	else if (requirement->method != BLI_METHOD_SINC && requirement->phase != BLI_PHASE_LINEAR)
		wrong = "phase needs a filter designed here: neither linear interpolation nor filter_file has one";
	else if (requirement->nearest && settings->table.length == 0)
		wrong = "interpolation belongs to filter_file, which is not given";
	if (wrong) {
		bli_log(bli_converter(settings->converter), "%s", wrong);
		return -EINVAL;
	}
	if (!settings->passband_set)
		settings->passband.value = requirement->passband;
	if (!settings->stopband_set)
		settings->stopband.value = requirement->stopband;
	if (!settings->precision_set && requirement->attenuation_db > FLOAT_ATTENUATION_DB)
		requirement->precision = BLI_DOUBLE;
	/* edges in Hz wait for the rates */
	return settings->passband.in_hz || settings->stopband.in_hz ? 0
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
	settings->requirement = preset->requirement;
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

static double edge_fraction(const struct bli_edge *edge, unsigned low_rate_hz)
{
	return edge->in_hz ? edge->value / ((double)low_rate_hz / 2) : edge->value;
}

static double least_transition(const struct bli_requirement *requirement)
{
	return requirement->phase == BLI_PHASE_LINEAR ? TRANSITION_LEAST
		: fmax(TRANSITION_LEAST, PHASE_TRANSITION_LEAST * exp2((requirement->attenuation_db - 160) / 10));
}

int bli_settings_requirement(const struct bli_settings *settings, unsigned low_rate_hz,
			     struct bli_requirement *requirement)
{
	double least;

	*requirement = settings->requirement;
	requirement->table = settings->table.length ? &settings->table : NULL;
	if (requirement->method != BLI_METHOD_SINC)
		return 0;
	requirement->passband = edge_fraction(&settings->passband, low_rate_hz);
	requirement->stopband = edge_fraction(&settings->stopband, low_rate_hz);
	least = least_transition(requirement);
	if (requirement->passband >= PASSBAND_LEAST && requirement->stopband <= STOPBAND_MOST &&
	    requirement->stopband - requirement->passband >= least - 1e-9)
		return 0;
	bli_log(bli_converter(settings->converter), "passband %g, stopband %g of the lower Nyquist frequency: allowed "
		"are 0.05 to 1.9, the stopband at least %.2g above the passband%s", requirement->passband,
		requirement->stopband, least, least > TRANSITION_LEAST ? " with this attenuation and phase" : "");
	return -EINVAL;
}
