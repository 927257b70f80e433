/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Simulated time, for programs that wait by poll() and timers: minutes of sound take a second.  To be preloaded
 * (LD_PRELOAD).  The clocks of the process stand still while it computes, and go on to the next timer, or to the end of
 * a time-out, when it waits; a little at each look at the clock, too, so that nothing waits for ever.
 *
 *     SIMTIME_JITTER_US      each wake-up is late by 0 … this, evenly distributed (50)
 *     SIMTIME_HICCUPS        "EVERY_S:LATE_MS": every so many seconds, on average, one is late by this besides (none)
 *     SIMTIME_SIGNALS        "SECONDS:NUMBER …": signals that the process gets at these times from its start (none)
 *     SIMTIME_SPY            "FROM:TO:FILE": calls of malloc() and its kin, and page faults, between these seconds; written
 *                            to the file as they end
 *     SIMTIME_REFUSES        set: neither real-time priority nor locked memory is allowed; otherwise both are said to be
 *                            there
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "heapspy.h"

#define START_NS INT64_C(1000000000000)
#define LOOK_NS 200
#define DESCRIPTORS 256

/* Timers by their descriptors. */
static struct timer { int is_timer; int64_t next, interval; uint64_t expired; } timers[DESCRIPTORS];
static int64_t now = START_NS;
static uint64_t seed = 88172645463325252u;

static double uniform(void)
{
	/* G. Marsaglia, xorshift64 */
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) * 0x1p-53;
}

static int64_t lateness(int64_t slept)
{
	const char *jitter = getenv("SIMTIME_JITTER_US"), *hiccups = getenv("SIMTIME_HICCUPS");
	double late = 1e3 * (jitter ? atof(jitter) : 50) * uniform();
	char *colon;

	if (hiccups) {
		double every = strtod(hiccups, &colon);

		if (uniform() * every * 1e9 < (double)slept)
			late += 1e6 * atof(colon + 1);
	}
	return (int64_t)late;
}

/* Signals that are due. */
static void raise_signals(void)
{
	static int64_t told = START_NS;
	const char *list = getenv("SIMTIME_SIGNALS");
	int64_t from = told;

	told = now;
	while (list && *list) {
		char *end;
		int64_t due = START_NS + (int64_t)(1e9 * strtod(list, &end));
		int number = (int)strtol(end + 1, &end, 10);

		if (due > from && due <= now)
			raise(number);
		list = end;
	}
}

static long page_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

/* Begin or end counting, if it is time to. */
static void spy(void)
{
	static enum { BEFORE, DURING, AFTER } state;
	static long faults;
	const char *when = getenv("SIMTIME_SPY");
	double time = 1e-9 * (double)(now - START_NS);
	char *end;
	FILE *file;

	if (!when || state == AFTER)
		return;
	if (state == BEFORE && time >= strtod(when, &end)) {
		state = DURING;
		faults = page_faults();
		heapspy_start(0);
	} else if (state == DURING && strtod(when, &end) <= time && time >= strtod(end + 1, &end)) {
		heapspy_stop();
		faults = page_faults() - faults;
		state = AFTER;
		file = fopen(end + 1, "w");
		if (file) {
			fprintf(file, "%lu calls of the heap, %ld page faults\n", heapspy_calls(), faults);
			fclose(file);
		}
	}
}

static struct timer *timer_of(int descriptor)
{
	return descriptor >= 0 && descriptor < DESCRIPTORS && timers[descriptor].is_timer ? &timers[descriptor] : NULL;
}

static void expire(struct timer *timer)
{
	while (timer->next && timer->next <= now) {
		timer->expired++;
		timer->next = timer->interval ? timer->next + timer->interval : 0;
	}
}

static void pass(int64_t until)
{
	if (until > now)
		now = until + lateness(until - now);
	raise_signals();
	spy();
}

