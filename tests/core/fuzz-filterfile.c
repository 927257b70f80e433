/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer target: whatever the text, the reader of filter files keeps to its
 * promises. Seeds: tests/corpus/filterfile.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filterfile.h"
#include "promise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_table(const struct bli_filter_table *table)
{
	double sum = table->coefs[0], peak = fabs(table->coefs[0]);

	REQUIRE(table->nmult % 2 == 1 && table->nmult <= BLI_FILTER_NMULT_MAX);
	REQUIRE(table->length == (size_t)table->per_crossing * (table->nmult - 1) / 2);
	REQUIRE(table->scale >= 1 && isfinite(table->unit) && table->unit > 0);
	for (size_t i = 0; i < table->length; i++) {
		double next = i + 1 < table->length ? table->coefs[i + 1] : 0;

		REQUIRE(isfinite(table->coefs[i]));
		REQUIRE(table->deltas[i] == next - table->coefs[i]);
		peak = fmax(peak, fabs(table->coefs[i]));
		if (i > 0)
			sum += 2 * table->coefs[i];
	}
	REQUIRE(peak <= table->per_crossing * (1 + 1e-12));
	REQUIRE(fabs(sum / table->per_crossing - 1) < 1e-6);
}

/* A table of integers holds them to well below half a step: written again they give the same table. */
static void check_round_trip(const struct bli_filter_table *table)
{
	struct bli_filter_table again;
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	REQUIRE(stream != NULL);
	fprintf(stream, "ScaleFactor %.0f Length %zu Nmult %u Coeffs:\n", table->scale, table->length, table->nmult);
	for (size_t i = 0; i < table->length; i++)
		fprintf(stream, "%ld\n", lrint(table->coefs[i] * table->unit));
	fprintf(stream, "Differences:\n");
	for (size_t i = 0; i < table->length; i++)
		fprintf(stream, "%ld\n", lrint(table->deltas[i] * table->unit));
	REQUIRE(fclose(stream) == 0);
	REQUIRE(bli_filterfile_parse(&again, text, bytes, "again", NULL, 0) == 0);
	REQUIRE(again.integers && again.length == table->length && again.scale == table->scale);
	REQUIRE(memcmp(again.coefs, table->coefs, table->length * sizeof(*table->coefs)) == 0);
	bli_filter_table_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bli_filter_table table;
	char message[128] = "";
	int error = bli_filterfile_parse(&table, (const char *)data, size, "fuzz",
					       message, sizeof(message));

	if (error == 0) {
		check_table(&table);
		if (table.integers)
			check_round_trip(&table);
	} else {
		REQUIRE(strncmp(message, "fuzz: ", 6) == 0 && strlen(message) > 6);
		REQUIRE(strchr(message, '\n') == NULL);
		REQUIRE(table.coefs == NULL && table.deltas == NULL && table.length == 0);
	}
	bli_filter_table_free(&table);
	return 0;
}
