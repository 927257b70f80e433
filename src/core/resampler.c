/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resampler.h"
#include "phase.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 120 dB: past any use, and far from where a float coefficient overflows */
#define GAIN_MAX 1e6

_Static_assert(BLI_CHANNELS_MAX <= BLI_DITHER_CHANNELS_MAX, "a dither for every channel");

static bool config_valid(const struct bli_resampler_config *config)
{
	size_t in = config->in_frames, out = config->out_frames;

	return in >= 1 && out >= 1 && in <= BLI_PERIOD_FRAMES_MAX && out <= BLI_PERIOD_FRAMES_MAX &&
	       (in - 1) / BLI_RATIO_MAX < out && (out - 1) / BLI_RATIO_MAX < in && config->channels >= 1 &&
	       config->channels <= BLI_CHANNELS_MAX && bli_format_valid(&config->in_format) &&
	       bli_format_valid(&config->out_format) && config->gain >= 0 && config->gain <= GAIN_MAX && config->kernel;
}

static size_t output_stride(const struct bli_resampler *resampler)
{
	size_t frames = resampler->config.out_frames + BLI_GROUP_MAX;

	return (frames + BLI_GROUP_MAX - 1) / BLI_GROUP_MAX * BLI_GROUP_MAX;
}

/* Whether the output format may not hold what the stages give. */
static bool needs_rounding(const struct bli_resampler *resampler)
{
	const struct bli_resampler_config *config = &resampler->config;
	bool unchanged = resampler->plan.stages == 0 && config->gain == 1;

	return !config->out_format.is_float &&
	       !(unchanged && !config->in_format.is_float && config->in_format.bits <= config->out_format.bits);
}

/* What is left out at the ends of a response lies this far below what its stopband leaves. */
#define PHASE_EXTRA_DB 20

/*
 * Give the sharp filter the required phase: *samples becomes its response, to
 * be freed when the stages are open.  It is a stage of ratio 2 (see plan.h), so
 * it is known by two samples per frame of the lower rate.  The first sample of
 * the linear-phase response, at the very end of its window, has no counterpart
 * at the other end and is left out.
 */
static int set_phase(struct bli_resampler *resampler, double **samples)
{
	const struct bli_requirement *requirement = &resampler->config.requirement;
	struct bli_plan *plan = &resampler->plan;
	bool up = plan->out_frames > plan->in_frames;
	struct bli_stage_shape *shape = &plan->stage[up ? 0 : plan->stages - 1];
	size_t per_frame = up ? 2 : 1, taps = shape->filter.taps, count = taps * per_frame, found = 0;
	double *linear = calloc(3 * taps + count, sizeof(*linear)), *shaped = NULL, delay = 0, sum = 0;
	int error = -ENOMEM;

	*samples = calloc(count, sizeof(**samples));
	if (linear && *samples) {
		double *h = linear + count;

		for (size_t place = 0; place < per_frame; place++) {
			bli_filter_phase(&shape->filter, (double)place / (double)per_frame, h, h + taps);
			for (size_t j = 0; j < taps; j++)
				linear[(taps - 1 - j) * per_frame + place] = h[j];
		}
		for (size_t i = 1; i < count; i++)
			sum += linear[i];
		for (size_t i = 1; i < count; i++)
			linear[i] /= sum;
		error = bli_phase_apply(&shaped, &found, &delay, linear + 1, count - 1, requirement->phase,
					fmin(requirement->attenuation_db + PHASE_EXTRA_DB, BLI_ATTENUATION_MAX_DB));
	}
	if (!error) {
		for (size_t i = 0; i < found; i++)
			(*samples)[i] = shaped[i] * (double)per_frame;
		shape->filter.samples = *samples;
		shape->filter.samples_per_frame = per_frame;
		/* taps/2 frames of the stage's input would be linear phase */
		resampler->phase_advance_frames = ((double)taps / 2 - delay / (double)per_frame) *
						  (double)plan->in_frames / (double)shape->in_frames;
	}
	free(shaped);
	free(linear);
	return error;
}

