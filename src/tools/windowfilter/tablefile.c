/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* uselocale: the decimal point is '.' in every locale */
#include "tablefile.h"
#include "filterfile.h"

#include <errno.h>
#include <locale.h>
#include <math.h>

static void write_value(FILE *stream, double value, bool integer)
{
	if (integer)
		fprintf(stream, "%ld\n", lrint(value));
	else
		fprintf(stream, "%.12f\n", value);
}

static void write_table(FILE *stream, const struct bli_filter_table *table)
{
	fprintf(stream, table->integers ? "ScaleFactor %.0f\n" : "ScaleFactor %.12f\n", table->scale);
	fprintf(stream, "Length %zu\nNmult %u\nCoeffs:\n", table->length, table->nmult);
	for (size_t i = 0; i < table->length; i++) {
		/* multiplying by what was divided by may end one rounding beyond full scale */
		double value = fmin(table->coefs[i] * table->unit, BLI_FILTERFILE_COEF_MAX);

		write_value(stream, fmax(value, BLI_FILTERFILE_COEF_MIN), table->integers);
	}
	fprintf(stream, "Differences:\n");
	for (size_t i = 0; i < table->length; i++)
		write_value(stream, table->deltas[i] * table->unit, table->integers);
}

int tablefile_write(const struct bli_filter_table *table, FILE *stream)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0), callers_locale;
	int err;

	if (!c_locale)
		return -ENOMEM;
	callers_locale = uselocale(c_locale);
	errno = 0;
	write_table(stream, table);
	err = ferror(stream) ? -(errno ? errno : EIO) : 0;
	uselocale(callers_locale);
	freelocale(c_locale);
	return err;
}
