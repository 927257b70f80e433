/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What any stream must do, gliding or exact: the same however it is cut, what
 * it says it needs and gives, times and delays that agree, lengths, channels
 * apart from each other, a reset as new, formats, and errors.
 */
#include "streamhelp.h"
#include "heapspy.h"
#include "preset.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FRAMES 6000	/* of input */

/* Conversions of every kind. */
static const struct kind {
	const char *preset;
	uint64_t in_rate, out_rate;
	double max_deviation;
	size_t block_frames, run_frames;
	double phase;
	bool gliding;
} kinds[] = {
	{ "bli", 44100, 48000, 0, 0, 0, 50, false },
	{ "bli_fast", 48000, 44100, 0, 1000, 0, 50, false },
	{ "bli_best", 48000, 32000, 0, 0, 0, 0, false },
	{ "bli_linear", 44100, 48000, 0, 0, 0, 50, false },
	{ "bli", 48000, 48000, 0, 0, 0, 50, false },
	/* several blocks in a run; shorter than a vector; unchanged */
	{ "bli", 44100, 48000, 0, 0, 700, 50, false },
	{ "bli_best", 48000, 96000, 0, 450, 1300, 50, false },
	{ "bli_fast", 192000, 8000, 0, 0, 400, 50, false },
	{ "bli", 48000, 48000, 0, 0, 300, 50, false },
	{ "bli_fast", 44101, 47999, 0, 0, 0, 50, true },
	{ "bli", 44100, 48000, 0.001, 0, 0, 50, true },
	{ "bli_best", 48000, 44100, 0.001, 500, 0, 50, true },
	{ "bli_fast", 96000, 44100, 0.1, 0, 0, 25, true },
	{ "bli_medium", 96000, 16000, 0.001, 0, 0, 50, true },
	{ "bli_fast", 8000, 192000, 0.001, 0, 0, 50, true },
	{ "bli_fast", 48000, 48000, 0.001, 0, 0, 0, true },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void open_kind(struct bli_stream *stream, const struct kind *kind, unsigned channels, bool trimmed)
{
	struct bli_stream_config config = stream_config(kind->preset, kind->in_rate, kind->out_rate, channels,
							kind->max_deviation);

	config.block_frames = kind->block_frames;
	config.run_frames = kind->run_frames;
	config.trimmed = trimmed;
	config.requirement.phase = kind->phase;
	stream_open(stream, &config);
	assert_int_equal(stream->gliding, kind->gliding);
}

/* Output frames for `frames` input frames and what may be flushed, and some more. */
static size_t room_for(const struct bli_stream *stream, size_t frames)
{
	double ratio = (double)stream->config.out_rate / (double)stream->config.in_rate;

	return (size_t)((double)(frames + 20000) * ratio) + 1000;
}

/* The deviation changes with every 500th output frame. */
static void steer(struct bli_stream *stream, size_t n)
{
	if (n % 500 == 0)
		bli_stream_set_deviation(stream, n % 1000 ? -0.0007 : 0.0009, n % 2000 ? 300 : 0);
}

/* Convert in pieces of up to `largest` frames either side, checking what is predicted; the end is flushed. */
static size_t run_in_pieces(struct bli_stream *stream, const double *in, size_t in_count, double *out, size_t out_count,
			    size_t largest, uint64_t seed)
{
	size_t taken = 0, given = 0, idle = 0, written;

	while (idle < 100) {
		size_t n_in = core_random(&seed) % (largest + 1), n_out = core_random(&seed) % (largest + 1), used;
		struct bli_area from, to = { out + given, sizeof(*out) };
		uint64_t needed, available;
		int64_t frame;
		double fraction;

		steer(stream, given);
		if (n_in > in_count - taken)
			n_in = in_count - taken;
		if (n_out > 500 - given % 500)
			n_out = 500 - given % 500;
		if (n_out > out_count - given)
			n_out = out_count - given;
		needed = bli_stream_needed(stream, n_out);
		available = bli_stream_available(stream, n_in);
		from = (struct bli_area){ (double *)(uintptr_t)(in + taken), sizeof(*in) };
		bli_stream_process(stream, n_in ? &from : NULL, n_in, &used, n_out ? &to : NULL, n_out, &written);
		assert_int_equal(used, needed < n_in ? needed : n_in);
		assert_int_equal(written, available < n_out ? available : n_out);
		taken += used;
		given += written;
		bli_stream_position(stream, &frame, &fraction);
		assert_true(fraction >= 0 && fraction <= 1);
		assert_true(fabs((double)taken - (double)frame - fraction - bli_stream_delay(stream)) < 1e-9);
		idle = used || written || !(n_in || taken == in_count) ? 0 : idle + 1;
	}
	assert_int_equal(taken, in_count);
	do {
		size_t n_out = core_random(&seed) % (largest + 1) + 1;
		struct bli_area to = { out + given, sizeof(*out) };

		steer(stream, given);
		if (n_out > 500 - given % 500)
			n_out = 500 - given % 500;
		assert_true(given + n_out <= out_count);
		written = bli_stream_flush(stream, &to, n_out);
		assert_true(written <= n_out);
		given += written;
		if (written < n_out)
			break;
	} while (true);
	return given;
}

static void test_pieces(void **state)
{
	double *in = core_noise(FRAMES, 5);

	(void)state;
	for (size_t k = 0; k < KINDS; k++)
		for (int trimmed = 0; trimmed < 2; trimmed++) {
			static const size_t sizes[] = { 1, 7, 100, 3000 };
			struct bli_stream stream;
			double *whole, *pieces;
			size_t room, count;

			open_kind(&stream, &kinds[k], 1, trimmed);
			room = room_for(&stream, FRAMES);
			whole = core_values(room);
			pieces = core_values(room);
			count = run_in_pieces(&stream, in, FRAMES, whole, room, FRAMES, 1);
			for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
				bli_stream_reset(&stream, false);
				assert_int_equal(run_in_pieces(&stream, in, FRAMES, pieces, room, sizes[i], 2 + i),
						 count);
				assert_memory_equal(pieces, whole, count * sizeof(*whole));
			}
			free(whole);
			free(pieces);
			bli_stream_close(&stream);
		}
	free(in);
}

