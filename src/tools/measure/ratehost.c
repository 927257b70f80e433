/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ratehost.h"

#include "formatchoice.h"
#include "list.h"
#include "wire.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OLD_PROTOCOL 0x010001	/* what alsa-lib asks for when the current one is refused */
#define BUFFER_PERIODS 4	/* periods in the buffer of either side */

/* One side of the converter: a buffer of whole periods, as a PCM has it. */
struct side {
	struct bli_wire asked;
	struct bli_wire wire;		/* what the converter works in */
	size_t period_frames;
	uint8_t *samples;		/* [BUFFER_PERIODS * period_frames * channels * wire.bytes] */
	snd_pcm_channel_area_t areas[BLI_RATEHOST_MAX_CHANNELS];
};

struct bli_ratehost {
	void *library;
	void *object;
	snd_pcm_rate_ops_t ops;
	unsigned int version;
	unsigned int rate_min_hz, rate_max_hz;	/* 0 is no limit */
	struct formatchoice formats;		/* that it takes */

	bool is_set_up;
	snd_pcm_rate_info_t info;
	struct side in, out;
	int32_t *canary;			/* [channels][out period_frames], left-justified */
	uint64_t unwritten_frames;
};

/* ---- opening ------------------------------------------------------------ */

static bool name_is_allowed(const char *name)
{
	if (!*name || strlen(name) > 40)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' && *name != '-')
			return false;
	return true;
}

static int load_library(struct bli_ratehost *host, const char *name, char *message, size_t size)
{
	char path[PATH_MAX];

	if (strcmp(name, BLI_CONVERTER_BUILT_IN) == 0) {
		host->library = dlopen(NULL, RTLD_NOW);
		return 0;	/* the entry point is found in libasound itself */
	}
	snprintf(path, sizeof(path), "%s/" BLI_CONVERTER_PREFIX "%s" BLI_CONVERTER_SUFFIX, bli_converter_dir(), name);
	host->library = dlopen(path, RTLD_NOW);
	if (host->library)
		return 0;
	const char *reason = dlerror();
	FILE *file = fopen(path, "rb");

	if (!file) {
		snprintf(message, size, "converter '%s': no " BLI_CONVERTER_PREFIX "%s" BLI_CONVERTER_SUFFIX " in %s",
			 name, name, bli_converter_dir());
		return -ENOENT;
	}
	fclose(file);
	snprintf(message, size, "converter '%s' cannot be loaded: %s", name, reason ? reason : path);
	return -ELIBBAD;
}

static int call_entry(struct bli_ratehost *host, const char *name, const snd_config_t *conf,
		      char *message, size_t size)
{
	char symbol[80];
	snd_pcm_rate_open_conf_func_t open_conf;
	snd_pcm_rate_open_func_t open;
	int err;

	host->version = SND_PCM_RATE_PLUGIN_VERSION;
	snprintf(symbol, sizeof(symbol), "_snd_pcm_rate_%s_open_conf", name);
	*(void **)&open_conf = dlsym(host->library, symbol);
	if (open_conf) {
		err = open_conf(SND_PCM_RATE_PLUGIN_VERSION, &host->object, &host->ops, conf);
		if (err)
			snprintf(message, size, "converter '%s' refused to open: %s", name, snd_strerror(err));
		return err > 0 ? -EIO : err;
	}
	snprintf(symbol, sizeof(symbol), "_snd_pcm_rate_%s_open", name);
	*(void **)&open = dlsym(host->library, symbol);
	if (!open) {
		snprintf(message, size, "converter '%s' has no entry point %s", name, symbol);
		return -ENOENT;
	}
	err = open(SND_PCM_RATE_PLUGIN_VERSION, &host->object, &host->ops);
	if (err) {
		host->version = OLD_PROTOCOL;
		err = open(OLD_PROTOCOL, &host->object, &host->ops);
	}
	if (err)
		snprintf(message, size, "converter '%s' refused to open: %s", name, snd_strerror(err));
	return err > 0 ? -EIO : err;
}

