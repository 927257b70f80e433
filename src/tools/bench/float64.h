/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * This project's converters with 64-bit float samples, as bli-resample(1) uses
 * them: ALSA's rate plugins take integers only, and rounding to 32 bits ends at
 * an SNR of 190 dB whatever the converter.
 */
#ifndef BLI_BENCH_FLOAT64_H
#define BLI_BENCH_FLOAT64_H

#include "run.h"

/*
 * Set float64_snr_db and float64_rejection_db of a result, NAN where its name is
 * none of the presets or the conversion is refused.  Returns 0 or −ENOMEM.
 */
int float64_measure(struct bench_result *result, const struct bench_settings *settings);

#endif
