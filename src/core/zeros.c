/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zeros.h"
#include "realfft.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Points of the frequency response per tap: at least 4 between two nulls of the stopband. */
#define POINTS_PER_TAP 8

/* Zeros whose polynomial is evaluated together, so that the compiler turns the loop into vectors. */
#define LANES 8

/*
 * Zeros nearer to the circle than this, divided by the number of taps, are
 * taken to be on it: nulls that touch 0 without a change of sign are found as
 * pairs around it, which are no more exact than this.
 */
#define ON_CIRCLE 1e-3

/* Passes over all zeros: 7 to 25 are needed; what has not settled by then is a pair of nulls, next to each other. */
#define PASSES_MAX 40

/*
 * A zero has settled where the polynomial is no more than this many roundings of
 * Σ|h[n]·z^n|.  On the presets' filters 4 to 32 give the same zeros in the same
 * number of passes.
 */
#define SETTLED_ROUNDINGS 16

/*
 * Starting values, found by trying.  On 40 filters around the presets', figures
 * 20 % off change the number of passes by 5 % at most and the zeros not at all.
 */
#define START_DEPTH 1.6		/* distance from the circle is about this, times ln(gain/ripple), over the taps */
#define START_DEPTH_MIN 2	/* least ln(gain/ripple): no start on the circle itself */
#define GAP_ZEROS 2.9		/* zeros missing between two nulls that make a pair in the stopband: 2, and a margin */
#define EDGE_SPACINGS 0.75	/* between the last null and the passband's first zero */
#define UNEVEN_START 0.7	/* of a spacing: about the real axis nothing is symmetric, see start_inner() */

/* What the search works on.  Every zero repels the others, so that no two converge to the same one. */
struct search {
	const double *h;
	size_t count;
	size_t inner;		/* zeros inside the circle */
	size_t zeros;		/* of all: inner, then their inverses 1/conj(z), then those on the circle */
	double *real, *imaginary;	/* [count] */
	bool *settled;		/* [inner] */
	double *gain;		/* [points]: response without its linear phase, from 0 to half the sampling rate */
	size_t points;
};

static int open_search(struct search *search, const double *h, size_t count)
{
	struct bli_complex *spectrum;
	struct bli_real_fft fft;
	double *samples;
	size_t size = 16;
	int error;

	*search = (struct search){ .h = h, .count = count };
	while (size < POINTS_PER_TAP * count)
		size *= 2;
	search->points = size / 2 + 1;
	search->gain = malloc(search->points * sizeof(*search->gain));
	search->real = malloc(count * sizeof(*search->real));
	search->imaginary = malloc(count * sizeof(*search->imaginary));
	search->settled = calloc(count, sizeof(*search->settled));
	samples = calloc(size, sizeof(*samples));
	spectrum = malloc((size / 2 + 1) * sizeof(*spectrum));
	error = bli_real_fft_open(&fft, size);
	if (!error && !(search->gain && search->real && search->imaginary && search->settled && samples && spectrum))
		error = -ENOMEM;
	if (!error) {
		for (size_t n = 0; n < count; n++)
			samples[n] = h[n];
		bli_real_fft_forward(&fft, samples, spectrum);
		for (size_t k = 0; k < search->points; k++) {
			/* the linear phase, π·k·(count − 1)/size, less whole turns */
			double angle = M_PI * (double)(k * (count - 1) % (2 * size)) / (double)size;

			search->gain[k] = spectrum[k].real * cos(angle) - spectrum[k].imaginary * sin(angle);
		}
	}
	bli_real_fft_close(&fft);
	free(spectrum);
	free(samples);
	return error;
}

static void close_search(struct search *search)
{
	free(search->settled);
	free(search->imaginary);
	free(search->real);
	free(search->gain);
}

/*
 * The nulls, where the response changes sign, to a fraction of a point: the
 * zeros themselves to the end of the list, and their angles all around the
 * circle, rising, to angles[count + 1], ended by the first one's again after a
 * whole turn.  Fixes the number of zeros inside: half of what is left.
 * Returns the number of zeros on the circle.
 */
static size_t find_nulls(struct search *search, double *angles)
{
	size_t last = search->points - 1, nulls = 0, on_circle;
	bool even = search->count % 2 == 0;	/* then there is a null at half the sampling rate */

	search->zeros = search->count - 1;
	for (size_t k = 0; k + even < last && 2 * nulls + 2 + even <= search->zeros; k++) {
		double here = search->gain[k], next = search->gain[k + 1];

		if ((here < 0) != (next < 0))
			angles[nulls++] = M_PI * ((double)k + here / (here - next)) / (double)last;
	}
	on_circle = 2 * nulls + even;
	if (even)
		angles[nulls] = M_PI;
	for (size_t i = 0; i < nulls; i++)
		angles[on_circle - 1 - i] = 2 * M_PI - angles[i];
	if (on_circle == 0)
		angles[on_circle++] = 0;	/* one gap all around */
	angles[on_circle] = angles[0] + 2 * M_PI;

	search->inner = (search->zeros - 2 * nulls - even) / 2;
	for (size_t i = 2 * search->inner; i < search->zeros; i++) {
		search->real[i] = cos(angles[i - 2 * search->inner]);
		search->imaginary[i] = sin(angles[i - 2 * search->inner]);
	}
	return on_circle;
}

