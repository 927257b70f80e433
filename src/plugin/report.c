/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "report.h"

#include <math.h>

static unsigned long greatest_common_divisor(unsigned long a, unsigned long b)
{
	while (b) {
		unsigned long rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void report_filter(snd_output_t *out, const struct bli_requirement *requirement)
{
	if (requirement->method == BLI_METHOD_LINEAR)
		snd_output_printf(out, "  filter: none, linear interpolation between two frames\n");
	else
		snd_output_printf(out, "  filter: passband %.3f (-0.1 dB), stopband %.3f of the lower Nyquist frequency, attenuation %.0f dB\n",
				  requirement->passband, requirement->stopband, requirement->attenuation_db);
}

static void report_stages(snd_output_t *out, const struct bli_resampler *resampler)
{
	if (resampler->plan.stages == 0)
		snd_output_printf(out, "  stages: none, equal periods pass unchanged\n");
	for (unsigned i = 0; i < resampler->plan.stages; i++) {
		const struct bli_stage *stage = &resampler->stage[i];

		snd_output_printf(out, "  stage %u: %zu -> %zu frames, %zu taps, %zu phases\n", i + 1,
				  stage->shape.in_frames, stage->shape.out_frames, stage->shape.filter.taps,
				  stage->layout.ratio_out);
	}
	snd_output_printf(out, "  sums: %s precision, kernel %s, %zu KiB\n",
			  resampler->precision == BLI_FLOAT ? "float" : "double", resampler->config.kernel->name,
			  (resampler->bytes + 1023) / 1024);
}

/*
 * alsa-lib rounds one period of the two to whole frames, and the ratio that a
 * converter must honour is that of the periods.  An exact pair of periods is
 * a multiple of the rates in lowest terms.
 */
static void report_ratio(snd_output_t *out, const snd_pcm_rate_info_t *info)
{
	unsigned long in = info->in.period_size, out_frames = info->out.period_size;
	unsigned long divisor = greatest_common_divisor(info->in.rate, info->out.rate);
	unsigned long unit_in = info->in.rate / divisor, unit_out = info->out.rate / divisor;
	unsigned long multiple = (in + unit_in / 2) / unit_in;
	double effective = (double)info->in.rate * (double)out_frames / (double)in;
	double error_ppm = (effective / (double)info->out.rate - 1) * 1e6;

	snd_output_printf(out, "  ratio: %lu -> %lu frames per period, %u Hz -> %.3f Hz\n", in, out_frames,
			  info->in.rate, effective);
	if ((unsigned long long)in * info->out.rate == (unsigned long long)out_frames * info->in.rate)
		return;
	if (multiple == 0)
		multiple = 1;
	snd_output_printf(out, "  error: %+.1f ppm against %u Hz, because these periods are not in the exact ratio; nearest exact periods: %lu -> %lu\n",
			  error_ppm, info->out.rate, multiple * unit_in, multiple * unit_out);
}

void bli_report(snd_output_t *out, const struct bli_settings *settings, const struct bli_resampler *resampler,
		const snd_pcm_rate_info_t *info)
{
	double delay_frames;

	snd_output_printf(out, "Converter: %s (%s %s)\n", settings->converter, PACKAGE_NAME, PACKAGE_VERSION);
	report_filter(out, &settings->requirement);
	if (!resampler)
		return;
	report_stages(out, resampler);
	delay_frames = bli_resampler_delay(resampler);
	snd_output_printf(out, "  delay: %.3f input frames, %.3f ms\n", delay_frames,
			  1e3 * delay_frames / (double)info->in.rate);
	report_ratio(out, info);
	snd_output_printf(out, "  clipped: %llu samples\n", (unsigned long long)resampler->clipped);
}
