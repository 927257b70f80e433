/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glide.h"
#include "gcd.h"
#include "glide-constants.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN 128		/* frames of the history per block: 64 are 10 % slower, 256 5 % faster (AVX-512) */
#define HISTORY_BLOCKS 8	/* room for that many, so that old frames are rarely moved */
#define FLOAT_TAPS_MAX 512	/* of sums in float: 3741 taps leave a tone 125 dB, 467 more than 128 */
#define RUN 64			/* output frames per call of the kernel */

_Static_assert(RUN % BLI_GROUP_MAX == 0, "runs are whole vectors of any kernel");

#define GLIDE_SETS (sizeof(glide_sets) / sizeof(glide_sets[0]))

/*
 * Halving filters attenuate this much more than required, because what several
 * of them let through adds up, and droop by this at the edge of the passband.
 */
#define HALVING_EXTRA_DB 6
#define HALVING_DROOP_DB 0.0001

/*
 * From this ratio on a halving saves more of the sharp filter than it costs:
 * 44.1 to 16 kHz takes 40 % less.  Just above 2 its own filter would be sharp.
 */
#define HALVED_RATIO 2.4

/* How the fixed stages go down: so many halvings, and then a sharp filter of ratio 1:1 or 1:2. */
struct route {
	unsigned halvings;
	size_t sharp_out;
	double ratio;		/* input frames of the sharp filter per output frame of the glide */
};

static struct route choose_route(const struct bli_glide_config *config)
{
	struct route route = { 0, 2, (double)config->in / (double)config->out };

