/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Banks that a pattern of several cycles may fill: half of a small first-level cache. */
#define PATTERN_BYTES_MAX ((size_t)16 << 10)

static size_t greatest_common_divisor(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static size_t divide_up(size_t a, size_t b)
{
	return (a + b - 1) / b;
}

/* Input frames between the start of the cycle and output frame n, rounded down. */
static size_t position(const struct bli_stage_layout *layout, size_t n)
{
	return (size_t)((uint64_t)n * layout->ratio_in / layout->ratio_out);
}

/* Output frames of the pattern that the bank holds: if mirrored, frame n stands for ratio_out − n too. */
static size_t bank_frames(const struct bli_stage_layout *layout)
{
	return layout->mirrored ? layout->ratio_out / 2 + 1 : layout->pattern * layout->ratio_out;
}

/* First output frame of a group: the last group is shifted back to end with the bank. */
static size_t group_start(const struct bli_stage_layout *layout, size_t group)
{
	size_t frames = bank_frames(layout), start = group * layout->lanes;

	if (frames < layout->lanes)
		return 0;
	return start + layout->lanes <= frames ? start : frames - layout->lanes;
}

/* Newest input frame that a group needs, from the start of the pattern. */
static size_t group_newest(const struct bli_stage_layout *layout, size_t group)
{
	size_t frames = bank_frames(layout), end = group_start(layout, group) + layout->lanes;

	return position(layout, (end < frames ? end : frames) - 1);
}

/*
 * How many cycles one pass covers.  A cycle that is no multiple of the lanes
 * wastes part of its last group; several cycles together waste less, as long
 * as the bank stays small.  The fewest group evaluations in a period win, and
 * among equals the smallest bank.
 */
static size_t choose_pattern(const struct bli_stage_layout *layout, size_t band, size_t value_size)
{
	size_t lanes = layout->lanes, best = 1, best_work = SIZE_MAX;

	for (size_t pattern = 1; pattern <= lanes && pattern <= layout->cycles; pattern++) {
		size_t groups = divide_up(pattern * layout->ratio_out, lanes);
		size_t work = groups * divide_up(layout->cycles, pattern);

		/* a group wider than its pattern would write over the next repetition */
		if (pattern * layout->ratio_out < lanes && pattern < layout->cycles)
			continue;
		if (best_work < SIZE_MAX && groups * band * lanes * value_size > PATTERN_BYTES_MAX)
			break;
		if (work < best_work) {
			best = pattern;
			best_work = work;
		}
	}
	return best;
}

/* Groups side by side so that the accumulators are busy although there are few streams. */
static size_t choose_interleave(size_t streams, size_t groups, size_t accumulators)
{
	size_t interleave = accumulators;

	while (interleave > 1 && (interleave > groups || streams * interleave > accumulators))
		interleave /= 2;
	return interleave;
}

void bli_stage_layout(struct bli_stage_layout *layout, const struct bli_stage_shape *shape,
		      const struct bli_kernel *kernel, enum bli_precision precision, size_t channels)
{
	size_t taps = shape->filter.taps, value_size = precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
	size_t band, accumulators;

	memset(layout, 0, sizeof(*layout));
	layout->lanes = kernel->lanes[precision];
	layout->cycles = greatest_common_divisor(shape->in_frames, shape->out_frames);
	layout->ratio_in = shape->in_frames / layout->cycles;
	layout->ratio_out = shape->out_frames / layout->cycles;

	band = taps + position(layout, layout->lanes);
	layout->pattern = choose_pattern(layout, band, value_size);
	layout->repetitions = divide_up(layout->cycles, layout->pattern);
	/* where nothing repeats the bank is large, and half of it is half of what comes from the cache */
	layout->mirrored = bli_filter_is_symmetric(&shape->filter) && layout->cycles == 1 &&
			   layout->ratio_out / 2 + 1 >= layout->lanes;

	layout->groups = divide_up(bank_frames(layout), layout->lanes);
	accumulators = layout->mirrored ? BLI_TILE_STREAMS / 2 : BLI_TILE_STREAMS;
	layout->interleave = choose_interleave(channels * layout->repetitions, layout->groups, accumulators);
	layout->groups = divide_up(layout->groups, layout->interleave) * layout->interleave;
	layout->tile_streams = accumulators / layout->interleave;

	/* every group reads `depth` frames that end with its newest one */
	for (size_t group = 0; group < layout->groups; group++) {
		size_t start = group_start(layout, group);
		size_t depth = group_newest(layout, group) - position(layout, start) + taps;

		if (depth > layout->depth)
			layout->depth = depth;
	}
	for (size_t group = 0; group < layout->groups; group++) {
		size_t newest = group_newest(layout, group);

		if (newest + 1 < layout->depth && layout->depth - 1 - newest > layout->history)
			layout->history = layout->depth - 1 - newest;
	}
	/* the mirror image of the newest frame that the bank needs may be as old as this */
	if (layout->mirrored && layout->history < taps)
		layout->history = taps;
}

static void store_value(struct bli_stage *stage, size_t index, double value)
{
	if (stage->value_size == sizeof(float))
		((float *)stage->columns)[index] = (float)value;
	else
		((double *)stage->columns)[index] = value;
}

/* Write one phase's taps into its lane of the group's columns. */
static void fill_lane(struct bli_stage *stage, size_t group, size_t lane, const double *h)
{
	const struct bli_stage_layout *layout = &stage->layout;
	size_t taps = stage->shape.filter.taps, n = group_start(layout, group) + lane;
	size_t newest = position(layout, n);
	/* the band's first frame is group_newest − (depth − 1), the lane's is newest − (taps − 1) */
	size_t row = layout->depth - 1 - (group_newest(layout, group) - newest) - (taps - 1);
	size_t block = group / layout->interleave * layout->depth;

	for (size_t j = 0; j < taps; j++)
		store_value(stage, (((block + row + j) * layout->interleave + group % layout->interleave) *
				    layout->lanes) + lane, h[j]);
}

static void fill_bank(struct bli_stage *stage, double gain, double *h, double *scratch)
{
	struct bli_stage_layout *layout = &stage->layout;
	size_t frames = bank_frames(layout), taps = stage->shape.filter.taps;

	for (size_t group = 0; group < layout->groups; group++) {
		size_t start = group_start(layout, group);

		stage->places[group] = layout->history + group_newest(layout, group) + 1 - layout->depth;
		stage->places[layout->groups + group] = start;
		if (layout->mirrored) {
			/* input frame i ↔ ratio_in − taps − i, both from where the history ends */
			stage->places[2 * layout->groups + group] = 2 * layout->history + layout->ratio_in -
								    taps - stage->places[group];
			stage->places[3 * layout->groups + group] = layout->ratio_out - start;
		}
		for (size_t lane = 0; lane < layout->lanes && start + lane < frames; lane++) {
			uint64_t numerator = (uint64_t)(start + lane) * layout->ratio_in;
			double fraction = (double)(numerator % layout->ratio_out) / (double)layout->ratio_out;

			bli_filter_phase(&stage->shape.filter, fraction, h, scratch);
			for (size_t j = 0; j < taps; j++)
				h[j] *= gain;
			fill_lane(stage, group, lane, h);
		}
	}
	stage->bank = (struct bli_bank){
		.groups = layout->groups,
		.interleave = layout->interleave,
		.depth = layout->depth,
		.first_in = stage->places,
		.first_out = stage->places + layout->groups,
		.mirrored = layout->mirrored,
		.mirror_in = stage->places + 2 * layout->groups,
		.mirror_out = stage->places + 3 * layout->groups,
		.columns = stage->columns,
	};
}

/* Zeroed, aligned memory for count × size bytes, added to stage->bytes; NULL if there is none. */
static void *allocate(struct bli_stage *stage, size_t count, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - BLI_ALIGNMENT)
		return NULL;
	bytes = divide_up(bytes, BLI_ALIGNMENT) * BLI_ALIGNMENT;
	memory = aligned_alloc(BLI_ALIGNMENT, bytes);
	if (memory) {
		memset(memory, 0, bytes);
		stage->bytes += bytes;
	}
	return memory;
}

