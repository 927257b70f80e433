/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kernel computes (see kernel.h), in the plainest words.  Included by
 * kernel-c.c once per VALUE, with LANES and NAME(x) defined.
 */

static void NAME(tile)(const struct bli_bank *bank, size_t streams, const void *const *in, void *const *out)
{
	const size_t side = bank->interleave, depth = bank->depth;

	for (size_t group = 0; group < bank->groups; group++) {
		/* columns[group / side][0][group % side][0] */
		const VALUE *columns = (const VALUE *)bank->columns +
				       (group / side * depth * side + group % side) * LANES;

		for (size_t s = 0; s < streams; s++) {
			const VALUE *x = (const VALUE *)in[s] + bank->first_in[group];
			VALUE *y = (VALUE *)out[s] + bank->first_out[group];
			VALUE sum[LANES] = { 0 };

			for (size_t k = 0; k < depth; k++)
				for (size_t lane = 0; lane < LANES; lane++)
					sum[lane] += columns[k * side * LANES + lane] * x[k];
			memcpy(y, sum, sizeof(sum));
			if (!bank->mirrored)
				continue;

			x = (const VALUE *)in[s] + bank->mirror_in[group];
			y = (VALUE *)out[s] + bank->mirror_out[group];
			memset(sum, 0, sizeof(sum));
			for (size_t k = 0; k < depth; k++)
				for (size_t lane = 0; lane < LANES; lane++)
					sum[lane] += columns[k * side * LANES + lane] * *(x - k);
			for (size_t lane = 0; lane < LANES; lane++)
				*(y - lane) = sum[lane];
		}
	}
}
