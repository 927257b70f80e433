/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every claim of the preset table, measured from outside: through the plugin as
 * alsa-lib calls it, 32-bit samples in and out, at the conversions and the pairs
 * of periods that people have.  One test is one converter at one conversion.
 *
 * BLI_CLAIMS=NAME restricts the run to one converter.
 */
#include "measure/measure.h"
#include "measure/ratehost.h"
#include "preset.h"
#include "resampler.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct conversion {
	const char *name;
	unsigned in_rate_hz, out_rate_hz;
	size_t in_period_frames, out_period_frames;
};

/* exact periods of 10, 20 or 40 ms, then pairs of 44.1 → 48 kHz */
static const struct conversion conversions[] = {
	{ "44.1->48", 44100, 48000, 441, 480 },
	{ "48->44.1", 48000, 44100, 480, 441 },
	{ "44.1->16", 44100, 16000, 441, 160 },
	{ "44.1->8", 44100, 8000, 441, 80 },
	{ "48->16", 48000, 16000, 480, 160 },
	{ "16->48", 16000, 48000, 160, 480 },
	{ "22.05->48", 22050, 48000, 441, 960 },
	{ "41->16", 41000, 16000, 410, 160 },
	{ "11.025->8", 11025, 8000, 441, 320 },
	{ "96->44.1", 96000, 44100, 960, 441 },
	{ "192->48", 192000, 48000, 1920, 480 },
	{ "8->192", 8000, 192000, 80, 1920 },
	{ "44.1->48 1024:1115", 44100, 48000, 1024, 1115 },
	{ "44.1->48 1024:1114", 44100, 48000, 1024, 1114 },
	{ "44.1->48 5512:6000", 44100, 48000, 5512, 6000 },
	{ "44.1->48 128:139", 44100, 48000, 128, 139 },
	{ "44.1->48 64:70", 44100, 48000, 64, 70 },
};

#define CONVERSIONS (sizeof(conversions) / sizeof(conversions[0]))

/* The claims hold for every phase: these are linear, minimum and intermediate. */
static const long phases[] = { BLI_PHASE_LINEAR, BLI_PHASE_MINIMUM, BLI_PHASE_INTERMEDIATE };

#define PHASES (sizeof(phases) / sizeof(phases[0]))

/* And for any number of channels: each conversion meets each of these, with one of the phases. */
static const unsigned channel_counts[] = { 1, 2, 6 };

struct claim {
	const struct bli_preset *preset;
	const struct conversion *conversion;
	long phase;
	unsigned channels;
};

struct measured {
	struct bli_ratehost *host;
	const struct conversion *conversion;
	unsigned channels;
	bool differ;		/* channels with the same input have had different output */
};

/* The same signal in every channel: all must come out alike. */
static int run_host(void *context, const double *in, double *out, size_t periods)
{
	struct measured *measured = context;
	size_t in_frames = periods * measured->conversion->in_period_frames;
	size_t out_frames = periods * measured->conversion->out_period_frames;
	double *in_all, *out_all;
	int error;

	bli_ratehost_reset(measured->host);
	if (measured->channels == 1)
		return bli_ratehost_convert(measured->host, in, out, periods);
	in_all = malloc(measured->channels * in_frames * sizeof(*in_all));
	out_all = malloc(measured->channels * out_frames * sizeof(*out_all));
	assert_true(in_all && out_all);
	for (unsigned channel = 0; channel < measured->channels; channel++)
		memcpy(in_all + channel * in_frames, in, in_frames * sizeof(*in));
	error = bli_ratehost_convert(measured->host, in_all, out_all, periods);
	memcpy(out, out_all, out_frames * sizeof(*out));
	for (unsigned channel = 1; channel < measured->channels; channel++)
		measured->differ |= memcmp(out, out_all + channel * out_frames, out_frames * sizeof(*out)) != 0;
	free(in_all);
	free(out_all);
	return error;
}

