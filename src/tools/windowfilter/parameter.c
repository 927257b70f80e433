/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parameter.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 20	/* an input that never ends must not keep the program forever */

static const struct {
	const char *name;
	const char *limits;
	const char *explanation;
} parameters[PARAMETERS] = {
	[PARAMETER_ROLLOFF] = {
		"Roll-off", "above 0, at most 1",
		"Where the gain has fallen by 6 dB, as a fraction of the Nyquist frequency of\n"
		"the lower rate. 1 keeps the most of the band and lets frequencies just above\n"
		"it alias; with 0.90 and a long filter the band ends well below Nyquist.\n",
	},
	[PARAMETER_BETA] = {
		"Beta", "1 to 100",
		"Of the Kaiser window. More of it attenuates the stopband more and makes the way\n"
		"from passband to stopband longer: 6 for about 60 dB, 9 for 90 dB,\n"
		"which is all a 16-bit table can hold.\n",
	},
	[PARAMETER_NMULT] = {
		"Nmult", "3 to 8191",
		"Length of the filter: the number of multiplications for a sample when the rate\n"
		"goes up. It is odd. Twice the length halves the way from passband to stopband.\n",
	},
};

bool parameter_number(const char *text, double *number)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	if (*text == '\0' || strspn(text, "+-.0123456789eE \t") != strlen(text))
		return false;
	*number = strtod(text, &end);
	if (end == text || !isfinite(*number))
		return false;
	while (isspace((unsigned char)*end))
		end++;
	return *end == '\0';
}

static bool in_range(enum parameter parameter, double number)
{
	switch (parameter) {
	case PARAMETER_ROLLOFF:
		return number > 0 && number <= 1;
	case PARAMETER_BETA:
		return number >= DESIGN_BETA_MIN && number <= DESIGN_BETA_MAX;
	default:
		return number >= BLI_FILTER_NMULT_MIN && number <= BLI_FILTER_NMULT_MAX;
	}
}

int parameter_set(struct design *design, enum parameter parameter, const char *text, char *reason,
		  size_t reason_size)
{
	double number;

	reason[0] = '\0';
	if (!parameter_number(text, &number)) {
		snprintf(reason, reason_size, "not a number; allowed: %s", parameters[parameter].limits);
		return -EINVAL;
	}
	if (!in_range(parameter, number)) {
		snprintf(reason, reason_size, "out of range; allowed: %s", parameters[parameter].limits);
		return -EINVAL;
	}
	if (parameter == PARAMETER_NMULT && number != floor(number)) {
		snprintf(reason, reason_size, "not an integer; allowed: %s", parameters[parameter].limits);
		return -EINVAL;
	}

	switch (parameter) {
	case PARAMETER_ROLLOFF:
		design->rolloff = number;
		break;
	case PARAMETER_BETA:
		design->beta = number;
		break;
	default:
		design->nmult = (unsigned)number;
		if (design->nmult % 2 == 0) {
			design->nmult++;
			snprintf(reason, reason_size, "raised to %u: a symmetric filter has an odd length",
				 design->nmult);
		}
	}
	return 0;
}

static double parameter_get(const struct design *design, enum parameter parameter)
{
	switch (parameter) {
	case PARAMETER_ROLLOFF:
		return design->rolloff;
	case PARAMETER_BETA:
		return design->beta;
	default:
		return design->nmult;
	}
}

/* Ask until one parameter is settled. */
static int ask_one(struct design *design, enum parameter parameter, char **line, size_t *capacity, char *reason,
		   size_t reason_size)
{
	const char *name = parameters[parameter].name;

	for (int tries = 0; tries < TRIES_MAX; tries++) {
		printf("%s (%s; ? explains) [%.*f]: ", name, parameters[parameter].limits,
		       parameter == PARAMETER_ROLLOFF ? 2 : 0, parameter_get(design, parameter));
		fflush(stdout);
		errno = 0;
		if (getline(line, capacity, stdin) < 0) {
			int err = ferror(stdin) ? -(errno ? errno : EIO) : -ENODATA;

			printf("\n");
			snprintf(reason, reason_size, "%s before %s was given",
				 err == -ENODATA ? "ended" : strerror(-err), name);
			return err;
		}

		const char *answer = *line + strspn(*line, " \t\r\n");

		if (*answer == '\0')
			return 0;
		(*line)[strcspn(*line, "\r\n")] = '\0';
		if (strcmp(answer, "?") == 0) {
			printf("%s", parameters[parameter].explanation);
			continue;
		}

		char remark[128];
		int err = parameter_set(design, parameter, answer, remark, sizeof(remark));

		if (remark[0])
			printf("%s %s: %s\n", name, answer, remark);
		if (!err)
			return 0;
	}
	snprintf(reason, reason_size, "no usable answer for %s in %d tries", name, TRIES_MAX);
	return -EINVAL;
}

int parameter_ask(struct design *design, char *reason, size_t reason_size)
{
	char *line = NULL;
	size_t capacity = 0;
	int err = 0;

	for (int parameter = 0; !err && parameter < PARAMETERS; parameter++)
		err = ask_one(design, (enum parameter)parameter, &line, &capacity, reason, reason_size);
	free(line);
	return err;
}
