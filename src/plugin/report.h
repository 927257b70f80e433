/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Report: what a running converter says of itself in `aplay -v`.
 */
#ifndef BLI_REPORT_H
#define BLI_REPORT_H

#include "resampler.h"
#include "settings.h"
#include "setup.h"

#include <alsa/pcm_rate.h>

/* Print the converter's name and its filter. */
BLI_SETUP
void bli_report_settings(snd_output_t *out, const struct bli_settings *settings);

/*
 * Print settings, stages, precision, kernel, delay, effective ratio, and clipped
 * samples and those that were not numbers.  `resampler` is NULL while no hardware parameters are set; then
 * `info` is not read.
 */
BLI_SETUP
void bli_report(snd_output_t *out, const struct bli_settings *settings, const struct bli_resampler *resampler,
		const snd_pcm_rate_info_t *info);

/*
 * One line to the log on input samples that were not numbers and one on clipped samples, if there are any: for when the
 * report is not asked for any more.
 */
BLI_SETUP
void bli_report_losses(const struct bli_settings *settings, const struct bli_resampler *resampler);

#endif
