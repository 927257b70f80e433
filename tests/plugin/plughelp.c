/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plughelp.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *const plug_layout_names[PLUG_LAYOUTS] = { "interleaved", "planar", "odd" };

static void __attribute__((noreturn)) give_up(const char *what, const char *which)
{
	fprintf(stderr, "cannot run: %s: %s\n", what, which ? which : "");
	exit(99);
}

/* ---- converters --------------------------------------------------------- */

void *plug_symbol(struct plug *plug, const char *name, const char *suffix)
{
	const char *folder = getenv("ALSA_PLUGIN_DIR");
	char path[4096], symbol[128];
	void *entry;

	if (!folder)
		give_up("ALSA_PLUGIN_DIR is not set", NULL);
	snprintf(path, sizeof(path), "%s/libasound_module_rate_%s.so", folder, name);
	plug->library = dlopen(path, RTLD_NOW);	/* counted once per call, and never taken back */
	if (!plug->library)
		give_up(path, dlerror());
	snprintf(symbol, sizeof(symbol), "_snd_pcm_rate_%s_%s", name, suffix);
	entry = dlsym(plug->library, symbol);
	if (!entry)
		give_up(path, dlerror());
	return entry;
}

int plug_open(struct plug *plug, const char *name, const snd_config_t *conf)
{
	snd_pcm_rate_open_conf_func_t open_conf;
	int error;

	memset(plug, 0, sizeof(*plug));
	*(void **)&open_conf = plug_symbol(plug, name, "open_conf");
	error = open_conf(SND_PCM_RATE_PLUGIN_VERSION, &plug->object, &plug->ops, conf);
	if (error)
		plug->object = NULL;
	return error;
}

void plug_close(struct plug *plug)
{
	if (plug->object)
		plug->ops.close(plug->object);
	plug->object = NULL;
}

snd_config_t *plug_config(const char *text)
{
	snd_config_t *config;
	snd_input_t *input;

	if (snd_config_top(&config) < 0 || snd_input_buffer_open(&input, text, (ssize_t)strlen(text)) < 0 ||
	    snd_config_load(config, input) < 0)
		give_up("configuration", text);
	snd_input_close(input);
	return config;
}

snd_pcm_rate_info_t plug_info(unsigned in_hz, size_t in_period, unsigned out_hz, size_t out_period, unsigned channels,
			      snd_pcm_format_t in_format, snd_pcm_format_t out_format)
{
	return (snd_pcm_rate_info_t){
		.in = { .format = in_format, .rate = in_hz, .buffer_size = 4 * in_period, .period_size = in_period },
		.out = { .format = out_format, .rate = out_hz, .buffer_size = 4 * out_period,
			 .period_size = out_period },
		.channels = channels,
	};
}

const char *plug_dump(struct plug *plug)
{
	static char text[4096];
	snd_output_t *output;
	char *buffer;
	size_t bytes;

	if (snd_output_buffer_open(&output) < 0)
		give_up("output buffer", NULL);
	plug->ops.dump(plug->object, output);
	bytes = snd_output_buffer_string(output, &buffer);
	if (bytes >= sizeof(text))
		bytes = sizeof(text) - 1;
	memcpy(text, buffer, bytes);
	text[bytes] = '\0';
	snd_output_close(output);
	return text;
}

/* ---- samples ------------------------------------------------------------ */

bool plug_format_is_pcm(snd_pcm_format_t format)
{
	const char *name = snd_pcm_format_name(format);

	return name && snd_pcm_format_linear(format) == 1 && strncmp(name, "DSD", 3) != 0;
}

/* Place in memory of the byte of weight 256^i in a sample of `bytes` bytes. */
static unsigned byte_place(snd_pcm_format_t format, unsigned bytes, unsigned i)
{
	return snd_pcm_format_big_endian(format) == 1 ? bytes - 1 - i : i;
}

int32_t plug_sample_get(snd_pcm_format_t format, const unsigned char *sample)
{
	unsigned bytes = (unsigned)snd_pcm_format_physical_width(format) / 8;
	unsigned width = (unsigned)snd_pcm_format_width(format);
	int64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value += (int64_t)sample[byte_place(format, bytes, i)] << (8 * i);
	value %= (int64_t)1 << width;
	if (snd_pcm_format_unsigned(format) == 1)
		value -= (int64_t)1 << (width - 1);
	else if (value >= (int64_t)1 << (width - 1))
		value -= (int64_t)1 << width;
	return (int32_t)(value * ((int64_t)1 << (32 - width)));
}

