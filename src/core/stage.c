/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include <string.h>

/*
 * A spectral stage must be cheaper by this: its cost is steadier in the estimate
 * than that of a banded one, which suffers less from what else uses the caches.
 */
#define SPECTRAL_GAIN 1.15

/* Filters shorter than this do not pay for transforms with vectors: see `make bench-stages`. */
#define SPECTRAL_TAPS_MIN 48

void bli_stage_lay_out(struct bli_stage_plan *plan, const struct bli_kernel *kernel, enum bli_precision precision,
		       size_t channels)
{
	plan->kind = BLI_STAGE_BANDED;
	bli_banded_lay_out(&plan->banded, plan->in_frames, plan->out_frames, plan->periods, plan->filter.taps, kernel,
			   precision, channels);
	plan->cost = plan->banded.cost;
	plan->table_bytes = plan->banded.bank_bytes;
	if (plan->filter.taps >= SPECTRAL_TAPS_MIN &&
	    bli_spectral_lay_out(&plan->spectral, plan->in_frames, plan->out_frames, plan->periods, &plan->filter,
				 kernel, precision, channels, plan->cost / SPECTRAL_GAIN)) {
		plan->kind = BLI_STAGE_SPECTRAL;
		/* so that a route that needs transforms must be cheaper by as much */
		plan->cost = plan->spectral.cost * SPECTRAL_GAIN;
		plan->table_bytes = plan->spectral.table_bytes;
	}
}

int bli_stage_open(struct bli_stage *stage, const struct bli_stage_plan *plan, const struct bli_kernel *kernel,
		   enum bli_precision precision, size_t channels, double gain)
{
	int error;

	memset(stage, 0, sizeof(*stage));
	stage->kind = plan->kind;
	if (plan->kind == BLI_STAGE_SPECTRAL) {
		error = bli_spectral_open(&stage->spectral, &plan->spectral, &plan->filter, kernel, precision, channels,
					  gain);
		stage->bytes = stage->spectral.bytes;
	} else {
		error = bli_banded_open(&stage->banded, &plan->banded, &plan->filter, kernel, precision, channels,
					gain);
		stage->bytes = stage->banded.bytes;
	}
	return error;
}

void bli_stage_close(struct bli_stage *stage)
{
	if (stage->kind == BLI_STAGE_SPECTRAL)
		bli_spectral_close(&stage->spectral);
	else
		bli_banded_close(&stage->banded);
	memset(stage, 0, sizeof(*stage));
}

void bli_stage_reset(struct bli_stage *stage)
{
	if (stage->kind == BLI_STAGE_SPECTRAL)
		bli_spectral_reset(&stage->spectral);
	else
		bli_banded_reset(&stage->banded);
}

void *bli_stage_input(const struct bli_stage *stage, size_t channel)
{
	if (stage->kind == BLI_STAGE_SPECTRAL)
		return bli_spectral_input(&stage->spectral, channel);
	return bli_banded_input(&stage->banded, channel);
}

void bli_stage_run(struct bli_stage *stage, size_t periods, void *const *out)
{
	if (stage->kind == BLI_STAGE_SPECTRAL)
		bli_spectral_run(&stage->spectral, periods, out);
	else
		bli_banded_run(&stage->banded, periods, out);
}