/* Asks what the converter takes. The ops of older protocols end before these calls. */
static void ask_limits(struct bli_ratehost *host)
{
	if (host->version == SND_PCM_RATE_PLUGIN_VERSION)
		host->version = host->ops.version;
	if (host->version >= 0x010002 && host->ops.get_supported_rates)
		host->ops.get_supported_rates(host->object, &host->rate_min_hz, &host->rate_max_hz);
	if (host->version >= 0x010003 && host->ops.get_supported_formats) {
		host->ops.get_supported_formats(host->object, &host->formats.in_formats,
						&host->formats.out_formats, &host->formats.flags);
	} else if (!host->ops.convert) {
		host->formats.in_formats = host->formats.out_formats = UINT64_C(1) << SND_PCM_FORMAT_S16;
		host->formats.flags = SND_PCM_RATE_FLAG_INTERLEAVED;
	}
}

int bli_ratehost_open(struct bli_ratehost **host, const char *name, const snd_config_t *conf,
		      char *message, size_t message_size)
{
	char unread[8];
	struct bli_ratehost *h;
	int err = 0;

	*host = NULL;
	if (!message || message_size == 0) {
		message = unread;
		message_size = sizeof(unread);
	}
	if (!name_is_allowed(name)) {
		snprintf(message, message_size,
			 "converter name '%s' is not allowed: letters, digits, '_' and '-', 40 at most", name);
		return -EINVAL;
	}
	h = calloc(1, sizeof(*h));
	if (!h) {
		snprintf(message, message_size, "converter '%s': out of memory", name);
		return -ENOMEM;
	}
	err = load_library(h, name, message, message_size);
	if (!err)
		err = call_entry(h, name, conf, message, message_size);
	if (err) {
		if (h->library)
			dlclose(h->library);
		free(h);
		return err;
	}
	ask_limits(h);
	if (!h->ops.init || !(h->ops.convert || h->ops.convert_s16) || !h->ops.input_frames ||
	    !h->ops.output_frames) {
		snprintf(message, message_size, "converter '%s' leaves calls undefined that alsa-lib needs", name);
		bli_ratehost_close(h);
		return -EINVAL;
	}
	*host = h;
	return 0;
}

void bli_ratehost_close(struct bli_ratehost *host)
{
	if (!host)
		return;
	bli_ratehost_free(host);
	if (host->ops.close)
		host->ops.close(host->object);
	if (host->library)
		dlclose(host->library);
	free(host);
}

/* ---- set-up ------------------------------------------------------------- */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);	/* Knuth, TAOCP 2, 3.3.4 */
	return *state >> 8;
}

static uint8_t *sample_at(const struct side *side, unsigned int channel, size_t frame)
{
	const snd_pcm_channel_area_t *area = &side->areas[channel];

	return (uint8_t *)area->addr + (area->first + frame * area->step) / 8;
}

static int allocate_side(struct side *side, unsigned int channels, bool planar)
{
	size_t frames, bytes;

	if (__builtin_mul_overflow(side->period_frames, (size_t)BUFFER_PERIODS, &frames) ||
	    __builtin_mul_overflow(frames, (size_t)channels * side->wire.bytes, &bytes))
		return -EINVAL;
	side->samples = calloc(bytes, 1);
	if (!side->samples)
		return -ENOMEM;
	for (unsigned int c = 0; c < channels; c++) {
		side->areas[c].addr = side->samples;
		side->areas[c].first = 8 * side->wire.bytes * c * (unsigned int)(planar ? frames : 1);
		side->areas[c].step = 8 * side->wire.bytes * (planar ? 1 : channels);
	}
	return 0;
}

/* Samples near full scale, sign and low bits at random, which no signal below 0.95 can match. */
static int make_canary(struct bli_ratehost *host)
{
	size_t count = host->info.channels * host->out.period_frames;
	uint32_t state = 1;

	host->canary = malloc(count * sizeof(*host->canary));
	if (!host->canary)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int32_t level = INT32_C(0x7d000000) + (int32_t)next_random(&state);

		host->canary[i] = next_random(&state) & 0x800 ? level : -level;
	}
	return 0;
}

/* White noise at -12 dBFS, so that timing never sees zeros or denormal numbers. */
static void fill_with_noise(struct side *side, unsigned int channels)
{
	uint32_t state = 2;

	for (size_t frame = 0; frame < BUFFER_PERIODS * side->period_frames; frame++)
		for (unsigned int c = 0; c < channels; c++)
			bli_wire_put(&side->wire, sample_at(side, c, frame),
				     (int32_t)(next_random(&state) << 6) - INT32_C(0x20000000));
}

