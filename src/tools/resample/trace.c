/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trace.h"

#include <stdio.h>

static void trace_side(const char *side, const char *name, const SF_INFO *info, double rate_hz)
{
	fprintf(stderr, "%s  %s: %s %s, %d channel%s, %.10g Hz\n", side, name, soundformat_container_name(info->format),
		soundformat_subtype_name(info->format), info->channels, info->channels == 1 ? "" : "s", rate_hz);
}

static void trace_method(const struct job *job, const struct bli_requirement *requirement,
			 const struct conversion *conversion)
{
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
			fprintf(stderr, "; %zu:%zu, %zu taps", resampler->plan.stage[k].banded.ratio_in,
				resampler->plan.stage[k].banded.ratio_out, resampler->plan.stage[k].filter.taps);
	}
	fprintf(stderr, "; %s\n", job->kernel->name);
}

void trace_beginning(const struct job *job, const struct bli_requirement *requirement, const struct sound_input *input,
		     const struct sound_output *output, const struct conversion *conversion)
{
	long double factor = 1;

	flockfile(stderr);
	trace_side("input ", input->name, &input->info, ratio_number(&input->rate_hz));
	trace_side("output", output->name, &output->info, output->rate_hz);
	fputs("factor  ", stderr);
	for (unsigned i = 0; i < conversion->parts; i++) {
		const struct ratio *const ratio = &conversion->ratio[i];

		factor *= (long double)ratio->num / (long double)ratio->den;
		fprintf(stderr, "%s%llu/%llu", i ? " x " : "", (unsigned long long)ratio->num,
			(unsigned long long)ratio->den);
	}
	fprintf(stderr, " = %.12Lg\n", factor);
	trace_method(job, requirement, conversion);
	funlockfile(stderr);
}
