/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" in configurations: slaves of all kinds, conversions above, and what is said of a wrong one.
 */
#include "handhelp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct hand_card card48 = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

static const struct pcmstream_setup playback = {
	.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S16_LE,
	.channels = 2, .rate_hz = 44100, .period_frames = 441, .periods = 4,
};

/* "pcm.stream" of a text that is not about the card. */
static snd_pcm_t *open_text(const char *text, int *error)
{
	plug_log_take();
	return pcmstream_try_open(text, SND_PCM_STREAM_PLAYBACK, error);
}

/* ---- slaves ------------------------------------------------------------- */

static void play_and_record(const char *text, unsigned channels)
{
	static double values[2 * 44100];
	struct pcmstream_setup setup = playback;
	snd_pcm_t *pcm;

	setup.channels = channels;
	pcm = pcmstream_open(text, &setup);
	pcmstream_play(pcm, &setup, 997, 44100);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	setup.direction = SND_PCM_STREAM_CAPTURE;
	pcm = pcmstream_open(text, &setup);
	pcmstream_record(pcm, &setup, values, 44100 / channels);
	snd_pcm_close(pcm);
}

/* A null slave takes and gives as much as there is, at any time. */
static void test_null(void **state)
{
	(void)state;
	play_and_record("pcm.null { type null }\npcm.stream { type bli slave { pcm null rate 48000 } }\n", 2);
	play_and_record("pcm.stream { type bli slave { pcm { type null } rate 48000 format S24_3LE } converter bli_fast }\n", 2);
	play_and_record("pcm_slave.s { pcm { type null } rate 96000 }\npcm.stream { type bli slave s }\n", 2);
}

/* Conversions of channels and formats stand above, and a plug below: the rate is bli's in both cases. */
static void test_plug(void **state)
{
	struct pcmstream_setup setup = playback;
	char text[3500];
	snd_pcm_t *pcm;

	(void)state;
	setup.channels = 1;
	setup.period_frames = 480;
	hand_begin(&card48, 96000, 7);
	snprintf(text, sizeof(text), "%spcm.inner { type bli slave.pcm card }\npcm.stream { type plug slave.pcm inner }\n",
		 strstr(hand_configuration(&card48, ""), "pcm_type"));
	/* the helper's own "pcm.stream" is overridden by the later one */
	pcm = pcmstream_open(text, &setup);
	pcmstream_play(pcm, &setup, 997, 44100);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	print_message("plug above: %llu frames for 48000\n", (unsigned long long)hand.done);
	assert_true(hand.done >= 47999);
	hand_end();

	hand_begin(&card48, 96000, 7);
	snprintf(text, sizeof(text), "%spcm.p { type plug slave.pcm card }\npcm.stream { type bli slave.pcm p }\n",
		 hand_configuration(&card48, ""));
	pcm = pcmstream_open(text, &setup);
	pcmstream_play(pcm, &setup, 997, 44100);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	print_message("plug below: %llu frames for 48000, the lead and the filter's response\n", (unsigned long long)hand.done);
	assert_in_range(hand.done, 48000 + 160 + 140, 48000 + 160 + 170);
	hand_end();
}

/* bli over bli: two conversions, one of them back. */
static void test_nested(void **state)
{
	char text[3500];
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 96000, 7);
	snprintf(text, sizeof(text), "%spcm.b { type bli slave { pcm card } }\npcm.stream { type bli slave { pcm b rate 96000 } }\n",
		 hand_configuration(&card48, ""));
	pcm = pcmstream_open(text, &playback);
	pcmstream_play(pcm, &playback, 997, 44100);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	assert_in_range(hand.done, 48000, 49500);
	hand_end();
}

/* A slave that names itself, at once or in a round, is an error and not a crash. */
static void test_self(void **state)
{
	static const char *const texts[] = {
		"pcm.stream { type bli slave.pcm stream }\n",
		"pcm.a { type bli slave.pcm stream }\npcm.stream { type bli slave.pcm a }\n",
		"pcm.a { type plug slave.pcm stream }\npcm.stream { type bli slave.pcm a }\n",
		("pcm.a { type bli slave.pcm b }\npcm.b { type bli slave.pcm c }\n"
		 "pcm.c { type softvol slave.pcm a control.name x }\npcm.stream { type bli slave.pcm a }\n"),
		"pcm_slave.s { pcm stream }\npcm.stream { type bli slave s }\n",
		"pcm.stream { type bli slave.pcm { type bli slave.pcm stream } }\n",
		"pcm.stream { type bli slave.pcm { type asym playback.pcm stream } }\n",
		/* the recipe's form, where alsa-lib itself loses count */
		"pcm.stream { type plug slave.pcm { type bli slave.pcm stream } }\n",
	};
	int error = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *said;

		assert_null(open_text(texts[i], &error));
		assert_int_equal(error, -EINVAL);
		said = plug_log_take();
		print_message("%s", said);
		assert_true(strstr(said, "looped") || strstr(said, "leads back"));
	}
}