static int check_setup(const struct bli_ratehost *host, const struct bli_ratehost_setup *setup)
{
	if (setup->channels < 1 || setup->channels > BLI_RATEHOST_MAX_CHANNELS || !setup->in_rate_hz ||
	    !setup->out_rate_hz || !setup->in_period_frames || !setup->out_period_frames ||
	    setup->in_period_frames > INT_MAX / 64 || setup->out_period_frames > INT_MAX / 64)
		return -EINVAL;
	if (setup->in_rate_hz < host->rate_min_hz || setup->out_rate_hz < host->rate_min_hz)
		return -ERANGE;
	if (host->rate_max_hz && (setup->in_rate_hz > host->rate_max_hz || setup->out_rate_hz > host->rate_max_hz))
		return -ERANGE;
	return 0;
}

static void describe_info(snd_pcm_rate_info_t *info, const struct bli_ratehost_setup *setup)
{
	*info = (snd_pcm_rate_info_t){
		.in = { .format = setup->in_format, .rate = setup->in_rate_hz,
			.buffer_size = BUFFER_PERIODS * setup->in_period_frames,
			.period_size = setup->in_period_frames },
		.out = { .format = setup->out_format, .rate = setup->out_rate_hz,
			 .buffer_size = BUFFER_PERIODS * setup->out_period_frames,
			 .period_size = setup->out_period_frames },
		.channels = setup->channels,
	};
}

int bli_ratehost_init(struct bli_ratehost *host, const struct bli_ratehost_setup *setup)
{
	bool planar = setup->planar && !(host->formats.flags & SND_PCM_RATE_FLAG_INTERLEAVED) && host->ops.convert;
	int err;

	bli_ratehost_free(host);
	err = check_setup(host, setup);
	if (err)
		return err;
	host->in.period_frames = setup->in_period_frames;
	host->out.period_frames = setup->out_period_frames;
	describe_info(&host->info, setup);
	if (bli_wire_describe(&host->in.asked, setup->in_format) ||
	    bli_wire_describe(&host->out.asked, setup->out_format) ||
	    formatchoice_make(&host->formats, &host->info.in.format, &host->info.out.format) ||
	    bli_wire_describe(&host->in.wire, host->info.in.format) ||
	    bli_wire_describe(&host->out.wire, host->info.out.format))
		return -EINVAL;
	err = host->ops.init(host->object, &host->info);
	host->is_set_up = true;		/* free is due from here on, as alsa-lib calls it after a failed init */
	if (!err)
		err = allocate_side(&host->in, setup->channels, planar);
	if (!err)
		err = allocate_side(&host->out, setup->channels, planar);
	if (!err)
		err = make_canary(host);
	if (err) {
		bli_ratehost_free(host);
		return err > 0 ? -EIO : err;
	}
	fill_with_noise(&host->in, setup->channels);
	bli_ratehost_adjust_pitch(host);
	bli_ratehost_reset(host);
	return 0;
}

void bli_ratehost_free(struct bli_ratehost *host)
{
	if (host->is_set_up && host->ops.free)
		host->ops.free(host->object);
	host->is_set_up = false;
	free(host->in.samples);
	free(host->out.samples);
	free(host->canary);
	host->in.samples = host->out.samples = NULL;
	host->canary = NULL;
}

void bli_ratehost_reset(struct bli_ratehost *host)
{
	if (host->ops.reset)
		host->ops.reset(host->object);
	host->unwritten_frames = 0;
}

int bli_ratehost_adjust_pitch(struct bli_ratehost *host)
{
	return host->ops.adjust_pitch ? host->ops.adjust_pitch(host->object, &host->info) : 0;
}

/* ---- running ------------------------------------------------------------ */

static void call_convert(struct bli_ratehost *host, size_t place)
{
	size_t in_offset = place * host->in.period_frames, out_offset = place * host->out.period_frames;
	unsigned int in_frames = (unsigned int)host->in.period_frames;
	unsigned int out_frames = (unsigned int)host->out.period_frames;

	if (host->ops.convert)
		host->ops.convert(host->object, host->out.areas, out_offset, out_frames, host->in.areas, in_offset,
				  in_frames);
	else
		host->ops.convert_s16(host->object, (int16_t *)sample_at(&host->out, 0, out_offset), out_frames,
				      (const int16_t *)sample_at(&host->in, 0, in_offset), in_frames);
}

