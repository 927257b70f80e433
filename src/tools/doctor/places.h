/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Places: which line of which configuration file says what.  alsa-lib forgets
 * lines as soon as it has read them, so the files are read here once more: those
 * of ALSA_CONFIG_PATH (alsa.conf) and those that their hooks load.
 */
#ifndef BLI_DOCTOR_PLACES_H
#define BLI_DOCTOR_PLACES_H

#include <stddef.h>

struct places;

/* A key of a file, such as "pcm.default.slave.pcm"; members of arrays are numbered from 0. */
struct place {
	char *path;
	char *value;		/* NULL: a compound, or an array */
	const char *file;	/* belongs to the places */
	unsigned int line;	/* from 1 */
};

/*
 * Read the files.  What is not well-formed in one ends the reading of that one:
 * alsa-lib itself has complained of it.  Returns 0 with *places to be given to
 * places_free(), or −ENOMEM, or the −errno of reading alsa.conf; *places is NULL then.
 */
int places_read(struct places **places);

/* Free; harmless on NULL. */
void places_free(struct places *places);

/* The last place that sets `path`, which is the one that counts, or NULL. */
const struct place *places_find(const struct places *places, const char *path);

/* Names of the files that were read, in order; NULL from the last on. */
const char *places_file(const struct places *places, size_t n);

#endif
