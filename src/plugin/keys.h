/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys: values of the configuration as numbers, words and booleans, whether they
 * are written as numbers or as strings, in any locale.
 */
#ifndef BLI_KEYS_H
#define BLI_KEYS_H

#include "log.h"
#include "setup.h"

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stddef.h>

/* One entry of a compound, for reading and for messages. */
struct bli_key {
	struct bli_subject subject;
	const char *name;
	const snd_config_t *node;
};

/*
 * One SNDERR line: subject, key, its value as written, and what is allowed
 * ("allowed are …").
 * Returns −EINVAL.
 */
BLI_SETUP
int bli_key_refuse(const struct bli_key *key, const char *allowed);

/*
 * The value as a number and what follows it, without spaces: "93%" is 93 and
 * "%", "20 kHz" is 20 and "kHz", a number has "".  False if there is no finite
 * number or `unit` does not fit.
 */
BLI_SETUP
bool bli_key_number(const struct bli_key *key, double *number, char *unit, size_t unit_size);

/*
 * A number without unit, or with `unit` (NULL: none is allowed), from least to
 * most.  Returns 0, or −EINVAL after bli_key_refuse(); *number is undefined then.
 */
BLI_SETUP
int bli_key_number_in(const struct bli_key *key, const char *unit, double least, double most, const char *allowed,
		      double *number);

/* The index of the value among words[], which end with NULL; −EINVAL after bli_key_refuse() if it is none of them. */
BLI_SETUP
int bli_key_word(const struct bli_key *key, const char *const *words, const char *allowed);

/* yes, no, true, false, on, off, 1 or 0.  Returns 0, or −EINVAL after bli_key_refuse() with *truth unchanged. */
BLI_SETUP
int bli_key_truth(const struct bli_key *key, bool *truth);

#endif