/* An exact stream in periods is a resampler. */
static void test_as_resampler(void **state)
{
	static double in[10 * 1029], expected[10 * 1120], out[10 * 1120];
	struct bli_stream_config config = stream_config("bli_best", 1029, 1120, 1, 0);
	struct bli_resampler_config other = core_config("bli_best", 1029, 1120, 1);
	struct bli_resampler resampler;
	struct bli_stream stream;
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < 10 * 1029; i++)
		in[i] = core_random_value(&seed);
	config.block_frames = 1029;
	stream_open(&stream, &config);
	core_open(&resampler, &other);
	core_run(&resampler, in, expected, 10);
	assert_int_equal(stream_run(&stream, in, 10 * 1029, out, 10 * 1120), 10 * 1120);
	assert_memory_equal(out, expected, sizeof(out));
	assert_true(fabs(bli_stream_delay(&stream) - bli_resampler_delay(&resampler)) < 1e-9);
	bli_stream_close(&stream);
	bli_resampler_close(&resampler);
}

/* n frames give n·out/in, ± 1, between the first time and the end. */
static void test_length(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 50, 147, 148, 1000, 5999 };
	double *in = core_noise(FRAMES, 5);

	(void)state;
	for (size_t k = 0; k < KINDS; k++)
		for (int trimmed = 0; trimmed < 2; trimmed++)
			for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
				const struct kind *kind = &kinds[k];
				double ratio = (double)kind->out_rate / (double)kind->in_rate, start, *out;
				struct bli_stream stream;
				struct bli_area to;
				size_t room, count, used, written;

				open_kind(&stream, kind, 1, trimmed);
				start = bli_stream_delay(&stream);
				assert_true(trimmed ? fabs(start) <= 0.5 / ratio : start >= 0);
				room = room_for(&stream, FRAMES);
				out = core_values(room);
				count = stream_run(&stream, in, lengths[i], out, room);
				to = (struct bli_area){ out + count, sizeof(*out) };
				count += bli_stream_flush(&stream, &to, room - count);
				if (trimmed && kind->phase == 50)
					assert_int_equal(count, (lengths[i] * kind->out_rate + kind->in_rate - 1) /
								kind->in_rate);
				else
					assert_true(fabs((double)count - ((double)lengths[i] + start) * ratio) <= 1);
				/* ended: nothing more, in or out, until it is reset */
				assert_int_equal(bli_stream_flush(&stream, &to, 10), 0);
				bli_stream_process(&stream, &to, 10, &used, &to, 10, &written);
				assert_int_equal(used + written, 0);
				free(out);
				bli_stream_close(&stream);
			}
	free(in);
}

