/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One converter under one setting: how fast, how good. */
#ifndef BLI_BENCH_RUN_H
#define BLI_BENCH_RUN_H

#include "measure/measure.h"
#include "measure/ratehost.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_REJECTIONS 5
#define BENCH_RESPONSE 50

/* Where rejection is measured, as multiples of the lower Nyquist frequency. */
extern const double bench_beyond[BENCH_REJECTIONS];

struct bench_settings {
	struct bli_ratehost_setup setup;	/* rates, periods, channels; formats are set from these two: */
	snd_pcm_format_t speed_format;		/* samples while timing */
	snd_pcm_format_t quality_format;	/* samples while measuring signals */
	size_t uneven_in_frames;		/* a second pair of periods, not an exact ratio of the rates, */
	size_t uneven_out_frames;		/* to look at SNR and continuity; 0 for none */
	double cpu_seconds;			/* of conversion, for each converter and round */
	size_t rounds;
};

/* What happens to a 997 Hz tone at one pair of periods. */
struct bench_tone {
	double snr_db;
	size_t clicks;		/* in one second and more from the first frame on */
	double wander_frames;	/* of the delay once it runs, in input frames */
	double drift_ppm;
	uint64_t unwritten_frames;
};

struct bench_quality {
	struct bench_tone tone;
	struct bench_tone uneven;	/* valid with has_uneven */
	bool has_uneven;
	double worst_snr_db, worst_fraction;
	double edge_tenth_db, edge_3_db;	/* fractions of the lower Nyquist frequency */
	double dc_gain_db, ripple_db;
	double rejection_db[BENCH_REJECTIONS];	/* NAN where bench_beyond[i] cannot be measured */
	double worst_rejection_db;		/* NAN where none can */
	double delay_frames, delay_ms;
	double fractions[BENCH_RESPONSE], gains_db[BENCH_RESPONSE];
	double channel_difference;	/* largest, in running streams with the same signal in all channels; full
					 * scale is 1 */
	double reset_residue;		/* largest that silence gives after a reset: what is left of a stream before
					 * that was constant at -1 dBFS; full scale is 1 */
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

/* The part of `quality` that any system has, rates and periods being those of `setup`: SNR, edges, gains,
 * rejection and delay, and of `tone` the SNR. 0, or a negative error from bli_measure_*(). */
int bench_measure_system(struct bench_quality *quality, const struct bli_system *system,
			 const struct bli_ratehost_setup *setup);

/* The text the converter shows for verbose programs under these settings, to `output`. */
void bench_dump(const char *name, const struct bench_settings *settings, snd_output_t *output);

/* The worst SNR over the tones of struct bench_quality and the worst rejection, or NAN. 0, or as above. */
int bench_measure_cleanness(const struct bli_system *system, double *snr_db, double *fraction, double *rejection_db);

/* The value below which `part` (0..1) of values[count] lie, interpolated; leaves the values alone. NAN for none. */
double bench_quantile(const double *values, size_t count, double part);

#endif
