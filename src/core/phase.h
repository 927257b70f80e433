/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters of other than linear phase.
 *
 * Reflecting a zero of a transfer function at the unit circle changes the phase
 * and leaves the magnitude as it is, at every frequency, and the number of taps
 * too.  With all of a linear-phase filter's zeros on one side its phase is
 * minimum, with all on the other maximum; with some of them, evenly chosen along
 * the passband, it is in proportion between.  The more are on the minimum's
 * side, the less rings ahead of the pulse and the shorter is the delay.
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
