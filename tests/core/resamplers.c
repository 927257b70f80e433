/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Laws of a conversion: cut anywhere it is the same, channels do not hear each
 * other, silence stays silence, and nothing is touched outside.
 */
#include "corehelp.h"
#include "preset.h"
#include "resampler.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct bli_format s16 = { 2, 16, false, false, false };

enum likeness { OTHER_PLAN, OTHER_TRANSFORMS, OTHER_ORDER, SAME, LIKENESSES };

/*
 * Whether two conversions of one ratio have the same stages, and sum in the same
 * order.  What a spectral stage transforms together depends on the period and
 * on the channels.
 */
static enum likeness compare_plans(const struct bli_resampler *a, const struct bli_resampler *b)
{
	enum likeness likeness = SAME;

	if (a->plan.stages != b->plan.stages)
		return OTHER_PLAN;
	for (unsigned i = 0; i < a->plan.stages; i++) {
		const struct bli_stage_plan *stage = &a->plan.stage[i], *other = &b->plan.stage[i];

		if (stage->filter.taps != other->filter.taps ||
		    stage->out_frames * b->plan.in_frames != other->out_frames * a->plan.in_frames)
			return OTHER_PLAN;
		/* a mirrored bank sums half of its outputs from the newest frame to the oldest */
		if (stage->kind == BLI_STAGE_SPECTRAL || other->kind == BLI_STAGE_SPECTRAL)
			likeness = OTHER_TRANSFORMS;
		else if (likeness == SAME && stage->banded.bank.mirrored != other->banded.bank.mirrored)
			likeness = OTHER_ORDER;
	}
	return likeness;
}

/*
 * How far two runs with the same input, −1 … 1, may differ.  Of sums below 4 in
 * another order; mirrored coefficients agree to 10⁻¹³ in double.  Of other
 * transforms: what the filter suppresses, and the rounding of both (see
 * transforms.c), of sizes below 2^14.
 */
static double most_difference(const struct bli_resampler *resampler, enum likeness likeness)
{
	const struct bli_requirement *requirement = &resampler->config.requirement;
	double epsilon = requirement->precision == BLI_FLOAT ? (double)FLT_EPSILON : DBL_EPSILON;

	if (likeness == SAME)
		return 0;
	if (likeness == OTHER_ORDER)
		return requirement->precision == BLI_FLOAT ? 16 * epsilon : 1e-13;
	return pow(10, -requirement->attenuation_db / 20) + 2 * (1 + 14) * epsilon;
}

/* One ratio in lowest terms, and the cycles of it that make a period. */
struct cut {
	const char *preset;
	size_t in, out;
	size_t cycles[6];	/* each divides CUT_CYCLES; 0 ends */
};

#define CUT_CYCLES 240

static const struct cut cuts[] = {
	{ "bli", 147, 160, { 3, 6, 30, 240, 1, 0 } },	/* 441:480, 882:960, 4410:4800, …; 147:160 */
	{ "bli", 160, 147, { 3, 6, 30, 240, 1, 0 } },
	{ "bli", 441, 160, { 1, 2, 10, 40, 0 } },
	{ "bli_best", 147, 160, { 3, 6, 30, 1, 0 } },
	{ "bli_best", 441, 160, { 1, 2, 10, 0 } },
	{ "bli_fast", 147, 160, { 3, 6, 30, 1, 0 } },
	{ "bli_linear", 147, 160, { 3, 6, 30, 1, 0 } },
	{ "bli_medium", 1, 3, { 1, 2, 5, 80, 240, 0 } },
	{ "bli", 3, 1, { 1, 2, 7 - 2, 80, 240, 0 } },
	{ "bli_best", 7, 5, { 1, 2, 3, 16, 80, 0 } },
	{ "bli", 1, 24, { 1, 2, 5, 80, 0 } },
};

/* How many samples differ by more than `most`, or at all if that is 0; raises *difference to the largest. */
static size_t count_differing(const double *a, const double *b, size_t count, double most, double *difference)
{
	size_t differing = 0;

	for (size_t n = 0; n < count; n++) {
		differing += most == 0 ? memcmp(&a[n], &b[n], sizeof(*a)) != 0 : !(fabs(a[n] - b[n]) <= most);
		*difference = fmax(*difference, fabs(a[n] - b[n]));
	}
	return differing;
}

