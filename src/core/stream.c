/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream.h"
#include "gcd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_BLOCK_MIN 32	/* input frames; smaller ones cost more than they save in delay */
#define COUNT_MAX (UINT64_C(1) << 48)	/* what the future is predicted for */

_Static_assert(BLI_CHANNELS_MAX <= BLI_GLIDE_CHANNELS_MAX && BLI_CHANNELS_MAX <= BLI_DITHER_CHANNELS_MAX,
	       "as many channels everywhere");
_Static_assert(BLI_STREAM_RUN % BLI_GROUP_MAX == 0, "a run is whole groups");

enum bli_stream_fault bli_stream_check(const struct bli_stream_config *config)
{
	/* what cannot glide is converted by blocks of the ratio's terms at least */
	const uint64_t term_max = config->requirement.method == BLI_METHOD_SINC ? BLI_RATE_TERM_MAX
				  : BLI_PERIOD_FRAMES_MAX;
	uint64_t in = config->in_rate, out = config->out_rate, divisor;

	if (!in || !out)
		return BLI_STREAM_RATES;
	divisor = bli_gcd(in, out);
	if (in / divisor > term_max || out / divisor > term_max)
		return BLI_STREAM_RATES;
	if ((in - 1) / BLI_RATIO_MAX >= out || (out - 1) / BLI_RATIO_MAX >= in)
		return BLI_STREAM_RATIO;
	if (!(config->max_deviation >= 0 && config->max_deviation <= BLI_DEVIATION_MAX) ||
	    (config->max_deviation > 0 && config->requirement.method != BLI_METHOD_SINC))
		return BLI_STREAM_DEVIATION;
	if (config->block_frames > BLI_PERIOD_FRAMES_MAX)
		return BLI_STREAM_BLOCK;
	if (config->channels < 1 || config->channels > BLI_CHANNELS_MAX)
		return BLI_STREAM_CHANNELS;
	if (!bli_format_valid(&config->in_format))
		return BLI_STREAM_IN_FORMAT;
	if (!bli_format_valid(&config->out_format))
		return BLI_STREAM_OUT_FORMAT;
	if (!bli_requirement_valid(&config->requirement))
		return BLI_STREAM_REQUIREMENT;
	if (!(config->gain > 0 && config->gain <= BLI_GAIN_MAX))
		return BLI_STREAM_GAIN;
	return config->kernel ? BLI_STREAM_VALID : BLI_STREAM_KERNEL;
}

static int open_exact(struct bli_stream *stream)
{
	const struct bli_stream_config *config = &stream->config;
	size_t least = config->block_frames > EXACT_BLOCK_MIN ? config->block_frames : EXACT_BLOCK_MIN;
	uint64_t terms = config->in_rate > config->out_rate ? config->in_rate : config->out_rate;
	size_t cycles = least > config->in_rate ? (size_t)(least / config->in_rate) : 1;
	struct bli_resampler_config resampler = {
		.channels = config->channels, .in_format = config->in_format, .out_format = config->out_format,
		.requirement = config->requirement, .gain = config->gain, .dither = config->dither,
		.dither_seed = config->dither_seed, .kernel = config->kernel,
	};

	if (cycles > BLI_PERIOD_FRAMES_MAX / terms)
		cycles = (size_t)(BLI_PERIOD_FRAMES_MAX / terms);
	resampler.in_frames = (size_t)config->in_rate * cycles;
	resampler.out_frames = (size_t)config->out_rate * cycles;
	resampler.run_periods = config->run_frames / resampler.in_frames + (config->run_frames % resampler.in_frames > 0);
	return bli_exact_open(&stream->exact, &resampler, config->trimmed);
}

static int open_glide(struct bli_stream *stream)
{
	const struct bli_stream_config *config = &stream->config;
	struct bli_glide_config glide = {
		.in = config->in_rate, .out = config->out_rate, .requirement = config->requirement,
		.block_frames = config->block_frames, .trimmed = config->trimmed, .channels = config->channels,
		.gain = config->gain, .kernel = config->kernel,
	};
	size_t bytes = 0;
	int error = bli_glide_open(&stream->glide, &glide);

	if (error)
		return error;
	bli_dither_init(&stream->dither, config->out_format.is_float ? BLI_DITHER_NONE : config->dither,
			config->out_format.bits, config->dither_seed);
	stream->values = bli_allocate_zeroed(config->channels * (BLI_STREAM_RUN + BLI_GROUP_MAX),
					   stream->glide.value_size, &bytes);
	return stream->values ? 0 : -ENOMEM;
}

