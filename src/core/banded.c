/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "banded.h"
#include "gcd.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t divide_up(size_t a, size_t b)
{
	return (a + b - 1) / b;
}

/* Input frames between the start of the cycle and output frame n, rounded down. */
static size_t position(const struct bli_banded_layout *layout, size_t n)
{
	return (size_t)((uint64_t)n * layout->ratio_in / layout->ratio_out);
}

static size_t value_size(enum bli_precision precision)
{
	return precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
}

/* Output frames of the pattern that the bank holds: if mirrored, frame n stands for ratio_out − n too. */
static size_t bank_frames(const struct bli_banded_layout *layout)
{
	return layout->bank.mirrored ? layout->ratio_out / 2 + 1 : layout->pattern * layout->ratio_out;
}

/* First output frame of a group: the last group is shifted back to end with the bank. */
static size_t group_start(const struct bli_banded_layout *layout, size_t group)
{
	size_t frames = bank_frames(layout), start = group * layout->group_frames;

	if (frames < layout->group_frames)
		return 0;
	return start + layout->group_frames <= frames ? start : frames - layout->group_frames;
}

/* Newest input frame that a group needs, from the start of the pattern. */
static size_t group_newest(const struct bli_banded_layout *layout, size_t group)
{
	size_t frames = bank_frames(layout), end = group_start(layout, group) + layout->group_frames;

	return position(layout, (end < frames ? end : frames) - 1);
}

/* Of the pattern in a run; the last may overlap the one before. */
static size_t repetitions(const struct bli_banded_layout *layout, size_t periods)
{
	return divide_up(periods * layout->cycles, layout->pattern);
}

/*
 * Clock cycles of a run.  In a row of the banded matrix each accumulator
 * takes a multiply-add, and the columns and the broadcast input frames take a
 * load each: two of either go in a cycle, and a row lasts as long as the
 * latency of a multiply-add at least.  But once per pass the bank comes from
 * the cache that holds it, which may last longer and delays rows in any case.
 *
 * The figures were fitted to times measured on one processor (Zen 5; AVX-512
 * and AVX2).  On another they are off by a common factor, mostly: what matters
 * is the order of layouts and plans, and `make bench` shows what it is worth.
 */
static double run_cost(const struct bli_banded_layout *layout, size_t channels, const struct bli_kernel *kernel,
		       size_t periods)
{
	const struct bli_bank *bank = &layout->bank;
	double streams = (double)(channels * repetitions(layout, periods)), sides = bank->mirrored ? 2 : 1;
	double passes = ceil(streams / (double)layout->tile_streams), tile = ceil(streams / passes);
	double additions = tile * sides * (double)bank->width, loads = tile * sides + (double)bank->width;
	double row = fmax(fmax(additions, loads) / 2 + 0.2, 3.6);
	double bytes = (double)layout->bank_bytes;
	/* from the first, second or third cache */
	double bytes_per_cycle = bytes < 32e3 ? 128 : bytes < 1024e3 ? 40 : 26;
	double delayed_cycles = bytes < 32e3 ? 0 : bytes / kernel->bytes_per_delay;
	double call_cycles = 20, group_cycles = 10;

	return passes * (fmax((double)(bank->groups * bank->depth) * row, bytes / bytes_per_cycle) + delayed_cycles +
			 call_cycles + group_cycles * (double)bank->groups) + (double)(channels * layout->history) / 8;
}

/*
 * Clock cycles of a period.  Input mostly comes in portions that are not whole
 * periods: then runs of the longest length and those of one period less take turns.
 */
static double layout_cost(const struct bli_banded_layout *layout, size_t channels, const struct bli_kernel *kernel)
{
	size_t most = layout->joined;

	if (most == 1)
		return run_cost(layout, channels, kernel, 1);
	return (run_cost(layout, channels, kernel, most) + run_cost(layout, channels, kernel, most - 1)) /
	       (double)(2 * most - 1);
}

/*
 * Banks that a pattern of several cycles may fill: half of a small first-level
 * cache, or three quarters where that lets 16 accumulators work in groups of two
 * vectors.  Upwards only, where a group's band is little longer than its taps:
 * 1:2 takes 10 to 25 % less time with AVX-512, 96 to 44.1 kHz would take 17 % more.
 */
