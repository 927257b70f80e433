/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "piece.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outputnames.h"
#include "outputplan.h"
#include "shared/commandline.h"
#include "shared/interrupt.h"
#include "trace.h"

/* A piece while it is converted: inputs → reader → conversion → one output after the other. */
struct piece {
	const struct job *job;
	struct sound_input *inputs;	/* [count] */
	struct sound_output *outputs;	/* [count] what each is to be, the current one open */
	char *const *paths;		/* [count] of the outputs */
	unsigned count, opened;		/* inputs that are open */
	unsigned current;		/* output */
	bool make_folders, writing;
	struct conversion_settings settings;
	struct reader reader;
	struct conversion conversion;
	int64_t written;		/* output frames of all outputs */
};

static int open_inputs(struct piece *piece, char *const *paths, struct reason *reason)
{
	const struct options *const options = &piece->job->options;
	int error = 0;

	for (unsigned i = 0; i < piece->count && error == 0; i++) {
		/* nothing is read in vain */
		error = outputplan_check_name(options, piece->paths[i], reason);
		if (error == 0)
			error = soundfile_open_input(&piece->inputs[i], paths[i], &options->reading, reason);
		piece->opened += error == 0;
	}
	return error;
}

static int plan_outputs(struct piece *piece, struct reason *reason)
{
	const struct sound_input *const first = &piece->inputs[0];
	int error = 0;

	for (unsigned i = 0; i < piece->count && error == 0; i++) {
		const struct sound_input *const input = &piece->inputs[i];

		error = outputplan_make(&piece->outputs[i], piece->job, input, piece->paths[i], &piece->settings,
					reason);
		if (error == 0 && (ratio_number(&input->rate_hz) != ratio_number(&first->rate_hz) ||
				   input->info.channels != first->info.channels ||
				   piece->outputs[i].info.format != piece->outputs[0].info.format))
			error = reason_set(reason, -EINVAL, "%s: differs from %s in rate, channels or format; "
					   "--gapless needs them alike", input->name, first->name);
	}
	return error;
}

static int open_conversion(struct piece *piece, struct reason *reason)
{
	const struct sound_samples samples = soundformat_samples(piece->outputs[0].info.format);
	const int error = conversion_open(&piece->conversion, &piece->settings, &piece->reader.samples, &samples,
					  piece->reader.mix.out);

	return error == 0 ? 0
		: reason_set(reason, error, "%s: factor %.12g with %s: %s", piece->inputs[0].name,
			     ratio_number(&piece->settings.factor), piece->job->method,
			     error == -ENOMEM ? strerror(ENOMEM) : "not supported");
}

/* Of all inputs; −1: not known. */
static int64_t input_frames(const struct piece *piece)
{
	int64_t frames = 0;

	for (unsigned i = 0; i < piece->count; i++) {
		if (piece->inputs[i].frames < 0)
			return -1;
		frames += piece->inputs[i].frames;
	}
	return frames;
}

/* Up to the end of output `index`, from the beginning of the first; −1: not known yet. */
static int64_t output_end(const struct piece *piece, unsigned index)
{
	return piece->reader.ends[index] < 0 ? -1 : ratio_frames(&piece->settings.factor, piece->reader.ends[index]);
}

/* How long the next output is to be, as far as the headers of the inputs say. */
static int64_t expected_frames(const struct piece *piece)
{
	int64_t before = 0;

	for (unsigned i = 0; i < piece->current; i++)
		before += piece->inputs[i].frames < 0 ? 0 : piece->inputs[i].frames;
	if (piece->inputs[piece->current].frames < 0)
		return -1;
	return ratio_frames(&piece->settings.factor, before + piece->inputs[piece->current].frames) -
	       ratio_frames(&piece->settings.factor, before);
}

static int open_output(struct piece *piece, struct reason *reason)
{
	const struct options *const options = &piece->job->options;
	struct sound_output *const output = &piece->outputs[piece->current];
	const struct sound_writing writing = {
		.overwrite = options->overwrite, .frames = expected_frames(piece), .factor = piece->settings.factor,
		.encoder = options->encoder,
	};
	const char *const path = piece->paths[piece->current];
	int error = piece->make_folders ? outputnames_make_folders(path) : 0;

	if (error)
		return reason_set(reason, error, "%s: %s", path, strerror(-error));
	error = soundfile_open_output(output, path, &writing, &piece->inputs[piece->current], reason);
	piece->writing = error == 0;
	if (error == 0 && options->trace)
		trace_beginning(piece->job, &piece->settings.requirement, &piece->inputs[piece->current], output,
				&piece->conversion);
	return error;
}

