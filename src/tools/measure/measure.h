/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a rate converter does to signals, measured from outside.
 *
 * A `system` turns input periods into output periods. All frequencies are fractions of the lower of the two
 * Nyquist frequencies (1 is that frequency), and the two rates stand exactly in the ratio of the periods:
 * an input frequency f in cycles per frame comes out at f * in_period / out_period. Tones have exactly known
 * frequencies and are fitted by least squares, which resolves beyond 200 dB.
 *
 * Functions return 0 or a negative error: -ENOMEM, -EINVAL where an argument is out of the range stated, or what
 * run() returned. Results are untouched by then. Nothing here is real-time safe; there is no hidden state. */
#ifndef BLI_MEASURE_H
#define BLI_MEASURE_H

#include "tone.h"

#include <stdbool.h>
#include <stddef.h>

struct bli_system {
	/* From silence: out[periods * out_period_frames] from in[periods * in_period_frames], where output
	 * frame 0 belongs to the time of input frame 0. 0 or -errno. */
	int (*run)(void *context, const double *in, double *out, size_t periods);
	void *context;
	size_t in_period_frames;	/* 1 or more */
	size_t out_period_frames;
	size_t settle_frames;	/* at the lower rate, left out at the start: twice the filter's length or more */
	size_t window_frames;	/* at the lower rate, that a tone is fitted over: 4096 suits most */
	double amplitude;	/* of the tones; 0.891 is -1 dBFS */
};

/* What came of a tone. */
struct bli_tone_result {
	double gain_db;		/* of the tone itself, against the input */
	double snr_db;		/* tone that came out : everything else but DC */
	double residual_db;	/* everything else but DC : input tone */
	double total_db;	/* everything that came out : input tone */
	double delay_frames;	/* in input frames, by the phase: known but for multiples of the tone's period */
	struct bli_fit fit;	/* against the output's own frame numbers */
};

/* The frequency of the input nearest to `fraction` of the lower Nyquist frequency, exact to 1e-6 of it. */
struct bli_frequency bli_measure_frequency(const struct bli_system *system, double fraction);

/* Passes one tone through. `input` in cycles per input frame, below 1/2. Where it lies above the output's
 * Nyquist frequency nothing is fitted: only total_db is measured and residual_db equals it, the rest is 0. */
int bli_measure_tone(const struct bli_system *system, struct bli_frequency input, struct bli_tone_result *result);

/* The lowest snr_db over `count` (2 or more) tones evenly spread from fraction `low` to `high`, 0 < low < high < 1. */
int bli_measure_worst_snr(const struct bli_system *system, double low, double high, size_t count, double *snr_db,
			  double *worst_fraction);

/* Gain of a constant, dB. */
int bli_measure_dc_gain(const struct bli_system *system, double *gain_db);

/* gains_db[count] of tones at fractions[count], each above 0 and below 1. */
int bli_measure_response(const struct bli_system *system, const double *fractions, double *gains_db, size_t count);

/* The lowest fraction at which the gain falls below dc_gain_db - drop_db, to 0.0003. A scan in steps of 0.02 finds
 * the interval, bisection the place; a dip between two steps is missed. 1 where the gain holds up to 0.998. */
int bli_measure_edge(const struct bli_system *system, double dc_gain_db, double drop_db, double *fraction);

/* Largest deviation of the gain from dc_gain_db, dB, over `count` (2 or more) tones from 0.01 to `high`. */
int bli_measure_ripple(const struct bli_system *system, double dc_gain_db, double high, size_t count,
		       double *ripple_db);

/* What comes through from beyond the lower Nyquist frequency, dB against the input tone (negative is good).
 * Downwards: a tone at `beyond` times the output's Nyquist frequency, and everything that comes out (an alias).
 * Otherwise: a tone at 2 - beyond, whose first image lies at `beyond`, and everything but the tone.
 * 1 < beyond, and beyond < in_rate / out_rate downwards, beyond < 2 otherwise, or -EINVAL. */
int bli_measure_rejection(const struct bli_system *system, double beyond, double *level_db);

/* The delay of low frequencies in input frames, positive when the output comes later; from the phase of tones of
 * ever shorter periods, the longest 16384 frames of the lower rate: delays of half that are told apart. The phase
 * of the system is taken as 0 at 0 Hz: it must not invert. To better than 0.001 frame at 16 bits. */
int bli_measure_delay(const struct bli_system *system, double *delay_frames);

/* A linear sweep from fraction `low` to `high` through the system, against the same sweep computed at the output
 * rate and delayed by delay_frames (input frames): -log2 of the largest difference over the amplitude, in bits.
 * `frames` is the length at the lower rate, beyond what settles. */
int bli_measure_sweep(const struct bli_system *system, double low, double high, double delay_frames, size_t frames,
		      double *bits);

/* Whether the system keeps the ratio of its periods. */
struct bli_continuity {
	size_t output_frames;	/* over which was looked */
	size_t clicks;		/* places where the tone breaks */
	double wander_frames;	/* latest less earliest delay of the tone, in input frames; near 0 where the
				 * ratio is kept */
	double drift_ppm;	/* growth of the delay from beginning to end */
};

/* Passes a tone of fraction `fraction` (0.005..0.1) through for `frames` (4096 or more, otherwise 4096) frames of
 * the lower rate. A click is a step of more than about 0.5 w input frames in the time of the tone, w its frequency
 * in radians per frame: at 997 Hz of 44.1 kHz a fourteenth of a frame. */
int bli_measure_continuity(const struct bli_system *system, double fraction, size_t frames,
			   struct bli_continuity *continuity);

#endif
