/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "design.h"
#include "filterfile.h"
#include "kaiser.h"

#include <errno.h>
#include <math.h>

const struct design design_defaults = { .rolloff = 0.90, .beta = 9, .nmult = 65 };

/* h[i] of the classic program: the ideal low-pass, all but its centre under a Kaiser window. */
static void windowed_sinc(double *h, size_t length, const struct design *design)
{
	struct bli_kaiser window;

	bli_kaiser_set(&window, design->beta);
	h[0] = design->rolloff;
	for (size_t i = 1; i < length; i++) {
		double angle = M_PI * (double)i / BLI_FILTER_PER_CROSSING;

		h[i] = sin(angle * design->rolloff) / angle *
		       bli_kaiser_at(&window, (double)i / (double)(length - 1));
	}
}

int design_table(const struct design *design, struct bli_filter_table *table, bool integers)
{
	int err = bli_filter_table_alloc(table, design->nmult);
	double dc, to_file;

	if (!err && !(design->rolloff > 0 && design->rolloff <= 1 && design->beta >= DESIGN_BETA_MIN &&
		      design->beta <= DESIGN_BETA_MAX))
		err = -EINVAL;
	if (err) {
		bli_filter_table_free(table);
		return err;
	}
	windowed_sinc(table->coefs, table->length, design);

	/* the classic gain at 0 Hz is that of phase 0 alone, before rounding */
	dc = table->coefs[0];
	for (size_t i = table->per_crossing; i < table->length; i += table->per_crossing)
		dc += 2 * table->coefs[i];

	/* the sinc never exceeds its centre, so h[0] is max |h| */
	to_file = BLI_FILTERFILE_COEF_MAX / table->coefs[0];
	for (size_t i = 0; i < table->length; i++) {
		table->coefs[i] *= to_file;
		/* C's conversion to int: toward zero, also for negative values */
		if (integers)
			table->coefs[i] = trunc(table->coefs[i] + 0.5);
	}
	/* 2^29: the classic program multiplies by LpScl and shifts by 13 and 16 bits */
	table->scale = 0x1p29 / (dc * to_file);
	if (integers)
		table->scale = trunc(table->scale);
	table->integers = integers;

	/* a low-pass by design: its sum is at least its centre */
	if (bli_filter_table_normalise(table) < 0) {
		bli_filter_table_free(table);
		return -EINVAL;
	}
	return 0;
}

int design_choose(struct design *design, const struct response_bands *bands, double attenuation_db)
{
	double order;

	if (!(bands->passband > 0 && bands->passband < bands->stopband && bands->passband + bands->stopband <= 2) ||
	    !(attenuation_db >= 25 && attenuation_db <= 200))
		return -EINVAL;

	/* order of the filter in frames of the lower rate, which are its zero crossings at roll-off 1 */
	order = (attenuation_db - 7.95) / (2.285 * M_PI * (bands->stopband - bands->passband));
	if (!(order <= BLI_FILTER_NMULT_MAX - 1))
		return -ERANGE;
	design->rolloff = (bands->passband + bands->stopband) / 2;
	design->beta = bli_kaiser_beta(attenuation_db);
	design->nmult = 2 * (unsigned)fmax(1, ceil(order / 2)) + 1;
	return 0;
}

/* Stopband attenuation of the table of a design in these bands.  Returns 0 or −errno. */
static int measure_attenuation(const struct design *design, const struct response_bands *bands,
			       double *attenuation_db)
{
	struct bli_filter_table table;
	struct response response;
	struct response_measures measures;
	int err = design_table(design, &table, false);

	if (err)
		return err;
	err = response_compute(&response, &table);
	if (!err) {
		response_measure(&measures, &response, &table, bands);
		*attenuation_db = measures.stopband_attenuation_db;
		response_free(&response);
	}
	bli_filter_table_free(&table);
	return err;
}

int design_meet(struct design *design, const struct response_bands *bands, double attenuation_db)
{
	double aim_db = attenuation_db;

	if (!(attenuation_db >= DESIGN_ATTENUATION_MIN_DB && attenuation_db <= DESIGN_ATTENUATION_MAX_DB))
		return -EINVAL;
	for (;;) {
		double reached_db;
		int err = design_choose(design, bands, aim_db);

		if (!err)
			err = measure_attenuation(design, bands, &reached_db);
		/* the first aim was in range: a later one that is not means that no table will do */
		if (err == -EINVAL && aim_db > attenuation_db)
			return -ERANGE;
		if (err || reached_db >= attenuation_db)
			return err;
		/* large steps, for few rounds; the limit of the aim ends the loop */
		aim_db += fmax(0.1, (attenuation_db - reached_db) / 2);
	}
}