/* A trimmed stream of linear phase: output frame k is the tone at k·in/out. */
static void test_trimmed(void **state)
{
	double in[FRAMES];

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		const struct kind *kind = &kinds[k];
		double step = (double)kind->in_rate / (double)kind->out_rate, frequency = 0.05 / fmax(step, 1);
		struct bli_stream stream;
		struct stream_time *times;
		struct stream_fit fit;
		double *out;
		size_t room, count;

		if (kind->phase != 50 || strcmp(kind->preset, "bli_linear") == 0)
			continue;
		for (size_t i = 0; i < FRAMES; i++)
			in[i] = sin(2 * M_PI * frequency * (double)i);
		open_kind(&stream, kind, 1, true);
		room = room_for(&stream, FRAMES);
		out = core_values(room);
		times = calloc(room, sizeof(*times));
		assert_non_null(times);
		count = stream_run(&stream, in, FRAMES, out, room);
		for (size_t n = 1; n < count; n++)
			times[n] = stream_later(times[n - 1], step);
		fit = stream_fit(out + count / 4, times + count / 4, count / 2, frequency);
		assert_true(fabs(fit.phase) < 1e-6 && fabs(fit.amplitude - 1) < 1e-4 && fit.residual < 1e-5);
		free(out);
		free(times);
		bli_stream_close(&stream);
	}
}

/* Three channels at once are what each is alone; a silent one is silent. */
static void test_channels(void **state)
{
	enum { CHANNELS = 3 };
	double *in[CHANNELS] = { core_noise(FRAMES, 1), core_values(FRAMES), core_noise(FRAMES, 2) };

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct bli_stream stream, single;
		struct bli_area from[CHANNELS], to[CHANNELS];
		double *out[CHANNELS], *alone;
		size_t room, used, written;

		open_kind(&stream, &kinds[k], CHANNELS, false);
		open_kind(&single, &kinds[k], 1, false);
		room = room_for(&stream, FRAMES);
		alone = core_values(room);
		for (size_t c = 0; c < CHANNELS; c++) {
			out[c] = core_values(room);
			from[c] = (struct bli_area){ in[c], sizeof(double) };
			to[c] = (struct bli_area){ out[c], sizeof(double) };
		}
		/* the last is dropped in the second half */
		bli_stream_process(&stream, from, FRAMES / 2, &used, to, room, &written);
		for (size_t c = 0; c < CHANNELS; c++) {
			bli_stream_reset(&single, false);
			assert_int_equal(stream_run(&single, in[c], FRAMES / 2, alone, room), written);
			for (size_t n = 0; n < written; n++)
				assert_true(fabs(out[c][n] - alone[n]) <= (c == 1 ? 0 : 1e-5));
		}
		for (size_t c = 0; c < CHANNELS; c++)
			free(out[c]);
		free(alone);
		bli_stream_close(&stream);
		bli_stream_close(&single);
	}
	for (size_t c = 0; c < CHANNELS; c++)
		free(in[c]);
}

