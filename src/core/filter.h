/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters: from what is required of the frequency response to the impulse
 * response, and from there to the taps of one phase.
 *
 * Conventions.  Frequencies are in cycles per input frame of the stage that
 * the filter serves, times in input frames of that stage.  An impulse
 * response is a function of continuous time, zero outside ±taps/2 around its
 * centre.  All functions may be called from any thread.
 */
#ifndef BLI_FILTER_H
#define BLI_FILTER_H

#include "kaiser.h"
#include "phase.h"
#include "sample.h"
#include "setup.h"

#include <stdbool.h>
#include <stddef.h>

struct bli_filter_table;

/* How output frames are computed from input frames. */
enum bli_method {
	BLI_METHOD_SINC,	/* Kaiser-windowed sinc: bandlimited interpolation */
	BLI_METHOD_LINEAR,	/* straight line between two input frames, no filtering */
	BLI_METHOD_TABLE,	/* a filter table, as resample(1) uses it */
};

/* What a user asks of a conversion, whatever its rates. */
struct bli_requirement {
	enum bli_method method;
	double passband;	/* −0.1 dB edge, fraction of the lower Nyquist frequency, 0 … < stopband */
	double stopband;	/* where the attenuation is reached, same unit, > passband, up to 2 */
	double attenuation_db;	/* of images and aliases, BLI_ATTENUATION_MIN_DB … _MAX_DB */
	enum bli_precision precision;
	double phase;		/* BLI_METHOD_SINC only: BLI_PHASE_MINIMUM … _LINEAR … _MAXIMUM */
	/* BLI_METHOD_TABLE only; read while a resampler opens, not afterwards */
	const struct bli_filter_table *table;
	bool nearest;		/* take the nearest entry instead of interpolating between two */
};

/*
 * Whether a requirement is one that filters are designed for: every number in
 * the range given above, finite, and a table where the method needs one.
 */
BLI_SETUP
bool bli_requirement_valid(const struct bli_requirement *requirement);

#define BLI_TWIDDLES 16

/*
 * Impulse response of one stage's filter.  Only one of another than linear
 * phase, or a convolved one, owns memory: bli_filter_free() frees it, and is
 * harmless on any other.
 */
struct bli_filter {
	enum bli_method method;
	size_t taps;		/* support in input frames, even */
	double delay;		/* at 0 Hz, in input frames: taps/2 with linear phase */
	double cutoff;		/* −6 dB point, cycles per input frame */
	double stop;		/* start of the stopband, cycles per input frame */
	double scale;		/* of sinc(2·cutoff·t)·w(t) for a response of 1 at DC */
	double lift;		/* of the passband's edge: see filter.c */
	struct bli_kaiser kaiser;
	/* of k times the angle per frame of either sinc, at cutoff and 1/taps below */
	double twiddle_cos[2][BLI_TWIDDLES], twiddle_sin[2][BLI_TWIDDLES];
	const struct bli_filter_table *table;
	bool nearest;
	double entries_per_frame;	/* table entries in an input frame */
	/*
	 * Of another than linear phase or convolved, the response itself:
	 * [taps·samples_per_frame], the newest first, adding up to
	 * samples_per_frame.  Otherwise NULL.
	 */
	double *samples;
	size_t samples_per_frame;
};

/*
 * Droop that ends the passband of a filter, in dB: the definition of the
 * passband edge in a requirement, less a margin for the later stages.
 */
#define BLI_PASSBAND_DROOP_DB 0.09

/*
 * Design the shortest Kaiser-windowed sinc whose response has fallen by
 * droop_db at `pass` and by attenuation_db at `stop`.  Where droop_db is 0.05 or
 * more, the passband rises by up to 0.05 dB next to its edge.  Beyond `stop` its side
 * lobes may rise 1.5 dB above that (Kaiser's beta is a fit), 6 dB if the filter is
 * shorter than 20 zero crossings.  Its taps are a
 * multiple of `multiple` (even, ≥ 2): its delay is taps/2 input frames.
 *
 * Kaiser's own formulas (see kaiser.h) put the passband edge where the response
 * deviates by as little as in the stopband.  Here it is where it has drooped by
 * droop_db: for 0.09 dB the filter is 25 % shorter at 130 dB, and 29 % at 177 dB.
 * (Without the lift it would be 18 %.)
 *
 * Returns 0, or −EINVAL if not 0 ≤ pass < stop ≤ 16, droop_db > 0,
 * attenuation_db in range, or the filter would exceed 2^24 taps; *filter is
 * unspecified then.
 */
BLI_SETUP
int bli_filter_sinc(struct bli_filter *filter, double pass, double stop, double droop_db,
		    double attenuation_db, size_t multiple);

/* Two-point interpolation: a triangle of two input frames. */
BLI_SETUP
void bli_filter_linear(struct bli_filter *filter);

/*
 * The response in a filter table.  Its entries are times at the lower of the
 * two rates: `factor` (0 … 1] is the output's rate over the input's if that is
 * lower, otherwise 1.  Returns 0, or −EINVAL if the response would exceed 2^24
 * taps.  The table must outlive the filter.
 */
BLI_SETUP
int bli_filter_from_table(struct bli_filter *filter, const struct bli_filter_table *table, double factor,
			  bool nearest);

/*
 * Give a windowed sinc of linear phase the same magnitude and the phase asked
 * for, BLI_PHASE_MINIMUM … _MAXIMUM, at `per_frame` (≥ 1) instants of an input
 * frame.  From then on only the fractions i/per_frame may be asked of
 * bli_filter_phase().  Taps stay as they are, for the delay see filter->delay.
 * The attenuation, in dB, is the one that the response must keep.
 * Returns 0, −ENOMEM, or −ERANGE if rounding keeps the response from it: see
 * bli_phase_apply().  After an error the filter is as before.
 */
BLI_SETUP
int bli_filter_set_phase(struct bli_filter *filter, double phase, size_t per_frame, double attenuation_db);

/*
 * Convolve a windowed sinc, at per_frame instants of an input frame, with a
 * symmetric FIR whose taps are `spacing` instants apart: fir[0] is the middle
 * one, fir[reach] the last on either side, and all add up to 1.  If the phase has
 * been set, per_frame is that phase's.  The filter becomes longer by as much, and
 * as after bli_filter_set_phase() only these instants may be asked of it.
 * Returns 0, or −ENOMEM with the filter as before.
 */
BLI_SETUP
int bli_filter_convolve(struct bli_filter *filter, const double *fir, size_t reach, size_t spacing, size_t per_frame);

/* Free what a filter owns; harmless on one of all zeros. */
void bli_filter_free(struct bli_filter *filter);

/*
 * Taps of the phase that lies `fraction` (0 … < 1) of an input frame after
 * the newest input frame: y = Σ h[j]·x[newest − taps + 1 + j], the centre of
 * the response being taps/2 frames before that instant.  h has room for
 * filter->taps values and `scratch` for twice as many.  Gain 0 dB at DC: the
 * taps of all phases add up to 1 on average, and those of each phase exactly
 * if the filter is a sinc whose stopband begins at one cycle per frame or below.
 */
void bli_filter_phase(const struct bli_filter *filter, double fraction, double *h, double *scratch);

#endif
