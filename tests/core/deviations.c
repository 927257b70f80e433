/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The quality of streams whose ratio changes: tones, compared with the tone at
 * the exact times of the output frames, which are summed up here from what was
 * asked.  Deviations that are constant, ramps of ±300 ppm, sines of ±50 and
 * ±1000 ppm and steps of ±100 ppm; every preset, every kernel, several ratios,
 * other phases.  What is left beside the tone must stay as far below it as the
 * preset claims; `bli` and `bli_best` do better.
 */
#include "streamhelp.h"
#include "preset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define AMPLITUDE 0.9
#define WINDOW 3000		/* output frames looked at */
#define CHANGE 64		/* of them between changes of the deviation */

enum motion { CONSTANT, RAMP, SLOW_SINE, FAST_SINE, STEPS, MOTIONS };

/* The deviation to go to at output frame n, a multiple of CHANGE; over *ramp frames. */
static double deviation_at(enum motion motion, size_t n, uint32_t *ramp)
{
	*ramp = CHANGE;
	switch (motion) {
	case CONSTANT:
		return 300e-6;
	case RAMP:
		*ramp = WINDOW / 2;
		return n / (WINDOW / 2) % 2 ? -300e-6 : 300e-6;
	case SLOW_SINE:
		return 50e-6 * sin(2 * M_PI * (double)n / 2000);
	case FAST_SINE:
		return 1000e-6 * sin(2 * M_PI * (double)n / 777);
	default:
		*ramp = 0;
		return n / 320 % 2 ? -100e-6 : 100e-6;
	}
}

/*
 * Convert a tone of `frequency` cycles per input frame; values[count] and
 * times[count] become output frames and when they lie.
 */
static void convert_tone(struct bli_stream *stream, enum motion motion, double frequency, double *values,
			 struct stream_time *times, size_t count)
{
	const struct bli_stream_config *config = &stream->config;
	double step = (double)config->in_rate / (double)config->out_rate, from = 0, fraction;
	size_t in_count = (size_t)((double)count * step * 1.01) + 20000, in_used = 0;
	double *in = core_values(in_count);
	struct bli_area from_area = { in, sizeof(*in) };
	int64_t frame;

	for (size_t i = 0; i < in_count; i++)
		in[i] = AMPLITUDE * sin(2 * M_PI * fmod((double)i * frequency, 1));
	bli_stream_reset(stream, false);
	bli_stream_position(stream, &frame, &fraction);
	times[0] = (struct stream_time){ (double)frame, fraction };
	for (size_t n = 0, left = 0, used, written; n < count; n += written) {
		uint32_t ramp;
		double to = deviation_at(motion, n, &ramp);
		struct bli_area out = { values + n, sizeof(*values) };

		/* a long ramp is set once */
		if (!left) {
			bli_stream_set_deviation(stream, to, ramp);
			left = ramp > CHANGE ? ramp : CHANGE;
		}
		from_area.samples = in + in_used;
		bli_stream_process(stream, &from_area, in_count - in_used, &used, &out,
				   left < count - n ? left : count - n, &written);
		in_used += used;
		assert_true(written > 0);
		for (size_t k = 1; k <= written && n + k < count; k++) {
			double done = ramp ? (double)(ramp > CHANGE ? ramp - left + k : k) / ramp : 1;

			times[n + k] = stream_later(times[n + k - 1], step * (1 + from + (to - from) * fmin(done, 1)));
		}
		left -= written;
		if (!left)
			from = to;
	}
	free(in);
}

/* What a preset must reach with deviations: its claims, more where it is worth stating. */
struct demand {
	double snr_db, rejection_db;
};

static struct demand demand(const struct bli_preset *preset)
{
	struct demand demand = { preset->claim_snr_db, preset->claim_rejection_db };

	if (preset->requirement.precision == BLI_DOUBLE)
		demand.snr_db = 180;
	else if (demand.snr_db > 120)
		demand.snr_db = 128;
	return demand;
}

/* One tone at `place` of the lower Nyquist frequency. */
static void check_tone(struct bli_stream *stream, const struct bli_preset *preset, enum motion motion, double place)
{
	const struct bli_stream_config *config = &stream->config;
	static double *values;
	static struct stream_time *times;
	static size_t room;
	double ratio = (double)config->out_rate / (double)config->in_rate, frequency = place * fmin(1, ratio) / 2;
	size_t settle = (size_t)(2 * bli_stream_delay(stream) * ratio) + 1000;
	struct stream_fit fit;
	double rest_db, gain_db, most_db;

	if (settle + WINDOW > room) {
		room = settle + WINDOW;
		values = realloc(values, room * sizeof(*values));
		times = realloc(times, room * sizeof(*times));
	}
	convert_tone(stream, motion, frequency, values, times, settle + WINDOW);
	fit = stream_fit(values + settle, times + settle, WINDOW, frequency);
	rest_db = 20 * log10(fit.residual / (AMPLITUDE / sqrt(2)));
	gain_db = 20 * log10(fit.amplitude / AMPLITUDE);
	most_db = place <= 0.9 ? -demand(preset).snr_db : -demand(preset).rejection_db;
	if (!(rest_db <= most_db))
		fail_msg("%s, %s, %llu:%llu, phase %g, motion %d, tone at %g: rest at %.2f dB", config->kernel->name,
			 preset->name, (unsigned long long)config->in_rate, (unsigned long long)config->out_rate,
			 config->requirement.phase, motion, place, rest_db);
	if (place <= 0.8 * preset->claim_bandwidth)
		assert_true(fabs(gain_db) < 0.001);
	if (place <= preset->claim_bandwidth)
		assert_true(gain_db > -0.1);
	/* where every time is right, a linear phase leaves the tone's as it was, but for rounded coefficients */
	if (config->requirement.phase == 50 && place <= 0.9 && !(fabs(fit.phase) < 2 * pow(10, most_db / 20)))
		fail_msg("%s, %s, %llu:%llu, tone at %g: %g rad early", config->kernel->name, preset->name,
			 (unsigned long long)config->in_rate, (unsigned long long)config->out_rate, place, fit.phase);
}

