/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The converter through libasound itself, as programs use it: "type rate" over the sound card of the tests, played to
 * and recorded from in every way of access. Nothing of the machine's ALSA configuration is read.
 *
 * Environment: BLI_PLUGIN_DIR, the directory of the converters; BLI_TESTCARD, the file of the card; BLI_CONVERTER, a
 * converter to test in the place of "bli".
 */
#include "pcmstream.h"
#include "pluglog.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Longer than the impulse response of any preset, at any rate: what a fit leaves out at both ends. */
static const double settle_s = 0.05;
static char directory[] = "/tmp/bli-libasound-XXXXXX";

struct card {
	unsigned rate_hz;
	snd_pcm_format_t format;
	unsigned channels;
};

static const char *converter(void)
{
	const char *name = getenv("BLI_CONVERTER");

	return name ? name : "bli";
}

static const char *raw_file(void)
{
	static char path[sizeof(directory) + 10];

	snprintf(path, sizeof(path), "%s/card.raw", directory);
	return path;
}

/* Configuration of "pcm.stream": the converter over the card, which plays into and records from raw_file(). `settings`
 * is what stands after the key "converter". */
static const char *configuration(const struct card *card, const char *settings)
{
	static char text[2000];
	const char *format = snd_pcm_format_name(card->format);

	snprintf(text, sizeof(text),
		 "pcm_type.testcard.lib \"%s\"\n"
		 "pcm.card { type testcard rate %u format %s channels %u infile \"%s\" outfile \"%s\" }\n"
		 "pcm.stream { type rate slave { pcm card rate %u format %s } converter %s }\n",
		 getenv("BLI_TESTCARD"), card->rate_hz, format, card->channels, raw_file(), raw_file(), card->rate_hz,
		 format, settings);
	return text;
}

/* The worst channel of values[channels][frames] against the sines that were sent at `hz`. */
static double worst_snr_db(const double *values, size_t frames, unsigned channels, unsigned rate_hz, double hz)
{
	const size_t settle = (size_t)(settle_s * rate_hz);
	double worst_db = INFINITY;

	assert_true(frames > 4 * settle);
	for (unsigned c = 0; c < channels; c++) {
		struct pcmstream_fit fit = pcmstream_fit_sine(values + c * frames + settle, frames - 2 * settle,
							      pcmstream_omega(hz, c, rate_hz));

		assert_true(fabs(20 * log10(fit.amplitude) + 1) < 0.01);
		worst_db = fmin(worst_db, fit.snr_db);
	}
	return worst_db;
}

static snd_pcm_t *open_converter(const struct card *card, const struct pcmstream_setup *setup, const char *name)
{
	char quoted[100];

	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	return pcmstream_open(configuration(card, quoted), setup);
}

/* What the card plays of `sent` frames of sines: values[channels][*frames], to be freed. */
static double *play(const struct card *card, const struct pcmstream_setup *setup, const char *name, double hz,
		    snd_pcm_uframes_t sent, size_t *frames)
{
	snd_pcm_t *pcm = open_converter(card, setup, name);

	pcmstream_play(pcm, setup, hz, sent);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	return pcmstream_read_file(raw_file(), card->format, card->channels, frames);
}

/* What is recorded in `frames` frames of the sines that the card hears: values[channels][frames], to be freed. */
static double *record(const struct card *card, const struct pcmstream_setup *setup, const char *name, double hz,
		      size_t frames)
{
	double *values = malloc(frames * setup->channels * sizeof(*values));
	snd_pcm_t *pcm;

	assert_non_null(values);
	pcmstream_write_file(raw_file(), card->format, card->channels, card->rate_hz, hz, card->rate_hz);
	pcm = open_converter(card, setup, name);
	pcmstream_record(pcm, setup, values, frames);
	snd_pcm_close(pcm);
	return values;
}

static double play_and_measure(const struct card *card, const struct pcmstream_setup *setup, const char *name,
			       double hz)
{
	size_t frames;
	double *values = play(card, setup, name, hz, setup->rate_hz / 2, &frames);
	double snr_db = worst_snr_db(values, frames, card->channels, card->rate_hz, hz);

	free(values);
	return snr_db;
}

static double record_and_measure(const struct card *card, const struct pcmstream_setup *setup, const char *name,
				 double hz)
{
	const size_t frames = setup->rate_hz / 2;
	double *values = record(card, setup, name, hz, frames);
	double snr_db = worst_snr_db(values, frames, setup->channels, setup->rate_hz, hz);

	free(values);
	return snr_db;
}

/*
 * The SNR to ask of a sine of -1 dBFS: what the preset states (126 dB), or where that is less, 2 dB below what is left
 * of the format: 6.02 b + 1.76 - 1 dB, and 3 dB for being rounded twice.
 */
