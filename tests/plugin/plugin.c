/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The contract with alsa-lib: entry symbols, order of calls, counts of frames
 * and what is written where.  What the converters say is tested in messages.c,
 * what they compute in claims.c, and every format in formats.c.
 */
#include "plughelp.h"
#include "preset.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define S16 SND_PCM_FORMAT_S16
#define S32 SND_PCM_FORMAT_S32

static const size_t period_pairs[][2] = {
	{ 1, 1 }, { 1, 2 }, { 2, 1 }, { 1, 3 }, { 3, 2 }, { 7, 5 }, { 16, 17 }, { 17, 16 }, { 31, 64 }, { 64, 31 },
	{ 64, 70 }, { 70, 64 }, { 128, 139 }, { 139, 128 }, { 127, 131 }, { 256, 279 }, { 441, 480 }, { 480, 441 },
	{ 441, 160 }, { 160, 441 }, { 441, 80 }, { 480, 160 }, { 160, 480 }, { 410, 160 }, { 940, 1024 },
	{ 941, 1024 }, { 1024, 1115 }, { 1024, 1114 }, { 1115, 1024 }, { 1024, 1024 }, { 1000, 999 }, { 997, 1009 },
	{ 1, 768 }, { 768, 1 }, { 2, 1535 }, { 1535, 2 }, { 5512, 6000 }, { 6000, 5512 }, { 4096, 512 }, { 512, 4096 },
};

#define PAIRS (sizeof(period_pairs) / sizeof(period_pairs[0]))

static void init_ok(struct plug *plug, size_t in_period, size_t out_period, unsigned channels,
		    snd_pcm_format_t in_format, snd_pcm_format_t out_format)
{
	snd_pcm_rate_info_t info = plug_info(44100, in_period, 48000, out_period, channels, in_format, out_format);

	assert_int_equal(plug->ops.init(plug->object, &info), 0);
}

/* ---- entry symbols ------------------------------------------------------ */

static void check_entry(const char *name, unsigned version, bool with_conf)
{
	static const size_t struct_bytes[] = {
		sizeof(snd_pcm_rate_old_ops_t), sizeof(snd_pcm_rate_v2_ops_t), sizeof(snd_pcm_rate_ops_t),
		sizeof(snd_pcm_rate_ops_t),
	};
	size_t known = struct_bytes[version - 0x010001];
	unsigned says = version > SND_PCM_RATE_PLUGIN_VERSION ? SND_PCM_RATE_PLUGIN_VERSION : version;
	struct plug plug = { 0 };
	union {
		snd_pcm_rate_ops_t ops;
		unsigned char bytes[2 * sizeof(snd_pcm_rate_ops_t)];
	} caller;
	void *entry = plug_symbol(&plug, name, with_conf ? "open_conf" : "open");
	snd_pcm_rate_open_conf_func_t open_conf;
	snd_pcm_rate_open_func_t open;

	*(void **)&open = *(void **)&open_conf = entry;
	memset(caller.bytes, 0xa5, sizeof(caller.bytes));
	assert_int_equal(with_conf ? open_conf(version, &plug.object, &caller.ops, NULL)
				   : open(version, &plug.object, &caller.ops), 0);
	assert_non_null(plug.object);
	for (size_t i = known; i < sizeof(caller.bytes); i++)
		assert_int_equal(caller.bytes[i], 0xa5);
	assert_non_null(caller.ops.close);
	assert_non_null(caller.ops.init);
	assert_non_null(caller.ops.free);
	assert_non_null(caller.ops.reset);
	assert_non_null(caller.ops.convert);
	assert_null(caller.ops.convert_s16);	/* "exclusive with convert", pcm_rate.h */
	assert_non_null(caller.ops.input_frames);
	assert_non_null(caller.ops.output_frames);
	if (version >= 0x010002) {
		unsigned least_hz = 0, most_hz = 0;

		assert_int_equal(caller.ops.version, says);
		assert_non_null(caller.ops.dump);
		assert_int_equal(caller.ops.get_supported_rates(plug.object, &least_hz, &most_hz), 0);
		assert_int_equal(least_hz, 2000);
		assert_int_equal(most_hz, 1536000);
	}
	caller.ops.close(plug.object);
}

