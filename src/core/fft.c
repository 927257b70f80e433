/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fft.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RADIX_MAX 8

/*
 * What transforms cost, in clock cycles: a call of a pass for one vector of
 * lines; a transform of each radix in all lanes; and what a vector costs more
 * where the line is longer than the first-level cache.  Fitted by least squares
 * to 23 sizes from 441 to 8192 in all their matrices, on Zen 5: within 10 %.
 */
struct cost {
	double pass, radix[RADIX_MAX + 1], far;
};
static const struct cost narrow_cost = { 60, { 0, 2, 4.6, 10.5, 14.3, 28, 32, 60, 55 }, 0.8 };
static const struct cost wide_cost = { 40, { 0, 6, 12.5, 19, 25, 40, 44, 63, 57 }, 1.7 };	/* 512 bits */
#define FIRST_LEVEL_BYTES (32 << 10)

static size_t value_size(enum bli_precision precision)
{
	return precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
}

static size_t round_up(size_t a, size_t multiple)
{
	return (a + multiple - 1) / multiple * multiple;
}

void bli_fft_twiddle(double *real, double *imaginary, size_t k, size_t size)
{
	/* a whole number of quarter turns and a rest of half of one at most, exact but for its division */
	uint64_t quarter = (4 * (uint64_t)k + size / 2) / size;
	double rest = ((double)(4 * (uint64_t)k) - (double)(quarter * size)) / (double)size;
	double cosine = cos(M_PI_2 * rest), sine = sin(M_PI_2 * rest);

	*real = quarter % 4 == 0 ? cosine : quarter % 4 == 1 ? -sine : quarter % 4 == 2 ? -cosine : sine;
	*imaginary = quarter % 4 == 0 ? -sine : quarter % 4 == 1 ? -cosine : quarter % 4 == 2 ? sine : cosine;
}

/* How often `factor` divides *n, and *n without it. */
static unsigned take_factor(size_t *n, size_t factor)
{
	unsigned count = 0;

	for (; *n % factor == 0; *n /= factor)
		count++;
	return count;
}

static void add_radix(struct bli_fft_line *line, size_t radix, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		line->radix[line->passes++] = (unsigned char)radix;
}

/*
 * Take a length apart into the cheapest radices.  Returns the cost of lines of
 * vectors of vector_bytes, infinite if the length has a prime factor beyond 7.
 */
static double choose_radices(struct bli_fft_line *line, size_t length, size_t vector_bytes)
{
	const struct cost *table = vector_bytes >= 64 ? &wide_cost : &narrow_cost;
	/* both parts of what a pass reads and writes */
	bool is_far = 4 * vector_bytes * length > FIRST_LEVEL_BYTES;
	size_t rest = length;
	unsigned sevens = take_factor(&rest, 7), fives = take_factor(&rest, 5);
	unsigned threes = take_factor(&rest, 3), twos = take_factor(&rest, 2);
	double best = HUGE_VAL;

	*line = (struct bli_fft_line){ .length = length };
	if (rest != 1)
		return HUGE_VAL;
	for (unsigned sixes = 0; sixes <= twos && sixes <= threes; sixes++)
		for (unsigned eights = 0; 3 * eights <= twos - sixes; eights++) {
			struct bli_fft_line candidate = { .length = length };
			unsigned left = twos - sixes - 3 * eights;
			double cost = 0;

			add_radix(&candidate, 7, sevens);
			add_radix(&candidate, 8, eights);
			add_radix(&candidate, 5, fives);
			add_radix(&candidate, 6, sixes);
			add_radix(&candidate, 4, left / 2);
			add_radix(&candidate, 3, threes - sixes);
			add_radix(&candidate, 2, left % 2);
			add_radix(&candidate, 1, candidate.passes == 0);
			for (unsigned i = 0; i < candidate.passes; i++)
				cost += table->pass + (table->radix[candidate.radix[i]] / candidate.radix[i] +
						       (is_far ? table->far : 0)) * (double)length;
			if (cost < best) {
				best = cost;
				*line = candidate;
			}
		}
	return best;
}

bool bli_fft_is_smooth(size_t size)
{
	for (size_t prime = 7; prime > 1; prime--)
		take_factor(&size, prime);
	return size == 1;
}

/* Lay out the cheapest matrix; its cost, infinite if there is none. */
static double choose_matrix(struct bli_fft *fft, size_t size, const struct bli_kernel *kernel,
			    enum bli_precision precision)
{
	size_t lanes = kernel->transform_lanes[precision], vector_bytes = lanes * value_size(precision);
	double best = HUGE_VAL;

