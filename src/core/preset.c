/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "preset.h"

#include <string.h>

/*
 * The stopband begins at 1.02 of the Nyquist frequency for all: what folds
 * back from there lands above 0.98.  Attenuations lie above the claims by what
 * the stages of a plan and the sums of a period may add up to.
 */
#define STOPBAND 1.02

#define SINC(PASSBAND, ATTENUATION_DB, PRECISION)						\
	{ .method = BLI_METHOD_SINC, .passband = (PASSBAND), .stopband = STOPBAND,		\
	  .attenuation_db = (ATTENUATION_DB), .precision = (PRECISION), .phase = BLI_PHASE_LINEAR }

#define HIGH									\
	.quality = "high",							\
	.requirement = SINC(0.930, 130, BLI_FLOAT),	\
	.claim_bandwidth = 0.93, .claim_snr_db = 126, .claim_rejection_db = 128

const struct bli_preset bli_presets[] = {
	{
		.name = "bli_linear",
		.quality = "linear",
		.requirement = { .method = BLI_METHOD_LINEAR, .precision = BLI_FLOAT, .phase = BLI_PHASE_LINEAR },
	}, {
		.name = "bli_fast",
		.quality = "fast",
		.requirement = SINC(0.841, 102, BLI_FLOAT),
		.claim_bandwidth = 0.84, .claim_snr_db = 100, .claim_rejection_db = 100,
	}, {
		.name = "bli_medium",
		.quality = "medium",
		.requirement = SINC(0.901, 116.5, BLI_FLOAT),
		.claim_bandwidth = 0.90, .claim_snr_db = 115, .claim_rejection_db = 115,
	},
	{ .name = "bli", HIGH },
	{ .name = "bli_high", HIGH },
	{
		.name = "bli_best",
		.quality = "best",
		.requirement = SINC(0.9655, 191, BLI_DOUBLE),
		.claim_bandwidth = 0.965, .claim_snr_db = 185, .claim_rejection_db = 185,
	},
	{ .name = NULL },
};

const struct bli_preset *bli_preset_find(const char *name)
{
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		if (strcmp(preset->name, name) == 0)
			return preset;
	return NULL;
}
