/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "doctor.h"
#include "chain.h"
#include "module.h"
#include "places.h"
#include "trial.h"
#include "measure/list.h"
#include "shared/commandline.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct examination {
	snd_config_t *top;
	struct places *places;
	snd_output_t *output;
	unsigned int problems;
};

static const unsigned int trial_rates_hz[] = { 44100, 48000, 16000 };	/* music, video, speech */

/* " (FILE:LINE)" of a key; nothing where it is in none of the files. */
static const char *place_text(const struct examination *examination, const char *path, char *text, size_t size)
{
	const struct place *place = places_find(examination->places, path);

	*text = '\0';
	if (place)
		snprintf(text, size, " (%s:%u)", place->file, place->line);
	return text;
}

__attribute__((format(printf, 3, 4)))
static void problem(struct examination *examination, const char *path, const char *format, ...)
{
	char place[400];
	va_list args;

	examination->problems++;
	printf("  problem%s: ", path ? place_text(examination, path, place, sizeof(place)) : "");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* ---- converters ----------------------------------------------------------- */

static void advise_module(struct examination *examination, const struct link *link, const char *name,
			  const struct module *module)
{
	char nearest[100];

	problem(examination, *link->key ? link->key : NULL, "converter \"%s\": %s", name, module->text);
	module_nearest(name, nearest, sizeof(nearest));
	if (module->state == MODULE_MISSING && *nearest)
		printf("    write instead: \"%s\"\n", nearest);
	else if (module->state == MODULE_MISSING)
		printf("    install the package that has it; programs of this kind look in %s alone\n",
		       bli_converter_dir());
	else if (module->state == MODULE_FOREIGN)
		printf("    install the package for the other architecture too: Debian's libasound2-plugin-bli:i386, "
		       "for example\n");
}

/* Where a converter is named, as " (FILE:LINE)", or who chooses it. */
static const char *choice_text(const struct examination *examination, const struct link *link, char *text, size_t size)
{
	switch (link->source) {
	case CONVERTER_BUILT_IN:
		return " (alsa-lib's own choice: nothing names one)";
	case CONVERTER_PRESET:
		return " (`type bli` takes it where nothing names one)";
	default:
		return place_text(examination, link->key, text, size);
	}
}

/* The first converter that loads is the one; those before it are problems. */
static void examine_converters(struct examination *examination, const struct link *link)
{
	char place[400];
	struct module module;

	for (unsigned int i = 0; i < link->converter_count; i++) {
		const char *name = link->converters[i];

		module_look(&module, name);
		if (module.state == MODULE_WORKS || module.state == MODULE_BUILT_IN) {
			printf("    converter: %s%s, %s\n", name, choice_text(examination, link, place, sizeof(place)),
			       module.state == MODULE_BUILT_IN ? "built into alsa-lib"
			       : strcmp(link->type, "bli") == 0 ? "part of the PCM" : module.file);
			return;
		}
		if (link->source != CONVERTER_BUILT_IN)
			advise_module(examination, link, name, &module);
	}
	printf("    converter: none, so the PCM cannot be opened\n");
}

/* `type rate` has a key of its own and ignores the defaults. */
static void examine_defaults(struct examination *examination, const struct link *link)
{
	const struct place *defaults = places_find(examination->places, "defaults.pcm.rate_converter");

	if (strcmp(link->type, "rate") != 0 || link->source != CONVERTER_BUILT_IN || !defaults)
		return;
	problem(examination, link->path, "`type rate` does not read defaults.pcm.rate_converter, which %s:%u sets",
		defaults->file, defaults->line);
	printf("    write instead, in this PCM: converter \"%s\"\n", defaults->value ? defaults->value : "bli");
}

/* ---- a PCM ---------------------------------------------------------------- */

static void print_chain(struct examination *examination, const struct chain *chain)
{
	char place[400];

	for (unsigned int i = 0; i < chain->count; i++) {
		const struct link *link = &chain->links[i];

		printf("    %s%s: type %s\n", link->path, place_text(examination, link->path, place, sizeof(place)),
		       link->type);
	}
}

/* Returns whether anything in it converts rates. */
static bool examine_chain(struct examination *examination, const struct chain *chain, const char *name)
{
	bool converts = false;

	for (unsigned int i = 0; i < chain->count; i++) {
		const struct link *link = &chain->links[i];

		if (link->source == CONVERTER_NONE)
			continue;
		converts = true;
		examine_converters(examination, link);
		examine_defaults(examination, link);
	}
	if (chain->error[0])
		problem(examination, NULL, "%s", chain->error);
	else if (!converts && chain->count > 0 && *chain->links[chain->count - 1].card) {
		problem(examination, chain->links[0].path,
			"nothing converts rates here: %s is the card itself, with the rates it has and no other", name);
		printf("    write instead: \"plug%s\", which takes the converter of defaults.pcm.rate_converter\n",
		       chain->links[chain->count - 1].card);
	}
	return converts;
}

/*
 * Returns 0, or the error of opening the PCM at *rate_hz, the last rate that
 * failed.  That another program has the card is none, nor is anything where the
 * card itself cannot be opened in this direction.
 */
static int examine_streams(struct examination *examination, const struct chain *chain, const char *name,
			   snd_pcm_stream_t direction, unsigned int *rate_hz)
{
	const struct link *last = &chain->links[chain->count - 1];
	int err, card_error = 0, stream_error = 0;
	char text[400];

	if (*last->card) {
		card_error = trial_card(last->card, direction, text, sizeof(text));
		printf("    card %s: %s\n", last->card, card_error < 0 ? snd_strerror(card_error) : text);
	}
	for (size_t i = 0; i < sizeof(trial_rates_hz) / sizeof(trial_rates_hz[0]); i++) {
		printf("    at %u Hz:\n", trial_rates_hz[i]);
		fflush(stdout);
		err = trial_stream(name, direction, trial_rates_hz[i], examination->output);
		snd_output_flush(examination->output);
		if (err < 0)
			printf("      not possible: %s\n", snd_strerror(err));
		else if (err == 0)
			printf("      as it is, without conversion\n");
		if (err < 0 && err != -EBUSY && card_error == 0) {
			*rate_hz = trial_rates_hz[i];
			stream_error = err;
		}
	}
	return stream_error;
}

static void examine_direction(struct examination *examination, const char *name, snd_pcm_stream_t direction)
{
	const unsigned int problems = examination->problems;
	unsigned int rate_hz = 0;
	struct chain chain;
	bool converts;
	int err;

	chain_follow(&chain, examination->top, name, direction);
	printf("  %s\n", direction == SND_PCM_STREAM_PLAYBACK ? "playback" : "capture");
	print_chain(examination, &chain);
	converts = examine_chain(examination, &chain, name);
	if (chain.error[0] || chain.count == 0)
		return;
	err = examine_streams(examination, &chain, name, direction, &rate_hz);
	/* what converts takes all these rates; a problem that is known already explains why it does not */
	if (err < 0 && converts && examination->problems == problems)
		problem(examination, chain.links[0].path,
			"converts, but cannot be opened at %u Hz: %s; alsa-lib's messages on standard error say why",
			rate_hz, snd_strerror(err));
}

static void examine(struct examination *examination, const char *name)
{
	printf("PCM \"%s\"\n", name);
	examine_direction(examination, name, SND_PCM_STREAM_PLAYBACK);
	examine_direction(examination, name, SND_PCM_STREAM_CAPTURE);
}

static void print_surroundings(const struct examination *examination)
{
	char **names, machine[60];
	const char *file;
	size_t count;

	if (module_machine("/proc/self/exe", machine, sizeof(machine)) == 0)
		printf("This program: %s, alsa-lib %s\n", machine, snd_asoundlib_version());
	printf("Plugins: %s, with these converters:", bli_converter_dir());
	if (bli_converter_list(&names, &count) == 0) {
		for (size_t i = 0; i < count; i++)
			printf(" %s", names[i]);
		bli_converter_free_list(names, count);
	} else {
		printf(" none; the folder cannot be read");
	}
	printf("\nConfiguration:");
	for (size_t n = 0; (file = places_file(examination->places, n)); n++)
		printf(" %s", file);
	puts("\n");
}

int doctor(const char *pcm)
{
	struct examination examination = { .problems = 0 };
	int err = places_read(&examination.places);

	if (err == 0)
		err = snd_config_update_ref(&examination.top);
	if (err >= 0)
		err = snd_output_stdio_attach(&examination.output, stdout, 0);
	if (err < 0) {
		commandline_complain("the ALSA configuration cannot be read: %s", snd_strerror(err));
	} else {
		print_surroundings(&examination);
		examine(&examination, "default");
		if (*pcm && strcmp(pcm, "default") != 0)
			examine(&examination, pcm);
		printf("%s\n", examination.problems ? "\nSomething is wrong; see the lines that begin with \"problem\"."
		       : "\nNothing is wrong.");
		snd_output_close(examination.output);
	}
	if (examination.top)
		snd_config_unref(examination.top);
	places_free(examination.places);
	snd_config_update_free_global();
	return err < 0 || examination.problems ? EXIT_FAILURE : EXIT_SUCCESS;
}