static double asked_snr_db(snd_pcm_format_t coarser)
{
	return fmin(126, 6.02 * snd_pcm_format_width(coarser) + 1.76 - 1 - 3 - 2) -
	       (snd_pcm_format_width(coarser) == 24);
}

struct stream_case {
	unsigned card_rate_hz, rate_hz;
	snd_pcm_format_t card_format, format;
	unsigned channels;
	snd_pcm_uframes_t period_frames;
	double hz;
};

static void run_case(const struct stream_case *row, snd_pcm_stream_t direction, snd_pcm_access_t access)
{
	const struct card card = { row->card_rate_hz, row->card_format, row->channels };
	const struct pcmstream_setup setup = {
		direction, access, row->format, row->channels, row->rate_hz, row->period_frames, 4,
	};
	const snd_pcm_format_t coarser =
		snd_pcm_format_width(row->format) < snd_pcm_format_width(row->card_format) ? row->format
											     : row->card_format;
	const double asked_db = asked_snr_db(coarser);
	const double snr_db = direction == SND_PCM_STREAM_PLAYBACK
				      ? play_and_measure(&card, &setup, converter(), row->hz)
				      : record_and_measure(&card, &setup, converter(), row->hz);

	print_message("%s %s: %u Hz %s, card %u Hz %s, %u channels: SNR %.1f dB (at least %.1f)\n",
		      snd_pcm_stream_name(direction), snd_pcm_access_name(access), row->rate_hz,
		      snd_pcm_format_name(row->format), row->card_rate_hz, snd_pcm_format_name(row->card_format),
		      row->channels, snr_db, asked_db);
	assert_true(snr_db >= asked_db);
}

/* Sines of up to hz * (1 + 0.13 * 7) in 8 channels stay below 0.9 of the lower Nyquist frequency. */
static const struct stream_case cases[] = {
	{ 48000, 44100, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_LE, 2, 441, 997 },
	{ 48000, 44100, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_LE, 8, 4410, 9000 },
	{ 44100, 16000, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_LE, 1, 160, 997 },
	{ 48000, 16000, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S32_LE, 2, 160, 997 },
	{ 44100, 16000, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S32_LE, 1, 1600, 6800 },
	{ 44100, 48000, SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S24_3LE, 8, 480, 997 },
	{ 48000, 44100, SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S24_3LE, 1, 441, 18000 },
	{ 8000, 11025, SND_PCM_FORMAT_U8, SND_PCM_FORMAT_U8, 2, 441, 440 },
	{ 44100, 48000, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S32_LE, 2, 480, 997 },
	{ 44100, 16000, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S16_LE, 2, 160, 997 },
	{ 48000, 44100, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S24_3LE, 2, 441, 997 },
	{ 44100, 48000, SND_PCM_FORMAT_U8, SND_PCM_FORMAT_S16_LE, 1, 480, 997 },
};

static void run_cases(snd_pcm_stream_t direction)
{
	static const snd_pcm_access_t accesses[] = {
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
		SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t k = 0; k < sizeof(accesses) / sizeof(accesses[0]); k++)
			run_case(&cases[i], direction, accesses[k]);
}

static void test_playback(void **state)
{
	(void)state;
	run_cases(SND_PCM_STREAM_PLAYBACK);
}

static void test_capture(void **state)
{
	(void)state;
	run_cases(SND_PCM_STREAM_CAPTURE);
}

static void test_presets(void **state)
{
	static const struct {
		const char *name;
		double snr_db, hz;
	} presets[] = {
		{ "bli_fast", 100, 13000 }, { "bli_medium", 115, 13000 }, { "bli", 126, 13000 },
		{ "bli_high", 126, 13000 }, { "bli_best", 175, 13000 },
	};
	const struct card card = { 48000, SND_PCM_FORMAT_S32_LE, 2 };
	const struct pcmstream_setup play = {
		SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 2, 44100, 441, 4,
	};
	struct pcmstream_setup record = play;

	(void)state;
	if (strcmp(converter(), "bli") != 0)
		skip();
	record.direction = SND_PCM_STREAM_CAPTURE;
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
		double played_db = play_and_measure(&card, &play, presets[i].name, presets[i].hz);
		double recorded_db = record_and_measure(&card, &record, presets[i].name, presets[i].hz);

		print_message("%s: played %.1f dB, recorded %.1f dB (at least %.0f)\n", presets[i].name, played_db,
			      recorded_db, presets[i].snr_db);
		assert_true(played_db >= presets[i].snr_db && recorded_db >= presets[i].snr_db);
	}
}

