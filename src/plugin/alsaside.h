/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ALSA's side of a conversion: its formats, areas and rates, and the kernel
 * that the environment asks for.
 */
#ifndef BLI_ALSASIDE_H
#define BLI_ALSASIDE_H

#include "kernel.h"
#include "resampler.h"
#include "log.h"
#include "setup.h"

#include <alsa/asoundlib.h>

/* Rates that are converted, in Hz: what alsa-lib itself allows at most, and less than any sound card has. */
#define BLI_RATE_MIN_HZ 2000
#define BLI_RATE_MAX_HZ 1536000

/* The core's description of a linear integer format; all zeros, which is invalid, for any other. */
BLI_SETUP
void bli_format_from_alsa(struct bli_format *format, snd_pcm_format_t alsa);

/* The same, and floats. */
BLI_SETUP
void bli_format_or_float_from_alsa(struct bli_format *format, snd_pcm_format_t alsa);

/* Areas count bits from addr; linear formats fill whole bytes.  `offset` in frames.  Real-time safe. */
struct bli_area bli_area_from_alsa(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t offset);

/* The kernel that BLI_KERNEL names; the best one where it names none, after one SNDERR line if the name is wrong. */
BLI_SETUP
const struct bli_kernel *bli_kernel_from_environment(struct bli_subject subject);

#endif
