/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ALSA rate converter: entry points and operations of snd_pcm_rate_ops_t.
 * Periods are handed to the resampler, nothing else.
 */
#include "report.h"

#include <stdlib.h>

#define RATE_MIN_HZ 2000
#define RATE_MAX_HZ 1536000

struct rate_bli {
	struct bli_settings settings;
	const struct bli_kernel *kernel;
	snd_pcm_rate_info_t info;	/* of the last successful init */
	struct bli_resampler resampler;
	bool ready;			/* the resampler is open */
};

static void rate_free(void *object)
{
	struct rate_bli *rate = object;

	bli_resampler_close(&rate->resampler);
	rate->ready = false;
}

static void rate_close(void *object)
{
	rate_free(object);
	free(object);
}

/* The core's description of a linear format; false if it is none. */
static bool format_from_alsa(struct bli_format *format, snd_pcm_format_t alsa)
{
	if (snd_pcm_format_linear(alsa) != 1)
		return false;
	*format = (struct bli_format){
		.bytes = (unsigned char)(snd_pcm_format_physical_width(alsa) / 8),
		.bits = (unsigned char)snd_pcm_format_width(alsa),
		.is_unsigned = snd_pcm_format_unsigned(alsa) == 1,
		.is_swapped = snd_pcm_format_cpu_endian(alsa) == 0,
	};
	return bli_format_valid(format);
}

/* One line for the first thing of a side that is out of range. */
static int check_side(const struct rate_bli *rate, const char *side, const snd_pcm_rate_side_info_t *info)
{
	struct bli_format format;

	if (info->rate < RATE_MIN_HZ || info->rate > RATE_MAX_HZ)
		SNDERR("converter \"%s\": %s rate %u Hz is out of range; allowed are %d to %d Hz",
		       rate->settings.converter, side, info->rate, RATE_MIN_HZ, RATE_MAX_HZ);
	else if (info->period_size < 1 || info->period_size > BLI_PERIOD_FRAMES_MAX)
		SNDERR("converter \"%s\": %s period of %lu frames is out of range; allowed are 1 to %lu frames",
		       rate->settings.converter, side, info->period_size, (unsigned long)BLI_PERIOD_FRAMES_MAX);
	else if (!format_from_alsa(&format, info->format))
		SNDERR("converter \"%s\": %s format %s is not supported; allowed are linear PCM formats",
		       rate->settings.converter, side, snd_pcm_format_name(info->format));
	else
		return 0;
	return -EINVAL;
}

static int check_info(const struct rate_bli *rate, const snd_pcm_rate_info_t *info)
{
	unsigned long in = info->in.period_size, out = info->out.period_size;

	if (check_side(rate, "input", &info->in) < 0 || check_side(rate, "output", &info->out) < 0)
		return -EINVAL;
	if (info->channels < 1 || info->channels > BLI_CHANNELS_MAX) {
		SNDERR("converter \"%s\": %u channels are out of range; allowed are 1 to %d",
		       rate->settings.converter, info->channels, BLI_CHANNELS_MAX);
		return -EINVAL;
	}
	if (in > BLI_RATIO_MAX * out || out > BLI_RATIO_MAX * in) {
		SNDERR("converter \"%s\": the ratio of the periods, %lu to %lu frames, is out of range; allowed is 1:%d to %d:1",
		       rate->settings.converter, in, out, BLI_RATIO_MAX, BLI_RATIO_MAX);
		return -EINVAL;
	}
	return 0;
}

static int rate_init(void *object, snd_pcm_rate_info_t *info)
{
	struct rate_bli *rate = object;
	struct bli_resampler_config config = {
		.in_frames = info->in.period_size,
		.out_frames = info->out.period_size,
		.channels = info->channels,
		.requirement = rate->settings.requirement,
		.kernel = rate->kernel,
	};
	int error;

	rate_free(rate);
	error = check_info(rate, info);
	if (error < 0)
		return error;
	format_from_alsa(&config.in_format, info->in.format);
	format_from_alsa(&config.out_format, info->out.format);
	error = bli_resampler_open(&rate->resampler, &config);
	if (error < 0) {
		SNDERR("converter \"%s\": cannot convert periods of %lu to %lu frames in %u channels: %s",
		       rate->settings.converter, info->in.period_size, info->out.period_size, info->channels,
		       snd_strerror(error));
		return error;
	}
	rate->info = *info;
	rate->ready = true;
	return 0;
}

static void rate_reset(void *object)
{
	struct rate_bli *rate = object;

	if (rate->ready)
		bli_resampler_reset(&rate->resampler);
}

/*
 * alsa-lib ignores the result and calls this at every sw_params, also in a
 * running stream.  The periods do not change there, so there is nothing to
 * adjust and nothing may be disturbed.
 */
static int rate_adjust_pitch(void *object, snd_pcm_rate_info_t *info)
{
	(void)object;
	(void)info;
	return 0;
}

/* Areas count bits from addr; linear formats fill whole bytes. */
static struct bli_area area_at(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t offset)
{
	struct bli_area result = { NULL, (ptrdiff_t)(area->step / 8) };

	if (area->addr)
		result.samples = (char *)area->addr + area->first / 8 + (ptrdiff_t)offset * result.step;
	return result;
}

