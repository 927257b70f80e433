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
 * One pass over all groups.  `streams`, `side` (groups side by side) and
 * `mirrored` are constants at every call, so that after inlining each
 * accumulator is a register: 8 of them hide the latency of a multiply-add.
 */
static inline __attribute__((always_inline)) void
NAME(pass)(const struct bli_bank *bank, const void *const *in, void *const *out,
	   const size_t streams, const size_t side, const bool mirrored)
{
	const NAME(vector) *column = bank->columns;
	const size_t depth = bank->depth, count = streams * side;

	for (size_t group = 0; group < bank->groups; group += side) {
		NAME(vector) sum[BLI_TILE_STREAMS], mirror_sum[BLI_TILE_STREAMS];
		const VALUE *x[BLI_TILE_STREAMS], *mirror_x[BLI_TILE_STREAMS];

#pragma GCC unroll 8
		for (size_t i = 0; i < count; i++) {
			x[i] = (const VALUE *)in[i % streams] + bank->first_in[group + i / streams];
			sum[i] = (NAME(vector)){ 0 };
			if (mirrored) {
				mirror_x[i] = (const VALUE *)in[i % streams] + bank->mirror_in[group + i / streams];
				mirror_sum[i] = (NAME(vector)){ 0 };
			}
		}
		for (size_t k = 0; k < depth; k++, column += side) {
#pragma GCC unroll 8
			for (size_t i = 0; i < count; i++)
				sum[i] += column[i / streams] * x[i][k];
			if (mirrored) {
#pragma GCC unroll 8
				for (size_t i = 0; i < count; i++)
					mirror_sum[i] += column[i / streams] * *(mirror_x[i] - k);
			}
		}
#pragma GCC unroll 8
		for (size_t i = 0; i < count; i++) {
			VALUE *y = (VALUE *)out[i % streams] + bank->first_out[group + i / streams];

			*(NAME(unaligned) *)y = sum[i];
			if (mirrored) {
				y = (VALUE *)out[i % streams] + bank->mirror_out[group + i / streams];
				for (size_t lane = 0; lane < LANES; lane++)
					*(y - lane) = mirror_sum[i][lane];
			}
		}
	}
}

/* Every combination of streams and groups side by side that a stage's layout can ask for. */
static void NAME(tile)(const struct bli_bank *bank, size_t streams, const void *const *in, void *const *out)
{
	switch (bank->mirrored * 100 + bank->interleave * 10 + streams) {
	case 11: NAME(pass)(bank, in, out, 1, 1, false); return;
	case 12: NAME(pass)(bank, in, out, 2, 1, false); return;
	case 13: NAME(pass)(bank, in, out, 3, 1, false); return;
	case 14: NAME(pass)(bank, in, out, 4, 1, false); return;
	case 15: NAME(pass)(bank, in, out, 5, 1, false); return;
	case 16: NAME(pass)(bank, in, out, 6, 1, false); return;
	case 17: NAME(pass)(bank, in, out, 7, 1, false); return;
	case 18: NAME(pass)(bank, in, out, 8, 1, false); return;
	case 21: NAME(pass)(bank, in, out, 1, 2, false); return;
	case 22: NAME(pass)(bank, in, out, 2, 2, false); return;
	case 23: NAME(pass)(bank, in, out, 3, 2, false); return;
	case 24: NAME(pass)(bank, in, out, 4, 2, false); return;
	case 41: NAME(pass)(bank, in, out, 1, 4, false); return;
	case 42: NAME(pass)(bank, in, out, 2, 4, false); return;
	case 81: NAME(pass)(bank, in, out, 1, 8, false); return;
	case 111: NAME(pass)(bank, in, out, 1, 1, true); return;
	case 112: NAME(pass)(bank, in, out, 2, 1, true); return;
	case 113: NAME(pass)(bank, in, out, 3, 1, true); return;
	case 114: NAME(pass)(bank, in, out, 4, 1, true); return;
	case 121: NAME(pass)(bank, in, out, 1, 2, true); return;
	case 122: NAME(pass)(bank, in, out, 2, 2, true); return;
	case 141: NAME(pass)(bank, in, out, 1, 4, true); return;
	}
}
