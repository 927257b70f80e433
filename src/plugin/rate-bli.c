/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ALSA rate converter: entry points and operations of snd_pcm_rate_ops_t.
 * Periods are handed to the resampler, nothing else.
 */
#include "alsaside.h"
#include "report.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

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

	if (rate->ready && rate->settings.verbose)
		bli_report_losses(&rate->settings, &rate->resampler);
	bli_resampler_close(&rate->resampler);
	rate->ready = false;
}

static void rate_close(void *object)
{
	struct rate_bli *rate = object;

	rate_free(rate);
	bli_settings_free(&rate->settings);
	free(rate);
}

/* The core knows periods and their ratio, and takes any. */
static int check_rate(const struct rate_bli *rate, const char *side, unsigned rate_hz)
{
	if (rate_hz >= BLI_RATE_MIN_HZ && rate_hz <= BLI_RATE_MAX_HZ)
		return 0;
	bli_log(bli_converter(rate->settings.converter), "%s rate %u Hz is out of range; allowed are %d to %d Hz",
		side, rate_hz, BLI_RATE_MIN_HZ, BLI_RATE_MAX_HZ);
	return -EINVAL;
}

static void log_period(const struct rate_bli *rate, const char *side, unsigned long frames)
{
	bli_log(bli_converter(rate->settings.converter),
		"%s period of %lu frames is out of range; allowed are 1 to %lu frames", side, frames,
		(unsigned long)BLI_PERIOD_FRAMES_MAX);
}

static void log_format(const struct rate_bli *rate, const char *side, snd_pcm_format_t format)
{
	/* given a negative number, snd_pcm_format_name() reads memory in front of its table */
	const char *name = (int)format < 0 ? NULL : snd_pcm_format_name(format);

	bli_log(bli_converter(rate->settings.converter),
		"%s format %s (%d) is not supported; allowed are linear PCM formats", side,
		name ? name : "unknown", (int)format);
}

/* One line that says why a resampler could not be opened. */
static void log_failure(const struct rate_bli *rate, const snd_pcm_rate_info_t *info,
			const struct bli_resampler_config *config, int error)
{
	unsigned long in = info->in.period_size, out = info->out.period_size;

	switch (bli_resampler_check(config)) {
	case BLI_CONFIG_IN_FRAMES:
		log_period(rate, "input", in);
		return;
	case BLI_CONFIG_OUT_FRAMES:
		log_period(rate, "output", out);
		return;
	case BLI_CONFIG_RATIO:
		bli_log(bli_converter(rate->settings.converter),
			"the ratio of the periods, %lu to %lu frames, is out of range; allowed is 1:%d to %d:1",
			in, out, BLI_RATIO_MAX, BLI_RATIO_MAX);
		return;
	case BLI_CONFIG_CHANNELS:
		bli_log(bli_converter(rate->settings.converter), "%u channels are out of range; allowed are 1 to %d",
			info->channels, BLI_CHANNELS_MAX);
		return;
	case BLI_CONFIG_IN_FORMAT:
		log_format(rate, "input", info->in.format);
		return;
	case BLI_CONFIG_OUT_FORMAT:
		log_format(rate, "output", info->out.format);
		return;
	default:
		bli_log(bli_converter(rate->settings.converter),
			"cannot convert periods of %lu to %lu frames in %u channels: %s", in, out, info->channels,
			snd_strerror(error));
	}
}

/* The report on standard error, for `verbose yes`. */
static void print_report(struct rate_bli *rate)
{
	snd_output_t *out;

	if (snd_output_stdio_attach(&out, stderr, 0) < 0)
		return;
	bli_report(out, &rate->settings, &rate->resampler, &rate->info);
	snd_output_close(out);
}

