/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gliding interpolator of the vector kernels (see kernel.h), included by
 * kernel-vector.h once per precision behind kernel-loop.h.
 *
 * A vector is LANES consecutive output frames.  All lanes evaluate the
 * polynomials at once, so weights need no table.  Each lane's window of input
 * starts somewhere else: a piece of it is loaded for every lane, as many taps
 * as a piece of a register holds, and a transposition turns pieces into
 * vectors of one tap each.
 */

#if VECTOR_BYTES / LANES == 4
#define GLIDE_IS_FLOAT 1
#define PIECE_TAPS 4
#else
#define GLIDE_IS_FLOAT 0
#define PIECE_TAPS (LANES < 4 ? LANES : 4)
#endif

typedef VALUE NAME(piece) __attribute__((vector_size(PIECE_TAPS * sizeof(VALUE))));
typedef VALUE NAME(unaligned_piece)
	__attribute__((vector_size(PIECE_TAPS * sizeof(VALUE)), aligned(sizeof(VALUE)), may_alias));

#define PIECE(lane) (NAME(piece))*(const NAME(unaligned_piece) *)(in + first[lane])

/*
 * PIECE_TAPS columns: column[i][lane] = in[first[lane] + i].  ROW(i) joins the
 * pieces of those lanes that a transposition within parts of 128 bits (of 256
 * for doubles) puts next to each other.
 */
static inline __attribute__((always_inline)) void
NAME(gather)(const VALUE *in, const uint32_t *first, NAME(vector) *column)
{
#if GLIDE_IS_FLOAT && LANES == 16
#define PAIR(i) SHUFFLE(PIECE(i), PIECE((i) + 4), 0, 1, 2, 3, 4, 5, 6, 7)
#define ROW(i) SHUFFLE(PAIR(i), PAIR((i) + 8), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define LOW(a, b) SHUFFLE(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(a, b) SHUFFLE(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH_PAIRS(a, b) SHUFFLE(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#elif GLIDE_IS_FLOAT && LANES == 8
#define ROW(i) SHUFFLE(PIECE(i), PIECE((i) + 4), 0, 1, 2, 3, 4, 5, 6, 7)
#define LOW(a, b) SHUFFLE(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH(a, b) SHUFFLE(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH_PAIRS(a, b) SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#elif GLIDE_IS_FLOAT
#define ROW(i) PIECE(i)
#define LOW(a, b) SHUFFLE(a, b, 0, 4, 1, 5)
#define HIGH(a, b) SHUFFLE(a, b, 2, 6, 3, 7)
#define LOW_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 4, 5)
#define HIGH_PAIRS(a, b) SHUFFLE(a, b, 2, 3, 6, 7)
#elif LANES == 8
#define ROW(i) SHUFFLE(PIECE(((i) & 1) + ((i) & 2) * 2), PIECE(((i) & 1) + ((i) & 2) * 2 + 2), 0, 1, 2, 3, 4, 5, 6, 7)
#define LOW(a, b) SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define HIGH(a, b) SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define EVEN_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 4, 5, 8, 9, 12, 13)
#define ODD_PAIRS(a, b) SHUFFLE(a, b, 2, 3, 6, 7, 10, 11, 14, 15)
#elif LANES == 4
#define ROW(i) PIECE(i)
#define LOW(a, b) SHUFFLE(a, b, 0, 4, 2, 6)
#define HIGH(a, b) SHUFFLE(a, b, 1, 5, 3, 7)
#define EVEN_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 4, 5)
#define ODD_PAIRS(a, b) SHUFFLE(a, b, 2, 3, 6, 7)
#endif

#if PIECE_TAPS == 2
	NAME(piece) a = PIECE(0), b = PIECE(1);

	column[0] = SHUFFLE(a, b, 0, 2);
	column[1] = SHUFFLE(a, b, 1, 3);
#else
	NAME(vector) a = ROW(0), b = ROW(1), c = ROW(2), d = ROW(3);
	NAME(vector) low_ab = LOW(a, b), high_ab = HIGH(a, b), low_cd = LOW(c, d), high_cd = HIGH(c, d);

#if GLIDE_IS_FLOAT
	column[0] = LOW_PAIRS(low_ab, low_cd);
	column[1] = HIGH_PAIRS(low_ab, low_cd);
	column[2] = LOW_PAIRS(high_ab, high_cd);
	column[3] = HIGH_PAIRS(high_ab, high_cd);
#else
	column[0] = EVEN_PAIRS(low_ab, low_cd);
	column[1] = EVEN_PAIRS(high_ab, high_cd);
	column[2] = ODD_PAIRS(low_ab, low_cd);
	column[3] = ODD_PAIRS(high_ab, high_cd);
#endif
#endif
#undef PAIR
#undef ROW
#undef LOW
#undef HIGH
#undef LOW_PAIRS
#undef HIGH_PAIRS
#undef EVEN_PAIRS
#undef ODD_PAIRS
}

