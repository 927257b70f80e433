/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the converters say: one line for every mistake, which names the thing,
 * its value and what is allowed; and the text of `aplay -v`, whose figures are
 * checked against arithmetic and measurement of this file's own.
 */
#include "plughelp.h"
#include "preset.h"
#include "report.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define S16 SND_PCM_FORMAT_S16
#define S32 SND_PCM_FORMAT_S32

/* ---- mistakes ----------------------------------------------------------- */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NEEDLES 4

/* What is wrong with parameters that are good otherwise. */
struct mistake {
	const char *name;
	unsigned long in, out;		/* rates in Hz, periods in frames, channels (in only), or formats */
	const char *needles[NEEDLES];	/* what the line must contain */
};

static const struct mistake mistaken_rates[] = {
	{ "input rate 0", 0, 48000, { "rate", "input", " 0 ", "2000" } },
	{ "output rate 0", 44100, 0, { "rate", "output", " 0 ", "1536000" } },
	{ "rate too low", 44100, 1999, { "rate", "output", "1999", "2000" } },
	{ "rate too high", 1536001, 48000, { "rate", "input", "1536001", "1536000" } },
	{ "rate of all ones", 44100, 4294967295, { "rate", "output", "4294967295", "1536000" } },
};

static const struct mistake mistaken_periods[] = {
	{ "input period 0", 0, 480, { "period", "input", " 0 ", " 1 to" } },
	{ "output period 0", 441, 0, { "period", "output", " 0 ", " 1 to" } },
	{ "both periods 0", 0, 0, { "period", " 0 ", " 1 to" } },
	{ "period too long", 1UL << 31, 1UL << 31, { "period", "input", "2147483648", "1 to" } },
	{ "period of all ones", -1UL, -1UL, { "period", "input", "1 to" } },
#if __SIZEOF_LONG__ > 4
	{ "period past 32 bits", 441, (1UL << 32) + 480, { "period", "output", "4294967776" } },
#endif
	{ "ratio too high", 10, 7681, { "ratio", "10", "7681", "768" } },
	{ "ratio too low", 769, 1, { "ratio", "769", "1", "768" } },
};

static const struct mistake mistaken_channels[] = {
	{ "no channels", 0, 0, { "channels", " 0 ", "1 to 64" } },
	{ "65 channels", 65, 0, { "channels", "65", "1 to 64" } },
	{ "channels of all ones", 4294967295, 0, { "channels", "4294967295", "64" } },
};

static const struct mistake mistaken_formats[] = {
	{ "float", SND_PCM_FORMAT_FLOAT_LE, S16, { "format", "input", "FLOAT_LE", "linear" } },
	{ "float64", S16, SND_PCM_FORMAT_FLOAT64_BE, { "format", "output", "FLOAT64_BE", "linear" } },
	{ "A-law", SND_PCM_FORMAT_A_LAW, S16, { "format", "input", "A_LAW", "linear" } },
	{ "ADPCM", SND_PCM_FORMAT_IMA_ADPCM, S16, { "format", "input", "IMA_ADPCM", "linear" } },
	{ "IEC 958", S16, SND_PCM_FORMAT_IEC958_SUBFRAME_LE, { "format", "output", "IEC958", "linear" } },
	/* alsa-lib calls one-bit streams linear */
	{ "DSD bytes", SND_PCM_FORMAT_DSD_U8, S16, { "format", "input", "DSD_U8", "linear" } },
	{ "DSD words", S16, SND_PCM_FORMAT_DSD_U32_BE, { "format", "output", "DSD_U32_BE", "linear" } },
	{ "format unknown", (unsigned long)SND_PCM_FORMAT_UNKNOWN, S16, { "format", "input", "-1", "linear" } },
	{ "format past the last", S16, 1000, { "format", "output", "1000", "linear" } },
};

/* The one line there must be, or what is wrong with it. */
static unsigned check_line(const char *what, const char *converter, const char *const *needles, size_t count)
{
	unsigned lines = plug_log_lines(), faults = lines != 1;
	char quoted[64];

	if (lines != 1)
		print_error("%s: %u lines instead of 1\n", what, lines);
	snprintf(quoted, sizeof(quoted), "\"%s\"", converter);
	if (lines > 0 && !strstr(plug_log_text(), quoted)) {
		print_error("%s: line does not name the converter: %s\n", what, plug_log_text());
		faults++;
	}
	for (size_t i = 0; i < count && needles[i] && lines > 0; i++)
		if (!strstr(plug_log_text(), needles[i])) {
			print_error("%s: line lacks '%s': %s\n", what, needles[i], plug_log_text());
			faults++;
		}
	return faults;
}

