/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How good a system is that converts rates: the figures of a report. */
#ifndef BLI_BENCH_QUALITY_H
#define BLI_BENCH_QUALITY_H

#include "measure/measure.h"
#include "measure/ratehost.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_TONE_HZ 997
#define BENCH_AMPLITUDE 0.891	/* −1 dBFS */
#define BENCH_REJECTIONS 5
#define BENCH_RESPONSE 50

/* Where rejection is measured, as multiples of the lower Nyquist frequency. */
extern const double bench_beyond[BENCH_REJECTIONS];

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

/* The SNR of a tone of BENCH_TONE_HZ over a second.  Returns 0 or an error of bli_measure_tone(). */
int bench_measure_tone_snr(const struct bli_system *system, const struct bli_ratehost_setup *setup, double *snr_db);

/*
 * The worst SNR over the tones of struct bench_quality, the fraction of the lower
 * Nyquist frequency where that is, and the worst rejection, or NAN.  Returns 0 or
 * an error of bli_measure_…().
 */
int bench_measure_cleanness(const struct bli_system *system, double *snr_db, double *fraction, double *rejection_db);

/*
 * The part of `quality` that any system has, rates and periods being those of
 * `setup`: SNR, edges, gains, rejection and delay, and of `tone` the SNR.
 * Returns 0 or an error of bli_measure_…().
 */
int bench_measure_system(struct bench_quality *quality, const struct bli_system *system,
			 const struct bli_ratehost_setup *setup);

#endif
