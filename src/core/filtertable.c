/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filtertable.h"
#include "kaiser.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

int bli_filter_table_alloc(struct bli_filter_table *table, unsigned nmult)
{
	memset(table, 0, sizeof *table);
	if (nmult < BLI_FILTER_NMULT_MIN || nmult > BLI_FILTER_NMULT_MAX || nmult % 2 == 0)
		return -EINVAL;

	const size_t length = (size_t)BLI_FILTER_PER_CROSSING * (nmult - 1) / 2;

	table->coefs = calloc(length, sizeof *table->coefs);
	table->deltas = calloc(length, sizeof *table->deltas);
	if (table->coefs == NULL || table->deltas == NULL) {
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
	memset(table, 0, sizeof *table);
}

int bli_filter_table_normalise(struct bli_filter_table *table)
{
	double sum = table->coefs[0];
	double peak = fabs(table->coefs[0]);

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

/* h[i] of the classic program: the ideal low-pass, all but its centre under a Kaiser window. */
static void windowed_sinc(double *h, size_t length, const struct bli_filter_shape *shape)
{
	struct bli_kaiser window;

	bli_kaiser_set(&window, shape->beta);
	h[0] = shape->rolloff;
	for (size_t i = 1; i < length; i++) {
		const double angle = PI * (double)i / BLI_FILTER_PER_CROSSING;
		const double place = (double)i / (double)(length - 1);

		h[i] = sin(angle * shape->rolloff) / angle * bli_kaiser_at(&window, place);
	}
}

static bool shape_is_valid(const struct bli_filter_shape *shape)
{
	return shape->rolloff > 0 && shape->rolloff <= 1
		&& shape->beta >= BLI_FILTER_BETA_MIN && shape->beta <= BLI_FILTER_BETA_MAX;
}

int bli_filter_table_design(struct bli_filter_table *table,
			    const struct bli_filter_shape *shape, bool integers)
{
	const int error = bli_filter_table_alloc(table, shape->nmult);

	if (error)
		return error;
	if (!shape_is_valid(shape)) {
		bli_filter_table_free(table);
		return -EINVAL;
	}
	windowed_sinc(table->coefs, table->length, shape);

	/* The classic gain at 0 Hz is that of phase 0 alone, before rounding. */
	double dc = table->coefs[0];

	for (size_t i = table->per_crossing; i < table->length; i += table->per_crossing)
		dc += 2 * table->coefs[i];

	/* The sinc never exceeds its centre, so h[0] is max |h|. */
	const double to_file = BLI_FILTER_FULL_SCALE / table->coefs[0];

	for (size_t i = 0; i < table->length; i++) {
		table->coefs[i] *= to_file;
		/* C's conversion to int: toward zero, also for negative values. */
		if (integers)
			table->coefs[i] = trunc(table->coefs[i] + 0.5);
	}
	/* 2^29: the classic program multiplies by LpScl and shifts by 13 and 16 bits. */
	table->scale = 0x1p29 / (dc * to_file);
	if (integers)
		table->scale = trunc(table->scale);
	table->integers = integers;

	/* A low-pass by design: its sum is at least its centre. */
	const int normalise_error = bli_filter_table_normalise(table);

	if (normalise_error)
		bli_filter_table_free(table);
	return normalise_error ? -EINVAL : 0;
}

int bli_filter_shape_choose(struct bli_filter_shape *shape, double passband,
			    double stopband, double attenuation_db)
{
	if (!(passband > 0 && passband < stopband && passband + stopband <= 2)
	    || !(attenuation_db >= 25 && attenuation_db <= 200))
		return -EINVAL;

	/* Order of the filter in samples of the lower rate, which are its zero crossings at roll-off 1. */
	const double order = (attenuation_db - 7.95) / (2.285 * PI * (stopband - passband));

	if (!(order <= BLI_FILTER_NMULT_MAX - 1))
		return -ERANGE;

	const unsigned half = (unsigned)fmax(1, ceil(order / 2));

	shape->rolloff = (passband + stopband) / 2;
	shape->beta = bli_kaiser_beta(attenuation_db);
	shape->nmult = 2 * half + 1;
	return 0;
}

double bli_filter_table_gain(const struct bli_filter_table *table, double frequency)
{
	const double turns_per_entry_inverse = 2.0 * table->per_crossing;
	double sum = 0;

	for (size_t i = table->length - 1; i > 0; i--) {
		/* Whole turns are removed exactly: a phase error would hide attenuations beyond 150 dB. */
		const double product = frequency * (double)i;
		const double rest = fma(frequency, (double)i, -product);
		const double turns = product / turns_per_entry_inverse;
		const double phase = turns - rint(turns) + rest / turns_per_entry_inverse;

		sum += table->coefs[i] * cos(2 * PI * phase);
	}
	return (table->coefs[0] + 2 * sum) / table->per_crossing;
}
