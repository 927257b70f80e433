/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "realtime.h"
#include "shared/commandline.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

void realtime_begin(int priority, bool verbose)
{
	struct sched_param param = { .sched_priority = priority };

	if (!priority)
		return;
	/* children, as gnuplot, are to be ordinary ones */
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0 && verbose)
		commandline_complain("--priority %d: %s; a busy machine may interrupt the sound", priority,
				     strerror(errno));
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0 && verbose)
		commandline_complain("memory cannot be locked (%s); a busy machine may interrupt the sound",
				     strerror(errno));
}
