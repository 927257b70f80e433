/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The loop of the vector kernels.  A kernel's file includes this once per
 * precision, after defining
 *   VALUE     float or double
 *   LANES     values in a vector; the machine's register width, not more
 *             (GCC 12 spills wider vector types to memory)
 *   NAME(x)   x with the kernel's and the precision's suffix
 * and, where a multiply-add can take one factor from any lane of a vector,
 *   LANE_MULTIPLY	(of use for floats alone: a vector holds too few doubles)
 * and where GCC reverses four lanes by a table, though two instructions can do it,
 *   REVERSE_PAIRS
 * No include guard: it is meant to be included again.
 */

typedef VALUE NAME(vector) __attribute__((vector_size(LANES * sizeof(VALUE))));
typedef VALUE NAME(unaligned) __attribute__((vector_size(LANES * sizeof(VALUE)), aligned(sizeof(VALUE)), may_alias));

/* lanes in reverse order; masks are literal, because a computed one becomes code for every lane */
#if LANES == 2
#define REVERSED(v) SHUFFLE(v, v, 1, 0)
#elif LANES == 4 && defined(REVERSE_PAIRS)
#define REVERSED(v) SHUFFLE(SHUFFLE(v, v, 1, 0, 3, 2), SHUFFLE(v, v, 1, 0, 3, 2), 2, 3, 0, 1)
#elif LANES == 4
#define REVERSED(v) SHUFFLE(v, v, 3, 2, 1, 0)
#elif LANES == 8
#define REVERSED(v) SHUFFLE(v, v, 7, 6, 5, 4, 3, 2, 1, 0)
#else
#define REVERSED(v) SHUFFLE(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#endif

#if defined(LANE_MULTIPLY) && VALUE_BYTES == 4
#define BATCH_STREAMS 4	/* their multiply-adds follow one another, which is as many as an accumulator waits for */

/*
 * LANES rows of the band at once: input frames are loaded by whole vectors
 * instead of one by one, because processors with a single load pipe, or those in
 * order, spend as long on loads as on multiply-adds.
 * step: 1, or −1 where the input runs backwards.
 */
static inline __attribute__((always_inline)) void
NAME(rows)(const NAME(vector) *column, const size_t streams, const size_t width, const VALUE *const *x, size_t k,
	   const int step, NAME(vector) *sum)
{
#pragma GCC unroll 16
	for (size_t first = 0; first < streams; first += BATCH_STREAMS) {
		const size_t count = streams - first < BATCH_STREAMS ? streams - first : BATCH_STREAMS;
		NAME(vector) frames[BATCH_STREAMS];

#pragma GCC unroll 16
		for (size_t s = 0; s < count; s++) {
			const VALUE *from = step > 0 ? x[first + s] + k : x[first + s] - k - (LANES - 1);

			frames[s] = *(const NAME(unaligned) *)from;
		}
#pragma GCC unroll 16
		for (size_t row = 0; row < LANES; row++) {
			const size_t lane = step > 0 ? row : LANES - 1 - row;

#pragma GCC unroll 16
			for (size_t i = 0; i < count * width; i++)
				sum[first * width + i] += column[row * width + i % width] * frames[i / width][lane];
		}
	}
}
#endif

/*
 * One pass over all groups.  `streams`, `width` and `mirrored` are constants at
 * every call, so that after inlining each accumulator is a register.
 */
