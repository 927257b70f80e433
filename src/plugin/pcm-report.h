/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a PCM `type bli` says of itself in `aplay -v`.
 */
#ifndef BLI_PCM_REPORT_H
#define BLI_PCM_REPORT_H

#include "pump.h"
#include "setup.h"

/* Print settings, ratio, kernel, delay, the slave's parameters, clipped samples; if `pump` is NULL, settings alone. */
BLI_SETUP
void bli_pcm_report(snd_output_t *out, const struct bli_pcm_settings *settings, const struct bli_pump *pump);

/* The same on standard error. */
BLI_SETUP
void bli_pcm_report_to_stderr(const struct bli_pcm_settings *settings, const struct bli_pump *pump);

/* One SNDERR line on the clipped samples, if there are any: for when the report is not asked for any more. */
BLI_SETUP
void bli_pcm_report_clipping(const struct bli_pcm_settings *settings, const struct bli_pump *pump);

#endif
