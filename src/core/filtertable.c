/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filtertable.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int bli_filter_table_alloc(struct bli_filter_table *table, unsigned nmult)
{
	size_t length;

	memset(table, 0, sizeof(*table));
	if (nmult < BLI_FILTER_NMULT_MIN || nmult > BLI_FILTER_NMULT_MAX || nmult % 2 == 0)
		return -EINVAL;
	length = (size_t)BLI_FILTER_PER_CROSSING * (nmult - 1) / 2;
	table->coefs = calloc(length, sizeof(*table->coefs));
	table->deltas = calloc(length, sizeof(*table->deltas));
	if (!table->coefs || !table->deltas) {
		bli_filter_table_free(table);
		return -ENOMEM;
	}
	table->nmult = nmult;
	table->per_crossing = BLI_FILTER_PER_CROSSING;
	table->length = length;
	return 0;
}

void bli_filter_table_free(struct bli_filter_table *table)
{
	free(table->coefs);
	free(table->deltas);
	memset(table, 0, sizeof(*table));
}

int bli_filter_table_normalise(struct bli_filter_table *table)
{
	double sum = table->coefs[0], peak = fabs(table->coefs[0]);

	for (size_t i = 1; i < table->length; i++) {
		sum += 2 * table->coefs[i];
		peak = fmax(peak, fabs(table->coefs[i]));
	}
	if (!(peak > 0 && sum >= peak))
		return -EDOM;

	table->unit = sum / table->per_crossing;
	for (size_t i = 0; i < table->length; i++)
		table->coefs[i] /= table->unit;
	for (size_t i = 0; i + 1 < table->length; i++)
		table->deltas[i] = table->coefs[i + 1] - table->coefs[i];
	table->deltas[table->length - 1] = -table->coefs[table->length - 1];
	return 0;
}
