/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* `inherit`: a program with real-time priority must not wait for a worker that has none.  Such a lock is slower. */
static int init_lock(struct bli_worker *worker, bool inherit)
{
	pthread_mutexattr_t attributes;
	int error = pthread_mutexattr_init(&attributes);

	if (error)
		return -error;
	error = inherit && pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) == 0
			? pthread_mutex_init(&worker->lock, &attributes) : ENOTSUP;
	/* not every kernel has such locks */
	if (error)
		error = pthread_mutex_init(&worker->lock, NULL);
	pthread_mutexattr_destroy(&attributes);
	return -error;
}

int bli_worker_init(struct bli_worker *worker)
{
	memset(worker, 0, sizeof(*worker));
	worker->wake_fd = worker->ready_fd = -1;
	return init_lock(worker, false);
}

void bli_worker_close(struct bli_worker *worker)
{
	bli_worker_end(worker);
	pthread_mutex_destroy(&worker->lock);
}

static void signal_event(int fd)
{
	const uint64_t one = 1;
	ssize_t done = write(fd, &one, sizeof(one));

	(void)done;	/* full is as good as written */
}

static void clear_event(int fd)
{
	uint64_t count;
	ssize_t done = read(fd, &count, sizeof(count));

	(void)done;	/* empty is as good as read */
}

static void *run_thread(void *argument)
{
	struct bli_worker *worker = argument;
	struct pollfd wake = { .fd = worker->wake_fd, .events = POLLIN };

	for (;;) {
		bool on;

		pthread_mutex_lock(&worker->lock);
		if (worker->quit)
			break;
		on = worker->on;
		if (on)
			worker->work(worker->object);
		pthread_mutex_unlock(&worker->lock);
		if (poll(&wake, 1, on ? (int)worker->pause_ms : -1) > 0)
			clear_event(worker->wake_fd);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* The signals are the program's. */
static int start_thread(struct bli_worker *worker)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	worker->process = getpid();
	error = pthread_create(&worker->thread, NULL, run_thread, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int bli_worker_start(struct bli_worker *worker, void (*work)(void *object), void *object, unsigned pause_ms)
{
	int error = 0;

	bli_worker_end(worker);
	worker->work = work;
	worker->object = object;
	worker->pause_ms = pause_ms;
	worker->on = worker->quit = false;
	worker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->wake_fd < 0 || worker->ready_fd < 0)
		error = -errno;
	if (!error) {
		pthread_mutex_destroy(&worker->lock);
		error = init_lock(worker, true);
	}
	if (!error)
		error = start_thread(worker);
	worker->threaded = !error;
	if (error)
		bli_worker_end(worker);
	return error;
}

void bli_worker_end(struct bli_worker *worker)
{
	if (worker->threaded) {
		bli_worker_lock(worker);
		worker->quit = true;
		bli_worker_unlock(worker);
		signal_event(worker->wake_fd);
		pthread_join(worker->thread, NULL);
		worker->threaded = false;
	}
	if (worker->wake_fd >= 0)
		close(worker->wake_fd);
	if (worker->ready_fd >= 0)
		close(worker->ready_fd);
	worker->wake_fd = worker->ready_fd = -1;
}

/* An event of our own in the place of one that the parent shares. */
static void renew_event(int fd)
{
	int fresh = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fresh < 0)
		return;
	dup3(fresh, fd, O_CLOEXEC);
	close(fresh);
}

static void restart_after_fork(struct bli_worker *worker)
{
	init_lock(worker, true);
	renew_event(worker->wake_fd);
	renew_event(worker->ready_fd);
	if (start_thread(worker))
		worker->threaded = false;
}

void bli_worker_lock(struct bli_worker *worker)
{
	if (worker->threaded && worker->process != getpid())
		restart_after_fork(worker);
	pthread_mutex_lock(&worker->lock);
}

void bli_worker_unlock(struct bli_worker *worker)
{
	pthread_mutex_unlock(&worker->lock);
}

void bli_worker_switch(struct bli_worker *worker, bool on)
{
	struct sched_param parameters;
	int policy;

	if (!worker->threaded || worker->on == on)
		return;
	worker->on = on;
	/* of this thread, in Linux; pthread_getschedparam() misses what a daemon such as rtkit has changed */
	policy = on ? sched_getscheduler(0) : -1;
	if (policy >= 0 && sched_getparam(0, &parameters) == 0)
		pthread_setschedparam(worker->thread, policy, &parameters);
	signal_event(worker->wake_fd);
}

void bli_worker_ready(struct bli_worker *worker, bool ready)
{
	if (!worker->threaded)
		return;
	if (ready)
		signal_event(worker->ready_fd);
	else
		clear_event(worker->ready_fd);
}
