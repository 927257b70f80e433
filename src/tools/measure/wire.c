/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

#include <errno.h>
#include <math.h>

int bli_wire_describe(struct bli_wire *wire, snd_pcm_format_t format)
{
	int width = snd_pcm_format_width(format);
	int physical = snd_pcm_format_physical_width(format);

	if (snd_pcm_format_linear(format) != 1 || width < 8 || width > 32 || physical > 32)
		return -EINVAL;
	wire->format = format;
	wire->width = (unsigned int)width;
	wire->bytes = (unsigned int)physical / 8;
	wire->is_signed = snd_pcm_format_signed(format) == 1;
	wire->is_big_endian = snd_pcm_format_big_endian(format) == 1;
	return 0;
}

int32_t bli_wire_quantise(const struct bli_wire *wire, double value)
{
	double scale = ldexp(1.0, (int)wire->width - 1);
	double level = nearbyint(value * scale);

	if (!(level > -scale))	/* also where value is not a number */
		level = -scale;
	if (level > scale - 1)
		level = scale - 1;
	return (int32_t)((uint32_t)(int32_t)level << (32 - wire->width));
}

void bli_wire_put(const struct bli_wire *wire, uint8_t *sample, int32_t value)
{
	uint32_t bits = (uint32_t)value;

	if (wire->is_signed) {
		/* Arithmetic shift: a sample narrower than its container is sign-extended. */
		bits = (uint32_t)(value >> (32 - wire->width));
	} else {
		bits = (bits ^ UINT32_C(0x80000000)) >> (32 - wire->width);
	}
	for (unsigned int i = 0; i < wire->bytes; i++) {
		unsigned int place = wire->is_big_endian ? wire->bytes - 1 - i : i;

		sample[place] = (uint8_t)(bits >> (8 * i));
	}
}

int32_t bli_wire_get(const struct bli_wire *wire, const uint8_t *sample)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < wire->bytes; i++) {
		unsigned int place = wire->is_big_endian ? wire->bytes - 1 - i : i;

		bits |= (uint32_t)sample[place] << (8 * i);
	}
	bits <<= 32 - wire->width;
	return (int32_t)(wire->is_signed ? bits : bits ^ UINT32_C(0x80000000));
}
