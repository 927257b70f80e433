/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command lines of the classic resample(1), versions 1.7 to 1.9: words with one
 * hyphen go by their first letter, whatever follows it.
 */
#ifndef BLI_CLASSIC_H
#define BLI_CLASSIC_H

/*
 * The option, with two hyphens, that a word of the command line stands for in the classic program;
 * NULL if it is none of its words.
 */
const char *classic_option(const char *word);

#endif