static void test_entries(void **state)
{
	unsigned names = 0;

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++, names++)
		for (unsigned version = 0x010001; version <= 0x010004; version++) {
			check_entry(preset->name, version, true);
			check_entry(preset->name, version, false);
		}
	assert_true(names >= 6);
	assert_int_equal(plug_log_lines(), 0);
}

static void test_old_protocol_refused(void **state)
{
	struct plug plug = { 0 };
	snd_pcm_rate_open_func_t open;
	unsigned char before[sizeof(plug.ops)];

	(void)state;
	*(void **)&open = plug_symbol(&plug, "bli", "open");
	memset(&plug.ops, 0xa5, sizeof(plug.ops));
	memcpy(before, &plug.ops, sizeof(before));
	assert_int_equal(open(0x010000, &plug.object, &plug.ops), -EINVAL);
	assert_int_equal(plug_log_lines(), 1);
	assert_non_null(strstr(plug_log_text(), "0x010000"));
	assert_memory_equal(&plug.ops, before, sizeof(before));
}

/* ---- order of calls ----------------------------------------------------- */

#define WALK_PERIODS 4

struct setup {
	size_t in_period, out_period;
	unsigned channels;
	int32_t expected[WALK_PERIODS][2 * 70];	/* [period][frame][channel] */
};

/* Convert period number `period` of a fixed noise; compare with or keep what comes out. */
static void walk_period(struct plug *plug, struct setup *setup, unsigned period, bool keep)
{
	struct plug_side in, out;

	plug_side_open(&in, S32, setup->channels, setup->in_period, PLUG_INTERLEAVED);
	plug_side_open(&out, S32, setup->channels, setup->out_period, PLUG_PLANAR);
	plug_side_noise(&in, 0.25, period);
	plug_side_fill(&out, 0x5a);
	plug_convert(plug, &out, &in);
	assert_int_equal(plug_side_stray(&out, 0, out.frames), 0);
	for (unsigned c = 0; c < setup->channels && period < WALK_PERIODS; c++)
		for (size_t i = 0; i < setup->out_period; i++) {
			int32_t *expected = &setup->expected[period][i * setup->channels + c];

			if (keep)
				*expected = plug_side_get(&out, c, i);
			assert_int_equal(plug_side_get(&out, c, i), *expected);
		}
	plug_side_close(&in);
	plug_side_close(&out);
}

static void convert_unready(struct plug *plug)
{
	struct plug_side in, out;

	plug_side_open(&in, S16, 2, 10, PLUG_INTERLEAVED);
	plug_side_open(&out, S16, 2, 10, PLUG_INTERLEAVED);
	plug_side_fill(&out, 0x5a);
	plug_convert(plug, &out, &in);
	assert_int_equal(plug_side_stray(&out, 0, out.frames), 0);
	plug_side_close(&in);
	plug_side_close(&out);
}

/* alsa-lib frees after a failed init, frees twice, and asks for frames at any time. */
static void walk(const char *name, unsigned steps)
{
	static struct setup setups[2] = { { 64, 70, 2, { { 0 } } }, { 48, 16, 1, { { 0 } } } };
	struct setup *current = NULL;
	struct plug plug;
	unsigned period = 0;
	uint32_t random = 7;

	assert_int_equal(plug_open(&plug, name, NULL), 0);
	for (unsigned s = 0; s < 2; s++) {
		init_ok(&plug, setups[s].in_period, setups[s].out_period, setups[s].channels, S32, S32);
		for (unsigned p = 0; p < WALK_PERIODS; p++)
			walk_period(&plug, &setups[s], p, true);
	}
	plug.ops.free(plug.object);
	for (unsigned step = 0; step < steps; step++) {
		snd_pcm_rate_info_t bad = plug_info(44100, 64, 48000, 0, 2, S32, S32);

		switch (plug_random(&random) % 12) {
		case 0:
		case 1:
			current = &setups[plug_random(&random) % 2];
			init_ok(&plug, current->in_period, current->out_period, current->channels, S32, S32);
			period = 0;
			break;
		case 2:
			assert_int_equal(plug.ops.init(plug.object, &bad), -EINVAL);
			current = NULL;
			break;
		case 3:
			plug.ops.free(plug.object);
			current = NULL;
			break;
		case 4:
			plug.ops.reset(plug.object);
			period = 0;
			break;
		case 5:
			plug.ops.adjust_pitch(plug.object, &bad);
			break;
		case 6:
			assert_int_equal(plug.ops.input_frames(plug.object, 0), 0);
			assert_int_equal(plug.ops.output_frames(plug.object, 0), 0);
			break;
		case 7:
			assert_non_null(strstr(plug_dump(&plug), name));
			break;
		case 8:
			plug_close(&plug);
			assert_int_equal(plug_open(&plug, name, NULL), 0);
			current = NULL;
			break;
		default:
			if (current)
				walk_period(&plug, current, period++, false);
			else
				convert_unready(&plug);
		}
	}
	plug_close(&plug);
}

