/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resampler.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(BLI_CHANNELS_MAX <= BLI_DITHER_CHANNELS_MAX, "a dither for every channel");

static bool frames_in_range(size_t frames)
{
	return frames >= 1 && frames <= BLI_PERIOD_FRAMES_MAX;
}

enum bli_config_fault bli_resampler_check(const struct bli_resampler_config *config)
{
	size_t in = config->in_frames, out = config->out_frames;

	if (!frames_in_range(in))
		return BLI_CONFIG_IN_FRAMES;
	if (!frames_in_range(out))
		return BLI_CONFIG_OUT_FRAMES;
	if ((in - 1) / BLI_RATIO_MAX >= out || (out - 1) / BLI_RATIO_MAX >= in)
		return BLI_CONFIG_RATIO;
	if (config->channels < 1 || config->channels > BLI_CHANNELS_MAX)
		return BLI_CONFIG_CHANNELS;
	if (!bli_format_valid(&config->in_format))
		return BLI_CONFIG_IN_FORMAT;
	if (!bli_format_valid(&config->out_format))
		return BLI_CONFIG_OUT_FORMAT;
	if (!bli_requirement_valid(&config->requirement))
		return BLI_CONFIG_REQUIREMENT;
	if (!(config->gain > 0 && config->gain <= BLI_GAIN_MAX))
		return BLI_CONFIG_GAIN;
	return config->kernel ? BLI_CONFIG_VALID : BLI_CONFIG_KERNEL;
}

static size_t output_stride(const struct bli_resampler *resampler)
{
	size_t frames = resampler->config.run_periods * resampler->config.out_frames + BLI_GROUP_MAX;

	return (frames + BLI_GROUP_MAX - 1) / BLI_GROUP_MAX * BLI_GROUP_MAX;
}

/* As many periods in a run as are asked for and in range. */
static size_t run_periods(const struct bli_resampler_config *config)
{
	size_t longest = config->in_frames > config->out_frames ? config->in_frames : config->out_frames;
	size_t most = BLI_PERIOD_FRAMES_MAX / longest;

	if (config->run_periods <= 1)
		return 1;
	return config->run_periods < most ? config->run_periods : most;
}

/* Whether the output format may not hold what the stages give. */
static bool needs_rounding(const struct bli_resampler *resampler)
{
	const struct bli_resampler_config *config = &resampler->config;
	bool unchanged = resampler->plan.stages == 0 && config->gain == 1;

	return !config->out_format.is_float &&
	       !(unchanged && !config->in_format.is_float && config->in_format.bits <= config->out_format.bits);
}

/* The buffer in front of the store; silent to begin with. */
static int allocate_output(struct bli_resampler *resampler)
{
	resampler->output = bli_allocate_zeroed(output_stride(resampler) * resampler->value_size,
					      resampler->config.channels, &resampler->bytes);
	return resampler->output ? 0 : -ENOMEM;
}

int bli_resampler_open(struct bli_resampler *resampler, const struct bli_resampler_config *config)
{
	int error;

	memset(resampler, 0, sizeof(*resampler));
	if (bli_resampler_check(config) != BLI_CONFIG_VALID)
		return -EINVAL;
	resampler->config = *config;
	resampler->config.run_periods = run_periods(config);
	error = bli_plan_make(&resampler->plan, &config->requirement, config->in_frames, config->out_frames,
			      config->kernel, config->channels);
	if (error)
		goto fail;
	if (resampler->config.run_periods > 1)
		bli_plan_lay_out(&resampler->plan, &config->requirement, config->kernel, config->channels,
				 resampler->config.run_periods);
	/* frames that pass unchanged keep all their bits only in double */
	resampler->precision = resampler->plan.stages ? config->requirement.precision : BLI_DOUBLE;
	resampler->value_size = resampler->precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
	bli_dither_init(&resampler->dither, needs_rounding(resampler) ? config->dither : BLI_DITHER_NONE,
			config->out_format.bits, config->dither_seed);
	for (unsigned i = 0; i < resampler->plan.stages; i++) {
		error = bli_stage_open(&resampler->stage[i], &resampler->plan.stage[i], config->kernel,
				       resampler->precision, config->channels, i == 0 ? config->gain : 1);
		if (error)
			goto fail;
		resampler->bytes += resampler->stage[i].bytes;
	}
	error = allocate_output(resampler);
	if (error)
		goto fail;
	return 0;

fail:
	bli_resampler_close(resampler);
	return error;
}

void bli_resampler_close(struct bli_resampler *resampler)
{
	for (unsigned i = 0; i < resampler->plan.stages; i++)
		bli_stage_close(&resampler->stage[i]);
	bli_plan_free(&resampler->plan);
	free(resampler->output);
	memset(resampler, 0, sizeof(*resampler));
}

void bli_resampler_reset(struct bli_resampler *resampler)
{
	for (unsigned i = 0; i < resampler->plan.stages; i++)
		bli_stage_reset(&resampler->stage[i]);
	bli_dither_reset(&resampler->dither);
}