/* converter { name "…" phase … } */
static snd_config_t *make_config(const char *name, long phase)
{
	snd_config_t *config, *entry;

	assert_int_equal(snd_config_make_compound(&config, "converter", 0), 0);
	assert_int_equal(snd_config_imake_string(&entry, "name", name), 0);
	assert_int_equal(snd_config_add(config, entry), 0);
	assert_int_equal(snd_config_imake_integer(&entry, "phase", phase), 0);
	assert_int_equal(snd_config_add(config, entry), 0);
	return config;
}

static void open_converter(struct measured *measured, struct bli_system *system, const char *name,
			   const struct conversion *conversion, unsigned channels, long phase)
{
	snd_config_t *config = phase == BLI_PHASE_LINEAR ? NULL : make_config(name, phase);
	struct bli_ratehost_setup setup = {
		.in_rate_hz = conversion->in_rate_hz,
		.out_rate_hz = conversion->out_rate_hz,
		.in_period_frames = conversion->in_period_frames,
		.out_period_frames = conversion->out_period_frames,
		.channels = channels,
		.in_format = SND_PCM_FORMAT_S32,
		.out_format = SND_PCM_FORMAT_S32,
	};
	char message[200];

	*measured = (struct measured){ .conversion = conversion, .channels = channels };
	if (bli_ratehost_open(&measured->host, name, config, message, sizeof(message)) < 0)
		fail_msg("%s", message);
	if (config)
		snd_config_delete(config);
	assert_int_equal(bli_ratehost_init(measured->host, &setup), 0);
	*system = (struct bli_system){
		.run = run_host,
		.context = measured,
		.in_period_frames = conversion->in_period_frames,
		.out_period_frames = conversion->out_period_frames,
		.settle_frames = 1024,
		.window_frames = 4096,
		.amplitude = 0.891,
	};
}

/* What the converter says of a quantity in its dump: the number behind `label`. */
static double stated(struct bli_ratehost *host, const char *label)
{
	snd_output_t *buffer;
	char *text, *place;
	size_t length;
	double value;

	assert_int_equal(snd_output_buffer_open(&buffer), 0);
	bli_ratehost_dump(host, buffer);
	snd_output_putc(buffer, '\0');
	length = snd_output_buffer_string(buffer, &text);
	assert_true(length > 0);
	place = strstr(text, label);
	assert_non_null(place);
	value = strtod(place + strlen(label), NULL);
	snd_output_close(buffer);
	return value;
}

/*
 * With linear phase the delay is a whole number of input frames plus one of output frames, so the
 * rounded figure of the dump stands for one multiple of 1/out_period_frames.
 */
static double stated_delay(struct bli_ratehost *host, const struct conversion *conversion, long phase)
{
	double said = stated(host, "delay:"), out_frames = (double)conversion->out_period_frames;

	return phase == BLI_PHASE_LINEAR ? round(said * out_frames) / out_frames : said;
}

/*
 * Worst suppression beyond the lower Nyquist frequency, from 1.02 of it up, in dB below the input tone.  Downwards a
 * stage before the last may let pass what lies about a multiple of the rate that it goes to: 3/2 or 2 times the lower
 * rate, or that doubled, so tones are tried on either side of every multiple of 3 and 4 Nyquist frequencies, too.
 * (Upwards all images of a tone are in one measurement.)
 */
static double worst_rejection(const struct bli_system *system)
{
	static const double near[] = { 1.02, 1.025, 1.03, 1.05, 1.1, 1.2, 1.5, 1.9 };
	static const double multiples[] = { 3, 4, 6, 8, 12, 16, 24, 32, 48 };
	static const double beside[] = { -0.95, -0.4, -0.02, 0.3, 0.9 };
	double ratio = (double)system->in_period_frames / (double)system->out_period_frames, worst = 1000, level;

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]) && !(ratio > 1 && near[i] >= ratio); i++) {
		assert_int_equal(bli_measure_rejection(system, near[i], &level), 0);
		worst = fmin(worst, -level);
	}
	for (size_t m = 0; m < sizeof(multiples) / sizeof(multiples[0]); m++)
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
			if (multiples[m] + beside[i] >= ratio)
				continue;
			assert_int_equal(bli_measure_rejection(system, multiples[m] + beside[i], &level), 0);
			worst = fmin(worst, -level);
		}
	return worst;
}

