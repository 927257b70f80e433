/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One piece of sound: an input and its output, or the inputs of an album and theirs. */
#ifndef BLI_PIECE_H
#define BLI_PIECE_H

#include "job.h"
#include "progress.h"

/*
 * Converts inputs[count] to outputs[count], as if all inputs were one: the output of each holds
 * what lies between its own first frame and that of the next. All have one rate and one layout.
 * With `make_folders` the outputs' folders are made if they are missing. With several `threads` it
 * is converted by them, if that makes no difference to the outputs. Returns 0 or a negative errno
 * with the reason; outputs that are complete stay.
 */
int piece_convert(const struct job *job, char *const *inputs, char *const *outputs, unsigned count, bool make_folders,
		  unsigned threads, struct progress *progress, struct reason *reason);

#endif