static unsigned check_mistake(struct plug *plug, const char *converter, const struct mistake *mistake,
			      snd_pcm_rate_info_t *info)
{
	int error;

	plug_log_lines();
	error = plug->ops.init(plug->object, info);
	if (error != -EINVAL)
		print_error("%s: init returns %d instead of %d\n", mistake->name, error, -EINVAL);
	plug->ops.free(plug->object);
	plug->ops.free(plug->object);
	return (error != -EINVAL) + check_line(mistake->name, converter, mistake->needles, NEEDLES);
}

static unsigned check_mistakes(struct plug *plug, const char *converter)
{
	const snd_pcm_rate_info_t good = plug_info(44100, 441, 48000, 480, 2, S16, S16);
	snd_pcm_rate_info_t info;
	unsigned faults = 0;

	for (size_t i = 0; i < COUNT(mistaken_rates); i++) {
		const struct mistake *rate = &mistaken_rates[i];

		info = plug_info((unsigned)rate->in, 441, (unsigned)rate->out, 480, 2, S16, S16);
		faults += check_mistake(plug, converter, rate, &info);
	}
	for (size_t i = 0; i < COUNT(mistaken_periods); i++) {
		const struct mistake *period = &mistaken_periods[i];

		info = plug_info(44100, period->in, 48000, period->out, 2, S16, S16);
		faults += check_mistake(plug, converter, period, &info);
	}
	for (size_t i = 0; i < COUNT(mistaken_channels); i++) {
		const struct mistake *channel = &mistaken_channels[i];

		info = good;
		info.channels = (unsigned)channel->in;
		faults += check_mistake(plug, converter, channel, &info);
	}
	for (size_t i = 0; i < COUNT(mistaken_formats); i++) {
		const struct mistake *format = &mistaken_formats[i];

		info = good;
		info.in.format = (snd_pcm_format_t)format->in;
		info.out.format = (snd_pcm_format_t)format->out;
		faults += check_mistake(plug, converter, format, &info);
	}
	return faults;
}

static void test_mistakes_in_parameters(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		snd_pcm_rate_info_t good = plug_info(44100, 441, 48000, 480, 2, S16, S16);
		struct plug plug;

		assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
		faults += check_mistakes(&plug, preset->name);
		assert_int_equal(plug.ops.init(plug.object, &good), 0);
		assert_int_equal(plug_log_lines(), 0);
		plug_close(&plug);
	}
	assert_int_equal(faults, 0);
}

/* The last values that are allowed are. */
static void test_limits(void **state)
{
	snd_pcm_rate_info_t least = plug_info(2000, 1, 1536000, 768, 1, S16, S16);
	snd_pcm_rate_info_t most = plug_info(1536000, 768, 2000, 1, 64, S16, S16);

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		struct plug plug;

		assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
		assert_int_equal(plug.ops.init(plug.object, &least), 0);
		assert_int_equal(plug.ops.init(plug.object, &most), 0);
		plug_close(&plug);
	}
	assert_int_equal(plug_log_lines(), 0);
}

static void test_mistakes_in_configuration(void **state)
{
	static const struct {
		const char *text;
		const char *needles[NEEDLES];	/* none: no mistake */
	} cases[] = {
		{ "name \"%s\"", { NULL } },
		{ "name \"%s\"\ncomment \"for the microphone\"", { NULL } },
		{ "name \"%s\"\npasband 0.9", { "pasband = ", "0.9", " passband," } },
		{ "name \"%s\"\nquality_level \"very high\"", { "quality_level = ", "very high", " quality," } },
		{ "nonsense 7\nname \"%s\"\nalso 8", { "nonsense = ", "7", "verbose" } },
		{ "name \"%s\"\nodd { a 1 }", { "odd = a compound", "verbose" } },
	};
	unsigned faults = 0;

	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		for (size_t i = 0; i < COUNT(cases); i++) {
			bool wrong = cases[i].needles[0];
			snd_config_t *config;
			struct plug plug;
			char text[256];
			int error;

			snprintf(text, sizeof(text), cases[i].text, preset->name);
			config = plug_config(text);
			plug_log_lines();
			error = plug_open(&plug, preset->name, config);
			assert_int_equal(error, wrong ? -EINVAL : 0);
			if (wrong)
				faults += check_line(text, preset->name, cases[i].needles, NEEDLES);
			else
				assert_int_equal(plug_log_lines(), 0);
			plug_close(&plug);
			snd_config_delete(config);
		}
	assert_int_equal(faults, 0);
}