int bli_stage_open(struct bli_stage *stage, const struct bli_stage_shape *shape, const struct bli_kernel *kernel,
		   enum bli_precision precision, size_t channels, double gain)
{
	struct bli_stage_layout *layout = &stage->layout;
	size_t values, taps = shape->filter.taps;
	double *scratch;

	memset(stage, 0, sizeof(*stage));
	stage->shape = *shape;
	stage->tile = kernel->tile[precision];
	stage->value_size = precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
	stage->channels = channels;
	bli_stage_layout(layout, shape, kernel, precision, channels);

	stage->stride = divide_up(layout->history + shape->in_frames + BLI_LANES_MAX, BLI_LANES_MAX) * BLI_LANES_MAX;
	if (__builtin_mul_overflow(layout->groups * layout->lanes, layout->depth, &values) ||
	    __builtin_mul_overflow(stage->stride, stage->value_size, &stage->bytes))
		return -ENOMEM;
	stage->bytes = 0;
	stage->columns = allocate(stage, values, stage->value_size);
	stage->places = allocate(stage, 4 * layout->groups, sizeof(*stage->places));
	stage->input = allocate(stage, channels, stage->stride * stage->value_size);
	scratch = malloc(3 * taps * sizeof(*scratch));
	if (!stage->columns || !stage->places || !stage->input || !scratch) {
		free(scratch);
		bli_stage_close(stage);
		return -ENOMEM;
	}
	fill_bank(stage, gain, scratch, scratch + taps);
	free(scratch);
	return 0;
}

