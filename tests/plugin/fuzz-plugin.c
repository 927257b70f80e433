/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer target: whatever a host of rate converters does, the plugin keeps
 * to its promises.  Seeds: tests/corpus/plugin.
 *
 * An input is a program: how a converter is opened, then calls with their
 * parameters.  The host's memory is allocated to the byte, so that the address
 * sanitizer sees what is touched outside; canaries between the samples show
 * writes without it too.
 *
 * What would take long is passed over: periods above PERIOD_FRAMES, unless
 * they are to be refused, and work beyond WORK_MAX.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"	/* memmem, memfd_create */
#endif
#include "fuzzside.h"
#include "plan.h"
#include "pluglog.h"
#include "settings.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CALLS_MAX 40
#define PERIOD_FRAMES 2048
#define WORK_MAX 6e6		/* estimated clock cycles of an input */
#define COEF_WORK 60		/* to compute a coefficient: 25 ns */
#define PHASE_WORK 35		/* to give a filter another phase, by the square of its taps: 5 ms for 660 */
#define SAMPLE_WORK 40		/* to fill, load, store and check a sample */
#define CANARY 0xa5

/* ---- what the converter says -------------------------------------------- */

/* Since the last look: one line after an error and none otherwise, but for `spare` lines of other kinds. */
static void check_said(int error, unsigned spare)
{
	const unsigned lines = plug_log_lines(), needed = error ? 1 : 0;

	REQUIRE(error <= 0);
	REQUIRE(lines >= needed && lines <= needed + spare);
	if (lines)
		REQUIRE(strncmp(plug_log_text(), "converter \"bli", 14) == 0);
	for (const char *p = plug_log_text(); lines && *p; p++)
		REQUIRE((unsigned char)*p >= ' ' && *p != 0x7f);
}

/* ---- the host ----------------------------------------------------------- */

#define DECLARE(name)											\
	int SND_PCM_RATE_PLUGIN_CONF_ENTRY(name)(unsigned int version, void **object,			\
						 snd_pcm_rate_ops_t *ops, const snd_config_t *conf);	\
	int SND_PCM_RATE_PLUGIN_ENTRY(name)(unsigned int version, void **object, snd_pcm_rate_ops_t *ops);
#define ENTRY(name) { #name, SND_PCM_RATE_PLUGIN_ENTRY(name), SND_PCM_RATE_PLUGIN_CONF_ENTRY(name) }

DECLARE(bli)
DECLARE(bli_linear)
DECLARE(bli_fast)
DECLARE(bli_medium)
DECLARE(bli_high)
DECLARE(bli_best)

static const struct converter {
	const char *name;
	snd_pcm_rate_open_func_t open;
	snd_pcm_rate_open_conf_func_t open_conf;
} converters[] = {
	ENTRY(bli_linear), ENTRY(bli_fast), ENTRY(bli_medium), ENTRY(bli_high), ENTRY(bli_best), ENTRY(bli),
};

struct host {
	const struct converter *converter;
	unsigned version;
	snd_config_t *conf;
	bool with_conf;			/* opened by open_conf */
	snd_pcm_rate_ops_t *ops;	/* as long as the version says */
	void *object;
	struct bli_settings settings;	/* the same again, to estimate work */
	snd_pcm_rate_info_t info;
	bool ready;			/* `info` was taken */
	double work, period_work;	/* so far; of one period */
};

static size_t ops_bytes(unsigned version)
{
	return version < 0x010001 ? 1 : version == 0x010001 ? sizeof(snd_pcm_rate_old_ops_t)
	     : version == 0x010002 ? sizeof(snd_pcm_rate_v2_ops_t) : sizeof(snd_pcm_rate_ops_t);
}

/* Open as before; false if the converter refuses. */
static bool host_open(struct host *host)
{
	size_t bytes = ops_bytes(host->version);
	unsigned char *ops = malloc(bytes);
	int error;

	REQUIRE(ops != NULL);
	memset(ops, CANARY, bytes);
	host->ops = (snd_pcm_rate_ops_t *)(void *)ops;
	host->object = NULL;
	host->ready = false;
	error = host->with_conf ? host->converter->open_conf(host->version, &host->object, host->ops, host->conf)
				: host->converter->open(host->version, &host->object, host->ops);
	check_said(error, 0);
	REQUIRE((error == 0) == (host->object != NULL));
	for (size_t i = 0; error && i < bytes; i++)
		REQUIRE(ops[i] == CANARY);
	if (error)
		free(ops);
	return error == 0;
}