static void tell_losses(const struct piece *piece, const struct sound_output *output)
{
	const struct options *const options = &piece->job->options;

	if (output->dropped.text[0] != '\0')
		job_note(piece->job, "%s: not kept: %s", output->name, output->dropped.text);
	if (options->container && outputplan_name_belies(output, piece->paths[piece->current]))
		job_note(piece->job, "%s: written as %s, although its name says otherwise", output->name,
			 soundformat_container_name(output->info.format));
	if (options->trace)
		fprintf(stderr, "frames  %lld in, %lld out\n", (long long)piece->inputs[piece->current].frames_read,
			(long long)output->frames_written);
}

static int close_output(struct piece *piece, struct reason *reason)
{
	struct sound_output *const output = &piece->outputs[piece->current];
	int error;

	/* an input that ends by the same signal, in a pipeline, is not complete */
	if (interrupt_pending())
		return reason_set(reason, -EINTR, "%s: interrupted", piece->inputs[piece->current].name);
	piece->writing = false;
	error = soundfile_commit(output, reason);
	if (error == 0)
		tell_losses(piece, output);
	piece->current++;
	return error;
}

/* Write frames to the outputs they belong to. */
static int write_frames(struct piece *piece, unsigned char *frames, int64_t count, struct reason *reason)
{
	const struct sound_samples samples = soundformat_samples(piece->outputs[0].info.format);
	const size_t frame_bytes = (size_t)samples.format.bytes * piece->reader.mix.out;
	int error = 0;

	while (error == 0) {
		const bool last = piece->current + 1 == piece->count;
		const int64_t end = last ? -1 : output_end(piece, piece->current);
		const int64_t room = end < 0 ? count : end - piece->written, now = count < room ? count : room;

		if (now > 0)
			error = soundfile_write(&piece->outputs[piece->current], frames, now, reason);
		piece->written += now;
		frames += (size_t)now * frame_bytes;
		count -= now;
		if (error || end < 0 || piece->written < end)
			break;
		error = close_output(piece, reason);
		if (error == 0)
			error = open_output(piece, reason);
	}
	return error;
}

/* Converts all; without `write` only to learn the peak. */
static int run(struct piece *piece, bool write, struct progress_file *progress, struct reason *reason)
{
	void *frames;
	int64_t count;
	int error = 0;

	while (error == 0 && (count = conversion_next(&piece->conversion, &piece->reader, &frames, reason)) != 0) {
		if (count < 0)
			return (int)count;
		if (write)
			error = write_frames(piece, frames, count, reason);
		progress_show(progress, piece->reader.frames_read);
	}
	return error;
}

/* What rounding to single precision may add to a peak: about 1e-6 of it. */
#define PEAK_MARGIN_DB 1e-4

/* The gain that brings the peak where it is wanted, and no sample beyond full scale. */
static void choose_gain(struct piece *piece)
{
	const struct options *const options = &piece->job->options;
	const struct bli_resampler *const resampler = conversion_last(&piece->conversion);
	const double peak_db = 20 * log10(resampler->peak);
	double gain_db = options->gain_db;

	if (!(resampler->peak > 0))
		return;
	if (options->normalize)
		gain_db += options->normalize_db - peak_db;
	if (options->no_clip || options->normalize) {
		const bool floats = resampler->config.out_format.is_float;
		const double excess_db = floats ? peak_db : bli_resampler_excess_db(resampler);

		/* what was measured has the gain of the options; floating point numbers in files do not clip */
		if (!floats || soundformat_is_lossy(piece->outputs[0].info.format))
			gain_db = fmin(gain_db, options->gain_db - excess_db - PEAK_MARGIN_DB);
	}
	piece->settings.gain = pow(10, gain_db / 20);
	if (fabs(gain_db - options->gain_db) > 0.005)
		job_note(piece->job, "%s: gain %+.2f dB", outputplan_name(piece->paths[0]), gain_db);
}

/* A run that writes nothing, for gains that depend on the peak. */
static int measure(struct piece *piece, struct progress_file *progress, struct reason *reason)
{
	int error = open_conversion(piece, reason);

	if (error)
		return error;
	error = run(piece, false, progress, reason);
	if (error == 0)
		choose_gain(piece);
	conversion_close(&piece->conversion);
	for (unsigned i = 0; i < piece->count && error == 0; i++)
		error = soundfile_rewind(&piece->inputs[i], &piece->job->options.reading, reason);
	reader_rewind(&piece->reader);
	return error;
}

