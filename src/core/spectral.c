/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spectral.h"
#include "gcd.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Windows tried for each number of blocks, from the shortest on, and how much longer than that they may be. */
#define SIZES_TRIED 10
#define SIZE_SEARCH 1.25

/*
 * Transforms slow down by this with every doubling of what they work on beyond
 * what the second-level cache holds easily: 25 % at 860 KiB with AVX2 and SSE2.
 */
#define CACHE_SLOWDOWN 0.15
#define CACHE_BYTES (256 << 10)

/* Clock cycles of a block for each value of a window or a result: to look for silence, and to copy. */
#define COPY_COST 0.25
/* Clock cycles of a block, whatever its length. */
#define BLOCK_COST 400
/* Clock cycles per vector of bins. */
#define MULTIPLY_COST 5

static size_t divide_up(size_t a, size_t b)
{
	return (a + b - 1) / b;
}

static size_t value_size(enum bli_precision precision)
{
	return precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
}

/*
 * Where the spectrum is cut, in cycles per input frame.  A tone at the very edge
 * of the stopband is no single bin of a window, but spreads; cut in its middle
 * its remainder would come out up to 3 dB louder.  Here less than 1 % of its
 * power is lost.
 */
static double cut_of(const struct bli_filter *filter)
{
	return filter->stop * 1.0625;
}

/* Samples of the filter per input frame: with two the response has no images below the cut, whatever the ratio. */
static size_t samples_per_frame(const struct bli_filter *filter)
{
	return filter->samples ? filter->samples_per_frame : 2;
}

static bool can_be_spectral(const struct bli_filter *filter, size_t in_frames, size_t out_frames)
{
	if (filter->method != BLI_METHOD_SINC || !(cut_of(filter) < 1))
		return false;
	/* upwards both phases of 1:2 are there, downwards the only one of 2:1 */
	return !filter->samples || (out_frames == 2 * in_frames && filter->samples_per_frame == 2) ||
	       (in_frames == 2 * out_frames && filter->samples_per_frame == 1);
}

/* Complete a layout whose blocks and sizes are known. */
static void complete_layout(struct bli_spectral_layout *layout, const struct bli_filter *filter,
			    const struct bli_kernel *kernel, enum bli_precision precision, size_t channels)
{
	double pairs = (double)divide_up(channels * layout->blocks, 2);
	double bins, values = (double)(layout->size_in + layout->size_out), bytes;

	layout->edge = (size_t)ceil(cut_of(filter) * (double)layout->size_in);
	layout->table_bytes = 2 * (2 * layout->edge + 1 + layout->size_in + layout->size_out) * value_size(precision);
	bins = (double)(2 * layout->edge + 1) / kernel->transform_lanes[precision];
	layout->cost = pairs * (bli_fft_cost(layout->size_in, kernel, precision) +
				bli_fft_cost(layout->size_out, kernel, precision) + bins * MULTIPLY_COST + BLOCK_COST +
				values * COPY_COST);
	/* a window, its spectrum, the result, the matrix of either transform and their tables */
	bytes = 8 * values * (double)value_size(precision);
	if (bytes > CACHE_BYTES)
		layout->cost *= 1 + CACHE_SLOWDOWN * log2(bytes / CACHE_BYTES);
	if (layout->edge >= layout->size_out || layout->edge >= layout->size_in)
		layout->cost = HUGE_VAL;
}

bool bli_spectral_lay_out(struct bli_spectral_layout *layout, size_t in_frames, size_t out_frames, size_t periods,
			  const struct bli_filter *filter, const struct bli_kernel *kernel,
			  enum bli_precision precision, size_t channels, double cost_max)
{
	size_t cycles = (size_t)bli_gcd(in_frames, out_frames);
	size_t ratio_in = in_frames / cycles, ratio_out = out_frames / cycles;
	bool found = false;