	memset(fft, 0, sizeof(*fft));
	if (size < 1 || size > BLI_FFT_SIZE_MAX || !bli_fft_is_smooth(size))
		return best;
	/* a matrix and its transpose take the same time */
	for (size_t rows = lanes; rows * rows <= size; rows++) {
		struct bli_fft candidate = { .size = size, .rows = rows, .columns = size / rows, .kernel = kernel,
					     .precision = precision };
		double cost;

		if (size % rows)
			continue;
		cost = choose_radices(&candidate.down, rows, vector_bytes) *
			       (double)(round_up(candidate.columns, lanes) / lanes) +
		       choose_radices(&candidate.along, candidate.columns, vector_bytes) *
			       (double)(round_up(rows, lanes) / lanes);
		if (cost < best) {
			best = cost;
			*fft = candidate;
		}
	}
	return best;
}

double bli_fft_cost(size_t size, const struct bli_kernel *kernel, enum bli_precision precision)
{
	struct bli_fft fft;

	return choose_matrix(&fft, size, kernel, precision);
}

/* Room for values of the transform's precision; never NULL for want of any. */
static void *allocate(struct bli_fft *fft, size_t values)
{
	return bli_allocate_zeroed(values ? values : 1, value_size(fft->precision), &fft->bytes);
}

static void put_value(const struct bli_fft *fft, void *values, size_t i, double value)
{
	if (fft->precision == BLI_FLOAT)
		((float *)values)[i] = (float)value;
	else
		((double *)values)[i] = value;
}

static bool fill_line(struct bli_fft *fft, struct bli_fft_line *line)
{
	size_t values = 0, left = line->length;

	for (unsigned i = 0; i + 1 < line->passes; i++) {
		left /= line->radix[i];
		values += 2 * left * (line->radix[i] - 1u);
	}
	line->twiddles = allocate(fft, values);
	if (!line->twiddles)
		return false;
	values = 0;
	left = line->length;
	for (unsigned i = 0; i + 1 < line->passes; i++) {
		size_t n = left;

		left /= line->radix[i];
		for (size_t p = 0; p < left; p++)
			for (size_t k = 1; k < line->radix[i]; k++, values += 2) {
				double real, imaginary;

				bli_fft_twiddle(&real, &imaginary, p * k, n);
				put_value(fft, line->twiddles, values, real);
				put_value(fft, line->twiddles, values + 1, imaginary);
			}
	}
	return true;
}

static bool fill_matrix(struct bli_fft *fft)
{
	size_t lanes = fft->kernel->transform_lanes[fft->precision], at = 0;

	fft->twiddles = allocate(fft, 2 * fft->rows * round_up(fft->columns, lanes));
	if (!fft->twiddles)
		return false;
	for (size_t column = 0; column < fft->columns; column += lanes) {
		size_t first = column + lanes <= fft->columns ? column : fft->columns - lanes;

		for (size_t row = 0; row < fft->rows; row++, at += 2 * lanes)
			for (size_t lane = 0; lane < lanes; lane++) {
				double real, imaginary;

				bli_fft_twiddle(&real, &imaginary, row * (first + lane), fft->size);
				put_value(fft, fft->twiddles, at + lane, real);
				put_value(fft, fft->twiddles, at + lanes + lane, imaginary);
			}
	}
	return true;
}

int bli_fft_open(struct bli_fft *fft, size_t size, const struct bli_kernel *kernel, enum bli_precision precision)
{
	size_t values, lanes = kernel->transform_lanes[precision];

	if (choose_matrix(fft, size, kernel, precision) == HUGE_VAL) {
		memset(fft, 0, sizeof(*fft));
		return -EINVAL;
	}
	values = 2 * (3 * fft->columns * lanes + round_up(fft->rows, lanes) * fft->columns);
	fft->work_bytes = round_up(values * value_size(precision), BLI_ALIGNMENT);
	if (!fill_line(fft, &fft->down) || !fill_line(fft, &fft->along) || !fill_matrix(fft)) {
		bli_fft_close(fft);
		return -ENOMEM;
	}
	return 0;
}

void bli_fft_close(struct bli_fft *fft)
{
	free(fft->down.twiddles);
	free(fft->along.twiddles);
	free(fft->twiddles);
	memset(fft, 0, sizeof(*fft));
}

void bli_fft_run(const struct bli_fft *fft, const void *real, const void *imaginary, void *out_real,
		 void *out_imaginary, void *work)
{
	const void *const in[2] = { real, imaginary };
	void *const out[2] = { out_real, out_imaginary };

	fft->kernel->transform[fft->precision](fft, in, out, work);
}
