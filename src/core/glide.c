/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glide.h"
#include "gcd.h"
#include "glide-constants.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN 128		/* frames of the history made at a time: 64 are 10 % slower, 256 5 % faster (AVX-512) */
#define HISTORY_BLOCKS 8	/* room for that many, so that old frames are rarely moved */
#define FLOAT_TAPS_MAX 512	/* of sums in float: with 3741 taps a tone of `bli` keeps 125 dB */
#define RUN 64			/* output frames per call of the kernel */

_Static_assert(RUN % BLI_GROUP_MAX == 0, "runs are whole vectors of any kernel");
_Static_assert(BLI_ATTENUATION_MAX_DB <= 220, "beyond the best interpolator");

#define GLIDE_SETS (sizeof(glide_sets) / sizeof(glide_sets[0]))

/*
 * Ratio of the sharp stage, in : out.  A frame of its output is as long as in/out
 * input frames: the longest of 1/2, 1, 2, 4 … that two fit into an output frame.
 */
static void choose_ratio(struct bli_glide *glide, const struct bli_glide_config *config)
{
	glide->sharp_in = 1;
	glide->sharp_out = config->in / 2 < config->out ? 2 : 1;
	while (config->in / 4 >= config->out * glide->sharp_in)
		glide->sharp_in *= 2;
}

/* The smallest interpolator of a precision for a filter that falls by 6 dB at `cutoff` cycles per frame, or NULL. */
static const struct glide_set *choose_set(enum bli_precision precision, double cutoff, double attenuation_db)
{
	size_t edge = 0;

	while (edge < GLIDE_EDGES && glide_edges[edge] < cutoff)
		edge++;
	for (size_t i = 0; i < GLIDE_SETS && edge < GLIDE_EDGES; i++)
		if (glide_sets[i].precision == precision && glide_sets[i].attenuation_db[edge] >= attenuation_db)
			return &glide_sets[i];
	return NULL;
}

static void *allocate(struct bli_glide *glide, size_t count, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - BLI_ALIGNMENT)
		return NULL;
	bytes = (bytes + BLI_ALIGNMENT - 1) / BLI_ALIGNMENT * BLI_ALIGNMENT;
	memory = aligned_alloc(BLI_ALIGNMENT, bytes);
	if (memory) {
		memset(memory, 0, bytes);
		glide->bytes += bytes;
	}
	return memory;
}

static int open_interpolator(struct bli_glide *glide, const struct glide_set *set, const struct bli_kernel *kernel)
{
	size_t count = set->taps / 2 * (set->order + 1);

	glide->coefs = allocate(glide, count, glide->value_size);
	glide->stride = set->taps + HISTORY_BLOCKS * glide->block_out + 2 * BLI_GROUP_MAX;
	glide->stride = (glide->stride + BLI_GROUP_MAX - 1) / BLI_GROUP_MAX * BLI_GROUP_MAX;
	glide->history = allocate(glide, glide->stride * glide->value_size, glide->channels);
	if (!glide->coefs || !glide->history)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (glide->precision == BLI_FLOAT)
			((float *)glide->coefs)[i] = (float)set->coefs[i];
		else
			((double *)glide->coefs)[i] = set->coefs[i];
	glide->farrow = (struct bli_farrow){ set->taps, set->order, glide->coefs };
	glide->interpolate = kernel->glide[glide->precision];
	glide->lanes = kernel->lanes[glide->precision];
	return 0;
}

/* Delay of the sharp stage in frames of its output. */
static double history_delay(const struct bli_glide *glide)
{
	return glide->delay * (double)glide->sharp_out / (double)glide->sharp_in;
}

static bool config_valid(const struct bli_glide_config *config)
{
	return config->in >= 1 && config->in <= BLI_GLIDE_TERM_MAX && config->out >= 1 &&
	       config->out <= BLI_GLIDE_TERM_MAX && (config->in - 1) / BLI_GLIDE_RATIO_MAX < config->out &&
	       (config->out - 1) / BLI_GLIDE_RATIO_MAX < config->in && config->channels >= 1 &&
	       config->channels <= BLI_GLIDE_CHANNELS_MAX &&
	       config->block_frames <= BLI_PERIOD_FRAMES_MAX && bli_requirement_valid(&config->requirement) &&
	       config->requirement.method == BLI_METHOD_SINC && config->kernel;
}

/* The sharp filter, compensated for the droop of the interpolator that suits it. */
static int design(struct bli_glide *glide, const struct bli_glide_config *config, const struct glide_set **set,
		  struct bli_filter *filter)
{
	const struct bli_requirement *requirement = &config->requirement;
	double nyquist = 0.5 * fmin(1, (double)config->out / (double)config->in), cutoff;
	int error = bli_filter_sinc(filter, requirement->passband * nyquist, requirement->stopband * nyquist,
				    BLI_PASSBAND_DROOP_DB, requirement->attenuation_db, 2);

