/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Kaiser window (J. F. Kaiser, "Nonrecursive digital filter design using
 * the I0-sinh window function", ISCAS 1974): w(u) = I0(β·√(1 − u²)) / I0(β),
 * u from −1 to 1 across the window.
 *
 * Nothing here allocates; all functions may be called from any thread.
 */
#ifndef BLI_KAISER_H
#define BLI_KAISER_H

#define BLI_KAISER_BETA_MAX 100

/* The attenuations that filters are designed for; the formulas below were checked over all of this range. */
#define BLI_ATTENUATION_MIN_DB 20
#define BLI_ATTENUATION_MAX_DB 220

/* Longest series for I0: enough for a beta of 100 at 1 ulp. */
#define BLI_KAISER_TERMS 128

struct bli_kaiser {
	double beta;
	unsigned terms;				/* used of the following */
	double coefficient[BLI_KAISER_TERMS];	/* w(u) = Σ coefficient[k]·(1 − u²)^k */
};

/*
 * The beta of the window whose transform stays attenuation_db below its peak
 * outside the main lobe: Kaiser's formula, 0 below 21 dB.
 */
double bli_kaiser_beta(double attenuation_db);

/* Prepare the window with this beta, 0 … BLI_KAISER_BETA_MAX. */
void bli_kaiser_set(struct bli_kaiser *kaiser, double beta);

/* The window at u, −1 … 1: 1 at its centre. */
double bli_kaiser_at(const struct bli_kaiser *kaiser, double u);

#endif
