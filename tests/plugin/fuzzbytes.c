/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"	/* memmem, memfd_create */
#endif
#include "fuzzbytes.h"
#include "promise.h"
#include "filtertext.h"
#include "stage.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- numbers ------------------------------------------------------------ */

uint64_t bytes_take(struct bytes *bytes, unsigned count)
{
	uint64_t value = 0;

	while (count--) {
		value = value << 8 | (bytes->next < bytes->end ? *bytes->next : 0);
		bytes->next += bytes->next < bytes->end;
	}
	return value;
}

unsigned bytes_take_one(struct bytes *bytes)
{
	return (unsigned)bytes_take(bytes, 1);
}

/* A number of frames in every order of magnitude, dense where periods usually are. */
static unsigned long take_frames(struct bytes *bytes)
{
	static const unsigned long edges[] = {
		0, 1, 2, 1023, 1024, 1025, BLI_PERIOD_FRAMES_MAX + 1, INT_MAX, UINT_MAX, (unsigned long)LONG_MAX,
		(unsigned long)LONG_MAX + 1, ULONG_MAX,
	};
	unsigned kind = bytes_take_one(bytes);

	if (kind < 0xe0)
		return (kind & 7) << 8 | bytes_take_one(bytes);
	if (kind < 0xf8)
		return 16 * (1 + bytes_take_one(bytes));
	return edges[bytes_take_one(bytes) % COUNT(edges)];
}

static unsigned take_rate_hz(struct bytes *bytes)
{
	static const unsigned rates_hz[] = {
		0, 1, 1999, 2000, 8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000, 384000,
		1536000, 1536001, UINT_MAX,
	};
	unsigned kind = bytes_take_one(bytes);

	return kind < 0xf0 ? rates_hz[kind % COUNT(rates_hz)] : (unsigned)bytes_take(bytes, 4);
}

static snd_pcm_format_t take_format(struct bytes *bytes)
{
	unsigned kind = bytes_take_one(bytes);

	/* a host written in C may pass any number */
	return (snd_pcm_format_t)(kind < 0xf0 ? (int)(kind % (SND_PCM_FORMAT_LAST + 3)) - 1
					      : (int)bytes_take(bytes, 4));
}

snd_pcm_rate_info_t bytes_take_info(struct bytes *bytes)
{
	snd_pcm_rate_info_t info = { .channels = bytes_take_one(bytes) };

	if (info.channels >= 0xf0)
		info.channels = (unsigned)bytes_take(bytes, 4);
	else if (info.channels < 0xc0)
		info.channels = 1 + info.channels % 8;
	info.in.rate = take_rate_hz(bytes);
	info.out.rate = take_rate_hz(bytes);
	info.in.format = take_format(bytes);
	info.out.format = take_format(bytes);
	info.in.period_size = take_frames(bytes);
	info.out.period_size = take_frames(bytes);
	info.in.buffer_size = 4 * info.in.period_size;
	info.out.buffer_size = 4 * info.out.period_size;
	return info;
}

/* ---- settings ----------------------------------------------------------- */

/* A filter file that is nowhere on the disk. */
static const char *filter_file(void)
{
	static char path[32];
	FILE *stream;
	int memory;

	if (path[0])
		return path;
	memory = memfd_create("filter", 0);
	stream = memory < 0 ? NULL : fdopen(memory, "w");
	REQUIRE(stream != NULL);
	REQUIRE(filtertext_write(stream, 5, true) == 0 && fflush(stream) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	return path;
}

static double take_real(struct bytes *bytes)
{
	static const double edges[] = {
		(double)NAN, -(double)NAN, HUGE_VAL, -HUGE_VAL, 0, -0.0, 1e308, -1e308, 5e-324, 2.3e-308,
		0.05, 1.9, 0.902, 40, 200, 50,
	};
	uint64_t bits;
	double value;

	switch (bytes_take_one(bytes) % 3) {
	case 0:
		return edges[bytes_take_one(bytes) % COUNT(edges)];
	case 1:
		return (double)bytes_take(bytes, 2) / 1024;
	default:
		bits = bytes_take(bytes, 8);
		memcpy(&value, &bits, sizeof(value));
		return value;
	}
}

static snd_config_t *take_string(struct bytes *bytes, const char *key)
{
	static const char *const words[] = {
		"", "fast", "medium", "high", "best", "linear", "minimum", "intermediate", "float", "double", "none",
		"tpdf", "shaped", "yes", "no", "93%", "7200 Hz", "7.2 kHz", "1e999", "-1e999", "nan", "inf", "nan(1)",
		"0x1p9", "1e-999", "99999999999999999999 dB", "12 dB", "3 dB of something longer than any unit", "80",
		"bli",
	};
	unsigned kind = bytes_take_one(bytes);
	char text[40] = "";
	snd_config_t *node;
	const char *value = text;

	if (kind < COUNT(words))
		value = words[kind];
	else if (kind < 0x60)
		value = filter_file();
	else if (kind == 0xff)
		value = NULL;
	else
		for (unsigned i = 0; i < kind % sizeof(text) && bytes->next < bytes->end; i++)
			text[i] = (char)bytes_take_one(bytes);
	/* only the file above is opened */
	if (value == text && strchr(text, '/'))
		text[0] = '\0';
	REQUIRE(snd_config_make_string(&node, key) == 0);
	REQUIRE(snd_config_set_string(node, value) == 0);
	return node;
}

static snd_config_t *take_value(struct bytes *bytes, const char *key)
{
	snd_config_t *node;
	int error;

	switch (bytes_take_one(bytes) % 7) {
	case 0:
	case 1:
		error = snd_config_imake_real(&node, key, take_real(bytes));
		break;
	case 2:
		error = snd_config_imake_integer(&node, key, (int8_t)bytes_take_one(bytes));
		break;
	case 3:
		error = snd_config_imake_integer64(&node, key, (long long)bytes_take(bytes, 8));
		break;
	case 4:
		error = bytes_take_one(bytes) % 2 ? snd_config_make_compound(&node, key, 0)
					       : snd_config_imake_pointer(&node, key, key);
		break;
	default:
		return take_string(bytes, key);
	}
	REQUIRE(error == 0);
	return node;
}

/* The compound behind `converter`, or what a program may put in its place. */
snd_config_t *bytes_take_settings(struct bytes *bytes)
{
	static const char *const keys[] = {
		"quality", "passband", "stopband", "attenuation", "phase", "precision", "dither", "gain", "filter_file",
		"interpolation", "verbose", "name", "comment", "hint", "Gain", "",
	};
	unsigned count = bytes_take_one(bytes);
	snd_config_t *conf;

	if (count >= 0xf8)
		return count == 0xff ? NULL : take_value(bytes, "converter");
	REQUIRE(snd_config_make_compound(&conf, "converter", 0) == 0);
	for (count %= 8; count; count--) {
		snd_config_t *value = take_value(bytes, keys[bytes_take_one(bytes) % COUNT(keys)]);

		/* a key twice is what alsa-lib itself refuses */
		if (snd_config_add(conf, value) < 0)
			snd_config_delete(value);
	}
	return conf;
}