/* What the PCM's dump says after `label`; *output, to be closed, holds the text. */
static const char *dumped(snd_pcm_t *pcm, const char *label, snd_output_t **output)
{
	char *said;

	assert_int_equal(snd_output_buffer_open(output), 0);
	snd_pcm_dump(pcm, *output);
	assert_true(snd_output_buffer_string(*output, &said) > 0);
	said = strstr(said, label);
	assert_non_null(said);
	return said + strlen(label);
}

/* The slave's best format is taken: of a null slave, which has all, 32 bits; and the program's if the rates are equal. */
static void test_format(void **state)
{
	static const struct {
		const char *text, *format;
	} rows[] = {
		{ "pcm.stream { type bli slave { pcm { type null } rate 48000 } }\n", "S32_LE" },
		{ "pcm.stream { type bli slave { pcm { type null } rate 48000 format S24_3LE } }\n", "S24_3LE" },
		{ "pcm.stream { type bli slave { pcm { type null } } }\n", "S16_LE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snd_pcm_t *pcm = pcmstream_open(rows[i].text, &playback);
		snd_output_t *output;

		assert_int_equal(strncmp(dumped(pcm, "  slave: ", &output), rows[i].format, strlen(rows[i].format)), 0);
		snd_output_close(output);
		snd_pcm_close(pcm);
	}
}

/*
 * Blocks, in frames of the input, of which 147:160 and 1:2 are the shortest but for 32: half a period and 768 frames at
 * the lower rate at most; in capture a period has whole ones.
 */
static void test_blocks(void **state)
{
	static const struct {
		snd_pcm_stream_t direction;
		unsigned rate_hz, slave_hz, period;
		unsigned long block;
	} rows[] = {
		{ SND_PCM_STREAM_PLAYBACK, 44100, 48000, 64, 147 },
		{ SND_PCM_STREAM_PLAYBACK, 44100, 48000, 587, 147 },
		{ SND_PCM_STREAM_PLAYBACK, 44100, 48000, 588, 294 },
		{ SND_PCM_STREAM_PLAYBACK, 44100, 48000, 5512, 588 },
		{ SND_PCM_STREAM_PLAYBACK, 48000, 96000, 48, 32 },
		{ SND_PCM_STREAM_PLAYBACK, 48000, 96000, 240, 120 },
		{ SND_PCM_STREAM_PLAYBACK, 96000, 48000, 12000, 1500 },
		{ SND_PCM_STREAM_CAPTURE, 44100, 48000, 441, 160 },	/* of a slave's period of 480 */
		{ SND_PCM_STREAM_CAPTURE, 44100, 48000, 1323, 480 },	/* 1440 */
		{ SND_PCM_STREAM_CAPTURE, 44100, 48000, 4410, 800 },	/* 4800 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pcmstream_setup setup = playback;
		snd_output_t *output;
		char text[200];
		snd_pcm_t *pcm;

		setup.direction = rows[i].direction;
		setup.rate_hz = rows[i].rate_hz;
		setup.period_frames = rows[i].period;
		snprintf(text, sizeof(text), "pcm.stream { type bli slave { pcm { type null } rate %u } }\n",
			 rows[i].slave_hz);
		pcm = pcmstream_open(text, &setup);
		assert_int_equal(strtoul(dumped(pcm, ", blocks of ", &output), NULL, 10), rows[i].block);
		snd_output_close(output);
		snd_pcm_close(pcm);
	}
}

/* ---- messages ----------------------------------------------------------- */

#define NULL_SLAVE "slave.pcm { type null } "

static const struct {
	const char *body;	/* of pcm.stream, after the type */
	const char *says[3];	/* in one line */
} wrong[] = {
	{ "", { "slave.pcm", "missing", "allowed" } },
	{ "slave { rate 48000 }", { "slave.pcm", "missing", "allowed" } },
	{ "slave.pcm 17", { "slave.pcm = \"17\"", "name of a PCM", "allowed" } },
	{ "slave \"nowhere\"", { "slave = \"nowhere\"", "pcm_slave", "allowed" } },
	{ NULL_SLAVE "slave.rate fast", { "slave.rate = \"fast\"", "2000 to 1536000", "allowed" } },
	{ NULL_SLAVE "slave.rate 1999", { "slave.rate = \"1999\"", "2000 to 1536000", "allowed" } },
	{ NULL_SLAVE "slave.rate 44100.5", { "slave.rate = \"44100.5", "2000 to 1536000", "allowed" } },
	{ NULL_SLAVE "slave.format MU_LAW", { "slave.format = \"MU_LAW\"", "linear", "allowed" } },
	{ NULL_SLAVE "slave.format 16", { "slave.format = \"16\"", "linear", "allowed" } },
	{ NULL_SLAVE "slave.channels 65", { "slave.channels = \"65\"", "1 to 64", "allowed" } },
	{ NULL_SLAVE "slave.period_time 0", { "slave.period_time = \"0\"", "1 to 10000000", "allowed" } },
	{ NULL_SLAVE "slave.buffer_time x", { "slave.buffer_time = \"x\"", "1 to 10000000", "allowed" } },
	{ NULL_SLAVE "slave.rat 48000", { "slave.rat = \"48000\"", "slave.period_time and slave.buffer_time", "allowed" } },
	{ NULL_SLAVE "convertor bli", { "convertor = \"bli\"", "slave, converter and sync", "allowed" } },
	{ NULL_SLAVE "converter lavrate", { "converter = \"lavrate\"", "bli_best", "allowed" } },
	{ NULL_SLAVE "converter 3", { "converter = \"3\"", "bli_best", "allowed" } },
	{ NULL_SLAVE "converter { name x }", { "converter.name = \"x\"", "bli_best", "allowed" } },
	{ NULL_SLAVE "converter { quality good }", { "quality = \"good\"", "medium", "allowed" } },
	{ NULL_SLAVE "converter { colour red }", { "colour = \"red\"", "unknown key", "allowed" } },
};

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[500];
		const char *said;
		int error = 0;

		snprintf(text, sizeof(text), "pcm.stream { type bli %s }\n", wrong[i].body);
		assert_null(open_text(text, &error));
		assert_int_equal(error, -EINVAL);
		said = plug_log_take();
		print_message("%s", said);
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
		for (size_t k = 0; k < 3; k++)
			assert_non_null(strstr(said, wrong[i].says[k]));
	}
}

/* A slave that cannot be had: its own error, and a line that names it. */
static void test_missing(void **state)
{
	static const struct {
		const char *text;
		int error;
		const char *says;
	} rows[] = {
		{ "pcm.stream { type bli slave.pcm nowhere }\n", -ENOENT, "nowhere" },
		{ "pcm.stream { type bli slave.pcm { type nothing } }\n", -ENXIO, "nothing" },
		{ "pcm.card { type asym capture.pcm { type null } }\npcm.stream { type bli slave.pcm card }\n", -EINVAL, "playback" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *said;
		int error = 0;

		assert_null(open_text(rows[i].text, &error));
		said = plug_log_take();
		print_message("%s", said);
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
		assert_int_equal(error, rows[i].error);
		assert_non_null(strstr(said, rows[i].says));
	}
}

/* What a slave does not have is said with what it has. */
static void test_refused(void **state)
{
	static const struct {
		const char *more, *says[2];
	} rows[] = {
		{ "slave.rate 44100", { "slave.rate = \"44100\"", "48000 to 48000" } },
		{ "slave.channels 6", { "slave.channels = \"6\"", "2 to 2" } },
		{ "slave.format S16_LE", { "slave.format = \"S16_LE\"", "allowed are S32_LE" } },
	};
	int error = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *said;

		hand_begin(&card48, 0, 7);
		assert_null(open_text(hand_configuration(&card48, rows[i].more), &error));
		assert_int_equal(error, -EINVAL);
		said = plug_log_take();
		print_message("%s", said);
		assert_non_null(strstr(said, rows[i].says[0]));
		assert_non_null(strstr(said, rows[i].says[1]));
		hand_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_plug),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_missing),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
