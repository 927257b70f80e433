/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frequency response of a filter table and the figures people judge it by.
 * Frequencies are fractions of the Nyquist frequency of the lower rate.
 */
#ifndef BLI_RESPONSE_H
#define BLI_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "filtertable.h"

struct response {
	size_t points;
	double step;	/* frequency of gains[k] is k step; the last is per_crossing, where the table's own band ends */
	double *gains;	/* [points] signed, linear, gains[0] = 1; at least 4 points a side lobe */
};

/* Band edges, or what was asked for. */
struct response_bands {
	double passband;	/* 0 to this */
	double stopband;	/* this and above */
};

struct response_measures {
	bool has_bands;			/* false: the filter is too short to have a stopband */
	bool has_passband;		/* false: so short that the transition reaches down to 0 Hz */
	struct response_bands bands;
	double passband_ripple_db;	/* highest minus lowest gain in the passband */
	double minus_3_db;		/* lowest frequency of that gain */
	double minus_6_db;
	double stopband_attenuation_db;	/* of the highest peak in the stopband */
	double transition_width;	/* bands.stopband - bands.passband */
};

/* Compute the response.  Returns 0 or −ENOMEM, *response being empty then. */
int response_compute(struct response *response, const struct bli_filter_table *table);

/* Free what it holds and empty it; harmless on an empty one. */
void response_free(struct response *response);

/*
 * Measure `response`, that of `table`.  With `wanted`, ripple and attenuation
 * are those in these bands.  With NULL the bands are found: the stopband begins
 * where the gain first falls to the highest peak beyond the first minimum, and
 * the passband ends as far below the −6 dB point as the stopband begins above.
 */
void response_measure(struct response_measures *measures, const struct response *response,
		      const struct bli_filter_table *table, const struct response_bands *wanted);

/*
 * Gain of a table, signed and linear, at `frequency`, 0 … per_crossing.  Takes
 * one cosine per table entry.
 */
double response_gain(const struct bli_filter_table *table, double frequency);

/* 20 log10 |gain|, at least -400. */
double response_db(double gain);

#endif
