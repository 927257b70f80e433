/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What follows from the figures: which converters are alike, which is cleaner, and which to take. */
#ifndef BLI_BENCH_JUDGEMENT_H
#define BLI_BENCH_JUDGEMENT_H

#include "run.h"

#include <stdbool.h>
#include <stddef.h>

/* What is enough for everything: clean to 20 bits, and flat up to 20 kHz at 44.1 kHz. */
#define JUDGEMENT_ENOUGH_DB 120
#define JUDGEMENT_ENOUGH_EDGE 0.907

/*
 * How far below the signal the worst is that a converter adds: the lowest of
 * its SNRs, at the second pair of periods too, and its rejection.  In dB.
 */
double judgement_cleanness_db(const struct bench_quality *quality);

/* Whether the delay moves by more than the noise on the tone explains. */
bool judgement_wanders(const struct bench_tone *tone, const struct bli_ratehost_setup *setup);

/* Whether a stream clicks or its delay wanders, at either pair of periods. */
bool judgement_is_flawed(const struct bench_result *result, const struct bli_ratehost_setup *setup);

/*
 * Set same_as of each result that is another name of an earlier one: the same
 * plugin file with the same quality to the digits that are shown, but for the
 * delay.
 */
void judgement_merge(struct bench_result *results, size_t count);

/*
 * Fill order[count] with the results to show, the cleanest first; returns how
 * many.  Failed and merged ones are left out.
 */
size_t judgement_sort(const struct bench_result **order, const struct bench_result *results, size_t count);

/*
 * The fastest of order[count] that is faster than `result`, cleaner and no
 * narrower, and not flawed; NULL where there is none.
 */
const struct bench_result *judgement_better(const struct bench_result *result, const struct bench_result *const *order,
					    size_t count, const struct bli_ratehost_setup *setup);

/* What to recommend. */
struct advice {
	const struct bench_result *everyday;	/* NULL where every stream is flawed */
	bool enough;				/* everyday is the cheapest that is enough; otherwise the cleanest */
	const struct bench_result *cleanest;	/* NULL where none is cleaner than everyday by 1 dB */
};

/* Which converter to take, among order[count] from judgement_sort() at these rates and periods. */
struct advice judgement_advise(const struct bench_result *const *order, size_t count,
			       const struct bli_ratehost_setup *setup);

/* CPU time that a stream takes in real time, in per cent of a core. */
double judgement_core_percent(const struct bench_result *result, const struct bli_ratehost_setup *setup);

#endif
