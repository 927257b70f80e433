/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The loops of the Fourier transform (see fft.h).  A kernel's file includes
 * this once per precision, after defining VALUE, LANES and NAME(x) as for
 * kernel-loop.h, and VALUE_BYTES.  LANES may be 1: plain C, which is the
 * specification of the others.  No include guard.
 */

#if LANES == 1
typedef VALUE NAME(lanes);
typedef VALUE NAME(lanes_anywhere);
#else
typedef VALUE NAME(lanes) __attribute__((vector_size(LANES * VALUE_BYTES)));
typedef VALUE NAME(lanes_anywhere) __attribute__((vector_size(LANES * VALUE_BYTES), aligned(VALUE_BYTES), may_alias));
#endif

/* A complex number in every lane. */
struct NAME(complex) {
	NAME(lanes) real, imaginary;
};

#define INLINE static inline __attribute__((always_inline))

INLINE struct NAME(complex) NAME(sum)(struct NAME(complex) a, struct NAME(complex) b)
{
	return (struct NAME(complex)){ a.real + b.real, a.imaginary + b.imaginary };
}

INLINE struct NAME(complex) NAME(difference)(struct NAME(complex) a, struct NAME(complex) b)
{
	return (struct NAME(complex)){ a.real - b.real, a.imaginary - b.imaginary };
}

/* a − i·b and a + i·b */
INLINE struct NAME(complex) NAME(sum_behind)(struct NAME(complex) a, struct NAME(complex) b)
{
	return (struct NAME(complex)){ a.real + b.imaginary, a.imaginary - b.real };
}

INLINE struct NAME(complex) NAME(sum_ahead)(struct NAME(complex) a, struct NAME(complex) b)
{
	return (struct NAME(complex)){ a.real - b.imaginary, a.imaginary + b.real };
}

/* a + factor·b */
INLINE struct NAME(complex) NAME(scaled_sum)(struct NAME(complex) a, struct NAME(complex) b, VALUE factor)
{
	return (struct NAME(complex)){ a.real + b.real * factor, a.imaginary + b.imaginary * factor };
}

INLINE struct NAME(complex) NAME(product)(struct NAME(complex) a, struct NAME(complex) b)
{
	return (struct NAME(complex)){ a.real * b.real - a.imaginary * b.imaginary,
				       a.real * b.imaginary + a.imaginary * b.real };
}

/* The same with one number for all lanes. */
INLINE struct NAME(complex) NAME(turned)(struct NAME(complex) a, VALUE real, VALUE imaginary)
{
	return (struct NAME(complex)){ a.real * real - a.imaginary * imaginary,
				       a.real * imaginary + a.imaginary * real };
}

/*
 * Transforms y[k] = Σ x[n·step]·exp(−2πi·k·n/radix) for each radix.
 */
INLINE void NAME(dft2)(struct NAME(complex) *y, const struct NAME(complex) *x, const size_t step)
{
	struct NAME(complex) last = x[step];

	y[1] = NAME(difference)(x[0], last);
	y[0] = NAME(sum)(x[0], last);
}

INLINE void NAME(dft4)(struct NAME(complex) *y, const struct NAME(complex) *x, const size_t step)
{
	struct NAME(complex) even[2], odd[2];

	NAME(dft2)(even, x, 2 * step);
	NAME(dft2)(odd, x + step, 2 * step);
	y[0] = NAME(sum)(even[0], odd[0]);
	y[1] = NAME(sum_behind)(even[1], odd[1]);
	y[2] = NAME(difference)(even[0], odd[0]);
	y[3] = NAME(sum_ahead)(even[1], odd[1]);
}

