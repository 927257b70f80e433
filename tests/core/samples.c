/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCM samples to numbers and back, with every kernel in both precisions:
 * literal vectors, rounding, saturation.
 */
#include "samplehelp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* Four numbers as samples, the whole container as a number: −1, the most, one step below 0, and anything. */
struct vectors {
	unsigned char bits, bytes;
	double most, anything;	/* times full scale */
	uint32_t of_signed[4], of_unsigned[4];
};

static const struct vectors vectors[] = {
	{ 8, 1, 0x7f, 0x40, { 0x80, 0x7f, 0xff, 0x40 }, { 0, 0xff, 0x7f, 0xc0 } },
	{ 16, 2, 0x7fff, 0x1234, { 0x8000, 0x7fff, 0xffff, 0x1234 }, { 0, 0xffff, 0x7fff, 0x9234 } },
	{ 18, 3, 0x1ffff, 0x11234, { 0xfe0000, 0x1ffff, 0xffffff, 0x11234 }, { 0, 0x3ffff, 0x1ffff, 0x31234 } },
	{ 18, 4, 0x1ffff, 0x11234, { 0xfffe0000, 0x1ffff, 0xffffffff, 0x11234 }, { 0, 0x3ffff, 0x1ffff, 0x31234 } },
	{ 20, 3, 0x7ffff, 0x71234, { 0xf80000, 0x7ffff, 0xffffff, 0x71234 }, { 0, 0xfffff, 0x7ffff, 0xf1234 } },
	{ 20, 4, 0x7ffff, 0x71234, { 0xfff80000, 0x7ffff, 0xffffffff, 0x71234 }, { 0, 0xfffff, 0x7ffff, 0xf1234 } },
	{ 24, 3, 0x7fffff, 0x123456, { 0x800000, 0x7fffff, 0xffffff, 0x123456 }, { 0, 0xffffff, 0x7fffff, 0x923456 } },
	{ 24, 4, 0x7fffff, 0x123456, { 0xff800000, 0x7fffff, 0xffffffff, 0x123456 },
	  { 0, 0xffffff, 0x7fffff, 0x923456 } },
	/* the most that a float holds */
	{ 32, 4, 0x7fffff80, 0x12345600, { 0x80000000, 0x7fffff80, 0xffffffff, 0x12345600 },
	  { 0, 0xffffff80, 0x7fffffff, 0x92345600 } },
};

static void check_vector(const struct variant *variant, const struct bli_format *format, double wanted,
			 uint32_t container)
{
	const bool little = LITTLE != format->is_swapped;
	unsigned char sample[4], stored[4];
	double value[1], loaded[1], peak = 0;
	size_t clipped;

	assert_true(bli_format_valid(format));
	for (unsigned i = 0; i < format->bytes; i++)
		sample[little ? i : format->bytes - 1u - i] = (unsigned char)(container >> 8 * i);
	assert_int_equal(sample_load(variant, format, loaded, sample, format->bytes, 1), 0);
	core_put(variant->precision, value, 0, wanted);
	clipped = sample_store(variant, format, stored, format->bytes, value, 1, &peak);
	if (core_get(variant->precision, loaded, 0) != wanted || memcmp(stored, sample, format->bytes) != 0 ||
	    clipped || peak != fabs(wanted))
		fail_msg("%s, %u bits in %u bytes, %s, %s endian: %.10g is loaded as %.10g, stored as %02x…, peak "
			 "%.10g",
			 variant->kernel->name, format->bits, format->bytes,
			 format->is_unsigned ? "unsigned" : "signed", little ? "little" : "big", wanted,
			 core_get(variant->precision, loaded, 0), stored[0], peak);
	/* what stands above the sample does not count */
	for (unsigned bit = format->bits; bit < format->bytes * 8u; bit++)
		sample[little ? bit / 8 : format->bytes - 1 - bit / 8] ^= (unsigned char)(1 << bit % 8);
	sample_load(variant, format, loaded, sample, format->bytes, 1);
	assert_true(core_get(variant->precision, loaded, 0) == wanted);
}