/* Only a name or a compound reach a converter; anything else is refused, not read. */
static void test_configuration_of_other_types(void **state)
{
	snd_config_t *number;
	struct plug plug;

	(void)state;
	assert_int_equal(snd_config_imake_integer(&number, "converter", 5), 0);
	plug_log_lines();
	assert_int_equal(plug_open(&plug, "bli", number), -EINVAL);
	assert_int_equal(plug_log_lines(), 1);
	snd_config_delete(number);
}

/* ---- kernels ------------------------------------------------------------ */

static void kernel_in_use(struct plug *plug, char name[32])
{
	snd_pcm_rate_info_t info = plug_info(44100, 441, 48000, 480, 2, S16, S16);
	const char *place;

	assert_int_equal(plug_open(plug, "bli", NULL), 0);
	assert_int_equal(plug->ops.init(plug->object, &info), 0);
	place = strstr(plug_dump(plug), "kernel ");
	assert_non_null(place);
	assert_int_equal(sscanf(place, "kernel %31[a-z0-9]", name), 1);
	plug_close(plug);
}

#define LONG_TEN "overmuch. "
#define LONG_WORD LONG_TEN LONG_TEN LONG_TEN LONG_TEN LONG_TEN LONG_TEN LONG_TEN LONG_TEN

static void test_kernel_by_environment(void **state)
{
	const char *set = getenv("BLI_KERNEL");
	char *kept = set ? strdup(set) : NULL;
	static const char *const needles[] = { "BLI_KERNEL", "abacus" };
	static const char *const split_needles[] = { "BLI_KERNEL=aba cus [31m", "...", "; taking " };
	char best[32], name[32];
	struct plug plug;

	(void)state;
	unsetenv("BLI_KERNEL");
	kernel_in_use(&plug, best);
	setenv("BLI_KERNEL", "", 1);
	kernel_in_use(&plug, name);
	assert_string_equal(name, best);
	setenv("BLI_KERNEL", "c", 1);
	kernel_in_use(&plug, name);
	assert_string_equal(name, "c");
	assert_int_equal(plug_log_lines(), 0);

	setenv("BLI_KERNEL", "abacus", 1);
	kernel_in_use(&plug, name);
	assert_string_equal(name, best);
	assert_int_equal(check_line("BLI_KERNEL=abacus", "bli", needles, 2), 0);
	assert_non_null(strstr(plug_log_text(), best));
	/* it stays one line, and its end stays there */
	setenv("BLI_KERNEL", "aba\ncus\033[31m" LONG_WORD, 1);
	kernel_in_use(&plug, name);
	assert_string_equal(name, best);
	assert_int_equal(check_line("BLI_KERNEL of two lines", "bli", split_needles, 3), 0);
	assert_null(strpbrk(plug_log_text(), "\033"));

	if (kept)
		setenv("BLI_KERNEL", kept, 1);
	else
		unsetenv("BLI_KERNEL");
	free(kept);
	print_message("best kernel: %s\n", best);
}

/* ---- dump --------------------------------------------------------------- */

struct conversion {
	unsigned in_hz, out_hz;
	size_t in_period, out_period;
	size_t exact_in, exact_out;	/* nearest exact pair of periods, by hand; 0: the pair is exact */
};

static const struct conversion conversions[] = {
	{ 44100, 48000, 441, 480, 0, 0 },
	{ 44100, 16000, 441, 160, 0, 0 },
	{ 48000, 16000, 480, 160, 0, 0 },
	{ 48000, 48000, 256, 256, 0, 0 },
	{ 44100, 48000, 1024, 1115, 1029, 1120 },
	{ 44100, 48000, 940, 1024, 882, 960 },
	{ 44100, 48000, 941, 1024, 882, 960 },
	{ 48000, 44100, 1024, 941, 960, 882 },
	{ 44100, 48000, 64, 70, 147, 160 },
	{ 44100, 48000, 5512, 6000, 5439, 5920 },
	{ 44100, 16000, 1024, 372, 882, 320 },
	{ 8000, 192000, 80, 1921, 80, 1920 },
};

#define CONVERSIONS (sizeof(conversions) / sizeof(conversions[0]))

/* The number that follows `label` in the text. */
static double figure(const char *text, const char *label)
{
	const char *place = strstr(text, label);
	double value = 0;

	if (!place || sscanf(place + strlen(label), "%lf", &value) != 1)
		fail_msg("no figure after '%s' in:\n%s", label, text);
	return value;
}