	if (error)
		return error;
	choose_ratio(glide, config);
	cutoff = filter->cutoff * (double)glide->sharp_in / (double)glide->sharp_out;
	glide->precision = filter->taps > FLOAT_TAPS_MAX ? BLI_DOUBLE : requirement->precision;
	*set = choose_set(glide->precision, cutoff, requirement->attenuation_db);
	if (!*set && glide->precision == BLI_FLOAT) {
		glide->precision = BLI_DOUBLE;
		*set = choose_set(glide->precision, cutoff, requirement->attenuation_db);
	}
	if (!*set)
		return -EINVAL;
	if (requirement->phase != BLI_PHASE_LINEAR) {
		error = bli_filter_set_phase(filter, requirement->phase, glide->sharp_out,
					     requirement->attenuation_db);
		if (error)
			return error;
	}
	/* the filter is sampled sharp_out times a frame; a frame of the history is sharp_in samples */
	return bli_filter_convolve(filter, (*set)->compensation, GLIDE_COMPENSATION - 1, glide->sharp_in,
				   glide->sharp_out);
}

int bli_glide_open(struct bli_glide *glide, const struct bli_glide_config *config)
{
	struct bli_stage_plan sharp = { .in_frames = 0 };
	const struct glide_set *set;
	uint64_t divisor;
	size_t least;
	int error;

	memset(glide, 0, sizeof(*glide));
	if (!config_valid(config))
		return -EINVAL;
	glide->channels = config->channels;
	error = design(glide, config, &set, &sharp.filter);
	if (error)
		goto fail;
	glide->value_size = glide->precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
	glide->delay = sharp.filter.delay;

	least = (BLOCK_MIN + glide->sharp_out - 1) / glide->sharp_out * glide->sharp_in;
	glide->block_in = config->block_frames > least ? config->block_frames / glide->sharp_in * glide->sharp_in
						       : least;
	glide->block_out = glide->block_in / glide->sharp_in * glide->sharp_out;
	sharp.in_frames = glide->block_in;
	sharp.out_frames = glide->block_out;
	bli_stage_lay_out(&sharp, config->kernel, glide->precision, config->channels);
	error = bli_stage_open(&glide->sharp, &sharp, config->kernel, glide->precision, config->channels, config->gain);
	if (error)
		goto fail;
	bli_filter_free(&sharp.filter);
	glide->bytes += glide->sharp.bytes;
	error = open_interpolator(glide, set, config->kernel);
	if (error)
		goto fail;

	divisor = bli_gcd(config->in * glide->sharp_out, config->out * glide->sharp_in);
	bli_position_open(&glide->position, config->in * glide->sharp_out / divisor,
			  config->out * glide->sharp_in / divisor);
	/* the earliest has the history's first frame as its newest */
	glide->start = config->trimmed ? history_delay(glide) : -(double)(set->taps / 2);
	bli_glide_reset(glide);
	return 0;

fail:
	bli_filter_free(&sharp.filter);
	bli_glide_close(glide);
	return error;
}

void bli_glide_close(struct bli_glide *glide)
{
	bli_stage_close(&glide->sharp);
	free(glide->coefs);
	free(glide->history);
	memset(glide, 0, sizeof(*glide));
}

static char *channel_start(const struct bli_glide *glide, size_t channel)
{
	return (char *)glide->history + channel * glide->stride * glide->value_size;
}

void bli_glide_reset(struct bli_glide *glide)
{
	/* silence before the first frame, as far as the earliest output frame reaches */
	glide->frames = glide->farrow.taps - 1;
	glide->origin = -(int64_t)glide->frames;
	for (size_t channel = 0; channel < glide->channels; channel++)
		memset(channel_start(glide, channel), 0, glide->frames * glide->value_size);
	bli_stage_reset(&glide->sharp);
	bli_position_start(&glide->position, glide->start);
}

void *bli_glide_input(const struct bli_glide *glide, size_t channel)
{
	return bli_stage_input(&glide->sharp, channel);
}

/*
 * An output frame at frame p of the history, and a fraction, is interpolated
 * from p − taps/2 + 1 … p + taps/2.  So p lies before this one:
 */
static int64_t limit(const struct bli_glide *glide)
{
	return glide->origin + (int64_t)glide->frames - (int64_t)(glide->farrow.taps / 2);
}

/* Make room for a block by dropping what no output frame will need. */
static void drop_frames(struct bli_glide *glide)
{
	int64_t oldest = glide->position.frame - (int64_t)(glide->farrow.taps / 2 - 1) - glide->origin;
	size_t dropped = oldest < 0 ? 0 : oldest > (int64_t)glide->frames ? glide->frames : (size_t)oldest;

	for (size_t channel = 0; channel < glide->channels; channel++) {
		char *start = channel_start(glide, channel);

		memmove(start, start + dropped * glide->value_size, (glide->frames - dropped) * glide->value_size);
	}
	glide->frames -= dropped;
	glide->origin += (int64_t)dropped;
}

