/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"
#include "filtertable.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAPS_MAX ((size_t)1 << 24)

/* Points of the window that serve the integral of edge_response. */
#define EDGE_POINTS 128

/*
 * The sharp edge of a filter.  A windowed ideal low-pass falls from 1 without
 * any ripple to speak of, where 0.05 dB next to the edge would harm nobody.  So
 * the low-pass comes 1 + lift times, less `lift` times another whose cut-off is
 * 1/length lower: what that leaves just below the edge fills up what droops
 * there.  Side lobes become higher by up to 1 + 2·lift, for which the window
 * makes up.  The figures were found by a search from 70 to 220 dB for the shortest
 * filter whose passband rises by 0.05 dB at most.
 */
static double edge_lift(double attenuation_db)
{
	return fmax(0, 0.14 + 0.00225 * (attenuation_db - 102));
}

static double edge_extra_db(double attenuation_db)
{
	return 0.5 + fmax(0, 0.062 * (attenuation_db - 102));
}

/* Filters whose passband may droop by less have no edge to lift. */
#define LIFT_DROOP_MIN_DB 0.05

/*
 * Response of the windowed ideal low-pass at an offset x below its cut-off
 * (above, if negative), x in units of 1/(window length):
 * 1/2 + 1/π·∫0…1 w(u)·sin(π·x·u)/u du.  The window's transform is narrow
 * against the passband, so the other edge at −cutoff adds nothing.  The
 * integrand is smooth: the midpoint rule with 128 points is good to 0.1 dB at
 * an attenuation of 220 dB.  weights[i] are w(u)/u at its points; a lift brings
 * in that of the second low-pass, at x − 1.
 */
static double edge_response(const double *weights, double lift, double x)
{
	double sum = 0;

	for (int i = 0; i < EDGE_POINTS; i++) {
		double u = (i + 0.5) / EDGE_POINTS;

		sum += weights[i] * ((1 + lift) * sin(M_PI * x * u) - (lift ? lift * sin(M_PI * (x - 1) * u) : 0));
	}
	return 0.5 + sum / (M_PI * EDGE_POINTS);
}

