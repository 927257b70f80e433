/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tuning a clock in grains, instead of converting.
 *
 * Some clocks can be tuned: snd-aloop's by `PCM Rate Shift 100000` in grains of
 * 10 ppm, that of a USB gadget by its pitch in grains of 1 ppm.  Then frames pass
 * unchanged, the deviation of a clock loop says how far the clocks are apart when
 * left alone, and the tuner chooses grains whose mean makes up for it.
 */
#ifndef BLI_CLOCKTUNER_H
#define BLI_CLOCKTUNER_H

#include "clockloop.h"

struct bli_clock_tuner {
	double grain;	/* relative */
	double owed;	/* what grains have not yet made up for, relative × s */
	double tuned;	/* the last number of grains, relative */
};

/* Start with a grain, > 0: 1e-5 is 10 ppm. */
void bli_clock_tuner_init(struct bli_clock_tuner *tuner, double grain);

/*
 * How many grains to tune a side's clock by for the next `duration` seconds, > 0,
 * from a loop's deviation: positive is faster.  Between two grains the latency
 * moves by up to grain × duration, so half a second is a good time.  Call
 * bli_clockloop_tuned() with tuner->tuned as soon as it is in effect.
 * Real-time safe.
 */
long bli_clock_tuner_next(struct bli_clock_tuner *tuner, enum bli_clock_side side, double deviation, double duration);

#endif