static size_t pattern_bytes_max(const struct bli_banded_layout *layout, const struct bli_kernel *kernel)
{
	return kernel->accumulators > 8 && layout->ratio_out > layout->ratio_in ? (size_t)24 << 10 : (size_t)16 << 10;
}

/* Banks beyond this, a common size of the second-level cache, are mirrored wherever they can be. */
#define UNMIRRORED_BYTES_MAX ((size_t)1 << 20)

/* Complete a layout whose ratio, cycles, mirroring, pattern and width are known.  False if they do not fit. */
static bool complete_layout(struct bli_banded_layout *layout, size_t taps, size_t channels,
			    const struct bli_kernel *kernel, enum bli_precision precision)
{
	struct bli_bank *bank = &layout->bank;

	layout->tile_streams = kernel->accumulators / (bank->mirrored ? 2 : 1) / bank->width;
	if (layout->tile_streams > BLI_TILE_STREAMS_MAX)
		layout->tile_streams = BLI_TILE_STREAMS_MAX;
	layout->group_frames = bank->width * kernel->lanes[precision];
	/* a group wider than its pattern would write over the next repetition, or its mirror over itself */
	if (bank_frames(layout) < layout->group_frames && (bank->mirrored || repetitions(layout, layout->joined) > 1))
		return false;
	bank->groups = divide_up(bank_frames(layout), layout->group_frames);
	bank->depth = taps + position(layout, layout->group_frames - 1) + 1;
	layout->bank_bytes = bank->groups * bank->depth * layout->group_frames * value_size(precision);
	layout->cost = layout_cost(layout, channels, kernel);
	return true;
}

/* The candidate with the width that makes it cheapest, if that is cheaper than what is there. */
static void try_widths(struct bli_banded_layout *layout, struct bli_banded_layout *candidate, size_t taps,
		       size_t channels, const struct bli_kernel *kernel, enum bli_precision precision, size_t bytes_max)
{
	for (candidate->bank.width = 1; candidate->bank.width <= 4; candidate->bank.width *= 2)
		if (complete_layout(candidate, taps, channels, kernel, precision) && candidate->cost < layout->cost &&
		    candidate->bank_bytes <= bytes_max)
			*layout = *candidate;
}

/*
 * Choose the cheapest of all patterns and widths, mirrored or not.  More cycles
 * in a pattern waste less of the last group; wider groups need fewer loads and
 * keep the adders busy where there are few streams, but waste more of the
 * band's ends.  A mirrored bank is half as large, where it would otherwise be
 * the cache that limits.  Filters of more than two phases are symmetric, and two
 * phases are not worth a mirror.
 */
static void choose_layout(struct bli_banded_layout *layout, size_t taps, size_t channels,
			  const struct bli_kernel *kernel, enum bli_precision precision)
{
	struct bli_banded_layout candidate = *layout;

	layout->cost = HUGE_VAL;
	for (candidate.pattern = 1; candidate.pattern <= candidate.cycles && candidate.pattern <= BLI_GROUP_MAX;
	     candidate.pattern++)
		try_widths(layout, &candidate, taps, channels, kernel, precision,
			   layout->cost == HUGE_VAL ? SIZE_MAX : pattern_bytes_max(layout, kernel));
	candidate.pattern = 1;
	candidate.bank.mirrored = true;
	if (candidate.ratio_out > 2 && candidate.ratio_out / 2 + 1 >= kernel->lanes[precision]) {
		/* half the memory is worth the few per cent that a mirror may cost */
		if (layout->bank_bytes > UNMIRRORED_BYTES_MAX)
			layout->cost = HUGE_VAL;
		try_widths(layout, &candidate, taps, channels, kernel, precision, SIZE_MAX);
	}
}

/* The band's exact depth, and the history that it and its mirror reach back to. */
static void measure_band(struct bli_banded_layout *layout, size_t taps)
{
	struct bli_bank *bank = &layout->bank;

	bank->depth = 0;
	/* every group reads `depth` frames that end with its newest one */
	for (size_t group = 0; group < bank->groups; group++) {
		size_t start = group_start(layout, group);
		size_t depth = group_newest(layout, group) - position(layout, start) + taps;

		if (depth > bank->depth)
			bank->depth = depth;
	}
	for (size_t group = 0; group < bank->groups; group++) {
		size_t newest = group_newest(layout, group);

		if (newest + 1 < bank->depth && bank->depth - 1 - newest > layout->history)
			layout->history = bank->depth - 1 - newest;
	}
	/* the mirror of the newest frame that the bank needs may be as old as this */
	if (bank->mirrored && layout->history < taps)
		layout->history = taps;
}

