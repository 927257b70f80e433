/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-resample(1): converts the sample rate of sound files. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/commandline.h"
#include "conversion.h"
#include "exactrate.h"
#include "filterfile.h"
#include "shared/interrupt.h"
#include "progress.h"
#include "options.h"

/* What all files of a run have in common. */
struct job {
	struct resample_options options;
	struct bli_filter_table table;
	struct conversion_settings settings;	/* the factor is each file's own */
	const char *method;			/* for people: the preset or the filter file */
};

__attribute__((format(printf, 2, 3)))
static void note(const struct job *job, const char *format, ...)
{
	va_list arguments;

	if (job->options.quiet)
		return;
	fprintf(stderr, "%s: ", commandline_program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* What the method needs, once for all files. Returns an exit status. */
static int prepare(struct job *job)
{
	const struct resample_options *const options = &job->options;
	struct bli_requirement *const requirement = &job->settings.requirement;
	const struct bli_preset *const preset = options->preset != NULL ? options->preset
		: bli_preset_find(options->linear ? "bli_linear" : BLI_PRESET_DEFAULT);
	const char *const kernel = getenv("BLI_KERNEL");
	char message[512];

	*requirement = preset->requirement;
	job->method = preset->name;
	if (options->filter_path != NULL) {
		if (bli_filterfile_read(&job->table, options->filter_path, message, sizeof(message)) != 0) {
			commandline_complain("%s", message);
			return EXIT_FAILURE;
		}
		/* sums in float add nothing to the noise of a table of 16 bits */
		*requirement = (struct bli_requirement){
			.method = BLI_METHOD_TABLE, .table = &job->table, .nearest = options->nearest,
			.precision = job->table.integers ? BLI_FLOAT : BLI_DOUBLE,
		};
		job->method = options->filter_path;
	}
	job->settings.gain = pow(10, options->gain_db / 20);
	job->settings.dither = options->dither;
	job->settings.kernel = bli_kernel_find(kernel);
	if (job->settings.kernel == NULL) {
		commandline_complain("BLI_KERNEL=%s: not in this build or not for this processor", kernel);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* The factor and the output's rate for an input; its format. */
static int choose_output(const struct job *job, const struct sound_input *input, const char *path,
			 struct ratio *factor, struct sound_output *output, struct reason *reason)
{
	const struct resample_options *const options = &job->options;
	struct ratio rate_hz = options->to_hz;
	const char *const name = strcmp(path, "-") == 0 ? "standard output" : path;
	const int container = options->container ? options->container : soundformat_misnamed(input->info.format, path);
	struct reason why;
	double whole_hz;
	int error = options->to_given ? ratio_divide(factor, &options->to_hz, &input->rate_hz)
		: ratio_multiply(&rate_hz, &options->by, &input->rate_hz);

	if (!options->to_given)
		*factor = options->by;
	if (error || !ratio_within(factor, BLI_RATIO_MAX))
		return reason_set(reason, -ERANGE, "%s: %.10g Hz to %.10g Hz: ratio not supported; allowed: 1/%d to %d",
				  input->name, ratio_number(&input->rate_hz), ratio_number(&rate_hz), BLI_RATIO_MAX, BLI_RATIO_MAX);
	output->rate_hz = ratio_number(&rate_hz);
	whole_hz = floor(output->rate_hz + 0.5);
	if (whole_hz < 1 || whole_hz > INT_MAX)
		return reason_set(reason, -ERANGE, "%s: sample rate %.10g Hz: not possible; allowed: 1 to %d",
				  name, output->rate_hz, INT_MAX);
	output->info = (SF_INFO){ .samplerate = (int)whole_hz, .channels = input->info.channels };
	error = soundformat_choose(&output->info, input->info.format, container, options->subtype, &why);
	if (error)
		return reason_set(reason, error, "%s: %.400s", name, why.text);
	/* a factor may give any rate, but a rate asked for must be the one that the file says */
	if (options->to_given && rate_hz.den != 1 && !exactrate_possible(output->info.format))
		return reason_set(reason, -EINVAL, "%s: %s cannot say %.10g Hz, only whole hertz; aiff, caf and raw can",
				  name, soundformat_container_name(output->info.format), output->rate_hz);
	return 0;
}

static void trace_side(const char *side, const char *name, const SF_INFO *info, double rate_hz)
{
	fprintf(stderr, "%s  %s: %s %s, %d channel%s, %.10g Hz\n", side, name, soundformat_container_name(info->format),
		soundformat_subtype_name(info->format), info->channels, info->channels == 1 ? "" : "s", rate_hz);
}

static void trace_method(const struct job *job, const struct conversion *conversion)
{
	const struct bli_requirement *const requirement = &job->settings.requirement;

	fprintf(stderr, "filter  %s: ", job->method);
	if (requirement->method == BLI_METHOD_TABLE)
		fprintf(stderr, "Nmult %u, Nwing %zu, ScaleFactor %.0f, %s", job->table.nmult, job->table.length,
			job->table.scale, requirement->nearest ? "nearest entry" : "interpolated");
	else if (requirement->method == BLI_METHOD_LINEAR)
		fputs("linear interpolation", stderr);
	else
		fprintf(stderr, "passband %.3f, stopband %.3f, %.1f dB", requirement->passband, requirement->stopband,
			requirement->attenuation_db);
	for (unsigned i = 0; i < conversion->parts; i++) {
		const struct bli_resampler *const resampler = &conversion->part[i].resampler;

		for (unsigned k = 0; k < resampler->plan.stages; k++)
			fprintf(stderr, "; %zu:%zu, %zu taps", resampler->stage[k].layout.ratio_in,
				resampler->stage[k].layout.ratio_out, resampler->plan.stage[k].filter.taps);
	}
	fprintf(stderr, "; %s\n", job->settings.kernel->name);
}

static void trace_beginning(const struct job *job, const struct sound_input *input,
			    const struct sound_output *output, const struct conversion *conversion)
{
	long double factor = 1;

	if (!job->options.trace)
		return;
	trace_side("input ", input->name, &input->info, ratio_number(&input->rate_hz));
	trace_side("output", output->name, &output->info, output->rate_hz);
	fputs("factor  ", stderr);
	for (unsigned i = 0; i < conversion->parts; i++) {
		const struct ratio *const ratio = &conversion->ratio[i];

		factor *= (long double)ratio->num / (long double)ratio->den;
		fprintf(stderr, "%s%llu/%llu", i ? " x " : "", (unsigned long long)ratio->num, (unsigned long long)ratio->den);
	}
	fprintf(stderr, " = %.12Lg\n", factor);
	trace_method(job, conversion);
}

/* How much of the input was not numbers, and how much less is not clipped, in steps of 0.1 dB. */
static void report_losses(const struct job *job, const struct sound_input *input, const struct sound_output *output,
			  const struct conversion *conversion)
{
	const struct bli_resampler *const resampler = conversion_last(conversion);
	const uint64_t invalid = conversion->part[0].resampler.invalid;
	const double gain_db = job->options.gain_db - bli_resampler_excess_db(resampler);

	if (invalid > 0)
		note(job, "%s: %llu sample%s, treated as silence", input->name, (unsigned long long)invalid,
		     invalid == 1 ? " was not a number" : "s were not numbers");
	if (resampler->clipped > 0)
		note(job, "%s: %llu sample%s clipped, the peak is %+.1f dB; --gain %.1f avoids it", output->name,
		     (unsigned long long)resampler->clipped, resampler->clipped == 1 ? "" : "s",
		     20 * log10(resampler->peak), floor(10 * gain_db) / 10);
}

static int convert_file(const struct job *job, struct sound_input *input, const char *path, struct reason *reason)
{
	const struct resample_options *const options = &job->options;
	struct conversion_settings settings = job->settings;
	struct sound_output output;
	struct conversion conversion;
	struct progress progress;
	struct sound_samples samples;
	int error = choose_output(job, input, path, &settings.factor, &output, reason);

	if (error)
		return error;
	samples = soundformat_samples(output.info.format);
	error = conversion_open(&conversion, &settings, &input->samples, &samples, (unsigned)input->info.channels);
	if (error)
		return reason_set(reason, error, "%s: factor %.12g with %s: %s", input->name,
				  ratio_number(&settings.factor), job->method,
				  error == -ENOMEM ? strerror(ENOMEM) : "not supported");
	error = soundfile_open_output(&output, path, options->overwrite, input,
				      input->frames < 0 ? -1 : ratio_frames(&settings.factor, input->frames), reason);
	if (error == 0) {
		trace_beginning(job, input, &output, &conversion);
		progress_begin(&progress, input->name, input->frames, ratio_number(&input->rate_hz), !options->quiet);
		error = conversion_run(&conversion, input, &output, &progress, reason);
		progress_end(&progress);
		/* an input that ends by the same signal, in a pipeline, is not complete */
		if (error == 0 && interrupt_pending())
			error = reason_set(reason, -EINTR, "%s: interrupted", input->name);
		if (error == 0)
			error = soundfile_commit(&output, reason);
		else
			soundfile_discard(&output);
	}
	if (error == 0 && options->trace)
		fprintf(stderr, "frames  %lld in, %lld out\n", (long long)input->frames_read, (long long)output.frames_written);
	if (error == 0)
		report_losses(job, input, &output, &conversion);
	conversion_close(&conversion);
	return error;
}

/* Returns an exit status. */
static int process(const struct job *job, const char *in_path, const char *out_path)
{
	struct sound_input input;
	struct reason reason;
	int error = soundfile_open_input(&input, in_path, &job->options.raw, &reason);

	if (error == 0) {
		error = convert_file(job, &input, out_path, &reason);
		soundfile_close_input(&input);
	}
	if (error == 0)
		return EXIT_SUCCESS;
	if (interrupt_pending())
		interrupt_die(interrupt_pending());
	if (error == -EPIPE)
		interrupt_die(SIGPIPE);	/* returns where it is ignored */
	commandline_complain("%s", reason.text);
	return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	struct job job = { .method = NULL };
	const struct resample_options *const options = &job.options;
	int status;

	/* lines stay whole where several processes write to one terminal or file */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	status = resample_options_read(&job.options, argc, argv);
	if (status < 0 && (fflush(stdout) != 0 || ferror(stdout))) {
		commandline_complain("standard output: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (status != 0)
		return status < 0 ? EXIT_SUCCESS : status;
	interrupt_catch();
	status = prepare(&job);
	for (int i = 0; i < options->input_count && job.settings.kernel != NULL; i++) {
		char *const path = options->output_dir != NULL ? resample_name_in_directory(options, options->inputs[i])
			: strdup(options->output);

		if (path == NULL) {
			commandline_complain("%s", strerror(ENOMEM));
			status = EXIT_FAILURE;
			break;
		}
		/* one file that fails does not keep the others from being converted */
		status |= process(&job, options->inputs[i], path);
		free(path);
	}
	bli_filter_table_free(&job.table);
	return status;
}
