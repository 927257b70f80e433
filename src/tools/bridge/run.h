/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs of a transfer.
 *
 * What is captured is read, converted and queued at each wake-up.  After an
 * xrun, a suspend or a lost PCM the latency is made right at once: with silence
 * of the length that is missing, or by leaving out what is too much.  What the
 * loop knows of both clocks is kept.
 */
#ifndef BLI_BRIDGE_RUN_H
#define BLI_BRIDGE_RUN_H

#include "transfer.h"

enum run_end {
	RUN_ENDED,	/* by a signal or by the duration */
	RUN_CHANGED,	/* a side cannot be set up as it was: negotiate anew */
};

/*
 * Run a transfer that is open until it ends; what is queued is then played, or
 * dropped.  Allocates nothing, unless a PCM is lost and opened again.
 */
enum run_end run_transfer(struct transfer *transfer);

#endif