int bli_stream_open(struct bli_stream *stream, const struct bli_stream_config *config)
{
	struct bli_stream_config *own = &stream->config;
	uint64_t divisor;
	bool awkward;
	int error;

	memset(stream, 0, sizeof(*stream));
	if (bli_stream_check(config) != BLI_STREAM_VALID)
		return -EINVAL;
	*own = *config;
	divisor = bli_gcd(own->in_rate, own->out_rate);
	own->in_rate /= divisor;
	own->out_rate /= divisor;
	awkward = own->in_rate > BLI_STREAM_EXACT_MAX && own->in_rate > own->block_frames;
	stream->gliding = own->max_deviation > 0 || (awkward && own->requirement.method == BLI_METHOD_SINC);
	error = stream->gliding ? open_glide(stream) : open_exact(stream);
	/* all that was needed of it is in the filters */
	own->requirement.table = NULL;
	if (error)
		bli_stream_close(stream);
	return error;
}

void bli_stream_close(struct bli_stream *stream)
{
	bli_exact_close(&stream->exact);
	bli_glide_close(&stream->glide);
	free(stream->values);
	memset(stream, 0, sizeof(*stream));
}

/* ---- gliding: input and output ------------------------------------------ */

/* Load frames from areas, or silence if that is NULL, into the block. */
static void load_frames(struct bli_stream *stream, const struct bli_area *in, size_t first, size_t frames)
{
	const struct bli_stream_config *config = &stream->config;
	const struct bli_glide *glide = &stream->glide;

	for (size_t channel = 0; channel < config->channels; channel++) {
		char *values = (char *)bli_glide_input(glide, channel) + stream->pending * glide->value_size;

		if (in && in[channel].samples)
			stream->invalid += config->kernel->load[glide->precision](
				&config->in_format, values, (const char *)in[channel].samples +
				(ptrdiff_t)first * in[channel].step, in[channel].step, frames);
		else
			memset(values, 0, frames * glide->value_size);
	}
	stream->pending += frames;
	if (stream->pending == glide->block_in) {
		bli_glide_push(&stream->glide);
		stream->pending = 0;
	}
}

/* Write up to `count` frames without more input; their number. */
static size_t write_frames(struct bli_stream *stream, const struct bli_area *out, size_t first, size_t count)
{
	const struct bli_stream_config *config = &stream->config;
	const struct bli_glide *glide = &stream->glide;
	const size_t stride = (BLI_STREAM_RUN + BLI_GROUP_MAX) * glide->value_size;
	void *values[BLI_CHANNELS_MAX];
	size_t done = 0, frames;

	for (size_t channel = 0; channel < config->channels; channel++)
		values[channel] = (char *)stream->values + channel * stride;
	while (done < count) {
		frames = bli_glide_pull(&stream->glide, values,
					count - done < BLI_STREAM_RUN ? count - done : BLI_STREAM_RUN);
		if (!frames)
			break;
		for (size_t channel = 0; channel < config->channels; channel++) {
			ptrdiff_t step = out[channel].step;
			char *samples = out[channel].samples;

			config->kernel->dither[glide->precision](&stream->dither, channel, values[channel], frames);
			if (samples)
				stream->clipped += config->kernel->store[glide->precision](
					&config->out_format, samples + (ptrdiff_t)(first + done) * step, step,
					values[channel], frames, &stream->peak);
		}
		done += frames;
	}
	return done;
}

/* Until out_count frames are written or in_count are used. */
static void glide_frames(struct bli_stream *stream, const struct bli_area *in, size_t in_count, size_t *used,
			 const struct bli_area *out, size_t out_count, size_t *written)
{
	size_t taken = 0, given = write_frames(stream, out, 0, out_count);

	while (given < out_count && taken < in_count) {
		size_t missing = stream->glide.block_in - stream->pending, left = in_count - taken;
		size_t frames = missing < left ? missing : left;

		load_frames(stream, in, taken, frames);
		taken += frames;
		if (frames == missing)
			given += write_frames(stream, out, given, out_count - given);
	}
	*used = taken;
	*written = given;
}