int bli_resampler_open(struct bli_resampler *resampler, const struct bli_resampler_config *config)
{
	enum bli_precision precision;
	double *samples = NULL;
	size_t bytes;
	int error;

	memset(resampler, 0, sizeof(*resampler));
	if (!config_valid(config))
		return -EINVAL;
	resampler->config = *config;
	if (config->gain == 0)
		resampler->config.gain = 1;
	error = bli_plan_make(&resampler->plan, &config->requirement, config->in_frames, config->out_frames,
			      config->kernel, config->channels);
	if (error) {
		bli_resampler_close(resampler);
		return error;
	}
	bli_dither_init(&resampler->dither, needs_rounding(resampler) ? config->dither : BLI_DITHER_NONE,
			config->out_format.bits, config->dither_seed);
	/* frames that pass unchanged keep all their bits only in double */
	precision = resampler->plan.stages ? config->requirement.precision : BLI_DOUBLE;
	resampler->precision = precision;
	resampler->value_size = precision == BLI_FLOAT ? sizeof(float) : sizeof(double);

	if (__builtin_mul_overflow(output_stride(resampler) * resampler->value_size, (size_t)config->channels, &bytes))
		goto out_of_memory;
	resampler->output = aligned_alloc(BLI_ALIGNMENT, bytes);
	if (!resampler->output)
		goto out_of_memory;
	memset(resampler->output, 0, bytes);
	resampler->bytes = bytes;

	if (resampler->plan.stages && config->requirement.method == BLI_METHOD_SINC && config->requirement.phase != 50)
		error = set_phase(resampler, &samples);
	for (unsigned i = 0; i < resampler->plan.stages && !error; i++) {
		error = bli_stage_open(&resampler->stage[i], &resampler->plan.stage[i], config->kernel, precision,
				       config->channels, i == 0 ? resampler->config.gain : 1);
		resampler->bytes += resampler->stage[i].bytes;
	}
	/* the banks hold what came from these */
	for (unsigned i = 0; i < resampler->plan.stages; i++) {
		resampler->plan.stage[i].filter.samples = NULL;
		resampler->plan.stage[i].filter.table = NULL;
	}
	resampler->config.requirement.table = NULL;
	free(samples);
	if (error)
		bli_resampler_close(resampler);
	return error;

out_of_memory:
	bli_resampler_close(resampler);
	return -ENOMEM;
}

void bli_resampler_close(struct bli_resampler *resampler)
{
	for (unsigned i = 0; i < resampler->plan.stages; i++)
		bli_stage_close(&resampler->stage[i]);
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

static void load_period(struct bli_resampler *resampler, const struct bli_area *in, size_t count)
{
	const struct bli_resampler_config *config = &resampler->config;

	for (size_t channel = 0; channel < config->channels; channel++) {
		char *values = stage_input(resampler, 0, channel);
		size_t frames = in[channel].samples ? count : 0;

		resampler->invalid += config->kernel->load[resampler->precision](&config->in_format, values,
										 in[channel].samples,
										 in[channel].step, frames);
		memset(values + frames * resampler->value_size, 0, (config->in_frames - frames) * resampler->value_size);
	}
}

/* What is left to do between the stages and the output format. */
static void finish_period(struct bli_resampler *resampler)
{
	const struct bli_resampler_config *config = &resampler->config;

	for (size_t channel = 0; channel < config->channels; channel++) {
		void *values = stage_input(resampler, resampler->plan.stages, channel);

		/* the first stage's coefficients carry the gain, if there is one */
		if (resampler->plan.stages == 0 && config->gain != 1)
			for (size_t i = 0; i < config->out_frames; i++)
				((double *)values)[i] *= config->gain;
		config->kernel->dither[resampler->precision](&resampler->dither, channel, values, config->out_frames);
	}
}

static void store_period(struct bli_resampler *resampler, const struct bli_area *out, size_t count)
{
	const struct bli_resampler_config *config = &resampler->config;

	for (size_t channel = 0; channel < config->channels; channel++)
		if (out[channel].samples)
			resampler->clipped +=
				config->kernel->store[resampler->precision](&config->out_format, out[channel].samples,
									    out[channel].step,
									    stage_input(resampler, resampler->plan.stages,
											channel), count, &resampler->peak);
}

void bli_resampler_convert(struct bli_resampler *resampler, const struct bli_area *out, size_t out_count,
			   const struct bli_area *in, size_t in_count)
{
	const struct bli_resampler_config *config = &resampler->config;
	unsigned stages = resampler->plan.stages;

	load_period(resampler, in, in_count < config->in_frames ? in_count : config->in_frames);
	for (unsigned i = 0; i < stages; i++) {
		void *stage_output[BLI_CHANNELS_MAX];

		for (size_t channel = 0; channel < config->channels; channel++)
			stage_output[channel] = stage_input(resampler, i + 1, channel);
		bli_stage_run(&resampler->stage[i], stage_output);
	}
	finish_period(resampler);
	store_period(resampler, out, out_count < config->out_frames ? out_count : config->out_frames);
	for (size_t channel = 0; channel < config->channels && out_count > config->out_frames; channel++)
		if (out[channel].samples)
			bli_sample_silence(&config->out_format, (char *)out[channel].samples +
					   (ptrdiff_t)config->out_frames * out[channel].step, out[channel].step,
					   out_count - config->out_frames);
}

double bli_resampler_excess_db(const struct bli_resampler *resampler)
{
	double step = ldexp(1, 1 - (int)resampler->config.out_format.bits);
	double room = 1 - step - bli_dither_most(&resampler->dither);

	return 20 * log10(resampler->peak / room);
}

double bli_resampler_delay(const struct bli_resampler *resampler)
{
	const struct bli_plan *plan = &resampler->plan;

	return (double)plan->delay_in_frames +
	       (double)plan->delay_out_frames * (double)plan->in_frames / (double)plan->out_frames -
	       resampler->phase_advance_frames;
}
