/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * 16-bit samples in NEON, mono or stereo interleaved, to float and back: what
 * most boards play.  sample-loop.h uses them where this file is included in front
 * of it: for 32 bits, where GCC 12 may not make vectors of its loops (see the
 * kernel's flags in m4/bli-flags.m4).
 *
 * All accesses are by bytes or half words: nothing else is known of their
 * alignment.
 */
#ifndef BLI_SAMPLE_NEON_H
#define BLI_SAMPLE_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLE_NEON

/*
 * Load signed samples that are 2 or 4 bytes apart, and no others.  Returns how
 * many: with 4 bytes whole words are read, so that some are left at the end.
 */
static inline __attribute__((always_inline)) size_t
neon_load_16(float *values, const unsigned char *samples, ptrdiff_t step, size_t frames)
{
	size_t i = 0;

	if (step == 2)
		for (; i + 8 <= frames; i += 8) {
			int16x8_t x = vreinterpretq_s16_u8(vld1q_u8(samples + 2 * i));

			vst1q_f32(values + i, vcvtq_n_f32_s32(vmovl_s16(vget_low_s16(x)), 15));
			vst1q_f32(values + i + 4, vcvtq_n_f32_s32(vmovl_s16(vget_high_s16(x)), 15));
		}
	else if (step == 4)
		for (; i + 8 < frames; i += 8) {
			int32x4_t low = vreinterpretq_s32_u8(vld1q_u8(samples + 4 * i));
			int32x4_t high = vreinterpretq_s32_u8(vld1q_u8(samples + 4 * i + 16));

			vst1q_f32(values + i, vcvtq_n_f32_s32(vshlq_n_s32(low, 16), 31));
			vst1q_f32(values + i + 4, vcvtq_n_f32_s32(vshlq_n_s32(high, 16), 31));
		}
	return i;
}

/* Four values as the low halves of words: rounded to nearest, saturated; NaN becomes the least. */
static inline __attribute__((always_inline)) uint16x4_t neon_round_16(float32x4_t x)
{
	const float32x4_t least = vdupq_n_f32(-1), most = vdupq_n_f32(0x7fff * 0x1p-15f);

	x = vminq_f32(x, most);
	/* a comparison, for NaN fails it */
	x = vbslq_f32(vcgtq_f32(x, least), x, least);
	/* as sample_round_float() does; the product is exact */
	x = vfmaq_f32(vdupq_n_f32(0x1.8p23f), x, vdupq_n_f32(0x1p15f));
	return vmovn_u32(vreinterpretq_u32_f32(x));
}

/* Store signed samples one behind the other, and no others.  Returns how many. */
static inline __attribute__((always_inline)) size_t
neon_store_16(unsigned char *samples, ptrdiff_t step, const float *values, size_t frames)
{
	size_t i = 0;

	if (step == 2)
		for (; i + 4 <= frames; i += 4)
			vst1_u8(samples + 2 * i, vreinterpret_u8_u16(neon_round_16(vld1q_f32(values + i))));
	return i;
}

/* Store those of two channels in turn.  Returns how many of each. */
static inline __attribute__((always_inline)) size_t
neon_store_pair_16(unsigned char *samples, const float *left, const float *right, size_t frames)
{
	size_t i = 0;

	for (; i + 8 <= frames; i += 8) {
		uint16x8x2_t pair;

		pair.val[0] = vcombine_u16(neon_round_16(vld1q_f32(left + i)), neon_round_16(vld1q_f32(left + i + 4)));
		pair.val[1] = vcombine_u16(neon_round_16(vld1q_f32(right + i)), neon_round_16(vld1q_f32(right + i + 4)));
		vst2q_u16((uint16_t *)(samples + 4 * i), pair);
	}
	return i;
}

/* The bits of the largest |value| of whole groups of 16; *done: how many values those are. */
static inline __attribute__((always_inline)) int32_t neon_largest_bits(const float *values, size_t frames, size_t *done)
{
	int32x4_t low = vdupq_n_s32(0), high = vdupq_n_s32(0);
	int32_t lanes[4];
	size_t i = 0;

	for (; i + 16 <= frames; i += 16)
		for (size_t part = 0; part < 16; part += 8) {
			int32x4_t x = vreinterpretq_s32_f32(vld1q_f32(values + i + part));
			int32x4_t y = vreinterpretq_s32_f32(vld1q_f32(values + i + part + 4));

			low = vmaxq_s32(low, vandq_s32(x, vdupq_n_s32(INT32_MAX)));
			high = vmaxq_s32(high, vandq_s32(y, vdupq_n_s32(INT32_MAX)));
		}
	*done = i;
	vst1q_s32(lanes, vmaxq_s32(low, high));
	for (size_t lane = 1; lane < 4; lane++)
		lanes[0] = lanes[0] > lanes[lane] ? lanes[0] : lanes[lane];
	return lanes[0];
}

#endif
