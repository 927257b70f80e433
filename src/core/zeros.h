/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Zeros of the transfer function of a linear-phase filter.
 *
 * The taps are symmetric, so with every zero z its inverse 1/z is one, and
 * its conjugate too, because they are real.  Zeros on the unit circle are the
 * nulls of the stopband; the others come with the passband.
 */
#ifndef BLI_ZEROS_H
#define BLI_ZEROS_H

#include <stddef.h>

/*
 * Find the zeros of Σ h[n]·z^n strictly inside the unit circle.
 * h[count] is symmetric; inside[count] receives one of each conjugate pair,
 * the one above the real axis, as [0] real and [1] imaginary part (exactly 0
 * for zeros on the axis), by rising angle; *found is their number.  Each is a
 * zero within rounding; if some cannot be found to that accuracy they are left
 * out.  The time grows with count²: 5 ms for 660 taps, 3 s for 13000.
 *
 * Returns 0, −EINVAL if count < 1 or > BLI_ZEROS_TAPS_MAX, or −ENOMEM.
 */
int bli_zeros_inside(double (*inside)[2], size_t *found, const double *h, size_t count);

#define BLI_ZEROS_TAPS_MAX ((size_t)1 << 14)

#endif
