/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals that would end a program: noted, and deadly to one that does not look. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/interrupt.h"

#define LIMIT_S 60	/* a child that lives longer dies of SIGALRM */
#define RIGHT 42	/* exit statuses of a child */
#define WRONG 43

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
#define ENDING (sizeof(ending) / sizeof(ending[0]))

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int status_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* How a child ends that never looks for signals and gets `first` and, more than a second later, `second`. */
static int end_of_deaf(int first, int second)
{
	const struct timespec later = { 1, 200000000 };
	int told[2];
	char noted;

	assert_int_equal(pipe(told), 0);

	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		alarm(LIMIT_S);
		interrupt_catch();
		raise(first);
		if (interrupt_pending() != first || write(told[1], "n", 1) != 1)
			_exit(WRONG);
		for (;;)
			pause();
	}
	assert_int_equal(read(told[0], &noted, 1), 1);
	nanosleep(&later, NULL);
	assert_int_equal(kill(child, second), 0);
	close(told[0]);
	close(told[1]);
	return status_of(child);
}

static void a_second_signal_ends_the_program(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENDING; i++) {
		const int second = ending[i];
		const int status = end_of_deaf(SIGTERM, second);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), second);
	}
}

static int end_of_doubled(int first, int second)
{
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		interrupt_catch();
		raise(first);
		raise(second);
		_exit(interrupt_pending() == first ? RIGHT : WRONG);
	}
	return status_of(child);
}

/* timeout(1) and shells send a signal to the program and to its group. */
static void signals_at_a_time_are_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENDING; i++)
		for (size_t k = 0; k < ENDING; k++) {
			double begin_s;
			int status;

			/* where the machine lets a child wait for a second, the test has not been made */
			do {
				begin_s = now_s();
				status = end_of_doubled(ending[i], ending[k]);
			} while (!WIFEXITED(status) && now_s() - begin_s >= 1);
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), RIGHT);
		}
}

static void dies_of_the_signal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENDING; i++) {
		const pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			interrupt_catch();
			raise(ending[i]);
			interrupt_die(interrupt_pending());
			_exit(WRONG);
		}
		status = status_of(child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), ending[i]);
	}
}

/* As under nohup(1). */
static void ignored_signals_stay_ignored(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENDING; i++) {
		const pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			signal(ending[i], SIG_IGN);
			interrupt_catch();
			raise(ending[i]);
			_exit(interrupt_pending() ? WRONG : RIGHT);
		}
		status = status_of(child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), RIGHT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_signal_ends_the_program),
		cmocka_unit_test(signals_at_a_time_are_one),
		cmocka_unit_test(dies_of_the_signal),
		cmocka_unit_test(ignored_signals_stay_ignored),
	};

	sigset_t blocked;

	/* whatever started this may have them ignored, or blocked */
	sigemptyset(&blocked);
	for (size_t i = 0; i < ENDING; i++) {
		signal(ending[i], SIG_DFL);
		sigaddset(&blocked, ending[i]);
	}
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