/*
 * All frames; taps and order are constants at every call.  A tap and its mirror
 * image are even(x²) ± x·odd(x²).
 */
static inline __attribute__((always_inline)) void
NAME(glide_frames)(const struct bli_farrow *farrow, size_t frames, const uint32_t *first, const VALUE *x,
		   size_t channels, const void *const *in, void *const *out, const unsigned taps,
		   const unsigned order)
{
	const VALUE *coefs = farrow->coefs;

	for (size_t n = 0; n < frames; n += LANES) {
		NAME(vector) x1 = *(const NAME(unaligned) *)(x + n), x2 = x1 * x1, weight[BLI_FARROW_TAPS_MAX];

#pragma GCC unroll 16
		for (unsigned pair = 0; pair < taps / 2; pair++) {
			const VALUE *c = coefs + pair * (order + 1);
			NAME(vector) even = x2 * c[order / 2 * 2] + c[order / 2 * 2 - 2];
			NAME(vector) odd = x2 * c[(order - 1) / 2 * 2 + 1] + c[(order - 1) / 2 * 2 - 1];

#pragma GCC unroll 16
			for (unsigned k = order / 2 * 2 - 2; k >= 2; k -= 2)
				even = even * x2 + c[k - 2];
#pragma GCC unroll 16
			for (unsigned k = (order - 1) / 2 * 2 - 1; k >= 3; k -= 2)
				odd = odd * x2 + c[k - 2];
			weight[pair] = even + odd * x1;
			weight[taps - 1 - pair] = even - odd * x1;
		}
		for (size_t channel = 0; channel < channels; channel++) {
			const VALUE *values = in[channel];
			NAME(vector) sum = { 0 }, column[PIECE_TAPS];

#pragma GCC unroll 16
			for (unsigned tap = 0; tap < taps; tap++) {
				if (tap % PIECE_TAPS == 0)
					NAME(gather)(values + tap, first + n, column);
				sum += weight[tap] * column[tap % PIECE_TAPS];
			}
			*(NAME(unaligned) *)((VALUE *)out[channel] + n) = sum;
		}
	}
}

static void NAME(glide)(const struct bli_farrow *farrow, size_t frames, const uint32_t *first, const void *x,
			size_t channels, const void *const *in, void *const *out)
{
	switch (farrow->taps) {
#if GLIDE_IS_FLOAT
	case 6:
		NAME(glide_frames)(farrow, frames, first, x, channels, in, out, 6, 5);
		return;
	case 8:
		NAME(glide_frames)(farrow, frames, first, x, channels, in, out, 8, 7);
		return;
#else
	case 10:
		NAME(glide_frames)(farrow, frames, first, x, channels, in, out, 10, 8);
		return;
	case 12:
		NAME(glide_frames)(farrow, frames, first, x, channels, in, out, 12, 9);
		return;
#endif
	}
}

#undef PIECE
#undef PIECE_TAPS
#undef GLIDE_IS_FLOAT
