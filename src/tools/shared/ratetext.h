/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sample rates and frequencies as people write them: 44100, 44.1k, 44.1kHz, "44.1 kHz". */
#ifndef BLI_RATETEXT_H
#define BLI_RATETEXT_H

/*
 * Read a frequency from the beginning of `text`, without sign or exponent, in
 * any locale.  Returns what follows it and its unit, *hz being set; or NULL
 * where there is none.  has_unit, unless NULL, tells whether a unit was given.
 */
const char *ratetext_read(const char *text, double *hz, int *has_unit);

#endif
