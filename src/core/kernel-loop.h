/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The loop of the vector kernels.  A kernel's file includes this once per
 * precision, after defining
 *   VALUE     float or double
 *   LANES     values in a vector; the machine's register width, not more
 *             (GCC 12 spills wider vector types to memory)
 *   NAME(x)   x with the kernel's and the precision's suffix
 * No include guard: it is meant to be included again.
 */

typedef VALUE NAME(vector) __attribute__((vector_size(LANES * sizeof(VALUE))));
typedef VALUE NAME(unaligned) __attribute__((vector_size(LANES * sizeof(VALUE)), aligned(sizeof(VALUE)), may_alias));

/*
 * One pass over all groups.  `streams` and `side` (groups side by side) are
 * constants at every call, so that after inlining each accumulator is a
 * register: 8 of them hide the latency of a multiply-add.
 */
static inline __attribute__((always_inline)) void
NAME(pass)(const struct bli_bank *bank, const void *const *in, void *const *out,
	   const size_t streams, const size_t side)
{
	const NAME(vector) *column = bank->columns;
	const size_t depth = bank->depth;

	for (size_t group = 0; group < bank->groups; group += side) {
		NAME(vector) sum[BLI_TILE_STREAMS];
		const VALUE *x[BLI_TILE_STREAMS];

#pragma GCC unroll 8
		for (size_t i = 0; i < streams * side; i++) {
			x[i] = (const VALUE *)in[i % streams] + bank->first_in[group + i / streams];
			sum[i] = (NAME(vector)){ 0 };
		}
		for (size_t k = 0; k < depth; k++, column += side) {
#pragma GCC unroll 8
			for (size_t i = 0; i < streams * side; i++)
				sum[i] += column[i / streams] * x[i][k];
		}
#pragma GCC unroll 8
		for (size_t i = 0; i < streams * side; i++) {
			VALUE *y = (VALUE *)out[i % streams] + bank->first_out[group + i / streams];

			*(NAME(unaligned) *)y = sum[i];
		}
	}
}

static void NAME(tile)(const struct bli_bank *bank, size_t streams, const void *const *in, void *const *out)
{
	switch (bank->interleave) {
	case 8:
		NAME(pass)(bank, in, out, 1, 8);
		return;
	case 4:
		if (streams == 2)
			NAME(pass)(bank, in, out, 2, 4);
		else
			NAME(pass)(bank, in, out, 1, 4);
		return;
	case 2:
		if (streams == 4)
			NAME(pass)(bank, in, out, 4, 2);
		else if (streams == 3)
			NAME(pass)(bank, in, out, 3, 2);
		else if (streams == 2)
			NAME(pass)(bank, in, out, 2, 2);
		else
			NAME(pass)(bank, in, out, 1, 2);
		return;
	}
	switch (streams) {
	case 8: NAME(pass)(bank, in, out, 8, 1); return;
	case 7: NAME(pass)(bank, in, out, 7, 1); return;
	case 6: NAME(pass)(bank, in, out, 6, 1); return;
	case 5: NAME(pass)(bank, in, out, 5, 1); return;
	case 4: NAME(pass)(bank, in, out, 4, 1); return;
	case 3: NAME(pass)(bank, in, out, 3, 1); return;
	case 2: NAME(pass)(bank, in, out, 2, 1); return;
	default: NAME(pass)(bank, in, out, 1, 1); return;
	}
}
