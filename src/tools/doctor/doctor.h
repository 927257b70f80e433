/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The doctor: which converter a program really gets, from which line of which file, and what is wrong with that. */
#ifndef BLI_DOCTOR_H
#define BLI_DOCTOR_H

/*
 * Examine the PCM "default", and `pcm` too unless that is it or "", in both
 * directions, and print the findings on standard output: the chain of PCMs with
 * the lines that define them, the converter and its module, the card, the ratio
 * and the delay; then every problem, with what to write instead.  alsa-lib adds
 * its own complaints on standard error.
 * Returns the exit status: 0 without a problem, 1 with one, or when the
 * configuration cannot be read.
 */
int doctor(const char *pcm);

#endif