/* Offset x between low and high at which the response, below it on one side and above on the other, is `level`. */
static double edge_offset(const double *weights, double lift, double low, double high, double level)
{
	for (int i = 0; i < 30; i++) {
		double middle = (low + high) / 2;

		if (edge_response(weights, lift, middle) < level)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

bool bli_requirement_valid(const struct bli_requirement *requirement)
{
	if (requirement->precision != BLI_FLOAT && requirement->precision != BLI_DOUBLE)
		return false;
	switch (requirement->method) {
	case BLI_METHOD_SINC:
		return requirement->passband >= 0 && requirement->passband < requirement->stopband &&
		       requirement->stopband <= 2 && requirement->attenuation_db >= BLI_ATTENUATION_MIN_DB &&
		       requirement->attenuation_db <= BLI_ATTENUATION_MAX_DB &&
		       requirement->phase >= BLI_PHASE_MINIMUM && requirement->phase <= BLI_PHASE_MAXIMUM;
	case BLI_METHOD_LINEAR:
		return true;
	case BLI_METHOD_TABLE:
		return requirement->table && requirement->table->length > 0;
	}
	return false;
}

/*
 * What the taps add up to on average over all phases: the response at DC, by
 * sampling the impulse response so densely that no image falls on DC.
 */
static double dc_response(const struct bli_filter *filter)
{
	size_t per_frame = (size_t)ceil(2 * filter->stop) + 1, points = filter->taps * per_frame / 2;
	double sum = 1 + filter->lift / ((double)filter->taps * filter->cutoff);

	for (size_t i = 1; i < points; i++) {
		double t = (double)i / (double)per_frame, x = 2 * M_PI * filter->cutoff * t;
		double low = x - 2 * M_PI * t / (double)filter->taps;

		sum += 2 * ((1 + filter->lift) * sin(x) - filter->lift * sin(low)) / x *
		       bli_kaiser_at(&filter->kaiser, 2 * t / (double)filter->taps);
	}
	return sum / (double)per_frame;
}

int bli_filter_sinc(struct bli_filter *filter, double pass, double stop, double droop_db,
		    double attenuation_db, size_t multiple)
{
	double weights[EDGE_POINTS], length, lift, stop_offset, pass_offset, taps;

	memset(filter, 0, sizeof(*filter));
	if (!(pass >= 0 && pass < stop && stop <= 16 && droop_db > 0 && attenuation_db >= BLI_ATTENUATION_MIN_DB &&
	      attenuation_db <= BLI_ATTENUATION_MAX_DB))
		return -EINVAL;
	filter->method = BLI_METHOD_SINC;
	filter->stop = stop;

	/* Kaiser's estimate of the stopband's offset, solved exactly from there */
	filter->lift = lift = droop_db >= LIFT_DROOP_MIN_DB ? edge_lift(attenuation_db) : 0;
	bli_kaiser_set(&filter->kaiser,
		       bli_kaiser_beta(attenuation_db + (lift > 0 ? edge_extra_db(attenuation_db) : 0)));
	for (int i = 0; i < EDGE_POINTS; i++) {
		double u = (i + 0.5) / EDGE_POINTS;

		weights[i] = bli_kaiser_at(&filter->kaiser, u) / u;
	}
	length = (attenuation_db - 7.95) / 28.72;
	stop_offset = -edge_offset(weights, lift, -1.15 * length, -0.9 * length, pow(10, -attenuation_db / 20));
	pass_offset = edge_offset(weights, lift, 0, 1.1 * length, pow(10, -droop_db / 20));

	taps = ceil((stop_offset + pass_offset) / (stop - pass) / (double)multiple) * (double)multiple;
	if (!(taps <= (double)TAPS_MAX))
		return -EINVAL;
	filter->taps = (size_t)taps;
	filter->delay = taps / 2;
	filter->cutoff = stop - stop_offset / taps;
	/* otherwise each phase is scaled by itself */
	if (stop > 1)
		filter->scale = 1 / dc_response(filter);
	for (int i = 0; i < BLI_TWIDDLES; i++)
		for (int k = 0; k < 2; k++) {
			double cutoff = filter->cutoff - (double)k / taps;

			filter->twiddle_cos[k][i] = cos(2 * M_PI * cutoff * i);
			filter->twiddle_sin[k][i] = sin(2 * M_PI * cutoff * i);
		}
	return 0;
}

void bli_filter_linear(struct bli_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->method = BLI_METHOD_LINEAR;
	filter->taps = 2;
	filter->delay = 1;
	filter->cutoff = 0.5;
	filter->stop = 1;
	filter->scale = 1;
}

int bli_filter_from_table(struct bli_filter *filter, const struct bli_filter_table *table, double factor,
			  bool nearest)
{
	double wing;

	memset(filter, 0, sizeof(*filter));
	filter->method = BLI_METHOD_TABLE;
	filter->entries_per_frame = (double)table->per_crossing * factor;
	wing = ceil((double)table->length / filter->entries_per_frame);
	if (!(wing >= 1 && 2 * wing <= (double)TAPS_MAX))
		return -EINVAL;
	filter->taps = 2 * (size_t)wing;
	filter->delay = wing;
	filter->cutoff = factor / 2;
	filter->scale = factor;
	filter->table = table;
	filter->nearest = nearest;
	return 0;
}

/*
 * Add weight·sin(2π·cutoff·t), t = start + j, to h[j], `low` saying which of the
 * two cut-offs.  The sines of BLI_TWIDDLES taps follow from the first by the
 * addition theorem.
 */
static void add_sines(const struct bli_filter *filter, bool low, double weight, double start, double *h)
{
	double omega = 2 * M_PI * (filter->cutoff - (low ? 1 / (double)filter->taps : 0));
	const double *twiddle_cos = filter->twiddle_cos[low], *twiddle_sin = filter->twiddle_sin[low];

	for (size_t first = 0; first < filter->taps; first += BLI_TWIDDLES) {
		double x = omega * (start + (double)first), sine = weight * sin(x), cosine = weight * cos(x);
		size_t count = filter->taps - first < BLI_TWIDDLES ? filter->taps - first : BLI_TWIDDLES;

		for (size_t j = 0; j < count; j++)
			h[first + j] += sine * twiddle_cos[j] + cosine * twiddle_sin[j];
	}
}

/*
 * h[j] = w(2t/taps)·((1 + lift)·sin(2π·cutoff·t) − lift·sin(2π·(cutoff − 1/taps)·t))
 * / (2π·cutoff·t), t = start + j; unscaled.  The loops run over taps inside, so
 * that the compiler turns them into vectors.
 */
static void sinc_taps(const struct bli_filter *filter, double start, double *h, double *scratch)
{
	size_t taps = filter->taps;
	double *v = scratch, *w = scratch + taps, omega = 2 * M_PI * filter->cutoff;

	for (size_t j = 0; j < taps; j++) {
		double u = (start + (double)j) * 2 / (double)taps;

		v[j] = u * u < 1 ? 1 - u * u : 0;
		w[j] = 0;
	}
	for (unsigned k = filter->kaiser.terms; k-- > 0;) {
		double term = filter->kaiser.coefficient[k];

		for (size_t j = 0; j < taps; j++)
			w[j] = w[j] * v[j] + term;
	}
	memset(h, 0, taps * sizeof(*h));
	add_sines(filter, false, 1 + filter->lift, start, h);
	if (filter->lift > 0)
		add_sines(filter, true, -filter->lift, start, h);
	for (size_t j = 0; j < taps; j++) {
		double x = omega * (start + (double)j);

		h[j] = (fabs(x) < 1e-9 ? 1 + filter->lift / ((double)taps * filter->cutoff) : h[j] / x) * w[j];
	}
}

/* h[j] from the table; unscaled */
static void table_taps(const struct bli_filter *filter, double start, double *h)
{
	const struct bli_filter_table *table = filter->table;

	for (size_t j = 0; j < filter->taps; j++) {
		double position = fabs(start + (double)j) * filter->entries_per_frame;
		size_t entry = (size_t)(filter->nearest ? position + 0.5 : position);

		h[j] = 0;
		if (entry < table->length)
			h[j] = table->coefs[entry] +
			       (filter->nearest ? 0 : (position - (double)entry) * table->deltas[entry]);
	}
}

/* h[j] from the sampled response; j counts from the oldest frame */
static void sampled_taps(const struct bli_filter *filter, double fraction, double *h)
{
	size_t per_frame = filter->samples_per_frame, part = (size_t)lrint(fraction * (double)per_frame);

	for (size_t j = 0; j < filter->taps; j++)
		h[j] = filter->samples[(filter->taps - 1 - j) * per_frame + part];
}

void bli_filter_phase(const struct bli_filter *filter, double fraction, double *h, double *scratch)
{
	size_t taps = filter->taps;
	double start = 1 - (double)taps / 2 - fraction, sum = 0;

	if (filter->samples) {
		sampled_taps(filter, fraction, h);
		return;
	}
	switch (filter->method) {
	case BLI_METHOD_SINC:
		sinc_taps(filter, start, h, scratch);
		break;
	case BLI_METHOD_LINEAR:
		for (size_t j = 0; j < taps; j++)
			h[j] = 1 - fabs(start + (double)j);
		break;
	case BLI_METHOD_TABLE:
		table_taps(filter, start, h);
		break;
	}
	for (size_t j = 0; j < taps; j++)
		sum += h[j];
	/*
	 * Where images of DC are in the stopband, making every phase add up to
	 * exactly 1 removes them altogether.  Where one may pass, because a
	 * later stage stops it, that would modulate the signal instead.
	 */
	sum = filter->method == BLI_METHOD_SINC && filter->stop <= 1 ? 1 / sum : filter->scale;
	for (size_t j = 0; j < taps; j++)
		h[j] *= sum;
}

/* What is left out at the ends of a response lies this far below what its stopband leaves. */
#define PHASE_EXTRA_DB 20

/*
 * The response of a linear-phase filter, the newest sample first and adding up
 * to 1: samples[taps·per_frame − 1].  The very first one, at the end of the
 * window, has no counterpart at the other end and is left out.
 */
static int sample_response(double **samples, const struct bli_filter *filter, size_t per_frame)
{
	size_t taps = filter->taps, count = taps * per_frame - 1;
	double *h = malloc(3 * taps * sizeof(*h)), sum = 0;

	*samples = malloc(count * sizeof(**samples));
	if (!h || !*samples) {
		free(h);
		free(*samples);
		return -ENOMEM;
	}
	for (size_t part = 0; part < per_frame; part++) {
		bli_filter_phase(filter, (double)part / (double)per_frame, h, h + taps);
		for (size_t j = 0; j < taps; j++) {
			size_t i = (taps - 1 - j) * per_frame + part;

			if (i > 0)
				(*samples)[i - 1] = h[j];
		}
	}
	free(h);
	for (size_t i = 0; i < count; i++)
		sum += (*samples)[i];
	for (size_t i = 0; i < count; i++)
		(*samples)[i] /= sum;
	return 0;
}

int bli_filter_set_phase(struct bli_filter *filter, double phase, size_t per_frame, double attenuation_db)
{
	size_t count = filter->taps * per_frame, found = 0;
	double *linear, *shifted = NULL, *samples = NULL, delay = 0;
	int error = sample_response(&linear, filter, per_frame);

	if (error)
		return error;
	error = bli_phase_apply(&shifted, &found, &delay, linear, count - 1, phase,
				fmin(attenuation_db + PHASE_EXTRA_DB, BLI_ATTENUATION_MAX_DB));
	free(linear);
	if (error)
		return error;
	samples = calloc(count, sizeof(*samples));
	if (samples) {
		for (size_t i = 0; i < found; i++)
			samples[i] = shifted[i] * (double)per_frame;
		bli_filter_free(filter);
		filter->samples = samples;
		filter->samples_per_frame = per_frame;
		filter->delay = delay / (double)per_frame;
	}
	free(shifted);
	return samples ? 0 : -ENOMEM;
}

int bli_filter_convolve(struct bli_filter *filter, const double *fir, size_t reach, size_t spacing, size_t per_frame)
{
	size_t count = filter->taps * per_frame, added = 2 * reach * spacing;
	/* an even number of frames, as any filter has */
	size_t taps = (count + added + 2 * per_frame - 1) / (2 * per_frame) * 2;
	double *samples = calloc(taps * per_frame, sizeof(*samples)), *own = NULL;

	if (!samples || (!filter->samples && sample_response(&own, filter, per_frame) != 0)) {
		free(samples);
		return -ENOMEM;
	}
	for (size_t tap = 0; tap <= 2 * reach; tap++) {
		double factor = fir[tap < reach ? reach - tap : tap - reach];
		double *to = samples + tap * spacing;

		if (own)
			for (size_t i = 1; i < count; i++)
				to[i] += factor * (double)per_frame * own[i - 1];
		else
			for (size_t i = 0; i < count; i++)
				to[i] += factor * filter->samples[i];
	}
	free(own);
	bli_filter_free(filter);
	filter->samples = samples;
	filter->samples_per_frame = per_frame;
	filter->taps = taps;
	filter->delay += (double)(reach * spacing) / (double)per_frame;
	return 0;
}

void bli_filter_free(struct bli_filter *filter)
{
	free(filter->samples);
	filter->samples = NULL;
}
