/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "keys.h"
#include "setting.h"

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

bool bli_key_number(const struct bli_key *key, double *number, char *unit, size_t unit_size)
{
	const char *text;

	unit[0] = '\0';
	if (snd_config_get_ireal(key->node, number) == 0)
		return isfinite(*number);
	return snd_config_get_string(key->node, &text) == 0 && text &&
	       bli_setting_number(text, number, unit, unit_size);
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