INLINE void NAME(dft8)(struct NAME(complex) *y, const struct NAME(complex) *x)
{
	const VALUE root = (VALUE)0.70710678118654752440;	/* √½ */
	struct NAME(complex) even[4], odd[4], turned[2];

	NAME(dft4)(even, x, 2);
	NAME(dft4)(odd, x + 1, 2);
	/* an eighth of a turn is (1 − i)·√½, three are (−1 − i)·√½ */
	turned[0] = NAME(sum_behind)(odd[1], odd[1]);
	turned[1] = NAME(sum_ahead)(odd[3], odd[3]);
	y[0] = NAME(sum)(even[0], odd[0]);
	y[1] = NAME(scaled_sum)(even[1], turned[0], root);
	y[2] = NAME(sum_behind)(even[2], odd[2]);
	y[3] = NAME(scaled_sum)(even[3], turned[1], -root);
	y[4] = NAME(difference)(even[0], odd[0]);
	y[5] = NAME(scaled_sum)(even[1], turned[0], -root);
	y[6] = NAME(sum_ahead)(even[2], odd[2]);
	y[7] = NAME(scaled_sum)(even[3], turned[1], root);
}

/*
 * A small odd number of values by the definition, with those at n and radix − n
 * taken together: cosines multiply their sum, sines their difference.
 * cosine[j] and sine[j] are of 2πj/radix.
 */
INLINE void NAME(dft_odd)(struct NAME(complex) *y, const struct NAME(complex) *x, const size_t step,
			  const size_t radix, const VALUE *cosine, const VALUE *sine)
{
	struct NAME(complex) sum[4], difference[4], first = x[0];

	y[0] = first;
#pragma GCC unroll 4
	for (size_t n = 1; n <= radix / 2; n++) {
		sum[n] = NAME(sum)(x[n * step], x[(radix - n) * step]);
		difference[n] = NAME(difference)(x[n * step], x[(radix - n) * step]);
		y[0] = NAME(sum)(y[0], sum[n]);
	}
	/* all real parts before the imaginary ones, because fewer registers hold what either needs */
#pragma GCC unroll 4
	for (size_t k = 1; k <= radix / 2; k++) {
		NAME(lanes) even = first.real + sum[1].real * cosine[k], odd = difference[1].imaginary * sine[k];

#pragma GCC unroll 4
		for (size_t n = 2; n <= radix / 2; n++) {
			even += sum[n].real * cosine[n * k % radix];
			odd += difference[n].imaginary * sine[n * k % radix];
		}
		y[k].real = even + odd;
		y[radix - k].real = even - odd;
	}
#pragma GCC unroll 4
	for (size_t k = 1; k <= radix / 2; k++) {
		NAME(lanes) even = first.imaginary + sum[1].imaginary * cosine[k], odd = difference[1].real * sine[k];

#pragma GCC unroll 4
		for (size_t n = 2; n <= radix / 2; n++) {
			even += sum[n].imaginary * cosine[n * k % radix];
			odd += difference[n].real * sine[n * k % radix];
		}
		y[k].imaginary = even - odd;
		y[radix - k].imaginary = even + odd;
	}
}

INLINE void NAME(dft3)(struct NAME(complex) *y, const struct NAME(complex) *x, const size_t step)
{
	const VALUE s1 = (VALUE)0.86602540378443864676;
	const VALUE cosine[3] = { 1, (VALUE)-0.5, (VALUE)-0.5 }, sine[3] = { 0, s1, -s1 };

	NAME(dft_odd)(y, x, step, 3, cosine, sine);
}

INLINE void NAME(dft5)(struct NAME(complex) *y, const struct NAME(complex) *x)
{
	const VALUE c1 = (VALUE)0.30901699437494742410, c2 = (VALUE)-0.80901699437494742410;
	const VALUE s1 = (VALUE)0.95105651629515357212, s2 = (VALUE)0.58778525229247312917;
	const VALUE cosine[5] = { 1, c1, c2, c2, c1 }, sine[5] = { 0, s1, s2, -s2, -s1 };

	NAME(dft_odd)(y, x, 1, 5, cosine, sine);
}

