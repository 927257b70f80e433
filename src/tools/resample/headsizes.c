/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headsizes.h"

#include <sndfile.h>
#include <string.h>

/* What a header of 32-bit sizes says of a pipe that ends when it ends: SoX and others know this number. */
#define UNKNOWN_BYTES INT64_C(0x7ffff000)

#define FLAC_FRAMES_AT 21	/* marker 4, block header 4, sizes 10, rate, channels, bits 3.5 bytes; 36 bits */

bool headsizes_possible(int format, const struct headsizes *sizes)
{
	switch (format & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_FLAC:
	case SF_FORMAT_OGG:
	case SF_FORMAT_RAW:
		return true;
	case SF_FORMAT_WAV:
	case SF_FORMAT_WAVEX:
	case SF_FORMAT_RF64:
	case SF_FORMAT_AU:
		return sizes->frame_bytes > 0;
	case SF_FORMAT_AIFF:
	case SF_FORMAT_CAF:
	case SF_FORMAT_W64:
		return sizes->frame_bytes > 0 && sizes->frames >= 0;
	default:
		return false;
	}
}

int64_t headsizes_data_bytes(const struct headsizes *sizes)
{
	if (sizes->frames >= 0)
		return sizes->frames * sizes->frame_bytes;
	return sizes->frame_bytes ? UNKNOWN_BYTES / sizes->frame_bytes * sizes->frame_bytes : 0;
}

static void put(unsigned char *bytes, size_t count, bool big_endian, uint64_t value)
{
	for (size_t i = 0; i < count; i++, value >>= 8)
		bytes[big_endian ? count - 1 - i : i] = (unsigned char)value;
}

static uint64_t get(const unsigned char *bytes, size_t count, bool big_endian)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[big_endian ? i : count - 1 - i];
	return value;
}

/* RIFF: all behind the first 8 bytes, the samples, their frames; RF64 has the same, wider, in its ds64 chunk. */
static void set_riff(unsigned char *head, size_t bytes, const struct headsizes *sizes)
{
	const bool big_endian = memcmp(head, "RIFX", 4) == 0, wide = memcmp(head, "RF64", 4) == 0;
	const uint64_t data = (uint64_t)headsizes_data_bytes(sizes), all = bytes - 8 + data + (data & 1);
	const uint64_t frames = data / sizes->frame_bytes;

	if (!wide)
		put(head + 4, 4, big_endian, all);
	for (size_t chunk = 12; chunk + 8 <= bytes; ) {
		unsigned char *const body = head + chunk + 8;
		const uint64_t length = get(head + chunk + 4, 4, big_endian);

		if (memcmp(head + chunk, "data", 4) == 0) {
			if (!wide)
				put(head + chunk + 4, 4, big_endian, data);
			return;
		}
		if (memcmp(head + chunk, "fact", 4) == 0 && chunk + 12 <= bytes)
			put(body, 4, big_endian, frames);
		if (memcmp(head + chunk, "ds64", 4) == 0 && chunk + 32 <= bytes) {
			put(body, 8, big_endian, all);
			put(body + 8, 8, big_endian, data);
			put(body + 16, 8, big_endian, frames);
		}
		chunk += 8 + length + (length & 1);
	}
}

static void set_flac(unsigned char *head, size_t bytes, const struct headsizes *sizes)
{
	if (bytes < FLAC_FRAMES_AT + 5 || memcmp(head, "fLaC", 4) != 0 || sizes->frames < 0 || sizes->frames >> 36)
		return;
	head[FLAC_FRAMES_AT] = (unsigned char)((head[FLAC_FRAMES_AT] & 0xf0) | sizes->frames >> 32);
	put(head + FLAC_FRAMES_AT + 1, 4, true, (uint64_t)sizes->frames);
}

void headsizes_set(int format, unsigned char *head, size_t bytes, const struct headsizes *sizes)
{
	switch (format & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_WAV:
	case SF_FORMAT_WAVEX:
	case SF_FORMAT_RF64:
		if (bytes >= 12 && sizes->frame_bytes > 0)
			set_riff(head, bytes, sizes);
		return;
	case SF_FORMAT_FLAC:
		set_flac(head, bytes, sizes);
		return;
	}
}