static int rate_init(void *object, snd_pcm_rate_info_t *info)
{
	struct rate_bli *rate = object;
	struct bli_resampler_config config = {
		.in_frames = info->in.period_size,
		.out_frames = info->out.period_size,
		.channels = info->channels,
		.gain = pow(10, rate->settings.gain_db / 20),
		.dither = rate->settings.dither,
		.kernel = rate->kernel,
	};
	int error;

	rate_free(rate);
	error = check_rate(rate, "input", info->in.rate);
	if (!error)
		error = check_rate(rate, "output", info->out.rate);
	if (!error)
		error = bli_settings_requirement(&rate->settings,
						 info->in.rate < info->out.rate ? info->in.rate : info->out.rate,
						 &config.requirement);
	if (error < 0)
		return error;
	bli_format_from_alsa(&config.in_format, info->in.format);
	bli_format_from_alsa(&config.out_format, info->out.format);
	error = bli_resampler_open(&rate->resampler, &config);
	if (error < 0) {
		log_failure(rate, info, &config, error);
		return error;
	}
	rate->info = *info;
	rate->ready = true;
	if (rate->settings.verbose)
		print_report(rate);
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

static void rate_convert(void *object, const snd_pcm_channel_area_t *dst_areas, snd_pcm_uframes_t dst_offset,
			 unsigned int dst_frames, const snd_pcm_channel_area_t *src_areas,
			 snd_pcm_uframes_t src_offset, unsigned int src_frames)
{
	struct rate_bli *rate = object;
	struct bli_area in[BLI_CHANNELS_MAX], out[BLI_CHANNELS_MAX];

	if (!rate->ready)
		return;
	for (unsigned channel = 0; channel < rate->info.channels; channel++) {
		in[channel] = bli_area_from_alsa(&src_areas[channel], src_offset);
		out[channel] = bli_area_from_alsa(&dst_areas[channel], dst_offset);
	}
	bli_resampler_convert(&rate->resampler, out, dst_frames, in, src_frames);
}

/*
 * frames·to/from, rounded to nearest; whole periods are exact.  A delay may be
 * negative during an overrun: alsa-lib passes it through unsigned numbers.
 * What would overflow stops at the largest frame count there is.
 */
static snd_pcm_uframes_t scale_frames(snd_pcm_uframes_t frames, snd_pcm_uframes_t to, snd_pcm_uframes_t from)
{
	bool negative = (snd_pcm_sframes_t)frames < 0;
	snd_pcm_uframes_t magnitude = negative ? -frames : frames, result;
	snd_pcm_uframes_t rest = (snd_pcm_uframes_t)(((uint64_t)(magnitude % from) * to + from / 2) / from);

	if (__builtin_mul_overflow(magnitude / from, to, &result) ||
	    __builtin_add_overflow(result, rest, &result) || result > LONG_MAX)
		result = LONG_MAX;
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
	*rate_min = BLI_RATE_MIN_HZ;
	*rate_max = BLI_RATE_MAX_HZ;
	return 0;
}

static void rate_dump(void *object, snd_output_t *out)
{
	struct rate_bli *rate = object;

	bli_report(out, &rate->settings, rate->ready ? &rate->resampler : NULL, &rate->info);
}

/* The protocol whose operations are filled in, whatever later one the header is of. */
#define PROTOCOL_FILLED 0x010003

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
	.version = PROTOCOL_FILLED,
	.get_supported_rates = rate_supported_rates,
	.dump = rate_dump,
};

/* All that protocols up to PROTOCOL_FILLED have; a header of a later one may have more. */
#define OPS_BYTES (offsetof(snd_pcm_rate_ops_t, get_supported_formats) + sizeof(rate_ops.get_supported_formats))

/* The caller's struct is as long as the version it speaks says, so no more than that is written. */
static int fill_ops(const char *converter, snd_pcm_rate_ops_t *ops, unsigned int version)
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
		bli_log(bli_converter(converter),
			"rate plugin protocol 0x%06x is not supported; allowed are 0x010001 and later", version);
		return -EINVAL;
	}
	memcpy(ops, &rate_ops, OPS_BYTES);
	return 0;
}

static int rate_open(const char *converter, unsigned int version, void **object, snd_pcm_rate_ops_t *ops,
		     const snd_config_t *conf)
{
	struct rate_bli *rate = calloc(1, sizeof(*rate));
	int error;

	if (!rate) {
		bli_log(bli_converter(converter), "out of memory");
		return -ENOMEM;
	}
	error = bli_settings_read(&rate->settings, converter, conf);
	if (!error)
		error = fill_ops(converter, ops, version);
	if (error) {
		bli_settings_free(&rate->settings);
		free(rate);
		return error;
	}
	rate->kernel = bli_kernel_from_environment(bli_converter(converter));
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