void bli_banded_lay_out(struct bli_banded_layout *layout, size_t in_frames, size_t out_frames, size_t periods,
			size_t taps, const struct bli_kernel *kernel, enum bli_precision precision, size_t channels)
{
	memset(layout, 0, sizeof(*layout));
	layout->cycles = (size_t)bli_gcd(in_frames, out_frames);
	layout->periods = layout->joined = periods;
	layout->ratio_in = in_frames / layout->cycles;
	layout->ratio_out = out_frames / layout->cycles;
	choose_layout(layout, taps, channels, kernel, precision);
	/* groups longer than a period can write beyond its end only if nothing follows */
	if (layout->cost == HUGE_VAL) {
		layout->joined = 1;
		choose_layout(layout, taps, channels, kernel, precision);
	}
	measure_band(layout, taps);
	layout->bank_bytes = layout->bank.groups * layout->bank.depth * layout->group_frames * value_size(precision);
	layout->cost *= kernel->multiply_add_cost;
}

static void store_value(struct bli_banded *stage, size_t index, double value)
{
	if (stage->value_size == sizeof(float))
		((float *)stage->columns)[index] = (float)value;
	else
		((double *)stage->columns)[index] = value;
}

/* Write one phase's taps into its lane of the group's columns. */
static void fill_lane(struct bli_banded *stage, size_t group, size_t lane, const double *h, size_t taps)
{
	const struct bli_banded_layout *layout = &stage->layout;
	size_t n = group_start(layout, group) + lane, newest = position(layout, n);
	/* the band's first frame is group_newest − (depth − 1), the lane's is newest − (taps − 1) */
	size_t row = layout->bank.depth - 1 - (group_newest(layout, group) - newest) - (taps - 1);

	for (size_t j = 0; j < taps; j++)
		store_value(stage, (group * layout->bank.depth + row + j) * layout->group_frames + lane, h[j]);
}

/* Where a group's band, its outputs and their mirror lie, from the start of a stream. */
static void set_offsets(struct bli_banded *stage, size_t group, size_t taps)
{
	const struct bli_banded_layout *layout = &stage->layout;
	size_t groups = layout->bank.groups, start = group_start(layout, group);
	size_t first_in = layout->history + group_newest(layout, group) + 1 - layout->bank.depth;

	stage->offsets[group] = first_in;
	stage->offsets[groups + group] = start;
	if (layout->bank.mirrored) {
		/* input frame i ↔ ratio_in − taps − i, both from where the history ends */
		stage->offsets[2 * groups + group] = 2 * layout->history + layout->ratio_in - taps - first_in;
		stage->offsets[3 * groups + group] = layout->ratio_out - start;
	}
}

/* h[taps] and scratch[2·taps] are room to work in */
static void fill_bank(struct bli_banded *stage, const struct bli_filter *filter, double gain, double *h,
		      double *scratch)
{
	struct bli_banded_layout *layout = &stage->layout;
	struct bli_bank *bank = &layout->bank;
	size_t frames = bank_frames(layout), taps = filter->taps;

	for (size_t group = 0; group < bank->groups; group++) {
		size_t start = group_start(layout, group);

		set_offsets(stage, group, taps);
		for (size_t lane = 0; lane < layout->group_frames && start + lane < frames; lane++) {
			uint64_t numerator = (uint64_t)(start + lane) * layout->ratio_in;
			double fraction = (double)(numerator % layout->ratio_out) / (double)layout->ratio_out;

			bli_filter_phase(filter, fraction, h, scratch);
			for (size_t j = 0; j < taps; j++)
				h[j] *= gain;
			fill_lane(stage, group, lane, h, taps);
		}
	}
	bank->first_in = stage->offsets;
	bank->first_out = stage->offsets + bank->groups;
	bank->mirror_in = stage->offsets + 2 * bank->groups;
	bank->mirror_out = stage->offsets + 3 * bank->groups;
	bank->columns = stage->columns;
}

