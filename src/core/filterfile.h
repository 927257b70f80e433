/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The classic filter-file format of resample(1) and windowfilter(1), described
 * in bli-filter(5).  Integers and decimal fractions are read alike.
 *
 * The text is not trusted: sizes are bounded, memory is allocated only for
 * coefficients the text is long enough to hold, every number is checked, and
 * the locale of the process does not matter.  Nothing here is real-time safe;
 * no function keeps state.
 */
#ifndef BLI_FILTERFILE_H
#define BLI_FILTERFILE_H

#include <stddef.h>

#include "filtertable.h"
#include "setup.h"

#define BLI_FILTERFILE_BYTES_MAX ((size_t)64 << 20)	/* the longest filter with all its decimals takes 42 MB */

/* Coefficients are 16-bit numbers. */
#define BLI_FILTERFILE_COEF_MIN (-32768.0)
#define BLI_FILTERFILE_COEF_MAX 32767.0

/*
 * Read the file `path` into *table, whose old contents are not looked at.  On an
 * error *table is empty and `message` (message_size bytes; may be NULL with 0)
 * holds one line without a newline, "PATH: reason" or "PATH: line N: reason".
 * Returns 0; −EINVAL (not a filter file); −EFBIG (longer than 64 MiB); −ENOMEM;
 * or the −errno of opening or reading.
 */
BLI_SETUP
int bli_filterfile_read(struct bli_filter_table *table, const char *path, char *message, size_t message_size);

/*
 * The same from `bytes` bytes of memory, which need no terminating zero; `name`
 * stands for the path in messages.  Returns 0, −EINVAL, −EFBIG or −ENOMEM.
 */
BLI_SETUP
int bli_filterfile_parse(struct bli_filter_table *table, const char *text, size_t bytes, const char *name,
			 char *message, size_t message_size);

#endif