/* A smooth pulse (Gaussian, 8 frames of deviation in the lower rate) keeps its centre of gravity but for the delay. */
static double measured_delay(struct plug *plug, const struct conversion *conversion, double stated)
{
	double ratio = (double)conversion->out_period / (double)conversion->in_period;
	double deviation = 8 / (ratio < 1 ? ratio : 1), centre = 10 * deviation, sum = 0, moment = 0;
	size_t periods = (size_t)((2 * centre + 2 * stated) / (double)conversion->in_period) + 2;
	struct plug_side in, out;

	plug_side_open(&in, S32, 1, conversion->in_period, PLUG_INTERLEAVED);
	plug_side_open(&out, S32, 1, conversion->out_period, PLUG_INTERLEAVED);
	plug->ops.reset(plug->object);
	for (size_t period = 0; period < periods; period++) {
		for (size_t i = 0; i < in.frames; i++) {
			double t = ((double)(period * in.frames + i) - centre) / deviation;

			plug_side_put(&in, 0, i, (int32_t)lrint(0x1p30 * exp(-t * t / 2)));
		}
		plug_convert(plug, &out, &in);
		for (size_t i = 0; i < out.frames; i++) {
			double value = plug_side_get(&out, 0, i);

			sum += value;
			moment += value * (double)(period * out.frames + i);
		}
	}
	plug_side_close(&in);
	plug_side_close(&out);
	return moment / sum / ratio - centre;
}

static size_t common_divisor(size_t a, size_t b)
{
	return b ? common_divisor(b, a % b) : a;
}

/*
 * The stages follow one another from one period to the other, each with its own
 * phases, or transforms of the same ratio that hold a period and the filter.
 */
static void check_stages(const char *text, const struct conversion *conversion, bool linear)
{
	size_t frames = conversion->in_period, in, out, taps, phases, size_in, size_out;
	const char *place = text;
	unsigned number, stages = 0;

	while ((place = strstr(place, "stage ")) != NULL) {
		int found = sscanf(place, "stage %u: %zu -> %zu frames, %zu taps, %zu phases", &number, &in, &out,
				   &taps, &phases);

		assert_in_range(found, 4, 5);
		assert_int_equal(number, ++stages);
		assert_int_equal(in, frames);
		if (found == 5) {
			assert_int_equal(phases, out / common_divisor(in, out));
		} else {
			assert_int_equal(sscanf(place,
						"stage %u: %zu -> %zu frames, %zu taps, transforms of %zu -> %zu",
						&number, &in, &out, &taps, &size_in, &size_out),
					 6);
			assert_int_equal(size_in * out, size_out * in);
			assert_true(size_in >= taps);
		}
		assert_true(linear ? taps == 2 : taps >= 4 && taps % 2 == 0);
		frames = out;
		place++;
	}
	assert_int_equal(frames, conversion->out_period);
	if (conversion->in_period == conversion->out_period)
		assert_int_equal(stages, 0);
	else
		assert_true(linear ? stages == 1 : stages >= 1);
}

static void check_ratio(const char *text, const struct conversion *conversion)
{
	double effective = (double)conversion->in_hz * (double)conversion->out_period / (double)conversion->in_period;
	double error_ppm = (effective / conversion->out_hz - 1) * 1e6;
	char label[64];
	size_t in, out;

	snprintf(label, sizeof(label), "%u Hz -> ", conversion->in_hz);
	assert_true(fabs(figure(text, label) - effective) < 0.001);
	if (!conversion->exact_in) {
		assert_null(strstr(text, "ppm"));
		assert_null(strstr(text, "exact periods"));
		return;
	}
	assert_true(fabs(figure(text, "error: ") - error_ppm) < 0.051);
	assert_non_null(strstr(text, "ppm"));
	assert_int_equal(sscanf(strstr(text, "exact periods: "), "exact periods: %zu -> %zu", &in, &out), 2);
	assert_int_equal(in, conversion->exact_in);
	assert_int_equal(out, conversion->exact_out);
}

