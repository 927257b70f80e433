/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- opening ------------------------------------------------------------ */

static int open_converter(struct bli_ratehost **host, struct bench_result *result,
			  const struct bli_ratehost_setup *setup)
{
	int err = bli_ratehost_open(host, result->name, NULL, result->error, sizeof(result->error));

	if (err)
		return err;
	err = bli_ratehost_init(*host, setup);
	if (err) {
		snprintf(result->error, sizeof(result->error),
			 "converter '%s' refuses %u -> %u Hz, periods %zu -> %zu, %u channels, %s: %s", result->name,
			 setup->in_rate_hz, setup->out_rate_hz, setup->in_period_frames, setup->out_period_frames,
			 setup->channels, snd_pcm_format_name(setup->in_format), snd_strerror(err));
		bli_ratehost_close(*host);
		*host = NULL;
	}
	return err;
}

static struct bli_ratehost_setup with_format(const struct bench_settings *settings, snd_pcm_format_t format)
{
	struct bli_ratehost_setup setup = settings->setup;

	setup.in_format = setup.out_format = format;
	return setup;
}

void bench_dump(const char *name, const struct bench_settings *settings, snd_output_t *output)
{
	struct bench_result opened = { .name = name };
	struct bli_ratehost_setup setup = with_format(settings, settings->speed_format);
	struct bli_ratehost *host;

	if (open_converter(&host, &opened, &setup) == 0) {
		bli_ratehost_dump(host, output);
		bli_ratehost_close(host);
	}
}

/* ---- speed -------------------------------------------------------------- */

static double cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* CPU ns per period, over at least budget_ns altogether. */
static double time_periods(struct bli_ratehost *host, double budget_ns)
{
	size_t periods = 4;
	double spent_ns;

	bli_ratehost_time(host, periods);	/* fills the caches; not counted */

	for (;;) {
		spent_ns = bli_ratehost_time(host, periods);
		if (spent_ns >= 0.8 * budget_ns)
			return spent_ns / (double)periods;
		/* Short runs predict badly: approach the budget in steps. */
		double factor = spent_ns > 0 ? budget_ns / spent_ns : 16;

		periods = (size_t)((double)periods * fmin(fmax(factor, 1.3), 16)) + 1;
	}
}

static int append(double **values, size_t count, double value)
{
	double *grown = realloc(*values, (count + 1) * sizeof(**values));

	if (!grown)
		return -ENOMEM;
	*values = grown;
	grown[count] = value;
	return 0;
}

int bench_time_round(struct bench_result *result, const struct bench_settings *settings)
{
	struct bli_ratehost_setup setup = with_format(settings, settings->speed_format);
	struct bli_ratehost *host;
	double start_ns = cpu_now_ns(), startup_ms, ns;
	int err = open_converter(&host, result, &setup);

	if (err)
		return err;
	startup_ms = (cpu_now_ns() - start_ns) * 1e-6;
	result->speed_in = bli_ratehost_in_format(host);
	result->speed_out = bli_ratehost_out_format(host);
	ns = time_periods(host, settings->cpu_seconds * 1e9) / (double)setup.out_period_frames;
	bli_ratehost_close(host);
	err = append(&result->ns_per_frame, result->rounds, ns);
	if (!err)
		err = append(&result->startup_ms, result->rounds, startup_ms);
	if (err)
		snprintf(result->error, sizeof(result->error), "converter '%s': out of memory", result->name);
	else
		result->rounds++;
	return err;
}

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double bench_quantile(const double *values, size_t count, double part)
{
	double *sorted = malloc((count ? count : 1) * sizeof(*sorted)), value;

	if (!sorted || count == 0) {
		free(sorted);
		return NAN;
	}
	memcpy(sorted, values, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_doubles);

	double place = part * (double)(count - 1);
	size_t below = (size_t)place;

	value = sorted[below];
	if (below + 1 < count)
		value += (place - (double)below) * (sorted[below + 1] - sorted[below]);
	free(sorted);
	return value;
}

/* ---- quality ------------------------------------------------------------ */

/* A converter as a system: the one signal goes into all channels, the first is judged. */
struct hosted {
	struct bli_ratehost *host;
	struct bli_ratehost_setup setup;
	double channel_difference;
};

static int run_hosted(void *context, const double *in, double *out, size_t periods)
{
	struct hosted *hosted = context;
	size_t in_frames = periods * hosted->setup.in_period_frames;
	size_t out_frames = periods * hosted->setup.out_period_frames;
	unsigned int channels = hosted->setup.channels;
	double *all_in = malloc(channels * in_frames * sizeof(double));
	double *all_out = malloc(channels * out_frames * sizeof(double));
	int err = all_in && all_out ? 0 : -ENOMEM;

	if (!err) {
		for (unsigned int c = 0; c < channels; c++)
			memcpy(all_in + c * in_frames, in, in_frames * sizeof(double));
		bli_ratehost_reset(hosted->host);
		err = bli_ratehost_convert(hosted->host, all_in, all_out, periods);
	}
	if (!err) {
		memcpy(out, all_out, out_frames * sizeof(double));
		for (unsigned int c = 1; c < channels; c++)
			for (size_t i = out_frames / 2; i < out_frames; i++)
				hosted->channel_difference = fmax(hosted->channel_difference,
								  fabs(out[i] - all_out[c * out_frames + i]));
	}
	free(all_in);
	free(all_out);
	return err;
}

