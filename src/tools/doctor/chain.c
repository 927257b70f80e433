/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chain.h"
#include "preset.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What is too long is cut off: the texts are only shown. */
static void join_path(char *text, const char *path, const char *key)
{
	snprintf(text, CHAIN_TEXT_MAX, "%.150s%s%.40s", path, *key ? "." : "", key);
}

static void set_text(char *text, const char *from)
{
	snprintf(text, CHAIN_TEXT_MAX, "%s", from);
}

static const char *string_at(snd_config_t *config, const char *key)
{
	snd_config_t *found;
	const char *string;

	return snd_config_search(config, key, &found) >= 0 && snd_config_get_string(found, &string) >= 0 ? string
		: NULL;
}

/* ---- converters ----------------------------------------------------------- */

static void add_converter(struct link *link, const char *name)
{
	if (link->converter_count < CHAIN_CONVERTERS_MAX)
		set_text(link->converters[link->converter_count++], name);
}

/* "NAME", [ "NAME" "FALLBACK" … ] or { name "NAME" KEY VALUE … } */
static void read_converters(struct link *link, snd_config_t *config)
{
	const char *name = NULL;
	snd_config_iterator_t i, next;

	if (snd_config_get_string(config, &name) >= 0) {
		add_converter(link, name);
	} else if (snd_config_get_type(config) == SND_CONFIG_TYPE_COMPOUND) {
		name = string_at(config, "name");
		if (name) {
			add_converter(link, name);
			return;
		}
		snd_config_for_each(i, next, config)
			if (snd_config_get_string(snd_config_iterator_entry(i), &name) >= 0)
				add_converter(link, name);
	}
}

static void find_converters(struct link *link, snd_config_t *definition, snd_config_t *top)
{
	const bool plug = strcmp(link->type, "plug") == 0, bli = strcmp(link->type, "bli") == 0;
	const char *key = plug ? "rate_converter" : "converter";
	snd_config_t *found;

	if (!plug && !bli && strcmp(link->type, "rate") != 0)
		return;
	if (snd_config_search(definition, key, &found) >= 0) {
		link->source = CONVERTER_OWN;
		join_path(link->key, link->path, key);
		read_converters(link, found);
	} else if (plug && snd_config_search(top, "defaults.pcm.rate_converter", &found) >= 0) {
		link->source = CONVERTER_DEFAULTS;
		set_text(link->key, "defaults.pcm.rate_converter");
		read_converters(link, found);
	}
	if (link->converter_count == 0 && bli) {
		link->source = CONVERTER_PRESET;
		add_converter(link, BLI_PRESET_DEFAULT);
	} else if (link->converter_count == 0) {
		link->source = CONVERTER_BUILT_IN;
		add_converter(link, "speexrate");
		add_converter(link, "linear");
	}
}

/* ---- slaves --------------------------------------------------------------- */

/* What comes next: a copy of a definition, or a name; neither at the end. */
struct next {
	snd_config_t *definition;	/* to be deleted, or NULL */
	char name[CHAIN_TEXT_MAX];
	char path[CHAIN_TEXT_MAX];
};

static void take_pcm(struct next *next, snd_config_t *pcm, const char *path)
{
	const char *name;

	if (snd_config_get_string(pcm, &name) >= 0)
		set_text(next->name, name);
	else if (snd_config_copy(&next->definition, pcm) < 0)
		next->definition = NULL;
	set_text(next->path, path);
}

/* slave "NAME of a pcm_slave", slave { pcm … }, or what `type asym` has for a direction. */
static void find_slave(struct next *next, const struct link *link, snd_config_t *definition, snd_config_t *top,
		       snd_pcm_stream_t direction)
{
	const char *side = direction == SND_PCM_STREAM_PLAYBACK ? "playback" : "capture";
	const bool asym = strcmp(link->type, "asym") == 0;
	snd_config_t *slave, *pcm, *shared = NULL;
	char path[CHAIN_TEXT_MAX], pcm_path[CHAIN_TEXT_MAX];
	const char *name;

	if (snd_config_search(definition, asym ? side : "slave", &slave) < 0)
		return;
	join_path(path, link->path, asym ? side : "slave");
	if (snd_config_get_string(slave, &name) >= 0) {
		if (snd_config_search_definition(top, "pcm_slave", name, &shared) < 0)
			return;
		join_path(path, "pcm_slave", name);
		slave = shared;
	}
	if (snd_config_search(slave, "pcm", &pcm) >= 0) {
		join_path(pcm_path, path, "pcm");
		take_pcm(next, pcm, pcm_path);
	}
	if (shared)
		snd_config_delete(shared);
}

