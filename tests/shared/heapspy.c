/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* dladdr(), RTLD_NEXT */
#include "heapspy.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct {
	bool counting, started;
	const char *library;	/* that alone is meant; NULL: all */
	unsigned long calls, allocations, failing;
	long live;
} spy;

void heapspy_start(unsigned long failing)
{
	memset(&spy, 0, sizeof(spy));
	spy.failing = failing;
	spy.counting = spy.started = true;
}

void heapspy_within(const char *library)
{
	spy.library = library;
}

void heapspy_pause(int paused)
{
	spy.counting = spy.started && !paused;
}

void heapspy_stop(void)
{
	spy.counting = spy.started = false;
}

unsigned long heapspy_calls(void)
{
	return spy.calls;
}

unsigned long heapspy_allocations(void)
{
	return spy.allocations;
}

long heapspy_live(void)
{
	return spy.live;
}

#if HEAPSPY_POSSIBLE

/* What dlsym() itself allocates while it looks for malloc; never given back. */
static struct {
	_Alignas(64) unsigned char memory[4096];
	size_t used;
} nest;

static bool is_within(const void *caller)
{
	Dl_info info;

	return !spy.library || (dladdr(caller, &info) && strstr(info.dli_fname, spy.library));
}

/* True if this allocation is to fail. */
static bool count_allocation(const void *caller)
{
	if (!spy.counting)
		return false;
	spy.calls++;
	if (!is_within(caller))
		return false;
	if (++spy.allocations != spy.failing)
		return false;
	errno = ENOMEM;
	return true;
}

static void *count_result(void *memory)
{
	spy.live += spy.counting && memory;
	return memory;
}

static void *nested(size_t bytes)
{
	size_t rounded = (bytes + 63) / 64 * 64;
	void *memory = nest.memory + nest.used;

	if (rounded > sizeof(nest.memory) - nest.used)
		abort();
	nest.used += rounded;
	return memory;
}

static bool is_nested(const void *memory)
{
	return (uintptr_t)memory - (uintptr_t)nest.memory < sizeof(nest.memory);
}

/* The C library's own function; NULL while it is being looked for. */
static void *next_function(void **function, const char *name)
{
	static bool looking;

	if (!*function && !looking) {
		looking = true;
		*function = dlsym(RTLD_NEXT, name);
		looking = false;
		if (!*function)
			abort();
	}
	return *function;
}

#define NEXT(type, name, parameters)							\
	static void *function;								\
	type (*next) parameters;							\
	*(void **)&next = next_function(&function, #name)

void *malloc(size_t bytes)
{
	NEXT(void *, malloc, (size_t));
	if (!next)
		return nested(bytes);
	return count_allocation(__builtin_return_address(0)) ? NULL : count_result(next(bytes));
}

void *calloc(size_t count, size_t size)
{
	NEXT(void *, calloc, (size_t, size_t));
	bool counting = spy.counting;
	void *memory;

	if (!next)
		return nested(count * size);
	if (count_allocation(__builtin_return_address(0)))
		return NULL;
	/* musl's calloc() calls malloc(), which is this file's */
	spy.counting = false;
	memory = next(count, size);
	spy.counting = counting;
	return count_result(memory);
}

void *realloc(void *memory, size_t bytes)
{
	NEXT(void *, realloc, (void *, size_t));
	if (!memory)
		return malloc(bytes);
	if (!next || is_nested(memory))
		abort();
	return count_allocation(__builtin_return_address(0)) ? NULL : next(memory, bytes);
}

void free(void *memory)
{
	NEXT(void, free, (void *));
	spy.calls += spy.counting;
	if (!memory || is_nested(memory))
		return;
	spy.live -= spy.counting;
	if (next)
		next(memory);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	NEXT(void *, aligned_alloc, (size_t, size_t));
	if (!next)
		abort();
	return count_allocation(__builtin_return_address(0)) ? NULL : count_result(next(alignment, bytes));
}

void *memalign(size_t alignment, size_t bytes)
{
	return aligned_alloc(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
	void *result = aligned_alloc(alignment, bytes);

	if (!result)
		return ENOMEM;
	*memory = result;
	return 0;
}

void *reallocarray(void *memory, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(memory, bytes);
}

#endif