INLINE void NAME(dft7)(struct NAME(complex) *y, const struct NAME(complex) *x)
{
	const VALUE c1 = (VALUE)0.62348980185873353053, c2 = (VALUE)-0.22252093395631440429;
	const VALUE c3 = (VALUE)-0.90096886790241912624, s1 = (VALUE)0.78183148246802980871;
	const VALUE s2 = (VALUE)0.97492791218182360702, s3 = (VALUE)0.43388373911755812048;
	const VALUE cosine[7] = { 1, c1, c2, c3, c3, c2, c1 }, sine[7] = { 0, s1, s2, s3, -s3, -s2, -s1 };

	NAME(dft_odd)(y, x, 1, 7, cosine, sine);
}

/* 2·3 without twiddles: I. J. Good, "The interaction algorithm and practical Fourier analysis", 1958. */
INLINE void NAME(dft6)(struct NAME(complex) *y, const struct NAME(complex) *x)
{
	const struct NAME(complex) odd_x[3] = { x[3], x[5], x[1] };
	struct NAME(complex) even[3], odd[3];

	NAME(dft3)(even, x, 2);
	NAME(dft3)(odd, odd_x, 1);
	y[0] = NAME(sum)(even[0], odd[0]);
	y[1] = NAME(difference)(even[1], odd[1]);
	y[2] = NAME(sum)(even[2], odd[2]);
	y[3] = NAME(difference)(even[0], odd[0]);
	y[4] = NAME(sum)(even[1], odd[1]);
	y[5] = NAME(difference)(even[2], odd[2]);
}

/* Complex vectors in two planes, the parts `to_imaginary` values apart, a vector every `step` values. */
struct NAME(planes) {
	VALUE *real;
	ptrdiff_t to_imaginary;
	size_t step;
};

INLINE struct NAME(complex) NAME(get)(const VALUE *real, ptrdiff_t to_imaginary)
{
	return (struct NAME(complex)){ *(const NAME(lanes_anywhere) *)real,
				       *(const NAME(lanes_anywhere) *)(real + to_imaginary) };
}

INLINE void NAME(put)(VALUE *real, ptrdiff_t to_imaginary, struct NAME(complex) value)
{
	*(NAME(lanes_anywhere) *)real = value.real;
	*(NAME(lanes_anywhere) *)(real + to_imaginary) = value.imaginary;
}

/* One pass of a line. */
struct NAME(line_pass) {
	size_t m, s;	/* what is left of the length after the pass, and the product of the radices before it */
	struct NAME(planes) in, out;
	const VALUE *twiddles;	/* of the line, see fft.h */
	/* NULL or [length][2][LANES], in the last pass of a column; not used with one lane (see store_columns) */
	const VALUE *matrix;
};

/*
 * The results of a transform of `radix` values, times what they have to be
 * multiplied with, to y, a vector every `step` values: twiddles[radix − 1][2], or
 * factors of the matrix, one every matrix_step values, or neither (both NULL).
 */
INLINE void NAME(finish)(struct NAME(complex) *result, const size_t radix, const VALUE *twiddles, const VALUE *matrix,
			 size_t matrix_step, VALUE *y, ptrdiff_t to_imaginary, size_t step)
{
	if (LANES > 1 && matrix) {
#pragma GCC unroll 8
		for (size_t k = 0; k < radix; k++)
			result[k] = NAME(product)(result[k], NAME(get)(matrix + k * matrix_step, LANES));
	} else if (twiddles) {
#pragma GCC unroll 8
		for (size_t k = 1; k < radix; k++)
			result[k] = NAME(turned)(result[k], twiddles[2 * k - 2], twiddles[2 * k - 1]);
	}
#pragma GCC unroll 8
	for (size_t k = 0; k < radix; k++)
		NAME(put)(y + k * step, to_imaginary, result[k]);
}