static void host_close(struct host *host)
{
	host->ops->close(host->object);
	check_said(0, host->settings.verbose && host->ready ? 1 : 0);
	free(host->ops);
}

/* Clock cycles that an init would take; what it refuses is cheap. */
static double init_work(struct host *host, const snd_pcm_rate_info_t *info)
{
	size_t in = info->in.period_size, out = info->out.period_size, count;
	unsigned low_hz = info->in.rate < info->out.rate ? info->in.rate : info->out.rate;
	struct bli_requirement requirement;
	struct bli_plan plan;
	double work, phase;
	int error;

	host->period_work = 0;
	if (in < 1 || out < 1 || in > BLI_PERIOD_FRAMES_MAX || out > BLI_PERIOD_FRAMES_MAX || low_hz < 1 ||
	    info->channels < 1 || info->channels > BLI_CHANNELS_MAX)
		return 0;
	if (in > PERIOD_FRAMES || out > PERIOD_FRAMES)
		return 2 * WORK_MAX;
	error = bli_settings_requirement(&host->settings, low_hz, &requirement);
	plug_log_lines();
	if (error)
		return 0;
	/* planning is what finds the zeros for another phase: it must not run before its cost is known */
	phase = requirement.phase;
	requirement.phase = BLI_PHASE_LINEAR;
	if (bli_plan_make(&plan, &requirement, in, out, bli_kernel_nth(0), info->channels) < 0)
		return 0;
	work = (double)(plan.bank_bytes / sizeof(float)) * COEF_WORK;
	for (unsigned i = 0; i < plan.stages && phase != BLI_PHASE_LINEAR; i++) {
		count = 2 * plan.stage[i].filter.taps;
		work += PHASE_WORK * (double)count * (double)count;
	}
	host->period_work = plan.cost + SAMPLE_WORK * (double)info->channels * (double)(in + out);
	return work;
}

/* What a verbose converter tells about itself is of no interest here. */
static int init_quietly(struct host *host, snd_pcm_rate_info_t *info)
{
	int error;
#ifdef __GLIBC__
	static FILE *nowhere;
	FILE *saved = stderr;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (nowhere && host->settings.verbose)
		stderr = nowhere;
#endif
	error = host->ops->init(host->object, info);
#ifdef __GLIBC__
	stderr = saved;
#endif
	return error;
}

static void call_init(struct host *host, struct bytes *bytes)
{
	snd_pcm_rate_info_t info = bytes_take_info(bytes);
	double work = init_work(host, &info);
	int error;

	/* the old converter stays as it is, but for how long its periods take */
	if (host->work + work > WORK_MAX) {
		if (host->ready)
			init_work(host, &host->info);
		return;
	}
	host->work += work;
	error = init_quietly(host, &info);
	check_said(error, host->settings.verbose && host->ready ? 1 : 0);
	host->ready = error == 0;
	if (error) {
		host->period_work = 0;
		return;
	}
	REQUIRE(info.channels >= 1 && info.channels <= BLI_CHANNELS_MAX);
	REQUIRE(info.in.rate >= 2000 && info.in.rate <= 1536000 && info.out.rate >= 2000 && info.out.rate <= 1536000);
	REQUIRE(info.in.period_size >= 1 && info.out.period_size >= 1);
	REQUIRE(snd_pcm_format_linear(info.in.format) == 1 && snd_pcm_format_linear(info.out.format) == 1);
	host->info = info;
}

static void convert(struct host *host, const struct side *out, const struct side *in)
{
	host->ops->convert(host->object, out->areas, out->offset, (unsigned)out->count, in->areas, in->offset,
			   (unsigned)in->count);
	host->work += host->period_work;
}

static unsigned sample_bytes(snd_pcm_format_t format)
{
	return (unsigned)snd_pcm_format_physical_width(format) / 8;
}