/* What sums in double precision are worth without the rounding of 32-bit integers. */
#define FLOAT64_CLAIM_DB 190

static int run_resampler(void *context, const double *in, double *out, size_t periods)
{
	struct bli_resampler *resampler = context;
	size_t in_frames = resampler->config.in_frames, out_frames = resampler->config.out_frames;

	bli_resampler_reset(resampler);
	for (size_t period = 0; period < periods; period++) {
		const struct bli_area from = { (void *)(in + period * in_frames), sizeof(*in) };
		const struct bli_area to = { out + period * out_frames, sizeof(*out) };

		bli_resampler_convert(resampler, &to, out_frames, &from, in_frames);
	}
	return 0;
}

/* ALSA's rate plugins take integers only: 64-bit floats are for programs that use the core. */
static void check_float64(const struct claim *claim, size_t settle_frames)
{
	static const struct bli_format float64 = { .bytes = 8, .bits = 64, .is_float = true };
	const struct bli_resampler_config config = {
		.in_frames = claim->conversion->in_period_frames, .out_frames = claim->conversion->out_period_frames,
		.channels = 1, .in_format = float64, .out_format = float64, .gain = 1,
		.requirement = claim->preset->requirement, .kernel = bli_kernel_find(getenv("BLI_KERNEL")),
	};
	struct bli_resampler resampler;
	const struct bli_system system = {
		.run = run_resampler,
		.context = &resampler,
		.in_period_frames = config.in_frames,
		.out_period_frames = config.out_frames,
		.settle_frames = settle_frames,
		.window_frames = 4096,
		.amplitude = 0.891,
	};
	double snr, where, rejection;

	assert_int_equal(bli_resampler_open(&resampler, &config), 0);
	assert_int_equal(bli_measure_worst_snr(&system, 0.02, 0.90, 23, &snr, &where), 0);
	rejection = worst_rejection(&system);
	print_message("%-10s by 64-bit floats %-18s SNR %.1f dB (worst at %.2f), rejection %.1f dB\n",
		      claim->preset->name, claim->conversion->name, snr, where, rejection);
	assert_true(snr >= FLOAT64_CLAIM_DB);
	assert_true(rejection >= FLOAT64_CLAIM_DB);
	bli_resampler_close(&resampler);
}

static void test_claim(void **state)
{
	const struct claim *claim = *state;
	const struct bli_preset *preset = claim->preset;
	struct measured measured;
	struct bli_system system;
	double dc, edge, ripple, snr, where, rejection, delay, said, bits = INFINITY, tolerance;

	open_converter(&measured, &system, preset->name, claim->conversion, claim->channels, claim->phase);
	said = stated_delay(measured.host, claim->conversion, claim->phase);
	/* tones near the edges of the sharpest filter ring for its whole length */
	system.settle_frames = 3 * (size_t)(2 * said + 64) + (claim->phase == BLI_PHASE_LINEAR ? 0 : 2048);
	assert_int_equal(bli_measure_dc_gain(&system, &dc), 0);
	assert_int_equal(bli_measure_edge(&system, dc, 0.1, &edge), 0);
	assert_int_equal(bli_measure_ripple(&system, dc, 0.8 * preset->claim_bandwidth, 40, &ripple), 0);
	assert_int_equal(bli_measure_worst_snr(&system, 0.02, 0.90, 23, &snr, &where), 0);
	rejection = worst_rejection(&system);
	assert_int_equal(bli_measure_delay(&system, &delay), 0);
	/* only with linear phase is the output a delayed copy */
	if (claim->phase == BLI_PHASE_LINEAR)
		assert_int_equal(bli_measure_sweep(&system, 0.02, 0.6 * preset->claim_bandwidth, said, 16384, &bits),
				 0);
	print_message("%-10s phase %ld %-18s %u channels: edge %.4f, SNR %.1f dB (worst at %.2f), rejection %.1f dB, "
		      "DC %+.6f dB, ripple %.6f dB, delay %.3f (said %.3f) frames, sweep %.1f bits\n",
		      preset->name, claim->phase, claim->conversion->name, claim->channels, edge, snr, where, rejection,
		      dc, ripple, delay, said, bits);

	assert_true(edge >= preset->claim_bandwidth);
	assert_true(snr >= preset->claim_snr_db);
	assert_true(rejection >= preset->claim_rejection_db);
	assert_true(dc >= -0.0005 && dc <= 0.0005);
	assert_true(ripple <= 0.001);
	/* the delay of another phase is that at 0 Hz, which tones only approach: to 0.1 % with bli_best at 25 */
	tolerance = claim->phase == BLI_PHASE_LINEAR ? 0.002 : 0.002 + 1.2e-3 * said;
	assert_true(delay >= said - tolerance && delay <= said + tolerance);
	/* the largest single error may be 4 bits above the noise; past 20 bits the passband's droop is seen */
	assert_true(bits >= fmin(20, (preset->claim_snr_db - 1.76) / 6.02 - 4));
	assert_int_equal(bli_ratehost_unwritten_frames(measured.host), 0);
	assert_false(measured.differ);
	bli_ratehost_close(measured.host);
	if (preset->requirement.precision == BLI_DOUBLE && claim->phase == BLI_PHASE_LINEAR)
		check_float64(claim, system.settle_frames);
}