static void check_vectors(const struct variant *variant, const struct vectors *row, bool is_unsigned, bool swapped)
{
	const struct bli_format format = { row->bytes, row->bits, is_unsigned, swapped, false };
	const uint32_t *containers = is_unsigned ? row->of_unsigned : row->of_signed;
	const double full_scale = ldexp(1, row->bits - 1);
	const double wanted[4] = { -1, row->most / full_scale, -1 / full_scale, row->anything / full_scale };

	for (size_t i = 0; i < COUNT(wanted); i++)
		check_vector(variant, &format, wanted[i], containers[i]);
	check_vector(variant, &format, 0, is_unsigned ? UINT32_C(1) << (row->bits - 1) : 0);
}

static void test_vectors(void **state)
{
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (size_t i = 0; i < COUNT(vectors); i++)
			for (int kind = 0; kind < 4; kind++)
				check_vectors(&variant, &vectors[i], kind & 1, kind & 2);
}

/* Sample `i` of `format`, sign extended, undone from its place in memory byte by byte. */
static int32_t sample_at(const struct bli_format *format, const unsigned char *samples, size_t i)
{
	uint32_t raw = 0, sign = UINT32_C(1) << (format->bits - 1);

	for (unsigned byte = 0; byte < format->bytes; byte++) {
		unsigned place = LITTLE != format->is_swapped ? byte : format->bytes - 1u - byte;

		raw |= (uint32_t)samples[i * format->bytes + byte] << 8 * place;
	}
	if (format->is_unsigned)
		raw -= sign;
	/* two's complement of the whole container, as sign-extended samples are */
	if (format->bytes < 4 && raw >> (8 * format->bytes - 1) & 1)
		raw |= ~UINT32_C(0) << 8 * format->bytes;
	return (int32_t)raw;
}

#define VALUES 4096

/* Values around whole steps, halves and quarters between them, and beyond full scale. */
static void test_rounding(void **state)
{
	static const double parts[] = { 0, 0.25, 0.5, 0.75, -0.5, 0.4990234375, 0.5009765625 };
	static double values[VALUES];
	static unsigned char samples[VALUES * 4];
	uint64_t seed = 1;
	struct variant variant;
	struct bli_format format;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (unsigned f = 0; each_format(f, &format); f++) {
			double scale = ldexp(1, format.bits - 1), peak = 0, largest = 0;
			size_t clipped = 0, counted;

			for (size_t i = 0; i < VALUES; i++) {
				double step = i % 2 ? core_random_value(&seed) * scale * 1.1
					      : (i % 4 ? scale : -scale) + (double)(i / 4 % 16) - 8;

				core_put(variant.precision, values, i, (rint(step) + parts[i % COUNT(parts)]) / scale);
			}
			counted = sample_store(&variant, &format, samples, format.bytes, values, VALUES, &peak);
			for (size_t i = 0; i < VALUES; i++) {
				double value = core_get(variant.precision, values, i), wanted = rint(value * scale);

				clipped += wanted < -scale || wanted > scale - 1;
				wanted = fmin(fmax(wanted, -scale), scale - 1);
				largest = fmax(largest, fabs(value));
				if (sample_at(&format, samples, i) != (int32_t)wanted)
					fail_msg("%s, %u bits in %u bytes: %.17g steps are stored as %d",
						 variant.kernel->name, format.bits, format.bytes, value * scale,
						 sample_at(&format, samples, i));
			}
			assert_int_equal(counted, clipped);
			assert_true(clipped > 100);
			assert_float_equal(peak, largest, largest * 0x1p-23);
		}
}

