/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "places.h"

#include <alsa/asoundlib.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 32	/* compounds in each other */

struct places {
	struct place *list;	/* [count] */
	size_t count;
	char **files;		/* [file_count] */
	size_t file_count;
};

/* ---- the syntax: asoundlib.h, "Configuration files" ------------------------ */

struct reader {
	struct places *places;
	const char *at;
	const char *file;
	unsigned int line;
	unsigned int depth;
	int err;		/* −ENOMEM, or −EINVAL: the rest is not well-formed */
};

static void skip_blanks(struct reader *reader)
{
	for (; *reader->at; reader->at++) {
		if (*reader->at == '#')
			reader->at += strcspn(reader->at, "\n");
		if (*reader->at == '\n')
			reader->line++;
		else if (!isspace((unsigned char)*reader->at))
			return;
		if (!*reader->at)
			return;
	}
}

/* A word, quoted or free; a free one ends before any of `ends`.  To be freed; NULL with reader->err set. */
static char *read_word(struct reader *reader, const char *ends)
{
	const char *from = reader->at;
	char *word;
	size_t length = 0;

	if (*from == '"' || *from == '\'') {
		const char quote = *from++;

		for (length = 0; from[length] && from[length] != quote; length++) {
			length += from[length] == '\\' && from[length + 1];
			reader->line += from[length] == '\n';
		}
		if (!from[length]) {
			reader->err = -EINVAL;
			return NULL;
		}
		reader->at = from + length + 1;
	} else {
		length = strcspn(from, ends);
		reader->at = from + length;
		if (length == 0) {
			reader->err = -EINVAL;
			return NULL;
		}
	}
	word = strndup(from, length);
	if (!word)
		reader->err = -ENOMEM;
	return word;
}

__attribute__((format(printf, 2, 3)))
static char *text_of(struct reader *reader, const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		reader->err = -ENOMEM;
	}
	va_end(args);
	return text;
}

/* Takes over `value`. */
static void add_place(struct reader *reader, const char *path, char *value, unsigned int line)
{
	struct places *places = reader->places;
	struct place *grown = realloc(places->list, (places->count + 1) * sizeof(*grown));
	char *copy = strdup(path);

	if (grown)
		places->list = grown;
	if (!grown || !copy) {
		free(copy);
		free(value);
		reader->err = -ENOMEM;
		return;
	}
	grown[places->count++] = (struct place){ .path = copy, .value = value, .file = reader->file, .line = line };
}

/* "below.a.b" for the id a.b, with the signs before its parts left out that say how it merges with what is there. */
static char *read_path(struct reader *reader, const char *below)
{
	char *path = strdup(below);

	if (!path)
		reader->err = -ENOMEM;
	while (!reader->err) {
		char *part, *longer;

		reader->at += strspn(reader->at, "+-?!");
		part = read_word(reader, ". \t\r\n=,;{}[]#\"'");
		if (!part)
			break;
		longer = text_of(reader, "%s%s%s", path, *path ? "." : "", part);
		free(part);
		free(path);
		path = longer;
		if (*reader->at != '.')
			return path;
		reader->at++;
	}
	free(path);
	return NULL;
}

static void read_entries(struct reader *reader, const char *below, char end);
static void read_members(struct reader *reader, const char *below);

static void read_value(struct reader *reader, const char *path)
{
	const unsigned int line = reader->line;
	const char opening = *reader->at;

	if (opening == '{' || opening == '[') {
		if (++reader->depth > DEPTH_MAX) {
			reader->err = -EINVAL;
			return;
		}
		reader->at++;
		add_place(reader, path, NULL, line);
		if (opening == '{')
			read_entries(reader, path, '}');
		else
			read_members(reader, path);
		reader->depth--;
	} else {
		char *value = read_word(reader, " \t\r\n=,;{}[]#\"'");

		if (value)
			add_place(reader, path, value, line);
	}
}

/* KEY [=] VALUE [,;] … up to `end`, which is 0 at the end of the file. */
static void read_entries(struct reader *reader, const char *below, char end)
{
	while (!reader->err) {
		char *path;

		skip_blanks(reader);
		if (*reader->at == end) {
			reader->at += end != 0;
			return;
		}
		if (*reader->at == '<') {
			/* another file, which ALSA's own do not use */
			reader->at += strcspn(reader->at, ">\n");
			reader->at += *reader->at == '>';
			continue;
		}
		path = read_path(reader, below);
		if (!path)
			return;
		skip_blanks(reader);
		if (*reader->at == '=') {
			reader->at++;
			skip_blanks(reader);
		}
		read_value(reader, path);
		free(path);
		skip_blanks(reader);
		reader->at += *reader->at == ',' || *reader->at == ';';
	}
}

static void read_members(struct reader *reader, const char *below)
{
	for (unsigned int n = 0; !reader->err; n++) {
		char *path;

		skip_blanks(reader);
		if (*reader->at == ']') {
			reader->at++;
			return;
		}
		path = text_of(reader, "%s.%u", below, n);
		if (path)
			read_value(reader, path);
		free(path);
		skip_blanks(reader);
		reader->at += *reader->at == ',' || *reader->at == ';';
	}
}