/* The SNR of the sine in values[frames], at the better of two frequencies. */
static double better_snr_db(const double *values, size_t frames, size_t settle, const double omegas[2])
{
	return fmax(pcmstream_fit_sine(values + settle, frames - 2 * settle, omegas[0]).snr_db,
		    pcmstream_fit_sine(values + settle, frames - 2 * settle, omegas[1]).snr_db);
}

/*
 * Periods that are no whole number of the card's frames: libasound rounds them, up or down, and neither buffer is a
 * whole number of periods. The sine then comes out in the ratio of the periods, and as clean.
 */
static void test_inexact_periods(void **state)
{
	const struct card card = { 48000, SND_PCM_FORMAT_S32_LE, 1 };
	const struct pcmstream_setup play_setup = {
		SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 1, 44100, 1024, 4,
	};
	const struct pcmstream_setup record_setup = {
		SND_PCM_STREAM_CAPTURE, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 1, 22050, 333, 5,
	};
	const double omega = pcmstream_omega(997, 0, 44100), heard_omega = pcmstream_omega(997, 0, 48000);
	/* 1024 * 48000 / 44100 = 1114.6 and 333 * 48000 / 22050 = 724.9 frames */
	const double played_omegas[2] = { omega * 1024 / 1114, omega * 1024 / 1115 };
	const double recorded_omegas[2] = { heard_omega * 724 / 333, heard_omega * 725 / 333 };
	double *values, played_db, recorded_db;
	size_t frames;

	(void)state;
	values = play(&card, &play_setup, converter(), 997, 44100, &frames);
	played_db = better_snr_db(values, frames, 2400, played_omegas);
	free(values);
	values = record(&card, &record_setup, converter(), 997, 22050);
	recorded_db = better_snr_db(values, 22050, 1200, recorded_omegas);
	free(values);
	print_message("played %.1f dB, recorded %.1f dB\n", played_db, recorded_db);
	assert_true(played_db >= 126 && recorded_db >= 126);
}

/*
 * Of 10 periods and 1 ... 440 frames nothing is lost but what the converter's delay holds back, and nothing is added.
 */
static void test_drain(void **state)
{
	static const snd_pcm_uframes_t rests[] = { 1, 2, 147, 220, 300, 440 };
	const struct card card = { 48000, SND_PCM_FORMAT_S32_LE, 2 };
	const struct pcmstream_setup setup = {
		SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 2, 44100, 441, 4,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		const snd_pcm_uframes_t sent = 10 * 441 + rests[i];
		const double expected = (double)sent * 480 / 441;
		struct pcmstream_fit fit;
		size_t frames;
		double *values = play(&card, &setup, converter(), 997, sent, &frames);

		/* The last frame included: the partial period must go on as the whole ones did. */
		fit = pcmstream_fit_sine(values + 2400, frames - 2400, pcmstream_omega(997, 0, 48000));
		print_message("%lu frames sent: %zu played, expected %.1f; SNR up to the last frame %.1f dB\n", sent,
			      frames, expected, fit.snr_db);
		assert_true(fabs((double)frames - expected) <= 0.5);
		assert_true(fit.snr_db >= 126);
		free(values);
	}
}

/* After drop and prepare a stream begins anew, from silence: the same frames as the first time, bit for bit. */
static void test_prepare_again(void **state)
{
	const struct card card = { 48000, SND_PCM_FORMAT_S32_LE, 2 };
	const struct pcmstream_setup setup = {
		SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 2, 44100, 441, 4,
	};
	const size_t played = 4800; /* by 10 periods */
	size_t fresh_frames, again_frames;
	double *fresh = play(&card, &setup, converter(), 997, 4410, &fresh_frames);
	double *again;
	snd_pcm_t *pcm;

	(void)state;
	assert_int_equal(fresh_frames, played);
	pcm = open_converter(&card, &setup, converter());
	pcmstream_play(pcm, &setup, 3000, 4000); /* stops within a period */
	assert_int_equal(snd_pcm_drop(pcm), 0);
	assert_int_equal(snd_pcm_prepare(pcm), 0);
	pcmstream_play(pcm, &setup, 997, 4410);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	again = pcmstream_read_file(raw_file(), card.format, card.channels, &again_frames);
	print_message("%zu frames played before the drop, %zu after\n", again_frames - played, played);
	assert_true(again_frames > played);
	for (unsigned c = 0; c < card.channels; c++)
		assert_memory_equal(fresh + c * fresh_frames, again + (c + 1) * again_frames - played,
				    played * sizeof(*fresh));
	free(fresh);
	free(again);
}

