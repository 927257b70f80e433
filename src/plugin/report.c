/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "report.h"
#include "gcd.h"
#include "log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Edges in Hz name their unit each; two fractions share one, after the second. */
static void report_edges(snd_output_t *out, const struct bli_edge *passband, const struct bli_edge *stopband)
{
	static const char fraction[] = " of the lower Nyquist frequency";

	snd_output_printf(out, "  filter: passband %.5g%s (-0.1 dB), stopband %.5g%s", passband->value,
			  passband->in_hz ? " Hz" : stopband->in_hz ? fraction : "", stopband->value,
			  stopband->in_hz ? " Hz" : fraction);
}

static void report_phase(snd_output_t *out, double phase)
{
	if (phase == BLI_PHASE_LINEAR)
		snd_output_printf(out, "linear phase\n");
	else if (phase == BLI_PHASE_MINIMUM)
		snd_output_printf(out, "minimum phase\n");
	else
		snd_output_printf(out, "phase %g (0 minimum, 50 linear, 100 maximum)\n", phase);
}

static void report_filter(snd_output_t *out, const struct bli_settings *settings)
{
	const struct bli_requirement *requirement = &settings->filter.requirement;

	switch (requirement->method) {
	case BLI_METHOD_LINEAR:
		snd_output_printf(out, "  filter: none, linear interpolation between two frames\n");
		break;
	case BLI_METHOD_TABLE:
		snd_output_printf(out, "  filter: table from a file, %zu entries, %s\n", settings->table.length,
				  requirement->nearest ? "nearest entry" : "interpolated");
		break;
	case BLI_METHOD_SINC:
		report_edges(out, &settings->filter.passband, &settings->filter.stopband);
		snd_output_printf(out, ", attenuation %g dB, ", requirement->attenuation_db);
		report_phase(out, requirement->phase);
		break;
	}
	if (settings->gain_db != 0)
		snd_output_printf(out, "  gain: %+g dB\n", settings->gain_db);
	if (settings->dither != BLI_DITHER_NONE)
		snd_output_printf(out, "  dither: %s, for outputs of %d bits or fewer\n",
				  settings->dither == BLI_DITHER_TPDF ? "tpdf" : "shaped", BLI_DITHER_BITS_MAX);
}

static void report_stages(snd_output_t *out, const struct bli_resampler *resampler)
{
	if (resampler->plan.stages == 0)
		snd_output_printf(out, "  stages: none, equal periods pass unchanged\n");
	for (unsigned i = 0; i < resampler->plan.stages; i++) {
		const struct bli_stage_plan *stage = &resampler->plan.stage[i];

		snd_output_printf(out, "  stage %u: %zu -> %zu frames, %zu taps, ", i + 1, stage->in_frames,
				  stage->out_frames, stage->filter.taps);
		if (stage->kind == BLI_STAGE_SPECTRAL)
			snd_output_printf(out, "transforms of %zu -> %zu\n", stage->spectral.size_in,
					  stage->spectral.size_out);
		else
			snd_output_printf(out, "%zu phases\n", stage->banded.ratio_out);
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
	unsigned long divisor = (unsigned long)bli_gcd(info->in.rate, info->out.rate);
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
	snd_output_printf(out, "  error: %+.1f ppm against %u Hz, because these periods are not in the exact ratio; "
			  "nearest exact periods: %lu -> %lu\n", error_ppm, info->out.rate, multiple * unit_in,
			  multiple * unit_out);
}

/*
 * The setting of gain with which the largest sample so far would not clip, rounded down to 0.01 dB.  It is text because
 * printf would write the decimal point of the program's locale, which no configuration may hold.
 */
struct gain_text {
	char text[48];
};

static struct gain_text avoiding_gain(const struct bli_settings *settings, const struct bli_resampler *resampler)
{
	double over = fmax(1, ceil(100 * bli_resampler_excess_db(resampler)));
	long hundredths = lrint(floor(100 * settings->gain_db + 1e-6) - over);
	struct gain_text gain;

	snprintf(gain.text, sizeof(gain.text), "%s%ld.%02ld", hundredths < 0 ? "-" : "", labs(hundredths) / 100,
		 labs(hundredths) % 100);
	return gain;
}

void bli_report_settings(snd_output_t *out, const struct bli_settings *settings)
{
	snd_output_printf(out, "Converter: %s (%s %s)\n", settings->converter, PACKAGE_NAME, PACKAGE_VERSION);
	report_filter(out, settings);
}

void bli_report(snd_output_t *out, const struct bli_settings *settings, const struct bli_resampler *resampler,
		const snd_pcm_rate_info_t *info)
{
	double delay_frames;

	bli_report_settings(out, settings);
	if (!resampler)
		return;
	report_stages(out, resampler);
	delay_frames = bli_resampler_delay(resampler);
	snd_output_printf(out, "  delay: %.3f input frames, %.3f ms\n", delay_frames,
			  1e3 * delay_frames / (double)info->in.rate);
	report_ratio(out, info);
	if (resampler->invalid)
		snd_output_printf(out, "  not numbers: %llu input samples, treated as silence\n",
				  (unsigned long long)resampler->invalid);
	if (resampler->clipped)
		snd_output_printf(out, "  clipped: %llu samples; a gain of %s dB would avoid it\n",
				  (unsigned long long)resampler->clipped, avoiding_gain(settings, resampler).text);
	else
		snd_output_printf(out, "  clipped: 0 samples\n");
}

void bli_report_losses(const struct bli_settings *settings, const struct bli_resampler *resampler)
{
	if (resampler->invalid)
		bli_log(bli_converter(settings->converter),
			"%llu input samples were not numbers and were treated as silence",
			(unsigned long long)resampler->invalid);
	if (resampler->clipped)
		bli_log(bli_converter(settings->converter),
			"%llu samples were clipped; gain \"%s dB\" would have avoided it",
			(unsigned long long)resampler->clipped, avoiding_gain(settings, resampler).text);
}
