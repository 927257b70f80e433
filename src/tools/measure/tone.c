/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tone.h"

#include "gcd.h"

#include <math.h>

/* A turn is cut into `frames` equal parts; `part` counts them. */
struct turn {
	uint64_t part, step, frames;
};

/* a * b mod n by doubling and adding, as not every machine has 128-bit integers; a, b < n < 2^63. */
static uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t n)
{
	uint64_t sum = 0;

	for (; b; b >>= 1, a = 2 * a % n)
		if (b & 1)
			sum = (sum + a) % n;
	return sum;
}

static struct turn turn_start(struct bli_frequency frequency, uint64_t first)
{
	struct turn turn = { .step = frequency.cycles % frequency.frames, .frames = frequency.frames };

	turn.part = multiply_modulo(turn.step, first % turn.frames, turn.frames);
	return turn;
}

/* The angle of this frame, 0..2 pi; goes on to the next frame. */
static double turn_next(struct turn *turn)
{
	double angle = 2 * M_PI * ((double)turn->part / (double)turn->frames);

	turn->part += turn->step;
	if (turn->part >= turn->frames)
		turn->part -= turn->frames;
	return angle;
}

struct bli_frequency bli_frequency_scale(struct bli_frequency frequency, uint64_t numerator, uint64_t denominator)
{
	uint64_t outer = bli_gcd(numerator, denominator);
	uint64_t left = bli_gcd(frequency.cycles, denominator / outer);
	uint64_t right = bli_gcd(numerator / outer, frequency.frames);
	struct bli_frequency scaled = {
		.cycles = frequency.cycles / left * (numerator / outer / right),
		.frames = frequency.frames / right * (denominator / outer / left),
	};
	return scaled;
}

double bli_frequency_value(struct bli_frequency frequency)
{
	return (double)frequency.cycles / (double)frequency.frames;
}

void bli_tone_make(double *signal, size_t count, double amplitude, struct bli_frequency frequency, uint64_t first)
{
	struct turn turn = turn_start(frequency, first);

	for (size_t i = 0; i < count; i++)
		signal[i] = amplitude * sin(turn_next(&turn));
}

/* Solves the 3x3 normal equations by elimination in the order of the largest pivots left; a pivot that has
 * vanished against the number of frames marks a term that depends on the others. */
static void solve(double matrix[3][4], double solution[3], double vanished)
{
	int used[3] = { 0, 0, 0 };

	for (int step = 0; step < 3; step++) {
		int pivot = -1;

		for (int k = 0; k < 3; k++)	/* symmetric and semi-definite: diagonal pivots suffice */
			if (!used[k] && (pivot < 0 || matrix[k][k] > matrix[pivot][pivot]))
				pivot = k;
		if (matrix[pivot][pivot] <= vanished)
			break;
		used[pivot] = 1;
		for (int row = 0; row < 3; row++) {
			double factor = matrix[row][pivot] / matrix[pivot][pivot];

			if (row == pivot)
				continue;
			for (int column = 0; column < 4; column++)
				matrix[row][column] -= factor * matrix[pivot][column];
		}
	}
	for (int k = 0; k < 3; k++)
		solution[k] = used[k] ? matrix[k][3] / matrix[k][k] : 0;
}

void bli_tone_fit(struct bli_fit *fit, const double *signal, size_t count, struct bli_frequency frequency,
		  uint64_t first, double *residual)
{
	struct turn turn = turn_start(frequency, first);
	double matrix[3][4] = { { 0 } }, terms[3];

	for (size_t i = 0; i < count; i++) {
		double angle = turn_next(&turn);
		double column[4] = { sin(angle), cos(angle), 1, signal[i] };

		for (int row = 0; row < 3; row++)
			for (int k = row; k < 4; k++)
				matrix[row][k] += column[row] * column[k];
	}
	matrix[1][0] = matrix[0][1];
	matrix[2][0] = matrix[0][2];
	matrix[2][1] = matrix[1][2];
	solve(matrix, terms, 1e-9 * (double)count);

	turn = turn_start(frequency, first);
	*fit = (struct bli_fit){ .sine = terms[0], .cosine = terms[1], .dc = terms[2] };
	for (size_t i = 0; i < count; i++) {
		double angle = turn_next(&turn);
		double left = signal[i] - (terms[0] * sin(angle) + terms[1] * cos(angle) + terms[2]);

		fit->residual_power += left * left / (double)count;
		fit->residual_peak = fmax(fit->residual_peak, fabs(left));
		if (residual)
			residual[i] = left;
	}
	fit->amplitude = hypot(fit->sine, fit->cosine);
	fit->phase = atan2(fit->cosine, fit->sine);
}
