/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filter tables as text, in the format of bli-filter(5): the way back from bli_filterfile_read(). */
#ifndef BLI_TABLEFILE_H
#define BLI_TABLEFILE_H

#include <stdio.h>

#include "filtertable.h"

/*
 * Write the table to `stream`, in any locale: as integers if table->integers,
 * otherwise with 12 decimals; coefficients within the limits of filterfile.h.
 * Does not flush.
 * Returns 0, or −errno of writing; part of it may be written then.
 */
int tablefile_write(const struct bli_filter_table *table, FILE *stream);

#endif
