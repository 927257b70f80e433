/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "response.h"
#include "realfft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRANSFORM_MAX ((size_t)1 << 23)	/* still 4 points a side lobe for the longest table */
#define TRANSFORM_FINE ((size_t)1 << 21)	/* up to here 32 points a side lobe: the first one can be narrow */
#define SUMMITS_MAX 16			/* looked at closely for an extreme */

double response_gain(const struct bli_filter_table *table, double frequency)
{
	double entries_per_turn = 2.0 * table->per_crossing, sum = 0;

	for (size_t i = table->length - 1; i > 0; i--) {
		/* whole turns are removed exactly: a phase error would hide attenuations beyond 150 dB */
		double product = frequency * (double)i, rest = fma(frequency, (double)i, -product);
		double turns = product / entries_per_turn;

		sum += table->coefs[i] * cos(2 * M_PI * (turns - rint(turns) + rest / entries_per_turn));
	}
	return (table->coefs[0] + 2 * sum) / table->per_crossing;
}

double response_db(double gain)
{
	return fmax(20 * log10(fabs(gain)), -400);
}

/* Points of the transform for a table of so many entries. */
static size_t transform_size(size_t length)
{
	size_t size = 2;

	while (size < TRANSFORM_MAX && (size < 16 * length || (size < TRANSFORM_FINE && size < 64 * length)))
		size *= 2;
	return size;
}

int response_compute(struct response *response, const struct bli_filter_table *table)
{
	size_t size = transform_size(table->length);
	struct bli_real_fft fft;
	int err = bli_real_fft_open(&fft, size);
	double *samples = calloc(size, sizeof(*samples));
	struct bli_complex *spectrum = calloc(size / 2 + 1, sizeof(*spectrum));

	response->points = size / 2 + 1;
	response->step = 2.0 * table->per_crossing / (double)size;
	response->gains = calloc(response->points, sizeof(*response->gains));
	if (err || !samples || !spectrum || !response->gains) {
		err = -ENOMEM;
		response_free(response);
	} else {
		/* the left wing mirrors the right one, so the transform is real */
		samples[0] = table->coefs[0] / table->per_crossing;
		for (size_t i = 1; i < table->length; i++)
			samples[i] = samples[size - i] = table->coefs[i] / table->per_crossing;
		bli_real_fft_forward(&fft, samples, spectrum);
		for (size_t k = 0; k < response->points; k++)
			response->gains[k] = spectrum[k].real;
	}
	bli_real_fft_close(&fft);
	free(spectrum);
	free(samples);
	return err;
}

void response_free(struct response *response)
{
	free(response->gains);
	memset(response, 0, sizeof(*response));
}

/* The lowest frequency where the magnitude falls to `level`, or the end of the band. */
static double find_crossing(const struct response *response,
			    const struct bli_filter_table *table, double level)
{
	size_t k = 1;

	while (k < response->points && fabs(response->gains[k]) > level)
		k++;
	if (k == response->points)
		return table->per_crossing;

	double above = (double)(k - 1) * response->step;
	double below = (double)k * response->step;

	/* 40 halvings of one step end below 1e-13. */
	for (int i = 0; i < 40; i++) {
		double middle = (above + below) / 2;

		if (fabs(response_gain(table, middle)) > level)
			above = middle;
		else
			below = middle;
	}
	return (above + below) / 2;
}

/* Where to search for an extreme. */
enum quantity {
	HIGHEST_GAIN,
	LOWEST_GAIN,
	HIGHEST_MAGNITUDE,
};

/* How extreme a gain is: relative to 1 for gains, so that small ripples stand out. */
static double height(double gain, enum quantity quantity)
{
	switch (quantity) {
	case LOWEST_GAIN:
		return 1 - gain;
	case HIGHEST_MAGNITUDE:
		return fabs(gain);
	default:
		return gain - 1;
	}
}

