/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer target: whatever is asked of a stream, in any order and of any
 * counts, it keeps to its promises.  Seeds: tests/corpus/stream.
 *
 * An input is a program: how a stream is opened, then calls with their
 * parameters.  Memory is allocated to the byte, so that the address sanitizer
 * sees what is touched outside; canaries between the samples show writes
 * without it too.  Ratios that take long filters are passed over.
 */
#include "preset.h"
#include "promise.h"
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CALLS_MAX 60
#define COUNT_MAX 2000		/* frames per call */
#define RATIO_MAX 12
#define CANARY 0xa5

/* What is left of the input. */
struct bytes {
	const uint8_t *next, *end;
};

/* The next `count` bytes as a number; behind the end stand zeros. */
static uint64_t take(struct bytes *bytes, unsigned count)
{
	uint64_t number = 0;

	while (count--) {
		number <<= 8;
		if (bytes->next < bytes->end)
			number |= *bytes->next++;
	}
	return number;
}

static const struct bli_format formats[] = {
	{ 2, 16, false, false, false }, { 8, 64, false, false, true }, { 4, 32, false, false, false },
	{ 3, 24, false, false, false }, { 1, 8, true, false, false }, { 4, 24, false, true, false },
	{ 4, 32, false, false, true }, { 2, 16, true, true, false },
};

/* A count: small ones are likely, 0 too. */
static size_t take_count(struct bytes *bytes)
{
	uint64_t number = take(bytes, 2);

	return (size_t)((number & 0x1fff) >> (number >> 13)) % (COUNT_MAX + 1);
}

static struct bli_stream_config take_config(struct bytes *bytes)
{
	static const uint64_t rates[] = { 44100, 48000, 32000, 96000, 16000, 1, 3, 147 };
	static const char *const presets[] = { "bli_fast", "bli_medium", "bli_linear", "bli_best" };
	uint64_t choice = take(bytes, 1);
	struct bli_stream_config config = { .gain = 1 };
	unsigned kernels = 0;

	config.in_rate = choice & 1 ? take(bytes, 4) : rates[choice >> 1 & 7];
	config.out_rate = choice & 16 ? take(bytes, 4) : rates[choice >> 5 & 7];
	choice = take(bytes, 1);
	config.requirement = bli_preset_find(presets[choice & 3])->requirement;
	config.trimmed = choice & 4;
	config.channels = 1 + (choice >> 3 & 3);
	config.max_deviation = choice & 32 ? (double)take(bytes, 1) / 2560 : 0;
	config.dither = choice & 64 ? BLI_DITHER_TPDF : BLI_DITHER_NONE;
	config.block_frames = choice & 128 ? take_count(bytes) : 0;
	config.run_frames = 3 * config.block_frames;
	choice = take(bytes, 1);
	config.in_format = formats[choice & 7];
	config.out_format = formats[choice >> 3 & 7];
	while (bli_kernel_nth(kernels))
		kernels++;
	config.kernel = bli_kernel_nth((unsigned)(choice >> 6) % kernels);
	return config;
}

/* Interleaved samples with a byte between frames, to the byte; one of the channels may have none. */
struct side {
	unsigned char *memory;
	struct bli_area areas[4];
	size_t bytes, count, channels, sample_bytes;
};

static void open_side(struct side *side, const struct bli_format *format, size_t channels, size_t count,
		      unsigned without)
{
	side->channels = channels;
	side->count = count;
	side->sample_bytes = format->bytes;
	side->bytes = count ? count * (channels * format->bytes + 1) : 0;
	side->memory = malloc(side->bytes ? side->bytes : 1);
	REQUIRE(side->memory != NULL);
	memset(side->memory, CANARY, side->bytes);
	for (size_t c = 0; c < channels; c++)
		side->areas[c] = (struct bli_area){ c == without ? NULL : side->memory + c * format->bytes,
						    (ptrdiff_t)(channels * format->bytes + 1) };
}

/* Nothing between the samples, in channels without memory or behind `written` frames was touched. */
static void close_side(struct side *side, size_t written)
{
	size_t step = side->channels * side->sample_bytes + 1;

	for (size_t i = 0; i < side->bytes; i++) {
		size_t channel = i % step / side->sample_bytes;
		bool sample = i % step < step - 1 && side->areas[channel].samples;

		if (!sample || i / step >= written)
			REQUIRE(side->memory[i] == CANARY);
	}
	free(side->memory);
}

/* Any bits but those of a NaN or of something near overflow. */
static void fill_side(struct side *side, const struct bli_format *format, uint64_t seed)
{
	for (size_t c = 0; c < side->channels; c++)
		for (size_t n = 0; side->areas[c].samples && n < side->count; n++) {
			ptrdiff_t offset = (ptrdiff_t)n * side->areas[c].step;
			unsigned char *sample = (unsigned char *)side->areas[c].samples + offset;
			double value;

			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			value = (double)(int32_t)(seed >> 32) * 0x1p-31;
			if (format->is_float && format->bytes == 8)
				memcpy(sample, &value, 8);
			else if (format->is_float)
				memcpy(sample, &(float){ (float)value }, 4);
			else
				memcpy(sample, &seed, format->bytes);
		}
}

/* Where a stream stands. */
struct stand {
	int64_t frame;
	double fraction;
};

