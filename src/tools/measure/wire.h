/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples as they stand in memory: any linear PCM format of ALSA to and from
 * double. It shares nothing with the library's own sample conversion, so that
 * an error there shows in a measurement instead of cancelling out. */
#ifndef BLI_BENCH_WIRE_H
#define BLI_BENCH_WIRE_H

#include <alsa/asoundlib.h>
#include <stdint.h>

struct bli_wire {
	snd_pcm_format_t format;
	unsigned int width;	/* significant bits, 8..32, at the low end of the sample */
	unsigned int bytes;	/* bytes a sample takes, 1..4 */
	int is_signed;
	int is_big_endian;
};

/* Describes `format`. 0, or -EINVAL when it is not linear PCM of 8..32 bits; *wire is then untouched. */
int bli_wire_describe(struct bli_wire *wire, snd_pcm_format_t format);

/* `value` (full scale is -1..1) rounded to the nearest level of the format and saturated, as a
 * left-justified 32-bit sample: the form in which alsa-lib carries samples between formats. */
int32_t bli_wire_quantise(const struct bli_wire *wire, double value);

/* Writes a left-justified sample, dropping the bits the format does not hold, as alsa-lib does. */
void bli_wire_put(const struct bli_wire *wire, uint8_t *sample, int32_t value);

/* Reads a sample as a left-justified 32-bit one. Bytes beyond the width are ignored. */
int32_t bli_wire_get(const struct bli_wire *wire, const uint8_t *sample);

#endif