static void test_any_order(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		walk(preset->name, 600);
	plug_log_lines();
}

static void test_adjust_pitch_disturbs_nothing(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		snd_pcm_rate_info_t other = plug_info(8000, 100, 96000, 1200, 2, S16, S16);
		struct plug calm, adjusted;
		struct plug_side in, out, same;

		assert_int_equal(plug_open(&calm, preset->name, NULL), 0);
		assert_int_equal(plug_open(&adjusted, preset->name, NULL), 0);
		init_ok(&calm, 128, 139, 2, S32, S32);
		init_ok(&adjusted, 128, 139, 2, S32, S32);
		plug_side_open(&in, S32, 2, 128, PLUG_INTERLEAVED);
		plug_side_open(&out, S32, 2, 139, PLUG_INTERLEAVED);
		plug_side_open(&same, S32, 2, 139, PLUG_INTERLEAVED);
		for (unsigned period = 0; period < 20; period++) {
			plug_side_noise(&in, 0.25, period);
			plug_convert(&calm, &out, &in);
			for (unsigned n = 0; n < period % 3; n++)
				adjusted.ops.adjust_pitch(adjusted.object, &other);
			plug_convert(&adjusted, &same, &in);
			assert_memory_equal(out.start, same.start, (size_t)(out.end - out.start));
		}
		assert_int_equal(adjusted.ops.output_frames(adjusted.object, 128), 139);
		plug_side_close(&in);
		plug_side_close(&out);
		plug_side_close(&same);
		plug_close(&calm);
		plug_close(&adjusted);
	}
}

#define PAST_FRAMES 3000	/* three times what bli_best remembers at 441:160, the most of these */
#define PAST_PERIODS 300	/* and no more periods than these, however short */

static void test_reset_silences_the_past(void **state)
{
	static const size_t pairs[][2] = {
		{ 441, 480 }, { 1024, 1115 }, { 441, 160 }, { 7, 5 }, { 1, 1 }, { 64, 512 }
	};

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		for (size_t pair = 0; pair < sizeof(pairs) / sizeof(pairs[0]); pair++) {
			struct plug plug;
			struct plug_side in, out;
			const size_t enough = PAST_FRAMES / pairs[pair][0] + 1;
			const size_t periods = enough < PAST_PERIODS ? enough : PAST_PERIODS;
			bool noise = false;

			assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
			init_ok(&plug, pairs[pair][0], pairs[pair][1], 3, S32, S32);
			plug_side_open(&in, S32, 3, pairs[pair][0], PLUG_INTERLEAVED);
			plug_side_open(&out, S32, 3, pairs[pair][1], PLUG_INTERLEAVED);
			for (unsigned period = 0; period < periods; period++) {
				plug_side_noise(&in, 0.25, period);
				plug_convert(&plug, &out, &in);
				noise |= plug_side_get(&out, 0, 0) != 0;
			}
			assert_true(noise);
			plug.ops.reset(plug.object);
			plug_side_fill(&in, 0);
			for (unsigned period = 0; period < periods; period++) {
				plug_convert(&plug, &out, &in);
				for (size_t i = 0; i < out.frames * 3; i++)
					assert_int_equal(plug_side_get(&out, (unsigned)(i % 3), i / 3), 0);
			}
			plug_side_close(&in);
			plug_side_close(&out);
			plug_close(&plug);
		}
}