/* Linear interpolation claims no quality, but its gain, its delay and that it is the straight line. */
static void test_linear(void **state)
{
	const struct conversion *conversion = *state;
	struct measured measured;
	struct bli_system system;
	size_t in_frames = conversion->in_period_frames, out_frames = conversion->out_period_frames;
	double *in = calloc(4 * in_frames, sizeof(*in)), *out = calloc(4 * out_frames, sizeof(*out)), worst = 0;

	assert_true(in && out);
	open_converter(&measured, &system, "bli_linear", conversion, 1, BLI_PHASE_LINEAR);
	for (size_t i = 0; i < 4 * in_frames; i++)
		in[i] = 0.9 * ((double)(i * 7919 % 1009) / 1009 - 0.5);
	assert_int_equal(bli_ratehost_convert(measured.host, in, out, 4), 0);
	for (size_t n = 0; n < 4 * out_frames; n++) {
		double time = (double)n * (double)in_frames / (double)out_frames - 1;
		long before = (long)(time + 1) - 1;
		double left = before < 0 ? 0 : in[before], right = in[before + 1], expected, error;

		expected = left + (time - (double)before) * (right - left);
		error = expected > out[n] ? expected - out[n] : out[n] - expected;
		worst = error > worst ? error : worst;
	}
	print_message("bli_linear %-18s largest deviation from the straight line %.2e\n", conversion->name, worst);
	assert_true(worst < 1e-6);
	assert_float_equal(stated(measured.host, "delay:"), 1, 1e-9);
	assert_int_equal(bli_ratehost_unwritten_frames(measured.host), 0);
	bli_ratehost_close(measured.host);
	free(in);
	free(out);
}

int main(void)
{
	static struct claim claims[16 * PHASES * CONVERSIONS];
	static struct CMUnitTest tests[16 * PHASES * CONVERSIONS];
	const char *only = getenv("BLI_CLAIMS");
	size_t count = 0;

	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		if (only && strcmp(only, preset->name) != 0)
			continue;
		for (size_t i = 0; i < CONVERSIONS * PHASES; i++) {
			const struct conversion *conversion = &conversions[i % CONVERSIONS];
			bool linear = preset->requirement.method == BLI_METHOD_LINEAR;

			if (linear && i >= CONVERSIONS)
				break;
			claims[count] = (struct claim){
				preset, conversion, phases[i / CONVERSIONS],
				channel_counts[(i % CONVERSIONS + i / CONVERSIONS) % 3],
			};
			tests[count] = (struct CMUnitTest){
				.name = conversion->name,
				.test_func = linear ? test_linear : test_claim,
				.initial_state = linear ? (void *)conversion : (void *)&claims[count],
			};
			count++;
		}
	}
	if (count == 0) {
		fprintf(stderr, "BLI_CLAIMS=%s: no such converter\n", only);
		return 99;
	}
	return _cmocka_run_group_tests("claims", tests, count, NULL, NULL);
}