/* Add the keys of `text`, the content of `file`.  0 or −ENOMEM. */
static int parse_text(struct places *places, const char *file, const char *text)
{
	char **grown = realloc(places->files, (places->file_count + 1) * sizeof(*grown));
	struct reader reader = { .places = places, .at = text, .line = 1 };

	if (!grown)
		return -ENOMEM;
	places->files = grown;
	grown[places->file_count] = strdup(file);
	if (!grown[places->file_count])
		return -ENOMEM;
	reader.file = grown[places->file_count++];
	read_entries(&reader, "", '\0');
	return reader.err == -ENOMEM ? -ENOMEM : 0;
}

/* ---- the files ------------------------------------------------------------ */

static int read_file(struct places *places, const char *file)
{
	FILE *stream = fopen(file, "re");
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	if (!stream)
		return -errno;
	errno = 0;
	/* up to the first zero byte, of which there are none: the whole file */
	if (getdelim(&text, &size, '\0', stream) >= 0)
		err = parse_text(places, file, text);
	else if (errno)
		err = -errno;
	free(text);
	fclose(stream);
	return err;
}

static int is_configuration(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".conf") == 0;
}

static int read_folder(struct places *places, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_configuration, alphasort), err = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		char *file;

		if (err != -ENOMEM && asprintf(&file, "%s/%s", folder, entries[i]->d_name) >= 0) {
			err = read_file(places, file);
			free(file);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* One entry of a hook's list: a file or a folder, or several with "|||" between; the first that is there counts. */
static int read_entry(struct places *places, const char *entry)
{
	char *names = strdup(entry), *next;
	int err = 0;

	if (!names)
		return -ENOMEM;
	for (char *name = names; name; name = next) {
		struct stat status;
		char *path;

		next = strstr(name, "|||");
		if (next) {
			*next = '\0';
			next += 3;
		}
		if (snd_user_file(name, &path) < 0)
			continue;
		if (stat(path, &status) == 0) {
			err = S_ISDIR(status.st_mode) ? read_folder(places, path) : read_file(places, path);
			next = NULL;
		}
		free(path);
	}
	free(names);
	return err == -ENOMEM ? err : 0;
}

/* The files that the hook `func load` of a configuration names. */
static int read_hook(struct places *places, snd_config_t *hook, snd_config_t *top)
{
	snd_config_iterator_t i, next;
	snd_config_t *files, *expanded;
	const char *name;
	int err = 0;

	if (snd_config_search(hook, "func", &files) < 0 || snd_config_get_string(files, &name) < 0 ||
	    strcmp(name, "load") != 0 || snd_config_search(hook, "files", &files) < 0 ||
	    snd_config_expand(files, top, NULL, NULL, &expanded) < 0)
		return 0;
	snd_config_for_each(i, next, expanded)
		if (err != -ENOMEM && snd_config_get_string(snd_config_iterator_entry(i), &name) >= 0)
			err = read_entry(places, name);
	snd_config_delete(expanded);
	return err;
}

/* A file of ALSA_CONFIG_PATH, and what its hooks load. */
static int read_top(struct places *places, const char *file)
{
	snd_config_t *top = NULL, *found, *hooks;
	snd_config_iterator_t i, next;
	snd_input_t *input;
	int err = read_file(places, file);

	if (err)
		return err;
	if (snd_config_top(&top) < 0)
		return -ENOMEM;
	if (snd_input_stdio_open(&input, file, "r") >= 0) {
		/* a copy, because looking for a function in `top` runs its hooks, which are gone then */
		if (snd_config_load(top, input) >= 0 && snd_config_search(top, "@hooks", &found) >= 0 &&
		    snd_config_copy(&hooks, found) >= 0) {
			snd_config_for_each(i, next, hooks)
				if (err != -ENOMEM)
					err = read_hook(places, snd_config_iterator_entry(i), top);
			snd_config_delete(hooks);
		}
		snd_input_close(input);
	}
	snd_config_delete(top);
	return err;
}

int places_read(struct places **places)
{
	const char *names = getenv("ALSA_CONFIG_PATH");
	char *list = NULL, *rest, *file;
	int err = 0;

	*places = calloc(1, sizeof(**places));
	if (!*places)
		return -ENOMEM;
	if (names && *names)
		list = strdup(names);
	else if (asprintf(&list, "%s/alsa.conf", snd_config_topdir()) < 0)
		list = NULL;
	if (!list)
		err = -ENOMEM;
	for (file = list ? strtok_r(list, ": ", &rest) : NULL; file && !err; file = strtok_r(NULL, ": ", &rest))
		err = read_top(*places, file);
	free(list);
	if (err) {
		places_free(*places);
		*places = NULL;
	}
	return err;
}

void places_free(struct places *places)
{
	if (!places)
		return;
	for (size_t i = 0; i < places->count; i++) {
		free(places->list[i].path);
		free(places->list[i].value);
	}
	for (size_t i = 0; i < places->file_count; i++)
		free(places->files[i]);
	free(places->list);
	free(places->files);
	free(places);
}

const struct place *places_find(const struct places *places, const char *path)
{
	for (size_t i = places->count; i-- > 0; )
		if (strcmp(places->list[i].path, path) == 0)
			return &places->list[i];
	return NULL;
}

const char *places_file(const struct places *places, size_t n)
{
	return n < places->file_count ? places->files[n] : NULL;
}