/* Set zero i, and with it its inverse 1/conj(z). */
static void set_zero(struct search *search, size_t i, double real, double imaginary)
{
	double norm = real * real + imaginary * imaginary;

	search->real[i] = real;
	search->imaginary[i] = imaginary;
	search->real[search->inner + i] = real / norm;
	search->imaginary[search->inner + i] = imaginary / norm;
}

/*
 * Start a zero at an angle, at about the distance from the circle where
 * z^(count/2) brings the ripple up to the gain there.
 */
static void start(struct search *search, size_t i, double angle, double ripple)
{
	double point = fabs(remainder(angle, 2 * M_PI)) / M_PI * (double)(search->points - 1);
	double gain = fabs(search->gain[(size_t)point]);
	double depth = START_DEPTH / (double)search->count * fmax(log(gain / ripple), START_DEPTH_MIN);
	double radius = exp(-depth);

	set_zero(search, i, radius * cos(angle), radius * sin(angle));
}

/*
 * Starting values.  The angles of all zeros are spread nearly evenly around the
 * circle, so a gap between nulls that is two zeros wide holds a zero inside and
 * its inverse.  In the stopband that happens where the lobes of one sign are too
 * weak to reach 0; all other zeros inside belong to the passband.  The starts
 * are not symmetric about the real axis, because then a conjugate pair could
 * never split into two zeros on it.
 */
static void start_inner(struct search *search, const double *angles, size_t on_circle)
{
	double spacing = 2 * M_PI / (double)search->zeros, ripple = DBL_EPSILON, least = 0, first, room;
	size_t started = 0, last = search->points - 1, left;

	for (size_t k = (size_t)(angles[0] / M_PI * (double)last) + 1; k <= last; k++)
		ripple = fmax(ripple, fabs(search->gain[k]));
	for (size_t i = 0; i + 1 < on_circle; i++) {
		/* zeros missing behind null i, and before the next one */
		double missing = (angles[i] - angles[0]) / spacing - (double)i;
		double end = (angles[i + 1] - angles[0]) / spacing - (double)i;

		least = fmin(least, missing);
		for (; end - least > GAP_ZEROS && started < search->inner; least += 2)
			start(search, started++, fmax(angles[i], angles[i] + (least + 2 - missing) * spacing), ripple);
	}

	left = search->inner - started;
	room = angles[on_circle] - angles[on_circle - 1] - 2 * EDGE_SPACINGS * spacing;
	first = angles[on_circle - 1] + EDGE_SPACINGS * spacing;
	for (size_t i = 0; i < left; i++)
		start(search, started++, first + room * ((double)i + UNEVEN_START) / (double)left, ripple);
}

/* The polynomial at some of the zeros, its derivative there, and Σ|h[n]·z^n|, which bounds the rounding. */
struct values {
	double value_real[LANES], value_imaginary[LANES];
	double slope_real[LANES], slope_imaginary[LANES];
	double magnitude[LANES];
};

/* Horner's rule; inside the circle nothing grows. */
static void evaluate(const struct search *search, const size_t *lanes, struct values *result)
{
	double real[LANES], imaginary[LANES], radius[LANES];
	struct values v = { .value_real = { 0 } };

	for (size_t l = 0; l < LANES; l++) {
		real[l] = search->real[lanes[l]];
		imaginary[l] = search->imaginary[lanes[l]];
		radius[l] = hypot(real[l], imaginary[l]);
	}
	for (size_t n = search->count; n-- > 0;) {
		double h = search->h[n], magnitude = fabs(h);

		for (size_t l = 0; l < LANES; l++) {
			double slope = v.slope_real[l] * real[l] - v.slope_imaginary[l] * imaginary[l] +
				       v.value_real[l];
			double value = v.value_real[l] * real[l] - v.value_imaginary[l] * imaginary[l] + h;

			v.slope_imaginary[l] = v.slope_real[l] * imaginary[l] + v.slope_imaginary[l] * real[l] +
					       v.value_imaginary[l];
			v.slope_real[l] = slope;
			v.value_imaginary[l] = v.value_real[l] * imaginary[l] + v.value_imaginary[l] * real[l];
			v.value_real[l] = value;
			v.magnitude[l] = v.magnitude[l] * radius[l] + magnitude;
		}
	}
	*result = v;
}

