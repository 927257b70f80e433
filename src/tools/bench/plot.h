/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results as a drawing. */
#ifndef BLI_BENCH_PLOT_H
#define BLI_BENCH_PLOT_H

#include "run.h"

/* Has gnuplot draw speed against quality, the frequency responses and the rejections into the SVG file `path`,
 * replacing what is there. 0, or a negative error with one line in message[size] and no new file. */
int bench_plot(const char *path, const struct bench_settings *settings, const struct bench_result *results,
	       size_t count, char *message, size_t size);

#endif