static size_t lower_period(const struct bli_ratehost_setup *setup)
{
	return setup->in_period_frames < setup->out_period_frames ? setup->in_period_frames
								  : setup->out_period_frames;
}

static void describe_system(struct bli_system *system, struct hosted *hosted)
{
	*system = (struct bli_system){
		.run = run_hosted,
		.context = hosted,
		.in_period_frames = hosted->setup.in_period_frames,
		.out_period_frames = hosted->setup.out_period_frames,
		/* Converters that run short at the start may need some periods to catch up. */
		.settle_frames = 2048 + 3 * lower_period(&hosted->setup),
		.window_frames = 4096,
		.amplitude = BENCH_AMPLITUDE,
	};
}

static double lower_rate_hz(const struct bli_ratehost_setup *setup)
{
	return fmin(setup->in_rate_hz, setup->out_rate_hz);
}

/* The tone over a second, first from the first frame on, then as the stream runs. */
static int measure_tone(const struct bli_system *system, struct hosted *hosted, double delay_frames,
			struct bench_tone *tone)
{
	const struct bli_ratehost_setup *setup = &hosted->setup;
	double fraction = fmin(fmax(2 * BENCH_TONE_HZ / lower_rate_hz(setup), 0.005), 0.1);
	double low_delay = fabs(delay_frames) * lower_rate_hz(setup) / setup->in_rate_hz;
	size_t second = (size_t)lower_rate_hz(setup);
	struct bli_system from_start = *system;
	struct bli_continuity start, running;
	int err;

	/* A stream begins with init, and not all converters forget their past in reset. */
	err = bli_ratehost_init(hosted->host, setup);
	if (err)
		return err;
	from_start.settle_frames = (size_t)(2 * low_delay) + 64;
	err = bli_measure_continuity(&from_start, fraction, second, &start);
	if (err)
		return err;
	tone->clicks = start.clicks;
	tone->unwritten_frames = bli_ratehost_unwritten_frames(hosted->host);
	err = bli_measure_continuity(system, fraction, second, &running);
	if (err)
		return err;
	tone->wander_frames = running.wander_frames;
	tone->drift_ppm = running.drift_ppm;
	return bench_measure_tone_snr(system, setup, &tone->snr_db);
}

/* The largest output of silence right after a reset, when the stream before was loud. */
static int measure_residue(struct hosted *hosted, const struct bli_system *system, double *residue)
{
	const struct bli_ratehost_setup *setup = &hosted->setup;
	size_t periods = system->settle_frames / lower_period(setup) + 1;
	size_t in_samples = setup->channels * periods * setup->in_period_frames;
	size_t out_samples = setup->channels * periods * setup->out_period_frames;
	double *in = malloc(in_samples * sizeof(*in)), *out = malloc(out_samples * sizeof(*out));
	int err = in && out ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < in_samples; i++)
		in[i] = BENCH_AMPLITUDE;
	if (!err)
		err = bli_ratehost_convert(hosted->host, in, out, periods);
	if (!err) {
		bli_ratehost_reset(hosted->host);
		memset(in, 0, in_samples * sizeof(*in));
		err = bli_ratehost_convert(hosted->host, in, out, periods);
	}
	*residue = 0;
	for (size_t i = 0; !err && i < out_samples; i++)
		*residue = fmax(*residue, fabs(out[i]));
	free(in);
	free(out);
	return err;
}

static int measure_uneven(struct hosted *hosted, const struct bench_settings *settings,
			  struct bench_quality *quality)
{
	struct bli_system system;

	if (!settings->uneven_in_frames)
		return 0;
	hosted->setup.in_period_frames = settings->uneven_in_frames;
	hosted->setup.out_period_frames = settings->uneven_out_frames;
	describe_system(&system, hosted);
	quality->has_uneven = true;
	return measure_tone(&system, hosted, quality->delay_frames, &quality->uneven);
}

int bench_measure_quality(struct bench_result *result, const struct bench_settings *settings)
{
	struct bench_quality *quality = &result->quality;
	struct hosted hosted = { .setup = with_format(settings, settings->quality_format) };
	struct bli_system system;
	int err = open_converter(&hosted.host, result, &hosted.setup);

	if (err)
		return err;
	result->quality_in = bli_ratehost_in_format(hosted.host);
	result->quality_out = bli_ratehost_out_format(hosted.host);
	describe_system(&system, &hosted);
	err = bench_measure_system(quality, &system, &hosted.setup);
	if (!err)
		err = measure_residue(&hosted, &system, &quality->reset_residue);
	if (!err)
		err = measure_tone(&system, &hosted, quality->delay_frames, &quality->tone);
	if (!err)
		err = measure_uneven(&hosted, settings, quality);
	quality->channel_difference = hosted.channel_difference;
	bli_ratehost_close(hosted.host);
	if (err)
		snprintf(result->error, sizeof(result->error), "converter '%s' cannot be measured: %s", result->name,
			 snd_strerror(err));
	return err;
}
