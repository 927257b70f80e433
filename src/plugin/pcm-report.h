/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a PCM `type bli` says of itself in `aplay -v`.
 */
#ifndef BLI_PCM_REPORT_H
#define BLI_PCM_REPORT_H

#include "follower.h"
#include "setup.h"

/*
 * Print settings, ratio, kernel, delay, the slave's parameters, what the ratio follows, clipped samples; if `pump` is
 * NULL, settings alone.
 */
BLI_SETUP
void bli_pcm_report(snd_output_t *out, const struct bli_pcm_settings *settings, const struct bli_pump *pump,
		    const struct bli_follower *follower);

/* The same on standard error. */
BLI_SETUP
void bli_pcm_report_to_stderr(const struct bli_pcm_settings *settings, const struct bli_pump *pump,
			      const struct bli_follower *follower);

/*
 * For when the report is not asked for any more: one SNDERR line on the clipped samples, if there are any, and one on
 * what the ratio followed, if it did.
 */
BLI_SETUP
void bli_pcm_report_end(const struct bli_pcm_settings *settings, const struct bli_pump *pump,
			const struct bli_follower *follower);

#endif
