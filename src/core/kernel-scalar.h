/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kernel computes (see kernel.h), in the plainest words.  Included by
 * kernel-c.c once per VALUE, with LANES and NAME(x) defined.
 */

static void NAME(tile)(const struct bli_bank *bank, size_t streams, const void *const *in, void *const *out)
{
	const size_t depth = bank->depth, frames = bank->width * LANES;

	for (size_t group = 0; group < bank->groups; group++) {
		const VALUE *columns = (const VALUE *)bank->columns + group * depth * frames;

		for (size_t s = 0; s < streams; s++) {
			const VALUE *x = (const VALUE *)in[s] + bank->first_in[group];
			VALUE *y = (VALUE *)out[s] + bank->first_out[group];
			VALUE sum[4 * LANES] = { 0 };

			for (size_t k = 0; k < depth; k++)
				for (size_t n = 0; n < frames; n++)
					sum[n] += columns[k * frames + n] * x[k];
			memcpy(y, sum, frames * sizeof(*sum));
			if (!bank->mirrored)
				continue;

			x = (const VALUE *)in[s] + bank->mirror_in[group];
			y = (VALUE *)out[s] + bank->mirror_out[group];
			memset(sum, 0, sizeof(sum));
			for (size_t k = 0; k < depth; k++)
				for (size_t n = 0; n < frames; n++)
					sum[n] += columns[k * frames + n] * *(x - k);
			for (size_t n = 0; n < frames; n++)
				*(y - n) = sum[n];
		}
	}
}

static void NAME(glide)(const struct bli_farrow *farrow, size_t frames, const uint32_t *first, const void *x,
			size_t channels, const void *const *in, void *const *out)
{
	const unsigned taps = farrow->taps, order = farrow->order;

	for (size_t n = 0; n < frames; n++) {
		const VALUE x1 = ((const VALUE *)x)[n], x2 = x1 * x1;
		VALUE weight[BLI_FARROW_TAPS_MAX];

		for (unsigned j = 0; j < taps / 2; j++) {
			const VALUE *c = (const VALUE *)farrow->coefs + j * (order + 1);
			VALUE part[2] = { 0, 0 };	/* of the even powers, of the odd ones */

			for (unsigned k = order + 1; k-- > 0;)
				part[k % 2] = part[k % 2] * x2 + c[k];
			weight[j] = part[0] + part[1] * x1;
			weight[taps - 1 - j] = part[0] - part[1] * x1;
		}
		for (size_t channel = 0; channel < channels; channel++) {
			const VALUE *values = (const VALUE *)in[channel] + first[n];
			VALUE sum = 0;

			for (unsigned j = 0; j < taps; j++)
				sum += weight[j] * values[j];
			((VALUE *)out[channel])[n] = sum;
		}
	}
}
