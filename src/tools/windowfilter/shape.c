/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shape.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 20	/* an input that never ends must not keep the program forever */

const struct bli_filter_shape shape_defaults = { .rolloff = 0.90, .beta = 9, .nmult = 65 };

static const struct {
	const char *name;
	const char *limits;
	const char *explanation;
} parameters[SHAPE_PARAMETERS] = {
	[SHAPE_ROLLOFF] = {
		"Roll-off", "above 0, at most 1",
		"Where the gain has fallen by 6 dB, as a fraction of the Nyquist frequency of\n"
		"the lower rate. 1 keeps the most of the band and lets frequencies just above\n"
		"it alias; with 0.90 and a long filter the band ends well below Nyquist.\n",
	},
	[SHAPE_BETA] = {
		"Beta", "1 to 100",
		"Shape of the Kaiser window. More of it attenuates the stop band more and makes\n"
		"the way from passband to stop band longer: 6 for about 60 dB, 9 for 90 dB,\n"
		"which is all a 16-bit table can hold.\n",
	},
	[SHAPE_NMULT] = {
		"Nmult", "3 to 8191",
		"Length of the filter: the number of multiplications for a sample when the rate\n"
		"goes up. It is odd. Twice the length halves the way from passband to stop band.\n",
	},
};

bool shape_number(const char *text, double *number)
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

static bool in_range(enum shape_parameter parameter, double number)
{
	switch (parameter) {
	case SHAPE_ROLLOFF:
		return number > 0 && number <= 1;
	case SHAPE_BETA:
		return number >= BLI_FILTER_BETA_MIN && number <= BLI_FILTER_BETA_MAX;
	default:
		return number >= BLI_FILTER_NMULT_MIN && number <= BLI_FILTER_NMULT_MAX;
	}
}

int shape_set(struct bli_filter_shape *shape, enum shape_parameter parameter,
	      const char *text, char *reason, size_t reason_size)
{
	double number;

	reason[0] = '\0';
	if (!shape_number(text, &number)) {
		snprintf(reason, reason_size, "not a number; allowed: %s", parameters[parameter].limits);
		return -EINVAL;
	}
	if (!in_range(parameter, number)) {
		snprintf(reason, reason_size, "out of range; allowed: %s", parameters[parameter].limits);
		return -EINVAL;
	}
	if (parameter == SHAPE_NMULT && number != floor(number)) {
		snprintf(reason, reason_size, "not an integer; allowed: %s", parameters[parameter].limits);
		return -EINVAL;
	}

	switch (parameter) {
	case SHAPE_ROLLOFF:
		shape->rolloff = number;
		break;
	case SHAPE_BETA:
		shape->beta = number;
		break;
	default:
		shape->nmult = (unsigned)number;
		if (shape->nmult % 2 == 0) {
			shape->nmult++;
			snprintf(reason, reason_size, "raised to %u: a symmetric filter has an odd length",
				 shape->nmult);
		}
	}
	return 0;
}

/* Stop-band attenuation of the table of this shape in these bands. Returns 0 or a negative errno. */
static int attenuation_of(const struct bli_filter_shape *shape, const struct response_bands *bands,
			  double *attenuation_db)
{
	struct bli_filter_table table;
	struct response response;
	struct response_measures measures;
	int error = bli_filter_table_design(&table, shape, false);

	if (error)
		return error;
	error = response_compute(&response, &table);
	if (error == 0) {
		response_measure(&measures, &response, &table, bands);
		*attenuation_db = measures.stopband_attenuation_db;
		response_free(&response);
	}
	bli_filter_table_free(&table);
	return error;
}

int shape_meet(struct bli_filter_shape *shape, const struct response_bands *bands,
	       double attenuation_db)
{
	double aim_db = attenuation_db;

	if (!(attenuation_db >= SHAPE_ATTENUATION_MIN_DB && attenuation_db <= SHAPE_ATTENUATION_MAX_DB))
		return -EINVAL;
	for (;;) {
		double reached_db;
		int error = bli_filter_shape_choose(shape, bands->passband, bands->stopband, aim_db);

		if (error == 0)
			error = attenuation_of(shape, bands, &reached_db);
		/* The first aim was in range: a later one that is not means that no table will do. */
		if (error == -EINVAL && aim_db > attenuation_db)
			return -ERANGE;
		if (error || reached_db >= attenuation_db)
			return error;
		/* Steps large enough for few rounds; the limit of the aim ends them at last. */
		aim_db += fmax(0.1, (attenuation_db - reached_db) / 2);
	}
}

static double shape_get(const struct bli_filter_shape *shape, enum shape_parameter parameter)
{
	switch (parameter) {
	case SHAPE_ROLLOFF:
		return shape->rolloff;
	case SHAPE_BETA:
		return shape->beta;
	default:
		return shape->nmult;
	}
}

/* Asks until one parameter is settled. */
static int ask_one(struct bli_filter_shape *shape, enum shape_parameter parameter,
		   char **line, size_t *capacity, char *reason, size_t reason_size)
{
	const char *name = parameters[parameter].name;

	for (int tries = 0; tries < TRIES_MAX; tries++) {
		printf("%s (%s; ? explains) [%.*f]: ", name, parameters[parameter].limits,
		       parameter == SHAPE_ROLLOFF ? 2 : 0, shape_get(shape, parameter));
		fflush(stdout);
		errno = 0;
		if (getline(line, capacity, stdin) < 0) {
			const int error = ferror(stdin) ? -(errno ? errno : EIO) : -ENODATA;

			printf("\n");
			snprintf(reason, reason_size, "%s%s before %s was given", error == -ENODATA ? "" : strerror(-error),
				 error == -ENODATA ? "ended" : "", name);
			return error;
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
		const int error = shape_set(shape, parameter, answer, remark, sizeof remark);

		if (remark[0])
			printf("%s %s: %s\n", name, answer, remark);
		if (error == 0)
			return 0;
	}
	snprintf(reason, reason_size, "no usable answer for %s in %d tries", name, TRIES_MAX);
	return -EINVAL;
}

int shape_ask(struct bli_filter_shape *shape, char *reason, size_t reason_size)
{
	char *line = NULL;
	size_t capacity = 0;
	int error = 0;

	for (int parameter = 0; error == 0 && parameter < SHAPE_PARAMETERS; parameter++)
		error = ask_one(shape, (enum shape_parameter)parameter, &line, &capacity,
				reason, reason_size);
	free(line);
	return error;
}