	while (route.ratio >= HALVED_RATIO) {
		route.ratio /= 2;
		route.halvings++;
	}
	if (route.ratio >= 2)
		route.sharp_out = 1;
	return route;
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

static int open_interpolator(struct bli_glide *glide, const struct glide_set *set, const struct bli_kernel *kernel)
{
	size_t count = set->taps / 2 * (set->order + 1);

	glide->coefs = bli_allocate_zeroed(count, glide->value_size, &glide->bytes);
	glide->stride = set->taps + HISTORY_BLOCKS * glide->block_out + 2 * BLI_GROUP_MAX;
	glide->stride = (glide->stride + BLI_GROUP_MAX - 1) / BLI_GROUP_MAX * BLI_GROUP_MAX;
	glide->history = bli_allocate_zeroed(glide->stride * glide->value_size, glide->channels, &glide->bytes);
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

/* Delay of the fixed stages in frames of the history. */
static double history_delay(const struct bli_glide *glide)
{
	return glide->delay * (double)glide->fixed_out / (double)glide->fixed_in;
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
static int design_sharp(struct bli_glide *glide, const struct bli_glide_config *config, const struct route *route,
			const struct glide_set **set, struct bli_filter *filter)
{
	const struct bli_requirement *requirement = &config->requirement;
	double nyquist = 0.5 / fmax(1, route->ratio), cutoff;
	int error = bli_filter_sinc(filter, requirement->passband * nyquist, requirement->stopband * nyquist,
				    BLI_PASSBAND_DROOP_DB, requirement->attenuation_db, 2);

	if (error)
		return error;
	cutoff = filter->cutoff / (double)route->sharp_out;
	glide->precision = filter->taps > FLOAT_TAPS_MAX ? BLI_DOUBLE : requirement->precision;
	*set = choose_set(glide->precision, cutoff, requirement->attenuation_db);
	if (!*set && glide->precision == BLI_FLOAT) {
		glide->precision = BLI_DOUBLE;
		*set = choose_set(glide->precision, cutoff, requirement->attenuation_db);
	}
	if (!*set)
		return -EINVAL;
	if (requirement->phase != BLI_PHASE_LINEAR) {
		error = bli_filter_set_phase(filter, requirement->phase, route->sharp_out, requirement->attenuation_db);
		if (error)
			return error;
	}
	return bli_filter_convolve(filter, (*set)->compensation, GLIDE_COMPENSATION - 1, 1, route->sharp_out);
}

/* The filter of halving `i`: it passes what the sharp filter does and stops what folds onto that. */
static int design_halving(const struct bli_glide_config *config, unsigned i, struct bli_filter *filter)
{
	const struct bli_requirement *requirement = &config->requirement;
	double nyquist = 0.5 * (double)config->out / (double)config->in * (double)((size_t)1 << i);

	return bli_filter_sinc(filter, requirement->passband * nyquist, 0.5 - requirement->stopband * nyquist,
			       HALVING_DROOP_DB, fmin(requirement->attenuation_db + HALVING_EXTRA_DB,
						      BLI_ATTENUATION_MAX_DB), 2);
}

/* Open the next stage, of in_frames to out_frames per block. */
static int open_stage(struct bli_glide *glide, struct bli_stage_plan *plan, const struct bli_glide_config *config,
		      size_t in_frames, size_t out_frames)
{
	struct bli_stage *stage = &glide->stage[glide->stages];
	int error;

	plan->in_frames = in_frames;
	plan->out_frames = out_frames;
	plan->periods = 1;
	bli_stage_lay_out(plan, config->kernel, glide->precision, config->channels);
	error = bli_stage_open(stage, plan, config->kernel, glide->precision, config->channels,
			       glide->stages ? 1 : config->gain);
	if (error)
		return error;
	glide->delay += plan->filter.delay * (double)glide->block_in / (double)in_frames;
	glide->bytes += stage->bytes;
	glide->stages++;
	return 0;
}

static int open_stages(struct bli_glide *glide, const struct bli_glide_config *config, const struct route *route,
		       struct bli_stage_plan *sharp)
{
	size_t whole = (size_t)1 << route->halvings, least = BLOCK_MIN / route->sharp_out * whole;
	int error = 0;

	glide->fixed_in = whole;
	glide->fixed_out = route->sharp_out;
	glide->block_in = config->block_frames > least ? config->block_frames / whole * whole : least;
	glide->block_out = glide->block_in / whole * route->sharp_out;
	for (unsigned i = 0; i < route->halvings && !error; i++) {
		struct bli_stage_plan halving = { .in_frames = 0 };

		error = design_halving(config, i, &halving.filter);
		if (!error)
			error = open_stage(glide, &halving, config, glide->block_in >> i, glide->block_in >> (i + 1));
	}
	if (!error)
		error = open_stage(glide, sharp, config, glide->block_in / whole, glide->block_out);
	return error;
}

int bli_glide_open(struct bli_glide *glide, const struct bli_glide_config *config)
{
	struct bli_stage_plan sharp = { .in_frames = 0 };
	const struct glide_set *set;
	struct route route;
	uint64_t in, out, divisor;
	int error;

	memset(glide, 0, sizeof(*glide));
	if (!config_valid(config))
		return -EINVAL;
	glide->channels = config->channels;
	route = choose_route(config);
	error = design_sharp(glide, config, &route, &set, &sharp.filter);
	if (error)
		goto fail;
	glide->value_size = glide->precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
	error = open_stages(glide, config, &route, &sharp);
	if (error)
		goto fail;
	error = open_interpolator(glide, set, config->kernel);
	if (error)
		goto fail;
	bli_filter_free(&sharp.filter);

	in = config->in * glide->fixed_out;
	out = config->out * glide->fixed_in;
	divisor = bli_gcd(in, out);
	bli_position_open(&glide->position, in / divisor, out / divisor);
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
	for (unsigned i = 0; i < glide->stages; i++)
		bli_stage_close(&glide->stage[i]);
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
	for (unsigned i = 0; i < glide->stages; i++)
		bli_stage_reset(&glide->stage[i]);
	bli_position_start(&glide->position, glide->start);
}

void *bli_glide_input(const struct bli_glide *glide, size_t channel)
{
	return bli_stage_input(&glide->stage[0], channel);
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
	for (unsigned i = 0; i < glide->stages; i++) {
		for (size_t channel = 0; channel < glide->channels; channel++)
			out[channel] = i + 1 < glide->stages
				       ? bli_stage_input(&glide->stage[i + 1], channel)
				       : channel_start(glide, channel) + glide->frames * glide->value_size;
		bli_stage_run(&glide->stage[i], 1, out);
	}
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
	const int64_t in = (int64_t)glide->fixed_in, out = (int64_t)glide->fixed_out;
	/* whole cycles of the fixed stages apart: they may be many, the delay is some thousands of frames */
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
	uint64_t cycles = time / glide->fixed_in, within = time % glide->fixed_in;
	double rest = (double)(within * glide->fixed_out) / (double)glide->fixed_in + history_delay(glide) - SAME_TIME;
	int64_t whole = (int64_t)(cycles * glide->fixed_out) + (int64_t)floor(rest);
	struct bli_position next = glide->position;
	uint64_t count = bli_position_count(&next, whole, UINT64_MAX);

	bli_position_skip(&next, count);
	while (next.frame == whole && (double)next.fraction < (rest - floor(rest)) * (double)next.unit) {
		bli_position_skip(&next, 1);
		count++;
	}
	return count;
}