void bli_glide_push(struct bli_glide *glide)
{
	void *out[BLI_GLIDE_CHANNELS_MAX];

	if (glide->frames + glide->block_out + BLI_GROUP_MAX > glide->stride)
		drop_frames(glide);
	for (size_t channel = 0; channel < glide->channels; channel++)
		out[channel] = channel_start(glide, channel) + glide->frames * glide->value_size;
	bli_stage_run(&glide->sharp, out);
	glide->frames += glide->block_out;
}

/* From fractions 0 … 1 of a frame to the interpolator's −1/2 … 1/2, as float or in place. */
static const void *centre(enum bli_precision precision, double *fraction, float *single, size_t count)
{
	if (precision == BLI_FLOAT) {
		for (size_t n = 0; n < count; n++)
			single[n] = (float)(fraction[n] - 0.5);
		return single;
	}
	for (size_t n = 0; n < count; n++)
		fraction[n] -= 0.5;
	return fraction;
}

/* The first RUN or `count` of the output frames; their number. */
static size_t pull_run(struct bli_glide *glide, void *const *out, size_t count)
{
	const int64_t newest = glide->farrow.taps / 2 - 1;
	const void *in[BLI_GLIDE_CHANNELS_MAX];
	double fraction[RUN];
	float single[RUN];
	uint32_t first[RUN];
	size_t frames = bli_position_take(&glide->position, limit(glide), count < RUN ? count : RUN,
					  glide->origin + newest, first, fraction);
	size_t padded = (frames + glide->lanes - 1) / glide->lanes * glide->lanes;

	if (!frames)
		return 0;
	for (size_t n = frames; n < padded; n++) {
		first[n] = first[frames - 1];
		fraction[n] = 0;
	}
	for (size_t channel = 0; channel < glide->channels; channel++)
		in[channel] = channel_start(glide, channel);
	glide->interpolate(&glide->farrow, padded, first, centre(glide->precision, fraction, single, padded),
			   glide->channels, in, out);
	return frames;
}

size_t bli_glide_pull(struct bli_glide *glide, void *const *out, size_t count)
{
	size_t done = 0, frames;

	do {
		void *to[BLI_GLIDE_CHANNELS_MAX];

		for (size_t channel = 0; channel < glide->channels; channel++)
			to[channel] = (char *)out[channel] + done * glide->value_size;
		frames = pull_run(glide, to, count - done);
		done += frames;
	} while (frames && done < count);
	return done;
}

uint64_t bli_glide_available(const struct bli_glide *glide, uint64_t blocks, uint64_t most)
{
	return bli_position_count(&glide->position, limit(glide) + (int64_t)(blocks * glide->block_out), most);
}

uint64_t bli_glide_needed(const struct bli_glide *glide, uint64_t count)
{
	struct bli_position last = glide->position;
	int64_t missing;

	if (!count)
		return 0;
	bli_position_skip(&last, count - 1);
	missing = last.frame + 1 - limit(glide);
	return missing <= 0 ? 0 : ((uint64_t)missing + glide->block_out - 1) / glide->block_out;
}

int64_t bli_glide_time(const struct bli_glide *glide, double *fraction)
{
	const struct bli_position *position = &glide->position;
	const int64_t in = (int64_t)glide->sharp_in, out = (int64_t)glide->sharp_out;
	/* whole cycles of the sharp stage apart: they may be many, the delay is some thousands of frames */
	int64_t cycles = position->frame / out, within = position->frame % out;
	double whole_delay = floor(glide->delay), rest, whole;

	rest = ((double)within + (double)position->fraction / (double)position->unit) * (double)in / (double)out -
	       (glide->delay - whole_delay);
	whole = floor(rest);
	*fraction = rest - whole;
	return cycles * in - (int64_t)whole_delay + (int64_t)whole;
}

/* Times closer than this, in frames of the history, are the same: above what doubles lose. */
#define SAME_TIME 1e-9

uint64_t bli_glide_before(const struct bli_glide *glide, uint64_t time)
{
	/* in frames of the history, whole cycles apart as above */
	uint64_t cycles = time / glide->sharp_in, within = time % glide->sharp_in;
	double rest = (double)(within * glide->sharp_out) / (double)glide->sharp_in + history_delay(glide) - SAME_TIME;
	int64_t whole = (int64_t)(cycles * glide->sharp_out) + (int64_t)floor(rest);
	struct bli_position next = glide->position;
	uint64_t count = bli_position_count(&next, whole, UINT64_MAX);

	bli_position_skip(&next, count);
	while (next.frame == whole && (double)next.fraction < (rest - floor(rest)) * (double)next.unit) {
		bli_position_skip(&next, 1);
		count++;
	}
	return count;
}
