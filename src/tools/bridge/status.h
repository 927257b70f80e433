/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Status: what a running bridge tells, at intervals and at SIGUSR1. */
#ifndef BLI_BRIDGE_STATUS_H
#define BLI_BRIDGE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "clockloop.h"
#include "options.h"
#include "record.h"

/* A mean and what is around it. */
struct spread {
	double first, sum, squares;	/* of differences from the first */
	double least, most;
	unsigned long count;
};

struct status {
	enum bridge_status kind;
	bool on_terminal;		/* a line is on the terminal, without its end */
	const char *mode;		/* of following the clock */
	double interval;		/* s */
	int64_t begin_time, shown_time;	/* ns */
	struct spread deviation, latency;	/* since the last line */
	double margin;			/* least that was queued at a wake-up since the last line, s */
	unsigned xruns[BLI_CLOCK_SIDES], suspends, stalls, losses;	/* since the start */
	uint64_t clipped;
	enum bli_clockloop_state state;
	struct record record;
};

/* Begin; STATUS_AUTO becomes a line on a terminal and nothing otherwise.  SIGUSR1 is caught from now on. */
void status_begin(struct status *status, const struct options *options, int64_t now);

/* Note what a wake-up has brought: the loop, and how much was queued, s. */
void status_note(struct status *status, const struct bli_clockloop *loop, double queued);

/* Print, if it is time to or if SIGUSR1 has come, unless that would block. */
void status_show(struct status *status, int64_t now);

/* Say something on a line of its own, as commandline_complain() does. */
__attribute__((format(printf, 2, 3)))
void status_say(struct status *status, const char *format, ...);

/* End the line on the terminal. */
void status_end(struct status *status);

#endif