/* ---- counts of frames --------------------------------------------------- */

/* holds the product of two counts of frames */
#ifdef __SIZEOF_INT128__
typedef __int128 wide;
#else
typedef int64_t wide;
#endif

/* |2·(scaled·from − frames·to)| ≤ from: no integer lies nearer */
static void check_nearest(snd_pcm_sframes_t scaled, snd_pcm_sframes_t frames, size_t to, size_t from)
{
	wide off = 2 * ((wide)scaled * (wide)from - (wide)frames * (wide)to);

	if (off < 0 ? -off > (wide)from : off > (wide)from)
		fail_msg("%ld frames of %zu become %ld of %zu", frames, from, scaled, to);
}

typedef snd_pcm_uframes_t scale_function(void *object, snd_pcm_uframes_t frames);

static void check_scaling(scale_function *scale, void *object, size_t from, size_t to)
{
	/* what gives more than LONG_MAX frames is left to test_counts_never_wrap */
	snd_pcm_sframes_t most = from < to ? (snd_pcm_sframes_t)((wide)LONG_MAX * (wide)from / (wide)to) : LONG_MAX;
	snd_pcm_sframes_t last = (snd_pcm_sframes_t)scale(object, (snd_pcm_uframes_t)-3000) - 1;
	uint32_t random = 5;

	assert_int_equal(scale(object, 0), 0);
	for (snd_pcm_uframes_t periods = 1; periods < 2000; periods++) {
		assert_int_equal(scale(object, periods * from), periods * to);
		assert_int_equal(scale(object, -(periods * from)), -(periods * to));
	}
	for (snd_pcm_sframes_t frames = -3000; frames <= 3000; frames++) {
		snd_pcm_sframes_t scaled = (snd_pcm_sframes_t)scale(object, (snd_pcm_uframes_t)frames);

		check_nearest(scaled, frames, to, from);
		assert_true(scaled >= last);
		last = scaled;
	}
	for (unsigned n = 0; n < 2000; n++) {
		uint64_t high = plug_random(&random), low = plug_random(&random);
		snd_pcm_sframes_t frames = (snd_pcm_sframes_t)((high << 32 | low) >> n % 62 & LONG_MAX);

		if (frames > most - 1)
			frames %= most;
		check_nearest((snd_pcm_sframes_t)scale(object, (snd_pcm_uframes_t)frames), frames, to, from);
		check_nearest((snd_pcm_sframes_t)scale(object, -(snd_pcm_uframes_t)frames), -frames, to, from);
	}
}

static void test_counts_of_frames(void **state)
{
	struct plug plug;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli_linear", NULL), 0);
	for (size_t pair = 0; pair < PAIRS; pair++) {
		init_ok(&plug, period_pairs[pair][0], period_pairs[pair][1], 1, S16, S16);
		check_scaling(plug.ops.input_frames, plug.object, period_pairs[pair][1], period_pairs[pair][0]);
		check_scaling(plug.ops.output_frames, plug.object, period_pairs[pair][0], period_pairs[pair][1]);
	}
	plug_close(&plug);
}

/* Where the result does not fit a signed count, it must not come out smaller, let alone negative. */
static void test_counts_never_wrap(void **state)
{
	struct plug plug;
	snd_pcm_sframes_t last = 0;
	unsigned wrapped = 0;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli_linear", NULL), 0);
	init_ok(&plug, 160, 480, 1, S16, S16);
	for (unsigned shift = sizeof(long) * CHAR_BIT - 2; shift > 0; shift--) {
		snd_pcm_sframes_t frames = LONG_MAX - (1L << shift) + 1;
		snd_pcm_sframes_t scaled = (snd_pcm_sframes_t)plug.ops.output_frames(plug.object,
										     (snd_pcm_uframes_t)frames);

		if (scaled < last && wrapped++ == 0)
			print_error("output_frames(%ld) is %ld, less than %ld for fewer frames\n", frames, scaled,
				    last);
		last = scaled;
	}
	plug_close(&plug);
	assert_int_equal(wrapped, 0);
}

