/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The three parameters of a design as people give them: on the command line or
 * in answer to questions, with one set of limits.
 */
#ifndef BLI_PARAMETER_H
#define BLI_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

#include "design.h"

enum parameter {
	PARAMETER_ROLLOFF,
	PARAMETER_BETA,
	PARAMETER_NMULT,
	PARAMETERS
};

/* Read all of `text` as a finite decimal number. */
bool parameter_number(const char *text, double *number);

/*
 * Set one parameter from `text`.  Returns 0, or −EINVAL with the reason in
 * `reason` and *design unchanged.  An even Nmult is raised by one; then 0 is
 * returned and `reason` says so, otherwise it is empty.
 */
int parameter_set(struct design *design, enum parameter parameter, const char *text, char *reason,
		  size_t reason_size);

/*
 * Ask for all three on standard output and read the answers from standard
 * input.  An empty line takes what *design holds, "?" explains, a refused answer
 * is followed by the reason and the question again.
 * Returns 0, −ENODATA when the input ends before the last answer, −EINVAL after
 * too many refused answers to one question, or the −errno of reading.
 * `reason` then tells which answer is missing.
 */
int parameter_ask(struct design *design, char *reason, size_t reason_size);

#endif
