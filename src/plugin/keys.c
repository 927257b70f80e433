/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "keys.h"
#include "setting.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Longest part of a key or a value that a message shows, in bytes. */
#define SHOWN_MAX 60

void bli_key_log(const char *converter, const char *format, ...)
{
	char line[600];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *p = line; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = ' ';
	SNDERR("converter \"%s\": %s", converter, line);
}

int bli_key_refuse(const struct bli_key *key, const char *allowed)
{
	char *value = NULL;

	if (snd_config_get_type(key->node) == SND_CONFIG_TYPE_COMPOUND ||
	    snd_config_get_ascii(key->node, &value) < 0)
		value = NULL;
	if (value)
		bli_key_log(key->converter, "%.*s = \"%.*s%s\": %s", SHOWN_MAX, key->name, SHOWN_MAX, value,
			    strlen(value) > SHOWN_MAX ? "..." : "", allowed);
	else
		bli_key_log(key->converter, "%.*s = a compound: %s", SHOWN_MAX, key->name, allowed);
	free(value);
	return -EINVAL;
}

bool bli_key_number(const struct bli_key *key, double *number, char *unit, size_t unit_size)
{
	const char *text;

	unit[0] = '\0';
	if (snd_config_get_ireal(key->node, number) == 0)
		return isfinite(*number);
	return snd_config_get_string(key->node, &text) == 0 && text && bli_setting_number(text, number, unit, unit_size);
}

int bli_key_number_in(const struct bli_key *key, const char *unit, double least, double most, const char *allowed,
		      double *number)
{
	char suffix[8];

	if (!bli_key_number(key, number, suffix, sizeof(suffix)) ||
	    (suffix[0] && (!unit || strcasecmp(suffix, unit) != 0)) || !(*number >= least && *number <= most))
		return bli_key_refuse(key, allowed);
	return 0;
}

int bli_key_word(const struct bli_key *key, const char *const *words, const char *allowed)
{
	const char *text;

	if (snd_config_get_string(key->node, &text) == 0 && text)
		for (int i = 0; words[i]; i++)
			if (strcasecmp(text, words[i]) == 0)
				return i;
	return bli_key_refuse(key, allowed);
}

int bli_key_truth(const struct bli_key *key, bool *truth)
{
	/* snd_config_get_bool() would log a line of its own */
	const char *text;
	long number;
	int value = -1;

	if (snd_config_get_integer(key->node, &number) == 0)
		value = number == 0 || number == 1 ? (int)number : -1;
	else if (snd_config_get_string(key->node, &text) == 0 && text)
		value = snd_config_get_bool_ascii(text);
	if (value < 0)
		return bli_key_refuse(key, "allowed are yes and no");
	*truth = value;
	return 0;
}

/* Levenshtein's distance, for words of at most 31 letters; longer ones count as far away. */
static size_t distance(const char *a, const char *b)
{
	enum { LETTERS = 31 };
	size_t row[LETTERS + 1], length = strlen(b);

	if (strlen(a) > LETTERS || length > LETTERS)
		return LETTERS;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t changed = diagonal + (tolower((unsigned char)a[i - 1]) != b[j - 1]);
			size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = changed < shorter ? changed : shorter;
		}
	}
	return row[length];
}

const char *bli_key_nearest(const char *word, const char *const *names)
{
	const char *nearest = names[0];

	for (size_t i = 1; names[i]; i++)
		if (distance(word, names[i]) < distance(word, nearest))
			nearest = names[i];
	return nearest;
}