void plug_sample_put(snd_pcm_format_t format, unsigned char *sample, int32_t value)
{
	unsigned bytes = (unsigned)snd_pcm_format_physical_width(format) / 8;
	unsigned width = (unsigned)snd_pcm_format_width(format);
	int64_t number = value >> (32 - width);

	if (snd_pcm_format_unsigned(format) == 1)
		number += (int64_t)1 << (width - 1);
	for (unsigned i = 0; i < bytes; i++)
		sample[byte_place(format, bytes, i)] = (unsigned char)(number >> (8 * i));
}

static size_t layout_areas(struct plug_side *side, enum plug_layout layout)
{
	unsigned bytes = side->bytes, channels = side->channels;
	size_t gap = layout == PLUG_ODD ? 1 : 0, lead = layout == PLUG_ODD ? 3 : 0;
	size_t step = layout == PLUG_PLANAR ? bytes : channels * (bytes + gap) + 2 * lead;
	size_t apart = layout == PLUG_PLANAR ? side->frames * bytes : bytes + gap;

	for (unsigned c = 0; c < channels; c++) {
		side->areas[c].first = (unsigned)(8 * (lead + c * apart));
		side->areas[c].step = (unsigned)(8 * step);
	}
	return layout == PLUG_PLANAR ? channels * apart : side->frames * step;
}

void plug_side_open(struct plug_side *side, snd_pcm_format_t format, unsigned channels, size_t frames,
		    enum plug_layout layout)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes, room;
	unsigned char *memory;

	memset(side, 0, sizeof(*side));
	side->format = format;
	side->channels = channels;
	side->bytes = (unsigned)snd_pcm_format_physical_width(format) / 8;
	side->frames = frames;
	bytes = layout_areas(side, layout);
	room = (bytes + page - 1) / page * page;
	side->mapping_bytes = room + 2 * page;
	side->mapping = mmap(NULL, side->mapping_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (side->mapping == MAP_FAILED)
		give_up("mmap", NULL);
	memory = (unsigned char *)side->mapping + page;
	if (room > 0 && mprotect(memory, room, PROT_READ | PROT_WRITE) != 0)
		give_up("mprotect", NULL);
	side->start = memory;
	side->end = memory + room;
	for (unsigned c = 0; c < channels; c++)
		side->areas[c].addr = side->end - bytes;
}

void plug_side_close(struct plug_side *side)
{
	munmap(side->mapping, side->mapping_bytes);
	memset(side, 0, sizeof(*side));
}

void plug_side_fill(struct plug_side *side, unsigned char fill)
{
	memset(side->start, fill, (size_t)(side->end - side->start));
	side->fill = fill;
}

size_t plug_side_stray(const struct plug_side *side, size_t first, size_t last)
{
	size_t bytes = (size_t)(side->end - side->start), stray = 0;
	unsigned char *own = calloc(bytes + 1, 1);

	if (!own)
		give_up("memory", NULL);
	for (unsigned c = 0; c < side->channels; c++)
		for (size_t i = first; i < last && side->areas[c].addr; i++)
			memset(own + (plug_side_at(side, c, i) - side->start), 1, side->bytes);
	for (size_t i = 0; i < bytes; i++)
		stray += !own[i] && side->start[i] != side->fill;
	free(own);
	return stray;
}

unsigned char *plug_side_at(const struct plug_side *side, unsigned channel, size_t frame)
{
	const snd_pcm_channel_area_t *area = &side->areas[channel];

	return (unsigned char *)area->addr + (area->first + frame * area->step) / 8;
}

int32_t plug_side_get(const struct plug_side *side, unsigned channel, size_t frame)
{
	return plug_sample_get(side->format, plug_side_at(side, channel, frame));
}

void plug_side_put(struct plug_side *side, unsigned channel, size_t frame, int32_t value)
{
	plug_sample_put(side->format, plug_side_at(side, channel, frame), value);
}

void plug_side_noise(struct plug_side *side, double amplitude, uint32_t seed)
{
	for (size_t i = 0; i < side->frames; i++)
		for (unsigned c = 0; c < side->channels; c++)
			plug_side_put(side, c, i, (int32_t)(amplitude * (int32_t)plug_random(&seed)));
}

void plug_convert(struct plug *plug, struct plug_side *out, const struct plug_side *in)
{
	plug->ops.convert(plug->object, out->areas, 0, (unsigned)out->frames, in->areas, 0, (unsigned)in->frames);
}

uint32_t plug_random(uint32_t *state)
{
	uint32_t x = *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);	/* Knuth, TAOCP 2, 3.3.4 */

	/* the low bits of the series have short periods: mix the high ones in */
	x = (x ^ x >> 16) * UINT32_C(0x45d9f3b);
	return x ^ x >> 16;
}
