/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* strtod_l */
#include "setting.h"
#include "phase.h"

#include <errno.h>
#include <locale.h>
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
#define EDGE_MOST_HZ 768000

#define ATTENUATION_LEAST_DB 40
#define ATTENUATION_MOST_DB 200

/*
 * A phase other than linear is made from the filter's zeros, which rounding blurs: from 150 dB on
 * the transition must be wider, twice as wide for 10 dB more (measured: of half this width filters
 * begin to fail).
 */
#define PHASE_TRANSITION_LEAST 0.003	/* at 160 dB */

#define UNIT_BYTES 8

/* strtod that takes a point for a point whatever the program's locale is, and decimal numbers only */
static double parse_double(const char *text, char **end)
{
	const char *const digits = text + strspn(text, " \t\n\v\f\r+-");
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

bool bli_setting_number(const char *text, double *number, char *unit, size_t unit_size)
{
	char *end;
	size_t length;

	unit[0] = '\0';
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

static bool read_number(const struct bli_setting_value *value, double *number, char *unit, size_t unit_size)
{
	if (value->text)
		return bli_setting_number(value->text, number, unit, unit_size);
	unit[0] = '\0';
	*number = value->number;
	return isfinite(*number);
}

static bool is_word(const struct bli_setting_value *value, const char *word)
{
	return value->text && strcasecmp(value->text, word) == 0;
}

static bool read_edge(struct bli_edge *edge, const struct bli_setting_value *value)
{
	char unit[UNIT_BYTES];
	double number;

	if (!read_number(value, &number, unit, sizeof(unit)))
		return false;
	if (strcasecmp(unit, "Hz") == 0)
		*edge = (struct bli_edge){ number, true };
	else if (strcasecmp(unit, "kHz") == 0)
		*edge = (struct bli_edge){ number * 1000, true };
	else if (strcmp(unit, "%") == 0)
		*edge = (struct bli_edge){ number / 100, false };
	else if (unit[0] == '\0')
		*edge = (struct bli_edge){ number, false };
	else
		return false;
	return edge->in_hz ? edge->value > 0 && edge->value <= EDGE_MOST_HZ
		: edge->value >= PASSBAND_LEAST && edge->value <= STOPBAND_MOST;
}

static bool read_passband(struct bli_setting *setting, const struct bli_setting_value *value)
{
	setting->passband_set = true;
	return read_edge(&setting->passband, value);
}

static bool read_stopband(struct bli_setting *setting, const struct bli_setting_value *value)
{
	setting->stopband_set = true;
	return read_edge(&setting->stopband, value);
}

static bool read_attenuation(struct bli_setting *setting, const struct bli_setting_value *value)
{
	double *const attenuation_db = &setting->requirement.attenuation_db;
	char unit[UNIT_BYTES];

	setting->attenuation_set = true;
	return read_number(value, attenuation_db, unit, sizeof(unit)) &&
	       (unit[0] == '\0' || strcasecmp(unit, "dB") == 0) &&
	       *attenuation_db >= ATTENUATION_LEAST_DB && *attenuation_db <= ATTENUATION_MOST_DB;
}

static bool read_phase(struct bli_setting *setting, const struct bli_setting_value *value)
{
	static const struct {
		const char *word;
		double phase;
	} words[] = {
		{ "minimum", BLI_PHASE_MINIMUM }, { "intermediate", BLI_PHASE_INTERMEDIATE },
		{ "linear", BLI_PHASE_LINEAR },
	};
	char unit[UNIT_BYTES];
	double number;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(value, words[i].word)) {
			setting->requirement.phase = words[i].phase;
			return true;
		}
	if (!read_number(value, &number, unit, sizeof(unit)) || unit[0] != '\0' ||
	    !(number >= BLI_PHASE_MINIMUM && number <= BLI_PHASE_MAXIMUM))
		return false;
	setting->requirement.phase = number;
	return true;
}

static bool read_precision(struct bli_setting *setting, const struct bli_setting_value *value)
{
	const bool is_double = is_word(value, "double");

	setting->precision_set = true;
	setting->requirement.precision = is_double ? BLI_DOUBLE : BLI_FLOAT;
	return is_double || is_word(value, "float");
}

#define EDGE_ALLOWED "allowed are 0.05 to 1.9 of the lower Nyquist frequency, per cent of it (\"93%\"), " \
	"or Hz (\"7200 Hz\", \"7.2 kHz\")"

static const struct {
	bool (*read)(struct bli_setting *setting, const struct bli_setting_value *value);
	const char *allowed;
} keys[] = {
	{ read_passband, EDGE_ALLOWED },
	{ read_stopband, EDGE_ALLOWED },
	{ read_attenuation, "allowed are 40 to 200 dB" },
	{ read_phase, "allowed are \"linear\", \"intermediate\", \"minimum\", "
		      "and 0 (minimum) to 50 (linear) to 100 (maximum)" },
	{ read_precision, "allowed are \"float\" and \"double\"" },
};

/* In the order of keys[]. */
const char *const bli_setting_names[] = { "passband", "stopband", "attenuation", "phase", "precision", NULL };

int bli_setting_read(struct bli_setting *setting, const char *name, const struct bli_setting_value *value,
		     const char **allowed)
{
	for (size_t i = 0; bli_setting_names[i]; i++)
		if (strcmp(bli_setting_names[i], name) == 0) {
			*allowed = keys[i].allowed;
			return keys[i].read(setting, value) ? 0 : -EINVAL;
		}
	return -ENOENT;
}

const char *bli_setting_finish(struct bli_setting *setting)
{
	struct bli_requirement *const requirement = &setting->requirement;

	if (requirement->method == BLI_METHOD_LINEAR &&
	    (setting->passband_set || setting->stopband_set || setting->attenuation_set))
		return "passband, stopband and attenuation need a filter, and linear interpolation has none";
	if (requirement->method != BLI_METHOD_SINC && requirement->phase != BLI_PHASE_LINEAR)
		return "phase needs a filter designed here: neither linear interpolation nor filter_file has one";
	if (!setting->passband_set)
		setting->passband.value = requirement->passband;
	if (!setting->stopband_set)
		setting->stopband.value = requirement->stopband;
	if (!setting->precision_set && requirement->attenuation_db > FLOAT_ATTENUATION_DB)
		requirement->precision = BLI_DOUBLE;
	return NULL;
}

static double edge_fraction(const struct bli_edge *edge, double low_rate_hz)
{
	return edge->in_hz ? edge->value / (low_rate_hz / 2) : edge->value;
}

static double least_transition(const struct bli_requirement *requirement)
{
	return requirement->phase == BLI_PHASE_LINEAR ? TRANSITION_LEAST
		: fmax(TRANSITION_LEAST, PHASE_TRANSITION_LEAST * exp2((requirement->attenuation_db - 160) / 10));
}

int bli_setting_requirement(const struct bli_setting *setting, double low_rate_hz, struct bli_requirement *requirement,
			    char *message, size_t bytes)
{
	double least;

	*requirement = setting->requirement;
	if (requirement->method != BLI_METHOD_SINC)
		return 0;
	requirement->passband = edge_fraction(&setting->passband, low_rate_hz);
	requirement->stopband = edge_fraction(&setting->stopband, low_rate_hz);
	least = least_transition(requirement);
	if (requirement->passband >= PASSBAND_LEAST && requirement->stopband <= STOPBAND_MOST &&
	    requirement->stopband - requirement->passband >= least - 1e-9)
		return 0;
	snprintf(message, bytes, "passband %g, stopband %g of the lower Nyquist frequency: "
		 "allowed are 0.05 to 1.9, the stopband at least %.2g above the passband%s",
		 requirement->passband, requirement->stopband, least,
		 least > TRANSITION_LEAST ? " with this attenuation and phase" : "");
	return -EINVAL;
}