static void check_dump(const struct bli_preset *preset, const struct conversion *conversion)
{
	bool linear = preset->claim_bandwidth == 0, pass_through = conversion->in_period == conversion->out_period;
	snd_pcm_rate_info_t info = plug_info(conversion->in_hz, conversion->in_period, conversion->out_hz,
					     conversion->out_period, 1, S32, S32);
	char text[4096], name[64];
	struct plug plug;
	double delay;

	assert_int_equal(plug_open(&plug, preset->name, NULL), 0);
	assert_int_equal(plug.ops.init(plug.object, &info), 0);
	strcpy(text, plug_dump(&plug));
	assert_int_equal(sscanf(text, "Converter: %63s", name), 1);
	assert_string_equal(name, preset->name);
	if (linear) {
		assert_non_null(strstr(text, "linear interpolation"));
	} else {
		/* what is printed is rounded: the claims have two digits */
		assert_true(figure(text, "passband ") >= preset->claim_bandwidth - 1e-9);
		assert_true(figure(text, "attenuation ") >= preset->claim_rejection_db - 1e-9);
		assert_true(figure(text, "stopband ") <= 1.0205);
	}
	check_stages(text, conversion, linear);
	assert_non_null(strstr(text, pass_through || strcmp(preset->quality, "best") == 0 ? "double precision"
											   : "float precision"));
	assert_non_null(strstr(text, "kernel "));
	delay = figure(text, "delay: ");
	assert_true(fabs(figure(text, "input frames, ") - 1e3 * delay / conversion->in_hz) < 0.001);
	if (fabs(measured_delay(&plug, conversion, delay) - delay) > 0.002)
		fail_msg("%s, %zu to %zu frames: stated delay %.3f, measured %.3f", preset->name,
			 conversion->in_period, conversion->out_period, delay,
			 measured_delay(&plug, conversion, delay));
	check_ratio(text, conversion);
	assert_true(figure(text, "clipped: ") == 0);
	plug_close(&plug);
}

static void test_dump(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		for (size_t i = 0; i < CONVERSIONS; i++)
			check_dump(preset, &conversions[i]);
	print_message("%zu conversions\n", CONVERSIONS);
}

/* Before hw_params, after hw_free and after a mistake there is no ratio to report. */
static void test_dump_without_parameters(void **state)
{
	snd_pcm_rate_info_t good = plug_info(44100, 441, 48000, 480, 2, S16, S16);
	snd_pcm_rate_info_t bad = plug_info(44100, 0, 48000, 480, 2, S16, S16);
	struct plug plug;

	(void)state;
	assert_int_equal(plug_open(&plug, "bli_fast", NULL), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_non_null(strstr(plug_dump(&plug), "bli_fast"));
		assert_null(strstr(plug_dump(&plug), "ratio"));
		assert_int_equal(plug.ops.init(plug.object, &good), 0);
		assert_non_null(strstr(plug_dump(&plug), "ratio"));
		if (i == 0)
			plug.ops.free(plug.object);
		else
			assert_int_equal(plug.ops.init(plug.object, &bad), -EINVAL);
	}
	plug_close(&plug);
	plug_log_lines();
}

/* Samples that are not numbers: the converter refuses formats that may have them, but the report can tell. */
static void test_report_of_invalid_samples(void **state)
{
	const struct bli_settings settings = { .converter = "bli",
					       .filter.requirement = bli_preset_find("bli")->requirement };
	const snd_pcm_rate_info_t info = plug_info(44100, 441, 48000, 480, 1, S16, S16);
	const struct bli_resampler_config config = {
		.in_frames = 441, .out_frames = 480, .channels = 1, .in_format = { 4, 32, false, false, true },
		.out_format = { 2, 16, false, false, false }, .requirement = settings.filter.requirement, .gain = 1,
		.kernel = bli_kernel_find(getenv("BLI_KERNEL")),
	};
	static const char *const needles[] = { " 3 ", "not numbers", "silence" };
	float in[441] = { [5] = NAN, [6] = -INFINITY, [200] = HUGE_VALF, [300] = 0.25f };
	struct bli_area in_area = { in, sizeof(in[0]) }, out_area = { NULL, 0 };
	int16_t out[480];
	struct bli_resampler resampler;
	snd_output_t *output;
	char *text;

	(void)state;
	assert_int_equal(bli_resampler_open(&resampler, &config), 0);
	out_area = (struct bli_area){ out, sizeof(out[0]) };
	bli_resampler_convert(&resampler, &out_area, 480, &in_area, 441);
	assert_int_equal(resampler.clipped, 0);
	assert_true(resampler.peak < 0.26);
	plug_log_lines();
	bli_report_losses(&settings, &resampler);
	assert_int_equal(check_line("losses", "bli", needles, 3), 0);
	assert_int_equal(snd_output_buffer_open(&output), 0);
	bli_report(output, &settings, &resampler, &info);
	assert_int_equal(snd_output_putc(output, '\0'), 0);
	snd_output_buffer_string(output, &text);
	assert_non_null(strstr(text, "not numbers: 3 "));
	snd_output_close(output);
	bli_resampler_close(&resampler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes_in_parameters),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mistakes_in_configuration),
		cmocka_unit_test(test_configuration_of_other_types),
		cmocka_unit_test(test_kernel_by_environment),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_dump_without_parameters),
		cmocka_unit_test(test_report_of_invalid_samples),
	};

	plug_log_catch();
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
