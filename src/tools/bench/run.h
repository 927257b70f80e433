/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One converter under one setting: how fast, how good. */
#ifndef BLI_BENCH_RUN_H
#define BLI_BENCH_RUN_H

#include "measure/ratehost.h"
#include "quality.h"

#include <stddef.h>

struct bench_settings {
	struct bli_ratehost_setup setup;	/* rates, periods, channels; formats are set from these two: */
	snd_pcm_format_t speed_format;		/* samples while timing */
	snd_pcm_format_t quality_format;	/* samples while measuring signals */
	size_t uneven_in_frames;		/* a second pair of periods, not an exact ratio of the rates, */
	size_t uneven_out_frames;		/* to look at SNR and continuity; 0 for none */
	double cpu_seconds;			/* of conversion, for each converter and round */
	size_t rounds;
};

struct bench_result {
	const char *name;
	char error[200];		/* empty where everything was measured */
	snd_pcm_format_t speed_in, speed_out;	/* what the converter works in, when timed */
	snd_pcm_format_t quality_in, quality_out;
	double *ns_per_frame;		/* [rounds], CPU time per output frame */
	double *startup_ms;		/* [rounds], CPU time of loading, opening and setting up */
	size_t rounds;			/* done */
	struct bench_quality quality;	/* valid without error */
	double float64_snr_db;		/* worst SNR and rejection of the same conversion with 64-bit float samples, */
	double float64_rejection_db;	/* NAN where there is none: ALSA has no such converters, see float64.h */
	const struct bench_result *same_as;	/* an earlier result of the same figures, or NULL: see judgement.h */
};

/* Opens and sets up the converter anew, and times so many periods that cpu_seconds go by; adds one round to
 * `result`. 0, or a negative error with result->error set. */
int bench_time_round(struct bench_result *result, const struct bench_settings *settings);

/* Measures all of result->quality. 0, or a negative error with result->error set. */
int bench_measure_quality(struct bench_result *result, const struct bench_settings *settings);

/* The text the converter shows for verbose programs under these settings, to `output`. */
void bench_dump(const char *name, const struct bench_settings *settings, snd_output_t *output);

/* The value below which `part` (0..1) of values[count] lie, interpolated; leaves the values alone. NAN for none. */
double bench_quantile(const double *values, size_t count, double part);

#endif
