/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Presets: the converter names, what each asks of its filters and what it
 * claims.  Every claim is asserted by tests/plugin/claims.c through the plugin.
 */
#ifndef BLI_PRESET_H
#define BLI_PRESET_H

#include "filter.h"
#include "setup.h"

struct bli_preset {
	const char *name;		/* as in `converter "bli_fast"` */
	const char *quality;		/* the last word of the name, or what "bli" stands for */
	struct bli_requirement requirement;
	/* claims: what a measurement from outside gives at least, 0 for none */
	double claim_bandwidth;		/* −0.1 dB edge, fraction of the lower Nyquist frequency */
	double claim_snr_db;		/* worst over tones from 0.02 to 0.90 of it, 32-bit samples */
	double claim_rejection_db;	/* of tones from 1.02 of the output's Nyquist frequency up */
};

/* All presets, lowest quality first, ended by one with a NULL name. */
extern const struct bli_preset bli_presets[];

/* The name of the preset to take when nothing else is said. */
#define BLI_PRESET_DEFAULT "bli"

/* The preset of that name, or NULL. */
BLI_SETUP
const struct bli_preset *bli_preset_find(const char *name);

#endif