/* A reset stream is a new one; silence in, silence out; a deviation that is kept is kept. */
static void test_reset(void **state)
{
	double *in = core_noise(FRAMES, 9), *silence = core_values(FRAMES);

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct bli_stream stream;
		double *first, *second;
		size_t room, count;

		open_kind(&stream, &kinds[k], 1, false);
		room = room_for(&stream, FRAMES);
		first = core_values(room);
		second = core_values(room);
		count = stream_run(&stream, in, FRAMES, first, room);
		bli_stream_set_deviation(&stream, 1e-4, 1000);
		stream_run(&stream, in, 333, second, room);
		bli_stream_reset(&stream, false);
		assert_true(bli_stream_deviation(&stream) == 0);
		assert_int_equal(stream_run(&stream, in, FRAMES, second, room), count);
		assert_memory_equal(first, second, count * sizeof(*first));
		bli_stream_reset(&stream, false);
		count = stream_run(&stream, silence, FRAMES, second, room);
		for (size_t n = 0; n < count; n++)
			assert_true(second[n] == 0);
		bli_stream_set_deviation(&stream, 5e-4, 0);
		bli_stream_reset(&stream, true);
		assert_true(fabs(bli_stream_deviation(&stream) - (kinds[k].max_deviation ? 5e-4 : 0)) < 1e-12);
		free(first);
		free(second);
		bli_stream_close(&stream);
	}
	free(in);
	free(silence);
}

static void test_deviation_range(void **state)
{
	struct bli_stream_config config = stream_config("bli_fast", 44100, 48000, 1, 0.002);
	struct bli_stream stream;

	(void)state;
	stream_open(&stream, &config);
	bli_stream_set_deviation(&stream, 1, 0);
	assert_true(fabs(bli_stream_deviation(&stream) - 0.002) < 1e-12);
	bli_stream_set_deviation(&stream, NAN, 0);
	assert_true(fabs(bli_stream_deviation(&stream) - 0.002) < 1e-12);
	bli_stream_set_deviation(&stream, -INFINITY, 0);
	assert_true(fabs(bli_stream_deviation(&stream) + 0.002) < 1e-12);
	bli_stream_close(&stream);
}

/* Ratios far from 1: a constant stays what it is. */
static void test_far_ratios(void **state)
{
	static const uint64_t rates[][2] = {
		{ 1, 256 }, { 256, 1 }, { 768, 1 }, { 1, 768 }, { 1000, 3001 }, { 44100, 173 },
	};
	enum { IN = 400000 };
	double *in = core_values(IN);

	(void)state;
	for (size_t i = 0; i < IN; i++)
		in[i] = 0.5;
	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++)
		for (int glides = 0; glides < 2; glides++) {
			struct bli_stream_config config = stream_config("bli_fast", rates[r][0], rates[r][1], 1,
									glides ? 0.001 : 0);
			struct bli_stream stream;
			size_t in_count = rates[r][0] < rates[r][1] ? 5000 : IN, room, count;
			double *out;

			config.trimmed = true;
			stream_open(&stream, &config);
			room = room_for(&stream, in_count);
			out = core_values(room);
			bli_stream_set_deviation(&stream, -0.001, 0);
			count = stream_run(&stream, in, in_count, out, room);
			assert_true(count > (size_t)((double)in_count * (double)rates[r][1] / (double)rates[r][0] / 2));
			for (size_t n = count / 2; n < count; n++)
				assert_true(fabs(out[n] - 0.5) < 1e-5);
			free(out);
			bli_stream_close(&stream);
		}
	free(in);
}

