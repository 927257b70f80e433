/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the settings of `converter { name "bli" … }` do to sound, measured from
 * outside and held against theory.  How they are written is tested in
 * settings.c, filter files in filterkeys.c.
 */
#include "hosthelp.h"
#include "plughelp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- bands -------------------------------------------------------------- */

/* How far a frequency is suppressed, in dB: a tone in the common band, or what comes from beyond it. */
static double suppression_db(struct host *converter, double fraction)
{
	double level;

	if (fraction < 1)
		assert_int_equal(bli_measure_response(&converter->system, &fraction, &level, 1), 0);
	else
		assert_int_equal(bli_measure_rejection(&converter->system, fraction, &level), 0);
	return -level;
}

/*
 * The passband ends at its edge, or up to a fifth of the transition later, since
 * taps come in multiples.  From the stopband's edge on the attenuation is
 * reached, but for 3 dB: it is that of each image, and all of them are measured
 * at once, Σ (stopband / image)² times the power of the first if sidelobes fall
 * by 6 dB an octave.  Half-way between it is not.
 */
static void test_bands(void **state)
{
	static const struct {
		const char *name, *keys;
		double passband, stopband, attenuation_db;	/* expected, at 44.1 → 48 kHz and at 44.1 → 16 kHz: */
		double down_passband, down_stopband;
	} cases[] = {
		{ "bli", "passband 0.8\nstopband 1.2\nattenuation 60", 0.8, 1.2, 60, 0.8, 1.2 },
		{ "bli", "passband \"80 %\"\nstopband \"120%\"\nattenuation \"60 dB\"", 0.8, 1.2, 60, 0.8, 1.2 },
		{ "bli_best", "passband 80%\nstopband 1.2\nattenuation 60", 0.8, 1.2, 60, 0.8, 1.2 },
		{ "bli_fast", "attenuation 80", 0.841, 1.02, 80, 0.841, 1.02 },
		{ "bli_fast", "stopband 1.3", 0.841, 1.3, 101.5, 0.841, 1.3 },
		{ "bli", "passband 0.5", 0.5, 1.02, 130, 0.5, 1.02 },
		{ "bli", "passband 0.6\nstopband 0.7\nattenuation 100", 0.6, 0.7, 100, 0.6, 0.7 },
		{ "bli", "passband 0.9\nstopband 1.1\nattenuation 160", 0.9, 1.1, 160, 0.9, 1.1 },
		{ "bli", "passband \"7200 Hz\"\nstopband \"8.8 kHz\"\nattenuation 90",
		  7200 / 22050.0, 8800 / 22050.0, 90, 0.9, 1.1 },
		{ "bli", "passband \"5 kHz\"\nstopband \"7500Hz\"\nattenuation 110",
		  5000 / 22050.0, 7500 / 22050.0, 110, 0.625, 0.9375 },
		{ "bli", "passband \"6 kHz\"", 6000 / 22050.0, 1.02, 130, 0.75, 1.02 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int lower = 0; lower < 2; lower++) {
			double pass = lower ? cases[i].down_passband : cases[i].passband;
			double stop = lower ? cases[i].down_stopband : cases[i].stopband;
			double edge, at_stop, between, dc;
			struct host converter;

			host_open(&converter, cases[i].name, cases[i].keys, lower ? host_down : host_up);
			assert_int_equal(bli_measure_dc_gain(&converter.system, &dc), 0);
			assert_int_equal(bli_measure_edge(&converter.system, dc, 0.1, &edge), 0);
			at_stop = suppression_db(&converter, stop);
			between = suppression_db(&converter, (pass + stop) / 2 + 0.005);
			print_message("%-14s %.4f-%.4f %5.1f dB: edge %.4f, %.1f dB at the stopband, %.1f dB "
				      "half-way\n",
				      lower ? "44.1 -> 16 kHz" : "44.1 -> 48 kHz", pass, stop, cases[i].attenuation_db,
				      edge, at_stop, between);
			assert_true(edge >= pass - 0.0003 && edge <= pass + 0.2 * (stop - pass) + 0.0003);
			assert_true(at_stop >= cases[i].attenuation_db - 3);
			assert_true(between <= cases[i].attenuation_db / 2);
			host_close(&converter);
		}
}

/* ---- phase -------------------------------------------------------------- */

/* The less of the ringing comes first, the less delay: by the phase of low tones, for 44.1 to 48 kHz, in ms. */
static void test_phase(void **state)
{
	static const struct {
		const char *keys, *same;
		double least_ms, most_ms;
	} cases[] = {
		{ "phase linear", "phase 50", 0.5, 1 },
		{ "phase intermediate", "phase 25", 0.25, 0.50 },
		{ "phase minimum", "phase 0", 0, 0.25 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct host converter, same;
		double delay, delay_ms, delay_same;

		host_open(&converter, "bli_fast", cases[i].keys, host_up);
		host_open(&same, "bli_fast", cases[i].same, host_up);
		assert_int_equal(bli_measure_delay(&converter.system, &delay), 0);
		assert_int_equal(bli_measure_delay(&same.system, &delay_same), 0);
		delay_ms = 1e3 * delay / host_up.in_rate_hz;
		print_message("%s: %.3f ms\n", cases[i].keys, delay_ms);
		assert_true(delay_ms > cases[i].least_ms && delay_ms < cases[i].most_ms);
		assert_true(delay == delay_same);
		host_close(&converter);
		host_close(&same);
	}
}

/* With every edge that is accepted there is a filter of every phase: at the least transition, the hardest ones. */
static void test_phase_limits(void **state)
{
	static const char *const bands[] = {
		"passband 1.0165\nattenuation 160", "passband 1.01\nattenuation 177",
		"passband 0.9715\nattenuation 200",
	};
	static const char *const phases[] = { "0", "25", "83", "100" };

	(void)state;
	for (size_t i = 0; i < COUNT(bands) * COUNT(phases); i++) {
		struct host converter;
		char keys[100];

		snprintf(keys, sizeof(keys), "%s\nphase %s", bands[i % COUNT(bands)], phases[i / COUNT(bands)]);
		host_open(&converter, "bli", keys, i % 2 ? host_up : host_down);
		host_close(&converter);
	}
}

/* ---- precision ---------------------------------------------------------- */

/* Float sums end at 150 dB at the latest: 24 bits of mantissa, 6.02 dB each, and a few dB by averaging. */
static void test_precision(void **state)
{
	static const struct {
		const char *name, *keys;
		bool is_double;
	} cases[] = {
		{ "bli", "attenuation 175\nprecision float", false },
		{ "bli", "attenuation 175\nprecision double", true },
		{ "bli", "attenuation 175", true },
		{ "bli_best", "precision float", false },
		{ "bli_best", "precision double", true },
		{ "bli_fast", "attenuation 132", false },
		{ "bli_fast", "attenuation 133", true },
		{ "bli_fast", "attenuation 133\nprecision float", false },
		{ "bli", "quality best", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct host converter;
		double snr, where;
		char *text;

		host_open(&converter, cases[i].name, cases[i].keys, host_up);
		text = host_dump(&converter);
		assert_int_equal(strstr(text, "double precision") != NULL, cases[i].is_double);
		assert_int_equal(strstr(text, "float precision") != NULL, !cases[i].is_double);
		free(text);
		if (host_stated(&converter, "attenuation ") > 150) {
			assert_int_equal(bli_measure_worst_snr(&converter.system, 0.02, 0.8, 8, &snr, &where), 0);
			print_message("%s { %s }: SNR %.1f dB\n", cases[i].name, cases[i].keys, snr);
			assert_true(cases[i].is_double ? snr >= 170 : snr <= 150 && snr >= 126);
		}
		host_close(&converter);
	}
}

/* ---- gain --------------------------------------------------------------- */

static void test_gain(void **state)
{
	static const struct {
		const char *keys;
		double gain_db;
	} cases[] = {
		{ "gain 0", 0 }, { "gain -3", -3 }, { "gain \"-3 dB\"", -3 }, { "gain -0.01", -0.01 },
		{ "gain \"0.5\"", 0.5 }, { "gain -6.0206", -6.0206 }, { "gain 20", 20 }, { "gain 40", 40 },
		{ "gain -60", -60 }, { "gain -100", -100 },
	};
	static const char *const names[] = { "bli_linear", "bli_fast", "bli", "bli_best" };
	double worst = 0;

	(void)state;
	for (size_t n = 0; n < COUNT(names); n++)
		for (size_t i = 0; i < COUNT(cases); i++) {
			struct host converter;
			double plain, gain, error;

			host_open(&converter, names[n], "gain 0", host_down);
			converter.system.amplitude = 0.009;	/* room for 40 dB */
			if (cases[i].gain_db < 0)
				converter.system.amplitude = 0.891;
			assert_int_equal(bli_measure_dc_gain(&converter.system, &plain), 0);
			host_close(&converter);
			host_open(&converter, names[n], cases[i].keys, host_down);
			converter.system.amplitude = cases[i].gain_db < 0 ? 0.891 : 0.009;
			assert_int_equal(bli_measure_dc_gain(&converter.system, &gain), 0);
			error = fabs(gain - plain - cases[i].gain_db);
			if (error > 1e-4)
				fail_msg("%s { %s }: %.6f dB", names[n], cases[i].keys, gain - plain);
			worst = fmax(worst, error);
			host_close(&converter);
		}
	print_message("largest error %.1e dB\n", worst);
}

/* ---- dither ------------------------------------------------------------- */

#define PERIODS 300
#define FRAMES (PERIODS * 480)
#define FIRST (4 * 480)		/* the stream has settled */
#define USED (FRAMES - FIRST)

/* The same signal in both channels, which comes out as out[2][FRAMES]. */
static void convert_tone(const char *keys, snd_pcm_format_t format, double *out)
{
	static double in[2 * PERIODS * 441];
	struct host converter;

	for (size_t i = 0; i < PERIODS * 441; i++)
		in[i] = in[PERIODS * 441 + i] = 0.3 * sin(0.05 * (double)i) +
						0.2 * sin(0.00071 * (double)(i * i % 100003));
	host_open_formats(&converter, "bli", keys, host_up, 2, format);
	assert_int_equal(bli_ratehost_convert(converter.host, in, out, PERIODS), 0);
	host_close(&converter);
}

static double out_of[2 * FRAMES], exact[2 * FRAMES], again[2 * FRAMES];

/* Mean product of the errors of two channels, `lag` frames apart. */
static double covariance(const double *a, const double *b, size_t lag)
{
	double sum = 0;

	for (size_t i = 0; i + lag < USED; i++)
		sum += a[i] * b[i + lag];
	return sum / (double)(USED - lag);
}

/* The error of samples of `bits` against samples of 32, in steps, from frame FIRST on: errors[2][USED]. */
static void errors_of(const char *keys, snd_pcm_format_t format, unsigned bits, double *errors)
{
	convert_tone(keys, format, out_of);
	for (size_t c = 0; c < 2; c++)
		for (size_t i = 0; i < USED; i++)
			errors[c * USED + i] = ldexp(out_of[c * FRAMES + FIRST + i] - exact[c * FRAMES + FIRST + i],
						     (int)bits - 1);
}

static double errors[2 * USED];

/*
 * Rounding alone errs by 1/12 step², the same in both channels.  With triangular
 * dither the error is white, 3/12 step², and each channel has its own; shaping
 * multiplies its spectrum by |1 − e^(−jω)|⁴, which makes the autocorrelation
 * 6, −4, 1, 0 … times as large (Lipshitz, Wannamaker, Vanderkooy, JAES 40, 1992).
 * Bounds are 5 standard deviations of USED frames.
 */
static void test_dither(void **state)
{
	static const struct {
		snd_pcm_format_t format;
		unsigned bits;
	} formats[] = {
		{ SND_PCM_FORMAT_U8, 8 }, { SND_PCM_FORMAT_S16, 16 }, { SND_PCM_FORMAT_S18_3LE, 18 },
		{ SND_PCM_FORMAT_S20_3LE, 20 },
	};
	static const struct {
		const char *keys;
		double shape[4];	/* autocovariance at lags 0 … 3, in step² */
		double spread;		/* Σ (shape[k] / shape[0])² over all lags, both signs */
	} kinds[] = {
		{ "dither tpdf", { 0.25 }, 1 },
		{ "dither \"shaped\"", { 1.5, -1, 0.25 }, 1 + 2 * (16.0 + 1) / 36 },
	};

	(void)state;
	convert_tone("precision double", SND_PCM_FORMAT_S32, exact);
	for (size_t f = 0; f < COUNT(formats); f++) {
		double between;

		errors_of("precision double\ndither none", formats[f].format, formats[f].bits, errors);
		assert_float_equal(covariance(errors, errors, 0), 1 / 12.0, 0.02 / 12);
		assert_memory_equal(errors, errors + USED, USED * sizeof(*errors));
		for (size_t k = 0; k < COUNT(kinds); k++) {
			double deviation = 5 * sqrt(2 * kinds[k].spread / USED) * kinds[k].shape[0], found[4];
			char keys[64];

			snprintf(keys, sizeof(keys), "precision double\n%s", kinds[k].keys);
			errors_of(keys, formats[f].format, formats[f].bits, errors);
			for (size_t lag = 0; lag < 4; lag++)
				found[lag] = covariance(errors, errors, lag);
			between = covariance(errors, errors + USED, 0);
			print_message("%u bits, %s: autocovariance %.4f %.4f %.4f %.4f, between channels %.4f step²\n",
				      formats[f].bits, kinds[k].keys, found[0], found[1], found[2], found[3], between);
			for (size_t lag = 0; lag < 4; lag++)
				assert_true(fabs(found[lag] - kinds[k].shape[lag]) <= deviation);
			assert_true(fabs(between) <= deviation);
		}
	}
}

/* Outputs finer than 20 bits get none, and the noise is the same in every run. */
static void test_dither_limits(void **state)
{
	static const snd_pcm_format_t fine[] = { SND_PCM_FORMAT_S24, SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S32 };
	static const char *const kinds[] = { "dither tpdf", "dither shaped" };

	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t f = 0; f < COUNT(fine); f++) {
			convert_tone("dither none", fine[f], exact);
			convert_tone(kinds[k], fine[f], out_of);
			assert_memory_equal(out_of, exact, sizeof(exact));
		}
		convert_tone(kinds[k], SND_PCM_FORMAT_S16, out_of);
		convert_tone(kinds[k], SND_PCM_FORMAT_S16, again);
		assert_memory_equal(out_of, again, sizeof(again));
	}
}

/* ---- verbose and clipping ----------------------------------------------- */

/* Standard error goes into a file until restored. */
static FILE *divert_errors(int *kept)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fflush(stderr);
	*kept = dup(STDERR_FILENO);
	assert_true(*kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
	return file;
}

/* What arrived there, in a static buffer. */
static const char *restore_errors(FILE *file, int kept)
{
	static char text[8192];

	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;

	while ((text = strstr(text, word)) != NULL) {
		text += strlen(word);
		count++;
	}
	return count;
}

/* A tone of 0.9 through `keys`; returns how many samples came out at full scale, and what the dump counted. */
static size_t clip_tone(const char *keys, double *counted)
{
	static double in[100 * 441], out[100 * 480];
	struct host converter;
	size_t full = 0;

	for (size_t i = 0; i < COUNT(in); i++)
		in[i] = 0.9 * sin(0.1 * (double)i);
	host_open(&converter, "bli", keys, host_up);
	assert_int_equal(bli_ratehost_convert(converter.host, in, out, 100), 0);
	for (size_t i = 0; i < COUNT(out); i++)
		full += out[i] == -1 || out[i] == 2147483647 / 2147483648.0;
	*counted = host_stated(&converter, "clipped: ");
	host_close(&converter);
	return full;
}

/* With verbose the report comes once, at the start, and a line on clipping, if any, at the end. */
static void test_verbose(void **state)
{
	static const struct {
		const char *keys;
		bool reports, clips;
	} cases[] = {
		{ "gain 0", false, false },
		{ "gain 6\nverbose no", false, true },
		{ "gain 6", false, true },
		{ "verbose yes", true, false },
		{ "verbose yes\ngain 6", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text;
		double counted;
		size_t full;
		int kept;
		FILE *file = divert_errors(&kept);

		full = clip_tone(cases[i].keys, &counted);
		text = restore_errors(file, kept);
		assert_int_equal(count_of(text, "Converter: bli "), cases[i].reports);
		assert_int_equal(count_of(text, "delay: "), cases[i].reports);
		assert_int_equal(*text == '\0', !cases[i].reports);
		assert_int_equal(full > 0, cases[i].clips);
		assert_true((double)full == counted);
		assert_int_equal(plug_log_lines(), cases[i].reports && cases[i].clips);
		if (cases[i].reports && cases[i].clips) {
			char label[64];

			print_message("%s\n", plug_log_text());
			snprintf(label, sizeof(label), "converter \"bli\": %zu samples", full);
			assert_int_equal(strncmp(plug_log_text(), label, strlen(label)), 0);
		}
	}
}

/* The gain that the report names avoids clipping, and it is not lower than need be. */
static void test_avoiding_gain(void **state)
{
	static const double gains_db[] = { 1.5, 6, 31.4 };

	(void)state;
	for (size_t i = 0; i < COUNT(gains_db); i++) {
		const double peak_db = 20 * log10(0.9);
		double counted, advised;
		char keys[64], *place;
		int kept;
		FILE *file = divert_errors(&kept);

		snprintf(keys, sizeof(keys), "verbose yes\ngain %g", gains_db[i]);
		clip_tone(keys, &counted);
		restore_errors(file, kept);
		assert_int_equal(plug_log_lines(), 1);
		place = strstr(plug_log_text(), "gain \"");
		assert_non_null(place);
		advised = strtod(place + 6, NULL);
		/* the tone's samples come within 0.02 dB of its peak, and the advice is rounded down to 0.01 dB */
		assert_true(advised <= -peak_db + 0.02 && advised >= -peak_db - 0.03);
		snprintf(keys, sizeof(keys), "gain \"%.2f dB\"", advised);
		assert_int_equal(clip_tone(keys, &counted), 0);
		assert_true(counted == 0);
		snprintf(keys, sizeof(keys), "gain \"%.2f dB\"", advised + 0.03);
		assert_true(clip_tone(keys, &counted) > 0);
		print_message("gain %g dB: %g dB advised\n", gains_db[i], advised);
	}
}

/* Samples that were clipped of a tone through `keys` into a format. */
static double clipped_in(const char *keys, snd_pcm_format_t format, double amplitude)
{
	static double in[100 * 441], out[100 * 480];
	struct host converter;
	double counted;

	for (size_t i = 0; i < COUNT(in); i++)
		in[i] = amplitude * sin(0.1 * (double)i);
	host_open_formats(&converter, "bli", keys, host_up, 1, format);
	assert_int_equal(bli_ratehost_convert(converter.host, in, out, 100), 0);
	counted = host_stated(&converter, "clipped: ");
	host_close(&converter);
	return counted;
}

/* So it does where a step of the format, and dither, take a part of full scale that no gain makes smaller. */
static void test_avoiding_gain_in_few_bits(void **state)
{
	static const snd_pcm_format_t formats[] = { SND_PCM_FORMAT_S8, SND_PCM_FORMAT_U8, SND_PCM_FORMAT_S16_LE };
	static const char *const dithers[] = { "none", "tpdf", "shaped" };
	static const double amplitudes[] = { 0.9985, 0.99999, 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(formats) * COUNT(dithers) * COUNT(amplitudes); i++) {
		const snd_pcm_format_t format = formats[i % COUNT(formats)];
		const char *dither = dithers[i / COUNT(formats) % COUNT(dithers)];
		const double amplitude = amplitudes[i / COUNT(formats) / COUNT(dithers)];
		char keys[80], advised[20];
		double clipped;
		int kept;
		FILE *file = divert_errors(&kept);

		snprintf(keys, sizeof(keys), "verbose yes\ngain 0.2\ndither %s", dither);
		clipped = clipped_in(keys, format, amplitude);
		restore_errors(file, kept);
		assert_true(clipped > 0);
		assert_int_equal(plug_log_lines(), 1);
		assert_int_equal(sscanf(strstr(plug_log_text(), "gain \""), "gain \"%[-.0-9] dB\"", advised), 1);
		snprintf(keys, sizeof(keys), "gain \"%s dB\"\ndither %s", advised, dither);
		print_message("%s, dither %s, %g: %g clipped, %s dB advised\n", snd_pcm_format_name(format), dither,
			      amplitude, clipped, advised);
		assert_true(clipped_in(keys, format, amplitude) == 0);
		/* shaped dither may take 6 steps of the 128, which are 0.4 dB */
		assert_true(strtod(advised, NULL) > -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_phase),
		cmocka_unit_test(test_phase_limits),
		cmocka_unit_test(test_precision),
		cmocka_unit_test(test_gain),
		cmocka_unit_test(test_dither),
		cmocka_unit_test(test_dither_limits),
		cmocka_unit_test(test_verbose),
		cmocka_unit_test(test_avoiding_gain),
		cmocka_unit_test(test_avoiding_gain_in_few_bits),
	};

	plug_log_catch();
	return cmocka_run_group_tests_name("effects", tests, NULL, NULL) ? 1 : 0;
}
