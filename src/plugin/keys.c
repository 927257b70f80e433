/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "keys.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int bli_key_refuse(const struct bli_key *key, const char *allowed)
{
	char *value = NULL;

	if (snd_config_get_type(key->node) == SND_CONFIG_TYPE_COMPOUND ||
	    snd_config_get_ascii(key->node, &value) < 0)
		value = NULL;
	if (value)
		bli_log(key->subject, "%.*s = \"%.*s%s\": %s", BLI_LOG_SHOWN_MAX, key->name, BLI_LOG_SHOWN_MAX, value,
			strlen(value) > BLI_LOG_SHOWN_MAX ? "..." : "", allowed);
	else
		bli_log(key->subject, "%.*s = a compound: %s", BLI_LOG_SHOWN_MAX, key->name, allowed);
	free(value);
	return -EINVAL;
}

/* strtod that takes a point for a point whatever the program's locale is, and decimal numbers only */
static double parse_double(const char *text, char **end)
{
	const char *digits = text + strspn(text, " \t\n\v\f\r+-");
	locale_t c = (locale_t)0;
	double number;

	if (digits[0] != '0' || (digits[1] != 'x' && digits[1] != 'X'))
		c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	if (c == (locale_t)0) {
		*end = (char *)text;
		return 0;
	}
	number = strtod_l(text, end, c);
	freelocale(c);
	return number;
}

bool bli_key_number(const struct bli_key *key, double *number, char *unit, size_t unit_size)
{
	const char *text;
	char *end;
	size_t length;

	unit[0] = '\0';
	if (snd_config_get_ireal(key->node, number) == 0)
		return isfinite(*number);
	if (snd_config_get_string(key->node, &text) < 0 || !text)
		return false;
	*number = parse_double(text, &end);
	if (end == text || !isfinite(*number))
		return false;
	end += strspn(end, " ");
	length = strlen(end);
	while (length > 0 && end[length - 1] == ' ')
		length--;
	if (length >= unit_size)
		return false;
	memcpy(unit, end, length);
	unit[length] = '\0';
	return true;
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
