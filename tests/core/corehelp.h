/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of the core share: memory that ends or begins at a page which
 * must not be touched, random numbers, conversions to run, and the processor
 * time used.  What fails here fails the test.
 */
#ifndef COREHELP_H
#define COREHELP_H

#include "resampler.h"

#include <stddef.h>
#include <stdint.h>

/* Memory between two pages without access. */
struct core_guarded {
	unsigned char *data;
	void *map;
	size_t map_bytes;
};

/*
 * Zeroed memory of `bytes` that ends at a page without access: exactly there if
 * `bytes` is a multiple of `alignment`, otherwise less than `alignment` before.
 * Returns data; fails the test if there is none.
 */
void *core_guard_end(struct core_guarded *guarded, size_t bytes, size_t alignment);

/* The same, beginning exactly behind a page without access. */
void *core_guard_start(struct core_guarded *guarded, size_t bytes);

void core_guard_free(struct core_guarded *guarded);

/* Next of a sequence of 64-bit numbers that *state (not 0) determines. */
uint64_t core_random(uint64_t *state);

/* The same as a number in −1 … 1, of which every float is a multiple of 2^−24. */
double core_random_value(uint64_t *state);

/* The kernel that BLI_KERNEL names, or the best. */
const struct bli_kernel *core_kernel(void);

/* Bytes of a value, a float or a double; and values[i]. */
size_t core_value_size(enum bli_precision precision);
void core_put(enum bli_precision precision, void *values, size_t i, double value);
double core_get(enum bli_precision precision, const void *values, size_t i);

/* Processor time of this thread in milliseconds. */
double core_cpu_ms(void);

/* Zeroed doubles; and random ones in −0.5 … 0.5.  To be freed. */
double *core_values(size_t count);
double *core_noise(size_t count, uint64_t seed);

/* A conversion of doubles to doubles by a preset's requirement and core_kernel(). */
struct bli_resampler_config core_config(const char *preset, size_t in_frames, size_t out_frames, unsigned channels);

void core_open(struct bli_resampler *resampler, const struct bli_resampler_config *config);

/* Convert periods of interleaved samples of the resampler's formats. */
void core_run(struct bli_resampler *resampler, const void *in, void *out, size_t periods);

/* Open, run, close: interleaved doubles in and out. */
void core_run_once(const struct bli_resampler_config *config, const double *in, double *out, size_t periods);

/* Pairs of periods of every kind: small, odd, coprime, extreme; in and out frames. */
#define CORE_PAIRS 31
extern const size_t core_pairs[CORE_PAIRS][2];

#endif