/*
 * The name of a card's PCM: as it was called if that is hw with its arguments, otherwise put together from the keys, so
 * that it makes a plughw, too.
 */
static void name_card(struct link *link, snd_config_t *definition, const char *name)
{
	snd_config_t *found;
	char *card = NULL, *device = NULL;

	if (strcmp(link->type, "hw") != 0)
		return;
	if (strncmp(name, "hw", 2) == 0 && (name[2] == ':' || name[2] == '\0')) {
		set_text(link->card, name);
		return;
	}
	if (snd_config_search(definition, "card", &found) >= 0 && snd_config_get_ascii(found, &card) < 0)
		card = NULL;
	if (snd_config_search(definition, "device", &found) >= 0 && snd_config_get_ascii(found, &device) < 0)
		device = NULL;
	snprintf(link->card, sizeof(link->card), "hw:%.60s,%.60s", card ? card : "0", device ? device : "0");
	free(card);
	free(device);
}

/* pcm.a "b" is another name, which alsa-lib follows silently; the path has to be that of the definition. */
static void follow_names(struct next *next, snd_config_t *top)
{
	char path[CHAIN_TEXT_MAX];
	snd_config_t *found;
	const char *name;

	for (unsigned int n = 0; n < CHAIN_LINKS_MAX; n++) {
		join_path(path, "pcm", next->name);
		if (strchr(next->name, ':') || snd_config_search(top, path, &found) < 0 ||
		    snd_config_get_string(found, &name) < 0)
			return;
		set_text(next->name, name);
	}
}

/* One link. What is next is in *next on return; its name and path are what the link was found by. */
static void follow_one(struct chain *chain, snd_config_t *top, struct next *next, snd_pcm_stream_t direction)
{
	struct next slave = { NULL, "", "" };
	struct link *link = &chain->links[chain->count];
	snd_config_t *definition = next->definition;
	const char *text;
	int err = 0;

	if (!definition) {
		follow_names(next, top);
		snprintf(next->path, sizeof(next->path), "pcm.%.*s", (int)strcspn(next->name, ":"), next->name);
		err = snd_config_search_definition(top, "pcm", next->name, &definition);
	}
	if (err < 0) {
		snprintf(chain->error, sizeof(chain->error), "PCM '%s': %s", next->name,
			 err == -ENOENT ? "no file defines it, or it needs a card that is not there"
					: snd_strerror(err));
	} else if (snd_config_get_string(definition, &text) >= 0) {
		set_text(slave.name, text);	/* another name for it */
	} else if (!(text = string_at(definition, "type"))) {
		snprintf(chain->error, sizeof(chain->error), "%s has no type", next->path);
	} else {
		memset(link, 0, sizeof(*link));
		set_text(link->type, text);
		set_text(link->path, next->path);
		name_card(link, definition, next->name);
		find_converters(link, definition, top);
		find_slave(&slave, link, definition, top, direction);
		chain->count++;
	}
	if (definition)
		snd_config_delete(definition);
	*next = slave;
}

void chain_follow(struct chain *chain, snd_config_t *top, const char *name, snd_pcm_stream_t direction)
{
	struct next next = { NULL, "", "" };
	unsigned int steps;

	memset(chain, 0, sizeof(*chain));
	set_text(next.name, name);
	for (steps = 0; (next.definition || *next.name) && steps < 2 * CHAIN_LINKS_MAX; steps++) {
		if (chain->count == CHAIN_LINKS_MAX)
			break;
		follow_one(chain, top, &next, direction);
	}
	if (next.definition)
		snd_config_delete(next.definition);
	if (next.definition || *next.name)
		snprintf(chain->error, sizeof(chain->error), "PCM '%s' has itself as a slave, or more than %d below it",
			 name, CHAIN_LINKS_MAX);
}