/*
 * One long run equals the same run cut into other periods: bit for bit where
 * the stages are the same; to the rounding of a sum where one of them runs
 * backwards; to what the filter suppresses where one is spectral; not at all
 * where another plan, with another delay, is cheaper.
 */
static void check_cut(const struct cut *cut, const struct bli_kernel *kernel, unsigned channels,
		      unsigned seen[LIKENESSES], double difference[BLI_PRECISIONS])
{
	size_t out_count = CUT_CYCLES * cut->out * channels;
	double *in = core_noise(CUT_CYCLES * cut->in * channels, 11);
	double *expected = core_values(out_count), *out = core_values(out_count);
	struct bli_resampler reference;

	for (size_t i = 0; cut->cycles[i]; i++) {
		size_t cycles = cut->cycles[i], differing;
		struct bli_resampler_config config = core_config(cut->preset, cycles * cut->in, cycles * cut->out,
								 channels);
		struct bli_resampler resampler, *which = i ? &resampler : &reference;
		enum likeness likeness;

		config.kernel = kernel;
		core_open(which, &config);
		core_run(which, in, i ? out : expected, CUT_CYCLES / cycles);
		if (i == 0)
			continue;
		likeness = compare_plans(&reference, &resampler);
		seen[likeness]++;
		differing = likeness == OTHER_PLAN ? 0 :
			    count_differing(out, expected, out_count, most_difference(&resampler, likeness),
					    &difference[resampler.precision]);
		if ((likeness == OTHER_PLAN || likeness == OTHER_ORDER) && channels == 1)
			print_message("%s %s: %zu:%zu has %s than %zu:%zu\n", cut->preset, kernel->name,
				      config.in_frames, config.out_frames,
				      likeness == OTHER_PLAN ? "another plan" : "another order of sums",
				      cut->cycles[0] * cut->in, cut->cycles[0] * cut->out);
		if (differing)
			fail_msg("%s %s, %u channels: %zu:%zu differs from %zu:%zu in %zu of %zu samples", cut->preset,
				 kernel->name, channels, config.in_frames, config.out_frames, cut->cycles[0] * cut->in,
				 cut->cycles[0] * cut->out, differing, out_count);
		bli_resampler_close(&resampler);
	}
	bli_resampler_close(&reference);
	free(in);
	free(out);
	free(expected);
}

static void test_cut(void **state)
{
	const struct bli_kernel *kernel;
	double difference[BLI_PRECISIONS] = { 0 };
	unsigned seen[LIKENESSES] = { 0 };

	(void)state;
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (size_t i = 0; i < COUNT(cuts); i++)
			for (unsigned channels = 1; channels <= 3; channels++)
				check_cut(&cuts[i], kernel, channels, seen, difference);
	print_message("%u runs equal bit for bit, %u sum in another order, %u have other transforms, %u another plan; "
		      "differences %.1f dB (float) and %.1f dB (double)\n", seen[SAME], seen[OTHER_ORDER],
		      seen[OTHER_TRANSFORMS], seen[OTHER_PLAN], 20 * log10(difference[BLI_FLOAT]),
		      20 * log10(difference[BLI_DOUBLE]));
	assert_true(seen[SAME] > 10);
}

/* After a reset everything is as after opening, whatever was heard before. */
static void test_reset(void **state)
{
	static const char *const presets[] = { "bli", "bli_best", "bli_linear" };

	(void)state;
	for (size_t p = 0; p < COUNT(presets); p++)
		for (size_t i = 0; i < CORE_PAIRS; i++) {
			struct bli_resampler_config config = core_config(presets[p], core_pairs[i][0], core_pairs[i][1],
									 2);
			struct bli_resampler resampler;
			size_t periods = 1 + 3000 / (core_pairs[i][0] + core_pairs[i][1]),
			       count = periods * core_pairs[i][1] * 2;
			double *in = core_noise(periods * core_pairs[i][0] * 2, 12), *fresh = core_values(count),
			       *again = core_values(count);

			config.dither = BLI_DITHER_TPDF;
			core_open(&resampler, &config);
			core_run(&resampler, in, fresh, periods);
			for (size_t n = 0; n < periods * core_pairs[i][0] * 2; n++)
				in[n] = -in[n];
			core_run(&resampler, in, again, periods);
			for (size_t n = 0; n < periods * core_pairs[i][0] * 2; n++)
				in[n] = -in[n];
			bli_resampler_reset(&resampler);
			core_run(&resampler, in, again, periods);
			assert_memory_equal(again, fresh, count * sizeof(*again));
			bli_resampler_close(&resampler);
			free(in);
			free(fresh);
			free(again);
		}
}

