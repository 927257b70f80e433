/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The three numbers a filter table is designed from, as people give them: on
 * the command line or in answer to questions, with one set of limits, or as
 * the response they want.
 */
#ifndef BLI_SHAPE_H
#define BLI_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "filtertable.h"
#include "response.h"

#define SHAPE_ATTENUATION_MIN_DB 25.0
#define SHAPE_ATTENUATION_MAX_DB 190.0	/* room above it for shape_meet() */

enum shape_parameter {
	SHAPE_ROLLOFF,
	SHAPE_BETA,
	SHAPE_NMULT,
	SHAPE_PARAMETERS
};

/* The classic defaults: roll-off 0.90, beta 9, Nmult 65. */
extern const struct bli_filter_shape shape_defaults;

/* Reads all of `text` as a finite decimal number. */
bool shape_number(const char *text, double *number);

/*
 * Sets one parameter from `text`. Returns 0, or -EINVAL with the reason in
 * `reason` and *shape unchanged. An even Nmult is raised by one; then 0 is
 * returned and `reason` says so, otherwise it is empty.
 */
int shape_set(struct bli_filter_shape *shape, enum shape_parameter parameter,
	      const char *text, char *reason, size_t reason_size);

/*
 * Chooses the shape of a table that, not rounded, has the stop-band attenuation
 * of 25 to 190 dB in these bands (0 < passband < stopband, their mean at most 1)
 * by measurement. The numbers are Kaiser's; his formulas are fits that fall
 * up to 5 dB short at high attenuations, so they are asked for that much more.
 * Returns 0, -EINVAL (a value out of its range), -ERANGE (needs an Nmult above
 * 8191) or -ENOMEM; *shape is unspecified after an error.
 */
int shape_meet(struct bli_filter_shape *shape, const struct response_bands *bands,
	       double attenuation_db);

/*
 * Asks for all three on standard output and reads the answers from standard
 * input. An empty line takes what *shape holds, "?" explains, a refused answer
 * is followed by the reason and the question again.
 * Returns 0, -ENODATA when the input ends before the last answer, -EINVAL after
 * too many refused answers to one question, or the negative errno of reading.
 * `reason` then tells which answer is missing.
 */
int shape_ask(struct bli_filter_shape *shape, char *reason, size_t reason_size);

#endif