/* Where the values for a stage go; behind the last stage stands the output. */
static void *stage_input(const struct bli_resampler *resampler, unsigned stage, size_t channel)
{
	if (stage < resampler->plan.stages)
		return bli_stage_input(&resampler->stage[stage], channel);
	return (char *)resampler->output + channel * output_stride(resampler) * resampler->value_size;
}

/* The value of a channel `at` frames behind the start of such an input. */
static void *value_at(const struct bli_resampler *resampler, unsigned stage, size_t channel, size_t at)
{
	return (char *)stage_input(resampler, stage, channel) + at * resampler->value_size;
}

static void *sample_at(const struct bli_area *area, size_t frame)
{
	return (char *)area->samples + (ptrdiff_t)frame * area->step;
}

void bli_resampler_load(struct bli_resampler *resampler, const struct bli_area *in, size_t in_first, size_t at,
			size_t frames)
{
	const struct bli_resampler_config *config = &resampler->config;

	for (size_t channel = 0; channel < config->channels; channel++) {
		void *values = value_at(resampler, 0, channel, at);

		if (in && in[channel].samples)
			resampler->invalid += config->kernel->load[resampler->precision](
				&config->in_format, values, sample_at(&in[channel], in_first), in[channel].step, frames);
		else
			memset(values, 0, frames * resampler->value_size);
	}
}

/* What is left to do between the stages and the output format. */
static void finish_run(struct bli_resampler *resampler, size_t frames)
{
	const struct bli_resampler_config *config = &resampler->config;

	for (size_t channel = 0; channel < config->channels; channel++) {
		void *values = stage_input(resampler, resampler->plan.stages, channel);

		/* the first stage's coefficients carry the gain, if there is one */
		if (resampler->plan.stages == 0 && config->gain != 1)
			for (size_t i = 0; i < frames; i++)
				((double *)values)[i] *= config->gain;
		config->kernel->dither[resampler->precision](&resampler->dither, channel, values, frames);
	}
}

/* Whether the samples of two channels alternate, and nothing lies between them. */
static bool areas_alternate(const struct bli_area *left, const struct bli_area *right, ptrdiff_t bytes)
{
	return left->samples && right->samples == (char *)left->samples + bytes && left->step == 2 * bytes &&
	       right->step == 2 * bytes;
}

void bli_resampler_run(struct bli_resampler *resampler, size_t periods)
{
	for (unsigned i = 0; i < resampler->plan.stages; i++) {
		void *stage_output[BLI_CHANNELS_MAX];

		for (size_t channel = 0; channel < resampler->config.channels; channel++)
			stage_output[channel] = stage_input(resampler, i + 1, channel);
		bli_stage_run(&resampler->stage[i], periods, stage_output);
	}
	finish_run(resampler, periods * resampler->config.out_frames);
}

void bli_resampler_store(struct bli_resampler *resampler, const struct bli_area *out, size_t out_first, size_t at,
			 size_t frames)
{
	const struct bli_resampler_config *config = &resampler->config;
	const struct bli_format *format = &config->out_format;
	const struct bli_kernel *kernel = config->kernel;
	const unsigned end = resampler->plan.stages;

	for (size_t channel = 0; channel < config->channels; channel++) {
		const struct bli_area *area = &out[channel];
		const void *values[2] = { value_at(resampler, end, channel, at) };

		if (channel + 1 < config->channels && areas_alternate(area, area + 1, format->bytes)) {
			values[1] = value_at(resampler, end, ++channel, at);
			resampler->clipped += kernel->store_pair[resampler->precision](
				format, sample_at(area, out_first), values, frames, &resampler->peak);
		} else if (area->samples) {
			resampler->clipped += kernel->store[resampler->precision](
				format, sample_at(area, out_first), area->step, values[0], frames, &resampler->peak);
		}
	}
}

void bli_resampler_convert(struct bli_resampler *resampler, const struct bli_area *out, size_t out_count,
			   const struct bli_area *in, size_t in_count)
{
	const struct bli_resampler_config *config = &resampler->config;
	size_t loaded = in_count < config->in_frames ? in_count : config->in_frames;

	bli_resampler_load(resampler, in, 0, 0, loaded);
	bli_resampler_load(resampler, NULL, 0, loaded, config->in_frames - loaded);
	bli_resampler_run(resampler, 1);
	bli_resampler_store(resampler, out, 0, 0, out_count < config->out_frames ? out_count : config->out_frames);
	for (size_t channel = 0; channel < config->channels && out_count > config->out_frames; channel++)
		if (out[channel].samples)
			bli_sample_silence(&config->out_format, sample_at(&out[channel], config->out_frames),
					   out[channel].step, out_count - config->out_frames);
}

double bli_resampler_excess_db(const struct bli_resampler *resampler)
{
	double step = ldexp(1, 1 - (int)resampler->config.out_format.bits);
	double room = 1 - step - bli_dither_most(&resampler->dither);

	return 20 * log10(resampler->peak / room);
}

double bli_resampler_delay(const struct bli_resampler *resampler)
{
	return bli_plan_delay(&resampler->plan);
}