	*layout = (struct bli_spectral_layout){ .cost = cost_max };
	if (!can_be_spectral(filter, in_frames, out_frames))
		return false;
	/*
	 * A block shorter than the filter spends most of its transforms on the overlap.
	 * Blocks of one channel share transforms if their number is even, otherwise the
	 * channels do: so channels with the same input have the same output.
	 */
	for (size_t blocks = 1; blocks <= cycles && (blocks == 1 || in_frames / blocks >= filter->taps);
	     blocks += blocks == 1 ? 1 : 2 * divide_up(blocks, 16)) {
		size_t block_cycles = divide_up(cycles, blocks), tried = 0;
		size_t least = divide_up(block_cycles * ratio_in + filter->taps - 1, ratio_in);
		size_t most = (size_t)fmax((double)least + 2, SIZE_SEARCH * (double)least);

		for (size_t multiple = least; tried < SIZES_TRIED && multiple <= most; multiple++) {
			struct bli_spectral_layout candidate = {
				.in_frames = in_frames,
				.out_frames = out_frames,
				.periods = periods,
				.blocks = blocks,
				.block_in = block_cycles * ratio_in,
				.block_out = block_cycles * ratio_out,
				.size_in = multiple * ratio_in,
				.size_out = multiple * ratio_out,
			};

			complete_layout(&candidate, filter, kernel, precision, channels);
			tried += candidate.cost < HUGE_VAL;
			if (candidate.cost < layout->cost) {
				*layout = candidate;
				found = true;
			}
		}
	}
	return found;
}

static void store_value(const struct bli_spectral *stage, void *values, size_t index, double value)
{
	if (stage->precision == BLI_FLOAT)
		((float *)values)[index] = (float)value;
	else
		((double *)values)[index] = value;
}

/*
 * The filter's response from h, its taps at whole input frames in the real and
 * half a frame later in the imaginary plane, transformed: with E and O the
 * transforms of those real sequences, G(i) = E(i) + exp(−πi·i/size)·O(i), halved
 * where there are two samples per frame.  Both repeat every `size` bins.
 */
static void fill_response(struct bli_spectral *stage, const double *real, const double *imaginary, double scale)
{
	size_t size = stage->layout.size_in, edge = stage->layout.edge, bins = 2 * edge + 1;

	for (size_t bin = 0; bin < bins; bin++) {
		/* −edge … −1 as 2·size − edge … */
		size_t i = bin <= edge ? bin : 2 * size - (bins - bin), k = i % size, mirror = (size - k) % size;
		double even_real = (real[k] + real[mirror]) / 2, odd_imaginary = (real[mirror] - real[k]) / 2;
		double even_imaginary = (imaginary[k] - imaginary[mirror]) / 2;
		double odd_real = (imaginary[k] + imaginary[mirror]) / 2;
		double turn_real, turn_imaginary;

		bli_fft_twiddle(&turn_real, &turn_imaginary, i, 2 * size);
		store_value(stage, stage->response, bin,
			    (even_real + odd_real * turn_real - odd_imaginary * turn_imaginary) * scale);
		store_value(stage, stage->response, bins + bin,
			    (even_imaginary + odd_real * turn_imaginary + odd_imaginary * turn_real) * scale);
	}
}

/* Returns 0 or −ENOMEM. */
static int design_response(struct bli_spectral *stage, const struct bli_filter *filter, double gain)
{
	size_t size = stage->layout.size_in, taps = filter->taps, samples = samples_per_frame(filter);
	double *planes = calloc(2 * size, sizeof(*planes)), *h = malloc(3 * taps * sizeof(*h));
	struct bli_fft fft;
	void *work = NULL;
	int error = bli_fft_open(&fft, size, stage->kernel, BLI_DOUBLE);

	if (!error)
		work = aligned_alloc(BLI_ALIGNMENT, fft.work_bytes);
	if (!error && (!planes || !h || !work))
		error = -ENOMEM;
	for (size_t phase = 0; phase < samples && !error; phase++) {
		bli_filter_phase(filter, (double)phase / (double)samples, h, h + taps);
		/* the last tap weighs the newest frame, so that it comes first in time */
		for (size_t j = 0; j < taps; j++)
			planes[phase * size + j] = h[taps - 1 - j];
	}
	if (!error) {
		bli_fft_run(&fft, planes, planes + size, planes, planes + size, work);
		fill_response(stage, planes, planes + size, gain / (double)samples / (double)size);
	}
	bli_fft_close(&fft);
	free(work);
	free(h);
	free(planes);
	return error;
}

