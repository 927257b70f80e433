/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frequency responses drawn by gnuplot. */
#ifndef BLI_PLOT_H
#define BLI_PLOT_H

#include <stddef.h>

#include "filtertable.h"
#include "response.h"

/*
 * Draws the response of `table`, and its passband enlarged, as an SVG document
 * in newly allocated memory: *svg (to be freed) of *bytes bytes.
 * Returns 0; -ENOENT (no gnuplot in PATH), -EIO (gnuplot failed), -ENOMEM or
 * another negative errno, with *svg NULL and a line "gnuplot: reason" in
 * message[message_size].
 */
int plot_response(const struct bli_filter_table *table, const struct response *response,
		  const struct response_measures *measures, char **svg, size_t *bytes,
		  char *message, size_t message_size);

#endif