int bli_banded_open(struct bli_banded *stage, const struct bli_banded_layout *layout, const struct bli_filter *filter,
		    const struct bli_kernel *kernel, enum bli_precision precision, size_t channels, double gain)
{
	size_t taps = filter->taps, stride_bytes;
	double *scratch = NULL;

	memset(stage, 0, sizeof(*stage));
	stage->in_frames = layout->cycles * layout->ratio_in;
	stage->layout = *layout;
	stage->tile = kernel->tile[precision];
	stage->value_size = value_size(precision);
	stage->channels = channels;
	stage->stride = divide_up(layout->history + layout->periods * stage->in_frames + BLI_GROUP_MAX, BLI_GROUP_MAX) *
			BLI_GROUP_MAX;
	if (__builtin_mul_overflow(stage->stride, stage->value_size, &stride_bytes))
		goto fail;
	stage->columns = bli_allocate_zeroed(layout->bank.groups * layout->group_frames,
					   layout->bank.depth * stage->value_size, &stage->bytes);
	stage->offsets = bli_allocate_zeroed(4 * layout->bank.groups, sizeof(*stage->offsets), &stage->bytes);
	stage->input = bli_allocate_zeroed(channels, stride_bytes, &stage->bytes);
	scratch = malloc(3 * taps * sizeof(*scratch));
	if (!stage->columns || !stage->offsets || !stage->input || !scratch)
		goto fail;
	fill_bank(stage, filter, gain, scratch, scratch + taps);
	free(scratch);
	return 0;

fail:
	free(scratch);
	bli_banded_close(stage);
	return -ENOMEM;
}

void bli_banded_close(struct bli_banded *stage)
{
	free(stage->columns);
	free(stage->offsets);
	free(stage->input);
	memset(stage, 0, sizeof(*stage));
}

static char *channel_start(const struct bli_banded *stage, size_t channel)
{
	return (char *)stage->input + channel * stage->stride * stage->value_size;
}

void bli_banded_reset(struct bli_banded *stage)
{
	for (size_t channel = 0; channel < stage->channels; channel++)
		memset(channel_start(stage, channel), 0, stage->layout.history * stage->value_size);
}

void *bli_banded_input(const struct bli_banded *stage, size_t channel)
{
	return channel_start(stage, channel) + stage->layout.history * stage->value_size;
}

/* Streams first … first + count − 1 of the `cycles` that come after those `before`: channels within repetitions. */
static void run_tile(struct bli_banded *stage, size_t before, size_t cycles, size_t first, size_t count,
		     void *const *out)
{
	const struct bli_banded_layout *layout = &stage->layout;
	size_t channel = first % stage->channels, repetition = first / stage->channels;
	const void *tile_in[BLI_TILE_STREAMS_MAX];
	void *tile_out[BLI_TILE_STREAMS_MAX];

	for (size_t i = 0; i < count; i++) {
		size_t cycle = repetition * layout->pattern;

		if (cycle + layout->pattern > cycles)
			cycle = cycles - layout->pattern;
		cycle += before;
		tile_in[i] = channel_start(stage, channel) + cycle * layout->ratio_in * stage->value_size;
		tile_out[i] = (char *)out[channel] + cycle * layout->ratio_out * stage->value_size;
		if (++channel == stage->channels) {
			channel = 0;
			repetition++;
		}
	}
	stage->tile(&layout->bank, count, tile_in, tile_out);
}

/* Run `periods` periods as one, which come after those `before`. */
static void run_joined(struct bli_banded *stage, size_t before, size_t periods, void *const *out)
{
	const size_t cycles = stage->layout.cycles;
	size_t streams = stage->channels * repetitions(&stage->layout, periods);
	size_t tiles = divide_up(streams, stage->layout.tile_streams);

	/* tiles of nearly equal size: a last one of one stream would leave the adders idle */
	for (size_t tile = 0; tile < tiles; tile++) {
		size_t first = streams * tile / tiles;

		run_tile(stage, before * cycles, periods * cycles, first, streams * (tile + 1) / tiles - first, out);
	}
}

void bli_banded_run(struct bli_banded *stage, size_t periods, void *const *out)
{
	const struct bli_banded_layout *layout = &stage->layout;

	if (layout->joined > 1)
		run_joined(stage, 0, periods, out);
	else
		for (size_t period = 0; period < periods; period++)
			run_joined(stage, period, 1, out);
	for (size_t channel = 0; channel < stage->channels; channel++) {
		char *start = channel_start(stage, channel);

		memmove(start, start + periods * stage->in_frames * stage->value_size,
			layout->history * stage->value_size);
	}
}