static void write_period(struct bli_ratehost *host, const double *in, size_t stride, size_t place)
{
	const struct side *side = &host->in;
	size_t offset = place * side->period_frames;

	for (unsigned int c = 0; c < host->info.channels; c++)
		for (size_t i = 0; i < side->period_frames; i++)
			bli_wire_put(&side->wire, sample_at(side, c, offset + i),
				     bli_wire_quantise(&side->asked, in[c * stride + i]));
}

static void mark_period(struct bli_ratehost *host, size_t place)
{
	const struct side *side = &host->out;

	for (unsigned int c = 0; c < host->info.channels; c++)
		for (size_t i = 0; i < side->period_frames; i++)
			bli_wire_put(&side->wire, sample_at(side, c, place * side->period_frames + i),
				     host->canary[c * side->period_frames + i]);
}

static bool frame_is_marked(const struct bli_ratehost *host, size_t place, size_t frame)
{
	const struct side *side = &host->out;
	uint8_t mark[4] = { 0 };

	for (unsigned int c = 0; c < host->info.channels; c++) {
		bli_wire_put(&side->wire, mark, host->canary[c * side->period_frames + frame]);
		if (memcmp(mark, sample_at(side, c, place * side->period_frames + frame), side->wire.bytes) != 0)
			return false;
	}
	return true;
}

static void read_period(struct bli_ratehost *host, double *out, size_t stride, size_t place)
{
	const struct side *side = &host->out;
	/* What the asked format does not hold is dropped, as alsa-lib does. */
	int32_t kept = (int32_t)(UINT32_MAX << (32 - side->asked.width));

	for (size_t i = 0; i < side->period_frames; i++) {
		bool unwritten = frame_is_marked(host, place, i);

		host->unwritten_frames += unwritten;
		for (unsigned int c = 0; c < host->info.channels; c++) {
			int32_t value = bli_wire_get(&side->wire,
						     sample_at(side, c, place * side->period_frames + i));

			out[c * stride + i] = unwritten ? 0.0 : (value & kept) / 2147483648.0;
		}
	}
}

int bli_ratehost_convert(struct bli_ratehost *host, const double *in, double *out, size_t periods)
{
	size_t in_stride = periods * host->in.period_frames, out_stride = periods * host->out.period_frames;

	if (!host->is_set_up)
		return -EBADFD;
	for (size_t p = 0; p < periods; p++) {
		size_t place = p % BUFFER_PERIODS;

		write_period(host, in + p * host->in.period_frames, in_stride, place);
		mark_period(host, place);
		call_convert(host, place);
		read_period(host, out + p * host->out.period_frames, out_stride, place);
	}
	return 0;
}

double bli_ratehost_time(struct bli_ratehost *host, size_t periods)
{
	struct timespec start, stop;

	if (!host->is_set_up)
		return -EBADFD;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
	for (size_t p = 0; p < periods; p++)
		call_convert(host, p % BUFFER_PERIODS);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &stop);
	return (double)(stop.tv_sec - start.tv_sec) * 1e9 + (double)(stop.tv_nsec - start.tv_nsec);
}

/* ---- questions ---------------------------------------------------------- */

uint64_t bli_ratehost_unwritten_frames(const struct bli_ratehost *host)
{
	return host->unwritten_frames;
}

size_t bli_ratehost_input_frames(struct bli_ratehost *host, size_t frames)
{
	return host->ops.input_frames(host->object, frames);
}

size_t bli_ratehost_output_frames(struct bli_ratehost *host, size_t frames)
{
	return host->ops.output_frames(host->object, frames);
}

snd_pcm_format_t bli_ratehost_in_format(const struct bli_ratehost *host)
{
	return host->info.in.format;
}

snd_pcm_format_t bli_ratehost_out_format(const struct bli_ratehost *host)
{
	return host->info.out.format;
}

void bli_ratehost_dump(struct bli_ratehost *host, snd_output_t *output)
{
	if (host->version >= 0x010002 && host->ops.dump)
		host->ops.dump(host->object, output);
}

const snd_pcm_rate_ops_t *bli_ratehost_ops(const struct bli_ratehost *host)
{
	return &host->ops;
}

void *bli_ratehost_object(const struct bli_ratehost *host)
{
	return host->object;
}

unsigned int bli_ratehost_version(const struct bli_ratehost *host)
{
	return host->version;
}