/* Each of 1 … 64 channels gives what it gives alone, where the plan is that of one channel. */
static void test_channels(void **state)
{
	static const unsigned counts[] = { 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 33, 63, 64 };
	static const size_t ratios[][2] = { { 441, 480 }, { 441, 160 }, { 7, 5 }, { 128, 139 }, { 1, 6 } };
	unsigned compared = 0;

	(void)state;
	for (size_t r = 0; r < COUNT(ratios); r++)
		for (size_t c = 0; c < COUNT(counts); c++) {
			size_t channels = counts[c], in_frames = ratios[r][0], out_frames = ratios[r][1];
			size_t periods = 1 + 1500 / in_frames;
			double *in = core_noise(periods * in_frames * channels, 13),
			       *out = core_values(periods * out_frames * channels);
			double *mono_in = core_values(periods * in_frames),
			       *mono_out = core_values(periods * out_frames);
			struct bli_resampler_config config = core_config("bli", in_frames, out_frames, counts[c]);
			struct bli_resampler many, one;
			enum likeness likeness;

			core_open(&many, &config);
			core_run(&many, in, out, periods);
			config.channels = 1;
			core_open(&one, &config);
			likeness = compare_plans(&many, &one);
			for (size_t channel = 0; channel < channels && likeness >= OTHER_TRANSFORMS; channel++) {
				for (size_t n = 0; n < periods * in_frames; n++)
					mono_in[n] = in[n * channels + channel];
				bli_resampler_reset(&one);
				core_run(&one, mono_in, mono_out, periods);
				for (size_t n = 0; n < periods * out_frames; n++)
					if (!(fabs(mono_out[n] - out[n * channels + channel]) <=
					      most_difference(&one, likeness)))
						fail_msg("%zu:%zu: channel %zu of %zu is not as alone", in_frames,
							 out_frames, channel, channels);
				compared++;
			}
			bli_resampler_close(&one);
			bli_resampler_close(&many);
			free(in);
			free(out);
			free(mono_in);
			free(mono_out);
		}
	print_message("%u channels compared with mono\n", compared);
	assert_true(compared > 100);
}

/* Channels do not hear each other: one is loud, infinite or NaN, the others are silent. */
static void test_crosstalk(void **state)
{
	static const double loud[] = { 1, 1e30, INFINITY, NAN };
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
		for (unsigned channels = 2; channels <= 9; channels++)
			for (size_t l = 0; l < COUNT(loud); l++) {
				struct bli_resampler_config config = core_config("bli", 147, 160, channels);
				double *in = core_values(6 * 147 * channels), *out = core_values(6 * 160 * channels);
				unsigned speaker = channels / 2;

				config.kernel = kernel;
				for (size_t n = 0; n < 6 * 147; n++)
					in[n * channels + speaker] = loud[l];
				core_run_once(&config, in, out, 6);
				for (size_t n = 0; n < 6 * 160 * channels; n++)
					assert_true(n % channels == speaker || out[n] == 0);
				free(in);
				free(out);
			}
}

/*
 * A sample that is not a number counts as silence and changes nothing else: to the last bit the output is that of the
 * same stream with a 0 there.
 */