/* The same for recording: a constant sets in with the same step, bit for bit. */
static void test_record_again(void **state)
{
	enum { FRAMES = 1600 };
	static double first[2 * FRAMES], again[2 * FRAMES];
	const struct card card = { 44100, SND_PCM_FORMAT_S32_LE, 2 };
	const struct pcmstream_setup setup = {
		SND_PCM_STREAM_CAPTURE, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 2, 16000, 160, 4,
	};
	snd_pcm_t *pcm;

	(void)state;
	pcmstream_write_file(raw_file(), card.format, card.channels, card.rate_hz, 0, 44100);
	pcm = open_converter(&card, &setup, converter());
	pcmstream_record(pcm, &setup, first, FRAMES);
	assert_int_equal(snd_pcm_drop(pcm), 0);
	assert_int_equal(snd_pcm_prepare(pcm), 0);
	pcmstream_record(pcm, &setup, again, FRAMES);
	snd_pcm_close(pcm);
	print_message("constant 1/2: first frame %.6f, last %.6f\n", first[0], first[FRAMES - 1]);
	assert_true(fabs(first[0]) < 0.1 && fabs(first[FRAMES - 1] - 0.5) < 1e-4);
	assert_memory_equal(first, again, sizeof(first));
}

/* Equal rates: every sample as it was. */
static void test_same_rate(void **state)
{
	const struct card card = { 44100, SND_PCM_FORMAT_S32_LE, 2 };
	const struct pcmstream_setup setup = {
		SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S32_LE, 2, 44100, 441, 4,
	};
	double *sent, *played;
	size_t sent_frames, played_frames;

	(void)state;
	pcmstream_write_file(raw_file(), card.format, card.channels, 44100, 997, 5000);
	sent = pcmstream_read_file(raw_file(), card.format, card.channels, &sent_frames);
	played = play(&card, &setup, converter(), 997, 5000, &played_frames);
	assert_int_equal(played_frames, sent_frames);
	assert_memory_equal(sent, played, 2 * sent_frames * sizeof(*sent));
	free(sent);
	free(played);
}

/* Before it starts, the delay of a stream is what was written. */
static void test_delay(void **state)
{
	const struct card card = { 48000, SND_PCM_FORMAT_S16_LE, 2 };
	const struct pcmstream_setup setup = {
		SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_FORMAT_S16_LE, 2, 44100, 441, 8,
	};
	snd_pcm_sframes_t delay = 0;
	snd_pcm_t *pcm;

	(void)state;
	pcm = open_converter(&card, &setup, converter());
	for (unsigned written = 300; written < 8 * 441; written += 300) {
		pcmstream_play(pcm, &setup, 997, 300);
		assert_int_equal(snd_pcm_delay(pcm, &delay), 0);
		assert_int_equal(delay, written);
	}
	snd_pcm_close(pcm);
}

/* The compound form opens; a key that there is not is refused by name. */
static void test_compound(void **state)
{
	const struct card card = { 48000, SND_PCM_FORMAT_S16_LE, 2 };
	const char *message;
	int error = 0;
	snd_pcm_t *pcm;

	(void)state;
	if (strcmp(converter(), "bli") != 0)
		skip();
	pcm = pcmstream_try_open(configuration(&card, "{ name \"bli\" }"), SND_PCM_STREAM_PLAYBACK, &error);
	assert_non_null(pcm);
	snd_pcm_close(pcm);

	plug_log_catch();
	pcm = pcmstream_try_open(configuration(&card, "{ name \"bli\" colour \"red\" }"), SND_PCM_STREAM_PLAYBACK,
				 &error);
	snd_lib_error_set_handler(NULL);
	message = plug_log_take();
	print_message("%s: %s\n", snd_strerror(error), message);
	assert_null(pcm);
	assert_true(error < 0);
	assert_non_null(strstr(message, "colour"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_playback),      cmocka_unit_test(test_capture),
		cmocka_unit_test(test_presets),	      cmocka_unit_test(test_inexact_periods),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_prepare_again), cmocka_unit_test(test_record_again),
		cmocka_unit_test(test_same_rate),     cmocka_unit_test(test_delay),
		cmocka_unit_test(test_compound),
	};
	const char *plugins = getenv("BLI_PLUGIN_DIR");
	int failed;

	if (!getenv("BLI_TESTCARD") || access(getenv("BLI_TESTCARD"), R_OK) != 0 || !plugins) {
		fprintf(stderr, "BLI_TESTCARD and BLI_PLUGIN_DIR must say where the card and the converters are\n");
		return 99;
	}
	if (setenv("ALSA_PLUGIN_DIR", plugins, 1) != 0 || !mkdtemp(directory))
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(raw_file());
	rmdir(directory);
	return failed ? 1 : 0;
}
