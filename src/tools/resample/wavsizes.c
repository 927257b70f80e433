/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wavsizes.h"

#include <stdbool.h>
#include <string.h>

static uint32_t little_endian(const unsigned char *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* A file without samples may have chunks behind them. */
static bool is_chunk(const unsigned char *bytes)
{
	static const char names[][5] = {
		"LIST", "id3 ", "ID3 ", "bext", "cue ", "smpl", "inst", "PEAK", "JUNK", "fact", "iXML",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(bytes, names[i], 4) == 0)
			return true;
	return false;
}

int64_t wavsizes_unknown_at(const unsigned char *head, size_t bytes)
{
	if (bytes < 12 || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
		return -1;
	for (size_t chunk = 12; chunk + 12 <= bytes; ) {
		const uint32_t length = little_endian(head + chunk + 4);

		if (memcmp(head + chunk, "data", 4) == 0)
			return length == 0 && !is_chunk(head + chunk + 8) ? (int64_t)chunk + 4 : -1;
		if (length > bytes)
			return -1;
		chunk += 8 + length + (length & 1);
	}
	return -1;
}