static void test_invalid(void **state)
{
	static const double invalid[] = { NAN, INFINITY, -INFINITY, 1e300 };
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
		for (size_t i = 0; i < COUNT(invalid); i++) {
			struct bli_resampler_config config = core_config(i % 2 ? "bli_best" : "bli", 441, 480, 2);
			double *in = core_noise(4 * 441 * 2, 21), *out = core_values(4 * 480 * 2);
			double *expected = core_values(4 * 480 * 2);
			struct bli_resampler resampler;

			config.kernel = kernel;
			in[2 * 441] = in[2 * 600 + 1] = 0;
			core_run_once(&config, in, expected, 4);
			in[2 * 441] = in[2 * 600 + 1] = invalid[i];
			core_open(&resampler, &config);
			core_run(&resampler, in, out, 4);
			assert_memory_equal(out, expected, 4 * 480 * 2 * sizeof(*out));
			assert_int_equal(resampler.invalid, 2);
			assert_true(resampler.peak < 1);
			bli_resampler_reset(&resampler);
			assert_int_equal(resampler.invalid, 2);
			bli_resampler_close(&resampler);
			free(in);
			free(out);
			free(expected);
		}
}

/*
 * Noise of a level: whether any output is not 0, and whether any is denormal, a number next to 0 that processors are
 * slow with.  In the first period there may be some, where the ends of two filters meet.
 */
static void find_tiny(const struct bli_resampler_config *config, double level, bool *denormal, bool *sounding)
{
	const size_t periods = 4, out_count = periods * config->out_frames * config->channels;
	double *in = core_noise(periods * config->in_frames * config->channels, 23), *out = core_values(out_count);
	const double normal = config->requirement.precision == BLI_FLOAT ? (double)FLT_MIN : DBL_MIN;

	for (size_t n = 0; n < periods * config->in_frames * config->channels; n++)
		in[n] *= level;
	core_run_once(config, in, out, periods);
	*denormal = *sounding = false;
	for (size_t n = 0; n < out_count; n++) {
		*sounding |= out[n] != 0;
		*denormal |= n >= out_count / periods && out[n] != 0 && fabs(out[n]) < normal;
	}
	free(in);
	free(out);
}

/*
 * A sound that dies away ends in silence: what is converted has no numbers with which processors are slow, neither
 * from below the least that counts nor from just above it.
 */
static void test_tiny(void **state)
{
	static const char *const presets[] = { "bli", "bli_best" };
	static const size_t pairs[][2] = { { 441, 480 }, { 882, 320 }, { 1024, 1115 } };
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
		for (size_t i = 0; i < COUNT(presets) * COUNT(pairs); i++) {
			const size_t *pair = pairs[i / COUNT(presets)];
			struct bli_resampler_config config = core_config(presets[i % COUNT(presets)], pair[0], pair[1],
									 2);
			double least = BLI_SAMPLE_MIN(core_value_size(config.requirement.precision));
			bool denormal, sounding;

			config.kernel = kernel;
			find_tiny(&config, least, &denormal, &sounding);
			assert_false(sounding);
			find_tiny(&config, 64 * least, &denormal, &sounding);
			assert_true(sounding);
			assert_false(denormal);
		}
}

/* Silence stays silence, and returns when the filter has run out, even after infinity and NaN. */
static void test_silence(void **state)
{
	static const double burst[] = { 0, 0.9, INFINITY, NAN };

	(void)state;
	for (size_t i = 0; i < CORE_PAIRS; i++)
		for (size_t b = 0; b < COUNT(burst); b++) {
			struct bli_resampler_config config = core_config("bli", core_pairs[i][0], core_pairs[i][1], 2);
			struct bli_resampler resampler;
			size_t loud = 3, wait, periods;
			double *in, *out;

			core_open(&resampler, &config);
			/* the response is twice as long as its delay, and ends within a period */
			wait = (size_t)(2 * bli_resampler_delay(&resampler)) / core_pairs[i][0] + 2;
			periods = loud + wait + 3;
			in = core_values(periods * core_pairs[i][0] * 2);
			out = core_values(periods * core_pairs[i][1] * 2);
			for (size_t n = 0; n < loud * core_pairs[i][0] * 2; n++)
				in[n] = burst[b];
			core_run(&resampler, in, out, periods);
			for (size_t n = burst[b] == 0 ? 0 : (loud + wait) * core_pairs[i][1] * 2;
			     n < periods * core_pairs[i][1] * 2; n++)
				if (out[n] != 0)
					fail_msg("%zu:%zu: %g long after %g", core_pairs[i][0], core_pairs[i][1],
						 out[n], burst[b]);
			bli_resampler_close(&resampler);
			free(in);
			free(out);
		}
}