static bool gain_depends_on_peak(const struct piece *piece)
{
	const struct options *const options = &piece->job->options;
	const int format = piece->outputs[0].info.format;

	return options->normalize ||
	       (options->no_clip && (!soundformat_samples(format).format.is_float || soundformat_is_lossy(format)));
}

/* How much less gain avoids clipping, in steps of 0.1 dB. */
static void tell_clipping(const struct piece *piece)
{
	const struct bli_resampler *const resampler = conversion_last(&piece->conversion);
	const double gain_db = 20 * log10(piece->settings.gain) - bli_resampler_excess_db(resampler);

	if (resampler->clipped > 0)
		job_note(piece->job, "%s: %llu sample%s clipped, the peak is %+.1f dB; --gain %.1f avoids it",
			 piece->outputs[piece->count - 1].name, (unsigned long long)resampler->clipped,
			 resampler->clipped == 1 ? "" : "s", 20 * log10(resampler->peak), floor(10 * gain_db) / 10);
}

/* That an input ends early is reported even with --quiet. */
static void tell_warnings(const struct piece *piece)
{
	for (unsigned i = 0; i < piece->count; i++) {
		const struct sound_input *const input = &piece->inputs[i];

		if (input->warning.text[0] != '\0')
			commandline_complain("%s; converted up to there", input->warning.text);
		if (input->invalid > 0)
			job_note(piece->job, "%s: %llu sample%s, treated as silence", input->name,
				 (unsigned long long)input->invalid,
				 input->invalid == 1 ? " was not a number" : "s were not numbers");
	}
}

static int convert(struct piece *piece, struct progress *progress, struct reason *reason)
{
	const struct sound_input *const first = &piece->inputs[0];
	const bool twice = gain_depends_on_peak(piece);
	const int64_t frames = input_frames(piece);
	struct progress_file progress_file;
	int error;

	progress_begin(&progress_file, progress, first->name, frames, ratio_number(&first->rate_hz));
	error = twice ? measure(piece, &progress_file, reason) : 0;
	if (error == 0)
		error = open_conversion(piece, reason);
	if (error == 0) {
		error = open_output(piece, reason);
		if (error == 0)
			error = run(piece, true, &progress_file, reason);
	}
	progress_end(&progress_file);
	/* the last ones may be shorter than half a frame */
	while (error == 0 && piece->writing) {
		error = close_output(piece, reason);
		if (error == 0 && piece->current < piece->count)
			error = open_output(piece, reason);
	}
	if (error == 0)
		tell_clipping(piece);
	if (error == 0)
		tell_warnings(piece);
	if (piece->writing)
		soundfile_discard(&piece->outputs[piece->current]);
	conversion_close(&piece->conversion);
	return error;
}

int piece_convert(const struct job *job, char *const *inputs, char *const *outputs, unsigned count, bool make_folders,
		  unsigned threads, struct progress *progress, struct reason *reason)
{
	struct piece piece = {
		.job = job, .paths = outputs, .count = count, .make_folders = make_folders,
		.settings = { .kernel = job->kernel, .gain = pow(10, job->options.gain_db / 20), .threads = threads },
	};
	int error;

	piece.inputs = calloc(count, sizeof(piece.inputs[0]));
	piece.outputs = calloc(count, sizeof(piece.outputs[0]));
	error = piece.inputs != NULL && piece.outputs != NULL ? 0 : reason_set(reason, -ENOMEM, "%s", strerror(ENOMEM));
	if (error == 0)
		error = open_inputs(&piece, inputs, reason);
	if (error == 0)
		error = plan_outputs(&piece, reason);
	if (error == 0) {
		error = reader_open(&piece.reader, piece.inputs, count, piece.outputs[0].info.format,
				    (unsigned)piece.outputs[0].info.channels, &piece.outputs[0].layout, reason);
		for (unsigned i = 1; i < count; i++)
			piece.outputs[i].layout = piece.outputs[0].layout;
	}
	if (error == 0)
		error = convert(&piece, progress, reason);
	reader_close(&piece.reader);
	for (unsigned i = 0; i < piece.opened; i++)
		soundfile_close_input(&piece.inputs[i]);
	free(piece.inputs);
	free(piece.outputs);
	return error;
}
