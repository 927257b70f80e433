/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "quality.h"

#include <math.h>

#define WORST_SNR_LOW 0.02
#define WORST_SNR_HIGH 0.90
#define WORST_SNR_TONES 23
#define RIPPLE_TONES 20

const double bench_beyond[BENCH_REJECTIONS] = { 1.02, 1.05, 1.1, 1.2, 1.5 };

int bench_measure_tone_snr(const struct bli_system *system, const struct bli_ratehost_setup *setup, double *snr_db)
{
	struct bli_system second = *system;
	struct bli_tone_result result;
	int err;

	second.window_frames = setup->in_rate_hz < setup->out_rate_hz ? setup->in_rate_hz : setup->out_rate_hz;
	err = bli_measure_tone(&second, (struct bli_frequency){ BENCH_TONE_HZ, setup->in_rate_hz }, &result);
	if (!err)
		*snr_db = result.snr_db;
	return err;
}

/* *worst_db is the highest level that was measured, NAN for none. */
static int measure_rejections(const struct bli_system *system, double levels_db[BENCH_REJECTIONS], double *worst_db)
{
	double down = (double)system->in_period_frames / (double)system->out_period_frames;

	*worst_db = NAN;
	for (size_t i = 0; i < BENCH_REJECTIONS; i++) {
		levels_db[i] = NAN;
		if (down > 1 && bench_beyond[i] >= down)
			continue;
		int err = bli_measure_rejection(system, bench_beyond[i], &levels_db[i]);

		if (err)
			return err;
		*worst_db = fmax(*worst_db, levels_db[i]);
	}
	return 0;
}

int bench_measure_cleanness(const struct bli_system *system, double *snr_db, double *fraction, double *rejection_db)
{
	double levels_db[BENCH_REJECTIONS];
	int err = bli_measure_worst_snr(system, WORST_SNR_LOW, WORST_SNR_HIGH, WORST_SNR_TONES, snr_db, fraction);

	return err ? err : measure_rejections(system, levels_db, rejection_db);
}

static int measure_gains(const struct bli_system *system, struct bench_quality *quality)
{
	int err = bli_measure_dc_gain(system, &quality->dc_gain_db);

	for (size_t i = 0; i < BENCH_RESPONSE; i++)
		quality->fractions[i] = i < 10 ? 0.06 * (double)(i + 1)
					       : 0.6 + 0.398 * (double)(i - 9) / (BENCH_RESPONSE - 10);
	if (!err)
		err = bli_measure_response(system, quality->fractions, quality->gains_db, BENCH_RESPONSE);
	if (!err)
		err = bli_measure_edge(system, quality->dc_gain_db, 0.1, &quality->edge_tenth_db);
	if (!err)
		err = bli_measure_edge(system, quality->dc_gain_db, 3, &quality->edge_3_db);
	if (!err)
		err = bli_measure_ripple(system, quality->dc_gain_db, fmax(0.8 * quality->edge_tenth_db, 0.02),
					 RIPPLE_TONES, &quality->ripple_db);
	return err;
}

int bench_measure_system(struct bench_quality *quality, const struct bli_system *system,
			 const struct bli_ratehost_setup *setup)
{
	int err = bli_measure_delay(system, &quality->delay_frames);

	if (!err) {
		quality->delay_ms = quality->delay_frames / setup->in_rate_hz * 1e3;
		err = bench_measure_tone_snr(system, setup, &quality->tone.snr_db);
	}
	if (!err)
		err = bli_measure_worst_snr(system, WORST_SNR_LOW, WORST_SNR_HIGH, WORST_SNR_TONES,
					    &quality->worst_snr_db, &quality->worst_fraction);
	if (!err)
		err = measure_gains(system, quality);
	if (!err)
		err = measure_rejections(system, quality->rejection_db, &quality->worst_rejection_db);
	return err;
}
