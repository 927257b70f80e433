/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clocktuner.h"

#include <math.h>

void bli_clock_tuner_init(struct bli_clock_tuner *tuner, double grain)
{
	tuner->grain = grain;
	tuner->owed = 0;
	tuner->tuned = 0;
}

/* Error feedback of first order: what a grain is too much or too little of is made up for by the next ones. */
long bli_clock_tuner_next(struct bli_clock_tuner *tuner, enum bli_clock_side side, double deviation, double duration)
{
	double wanted = side == BLI_CLOCK_IN ? 1 / (1 + deviation) - 1 : deviation;
	long grains;

	tuner->owed += wanted * duration;
	grains = lrint(tuner->owed / (duration * tuner->grain));
	tuner->tuned = (double)grains * tuner->grain;
	tuner->owed -= tuner->tuned * duration;
	return grains;
}