/* Σ 1/(z[i] − z[j]) over j from `first` to before `end`. */
static struct bli_complex repulsion(const struct search *search, size_t i, size_t first, size_t end)
{
	double real = search->real[i], imaginary = search->imaginary[i];
	struct bli_complex sum = { 0, 0 };

	for (size_t j = first; j < end; j++) {
		double dx = real - search->real[j], dy = imaginary - search->imaginary[j], norm = dx * dx + dy * dy;

		sum.real += dx / norm;
		sum.imaginary -= dy / norm;
	}
	return sum;
}

static struct bli_complex quotient(struct bli_complex a, struct bli_complex b)
{
	double norm = b.real * b.real + b.imaginary * b.imaginary;

	return (struct bli_complex){ (a.real * b.real + a.imaginary * b.imaginary) / norm,
				     (a.imaginary * b.real - a.real * b.imaginary) / norm };
}

/*
 * One step for zero i: Newton's, for the polynomial divided by all its other
 * zeros as far as they are known (Ehrlich 1967, Aberth 1973), so that no two
 * converge to the same zero.
 */
static void improve(struct search *search, size_t i, const struct values *values, size_t lane)
{
	struct bli_complex value = { values->value_real[lane], values->value_imaginary[lane] };
	struct bli_complex slope = { values->slope_real[lane], values->slope_imaginary[lane] };
	struct bli_complex before = repulsion(search, i, 0, i), after = repulsion(search, i, i + 1, search->zeros);
	double sum_real = before.real + after.real, sum_imaginary = before.imaginary + after.imaginary;
	struct bli_complex step, z;
	double norm, rounding = SETTLED_ROUNDINGS * DBL_EPSILON * values->magnitude[lane];

	/* value/(slope − value·sum) */
	slope.real -= value.real * sum_real - value.imaginary * sum_imaginary;
	slope.imaginary -= value.real * sum_imaginary + value.imaginary * sum_real;
	step = quotient(value, slope);
	z = (struct bli_complex){ search->real[i] - step.real, search->imaginary[i] - step.imaginary };
	norm = z.real * z.real + z.imaginary * z.imaginary;
	if (!isfinite(norm) || norm == 0)
		return;
	search->settled[i] = hypot(value.real, value.imaginary) <= rounding ||
			     hypot(step.real, step.imaginary) <= 1e-14 * sqrt(norm);
	if (norm > 1) {	/* outside: the inverse is the one wanted */
		z.real /= norm;
		z.imaginary /= norm;
	}
	set_zero(search, i, z.real, z.imaginary);
}

static void find_inner(struct search *search)
{
	size_t lanes[LANES], used = 0, pending = search->inner;

	for (int pass = 0; pass < PASSES_MAX && pending > 0; pass++) {
		pending = 0;
		for (size_t i = 0; i < search->inner; i++) {
			struct values values;

			if (!search->settled[i])
				lanes[used++] = i;
			if (used < LANES && (i + 1 < search->inner || used == 0))
				continue;
			for (size_t l = used; l < LANES; l++)
				lanes[l] = lanes[0];
			evaluate(search, lanes, &values);
			for (size_t l = 0; l < used; l++) {
				improve(search, lanes[l], &values, l);
				pending += !search->settled[lanes[l]];
			}
			used = 0;
		}
	}
}

static int compare_angles(const void *left, const void *right)
{
	const double *a = left, *b = right;
	double angle_a = atan2(a[1], a[0]), angle_b = atan2(b[1], b[0]);

	return (angle_a > angle_b) - (angle_a < angle_b);
}

int bli_zeros_inside(double (*inside)[2], size_t *found, const double *h, size_t count)
{
	struct search search;
	double *angles;
	int error;

	*found = 0;
	if (count < 1 || count > BLI_ZEROS_TAPS_MAX)
		return -EINVAL;
	error = open_search(&search, h, count);
	angles = malloc((count + 1) * sizeof(*angles));
	if (!error && !angles)
		error = -ENOMEM;
	if (!error) {
		start_inner(&search, angles, find_nulls(&search, angles));
		find_inner(&search);
		for (size_t i = 0; i < search.inner; i++) {
			double real = search.real[i], imaginary = search.imaginary[i], radius = hypot(real, imaginary);
			bool on_axis = fabs(imaginary) <= 1e-10 * radius;

			if (!search.settled[i] || radius > 1 - ON_CIRCLE / (double)count || (imaginary < 0 && !on_axis))
				continue;
			inside[*found][0] = real;
			inside[(*found)++][1] = on_axis ? 0 : imaginary;
		}
		qsort(inside, *found, sizeof(*inside), compare_angles);
	}
	free(angles);
	close_search(&search);
	return error;
}
