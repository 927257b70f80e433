/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tones of exactly known frequency: made, and found again by least squares. */
#ifndef BLI_BENCH_TONE_H
#define BLI_BENCH_TONE_H

#include <stddef.h>
#include <stdint.h>

/* Exactly cycles / frames cycles per frame; frames is 1..2^62. */
struct bli_frequency {
	uint64_t cycles;
	uint64_t frames;
};

/* The frequency times numerator / denominator, both 1 or more, in lowest terms. */
struct bli_frequency bli_frequency_scale(struct bli_frequency frequency, uint64_t numerator, uint64_t denominator);

/* Cycles per frame, rounded to double. */
double bli_frequency_value(struct bli_frequency frequency);

/* signal[i] = amplitude * sin(2 pi f (first + i)) for i in 0..count-1. The phase is an exact fraction of a
 * turn reduced before it becomes an angle, so the error stays near 1e-16 however long the signal. */
void bli_tone_make(double *signal, size_t count, double amplitude, struct bli_frequency frequency, uint64_t first);

/* signal = sine * sin(2 pi f m) + cosine * cos(2 pi f m) + dc + residual, m the frame number. */
struct bli_fit {
	double sine, cosine, dc;
	double amplitude;	/* of sine and cosine together */
	double phase;		/* of the tone against sin(2 pi f m), radians, -pi..pi */
	double residual_power;	/* mean square of what is left */
	double residual_peak;	/* largest magnitude of what is left */
};

/* Least-squares fit to signal[0..count-1], where signal[0] is frame number `first`. The window should span
 * several cycles. A term the window cannot tell from the others (the sine at half the frame rate) is left at 0.
 * `residual`, when not NULL, receives what is left [count]; it may be `signal` itself. */
void bli_tone_fit(struct bli_fit *fit, const double *signal, size_t count, struct bli_frequency frequency,
		  uint64_t first, double *residual);

#endif