static void convert_frames(struct bli_stream *stream, const struct bli_area *in, size_t in_count, size_t *used,
			   const struct bli_area *out, size_t out_count, size_t *written)
{
	if (stream->gliding)
		glide_frames(stream, in, in_count, used, out, out_count, written);
	else
		bli_exact_process(&stream->exact, in, in_count, used, out, out_count, written);
}

/* ---- both --------------------------------------------------------------- */

void bli_stream_process(struct bli_stream *stream, const struct bli_area *in, size_t in_count, size_t *used,
			const struct bli_area *out, size_t out_count, size_t *written)
{
	*used = *written = 0;
	if (stream->ended)
		return;
	convert_frames(stream, in, in_count, used, out, out_count, written);
	stream->taken += *used;
}

uint64_t bli_stream_needed(const struct bli_stream *stream, uint64_t out_count)
{
	uint64_t blocks;

	if (out_count > COUNT_MAX)
		out_count = COUNT_MAX;
	if (!stream->gliding)
		return bli_exact_needed(&stream->exact, out_count);
	blocks = bli_glide_needed(&stream->glide, out_count);
	return blocks ? blocks * stream->glide.block_in - stream->pending : 0;
}

uint64_t bli_stream_available(const struct bli_stream *stream, uint64_t in_count)
{
	if (in_count > COUNT_MAX)
		in_count = COUNT_MAX;
	if (!stream->gliding)
		return bli_exact_available(&stream->exact, in_count);
	return bli_glide_available(&stream->glide, (stream->pending + in_count) / stream->glide.block_in, UINT64_MAX);
}

void bli_stream_set_deviation(struct bli_stream *stream, double deviation, uint32_t ramp_frames)
{
	double most = stream->config.max_deviation;

	if (most > 0 && !isnan(deviation))
		bli_position_deviate(&stream->glide.position, fmax(-most, fmin(deviation, most)), ramp_frames);
}

double bli_stream_deviation(const struct bli_stream *stream)
{
	return stream->gliding ? bli_position_deviation(&stream->glide.position) : 0;
}

void bli_stream_position(const struct bli_stream *stream, int64_t *frame, double *fraction)
{
	*frame = stream->gliding ? bli_glide_time(&stream->glide, fraction) : bli_exact_time(&stream->exact, fraction);
}

double bli_stream_delay(const struct bli_stream *stream)
{
	int64_t frame;
	double fraction;

	bli_stream_position(stream, &frame, &fraction);
	return (double)((int64_t)stream->taken - frame) - fraction;
}

size_t bli_stream_flush(struct bli_stream *stream, const struct bli_area *out, size_t out_count)
{
	size_t used, written;

	if (!stream->ended) {
		stream->ended = true;
		stream->flush_left = stream->gliding ? bli_glide_before(&stream->glide, stream->taken)
						     : bli_exact_before(&stream->exact, stream->taken);
	}
	if (out_count > stream->flush_left)
		out_count = (size_t)stream->flush_left;
	convert_frames(stream, NULL, (size_t)bli_stream_needed(stream, out_count), &used, out, out_count, &written);
	stream->flush_left -= written;
	return written;
}

void bli_stream_reset(struct bli_stream *stream, bool keep_deviation)
{
	if (stream->gliding) {
		if (!keep_deviation)
			bli_position_deviate(&stream->glide.position, 0, 0);
		bli_glide_reset(&stream->glide);
		bli_dither_reset(&stream->dither);
	} else {
		bli_exact_reset(&stream->exact);
	}
	stream->pending = 0;
	stream->taken = 0;
	stream->ended = false;
}

uint64_t bli_stream_clipped(const struct bli_stream *stream)
{
	return stream->gliding ? stream->clipped : stream->exact.resampler.clipped;
}

uint64_t bli_stream_invalid(const struct bli_stream *stream)
{
	return stream->gliding ? stream->invalid : stream->exact.resampler.invalid;
}

double bli_stream_peak(const struct bli_stream *stream)
{
	return stream->gliding ? stream->peak : stream->exact.resampler.peak;
}
