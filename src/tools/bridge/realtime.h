/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running ahead of other programs. */
#ifndef BLI_BRIDGE_REALTIME_H
#define BLI_BRIDGE_REALTIME_H

#include <stdbool.h>

/*
 * Lock memory and take a real-time priority (SCHED_FIFO, 1 … 99; 0: neither).
 * Where that is not allowed the program runs as others do, and says so if
 * `verbose`.
 */
void realtime_begin(int priority, bool verbose);

#endif
