/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast a kernel multiplies and adds inside a stage. */
#ifndef BENCH_KERNEL_RATE_H
#define BENCH_KERNEL_RATE_H

#include "banded.h"

struct kernel_rate {
	size_t taps;			/* of the filter */
	double executed_per_ns;		/* multiply-adds done, the zeros around a band included */
	double useful_per_ns;		/* taps × frames × channels only */
};

/* Runs one stage, stereo, 1029 -> 1120 frames, with a 130 dB filter (170 dB in double precision) whose transition
 * band is `transition` cycles per frame, 0 < transition < 0.5; the fastest of `trials` counts.
 * 0, -ENOMEM, or -EINVAL where no such filter can be made. */
int kernel_rate_measure(struct kernel_rate *rate, const struct bli_kernel *kernel, enum bli_precision precision,
			double transition, int trials);

#endif
