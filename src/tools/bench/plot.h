/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results as a drawing. */
#ifndef BLI_BENCH_PLOT_H
#define BLI_BENCH_PLOT_H

#include "run.h"

/*
 * Have gnuplot draw speed against quality, the frequency responses and the
 * rejections as the picture `path`, whose name ends in .svg or .png, replacing
 * what is there.  Curves are those of the best eight.
 * Returns 0, or −errno with one line in message[size] and no new file.
 */
int bench_plot(const char *path, const struct bench_settings *settings, const struct bench_result *results,
	       size_t count, char *message, size_t size);

#endif
