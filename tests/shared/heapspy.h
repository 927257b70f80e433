/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A heap that watches: linked into a test it takes the place of malloc() and
 * its kin for the whole process, plugins included (link with -rdynamic), counts
 * calls, and fails on demand.  For one thread.
 */
#ifndef BLI_HEAPSPY_H
#define BLI_HEAPSPY_H

/* A sanitizer has a heap of its own, which must not be replaced. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEAPSPY_POSSIBLE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define HEAPSPY_POSSIBLE 0
#endif
#endif
#ifndef HEAPSPY_POSSIBLE
#define HEAPSPY_POSSIBLE 1
#endif

/* Count from here on; forgets what was counted.  The `failing`-th allocation fails (1 is the first, 0 none). */
void heapspy_start(unsigned long failing);

/* After a start: count and fail only the allocations that a library asks for itself, by a part of its file's name. */
void heapspy_within(const char *library);

/* Neither count nor fail for a while, between start and stop: what is allocated then is not missed. */
void heapspy_pause(int paused);

/* Stop counting and failing. */
void heapspy_stop(void);

/* Between start and stop: calls of any function of the heap, allocations asked for, and those not freed again. */
unsigned long heapspy_calls(void);
unsigned long heapspy_allocations(void);
long heapspy_live(void);

#endif
