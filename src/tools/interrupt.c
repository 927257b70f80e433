/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Handlers have no argument to reach anything else by. */
static volatile sig_atomic_t noted;
static bool pipe_ignored;

static void note(int signal_number)
{
	noted = signal_number;
}

void interrupt_catch(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
	const struct sigaction noting = { .sa_handler = note }, ignoring = { .sa_handler = SIG_IGN };
	struct sigaction before;

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(ending[i], &noting, NULL);
	sigaction(SIGPIPE, &ignoring, &before);
	pipe_ignored = before.sa_handler == SIG_IGN;
	sigaction(SIGXFSZ, &ignoring, NULL);
}

int interrupt_pending(void)
{
	return noted;
}

void interrupt_die(int signal_number)
{
	const struct sigaction dying = { .sa_handler = SIG_DFL };

	if (signal_number == SIGPIPE && pipe_ignored)
		return;
	sigaction(signal_number, &dying, NULL);
	raise(signal_number);
}
