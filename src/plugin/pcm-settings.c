/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm-settings.h"
#include "alsaside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest period and buffer that a slave can be asked for, in µs. */
#define TIME_MAX_US 10000000

struct bli_subject bli_pcm_subject(const struct bli_pcm_settings *settings)
{
	return (struct bli_subject){ "pcm", settings->name ? settings->name : "bli" };
}

static int out_of_memory(const struct bli_pcm_settings *settings)
{
	bli_log(bli_pcm_subject(settings), "out of memory");
	return -ENOMEM;
}

static int read_whole(const struct bli_key *key, double least, double most, const char *allowed, unsigned *whole)
{
	double number;
	int error = bli_key_number_in(key, NULL, least, most, allowed, &number);

	if (error)
		return error;
	if (number != (double)(unsigned)number)
		return bli_key_refuse(key, allowed);
	*whole = (unsigned)number;
	return 0;
}

static int read_slave_pcm(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	const char *text;

	if (snd_config_get_type(key->node) != SND_CONFIG_TYPE_COMPOUND &&
	    (snd_config_get_string(key->node, &text) < 0 || !text || !*text))
		return bli_key_refuse(key, "allowed are the name of a PCM and a compound that defines one");
	return snd_config_copy(&settings->slave_pcm, (snd_config_t *)key->node) < 0 ? out_of_memory(settings) : 0;
}

static int read_rate(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	return read_whole(key, BLI_RATE_MIN_HZ, BLI_RATE_MAX_HZ, "allowed are 2000 to 1536000 (Hz)",
			  &settings->rate_hz);
}

static int read_format(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	struct bli_format format;
	const char *text;

	if (snd_config_get_string(key->node, &text) < 0 || !text)
		return bli_key_refuse(key, "allowed are linear PCM formats, such as S16_LE");
	settings->format = snd_pcm_format_value(text);
	bli_format_or_float_from_alsa(&format, settings->format);
	return bli_format_valid(&format) ? 0 : bli_key_refuse(key, "allowed are linear PCM formats, such as S16_LE");
}

static int read_channels(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	return read_whole(key, 1, BLI_CHANNELS_MAX, "allowed are 1 to 64", &settings->channels);
}

static int read_period_time(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	return read_whole(key, 1, TIME_MAX_US, "allowed are 1 to 10000000 (microseconds)", &settings->period_us);
}

static int read_buffer_time(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	return read_whole(key, 1, TIME_MAX_US, "allowed are 1 to 10000000 (microseconds)", &settings->buffer_us);
}

/* A name, or a compound whose `name` is one. */
static int read_converter(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	const bool compound = snd_config_get_type(key->node) == SND_CONFIG_TYPE_COMPOUND;
	struct bli_key inner = { key->subject, compound ? "converter.name" : key->name, key->node };
	const char *text = BLI_PRESET_DEFAULT;
	snd_config_t *name;

	if (!compound || snd_config_search((snd_config_t *)key->node, "name", &name) == 0) {
		if (compound)
			inner.node = name;
		if (snd_config_get_string(inner.node, &text) < 0 || !text || !bli_preset_find(text))
			return bli_key_refuse(&inner, "allowed are bli, bli_linear, bli_fast, bli_medium, bli_high "
						      "and bli_best");
	}
	bli_settings_free(&settings->converter);
	return bli_settings_read(&settings->converter, text, compound ? key->node : NULL);
}

static int read_sync(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	static const char *const words[] = { "none", "writer", NULL };
	int word = bli_key_word(key, words, "allowed are none and writer");

	settings->follows = word == 1;
	return word < 0 ? word : 0;
}

struct reader {
	const char *name;
	int (*read)(struct bli_pcm_settings *settings, const struct bli_key *key);
};

static const struct reader slave_keys[] = {
	{ "pcm", read_slave_pcm },
	{ "rate", read_rate },
	{ "format", read_format },
	{ "channels", read_channels },
	{ "period_time", read_period_time },
	{ "buffer_time", read_buffer_time },
	{ NULL, NULL },
};

static int read_slave(struct bli_pcm_settings *settings, const struct bli_key *key);

static const struct reader pcm_keys[] = {
	{ "slave", read_slave },
	{ "converter", read_converter },
	{ "sync", read_sync },
	{ NULL, NULL },
};

/* Keys that alsa-lib itself puts into the compound or accepts anywhere. */
static bool generic_key(const char *name)
{
	return strcmp(name, "type") == 0 || strcmp(name, "comment") == 0 || strcmp(name, "hint") == 0;
}

