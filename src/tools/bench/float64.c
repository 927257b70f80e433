/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "float64.h"

#include "preset.h"
#include "resampler.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int run_resampler(void *context, const double *in, double *out, size_t periods)
{
	struct bli_resampler *resampler = context;
	const struct bli_resampler_config *config = &resampler->config;
	double *unheard = malloc(config->out_frames * sizeof(*unheard));
	struct bli_area from[BLI_CHANNELS_MAX], to[BLI_CHANNELS_MAX];

	if (!unheard)
		return -ENOMEM;
	bli_resampler_reset(resampler);
	for (size_t p = 0; p < periods; p++) {
		/* one signal in all channels, of which the first is judged */
		for (unsigned c = 0; c < config->channels; c++) {
			from[c] = (struct bli_area){ (void *)(in + p * config->in_frames), sizeof(double) };
			to[c] = (struct bli_area){ c ? unheard : out + p * config->out_frames, sizeof(double) };
		}
		bli_resampler_convert(resampler, to, config->out_frames, from, config->in_frames);
	}
	free(unheard);
	return 0;
}

static int measure(struct bench_result *result, struct bli_resampler *resampler)
{
	const struct bli_resampler_config *config = &resampler->config;
	size_t lower = config->in_frames < config->out_frames ? config->in_frames : config->out_frames;
	struct bli_system system = {
		.run = run_resampler,
		.context = resampler,
		.in_period_frames = config->in_frames,
		.out_period_frames = config->out_frames,
		.settle_frames = 2048 + 3 * lower,
		.window_frames = 4096,
		.amplitude = BENCH_AMPLITUDE,
	};
	double fraction;

	return bench_measure_cleanness(&system, &result->float64_snr_db, &fraction, &result->float64_rejection_db);
}

int float64_measure(struct bench_result *result, const struct bench_settings *settings)
{
	static const struct bli_format float64 = { .bytes = 8, .bits = 64, .is_float = true };
	const struct bli_preset *preset = bli_preset_find(result->name);
	struct bli_resampler_config config = {
		.in_frames = settings->setup.in_period_frames, .out_frames = settings->setup.out_period_frames,
		.channels = settings->setup.channels, .in_format = float64, .out_format = float64, .gain = 1,
		.kernel = bli_kernel_find(getenv("BLI_KERNEL")),
	};
	struct bli_resampler resampler;
	int err;

	result->float64_snr_db = result->float64_rejection_db = NAN;
	if (!preset || !config.kernel)
		return 0;
	config.requirement = preset->requirement;
	if (bli_resampler_open(&resampler, &config) < 0)
		return 0;
	err = measure(result, &resampler);
	bli_resampler_close(&resampler);
	return err;
}
