/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks: how well two PCMs tell where they are and wake the program, and the latency that follows from it. */
#ifndef BLI_BRIDGE_CHECK_H
#define BLI_BRIDGE_CHECK_H

#include "transfer.h"

struct check_result {
	double pointer_late[BLI_CLOCK_SIDES];	/* spread of the pointer's lateness, s: its grain and jitter */
	double ppm[BLI_CLOCK_SIDES];		/* of each clock from nominal, against the system's */
	double wake_late;			/* spread of how late a wake-up follows its period, s */
	double delay;				/* of the converter, s */
	double latency;				/* recommended, s */
};

#define CHECK_DURATION 5.0	/* s, if nothing else is asked for */

/*
 * Measure for some seconds, or to a signal, while silence is played.  The
 * transfer is open and not running.  Returns 0, or a negative errno of a PCM.
 */
int check_measure(struct transfer *transfer, double duration, struct check_result *result);

/* Print what was found on standard output. */
void check_print(const struct transfer *transfer, const struct check_result *result);

#endif
