/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What points at frames of a file: cue points, loops, the time reference of a broadcast (bext) chunk. */
#ifndef BLI_MARKERS_H
#define BLI_MARKERS_H

#include <sndfile.h>

#include "ratio.h"
#include "reason.h"

/*
 * Copies cue points (cue), instrument and loops (smpl), broadcast (bext) and cart chunks to a file that
 * has no samples yet, their positions times `factor`. What the output cannot
 * have is added to the list `dropped`.
 */
void markers_copy(SNDFILE *out, int out_format, SNDFILE *in, const struct ratio *factor, struct reason *dropped);

#endif