/* Whether the grid has a summit at k, and its height by a parabola through it and its neighbours. */
static bool summit_height(const struct response *response, size_t k, enum quantity quantity,
			  double *peak)
{
	double before = height(response->gains[k - 1], quantity);
	double here = height(response->gains[k], quantity);
	double after = height(response->gains[k + 1], quantity);
	double bend = before - 2 * here + after;
	double slope = (after - before) / 2;

	if (here < before || here < after || !(bend < 0))
		return false;
	*peak = here - slope * slope / (2 * bend);
	return true;
}

/* The gain at the summit between low and high, by golden-section search. */
static double refine_summit(const struct bli_filter_table *table, double low, double high,
			    enum quantity quantity)
{
	double golden = 0.6180339887498949;

	for (int i = 0; i < 12; i++) {
		double lower = high - golden * (high - low);
		double upper = low + golden * (high - low);

		if (height(response_gain(table, lower), quantity)
		    > height(response_gain(table, upper), quantity))
			high = upper;
		else
			low = lower;
	}
	return response_gain(table, (low + high) / 2);
}

/* The extreme gain of low to high: that of the ends or of the best few summits between. */
static double find_extreme(const struct response *response, const struct bli_filter_table *table,
			   double low, double high, enum quantity quantity)
{
	double step = response->step;
	size_t first = (size_t)fmax(1, floor(low / step));
	size_t last = (size_t)fmin((double)(response->points - 2), ceil(high / step));
	double at_low = response_gain(table, low);
	double at_high = response_gain(table, high);
	double extreme = height(at_low, quantity) > height(at_high, quantity) ? at_low : at_high;
	double best = height(extreme, quantity), peak;
	int refined = 0;

	for (size_t k = first; k <= last; k++)
		if (summit_height(response, k, quantity, &peak))
			best = fmax(best, peak);

	/* Parabolas miss narrow lobes by some percent: look closely at all that come near. */
	double near = best - 0.05 * fabs(best);

	for (size_t k = first; k <= last && refined < SUMMITS_MAX; k++) {
		if (!summit_height(response, k, quantity, &peak) || peak < near)
			continue;

		double gain = refine_summit(table, fmax(low, (double)(k - 1) * step),
						  fmin(high, (double)(k + 1) * step), quantity);

		if (height(gain, quantity) > height(extreme, quantity))
			extreme = gain;
		refined++;
	}
	return extreme;
}

/* Where the first side lobe begins: the first minimum of the magnitude beyond -6 dB. */
static double find_first_minimum(const struct response *response, double minus_6_db)
{
	size_t k = (size_t)ceil(minus_6_db / response->step) + 1;

	while (k + 1 < response->points &&
	       fabs(response->gains[k + 1]) < fabs(response->gains[k]))
		k++;
	return fmin((double)k, (double)(response->points - 1)) * response->step;
}

void response_measure(struct response_measures *measures, const struct response *response,
		      const struct bli_filter_table *table, const struct response_bands *wanted)
{
	double end = table->per_crossing;
	double stopband_start;

	memset(measures, 0, sizeof(*measures));
	measures->minus_3_db = find_crossing(response, table, pow(10, -3 / 20.0));
	measures->minus_6_db = find_crossing(response, table, pow(10, -6 / 20.0));
	stopband_start = wanted ? wanted->stopband
		: find_first_minimum(response, measures->minus_6_db);
	if (stopband_start >= end)
		return;

	double peak = fabs(find_extreme(response, table, stopband_start, end, HIGHEST_MAGNITUDE));

	measures->has_bands = true;
	measures->stopband_attenuation_db = -response_db(peak);
	if (wanted) {
		measures->bands = *wanted;
	} else {
		measures->bands.stopband = find_crossing(response, table, peak);
		measures->bands.passband = 2 * measures->minus_6_db - measures->bands.stopband;
	}
	measures->transition_width = measures->bands.stopband - measures->bands.passband;
	if (measures->bands.passband <= 0)
		return;

	measures->has_passband = true;
	measures->passband_ripple_db =
		response_db(find_extreme(response, table, 0, measures->bands.passband, HIGHEST_GAIN))
		- response_db(find_extreme(response, table, 0, measures->bands.passband, LOWEST_GAIN));
}