/* Infinities and NaN saturate; they hide no other value from the peak, which never falls. */
static void test_extremes(void **state)
{
	static const double values[] = { 0.5, NAN, 0.25, INFINITY, -INFINITY, 1e30, -1e30, -0.0 };
	double given[8], peak;
	unsigned char samples[8 * 4];
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++) {
		for (size_t i = 0; i < 8; i++)
			core_put(variant.precision, given, i, values[i]);
		for (size_t size = 0; size < COUNT(sample_sizes); size++) {
			struct bli_format format = { sample_sizes[size].bytes, sample_sizes[size].bits, false, false, false };
			int32_t most = (int32_t)((UINT32_C(1) << (format.bits - 1)) - 1), least = -most - 1;
			int32_t half = most / 2 + 1;
			int32_t expected[] = { half, least, half / 2, most, least, most, least, 0 };

			peak = 0;
			assert_int_equal(sample_store(&variant, &format, samples, format.bytes, given, 8, &peak), 5);
			assert_true(peak == (double)1e30f);
			for (size_t i = 0; i < 8; i++)
				assert_int_equal(sample_at(&format, samples, i), expected[i]);
			peak = 0;
			assert_int_equal(sample_store(&variant, &format, samples, format.bytes, given, 3, &peak), 1);
			assert_true(peak == 0.5);
			peak = 0.75;
			assert_int_equal(sample_store(&variant, &format, samples, format.bytes, given, 3, &peak), 1);
			assert_true(peak == 0.75);
			assert_int_equal(sample_store(&variant, &format, samples, format.bytes, given, 0, &peak), 0);
		}
	}
}

static void test_peak_of_reals(void **state)
{
	static const double values[] = { 0.5, NAN, 0.25, -0.75, -INFINITY };
	struct bli_format format = { 8, 64, false, false, true };
	double given[5], samples[5];
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++) {
		double peak = 0;

		for (size_t i = 0; i < 5; i++)
			core_put(variant.precision, given, i, values[i]);
		assert_int_equal(sample_store(&variant, &format, samples, 8, given, 2, &peak), 0);
		assert_true(peak == 0.5);
		assert_int_equal(sample_store(&variant, &format, samples, 8, given, 5, &peak), 0);
		assert_true(peak == 0.75);
	}
}

/* Load and store `frames` samples from bytes with sign extension, and compare. */
static void check_round_trip(const struct variant *variant, const struct bli_format *format,
			     const unsigned char *samples, size_t frames)
{
	static double values[65536];
	static unsigned char stored[65536 * 4];
	double peak = 0;

	sample_load(variant, format, values, samples, format->bytes, frames);
	assert_int_equal(sample_store(variant, format, stored, format->bytes, values, frames, &peak), 0);
	if (memcmp(samples, stored, frames * format->bytes) != 0)
		fail_msg("%s: %u bits in %u bytes do not survive", variant->kernel->name, format->bits, format->bytes);
}

/* Every sample of 8 and 16 bits, random ones of more, survive; in float as far as its 24 bits go. */
static void test_round_trip(void **state)
{
	static unsigned char samples[65536 * 4];
	uint64_t seed = 2;
	struct variant variant;
	struct bli_format format;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (unsigned f = 0; each_format(f, &format); f++) {
			uint32_t sign = UINT32_C(1) << (format.bits - 1);

			if (variant.precision == BLI_FLOAT && format.bits > 24)
				continue;
			for (size_t i = 0; i < 65536; i++) {
				uint32_t raw = format.bits > 16 ? (uint32_t)core_random(&seed) : (uint32_t)i;

				raw &= sign | (sign - 1);
				if (!format.is_unsigned)
					raw = (raw ^ sign) - sign;
				for (unsigned byte = 0; byte < format.bytes; byte++) {
					unsigned place = LITTLE != format.is_swapped ? byte : format.bytes - 1u - byte;

					samples[i * format.bytes + byte] = (unsigned char)(raw >> 8 * place);
				}
			}
			check_round_trip(&variant, &format, samples, 65536);
		}
}