static struct stand stand_of(const struct bli_stream *stream)
{
	struct stand stand;

	bli_stream_position(stream, &stand.frame, &stand.fraction);
	REQUIRE(stand.fraction >= 0 && stand.fraction <= 1);
	return stand;
}

/* From `before` on, `written` output frames take the input time that the ratio and its deviation allow. */
static void check_pace(const struct bli_stream *stream, struct stand before, size_t written)
{
	const struct bli_stream_config *config = &stream->config;
	double step = (double)config->in_rate / (double)config->out_rate, most = config->max_deviation + 1e-9;
	struct stand now = stand_of(stream);
	double moved = (double)(now.frame - before.frame) + (now.fraction - before.fraction);

	REQUIRE(moved >= (double)written * step * (1 - most) - 1e-9);
	REQUIRE(moved <= (double)written * step * (1 + most) + 1e-9);
}

static void call_process(struct bli_stream *stream, struct bytes *bytes, uint64_t *taken)
{
	const struct bli_stream_config *config = &stream->config;
	size_t n_in = take_count(bytes), n_out = take_count(bytes), used, written;
	unsigned without = (unsigned)take(bytes, 1);
	uint64_t needed = bli_stream_needed(stream, n_out), available = bli_stream_available(stream, n_in);
	struct stand before = stand_of(stream);
	bool ended = stream->ended;
	struct side in, out;

	open_side(&in, &config->in_format, config->channels, n_in, without >> 4);
	open_side(&out, &config->out_format, config->channels, n_out, without & 15);
	fill_side(&in, &config->in_format, *taken + n_in);
	bli_stream_process(stream, in.areas, n_in, &used, out.areas, n_out, &written);
	REQUIRE(used == (ended ? 0 : needed < n_in ? needed : n_in));
	REQUIRE(written == (ended ? 0 : available < n_out ? available : n_out));
	*taken += used;
	check_pace(stream, before, written);
	free(in.memory);
	close_side(&out, written);
}

static void call_flush(struct bli_stream *stream, struct bytes *bytes)
{
	size_t n_out = take_count(bytes), written;
	struct stand before = stand_of(stream);
	struct side out;

	open_side(&out, &stream->config.out_format, stream->config.channels, n_out, 99);
	written = bli_stream_flush(stream, out.areas, n_out);
	REQUIRE(written <= n_out);
	check_pace(stream, before, written);
	close_side(&out, written);
	REQUIRE(written == n_out || bli_stream_flush(stream, NULL, 0) == 0);
}

static void call_deviate(struct bli_stream *stream, struct bytes *bytes)
{
	uint64_t bits = take(bytes, 8);
	double deviation, most = stream->config.max_deviation + 1e-12;
	uint32_t ramp = (uint32_t)take_count(bytes);

	/* half of them of a size that is meant */
	memcpy(&deviation, &bits, sizeof(deviation));
	if (bits & 1)
		deviation = (double)(int32_t)(bits >> 32) * 0x1p-31 * 0.12;
	bli_stream_set_deviation(stream, deviation, ramp);
	REQUIRE(fabs(bli_stream_deviation(stream)) <= most);
}

static void call_predict(struct bli_stream *stream, struct bytes *bytes)
{
	uint64_t count = take(bytes, 8);
	uint64_t needed, available;

	count >>= count % 64;
	needed = bli_stream_needed(stream, count);
	available = bli_stream_available(stream, count);
	/* so many are enough, and one less is not */
	if (count < UINT64_C(1) << 40) {
		REQUIRE(bli_stream_available(stream, needed) >= count);
		REQUIRE(needed == 0 || bli_stream_available(stream, needed - 1) < count);
		REQUIRE(bli_stream_needed(stream, available) <= count);
		REQUIRE(bli_stream_needed(stream, available + 1) > count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, data + size };
	struct bli_stream_config config = take_config(&bytes);
	struct bli_stream stream;
	uint64_t taken = 0;
	int error;

	if (config.in_rate > RATIO_MAX * config.out_rate || config.out_rate > RATIO_MAX * config.in_rate)
		if (bli_stream_check(&config) != BLI_STREAM_RATES && bli_stream_check(&config) != BLI_STREAM_RATIO)
			return 0;
	/* without a filter any terms are one block */
	if (config.requirement.method == BLI_METHOD_LINEAR && (config.in_rate > 100000 || config.out_rate > 100000))
		return 0;
	error = bli_stream_open(&stream, &config);
	REQUIRE(bli_stream_check(&config) == BLI_STREAM_VALID || error < 0);
	if (error)
		return 0;
	for (unsigned calls = 0; calls < CALLS_MAX && bytes.next < bytes.end; calls++)
		switch (take(&bytes, 1) % 8) {
		case 0:
			call_deviate(&stream, &bytes);
			break;
		case 1:
			call_predict(&stream, &bytes);
			break;
		case 2:
			bli_stream_reset(&stream, take(&bytes, 1) & 1);
			taken = 0;
			break;
		case 3:
			call_flush(&stream, &bytes);
			break;
		default:
			call_process(&stream, &bytes, &taken);
			REQUIRE(stream.ended || fabs((double)taken - (double)stand_of(&stream).frame -
						     stand_of(&stream).fraction - bli_stream_delay(&stream)) < 1e-9);
		}
	bli_stream_close(&stream);
	return 0;
}