/* Sixteen bits in, 24 packed ones out: what doubles give, rounded; saturated samples are counted. */
static void test_formats(void **state)
{
	const struct bli_format s16 = { 2, 16, false, false, false }, s24 = { 3, 24, false, false, false };
	static int16_t in[2 * FRAMES];
	static unsigned char out[2 * 3 * 3 * FRAMES];
	double *values = core_values(FRAMES), *expected = core_values(3 * FRAMES);
	uint64_t seed = 8;

	(void)state;
	for (size_t i = 0; i < FRAMES; i++) {
		/* the second channel is beyond full scale with the gain of 2 */
		in[2 * i] = (int16_t)lrint(8000 * core_random_value(&seed));
		in[2 * i + 1] = 32000;
		values[i] = in[2 * i] / 32768.0;
	}
	for (int glides = 0; glides < 2; glides++) {
		struct bli_stream_config config = stream_config("bli_best", 44100, 48000, 2, glides ? 0.001 : 0);
		struct bli_stream_config reals = stream_config("bli_best", 44100, 48000, 1, glides ? 0.001 : 0);
		struct bli_area from[2] = { { in, 4 }, { in + 1, 4 } }, to[2] = { { out, 6 }, { out + 3, 6 } };
		struct bli_stream stream, real;
		size_t used, written;

		config.in_format = s16;
		config.out_format = s24;
		config.gain = reals.gain = 2;
		stream_open(&stream, &config);
		stream_open(&real, &reals);
		bli_stream_process(&stream, from, FRAMES, &used, to, 3 * FRAMES, &written);
		assert_int_equal(stream_run(&real, values, FRAMES, expected, 3 * FRAMES), written);
		assert_true(bli_stream_clipped(&stream) > written / 2 && bli_stream_clipped(&stream) < written);
		assert_true(bli_stream_peak(&stream) > 1.9);
		for (size_t n = 0; n < written; n++) {
			const unsigned char *p = out + 6 * n;
			int32_t sample = (int32_t)((uint32_t)(p[0] | p[1] << 8 | p[2] << 16) << 8) / 256;

			if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
				sample = (int32_t)((uint32_t)(p[2] | p[1] << 8 | p[0] << 16) << 8) / 256;
			assert_true(fabs(sample - expected[n] * 8388608) < 0.501);
		}
		bli_stream_close(&stream);
		bli_stream_close(&real);
	}
	free(values);
	free(expected);
}

/* Samples that are no numbers are counted and heard as silence; the rest is finite. */
static void test_invalid(void **state)
{
	double *in = core_noise(FRAMES, 5), *clean = core_noise(FRAMES, 5);
	double *out = core_values(2 * FRAMES), *expected = core_values(2 * FRAMES);

	(void)state;
	in[100] = NAN;
	in[2000] = INFINITY;
	in[2001] = -INFINITY;
	clean[100] = clean[2000] = clean[2001] = 0;
	for (int glides = 0; glides < 2; glides++) {
		struct bli_stream_config config = stream_config("bli", 44100, 48000, 1, glides ? 0.001 : 0);
		struct bli_stream stream;
		size_t count;

		stream_open(&stream, &config);
		count = stream_run(&stream, in, FRAMES, out, 2 * FRAMES);
		assert_int_equal(bli_stream_invalid(&stream), 3);
		bli_stream_reset(&stream, false);
		assert_int_equal(stream_run(&stream, clean, FRAMES, expected, 2 * FRAMES), count);
		assert_memory_equal(out, expected, count * sizeof(*out));
		assert_int_equal(bli_stream_invalid(&stream), 3);
		bli_stream_close(&stream);
	}
	free(in);
	free(clean);
	free(out);
	free(expected);
}

