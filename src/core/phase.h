/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters of other than linear phase.
 *
 * Reflecting a zero of a transfer function in the unit circle changes the phase
 * but neither the magnitude, at any frequency, nor the number of taps.  With all
 * of a linear-phase filter's zeros inside the circle its phase is minimum, with
 * all of them outside maximum; with a share of them, chosen evenly along the
 * passband, it lies in proportion between the two.  The closer to minimum, the
 * less rings ahead of a pulse and the shorter the delay.
 *
 * Why zeros and not a cepstrum, which is shorter to write: for minimum phase the
 * two are equally good, but a phase blended from a minimum and a linear one keeps
 * neither length nor stopband: cut to the same number of taps it loses 9 to 60 dB
 * of attenuation on the presets' filters, where reflected zeros lose nothing.
 */
#ifndef BLI_PHASE_H
#define BLI_PHASE_H

#include "zeros.h"

#define BLI_PHASE_MINIMUM 0
#define BLI_PHASE_INTERMEDIATE 25
#define BLI_PHASE_LINEAR 50
#define BLI_PHASE_MAXIMUM 100

/*
 * Give a linear-phase filter another phase.
 *
 * h[count] is symmetric (to 1e-12 of Σ|h|) and adds up to 1; zeros at its ends
 * are ignored.  phase is as in sox: 0 minimum … 50 linear … 100 maximum;
 * 100 − p is p backwards; 50 gives a copy.  It goes in as many steps as there
 * are zeros on one side, or pairs of conjugate ones: 15 each way for bli_fast.
 *
 * *out becomes an array of *out_count ≤ count taps, to be freed by the caller,
 * adding up to 1.  Its magnitude response is that of h within 1e-7, and below
 * −attenuation_db wherever that of h is 1 dB below it: taps at the ends that
 * matter less are left out.  *delay is its group delay at 0 Hz in taps,
 * Σ n·out[n]; but for taps left out it rises with phase.
 *
 * The time grows with count²: 5 ms for 660 taps, 3 s for 13000.
 *
 * Returns 0; −EINVAL if count is not 1 … BLI_ZEROS_TAPS_MAX, h not symmetric or
 * its sum not 1 within 1e-6, phase not 0 … 100 or attenuation_db not
 * BLI_ATTENUATION_MIN_DB … _MAX_DB; −ENOMEM; −ERANGE if rounding keeps the
 * response from what is said above.  After an error nothing is allocated and
 * *out is NULL.
 */
int bli_phase_apply(double **out, size_t *out_count, double *delay, const double *h, size_t count, double phase,
		    double attenuation_db);

#endif