/* Messages call the key by prefix and name. */
static int refuse_unknown(const struct bli_key *key, const char *prefix, const struct reader *readers)
{
	char allowed[200] = "unknown key; allowed are ";

	for (size_t k = 0; readers[k].name; k++) {
		size_t used = strlen(allowed);

		snprintf(allowed + used, sizeof(allowed) - used, "%s%s%s", prefix, readers[k].name,
			 !readers[k + 1].name ? "" : !readers[k + 2].name ? " and " : ", ");
	}
	return bli_key_refuse(key, allowed);
}

/* Every key of a compound by its reader; messages call it prefix + key. */
static int read_compound(struct bli_pcm_settings *settings, const snd_config_t *conf, const char *prefix,
			 const struct reader *readers)
{
	snd_config_iterator_t i, next;

	snd_config_for_each(i, next, conf) {
		const snd_config_t *node = snd_config_iterator_entry(i);
		struct bli_key key;
		const char *id;
		char name[70];
		size_t k = 0;
		int error;

		if (snd_config_get_id(node, &id) < 0 || generic_key(id))
			continue;
		while (readers[k].name && strcmp(readers[k].name, id) != 0)
			k++;
		snprintf(name, sizeof(name), "%s%s", prefix, id);
		key = (struct bli_key){ bli_pcm_subject(settings), name, node };
		if (!readers[k].name)
			return refuse_unknown(&key, prefix, readers);
		error = readers[k].read(settings, &key);
		if (error < 0)
			return error;
	}
	return 0;
}

#define SLAVE_ALLOWED "allowed are a compound with at least the key \"pcm\", and the name of one in pcm_slave"

/* A compound, or the name x of the compound pcm_slave.x. */
static int read_slave(struct bli_pcm_settings *settings, const struct bli_key *key)
{
	snd_config_t *definition = NULL;
	const snd_config_t *node = key->node;
	const char *text;
	int error;

	if (snd_config_get_string(node, &text) == 0 && text &&
	    snd_config_search_definition(settings->root, "pcm_slave", text, &definition) >= 0)
		node = definition;
	if (snd_config_get_type(node) == SND_CONFIG_TYPE_COMPOUND)
		error = read_compound(settings, node, "slave.", slave_keys);
	else
		error = bli_key_refuse(key, SLAVE_ALLOWED);
	if (definition)
		snd_config_delete(definition);
	return error;
}

int bli_pcm_settings_read(struct bli_pcm_settings *settings, const char *name, snd_config_t *root,
			  const snd_config_t *conf)
{
	int error;

	memset(settings, 0, sizeof(*settings));
	settings->format = SND_PCM_FORMAT_UNKNOWN;
	settings->root = root;
	settings->name = strdup(name ? name : "bli");
	if (!settings->name)
		return out_of_memory(settings);
	error = bli_settings_read(&settings->converter, BLI_PRESET_DEFAULT, NULL);
	if (!error)
		error = read_compound(settings, conf, "", pcm_keys);
	if (!error && !settings->slave_pcm) {
		bli_log(bli_pcm_subject(settings),
			"slave.pcm is missing: allowed are the name of a PCM and a compound that defines one");
		error = -EINVAL;
	}
	if (error < 0)
		bli_pcm_settings_free(settings);
	return error;
}

int bli_pcm_settings_check(const struct bli_pcm_settings *settings, snd_pcm_stream_t stream)
{
	const char *fault = NULL;

	if (!settings->follows)
		return 0;
	if (stream == SND_PCM_STREAM_CAPTURE)
		fault = "only playback has a writer; allowed for capture is none";
	else if (settings->converter.filter.requirement.method == BLI_METHOD_LINEAR)
		fault = "the converter bli_linear has no variable ratio; allowed with it is none";
	else if (settings->converter.filter.requirement.method == BLI_METHOD_TABLE)
		fault = "a converter with filter_file has no variable ratio; allowed with it is none";
	if (fault)
		bli_log(bli_pcm_subject(settings), "sync = \"writer\": %s", fault);
	return fault ? -EINVAL : 0;
}

void bli_pcm_settings_free(struct bli_pcm_settings *settings)
{
	bli_settings_free(&settings->converter);
	if (settings->slave_pcm)
		snd_config_delete(settings->slave_pcm);
	free(settings->name);
	memset(settings, 0, sizeof(*settings));
}