static void test_errors(void **state)
{
	const struct bli_stream_config good = stream_config("bli_fast", 44100, 48000, 1, 0.001);
	struct bli_stream_config config;
	struct bli_stream stream;

	(void)state;
	assert_int_equal(bli_stream_check(&good), BLI_STREAM_VALID);
#define EXPECT(CHANGE, FAULT)						\
	config = good;							\
	config.CHANGE;							\
	assert_int_equal(bli_stream_check(&config), FAULT);		\
	assert_int_equal(bli_stream_open(&stream, &config), -EINVAL);	\
	assert_null(stream.values)
	EXPECT(in_rate = 0, BLI_STREAM_RATES);
	EXPECT(out_rate = 0, BLI_STREAM_RATES);
	EXPECT(in_rate = 4294967291, BLI_STREAM_RATES);
	EXPECT(out_rate = 57, BLI_STREAM_RATIO);
	EXPECT(in_rate = 62, BLI_STREAM_RATIO);
	EXPECT(max_deviation = -1e-9, BLI_STREAM_DEVIATION);
	EXPECT(max_deviation = NAN, BLI_STREAM_DEVIATION);
	EXPECT(max_deviation = 0.11, BLI_STREAM_DEVIATION);
	EXPECT(requirement.method = BLI_METHOD_LINEAR, BLI_STREAM_DEVIATION);
	EXPECT(block_frames = BLI_PERIOD_FRAMES_MAX + 1, BLI_STREAM_BLOCK);
	EXPECT(channels = 0, BLI_STREAM_CHANNELS);
	EXPECT(channels = BLI_CHANNELS_MAX + 1, BLI_STREAM_CHANNELS);
	EXPECT(in_format.bits = 65, BLI_STREAM_IN_FORMAT);
	EXPECT(out_format.bytes = 9, BLI_STREAM_OUT_FORMAT);
	EXPECT(requirement.attenuation_db = NAN, BLI_STREAM_REQUIREMENT);
	EXPECT(gain = 0, BLI_STREAM_GAIN);
	EXPECT(gain = 2 * BLI_GAIN_MAX, BLI_STREAM_GAIN);
	EXPECT(kernel = NULL, BLI_STREAM_KERNEL);
	/* a straight line cannot glide, and a block of so many frames is too long */
	config = good;
	config.max_deviation = 0;
	config.requirement.method = BLI_METHOD_LINEAR;
	config.in_rate = BLI_PERIOD_FRAMES_MAX + 1;
	config.out_rate = BLI_PERIOD_FRAMES_MAX;
	assert_int_equal(bli_stream_check(&config), BLI_STREAM_RATES);
	assert_int_equal(bli_stream_open(&stream, &config), -EINVAL);
	/* images too wide for any interpolator */
	config = good;
	config.requirement.stopband = 2;
	config.requirement.attenuation_db = 200;
	assert_int_equal(bli_stream_check(&config), BLI_STREAM_VALID);
	assert_int_equal(bli_stream_open(&stream, &config), -EINVAL);
	bli_stream_close(&stream);
}

/* Nothing that runs touches the heap; an allocation that fails is reported, and nothing is left behind. */
static void test_heap(void **state)
{
	if (!HEAPSPY_POSSIBLE)
		skip();
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		double *in = core_noise(FRAMES, 5), *out;
		struct bli_stream stream;
		size_t room, allocations;

		open_kind(&stream, &kinds[k], 1, true);
		room = room_for(&stream, FRAMES);
		out = core_values(room);
		heapspy_start(0);
		run_in_pieces(&stream, in, FRAMES, out, room, 700, 5);
		bli_stream_reset(&stream, true);
		heapspy_stop();
		assert_int_equal(heapspy_calls(), 0);
		bli_stream_close(&stream);
		free(in);
		free(out);

		if (kinds[k].phase != 50)
			continue;
		struct bli_stream_config config = stream_config(kinds[k].preset, kinds[k].in_rate, kinds[k].out_rate, 1,
								kinds[k].max_deviation);

		heapspy_start(0);
		stream_open(&stream, &config);
		heapspy_stop();
		allocations = heapspy_allocations();
		bli_stream_close(&stream);
		for (unsigned long failing = 1; failing <= allocations; failing++) {
			int error;

			heapspy_start(failing);
			error = bli_stream_open(&stream, &config);
			heapspy_stop();
			assert_int_equal(error, -ENOMEM);
			assert_int_equal(heapspy_live(), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_as_resampler),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_trimmed),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_deviation_range),
		cmocka_unit_test(test_far_ratios),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_heap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