/* Floats keep their bits, at any address. */
static void test_reals(void **state)
{
	static const double numbers[] = { 0.0, -0.0, 1.5, -0x1p-80, 123456, 0x1p100 };
	struct bli_format single = { 4, 32, false, false, true }, twofold = { 8, 64, false, false, true };
	unsigned char samples[6 * 9 + 1], stored[6 * 9 + 1];
	double values[6], peak = 0;
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++) {
		memset(samples, 0x55, sizeof(samples));
		for (size_t i = 0; i < 6; i++) {
			float number = (float)numbers[i];

			memcpy(samples + 1 + 9 * i, &number, 4);
		}
		memcpy(stored, samples, sizeof(stored));
		sample_load(&variant, &single, values, samples + 1, 9, 6);
		for (size_t i = 0; i < 6; i++)
			assert_true(core_get(variant.precision, values, i) == numbers[i]);
		sample_store(&variant, &single, stored + 1, 9, values, 6, &peak);
		assert_memory_equal(stored, samples, sizeof(samples));
		for (size_t i = 0; i < 6; i++)
			memcpy(samples + 1 + 9 * i, &numbers[i], 8);
		memcpy(stored, samples, sizeof(stored));
		sample_load(&variant, &twofold, values, samples + 1, 9, 6);
		sample_store(&variant, &twofold, stored + 1, 9, values, 6, &peak);
		assert_memory_equal(stored, samples, sizeof(samples));
	}
}

/* A float or double to memory in either byte order. */
static void put_real(const struct bli_format *format, unsigned char *sample, double number)
{
	unsigned char bytes[8];
	float single = (float)number;

	if (format->bytes == sizeof(single))
		memcpy(bytes, &single, sizeof(single));
	else
		memcpy(bytes, &number, sizeof(number));
	for (unsigned i = 0; i < format->bytes; i++)
		sample[i] = bytes[format->is_swapped ? format->bytes - 1u - i : i];
}

/* Numbers at every third place, what is none between them: all that is loaded is numbers and zeros, and counted. */
static void check_invalid(const struct variant *variant, const struct bli_format *format, ptrdiff_t step, size_t frames)
{
	const double invalid[] = { NAN, -NAN, INFINITY, -INFINITY, 1.0001 * BLI_SAMPLE_MAX, -1e38,
				   format->bytes == 8 ? 1e300 : 1e37 };
	unsigned char samples[200 * 24] = { 0 };
	double values[200];
	size_t expected = 0;

	for (size_t i = 0; i < frames; i++) {
		expected += i % 3 != 1;
		put_real(format, samples + (ptrdiff_t)i * step,
			 i % 3 == 1 ? (double)i + 0.5 : invalid[i % COUNT(invalid)]);
	}
	assert_int_equal(sample_load(variant, format, values, samples, step, frames), expected);
	for (size_t i = 0; i < frames; i++)
		assert_true(core_get(variant->precision, values, i) == (i % 3 == 1 ? (double)i + 0.5 : 0));
}

/* Floats of both sizes and byte orders, in every layout: what is no number, or beyond all sums, becomes silence. */
static void test_invalid(void **state)
{
	static const size_t frames[] = { 1, 2, 3, 63, 64, 65, 128, 200 };
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (unsigned char bytes = 4; bytes <= 8; bytes += 4)
			for (int swapped = 0; swapped < 2; swapped++)
				for (int channels = 1; channels <= 3; channels++)
					for (size_t f = 0; f < COUNT(frames); f++) {
						struct bli_format format = { bytes, (unsigned char)(8 * bytes), false,
									     swapped, true };

						check_invalid(&variant, &format, channels * bytes, frames[f]);
					}
}

/*
 * Numbers around the smallest that count, down to the smallest that there are: those below it are loaded as 0, the
 * others as they are.  Neither is counted as invalid.
 */