int bli_spectral_open(struct bli_spectral *stage, const struct bli_spectral_layout *layout,
		      const struct bli_filter *filter, const struct bli_kernel *kernel, enum bli_precision precision,
		      size_t channels, double gain)
{
	size_t size = value_size(precision), line = BLI_ALIGNMENT / size;
	int error;

	memset(stage, 0, sizeof(*stage));
	stage->layout = *layout;
	stage->history = layout->size_in - layout->block_in;
	stage->kernel = kernel;
	stage->precision = precision;
	stage->value_size = size;
	stage->channels = channels;
	/* a banded stage in front writes up to a group too much */
	stage->stride = divide_up(stage->history + layout->periods * layout->in_frames + BLI_GROUP_MAX, line) * line;
	error = bli_fft_open(&stage->forward, layout->size_in, kernel, precision);
	if (!error)
		error = bli_fft_open(&stage->backward, layout->size_out, kernel, precision);
	if (!error) {
		size_t work_bytes = stage->forward.work_bytes > stage->backward.work_bytes ?
					    stage->forward.work_bytes : stage->backward.work_bytes;

		stage->bytes = stage->forward.bytes + stage->backward.bytes;
		stage->input = bli_allocate_zeroed(channels, stage->stride * size, &stage->bytes);
		stage->response = bli_allocate_zeroed(2 * (2 * layout->edge + 1), size, &stage->bytes);
		stage->spectrum = bli_allocate_zeroed(2 * layout->size_in, size, &stage->bytes);
		stage->result = bli_allocate_zeroed(2 * layout->size_out, size, &stage->bytes);
		stage->work = bli_allocate_zeroed(work_bytes, 1, &stage->bytes);
		if (!stage->input || !stage->response || !stage->spectrum || !stage->result || !stage->work)
			error = -ENOMEM;
	}
	if (!error)
		error = design_response(stage, filter, gain);
	if (error)
		bli_spectral_close(stage);
	return error;
}

void bli_spectral_close(struct bli_spectral *stage)
{
	bli_fft_close(&stage->forward);
	bli_fft_close(&stage->backward);
	free(stage->input);
	free(stage->response);
	free(stage->spectrum);
	free(stage->result);
	free(stage->work);
	memset(stage, 0, sizeof(*stage));
}

static char *channel_start(const struct bli_spectral *stage, size_t channel)
{
	return (char *)stage->input + channel * stage->stride * stage->value_size;
}

void bli_spectral_reset(struct bli_spectral *stage)
{
	for (size_t channel = 0; channel < stage->channels; channel++)
		memset(channel_start(stage, channel), 0, stage->history * stage->value_size);
}

void *bli_spectral_input(const struct bli_spectral *stage, size_t channel)
{
	return channel_start(stage, channel) + stage->history * stage->value_size;
}

/* Multiply `count` bins from in_bin on by those of the response from bin on, into or onto those from out_bin on. */
static void multiply(struct bli_spectral *stage, size_t in_bin, size_t bin, size_t out_bin, size_t count, bool onto)
{
	const struct bli_spectral_layout *layout = &stage->layout;
	size_t size = stage->value_size, bins = 2 * layout->edge + 1;
	const char *x = (char *)stage->spectrum + in_bin * size, *response = (char *)stage->response + bin * size;
	char *y = (char *)stage->result + out_bin * size;
	const void *const in[2] = { x, x + layout->size_in * size };
	const void *const factor[2] = { response, response + bins * size };
	void *const out[2] = { y, y + layout->size_out * size };

	stage->kernel->multiply[stage->precision](in, factor, out, count, onto);
}

/* The spectrum of the window to that of the result. */
static void filter_spectrum(struct bli_spectral *stage)
{
	const struct bli_spectral_layout *layout = &stage->layout;
	/* first of the bins −edge … −1 in the result */
	size_t edge = layout->edge, first = layout->size_out - edge;
	size_t shared = edge >= first ? edge + 1 - first : 0;	/* of those with bins up to edge */

	multiply(stage, 0, 0, 0, edge + 1, false);
	multiply(stage, layout->size_in - edge, edge + 1, first, shared, true);
	multiply(stage, layout->size_in - edge + shared, edge + 1 + shared, first + shared, edge - shared, false);
	for (size_t part = 0; part < 2 && edge + 1 < first; part++)
		memset((char *)stage->result + (part * layout->size_out + edge + 1) * stage->value_size, 0,
		       (first - edge - 1) * stage->value_size);
}

/* Two windows to stage->result, its real part that of the first. */
static void convolve(struct bli_spectral *stage, const void *real, const void *imaginary)
{
	const struct bli_spectral_layout *layout = &stage->layout;
	char *spectrum_imaginary = (char *)stage->spectrum + layout->size_in * stage->value_size;
	char *result_imaginary = (char *)stage->result + layout->size_out * stage->value_size;

	bli_fft_run(&stage->forward, real, imaginary, stage->spectrum, spectrum_imaginary, stage->work);
	filter_spectrum(stage);
	/* parts exchanged: the inverse */
	bli_fft_run(&stage->backward, result_imaginary, stage->result, result_imaginary, stage->result, stage->work);
}