static const double places[] = { 0.02, 0.31, 0.55, 0.77, 0.90, 0.98 };

/* Every kernel: every motion. */
static void test_motions(void **state)
{
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
			struct bli_stream_config config = stream_config(preset->name, 44100, 48000, 1, 0.002);
			struct bli_stream stream;

			if (preset->requirement.method != BLI_METHOD_SINC)
				continue;
			config.kernel = kernel;
			stream_open(&stream, &config);
			for (enum motion motion = CONSTANT; motion < MOTIONS; motion++)
				for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
					check_tone(&stream, preset, motion, places[i]);
			bli_stream_close(&stream);
		}
}

static const uint64_t rates[][2] = {
	{ 48000, 44100 }, { 48000, 48000 }, { 96000, 44100 }, { 48000, 16000 }, { 44100, 16000 }, { 8000, 48000 },
	{ 192000, 8000 }, { 44101, 47999 },
};

static void test_ratios(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++)
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
			struct bli_stream_config config = stream_config(preset->name, rates[r][0], rates[r][1], 1,
									0.002);
			struct bli_stream stream;

			if (preset->requirement.method != BLI_METHOD_SINC)
				continue;
			stream_open(&stream, &config);
			for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
				check_tone(&stream, preset, FAST_SINE, places[i]);
			bli_stream_close(&stream);
		}
}

/* Long blocks, whose sharp stages may be spectral, with every kernel. */
static void test_long_blocks(void **state)
{
	static const size_t blocks[] = { 441, 1024, 2822 };
	const struct bli_kernel *kernel;

	(void)state;
	for (unsigned k = 0; (kernel = bli_kernel_nth(k)); k++)
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
			for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++) {
				bool up = b % 2 == k % 2;
				struct bli_stream_config config = stream_config(preset->name, up ? 44100 : 48000,
										up ? 48000 : 44100, 1, 0.002);
				struct bli_stream stream;

				if (preset->requirement.method != BLI_METHOD_SINC)
					continue;
				config.kernel = kernel;
				config.block_frames = blocks[b];
				stream_open(&stream, &config);
				for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
					check_tone(&stream, preset, FAST_SINE, places[i]);
				bli_stream_close(&stream);
			}
}

/* Minimum and intermediate phase. */
static void test_phases(void **state)
{
	(void)state;
	for (unsigned phase = 0; phase < 50; phase += 25)
		for (int up = 0; up < 2; up++)
			for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
				struct bli_stream_config config = stream_config(preset->name, up ? 44100 : 96000,
										up ? 48000 : 44100, 1, 0.002);
				struct bli_stream stream;

				if (preset->requirement.method != BLI_METHOD_SINC)
					continue;
				config.requirement.phase = phase;
				stream_open(&stream, &config);
				for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
					check_tone(&stream, preset, FAST_SINE, places[i]);
				bli_stream_close(&stream);
			}
}

/* Tones beyond the output's band, down to which they would fold: as far below as claimed. */
static void test_rejection(void **state)
{
	enum { FRAMES = 30000 };
	double *in = core_values(FRAMES), *out = core_values(FRAMES);

	(void)state;
	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++)
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
			struct bli_stream_config config = stream_config(preset->name, rates[r][0], rates[r][1], 1,
									0.002);
			double ratio = (double)rates[r][1] / (double)rates[r][0];
			struct bli_stream stream;

			if (preset->requirement.method != BLI_METHOD_SINC || ratio > 1)
				continue;
			stream_open(&stream, &config);
			for (double place = 1.02; place * ratio < 0.999;
			     place = place < 1.1 ? place + 0.03 : place * 1.37) {
				double sum = 0;
				size_t count, first = (size_t)(2.5 * bli_stream_delay(&stream) * ratio);

				for (size_t i = 0; i < FRAMES; i++)
					in[i] = AMPLITUDE * sin(2 * M_PI * fmod((double)i * place * ratio / 2, 1));
				bli_stream_reset(&stream, false);
				bli_stream_set_deviation(&stream, 300e-6, 0);
				count = stream_run(&stream, in, FRAMES, out, FRAMES);
				first += (size_t)(2000 * ratio);
				assert_true(first + 200 < count);
				for (size_t i = first; i < count; i++)
					sum += out[i] * out[i];
				sum = 10 * log10(sum / (double)(count - first) / (AMPLITUDE * AMPLITUDE / 2));
				if (!(sum <= -preset->claim_rejection_db))
					fail_msg("%s, %g: tone at %g comes through at %.1f dB", preset->name, ratio,
						 place, sum);
			}
			bli_stream_close(&stream);
		}
	free(in);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motions),
		cmocka_unit_test(test_ratios),
		cmocka_unit_test(test_long_blocks),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_rejection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