static void check_tiny(const struct variant *variant, const struct bli_format *format, size_t channels)
{
	const double least = BLI_SAMPLE_MIN(core_value_size(variant->precision));
	const double numbers[] = { least, 1, -least, 0.999999 * least, 0x1p-1074, -0.999999 * least, 0x1p-149, 0.5 };
	unsigned char samples[200 * 16] = { 0 };
	double values[200];

	for (size_t i = 0; i < 200; i++)
		put_real(format, samples + i * channels * format->bytes, numbers[i % COUNT(numbers)]);
	assert_int_equal(sample_load(variant, format, values, samples, (ptrdiff_t)channels * format->bytes, 200), 0);
	for (size_t i = 0; i < 200; i++) {
		double number = numbers[i % COUNT(numbers)], value = core_get(variant->precision, values, i);

		if (format->bytes == sizeof(float))
			number = (double)(float)number;
		assert_true(value == (fabs(number) < least ? 0 : number));
	}
}

static void test_tiny(void **state)
{
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (unsigned char bytes = 4; bytes <= 8; bytes += 4)
			for (int swapped = 0; swapped < 2; swapped++)
				for (size_t channels = 1; channels <= 2; channels++) {
					struct bli_format format = { bytes, (unsigned char)(8 * bytes), false, swapped,
								     true };

					check_tiny(&variant, &format, channels);
				}
}

/* Reversed floats are loaded and stored as the others are. */
static void test_swapped_reals(void **state)
{
	struct variant variant;

	(void)state;
	for (unsigned n = 0; each_variant(n, &variant); n++)
		for (unsigned char bytes = 4; bytes <= 8; bytes += 4) {
			struct bli_format format = { bytes, (unsigned char)(8 * bytes), false, true, true };
			unsigned char samples[8 * 150], stored[8 * 150];
			double values[150], peak = 0;

			for (size_t i = 0; i < 150; i++)
				put_real(&format, samples + i * bytes, (double)i * 0.125 - 9);
			assert_int_equal(sample_load(&variant, &format, values, samples, bytes, 150), 0);
			for (size_t i = 0; i < 150; i++)
				assert_true(core_get(variant.precision, values, i) == (double)i * 0.125 - 9);
			assert_int_equal(sample_store(&variant, &format, stored, bytes, values, 150, &peak), 0);
			assert_memory_equal(stored, samples, 150u * bytes);
			assert_true(peak == 9.625);
		}
}

static void test_silence(void **state)
{
	struct bli_format format;

	(void)state;
	for (unsigned f = 0; each_format(f, &format); f++) {
		unsigned char samples[2 * 4 * 5];

		memset(samples, 0x55, sizeof(samples));
		bli_sample_silence(&format, samples, 2 * format.bytes, 5);
		for (size_t i = 0; i < 10; i += 2)
			assert_int_equal(sample_at(&format, samples, i), 0);
		for (size_t i = 1; i < 10; i += 2)
			for (unsigned byte = 0; byte < format.bytes; byte++)
				assert_int_equal(samples[i * format.bytes + byte], 0x55);
	}
	for (unsigned char bytes = 4; bytes <= 8; bytes += 4) {
		unsigned char samples[16], expected[16] = { 0 };

		format = (struct bli_format){ bytes, (unsigned char)(8 * bytes), false, false, true };
		memset(samples, 0x55, sizeof(samples));
		memset(expected + bytes, 0x55, sizeof(expected) - bytes);
		bli_sample_silence(&format, samples, bytes, 1);
		assert_memory_equal(samples, expected, sizeof(samples));
	}
}

static void test_valid(void **state)
{
	static const struct { struct bli_format format; bool valid; } cases[] = {
		{ { 1, 8, true, true, false }, true }, { { 4, 1, false, false, false }, true },
		{ { 4, 32, false, false, true }, true }, { { 8, 64, false, false, true }, true },
		{ { 0, 0, false, false, false }, false }, { { 1, 0, false, false, false }, false },
		{ { 1, 9, false, false, false }, false }, { { 5, 32, false, false, false }, false },
		{ { 8, 64, false, false, false }, false }, { { 8, 32, false, false, true }, false },
		{ { 4, 32, true, false, true }, false }, { { 4, 32, false, true, true }, true },
		{ { 2, 16, false, false, true }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(bli_format_valid(&cases[i].format), cases[i].valid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_peak_of_reals),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_tiny),
		cmocka_unit_test(test_swapped_reals),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