static void tell(struct timespec *time)
{
	now += LOOK_NS;
	time->tv_sec = now / 1000000000;
	time->tv_nsec = now % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	tell(time);
	return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec is;

	(void)zone;
	tell(&is);
	time->tv_sec = is.tv_sec;
	time->tv_usec = is.tv_nsec / 1000;
	return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)left;
	pass(now + wanted->tv_sec * INT64_C(1000000000) + wanted->tv_nsec);
	return 0;
}

int usleep(useconds_t microseconds)
{
	pass(now + microseconds * INT64_C(1000));
	return 0;
}

int timerfd_create(int clock, int flags)
{
	int descriptor = eventfd(0, EFD_CLOEXEC);

	(void)clock;
	(void)flags;
	if (descriptor < 0 || descriptor >= DESCRIPTORS)
		return -1;
	timers[descriptor] = (struct timer){ .is_timer = 1 };
	return descriptor;
}

int timerfd_settime(int descriptor, int flags, const struct itimerspec *wanted, struct itimerspec *before)
{
	struct timer *timer = timer_of(descriptor);
	int64_t value = wanted->it_value.tv_sec * INT64_C(1000000000) + wanted->it_value.tv_nsec;

	(void)before;
	if (!timer) {
		errno = EBADF;
		return -1;
	}
	timer->next = !value ? 0 : flags & TFD_TIMER_ABSTIME ? value : now + value;
	timer->interval = wanted->it_interval.tv_sec * INT64_C(1000000000) + wanted->it_interval.tv_nsec;
	timer->expired = 0;
	return 0;
}

ssize_t read(int descriptor, void *buffer, size_t bytes)
{
	static ssize_t (*real)(int, void *, size_t);
	struct timer *timer = timer_of(descriptor);

	if (!timer) {
		if (!real)
			real = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
		return real(descriptor, buffer, bytes);
	}
	expire(timer);
	if (!timer->expired) {
		errno = EAGAIN;
		return -1;
	}
	*(uint64_t *)buffer = timer->expired;
	timer->expired = 0;
	return sizeof(timer->expired);
}

int close(int descriptor)
{
	static int (*real)(int);

	if (!real)
		real = (int (*)(int))dlsym(RTLD_NEXT, "close");
	if (timer_of(descriptor))
		timers[descriptor].is_timer = 0;
	return real(descriptor);
}

/* Descriptors that are ready now. */
static int look(struct pollfd *descriptors, nfds_t count)
{
	static int (*real)(struct pollfd *, nfds_t, int);
	int ready = 0;

	if (!real)
		real = (int (*)(struct pollfd *, nfds_t, int))dlsym(RTLD_NEXT, "poll");
	for (nfds_t i = 0; i < count; i++) {
		struct timer *timer = timer_of(descriptors[i].fd);

		descriptors[i].revents = 0;
		if (timer) {
			expire(timer);
			descriptors[i].revents = timer->expired ? descriptors[i].events & POLLIN : 0;
		} else {
			real(&descriptors[i], 1, 0);
		}
		ready += descriptors[i].revents != 0;
	}
	return ready;
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout)
{
	int64_t until = timeout < 0 ? INT64_MAX : now + timeout * INT64_C(1000000);
	int ready = look(descriptors, count);

	now += LOOK_NS;
	if (ready || timeout == 0)
		return ready;
	for (nfds_t i = 0; i < count; i++) {
		struct timer *timer = timer_of(descriptors[i].fd);

		if (timer && timer->next && timer->next < until)
			until = timer->next;
	}
	/* nothing that is simulated will ever happen */
	if (until == INT64_MAX)
		until = now + INT64_C(100000000);
	pass(until);
	return look(descriptors, count);
}

int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t bytes);
int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t bytes)
{
	(void)bytes;
	return poll(descriptors, count, timeout);
}

static int refuses(void)
{
	if (!getenv("SIMTIME_REFUSES"))
		return 0;
	errno = EPERM;
	return -1;
}

int sched_setscheduler(pid_t process, int policy, const struct sched_param *param)
{
	(void)process;
	(void)policy;
	(void)param;
	return refuses();
}

int mlockall(int flags)
{
	(void)flags;
	return refuses();
}
