/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tags: titles, artists and whatever else files say about themselves. What
 * libsndfile has words for goes with it while a file is written; all others, and
 * pictures, are added to the finished file by TagLib, if the program is built with it.
 */
#ifndef BLI_TAGS_H
#define BLI_TAGS_H

#include <sndfile.h>
#include <stdbool.h>

#include "reason.h"

struct taglib_tags;

struct tags {
	struct taglib_tags *all;	/* NULL: not known */
	bool added;			/* TagLib is to write them */
};

/*
 * Copies the texts of `in` to `out`, which has no samples yet. `in_descriptor` is the input if it
 * can be read at any place, otherwise −1; `can_add` says whether tags_add() can follow. Names of
 * tags that will be missing are added to the list `dropped`.
 */
void tags_copy(struct tags *tags, SNDFILE *out, int out_format, bool can_add, SNDFILE *in, int in_format,
	       int in_descriptor, struct reason *dropped);

/* Adds the others to the finished output. */
void tags_add(const struct tags *tags, int out_descriptor, int out_format, struct reason *dropped);

/* Harmless on one of all zeros. */
void tags_free(struct tags *tags);

#endif