/*
 * One period with other counts than a period's: missing input is silence,
 * excess input is ignored, excess output is silence, and nothing is read or
 * written beyond the counts: all areas end at guard pages.
 */
static void check_counts(const struct bli_resampler_config *config, size_t in_count, size_t out_count)
{
	size_t in_size = config->in_format.bytes, out_size = config->out_format.bytes, excess;
	size_t given = in_count < config->in_frames ? in_count : config->in_frames;
	struct core_guarded in[2], out[2], full_in[2], full_out[2], silence;
	struct bli_area in_area[2], out_area[2], full_in_area[2], full_out_area[2];
	struct bli_resampler resampler;
	uint64_t seed = 17;

	core_guard_end(&silence, (out_count + 1) * out_size, 1);
	bli_sample_silence(&config->out_format, silence.data, (ptrdiff_t)out_size, out_count + 1);
	for (size_t c = 0; c < 2; c++) {
		in_area[c] = (struct bli_area){ core_guard_end(&in[c], in_count * in_size, 1), (ptrdiff_t)in_size };
		out_area[c] = (struct bli_area){ core_guard_end(&out[c], out_count * out_size, 1),
						 (ptrdiff_t)out_size };
		full_in_area[c] = (struct bli_area){ core_guard_end(&full_in[c], config->in_frames * in_size, 1),
						     (ptrdiff_t)in_size };
		full_out_area[c] = (struct bli_area){ core_guard_end(&full_out[c], config->out_frames * out_size, 1),
						      (ptrdiff_t)out_size };
		for (size_t i = 0; i < in_count * in_size; i++)
			in[c].data[i] = (unsigned char)core_random(&seed);
		bli_sample_silence(&config->in_format, full_in[c].data, (ptrdiff_t)in_size, config->in_frames);
		memcpy(full_in[c].data, in[c].data, given * in_size);
		memset(out[c].data, 0x33, out_count * out_size);
	}
	core_open(&resampler, config);
	bli_resampler_convert(&resampler, out_area, out_count, in_area, in_count);
	bli_resampler_reset(&resampler);
	bli_resampler_convert(&resampler, full_out_area, config->out_frames, full_in_area, config->in_frames);
	bli_resampler_close(&resampler);
	excess = out_count > config->out_frames ? out_count - config->out_frames : 0;
	for (size_t c = 0; c < 2; c++) {
		assert_memory_equal(out[c].data, full_out[c].data, (out_count - excess) * out_size);
		if (excess)
			assert_memory_equal(out[c].data + config->out_frames * out_size, silence.data,
					    excess * out_size);
		core_guard_free(&in[c]);
		core_guard_free(&out[c]);
		core_guard_free(&full_in[c]);
		core_guard_free(&full_out[c]);
	}
	core_guard_free(&silence);
}

static void test_counts(void **state)
{
	static const struct bli_format u24 = { 3, 24, true, true, false };
	static const size_t some[][2] = { { 7, 5 }, { 441, 480 }, { 1, 24 }, { 48, 48 }, { 100, 33 }, { 128, 139 } };

	(void)state;
	for (size_t i = 0; i < COUNT(some); i++) {
		size_t in_frames = some[i][0], out_frames = some[i][1];
		struct bli_resampler_config config = core_config("bli_fast", in_frames, out_frames, 2);
		size_t in_counts[] = { 0, 1, in_frames - 1, in_frames, in_frames + 1, 2 * in_frames + 17 };
		size_t out_counts[] = { 0, 1, out_frames - 1, out_frames, out_frames + 1, 2 * out_frames + 17 };

		for (size_t a = 0; a < COUNT(in_counts); a++)
			for (size_t b = 0; b < COUNT(out_counts); b++) {
				config.in_format = config.out_format = u24;
				check_counts(&config, in_counts[a], out_counts[b]);
				config.in_format = s16;
				config.out_format = (struct bli_format){ 4, 32, false, false, true };
				check_counts(&config, in_counts[a], out_counts[b]);
			}
	}
}

