/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker: a lock, and a thread that does a piece of work again and again
 * while it is switched on, for programs that sleep longer than a slave's buffer
 * lasts.  Without a thread it is a lock.
 *
 * A child of fork() has no threads but its caller's, and perhaps a lock held by
 * one that it has not.  Every bli_worker_lock() finds that out and makes lock
 * and thread anew; the descriptors keep their numbers.
 */
#ifndef BLI_WORKER_H
#define BLI_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

struct bli_worker {
	pthread_mutex_t lock;
	void (*work)(void *object);	/* called with the lock held */
	void *object;
	unsigned pause_ms;		/* between two pieces of work */
	bool threaded;
	bool on, quit;
	pthread_t thread;
	pid_t process;			/* whose thread it is */
	int wake_fd;			/* eventfd, to the thread: look again */
	int ready_fd;			/* eventfd, to the program that polls */
};

/* A lock alone.  Returns 0 or −errno. */
int bli_worker_init(struct bli_worker *worker);

/* Free everything; no lock may be held. */
void bli_worker_close(struct bli_worker *worker);

/*
 * Start a thread, switched off, with all signals blocked and the caller's
 * scheduling; the lock must be free.  Returns 0, −EAGAIN or another −errno; then there is none.
 */
int bli_worker_start(struct bli_worker *worker, void (*work)(void *object), void *object, unsigned pause_ms);

/* End the thread, if there is one. */
void bli_worker_end(struct bli_worker *worker);

void bli_worker_lock(struct bli_worker *worker);
void bli_worker_unlock(struct bli_worker *worker);

/* Switch the work on or off, under the lock; switched on, the thread takes over the caller's scheduling. */
void bli_worker_switch(struct bli_worker *worker, bool on);

/* The program that polls ready_fd is to look, or has looked.  Real-time safe but for one system call. */
void bli_worker_ready(struct bli_worker *worker, bool ready);

#endif