/* m·s transforms of `radix` values, which is constant at every call. */
INLINE void NAME(run_pass)(const size_t radix, const struct NAME(line_pass) *pass)
{
	const size_t m = pass->m, s = pass->s, in_step = pass->in.step * s * m, out_step = pass->out.step * s;
	const struct NAME(planes) in = pass->in, out = pass->out;
	const VALUE *x = in.real, *twiddle = pass->twiddles, *const matrix = pass->matrix;
	VALUE *y = out.real;

	for (size_t p = 0, q = 0; p < m;) {
		struct NAME(complex) value[8], result[8];

#pragma GCC unroll 8
		for (size_t n = 0; n < radix; n++)
			value[n] = NAME(get)(x + n * in_step, in.to_imaginary);
		switch (radix) {
		case 2:
			NAME(dft2)(result, value, 1);
			break;
		case 3:
			NAME(dft3)(result, value, 1);
			break;
		case 4:
			NAME(dft4)(result, value, 1);
			break;
		case 5:
			NAME(dft5)(result, value);
			break;
		case 6:
			NAME(dft6)(result, value);
			break;
		case 7:
			NAME(dft7)(result, value);
			break;
		case 8:
			NAME(dft8)(result, value);
			break;
		default:
			result[0] = value[0];
		}
		NAME(finish)(result, radix, p ? twiddle : NULL, matrix ? matrix + q * 2 * LANES : NULL, s * 2 * LANES,
			     y, out.to_imaginary, out_step);
		x += in.step;
		y += out.step;
		if (++q == s) {
			q = 0;
			p++;
			y += (radix - 1) * out_step;
			twiddle += 2 * (radix - 1);
		}
	}
}