/* One period; `exact` or of another length. */
static void call_convert(struct host *host, struct bytes *bytes, bool exact)
{
	unsigned channels = host->ready ? host->info.channels : 2;
	size_t in_count = host->ready ? host->info.in.period_size : 10;
	size_t out_count = host->ready ? host->info.out.period_size : 10;
	struct side in, out;

	if (!exact) {
		in_count = bytes_take(bytes, 2) % (2 * in_count + 64);
		out_count = bytes_take(bytes, 2) % (2 * out_count + 64);
	}
	side_open(&in, bytes, channels, host->ready ? sample_bytes(host->info.in.format) : 2, in_count);
	side_open(&out, bytes, channels, host->ready ? sample_bytes(host->info.out.format) : 2, out_count);
	side_sound(&in, bytes_take_one(bytes) % 8);
	side_fill(&out, CANARY);
	convert(host, &out, &in);
	side_check_canaries(&out, host->ready ? out_count : 0, CANARY);
	side_close(&in);
	side_close(&out);
}

/* From the same start onto two backgrounds: a byte that differs is not written. */
static void call_convert_twice(struct host *host, struct bytes *bytes)
{
	struct bytes layout;
	struct side in, out, again;

	if (!host->ready)
		return;
	side_open(&in, bytes, host->info.channels, sample_bytes(host->info.in.format), host->info.in.period_size);
	side_sound(&in, bytes_take_one(bytes) % 8);
	layout = *bytes;
	side_open(&out, bytes, host->info.channels, sample_bytes(host->info.out.format), host->info.out.period_size);
	side_open(&again, &layout, host->info.channels, sample_bytes(host->info.out.format),
		  host->info.out.period_size);
	side_fill(&out, 0);
	side_fill(&again, 0xff);
	host->ops->reset(host->object);
	convert(host, &out, &in);
	host->ops->reset(host->object);
	convert(host, &again, &in);
	for (unsigned c = 0; c < out.channels; c++)
		for (size_t i = 0; i < out.count && out.areas[c].addr; i++)
			REQUIRE(memcmp(side_at(&out, c, i), side_at(&again, c, i), out.bytes) == 0);
	side_check_canaries(&out, out.count, 0);
	side_close(&in);
	side_close(&out);
	side_close(&again);
}

static void check_frames(snd_pcm_uframes_t (*scale)(void *object, snd_pcm_uframes_t frames), void *object,
			 snd_pcm_sframes_t frames, size_t to, size_t from)
{
	snd_pcm_sframes_t scaled = (snd_pcm_sframes_t)scale(object, (snd_pcm_uframes_t)frames);

	REQUIRE(scale(object, 0) == 0 && scale(object, from) == to);
	REQUIRE(frames == 0 || scaled == 0 || (frames < 0) == (scaled < 0));
	if (frames < LONG_MAX)
		REQUIRE((snd_pcm_sframes_t)scale(object, (snd_pcm_uframes_t)frames + 1) >= scaled);
	if (frames > -1000000 && frames < 1000000)
		REQUIRE(llabs(2 * ((long long)scaled * (long long)from - (long long)frames * (long long)to)) <=
			(long long)from);
}

static void call_frames(struct host *host, struct bytes *bytes)
{
	/* shifted, so that no order of magnitude is rare */
	uint64_t number = bytes_take(bytes, 8);
	snd_pcm_sframes_t frames = (snd_pcm_sframes_t)((int64_t)number >> number % 64);
	size_t in = host->info.in.period_size, out = host->info.out.period_size;

	if (host->ready) {
		check_frames(host->ops->input_frames, host->object, frames, in, out);
		check_frames(host->ops->output_frames, host->object, frames, out, in);
	} else {
		host->ops->input_frames(host->object, (snd_pcm_uframes_t)frames);
		host->ops->output_frames(host->object, (snd_pcm_uframes_t)frames);
	}
}