/* ---- what is written ---------------------------------------------------- */

/* Twice from the same start onto different rubbish: what differs was not written. */
static void check_written(struct plug *plug, const size_t pair[2], unsigned channels, enum plug_layout layout)
{
	struct plug_side in, out, again;

	init_ok(plug, pair[0], pair[1], channels, S16, S16);
	plug_side_open(&in, S16, channels, pair[0], layout);
	plug_side_open(&out, S16, channels, pair[1], layout);
	plug_side_open(&again, S16, channels, pair[1], layout);
	for (unsigned period = 0; period < 3; period++) {
		plug->ops.reset(plug->object);
		plug_side_noise(&in, 0.25, period);
		plug_side_fill(&out, 0x00);
		plug_convert(plug, &out, &in);
		plug->ops.reset(plug->object);
		plug_side_fill(&again, 0xff);
		plug_convert(plug, &again, &in);
		assert_int_equal(plug_side_stray(&out, 0, pair[1]), 0);
		assert_int_equal(plug_side_stray(&again, 0, pair[1]), 0);
		for (unsigned c = 0; c < channels; c++)
			for (size_t i = 0; i < pair[1]; i++)
				if (plug_side_get(&out, c, i) != plug_side_get(&again, c, i))
					fail_msg("%zu to %zu frames, %s: frame %zu of channel %u is not written",
						 pair[0], pair[1], plug_layout_names[layout], i, c);
	}
	plug_side_close(&in);
	plug_side_close(&out);
	plug_side_close(&again);
}

static void test_every_frame_is_written(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		struct plug plug;

		assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
		for (size_t pair = 0; pair < PAIRS; pair++)
			check_written(&plug, period_pairs[pair], (unsigned)(1 + pair % 3),
				      (enum plug_layout)(pair / 3 % PLUG_LAYOUTS));
		check_written(&plug, period_pairs[16], 64, PLUG_INTERLEAVED);
		plug_close(&plug);
	}
	print_message("%zu pairs of periods\n", PAIRS);
}

/* Offsets in both buffers, as alsa-lib gives them while it walks around a ring. */
static void test_offsets(void **state)
{
	struct plug plug;
	struct plug_side in, out, ring_in, ring_out;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli_fast", NULL), 0);
	init_ok(&plug, 64, 70, 2, S16, S16);
	plug_side_open(&in, S16, 2, 64, PLUG_INTERLEAVED);
	plug_side_open(&out, S16, 2, 70, PLUG_INTERLEAVED);
	plug_side_open(&ring_in, S16, 2, 4 * 64, PLUG_ODD);
	plug_side_open(&ring_out, S16, 2, 4 * 70, PLUG_ODD);
	for (unsigned place = 0; place < 4; place++) {
		plug_side_noise(&in, 0.25, place);
		for (size_t i = 0; i < 64 * 2; i++)
			plug_side_put(&ring_in, i % 2, place * 64 + i / 2, plug_side_get(&in, i % 2, i / 2));
		plug.ops.reset(plug.object);
		plug_convert(&plug, &out, &in);
		plug.ops.reset(plug.object);
		plug_side_fill(&ring_out, 0x5a);
		plug.ops.convert(plug.object, ring_out.areas, place * 70, 70, ring_in.areas, place * 64, 64);
		assert_int_equal(plug_side_stray(&ring_out, place * 70, (place + 1) * 70), 0);
		for (size_t i = 0; i < 70 * 2; i++)
			assert_int_equal(plug_side_get(&ring_out, i % 2, place * 70 + i / 2),
					 plug_side_get(&out, i % 2, i / 2));
	}
	plug_side_close(&in);
	plug_side_close(&out);
	plug_side_close(&ring_in);
	plug_side_close(&ring_out);
	plug_close(&plug);
}

