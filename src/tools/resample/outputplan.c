/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "outputplan.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "exactrate.h"

const char *outputplan_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard output" : path;
}

int outputplan_check_name(const struct options *options, const char *path, struct reason *reason)
{
	const char *const extension = soundformat_foreign(path);
	char known[200];

	if (extension == NULL || options->container)
		return 0;
	soundformat_extensions(known, sizeof(known));
	return reason_set(reason, -EINVAL, "%s: cannot write .%s; known: %s", path, extension, known);
}

bool outputplan_name_belies(const struct sound_output *output, const char *path)
{
	return soundformat_misnamed(output->info.format, path) || soundformat_foreign(path) != NULL;
}

static int choose_rate(struct sound_output *output, const struct options *options,
		       const struct sound_input *input, const char *path, struct ratio *rate_hz, struct ratio *factor,
		       struct reason *reason)
{
	int error = options->to_given ? ratio_divide(factor, &options->to_hz, &input->rate_hz)
		: ratio_multiply(rate_hz, &options->by, &input->rate_hz);
	double whole_hz;

	if (options->to_given)
		*rate_hz = options->to_hz;
	else
		*factor = options->by;
	if (error || !ratio_within(factor, BLI_RATIO_MAX))
		return reason_set(reason, -ERANGE, "%s: %.10g Hz to %.10g Hz: ratio not supported; allowed: 1/%d to %d",
				  input->name, ratio_number(&input->rate_hz), ratio_number(rate_hz), BLI_RATIO_MAX,
				  BLI_RATIO_MAX);
	output->rate_hz = ratio_number(rate_hz);
	whole_hz = floor(output->rate_hz + 0.5);
	if (whole_hz < 1 || whole_hz > INT_MAX)
		return reason_set(reason, -ERANGE, "%s: sample rate %.10g Hz: not possible; allowed: 1 to %d",
				  outputplan_name(path), output->rate_hz, INT_MAX);
	output->info.samplerate = (int)whole_hz;
	return 0;
}

/* Dither only where an integer output has fewer bits than its input. */
static enum bli_dither_kind choose_dither(const struct options *options, const struct sound_input *input,
					  const struct sound_output *output)
{
	if (options->dither_given)
		return options->dither;
	return !soundformat_is_lossy(output->info.format) &&
	       soundformat_bits(output->info.format) < soundformat_bits(input->info.format)
		? BLI_DITHER_TPDF : BLI_DITHER_NONE;
}

int outputplan_make(struct sound_output *output, const struct job *job, const struct sound_input *input,
		    const char *path, struct conversion_settings *settings, struct reason *reason)
{
	const struct options *const options = &job->options;
	int container = options->container ? options->container : soundformat_misnamed(input->info.format, path);
	struct ratio rate_hz;
	struct reason why;
	int error;

	/* only the extensible header of WAV says which channel is which */
	if (!options->container && container == SF_FORMAT_WAV && input->info.channels > 2)
		container = SF_FORMAT_WAVEX;
	output->info = (SF_INFO){ .channels = options->channels ? options->channels : input->info.channels };
	error = choose_rate(output, options, input, path, &rate_hz, &settings->factor, reason);
	if (error)
		return error;
	error = soundformat_choose(&output->info, input->info.format, container, options->subtype, &why);
	if (error)
		return reason_set(reason, error, "%s: %.400s", outputplan_name(path), why.text);
	/* a factor may give any rate, but a rate asked for must be the one that the file says */
	if (options->to_given && rate_hz.den != 1 && !exactrate_possible(output->info.format))
		return reason_set(reason, -EINVAL,
				  "%s: %s cannot say %.10g Hz, only whole hertz; aiff, caf and raw can",
				  outputplan_name(path), soundformat_container_name(output->info.format),
				  output->rate_hz);
	error = bli_setting_requirement(&job->filter, fmin(ratio_number(&input->rate_hz), output->rate_hz),
					&settings->requirement, why.text, sizeof(why.text));
	if (error)
		return reason_set(reason, error, "%s: %.400s", input->name, why.text);
	settings->dither = choose_dither(options, input, output);
	return 0;
}