void bli_stage_close(struct bli_stage *stage)
{
	free(stage->columns);
	free(stage->places);
	free(stage->input);
	memset(stage, 0, sizeof(*stage));
}

static char *channel_start(const struct bli_stage *stage, size_t channel)
{
	return (char *)stage->input + channel * stage->stride * stage->value_size;
}

void bli_stage_reset(struct bli_stage *stage)
{
	for (size_t channel = 0; channel < stage->channels; channel++)
		memset(channel_start(stage, channel), 0, stage->layout.history * stage->value_size);
}

void *bli_stage_input(const struct bli_stage *stage, size_t channel)
{
	return channel_start(stage, channel) + stage->layout.history * stage->value_size;
}

/* The streams first … first + count − 1 of the period: channels within repetitions. */
static void run_tile(struct bli_stage *stage, size_t first, size_t count, void *const *out)
{
	const struct bli_stage_layout *layout = &stage->layout;
	size_t channel = first % stage->channels, repetition = first / stage->channels;
	const void *tile_in[BLI_TILE_STREAMS];
	void *tile_out[BLI_TILE_STREAMS];

	for (size_t i = 0; i < count; i++) {
		size_t cycle = repetition * layout->pattern;

		if (cycle + layout->pattern > layout->cycles)
			cycle = layout->cycles - layout->pattern;
		tile_in[i] = channel_start(stage, channel) + cycle * layout->ratio_in * stage->value_size;
		tile_out[i] = (char *)out[channel] + cycle * layout->ratio_out * stage->value_size;
		if (++channel == stage->channels) {
			channel = 0;
			repetition++;
		}
	}
	stage->tile(&stage->bank, count, tile_in, tile_out);
}

void bli_stage_run(struct bli_stage *stage, void *const *out)
{
	const struct bli_stage_layout *layout = &stage->layout;
	size_t streams = stage->channels * layout->repetitions;
	size_t tiles = divide_up(streams, layout->tile_streams);

	/* tiles of nearly equal size: a last one of one stream would leave the adders idle */
	for (size_t tile = 0; tile < tiles; tile++) {
		size_t first = streams * tile / tiles;

		run_tile(stage, first, streams * (tile + 1) / tiles - first, out);
	}
	for (size_t channel = 0; channel < stage->channels; channel++) {
		char *start = channel_start(stage, channel);

		memmove(start, start + stage->shape.in_frames * stage->value_size, layout->history * stage->value_size);
	}
}