static inline __attribute__((always_inline)) void
NAME(pass)(const struct bli_bank *bank, const void *const *in, void *const *out,
	   const size_t streams, const size_t width, const bool mirrored)
{
	const NAME(vector) *column = bank->columns;
	const size_t depth = bank->depth, sums = streams * width;

	for (size_t group = 0; group < bank->groups; group++) {
		NAME(vector) sum[BLI_ACCUMULATORS_MAX], mirror_sum[BLI_ACCUMULATORS_MAX];
		const VALUE *x[BLI_TILE_STREAMS_MAX], *mirror_x[BLI_TILE_STREAMS_MAX];
		/* read here, since what is stored could be these to the compiler */
		const size_t first_in = bank->first_in[group], first_out = bank->first_out[group];
		const size_t mirror_in = mirrored ? bank->mirror_in[group] : 0;
		const size_t mirror_out = mirrored ? bank->mirror_out[group] - (LANES - 1) : 0;

#pragma GCC unroll 16
		for (size_t s = 0; s < streams; s++) {
			x[s] = (const VALUE *)in[s] + first_in;
			mirror_x[s] = (const VALUE *)in[s] + mirror_in;
		}
#pragma GCC unroll 16
		for (size_t i = 0; i < sums; i++)
			sum[i] = mirror_sum[i] = (NAME(vector)){ 0 };

		size_t k = 0;
#if defined(LANE_MULTIPLY) && VALUE_BYTES == 4
		/* the commonest tiles alone, because of the code's size; the loop below wants a row */
		if (streams % 2 == 0 && (mirrored ? width > 1 || streams == 6 : width == 2 && streams >= 6))
			for (; k + LANES < depth; k += LANES, column += LANES * width) {
				NAME(rows)(column, streams, width, x, k, 1, sum);
				if (mirrored)
					NAME(rows)(column, streams, width, mirror_x, k, -1, mirror_sum);
			}
#endif
		do {
#pragma GCC unroll 16
			for (size_t i = 0; i < sums; i++)
				sum[i] += column[i % width] * x[i / width][k];
			if (mirrored) {
#pragma GCC unroll 16
				for (size_t i = 0; i < sums; i++)
					mirror_sum[i] += column[i % width] * *(mirror_x[i / width] - k);
			}
			column += width;
		} while (++k != depth);
#pragma GCC unroll 16
		for (size_t s = 0; s < streams; s++) {
			VALUE *y = (VALUE *)out[s] + first_out, *mirror_y = (VALUE *)out[s] + mirror_out;

#pragma GCC unroll 4
			for (size_t i = 0; i < width; i++) {
				*(NAME(unaligned) *)(y + i * LANES) = sum[s * width + i];
				if (mirrored)
					*(NAME(unaligned) *)(mirror_y - i * LANES) = REVERSED(mirror_sum[s * width + i]);
			}
		}
	}
}

/* Every combination that a kernel has the accumulators for, as a number of three digits. */
#define PASS(MIRRORED, WIDTH, STREAMS)							\
	case MIRRORED * 100 + WIDTH * 10 + STREAMS:					\
		NAME(pass)(bank, in, out, STREAMS, WIDTH, MIRRORED);			\
		return
#define PASSES(MIRRORED, WIDTH)								\
	PASS(MIRRORED, WIDTH, 1);							\
	PASS(MIRRORED, WIDTH, 2)

static void NAME(tile)(const struct bli_bank *bank, size_t streams, const void *const *in, void *const *out)
{
	switch (bank->mirrored * 100 + bank->width * 10 + streams) {
	PASSES(0, 1);
	PASS(0, 1, 3);
	PASS(0, 1, 4);
	PASS(0, 1, 5);
	PASS(0, 1, 6);
	PASS(0, 1, 7);
	PASS(0, 1, 8);
	PASSES(0, 2);
	PASS(0, 2, 3);
	PASS(0, 2, 4);
	PASSES(0, 4);
	PASSES(1, 1);
	PASS(1, 1, 3);
	PASS(1, 1, 4);
	PASSES(1, 2);
	PASS(1, 4, 1);
#if VECTOR_ACCUMULATORS > 8
	PASS(0, 2, 5);
	PASS(0, 2, 6);
	PASS(0, 2, 7);
	PASS(0, 2, 8);
	PASS(0, 4, 3);
	PASS(0, 4, 4);
	PASS(1, 1, 5);
	PASS(1, 1, 6);
	PASS(1, 1, 7);
	PASS(1, 1, 8);
	PASS(1, 2, 3);
	PASS(1, 2, 4);
	PASS(1, 4, 2);
#endif
	}
}

#undef PASSES
#undef PASS
#undef BATCH_STREAMS
#undef REVERSED