#define RADIX_PASS(RADIX)									\
	static __attribute__((noinline)) void NAME(radix##RADIX)(const struct NAME(line_pass) *pass)	\
	{										\
		NAME(run_pass)(RADIX, pass);						\
	}
RADIX_PASS(1)
RADIX_PASS(2)
RADIX_PASS(3)
RADIX_PASS(4)
RADIX_PASS(5)
RADIX_PASS(6)
RADIX_PASS(7)
RADIX_PASS(8)
#undef RADIX_PASS

#define LINE_PASS(RADIX)								\
	case RADIX:									\
		NAME(radix##RADIX)(&pass);						\
		break

/*
 * Transform a line in every lane, from `in` to `out` through two buffers, each
 * [2][length][LANES].
 */
static void NAME(line)(const struct bli_fft_line *line, struct NAME(planes) in, struct NAME(planes) out,
		       VALUE *const *buffer, const VALUE *matrix)
{
	struct NAME(line_pass) pass = { .m = line->length, .s = 1, .in = in, .twiddles = line->twiddles };

	for (unsigned i = 0; i < line->passes; i++) {
		size_t radix = line->radix[i];

		pass.m /= radix;
		pass.out = (struct NAME(planes)){ buffer[i % 2], (ptrdiff_t)(line->length * LANES), LANES };
		if (i == line->passes - 1) {
			pass.out = out;
			pass.matrix = matrix;
		}
		/* a table of functions would need relocations, which take more room than this */
		switch (radix) {
		LINE_PASS(1);
		LINE_PASS(2);
		LINE_PASS(3);
		LINE_PASS(4);
		LINE_PASS(5);
		LINE_PASS(6);
		LINE_PASS(7);
		LINE_PASS(8);
		}
		pass.twiddles += 2 * pass.m * (radix - 1);
		pass.s *= radix;
		pass.in = pass.out;
	}
}

#undef LINE_PASS

/*
 * Transpose a square of LANES·LANES values in place, its rows in v: first the
 * squares within 128 bits, where every processor has cheap instructions for it,
 * then those squares as a whole.  Masks are literal: a computed one becomes a
 * table in memory or worse.
 */
#if LANES > 1

#define IN_128 (16 / VALUE_BYTES)
#if LANES == IN_128
#define PARTS(MASK) MASK(0)
#elif LANES == 2 * IN_128
#define PARTS(MASK) MASK(0), MASK(IN_128)
#else
#define PARTS(MASK) MASK(0), MASK(IN_128), MASK(2 * IN_128), MASK(3 * IN_128)
#endif
#if VALUE_BYTES == 8
#define LOW_ONES(at) (at), (at) + LANES
#define HIGH_ONES(at) (at) + 1, (at) + 1 + LANES
#define PART(i) 2 * (i), 2 * (i) + 1
#else
#define LOW_ONES(at) (at), (at) + LANES, (at) + 1, (at) + 1 + LANES
#define HIGH_ONES(at) (at) + 2, (at) + 2 + LANES, (at) + 3, (at) + 3 + LANES
#define LOW_PAIRS(at) (at), (at) + 1, (at) + LANES, (at) + 1 + LANES
#define HIGH_PAIRS(at) (at) + 2, (at) + 3, (at) + 2 + LANES, (at) + 3 + LANES
#define PART(i) 4 * (i), 4 * (i) + 1, 4 * (i) + 2, 4 * (i) + 3
#endif

INLINE void NAME(transpose)(NAME(lanes) *v)
{
#pragma GCC unroll 8
	for (size_t i = 0; i < LANES; i += IN_128) {
#if VALUE_BYTES == 8
		NAME(lanes) a = v[i], b = v[i + 1];

		v[i] = SHUFFLE(a, b, PARTS(LOW_ONES));
		v[i + 1] = SHUFFLE(a, b, PARTS(HIGH_ONES));
#else
		NAME(lanes) a = SHUFFLE(v[i], v[i + 1], PARTS(LOW_ONES));
		NAME(lanes) b = SHUFFLE(v[i], v[i + 1], PARTS(HIGH_ONES));
		NAME(lanes) c = SHUFFLE(v[i + 2], v[i + 3], PARTS(LOW_ONES));
		NAME(lanes) d = SHUFFLE(v[i + 2], v[i + 3], PARTS(HIGH_ONES));

		v[i] = SHUFFLE(a, c, PARTS(LOW_PAIRS));
		v[i + 1] = SHUFFLE(a, c, PARTS(HIGH_PAIRS));
		v[i + 2] = SHUFFLE(b, d, PARTS(LOW_PAIRS));
		v[i + 3] = SHUFFLE(b, d, PARTS(HIGH_PAIRS));
#endif
	}
#pragma GCC unroll 4
	for (size_t i = 0; i < IN_128; i++) {
#if LANES == 2 * IN_128
		NAME(lanes) a = v[i], b = v[i + IN_128];

		v[i] = SHUFFLE(a, b, PART(0), PART(2));
		v[i + IN_128] = SHUFFLE(a, b, PART(1), PART(3));
#elif LANES == 4 * IN_128
		NAME(lanes) a = SHUFFLE(v[i], v[i + IN_128], PART(0), PART(2), PART(4), PART(6));
		NAME(lanes) b = SHUFFLE(v[i], v[i + IN_128], PART(1), PART(3), PART(5), PART(7));
		NAME(lanes) c = SHUFFLE(v[i + 2 * IN_128], v[i + 3 * IN_128], PART(0), PART(2), PART(4), PART(6));
		NAME(lanes) d = SHUFFLE(v[i + 2 * IN_128], v[i + 3 * IN_128], PART(1), PART(3), PART(5), PART(7));

		v[i] = SHUFFLE(a, c, PART(0), PART(2), PART(4), PART(6));
		v[i + IN_128] = SHUFFLE(b, d, PART(0), PART(2), PART(4), PART(6));
		v[i + 2 * IN_128] = SHUFFLE(a, c, PART(1), PART(3), PART(5), PART(7));
		v[i + 3 * IN_128] = SHUFFLE(b, d, PART(1), PART(3), PART(5), PART(7));
#endif
	}
}

#undef IN_128
#undef PARTS
#undef LOW_ONES
#undef HIGH_ONES
#undef LOW_PAIRS
#undef HIGH_PAIRS
#undef PART

/*
 * Transformed columns to those of the matrix: row r of the column in lane n to
 * to[n·step + r].
 */
static void NAME(store_columns)(struct NAME(planes) rows, size_t length, const VALUE *matrix, struct NAME(planes) to)
{
	(void)matrix;
	for (size_t row = 0; row < length; row += LANES) {
		/* the last square is shifted back to end with the columns */
		size_t first = row + LANES <= length ? row : length - LANES;

		for (unsigned part = 0; part < 2; part++) {
			const VALUE *from = rows.real + (part ? rows.to_imaginary : 0) + (ptrdiff_t)(first * LANES);
			VALUE *column = to.real + (part ? to.to_imaginary : 0) + (ptrdiff_t)first;
			NAME(lanes) v[LANES];

#pragma GCC unroll 16
			for (size_t i = 0; i < LANES; i++)
				v[i] = *(const NAME(lanes) *)(from + i * LANES);
			NAME(transpose)(v);
#pragma GCC unroll 16
			for (size_t i = 0; i < LANES; i++)
				*(NAME(lanes_anywhere) *)(column + i * to.step) = v[i];
		}
	}
}

#else

/* With one lane a column is multiplied here, on its way, instead of by every radix: a third less text. */
static void NAME(store_columns)(struct NAME(planes) rows, size_t length, const VALUE *matrix, struct NAME(planes) to)
{
	const VALUE *restrict real = rows.real, *restrict imaginary = rows.real + rows.to_imaginary;
	VALUE *restrict to_real = to.real, *restrict to_imaginary = to.real + to.to_imaginary;

	for (size_t row = 0; row < length; row++) {
		const VALUE a = real[row], b = imaginary[row], c = matrix[2 * row], d = matrix[2 * row + 1];

		to_real[row] = a * c - b * d;
		to_imaginary[row] = a * d + b * c;
	}
}

#endif

static void NAME(transform)(const struct bli_fft *fft, const void *const *in, void *const *out, void *work)
{
	const size_t rows = fft->rows, columns = fft->columns;
	const size_t buffer_values = 2 * columns * LANES;	/* the longer lines */
	/* transposed, its rows at whole vectors: [2][columns][step] */
	const size_t step = (rows + LANES - 1) / LANES * LANES;
	VALUE *const start = work, *const matrix = start + 3 * buffer_values;
	VALUE *const buffer[2] = { start, start + buffer_values };
	const ptrdiff_t in_to_imaginary = (const VALUE *)in[1] - (const VALUE *)in[0];
	const ptrdiff_t out_to_imaginary = (VALUE *)out[1] - (VALUE *)out[0];
	const struct NAME(planes) done = { start + 2 * buffer_values, (ptrdiff_t)(rows * LANES), LANES };
	const VALUE *twiddles = fft->twiddles;

	for (size_t column = 0; column < columns; column += LANES) {
		size_t first = column + LANES <= columns ? column : columns - LANES;
		struct NAME(planes) from = { (VALUE *)in[0] + first, in_to_imaginary, columns };

		NAME(line)(&fft->down, from, done, buffer, twiddles);
		NAME(store_columns)(done, rows, twiddles, (struct NAME(planes)){ matrix + first * step,
				    (ptrdiff_t)(columns * step), step });
		twiddles += 2 * rows * LANES;
	}
	for (size_t row = 0; row < rows; row += LANES) {
		size_t first = row + LANES <= rows ? row : rows - LANES;
		struct NAME(planes) from = { matrix + first, (ptrdiff_t)(columns * step), step };
		struct NAME(planes) to = { (VALUE *)out[0] + first, out_to_imaginary, rows };

		NAME(line)(&fft->along, from, to, buffer, NULL);
	}
}

#undef INLINE
