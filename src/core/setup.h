/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BLI_SETUP_H
#define BLI_SETUP_H

/*
 * Of functions that check, plan, open or report and never run during conversion:
 * compiled for size, together with the static functions that nothing else calls.
 * The loops that take most of the time of opening (bli_filter_phase, bli_fft_run)
 * are not among them.
 */
#define BLI_SETUP __attribute__((cold))

#endif