static void rate_convert(void *object, const snd_pcm_channel_area_t *dst_areas, snd_pcm_uframes_t dst_offset,
			 unsigned int dst_frames, const snd_pcm_channel_area_t *src_areas,
			 snd_pcm_uframes_t src_offset, unsigned int src_frames)
{
	struct rate_bli *rate = object;
	struct bli_area in[BLI_CHANNELS_MAX], out[BLI_CHANNELS_MAX];

	if (!rate->ready)
		return;
	for (unsigned channel = 0; channel < rate->info.channels; channel++) {
		in[channel] = area_at(&src_areas[channel], src_offset);
		out[channel] = area_at(&dst_areas[channel], dst_offset);
	}
	bli_resampler_convert(&rate->resampler, out, dst_frames, in, src_frames);
}

/*
 * frames·to/from, rounded to nearest; whole periods are exact.  A delay may be
 * negative during an overrun: alsa-lib passes it through unsigned numbers.
 */
static snd_pcm_uframes_t scale_frames(snd_pcm_uframes_t frames, snd_pcm_uframes_t to, snd_pcm_uframes_t from)
{
	bool negative = (snd_pcm_sframes_t)frames < 0;
	snd_pcm_uframes_t magnitude = negative ? -frames : frames;
	snd_pcm_uframes_t result = magnitude / from * to +
		(snd_pcm_uframes_t)(((uint64_t)(magnitude % from) * to + from / 2) / from);

	return negative ? -result : result;
}

static snd_pcm_uframes_t rate_input_frames(void *object, snd_pcm_uframes_t frames)
{
	struct rate_bli *rate = object;

	return rate->ready ? scale_frames(frames, rate->info.in.period_size, rate->info.out.period_size) : frames;
}

static snd_pcm_uframes_t rate_output_frames(void *object, snd_pcm_uframes_t frames)
{
	struct rate_bli *rate = object;

	return rate->ready ? scale_frames(frames, rate->info.out.period_size, rate->info.in.period_size) : frames;
}

static int rate_supported_rates(void *object, unsigned int *rate_min, unsigned int *rate_max)
{
	(void)object;
	*rate_min = RATE_MIN_HZ;
	*rate_max = RATE_MAX_HZ;
	return 0;
}

static void rate_dump(void *object, snd_output_t *out)
{
	struct rate_bli *rate = object;

	bli_report(out, &rate->settings, rate->ready ? &rate->resampler : NULL, &rate->info);
}

/*
 * There is no get_supported_formats: with it alsa-lib would pick a format from
 * a list by likeness and convert once more; without it both sides come as they
 * are, and every linear format is supported.
 */
static const snd_pcm_rate_ops_t rate_ops = {
	.close = rate_close,
	.init = rate_init,
	.free = rate_free,
	.reset = rate_reset,
	.adjust_pitch = rate_adjust_pitch,
	.convert = rate_convert,
	.input_frames = rate_input_frames,
	.output_frames = rate_output_frames,
	.version = SND_PCM_RATE_PLUGIN_VERSION,
	.get_supported_rates = rate_supported_rates,
	.dump = rate_dump,
};

/* The caller's struct is as long as the version it speaks says, so no more than that is written. */
static int fill_ops(snd_pcm_rate_ops_t *ops, unsigned int version)
{
	switch (version) {
	case 0x010001:
		memcpy(ops, &rate_ops, sizeof(snd_pcm_rate_old_ops_t));
		return 0;
	case 0x010002:
		memcpy(ops, &rate_ops, sizeof(snd_pcm_rate_v2_ops_t));
		ops->version = version;
		return 0;
	}
	if (version < 0x010001) {
		SNDERR("rate plugin protocol 0x%06x is not supported; 0x010001 and later are", version);
		return -EINVAL;
	}
	*ops = rate_ops;
	return 0;
}

static int rate_open(const char *converter, unsigned int version, void **object, snd_pcm_rate_ops_t *ops,
		     const snd_config_t *conf)
{
	const char *kernel = getenv("BLI_KERNEL");
	struct rate_bli *rate = calloc(1, sizeof(*rate));
	int error;

	if (!rate) {
		SNDERR("converter \"%s\": out of memory", converter);
		return -ENOMEM;
	}
	error = bli_settings_read(&rate->settings, converter, conf);
	if (!error)
		error = fill_ops(ops, version);
	if (error) {
		free(rate);
		return error;
	}
	rate->kernel = bli_kernel_find(kernel);
	if (!rate->kernel) {
		rate->kernel = bli_kernel_find(NULL);
		SNDERR("converter \"%s\": BLI_KERNEL=%s is unknown or not supported here; taking %s", converter,
		       kernel, rate->kernel->name);
	}
	*object = rate;
	return 0;
}

/* alsa-lib looks for both symbols of every converter name, open_conf first. */
#define CONVERTER(name)											\
	int SND_PCM_RATE_PLUGIN_CONF_ENTRY(name)(unsigned int version, void **object,			\
						 snd_pcm_rate_ops_t *ops, const snd_config_t *conf);	\
	int SND_PCM_RATE_PLUGIN_CONF_ENTRY(name)(unsigned int version, void **object,			\
						 snd_pcm_rate_ops_t *ops, const snd_config_t *conf)	\
	{												\
		return rate_open(#name, version, object, ops, conf);					\
	}												\
	int SND_PCM_RATE_PLUGIN_ENTRY(name)(unsigned int version, void **object, snd_pcm_rate_ops_t *ops); \
	int SND_PCM_RATE_PLUGIN_ENTRY(name)(unsigned int version, void **object, snd_pcm_rate_ops_t *ops) \
	{												\
		return rate_open(#name, version, object, ops, NULL);					\
	}

CONVERTER(bli)
CONVERTER(bli_linear)
CONVERTER(bli_fast)
CONVERTER(bli_medium)
CONVERTER(bli_high)
CONVERTER(bli_best)
