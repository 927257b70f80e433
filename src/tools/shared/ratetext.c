/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ratetext.h"

#include <string.h>
#include <strings.h>

#define DIGITS_MAX 12

/* Digits with at most one point: a whole number and the power of ten that divides it. */
static const char *read_decimal(const char *text, double *number, double *divisor)
{
	int digits = 0, point = 0;

	*number = 0;
	*divisor = 1;
	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = 1;
			continue;
		}
		*number = 10 * *number + (*text - '0');
		*divisor = point ? 10 * *divisor : *divisor;
		digits++;
	}
	return digits > 0 && digits <= DIGITS_MAX ? text : NULL;
}

const char *ratetext_read(const char *text, double *hz, int *has_unit)
{
	double number, divisor, unit_hz = 1;
	const char *end = read_decimal(text, &number, &divisor), *unit;
	size_t length = 0;

	if (!end)
		return NULL;
	unit = end + strspn(end, " ");
	if (strncasecmp(unit, "Hz", 2) == 0) {
		length = 2;
	} else if (*unit == 'k' || *unit == 'K') {
		length = strncasecmp(unit, "kHz", 3) == 0 ? 3 : 1;
		unit_hz = 1000;
	}
	/* whole numbers below 2^53, so the division alone rounds: 44.1k is 44100 exactly */
	*hz = number * unit_hz / divisor;
	if (has_unit)
		*has_unit = length > 0;
	return length ? unit + length : end;
}
