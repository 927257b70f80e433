/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every linear format on either side of the converters, in every layout: the
 * bytes are literal, the rounding is to nearest, what does not fit is saturated
 * and counted, and a conversion between any two formats is the one between
 * 32-bit samples, rounded.
 */
#include "plughelp.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define S32 SND_PCM_FORMAT_S32

/*
 * Least value, one below zero, the top of 0x12345678, greatest value: as they
 * lie in memory, the sign (or zeros) extended over the whole container.
 */
static const int32_t vector_values[4] = { INT32_MIN, -1, 0x12345678, INT32_MAX };

static const struct {
	snd_pcm_format_t format;
	const char *bytes[4];
} vectors[] = {
	{ SND_PCM_FORMAT_S8, { "\x80", "\xff", "\x12", "\x7f" } },
	{ SND_PCM_FORMAT_U8, { "\x00", "\x7f", "\x92", "\xff" } },
	{ SND_PCM_FORMAT_S16_LE, { "\x00\x80", "\xff\xff", "\x34\x12", "\xff\x7f" } },
	{ SND_PCM_FORMAT_S16_BE, { "\x80\x00", "\xff\xff", "\x12\x34", "\x7f\xff" } },
	{ SND_PCM_FORMAT_U16_LE, { "\x00\x00", "\xff\x7f", "\x34\x92", "\xff\xff" } },
	{ SND_PCM_FORMAT_U16_BE, { "\x00\x00", "\x7f\xff", "\x92\x34", "\xff\xff" } },
	{ SND_PCM_FORMAT_S24_LE, { "\x00\x00\x80\xff", "\xff\xff\xff\xff", "\x56\x34\x12\x00", "\xff\xff\x7f\x00" } },
	{ SND_PCM_FORMAT_S24_BE, { "\xff\x80\x00\x00", "\xff\xff\xff\xff", "\x00\x12\x34\x56", "\x00\x7f\xff\xff" } },
	{ SND_PCM_FORMAT_U24_LE, { "\x00\x00\x00\x00", "\xff\xff\x7f\x00", "\x56\x34\x92\x00", "\xff\xff\xff\x00" } },
	{ SND_PCM_FORMAT_U24_BE, { "\x00\x00\x00\x00", "\x00\x7f\xff\xff", "\x00\x92\x34\x56", "\x00\xff\xff\xff" } },
	{ SND_PCM_FORMAT_S32_LE, { "\x00\x00\x00\x80", "\xff\xff\xff\xff", "\x78\x56\x34\x12", "\xff\xff\xff\x7f" } },
	{ SND_PCM_FORMAT_S32_BE, { "\x80\x00\x00\x00", "\xff\xff\xff\xff", "\x12\x34\x56\x78", "\x7f\xff\xff\xff" } },
	{ SND_PCM_FORMAT_U32_LE, { "\x00\x00\x00\x00", "\xff\xff\xff\x7f", "\x78\x56\x34\x92", "\xff\xff\xff\xff" } },
	{ SND_PCM_FORMAT_U32_BE, { "\x00\x00\x00\x00", "\x7f\xff\xff\xff", "\x92\x34\x56\x78", "\xff\xff\xff\xff" } },
	{ SND_PCM_FORMAT_S20_LE, { "\x00\x00\xf8\xff", "\xff\xff\xff\xff", "\x45\x23\x01\x00", "\xff\xff\x07\x00" } },
	{ SND_PCM_FORMAT_S20_BE, { "\xff\xf8\x00\x00", "\xff\xff\xff\xff", "\x00\x01\x23\x45", "\x00\x07\xff\xff" } },
	{ SND_PCM_FORMAT_U20_LE, { "\x00\x00\x00\x00", "\xff\xff\x07\x00", "\x45\x23\x09\x00", "\xff\xff\x0f\x00" } },
	{ SND_PCM_FORMAT_U20_BE, { "\x00\x00\x00\x00", "\x00\x07\xff\xff", "\x00\x09\x23\x45", "\x00\x0f\xff\xff" } },
	{ SND_PCM_FORMAT_S24_3LE, { "\x00\x00\x80", "\xff\xff\xff", "\x56\x34\x12", "\xff\xff\x7f" } },
	{ SND_PCM_FORMAT_S24_3BE, { "\x80\x00\x00", "\xff\xff\xff", "\x12\x34\x56", "\x7f\xff\xff" } },
	{ SND_PCM_FORMAT_U24_3LE, { "\x00\x00\x00", "\xff\xff\x7f", "\x56\x34\x92", "\xff\xff\xff" } },
	{ SND_PCM_FORMAT_U24_3BE, { "\x00\x00\x00", "\x7f\xff\xff", "\x92\x34\x56", "\xff\xff\xff" } },
	{ SND_PCM_FORMAT_S20_3LE, { "\x00\x00\xf8", "\xff\xff\xff", "\x45\x23\x01", "\xff\xff\x07" } },
	{ SND_PCM_FORMAT_S20_3BE, { "\xf8\x00\x00", "\xff\xff\xff", "\x01\x23\x45", "\x07\xff\xff" } },
	{ SND_PCM_FORMAT_U20_3LE, { "\x00\x00\x00", "\xff\xff\x07", "\x45\x23\x09", "\xff\xff\x0f" } },
	{ SND_PCM_FORMAT_U20_3BE, { "\x00\x00\x00", "\x07\xff\xff", "\x09\x23\x45", "\x0f\xff\xff" } },
	{ SND_PCM_FORMAT_S18_3LE, { "\x00\x00\xfe", "\xff\xff\xff", "\xd1\x48\x00", "\xff\xff\x01" } },
	{ SND_PCM_FORMAT_S18_3BE, { "\xfe\x00\x00", "\xff\xff\xff", "\x00\x48\xd1", "\x01\xff\xff" } },
	{ SND_PCM_FORMAT_U18_3LE, { "\x00\x00\x00", "\xff\xff\x01", "\xd1\x48\x02", "\xff\xff\x03" } },
	{ SND_PCM_FORMAT_U18_3BE, { "\x00\x00\x00", "\x01\xff\xff", "\x02\x48\xd1", "\x03\xff\xff" } },
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* The formats that alsa-lib calls linear PCM, whichever version it is. */
static snd_pcm_format_t formats[64];
static unsigned format_count;

static int collect_formats(void **state)
{
	(void)state;
	for (int format = 0; format <= SND_PCM_FORMAT_LAST && format_count < 64; format++)
		if (plug_format_is_pcm((snd_pcm_format_t)format))
			formats[format_count++] = (snd_pcm_format_t)format;
	return format_count >= VECTORS ? 0 : -1;
}

/* Weight of the last bit of a format, left-justified in 32 bits. */
static int64_t last_bit(snd_pcm_format_t format)
{
	return INT64_C(1) << (32 - snd_pcm_format_width(format));
}

static void init_ok(struct plug *plug, size_t in_period, size_t out_period, unsigned channels,
		    snd_pcm_format_t in_format, snd_pcm_format_t out_format)
{
	snd_pcm_rate_info_t info = plug_info(44100, in_period, 48000, out_period, channels, in_format, out_format);

	assert_int_equal(plug->ops.init(plug->object, &info), 0);
}

static unsigned long long clipped(struct plug *plug)
{
	const char *place = strstr(plug_dump(plug), "clipped: ");
	unsigned long long count;

	assert_non_null(place);
	assert_int_equal(sscanf(place, "clipped: %llu", &count), 1);
	return count;
}

/* ---- equal periods: samples pass ---------------------------------------- */

static void test_literal_bytes(void **state)
{
	struct plug plug;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli", NULL), 0);
	assert_int_equal(VECTORS, format_count);
	for (size_t v = 0; v < VECTORS; v++) {
		snd_pcm_format_t format = vectors[v].format;
		struct plug_side narrow, wide;

		plug_side_open(&narrow, format, 1, 4, PLUG_INTERLEAVED);
		plug_side_open(&wide, S32, 1, 4, PLUG_INTERLEAVED);
		for (size_t i = 0; i < 4; i++)
			memcpy(plug_side_at(&narrow, 0, i), vectors[v].bytes[i], narrow.bytes);
		init_ok(&plug, 4, 4, 1, format, S32);
		plug_convert(&plug, &wide, &narrow);
		for (size_t i = 0; i < 4; i++) {
			int32_t expected = (int32_t)(vector_values[i] & -last_bit(format)), got;

			memcpy(&got, plug_side_at(&wide, 0, i), sizeof(got));
			if (got != expected)
				fail_msg("%s vector %zu reads as %#x instead of %#x", snd_pcm_format_name(format), i,
					 (unsigned)got, (unsigned)expected);
		}
		/* the way back: all four are whole numbers of last bits */
		init_ok(&plug, 4, 4, 1, S32, format);
		plug_side_fill(&narrow, 0x5a);
		plug_convert(&plug, &narrow, &wide);
		for (size_t i = 0; i < 4; i++)
			if (memcmp(plug_side_at(&narrow, 0, i), vectors[v].bytes[i], narrow.bytes) != 0)
				fail_msg("%s vector %zu is written wrongly", snd_pcm_format_name(format), i);
		assert_true(clipped(&plug) == 0);
		plug_side_close(&narrow);
		plug_side_close(&wide);
	}
	plug_close(&plug);
	print_message("%zu formats\n", VECTORS);
}

static void test_same_format_passes_bit_for_bit(void **state)
{
	static const char *const names[] = { "bli_linear", "bli_fast", "bli", "bli_best" };

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		for (unsigned f = 0; f < format_count; f++)
			for (unsigned layout = 0; layout < PLUG_LAYOUTS; layout++) {
				struct plug plug;
				struct plug_side in, out;

				assert_int_equal(plug_open(&plug, names[n], NULL), 0);
				init_ok(&plug, 500, 500, 3, formats[f], formats[f]);
				plug_side_open(&in, formats[f], 3, 500, (enum plug_layout)layout);
				plug_side_open(&out, formats[f], 3, 500, (enum plug_layout)layout);
				plug_side_fill(&in, 0x5a);
				plug_side_fill(&out, 0x5a);
				plug_side_noise(&in, 1, f);
				plug_convert(&plug, &out, &in);
				assert_memory_equal(in.start, out.start, (size_t)(in.end - in.start));
				plug_side_close(&in);
				plug_side_close(&out);
				plug_close(&plug);
			}
}

/* Bits above a sample are not part of it: whatever they are, it reads the same. */
static void test_rubbish_above_the_sample(void **state)
{
	struct plug plug;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli", NULL), 0);
	for (unsigned f = 0; f < format_count; f++) {
		struct plug_side in, out;
		uint32_t random = f;

		init_ok(&plug, 400, 400, 1, formats[f], S32);
		plug_side_open(&in, formats[f], 1, 400, PLUG_INTERLEAVED);
		plug_side_open(&out, S32, 1, 400, PLUG_INTERLEAVED);
		for (unsigned char *p = in.start; p < in.end; p++)
			*p = (unsigned char)plug_random(&random);
		plug_convert(&plug, &out, &in);
		for (size_t i = 0; i < 400; i++)
			assert_int_equal(plug_side_get(&out, 0, i), plug_side_get(&in, 0, i));
		plug_side_close(&in);
		plug_side_close(&out);
	}
	plug_close(&plug);
}

/* Nearest, ties to even; what rounds beyond the range is saturated and counted. */
static int32_t rounded(int32_t value, snd_pcm_format_t format, unsigned *saturated)
{
	int64_t step = last_bit(format), low = value & -step, above = value - low, number = low / step;

	if (above > step / 2 || (step > 1 && above == step / 2 && number % 2 != 0))
		number++;
	if (number * step > INT32_MAX) {
		number--;
		++*saturated;
	}
	return (int32_t)(number * step);
}

static void test_rounding_and_saturation(void **state)
{
	struct plug plug;
	unsigned total = 0;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli", NULL), 0);
	for (unsigned f = 0; f < format_count; f++) {
		int32_t half = (int32_t)(last_bit(formats[f]) / 2);
		struct plug_side in, out;
		unsigned saturated = 0;

		init_ok(&plug, 1000, 1000, 1, S32, formats[f]);
		plug_side_open(&in, S32, 1, 1000, PLUG_INTERLEAVED);
		plug_side_open(&out, formats[f], 1, 1000, PLUG_INTERLEAVED);
		plug_side_noise(&in, 1, f);
		/* around ties on both sides of zero and at both ends of the range */
		for (int n = -20; n < 20; n++)
			for (int d = -1; d <= 1; d++)
				plug_side_put(&in, 0, (size_t)(3 * n + d + 61), n * 2 * half + half + d);
		for (int d = -4; d < 4; d++) {
			plug_side_put(&in, 0, (size_t)(200 + d), INT32_MAX - abs(half + d));
			plug_side_put(&in, 0, (size_t)(300 + d), INT32_MIN + abs(half + d));
		}
		plug_side_put(&in, 0, 400, INT32_MAX);
		plug_side_put(&in, 0, 401, INT32_MIN);
		plug_convert(&plug, &out, &in);
		for (size_t i = 0; i < 1000; i++) {
			int32_t value = plug_side_get(&in, 0, i), expected = rounded(value, formats[f], &saturated);

			if (plug_side_get(&out, 0, i) != expected)
				fail_msg("%s: %" PRId32 " becomes %" PRId32 " instead of %" PRId32,
					 snd_pcm_format_name(formats[f]), value, plug_side_get(&out, 0, i), expected);
		}
		if (clipped(&plug) != saturated)
			fail_msg("%s: %llu counted as clipped instead of %u", snd_pcm_format_name(formats[f]),
				 clipped(&plug), saturated);
		total += saturated;
		plug_side_close(&in);
		plug_side_close(&out);
	}
	assert_true(total > format_count);
	plug_close(&plug);
	print_message("%u samples saturated\n", total);
}

/* ---- conversions -------------------------------------------------------- */

#define IN_PERIOD 16
#define OUT_PERIOD 21
#define RUN_PERIODS 3
#define RUN_CHANNELS 8

static const unsigned channel_counts[] = { 1, 2, 3, RUN_CHANNELS };

/* What the conversion of 32-bit samples makes of one input format's noise. */
struct reference {
	unsigned channels;
	int32_t in[RUN_PERIODS][IN_PERIOD * RUN_CHANNELS];	/* [period][frame][channel] */
	int32_t out[RUN_PERIODS][OUT_PERIOD * RUN_CHANNELS];
};

static void make_reference(struct plug *plug, struct reference *reference, snd_pcm_format_t format, unsigned channels)
{
	uint32_t random = (uint32_t)format;
	struct plug_side in, out;

	reference->channels = channels;
	init_ok(plug, IN_PERIOD, OUT_PERIOD, channels, S32, S32);
	plug_side_open(&in, S32, channels, IN_PERIOD, PLUG_INTERLEAVED);
	plug_side_open(&out, S32, channels, OUT_PERIOD, PLUG_INTERLEAVED);
	for (unsigned period = 0; period < RUN_PERIODS; period++) {
		for (unsigned i = 0; i < IN_PERIOD * channels; i++) {
			reference->in[period][i] = (int32_t)(plug_random(&random) & -last_bit(format));
			plug_side_put(&in, i % channels, i / channels, reference->in[period][i]);
		}
		plug_convert(plug, &out, &in);
		for (unsigned i = 0; i < OUT_PERIOD * channels; i++)
			reference->out[period][i] = plug_side_get(&out, i % channels, i / channels);
	}
	plug_side_close(&in);
	plug_side_close(&out);
}

/*
 * The reference lies within half its last bit of the value that either path
 * rounds, so a sample of fewer bits lies within half of its own last bit of the
 * reference, and one of 32 bits is the same.
 */
static void check_against(const struct reference *reference, unsigned period, const struct plug_side *in,
			  const struct plug_side *out)
{
	int64_t step = last_bit(out->format), most = (INT64_C(1) << 31) - step;

	for (unsigned i = 0; i < OUT_PERIOD * out->channels; i++) {
		int64_t expected = reference->out[period][i],
			got = plug_side_get(out, i % out->channels, i / out->channels);

		if (expected > most)
			expected = most;
		if (llabs(got - expected) > step / 2)
			fail_msg("%s to %s, %u channels, period %u, value %u: %" PRId64 " instead of %" PRId64,
				 snd_pcm_format_name(in->format), snd_pcm_format_name(out->format), out->channels,
				 period, i, got, expected);
	}
}

static void check_layouts(struct plug *plug, const struct reference *reference, snd_pcm_format_t in_format,
			  snd_pcm_format_t out_format, enum plug_layout in_layout, enum plug_layout out_layout)
{
	unsigned channels = reference->channels;
	struct plug_side in, out;

	plug_side_open(&in, in_format, channels, IN_PERIOD, in_layout);
	plug_side_open(&out, out_format, channels, OUT_PERIOD, out_layout);
	plug_side_fill(&in, 0xa5);
	plug_side_fill(&out, 0x5a);
	plug->ops.reset(plug->object);
	for (unsigned period = 0; period < RUN_PERIODS; period++) {
		for (unsigned i = 0; i < IN_PERIOD * channels; i++)
			plug_side_put(&in, i % channels, i / channels, reference->in[period][i]);
		plug_convert(plug, &out, &in);
		assert_int_equal(plug_side_stray(&out, 0, OUT_PERIOD), 0);
		assert_int_equal(plug_side_stray(&in, 0, IN_PERIOD), 0);
		check_against(reference, period, &in, &out);
	}
	plug_side_close(&in);
	plug_side_close(&out);
}

static void test_every_pair_of_formats(void **state)
{
	static struct reference reference;
	const char *name = *state;
	unsigned runs = 0;
	struct plug plug;

	assert_int_equal(plug_open(&plug, name, NULL), 0);
	for (unsigned i = 0; i < format_count; i++)
		for (unsigned c = 0; c < sizeof(channel_counts) / sizeof(channel_counts[0]); c++) {
			make_reference(&plug, &reference, formats[i], channel_counts[c]);
			for (unsigned o = 0; o < format_count; o++) {
				init_ok(&plug, IN_PERIOD, OUT_PERIOD, channel_counts[c], formats[i], formats[o]);
				/* three of the nine pairs of layouts, the next format takes others */
				for (unsigned n = 0; n < PLUG_LAYOUTS; n++, runs++)
					check_layouts(&plug, &reference, formats[i], formats[o], (enum plug_layout)n,
						      (enum plug_layout)((n + i + o) % PLUG_LAYOUTS));
			}
		}
	plug_close(&plug);
	print_message("%s: %u runs\n", name, runs);
}

/* Half as loud the conversion does not clip: twice its result says what must have been clipped. */
static void test_clipped_conversion_is_counted(void **state)
{
	const char *name = *state;

	for (unsigned f = 0; f < format_count; f++) {
		int64_t step = last_bit(formats[f]), most = (INT64_C(1) << 31) - step;
		struct plug_side loud_in, soft_in, loud, soft;
		struct plug loud_plug, soft_plug;
		unsigned least_count = 0, most_count = 0;

		assert_int_equal(plug_open(&loud_plug, name, NULL), 0);
		assert_int_equal(plug_open(&soft_plug, name, NULL), 0);
		init_ok(&loud_plug, 160, 320, 1, S32, formats[f]);
		init_ok(&soft_plug, 160, 320, 1, S32, S32);
		plug_side_open(&loud_in, S32, 1, 160, PLUG_INTERLEAVED);
		plug_side_open(&soft_in, S32, 1, 160, PLUG_INTERLEAVED);
		plug_side_open(&loud, formats[f], 1, 320, PLUG_INTERLEAVED);
		plug_side_open(&soft, S32, 1, 320, PLUG_INTERLEAVED);
		for (size_t i = 0; i < 160; i++) {
			/* a square wave of full scale overshoots when it is filtered */
			plug_side_put(&soft_in, 0, i, i / 8 % 2 ? INT32_C(0x3ffffff0) : -INT32_C(0x40000000));
			plug_side_put(&loud_in, 0, i, 2 * plug_side_get(&soft_in, 0, i));
		}
		for (unsigned period = 0; period < 8; period++) {
			plug_convert(&loud_plug, &loud, &loud_in);
			plug_convert(&soft_plug, &soft, &soft_in);
			for (size_t i = 0; i < 320; i++) {
				int64_t twice = 2 * (int64_t)plug_side_get(&soft, 0, i), clean = twice;

				most_count += twice + 2 >= most + step / 2 || twice - 2 <= INT32_MIN - step / 2;
				least_count += twice - 2 > most + step / 2 || twice + 2 < INT32_MIN - step / 2;
				clean = clean > most ? most : clean < INT32_MIN ? INT32_MIN : clean;
				assert_true(llabs(plug_side_get(&loud, 0, i) - clean) <= step / 2 + 2);
			}
		}
		if (clipped(&loud_plug) < least_count || clipped(&loud_plug) > most_count)
			fail_msg("%s to %s: %llu counted as clipped, expected %u to %u", name,
				 snd_pcm_format_name(formats[f]), clipped(&loud_plug), least_count, most_count);
		assert_true(least_count > 100);
		assert_true(clipped(&soft_plug) == 0);
		plug_side_close(&loud_in);
		plug_side_close(&soft_in);
		plug_side_close(&loud);
		plug_side_close(&soft);
		plug_close(&loud_plug);
		plug_close(&soft_plug);
	}
}

/* Silence comes out as alsa-lib's own silence, byte for byte. */
static void test_silence_is_alsa_silence(void **state)
{
	struct plug plug;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli_fast", NULL), 0);
	for (unsigned f = 0; f < format_count; f++) {
		struct plug_side in, out, silence;

		init_ok(&plug, 64, 70, 2, formats[f], formats[f]);
		plug_side_open(&in, formats[f], 2, 64, PLUG_INTERLEAVED);
		plug_side_open(&out, formats[f], 2, 90, PLUG_INTERLEAVED);
		plug_side_open(&silence, formats[f], 2, 90, PLUG_INTERLEAVED);
		assert_int_equal(snd_pcm_format_set_silence(formats[f], plug_side_at(&in, 0, 0), 64 * 2), 0);
		assert_int_equal(snd_pcm_format_set_silence(formats[f], plug_side_at(&silence, 0, 0), 90 * 2), 0);
		/* 20 frames more than a period: these are silence of their own making */
		plug_convert(&plug, &out, &in);
		assert_memory_equal(plug_side_at(&out, 0, 0), plug_side_at(&silence, 0, 0),
				    (size_t)(out.end - plug_side_at(&out, 0, 0)));
		plug_side_close(&in);
		plug_side_close(&out);
		plug_side_close(&silence);
	}
	plug_close(&plug);
}

int main(void)
{
	static char linear[] = "bli_linear", fast[] = "bli_fast", best[] = "bli_best";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal_bytes),
		cmocka_unit_test(test_same_format_passes_bit_for_bit),
		cmocka_unit_test(test_rubbish_above_the_sample),
		cmocka_unit_test(test_rounding_and_saturation),
		{ "test_every_pair_of_formats bli_linear", test_every_pair_of_formats, NULL, NULL, linear },
		{ "test_every_pair_of_formats bli_fast", test_every_pair_of_formats, NULL, NULL, fast },
		{ "test_every_pair_of_formats bli_best", test_every_pair_of_formats, NULL, NULL, best },
		{ "test_clipped_conversion_is_counted bli_fast", test_clipped_conversion_is_counted, NULL, NULL, fast },
		{ "test_clipped_conversion_is_counted bli_best", test_clipped_conversion_is_counted, NULL, NULL, best },
		cmocka_unit_test(test_silence_is_alsa_silence),
	};

	plug_log_catch();
	return cmocka_run_group_tests(tests, collect_formats, NULL) ? 1 : 0;
}