/* Areas without memory: silence in, nothing out. */
static void test_no_memory_areas(void **state)
{
	struct bli_resampler_config config = core_config("bli", 441, 480, 2);
	double *in = core_noise(441, 18), *out = core_values(500), *alone = core_values(480), zero[480] = { 0 };
	struct bli_area in_area[2] = { { in, 8 }, { NULL, 0 } }, out_area[2] = { { NULL, 0 }, { out, 8 } };
	struct bli_resampler resampler;

	(void)state;
	out[0] = 1;
	core_open(&resampler, &config);
	bli_resampler_convert(&resampler, out_area, 480, in_area, 441);
	assert_memory_equal(out, zero, sizeof(zero));
	bli_resampler_convert(&resampler, out_area, 500, in_area, 300);
	assert_memory_equal(out, zero, sizeof(zero));
	assert_true(out[499] == 0);
	bli_resampler_reset(&resampler);
	bli_resampler_convert(&resampler, (struct bli_area[2]){ { out, 8 }, { alone, 8 } }, 480, in_area, 441);
	assert_memory_equal(alone, zero, sizeof(zero));
	assert_memory_not_equal(out, zero, sizeof(zero));
	bli_resampler_close(&resampler);
	free(in);
	free(out);
	free(alone);
}

/* What cannot be opened: -EINVAL, and the resampler is as a closed one. */
static void test_refusals(void **state)
{
	const struct bli_resampler_config good = core_config("bli", 441, 480, 2);
	struct bli_resampler_config bad[20];
	static const enum bli_config_fault faults[] = {
		BLI_CONFIG_IN_FRAMES, BLI_CONFIG_OUT_FRAMES, BLI_CONFIG_IN_FRAMES, BLI_CONFIG_RATIO, BLI_CONFIG_RATIO,
		BLI_CONFIG_CHANNELS, BLI_CONFIG_CHANNELS, BLI_CONFIG_IN_FORMAT, BLI_CONFIG_OUT_FORMAT, BLI_CONFIG_GAIN,
		BLI_CONFIG_GAIN, BLI_CONFIG_KERNEL, BLI_CONFIG_REQUIREMENT, BLI_CONFIG_REQUIREMENT, BLI_CONFIG_GAIN,
		BLI_CONFIG_OUT_FRAMES, BLI_CONFIG_GAIN, BLI_CONFIG_REQUIREMENT, BLI_CONFIG_REQUIREMENT,
		BLI_CONFIG_REQUIREMENT,
	};
	struct bli_resampler closed;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		bad[i] = good;
	bad[0].in_frames = 0;
	bad[1].out_frames = 0;
	bad[2].in_frames = BLI_PERIOD_FRAMES_MAX + 1;
	bad[3].out_frames = 441 * BLI_RATIO_MAX + 1;
	bad[4].in_frames = 480 * BLI_RATIO_MAX + 1;
	bad[5].channels = 0;
	bad[6].channels = BLI_CHANNELS_MAX + 1;
	bad[7].in_format.bytes = 5;
	bad[8].out_format.bits = 0;
	bad[9].gain = -1;
	bad[10].gain = NAN;
	bad[11].kernel = NULL;
	bad[12].requirement.attenuation_db = 10;
	bad[13].requirement.passband = 1.5;
	bad[14].gain = 0;
	bad[15].out_frames = SIZE_MAX;
	bad[16].gain = 2 * BLI_GAIN_MAX;
	bad[17].requirement.attenuation_db = NAN;
	bad[18].requirement.attenuation_db = 221;
	bad[19].requirement.phase = 101;
	memset(&closed, 0, sizeof(closed));
	assert_int_equal(bli_resampler_check(&good), BLI_CONFIG_VALID);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct bli_resampler resampler;

		memset(&resampler, 0x55, sizeof(resampler));
		assert_int_equal(bli_resampler_check(&bad[i]), faults[i]);
		assert_int_equal(bli_resampler_open(&resampler, &bad[i]), -EINVAL);
		if (memcmp(&resampler, &closed, sizeof(closed)) != 0)
			fail_msg("refusal %zu leaves the resampler unlike a closed one", i);
		bli_resampler_close(&resampler);
		bli_resampler_close(&resampler);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_crosstalk),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_tiny),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_no_memory_areas),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