static bool is_silent(const struct bli_spectral *stage, const void *window)
{
	size_t size = stage->layout.size_in;

	if (stage->precision == BLI_FLOAT) {
		for (size_t i = 0; i < size; i++)
			if (((const float *)window)[i] != 0)
				return false;
	} else {
		for (size_t i = 0; i < size; i++)
			if (((const double *)window)[i] != 0)
				return false;
	}
	return true;
}

/*
 * Whether the result's parts are finite.  Every value of a result is a sum over
 * all bins, and every bin one over the window, so the last value stands for all.
 */
static bool is_finite(const struct bli_spectral *stage)
{
	size_t size = stage->layout.size_out;
	const double *values = stage->result;
	const float *floats = stage->result;

	if (stage->precision == BLI_FLOAT)
		return isfinite(floats[size - 1]) && isfinite(floats[2 * size - 1]);
	return isfinite(values[size - 1]) && isfinite(values[2 * size - 1]);
}

/* One part of the result to where a window's output goes. */
static void put_result(const struct bli_spectral *stage, unsigned part, void *out)
{
	const struct bli_spectral_layout *layout = &stage->layout;
	const char *result = stage->result;

	memcpy(out, result + ((part + 1) * layout->size_out - layout->block_out) * stage->value_size,
	       layout->block_out * stage->value_size);
}

/*
 * One window by itself, as both parts, so that there is always a partner; for
 * `outputs` places, which may overlap where they are blocks of one channel.
 */
static void run_one(struct bli_spectral *stage, const void *window, void *const *out, unsigned outputs)
{
	bool silent = is_silent(stage, window);

	if (!silent)
		convolve(stage, window, window);
	for (unsigned i = 0; i < outputs; i++)
		if (silent)
			memset(out[i], 0, stage->layout.block_out * stage->value_size);
		else
			put_result(stage, 0, out[i]);
}

static void run_two(struct bli_spectral *stage, const void *const *window, void *const *out)
{
	const struct bli_spectral_layout *layout = &stage->layout;

	/* the same in both channels comes out the same, to the last bit */
	if (memcmp(window[0], window[1], layout->size_in * stage->value_size) == 0) {
		run_one(stage, window[0], out, 2);
		return;
	}
	if (!is_silent(stage, window[0]) && !is_silent(stage, window[1])) {
		convolve(stage, window[0], window[1]);
		if (is_finite(stage)) {
			put_result(stage, 0, out[0]);
			put_result(stage, 1, out[1]);
			return;
		}
	}
	/* neither rounding nor what is not finite gets from one to the other */
	run_one(stage, window[0], &out[0], 1);
	run_one(stage, window[1], &out[1], 1);
}

/* The period that begins so many frames of input, and of output, after the run does. */
static void run_period(struct bli_spectral *stage, size_t in_first, size_t out_first, void *const *out)
{
	const struct bli_spectral_layout *layout = &stage->layout;
	size_t windows = stage->channels * layout->blocks, size = stage->value_size;
	const void *window[2];
	void *to[2];

	for (size_t i = 0; i < windows; i++) {
		size_t channel = i / layout->blocks, block = i % layout->blocks;
		bool last = block == layout->blocks - 1;	/* ends with the period */

		window[i % 2] = channel_start(stage, channel) + (in_first +
				(last ? layout->in_frames - layout->block_in : block * layout->block_in)) * size;
		to[i % 2] = (char *)out[channel] + (out_first +
			    (last ? layout->out_frames - layout->block_out : block * layout->block_out)) * size;
		if (i % 2)
			run_two(stage, window, to);
		else if (i == windows - 1)
			run_one(stage, window[0], to, 1);
	}
}

void bli_spectral_run(struct bli_spectral *stage, size_t periods, void *const *out)
{
	const struct bli_spectral_layout *layout = &stage->layout;

	for (size_t period = 0; period < periods; period++)
		run_period(stage, period * layout->in_frames, period * layout->out_frames, out);
	for (size_t channel = 0; channel < stage->channels; channel++) {
		char *start = channel_start(stage, channel);

		memmove(start, start + periods * layout->in_frames * stage->value_size,
			stage->history * stage->value_size);
	}
}
