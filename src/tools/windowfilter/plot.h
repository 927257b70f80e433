/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frequency responses drawn by gnuplot. */
#ifndef BLI_PLOT_H
#define BLI_PLOT_H

#include <stddef.h>

#include "filtertable.h"
#include "response.h"

/*
 * Draw the response of `table`, and its passband enlarged, as the kind of picture
 * that the name `path` ends with (see gnuplot.h), in newly allocated memory:
 * *drawing (to be freed) of *bytes bytes.  `path` itself is not touched.
 * Returns 0; −ENOENT (no gnuplot in PATH), −EIO (gnuplot failed), −ENOMEM or
 * another −errno, with *drawing NULL and a line "gnuplot: reason" in
 * message[message_size].
 */
int plot_response(const char *path, const struct bli_filter_table *table, const struct response *response,
		  const struct response_measures *measures, char **drawing, size_t *bytes, char *message,
		  size_t message_size);

#endif
