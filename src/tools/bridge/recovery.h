/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recovery: from xruns, suspends and lost PCMs, so that a transfer goes on.
 *
 * Errors are as endpoint.h has them.
 */
#ifndef BLI_BRIDGE_RECOVERY_H
#define BLI_BRIDGE_RECOVERY_H

#include "transfer.h"

/* What failed, and how. */
struct failure {
	enum bli_clock_side side;
	int error;
};

/* Whether a signal or the end of the duration has come. */
bool recovery_is_over(const struct transfer *transfer);

/*
 * Begin a side anew: a capture at once, a playback with what is written next.
 * The loop keeps what it knows of the clock.  Returns 0 or a negative errno.
 */
int recovery_restart(struct transfer *transfer, enum bli_clock_side side);

/*
 * Make good what failed, and say so; waits for a PCM that is lost.  Returns 0;
 * −EINVAL: a side cannot be set up as it was, or its clock not be tuned;
 * −EINTR: the run is over.
 */
int recovery_recover(struct transfer *transfer, const struct failure *failure);

/* Why a capture gives nothing: 0 if it may still come. */
int recovery_find_fault(struct transfer *transfer);

#endif
