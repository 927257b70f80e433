/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* One signal may come twice at a time: timeout(1) sends it to the program and to its process group. */
#define SECOND_SIGNAL_S 1.0

/* Handlers have no argument to reach anything else by; they may run in any thread. */
static atomic_int noted;
static atomic_flag first = ATOMIC_FLAG_INIT;
static struct timespec noted_at;	/* the handlers' own, written by the first before it sets `noted` */
static bool pipe_ignored;

static double seconds_since_noted(const struct timespec *now)
{
	return (double)(now->tv_sec - noted_at.tv_sec) + 1e-9 * (double)(now->tv_nsec - noted_at.tv_nsec);
}

static void note(int signal_number)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!atomic_flag_test_and_set(&first)) {
		noted_at = now;
		atomic_store(&noted, signal_number);
	} else if (atomic_load(&noted) != 0 && seconds_since_noted(&now) >= SECOND_SIGNAL_S) {
		interrupt_die(signal_number);
	}
}

void interrupt_catch(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
	const struct sigaction ignoring = { .sa_handler = SIG_IGN };
	struct sigaction noting = { .sa_handler = note }, before;

	/* none interrupts the handler of another */
	sigemptyset(&noting.sa_mask);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		sigaddset(&noting.sa_mask, ending[i]);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(ending[i], &noting, NULL);
	sigaction(SIGPIPE, &ignoring, &before);
	pipe_ignored = before.sa_handler == SIG_IGN;
	sigaction(SIGXFSZ, &ignoring, NULL);
}

int interrupt_pending(void)
{
	return atomic_load(&noted);
}

void interrupt_die(int signal_number)
{
	const struct sigaction dying = { .sa_handler = SIG_DFL };

	if (signal_number == SIGPIPE && pipe_ignored)
		return;
	sigaction(signal_number, &dying, NULL);
	raise(signal_number);
}