/* Expected: the announced period with silence for what was not given, then silence. */
static void check_wrong_counts(struct plug *plug, snd_pcm_format_t format, size_t in_count, size_t out_count)
{
	struct plug_side in, out, whole_in, whole_out;

	init_ok(plug, 64, 70, 2, format, format);
	plug_side_open(&in, format, 2, in_count, PLUG_INTERLEAVED);
	plug_side_open(&out, format, 2, out_count, PLUG_INTERLEAVED);
	plug_side_open(&whole_in, format, 2, 64, PLUG_INTERLEAVED);
	plug_side_open(&whole_out, format, 2, 70, PLUG_INTERLEAVED);
	plug_side_noise(&in, 0.25, 1);
	for (size_t i = 0; i < 64 * 2; i++)
		plug_side_put(&whole_in, i % 2, i / 2, i / 2 < in_count ? plug_side_get(&in, i % 2, i / 2) : 0);
	for (unsigned period = 0; period < 3; period++)
		plug_convert(plug, &whole_out, &whole_in);
	plug->ops.reset(plug->object);
	for (unsigned period = 0; period < 3; period++) {
		plug_side_fill(&out, 0x5a);
		plug_convert(plug, &out, &in);
		assert_int_equal(plug_side_stray(&out, 0, out_count), 0);
	}
	for (size_t i = 0; i < out_count * 2; i++)
		assert_int_equal(plug_side_get(&out, i % 2, i / 2),
				 i / 2 < 70 ? plug_side_get(&whole_out, i % 2, i / 2) : 0);
	plug_side_close(&in);
	plug_side_close(&out);
	plug_side_close(&whole_in);
	plug_side_close(&whole_out);
}

static void test_wrong_counts(void **state)
{
	static const size_t in_counts[] = { 0, 1, 63, 64, 65, 5000 }, out_counts[] = { 0, 1, 69, 70, 71, 5000 };

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		struct plug plug;

		assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
		for (unsigned i = 0; i < 6; i++)
			for (unsigned o = 0; o < 6; o++)
				check_wrong_counts(&plug, (i + o) % 2 ? SND_PCM_FORMAT_U8 : SND_PCM_FORMAT_S24_3BE,
						   in_counts[i], out_counts[o]);
		plug_close(&plug);
	}
}

/* alsa-lib's "no buffer": such a channel reads as silence, and nothing is written to it. */
static void test_null_areas(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		struct plug plug;
		struct plug_side in, out, whole;

		assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
		init_ok(&plug, 64, 70, 3, S16, S16);
		plug_side_open(&in, S16, 3, 64, PLUG_PLANAR);
		plug_side_open(&out, S16, 3, 70, PLUG_PLANAR);
		plug_side_open(&whole, S16, 3, 70, PLUG_PLANAR);
		plug_side_noise(&in, 0.25, 1);
		plug_convert(&plug, &whole, &in);
		plug.ops.reset(plug.object);
		plug_side_fill(&out, 0x5a);
		in.areas[1].addr = NULL;
		out.areas[0].addr = NULL;
		plug_convert(&plug, &out, &in);
		assert_int_equal(plug_side_stray(&out, 0, 70), 0);
		for (size_t i = 0; i < 70; i++) {
			assert_int_equal(plug_side_get(&out, 1, i), 0);
			assert_int_equal(plug_side_get(&out, 2, i), plug_side_get(&whole, 2, i));
		}
		/* more than a period into nothing at all */
		out.areas[1].addr = out.areas[2].addr = in.areas[0].addr = in.areas[2].addr = NULL;
		plug.ops.convert(plug.object, out.areas, 0, 500, in.areas, 0, 500);
		plug_side_close(&in);
		plug_side_close(&out);
		plug_side_close(&whole);
		plug_close(&plug);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_old_protocol_refused),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_adjust_pitch_disturbs_nothing),
		cmocka_unit_test(test_reset_silences_the_past),
		cmocka_unit_test(test_counts_of_frames),
		cmocka_unit_test(test_counts_never_wrap),
		cmocka_unit_test(test_every_frame_is_written),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_wrong_counts),
		cmocka_unit_test(test_null_areas),
	};

	plug_log_catch();
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
