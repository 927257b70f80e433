/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzzside.h"

#include <stdlib.h>
#include <string.h>

enum layout { LAYOUT_INTERLEAVED, LAYOUT_PLANAR, LAYOUT_ODD, LAYOUT_STILL, LAYOUTS };

void side_open(struct side *side, struct bytes *bytes, unsigned channels, unsigned sample_bytes, size_t count)
{
	unsigned shape = bytes_take_one(bytes), gap = 0, lead = 0;
	enum layout layout = shape % LAYOUTS;
	uint64_t absent = shape & 0x80 ? bytes_take(bytes, 8) : 0;
	size_t step;

	if (layout == LAYOUT_ODD) {
		lead = shape >> 2 & 3;
		gap = shape >> 4 & 7;
	}
	*side = (struct side){ .channels = channels, .bytes = sample_bytes, .count = count };
	side->offset = bytes_take_one(bytes) % 64;
	side->blocks = layout == LAYOUT_PLANAR ? channels : 1;
	step = layout == LAYOUT_PLANAR ? sample_bytes : lead + (size_t)channels * (sample_bytes + gap);
	if (layout == LAYOUT_STILL)
		step = 0;
	for (unsigned c = 0; c < channels; c++) {
		side->areas[c].first = 8 * (lead + (layout == LAYOUT_PLANAR ? 0 : c * (sample_bytes + gap)));
		side->areas[c].step = (unsigned)(8 * step);
	}
	if (side->offset + count)
		side->block_bytes = side->areas[channels - 1].first / 8 + (side->offset + count - 1) * step +
				    sample_bytes;
	for (unsigned b = 0; b < side->blocks; b++) {
		side->block[b] = malloc(side->block_bytes);
		REQUIRE(side->block[b] || side->block_bytes == 0);
	}
	for (unsigned c = 0; c < channels; c++)
		side->areas[c].addr = absent >> c & 1 ? NULL : side->block[side->blocks > 1 ? c : 0];
}

void side_close(struct side *side)
{
	for (unsigned b = 0; b < side->blocks; b++)
		free(side->block[b]);
}

void side_fill(struct side *side, unsigned char fill)
{
	for (unsigned b = 0; b < side->blocks; b++)
		if (side->block_bytes)
			memset(side->block[b], fill, side->block_bytes);
}

void side_sound(struct side *side, unsigned kind)
{
	uint32_t random = kind;

	for (unsigned b = 0; b < side->blocks; b++)
		for (size_t i = 0; i < side->block_bytes; i++) {
			random = random * UINT32_C(1664525) + UINT32_C(1013904223);
			side->block[b][i] = (unsigned char)(kind < 2 ? 0 - kind : kind == 2 ? (i & 16 ? 0x80 : 0x7f)
									     : random >> 24);
		}
}

unsigned char *side_at(const struct side *side, unsigned channel, size_t frame)
{
	const snd_pcm_channel_area_t *area = &side->areas[channel];

	return (unsigned char *)area->addr + (area->first + (side->offset + frame) * area->step) / 8;
}

void side_check_canaries(struct side *side, size_t count, unsigned char fill)
{
	for (unsigned c = 0; c < side->channels; c++)
		for (size_t i = 0; i < count && side->areas[c].addr; i++)
			memset(side_at(side, c, i), fill, side->bytes);
	for (unsigned b = 0; b < side->blocks; b++)
		for (size_t i = 0; i < side->block_bytes; i++)
			REQUIRE(side->block[b][i] == fill);
}