/* Lines of text, the first of which names the converter. */
static void call_dump(struct host *host)
{
	unsigned least_hz = 0, most_hz = 0;
	snd_output_t *output;
	size_t bytes;
	char *text;

	if (host->version < 0x010002)
		return;
	REQUIRE(host->ops->get_supported_rates(host->object, &least_hz, &most_hz) == 0 && least_hz < most_hz);
	REQUIRE(snd_output_buffer_open(&output) == 0);
	host->ops->dump(host->object, output);
	bytes = snd_output_buffer_string(output, &text);
	REQUIRE(bytes > 0 && text[bytes - 1] == '\n');
	REQUIRE(memmem(text, bytes, host->converter->name, strlen(host->converter->name)) != NULL);
	REQUIRE(memmem(text, bytes, "nan", 3) == NULL);
	for (size_t i = 0; i < bytes; i++)
		REQUIRE(text[i] == '\n' || ((unsigned char)text[i] >= ' ' && text[i] != 0x7f));
	snd_output_close(output);
}

/* One call; false if the converter could not be opened again. */
static bool call(struct host *host, struct bytes *bytes)
{
	snd_pcm_rate_info_t other;

	switch (bytes_take_one(bytes) % 16) {
	case 0:
	case 1:
	case 2:
		call_init(host, bytes);
		break;
	case 3:
		host->ops->free(host->object);
		check_said(0, host->settings.verbose && host->ready ? 1 : 0);
		host->ready = false;
		break;
	case 4:
		host->ops->reset(host->object);
		break;
	case 5:
		other = bytes_take_info(bytes);
		host->ops->adjust_pitch(host->object, &other);
		break;
	case 6:
		call_frames(host, bytes);
		break;
	case 7:
		call_dump(host);
		break;
	case 8:
		host_close(host);
		return host_open(host);
	case 9:
	case 10:
		call_convert(host, bytes, false);
		break;
	case 11:
		call_convert_twice(host, bytes);
		break;
	default:
		call_convert(host, bytes, true);
	}
	return true;
}

/* A kernel of this processor for each input, unless the user has pinned one. */
static void choose_kernel(unsigned n)
{
	static int pinned = -1;
	unsigned kernels = 0;

	if (pinned < 0)
		pinned = getenv("BLI_KERNEL") != NULL;
	while (bli_kernel_nth(kernels))
		kernels++;
	if (!pinned)
		setenv("BLI_KERNEL", bli_kernel_nth(n % kernels)->name, 1);
}

/* Whatever was written in the configuration, the numbers taken from it are numbers. */
static void check_settings(const struct bli_settings *settings)
{
	const struct bli_requirement *requirement = &settings->filter.requirement;

	REQUIRE(isfinite(settings->filter.passband.value) && isfinite(settings->filter.stopband.value));
	REQUIRE(requirement->method != BLI_METHOD_SINC ||
		(requirement->attenuation_db >= 40 && requirement->attenuation_db <= 200));
	REQUIRE(requirement->phase >= 0 && requirement->phase <= 100);
	REQUIRE(settings->gain_db >= -120 && settings->gain_db <= 40);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned versions[] = { 0x010003, 0x010002, 0x010001, 0x010004, 0x010000, 0, UINT_MAX, 0x010003 };
	struct bytes bytes = { data, data + size };
	unsigned head = bytes_take_one(&bytes), tail = bytes_take_one(&bytes);
	struct host host = {
		.converter = &converters[head % (sizeof(converters) / sizeof(converters[0]))],
		.version = versions[tail % (sizeof(versions) / sizeof(versions[0]))],
		.with_conf = tail & 0x80,
	};
	unsigned calls = 0;
	bool open;

	setenv("HOME", "/nonexistent", 1);
	plug_log_catch();
	choose_kernel(tail >> 3);
	host.conf = host.with_conf ? bytes_take_settings(&bytes) : NULL;
	bli_settings_read(&host.settings, host.converter->name, host.conf);
	plug_log_lines();
	open = host_open(&host);
	if (open)
		check_settings(&host.settings);
	while (open && calls++ < CALLS_MAX && bytes.next < bytes.end && host.work < WORK_MAX) {
		open = call(&host, &bytes);
		REQUIRE(plug_log_lines() == 0);
	}
	if (open)
		host_close(&host);
	bli_settings_free(&host.settings);
	if (host.conf)
		snd_config_delete(host.conf);
	return 0;
}
