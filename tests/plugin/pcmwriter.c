/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" with sync "writer": a program that another clock paces is followed, at a constant latency and without a
 * click; one that stops is waited for; an ordinary player is recognised and gets the nominal ratio. In simulated time.
 */
#include "heapspy.h"
#include "writerhelp.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

/* ---- following ------------------------------------------------------------ */

/*
 * What the loop is worth where all that is known of a clock is when a program writes is asserted by tests/core/clockloop: 10 ppm
 * and 0.5 ms for writes that are up to 10 ms late. Earlier writes are better stamps.
 */
struct follow_row {
	struct writer writer;
	double lock_s;		/* from then on … */
	double off_ppm, off_s;	/* … the ratio of every second and the latency are right to this */
	double snr_db;
};

static void follow(const struct follow_row *row)
{
	struct writer writer = row->writer;
	const double seconds = row->lock_s + 45;
	double least = 1, most = 0, off = 0, rough, snr_db;
	struct writer_anchor at;
	snd_pcm_sframes_t delay;
	double heard;
	size_t first, last;

	writer_begin(&writer, seconds, "sync writer");
	writer_polls = 0;
	writer_run(&writer, writer.from + seconds - 1);
	/* no write waited, and none was refused */
	assert_int_equal(writer_polls, 0);
	at = writer_anchor(&writer);
	last = at.frame - WRITER_CARD_RATE / 10;
	for (double t = row->lock_s; t < seconds - 3; t += 1) {
		first = writer_frame_at(&at, writer.from + t);
		least = fmin(least, writer_latency(&writer, &at, first));
		most = fmax(most, writer_latency(&writer, &at, first));
		off = fmax(off, fabs(writer_deviation(&writer, first, first + WRITER_CARD_RATE) - 1e-6 * writer.ppm));
	}
	assert_int_equal(snd_pcm_delay(writer.pcm, &delay), 0);
	/* what the card plays now, from what it played 20 ms ago; the next frame written is heard when all before it are */
	heard = writer_place(&writer, at.frame - 960) + 960.0 * WRITER_RATE / WRITER_CARD_RATE * (1 + 1e-6 * writer.ppm);
	assert_true(fabs((double)writer.written - heard - (double)delay) < 4);
	rough = writer_roughest(writer_frame_at(&at, writer.from + 1), last);
	snr_db = writer_worst_snr_db(&writer, writer_frame_at(&at, writer.from + row->lock_s), last);
	print_message("%+.0f ppm, %u frames, up to %.0f ms late: after %.0f s within %.2f ppm, latency %.3f ... %.3f ms, %.1f dB\n",
		      writer.ppm, writer.chunk, 1e3 * writer.jitter, row->lock_s, 1e6 * off, 1e3 * least, 1e3 * most, snr_db);
	print_message("    %s\n", writer_report(&writer));
	assert_int_equal(hand.starts, 1);
	assert_true(off < 1e-6 * row->off_ppm);
	assert_true(most - least < row->off_s);
	/* nothing is heard but a frequency that changes, in the beginning too */
	assert_true(rough < 1.05 * writer_roughness(1.2e-3));
	assert_true(snr_db > row->snr_db);
	writer_end(&writer);
}

/*
 * SNR: where a ratio drifts by D per second, a tenth of a second fits a sine of 997 Hz but for a phase of π·997·D·t², whose part
 * that is no line is π·997·D·(0.1 s)²/(6 √5) rms: −107 dB at 2 ppm/s, which a loop whose bandwidth is 0.25 rad/s makes of
 * 8 ppm, and −87 dB at 20 ppm/s.
 */
static void test_follows(void **state)
{
	static const struct follow_row rows[] = {
		{ { .ppm = 600, .jitter = 10e-3, .chunk = 882, .period = 2205, .periods = 4 }, 75, 10, 0.5e-3, 105 },
		{ { .ppm = -600, .jitter = 10e-3, .chunk = 882, .period = 2205, .periods = 4 }, 75, 10, 0.5e-3, 105 },
		{ { .ppm = 1000, .jitter = 1e-3, .chunk = 64, .period = 441, .periods = 8 }, 30, 2, 0.05e-3, 105 },
		{ { .ppm = -1000, .jitter = 3e-3, .chunk = 441, .period = 441, .periods = 8, .nonblocking = true },
		  60, 5, 0.1e-3, 105 },
		{ { .ppm = -1000, .jitter = 10e-3, .chunk = 1024, .period = 1024, .periods = 4, .start_threshold = 1 },
		  75, 10, 0.5e-3, 105 },
		{ { .ppm = -1000, .jitter = 20e-3, .chunk = 4096, .period = 4096, .periods = 4 }, 180, 30, 1e-3, 87 },
		/* late by 46 ms at first, by 0.5 ms less with each write, and after eight seconds by 46 ms again */
		{ { .ppm = 700, .chunk = 4096, .reads = 2036, .period = 4096, .periods = 4 }, 180, 40, 2e-3, 87 },
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		follow(&rows[row]);
}

/* A card that starts when half of the buffer is written, whatever the program's start threshold. */
static void test_starts_half_full(void **state)
{
	struct writer writer = { .chunk = 441, .period = 1102, .periods = 4 };

	(void)state;
	for (unsigned threshold = 0; threshold < 2; threshold++) {
		writer.start_threshold = threshold;
		writer_begin(&writer, 10, "sync writer");
		assert_string_equal(writer_report(&writer), "starts with 2204 frames; 0 refills, 0 frames left out");
		writer_run(&writer, writer.from + 0.0499);
		assert_int_equal(writer.written, 4 * 441);
		assert_int_equal(snd_pcm_state(writer.pcm), threshold ? SND_PCM_STATE_RUNNING : SND_PCM_STATE_PREPARED);
		assert_int_equal(hand.starts, 0);
		assert_int_equal(snd_pcm_avail(writer.pcm), 4408 - 4 * 441);
		writer_run(&writer, writer.from + 0.0501);
		assert_int_equal(snd_pcm_state(writer.pcm), SND_PCM_STATE_RUNNING);
		assert_int_equal(hand.starts, 1);
		writer_end(&writer);
	}
}

/* ---- stops ---------------------------------------------------------------- */

/*
 * A source that stops for two seconds of a run, and has lost them, or still has them all. The program hears nothing of it; what
 * is left out is what the two seconds lasted, if there was that, and nothing besides; latency and ratio are what they were.
 */
static void stall(bool lost)
{
	enum { STALL = 2, BEFORE = 60 };
	struct writer writer = { .ppm = 800, .jitter = 3e-3, .chunk = 441, .period = 1102, .periods = 4 };
	double before, after, missing, off;
	struct writer_anchor at;
	size_t first;
	unsigned refills = 0;
	unsigned long long left_out = 0;

	writer_begin(&writer, 100, "sync writer");
	writer_run(&writer, writer.from + BEFORE);
	at = writer_anchor(&writer);
	before = writer_latency(&writer, &at, at.frame - 10000);
	first = at.frame - 10000;
	heapspy_start(0);
	writer_go_to(writer_now + STALL);
	/* all is played, and a program that looks sees an empty buffer of a running stream */
	assert_int_equal(snd_pcm_avail(writer.pcm), 4408);
	assert_int_equal(snd_pcm_state(writer.pcm), SND_PCM_STATE_RUNNING);
	if (lost)
		writer.from += STALL;
	writer_polls = 0;
	writer_run(&writer, writer_now + 20);
	heapspy_stop();
	assert_int_equal(writer_polls, 0);
	assert_int_equal(HEAPSPY_POSSIBLE ? heapspy_calls() : 0, 0);
	at = writer_anchor(&writer);
	after = writer_latency(&writer, &at, at.frame - 10000);
	missing = writer_place(&writer, at.frame - 10000) - writer_place(&writer, first) -
		  (double)(at.frame - 10000 - first) * WRITER_RATE / WRITER_CARD_RATE * (1 + 1e-6 * writer.ppm);
	off = writer_deviation(&writer, at.frame - 60000, at.frame - 10000) - 1e-6 * writer.ppm;
	assert_int_equal(sscanf(strstr(writer_report(&writer), " ms; "), " ms; %u refills, %llu", &refills, &left_out), 2);
	print_message("%s: latency %.3f ms before, %.3f ms after, %.0f frames missing, %llu left out, %.2f ppm off\n",
		      lost ? "lost" : "kept", 1e3 * before, 1e3 * after, missing, left_out, 1e6 * off);
	assert_int_equal(hand.starts, 2);
	assert_int_equal(refills, 1);
	/* a start is exact to a chunk and its lateness */
	assert_true(fabs(after - before) < 13e-3);
	assert_true(fabs(off) < 20e-6);
	assert_true(lost ? left_out == 0 : fabs((double)left_out - STALL * WRITER_RATE) < 4408);
	/* but for silence instead of what is missing of a block of the stream, which is half a period */
	assert_in_range((long)round((double)left_out - missing + 20), 0, 551 + 40);
	writer_end(&writer);
}

static void test_source_that_stalls(void **state)
{
	(void)state;
	stall(true);
	stall(false);
}

/* A pause of both sides leaves everything as it was. */
static void test_pause(void **state)
{
	struct writer writer = { .ppm = -500, .jitter = 1e-3, .chunk = 441, .period = 1102, .periods = 4 };
	struct writer_anchor at;
	double before;

	(void)state;
	writer_begin(&writer, 100, "sync writer");
	writer_run(&writer, writer.from + 40);
	at = writer_anchor(&writer);
	before = writer_latency(&writer, &at, at.frame - 10000);
	assert_int_equal(snd_pcm_pause(writer.pcm, 1), 0);
	writer_go_to(writer_now + 5);
	writer.from += 5;
	assert_int_equal(snd_pcm_pause(writer.pcm, 0), 0);
	writer_run(&writer, writer_now + 20);
	at = writer_anchor(&writer);
	assert_int_equal(hand.starts, 1);
	assert_int_equal(hand.pauses, 1);
	assert_true(fabs(writer_latency(&writer, &at, at.frame - 10000) - before) < 1e-3);
	assert_true(fabs(writer_deviation(&writer, at.frame - 60000, at.frame - 10000) - 1e-6 * writer.ppm) < 10e-6);
	writer_end(&writer);
}

/* In real time: a thread keeps a card busy whose buffer is the shorter one, and waits with it for a source that stalls. */
static void test_with_thread(void **state)
{
	static const struct hand_card short_card = { WRITER_CARD_RATE, SND_PCM_FORMAT_S32, 2, 480, 1920 };
	static const struct timespec tenth = { 0, 100000000 };
	struct writer writer = { .chunk = 4410, .period = 4410, .periods = 6, .card = &short_card };
	unsigned refills = 0;

	(void)state;
	writer_begin(&writer, 0, "sync writer");
	writer_be_real();
	for (int n = 0; n < 20; n++) {
		nanosleep(&tenth, NULL);
		writer_write(&writer, 4096);
		writer_write(&writer, 4410 - 4096);
		if (n == 9)
			for (int i = 0; i < 8; i++)
				nanosleep(&tenth, NULL);
	}
	assert_int_equal(snd_pcm_state(writer.pcm), SND_PCM_STATE_RUNNING);
	print_message("with a thread: %s\n", writer_report(&writer));
	assert_int_equal(sscanf(strstr(writer_report(&writer), "; ") + 2, "%u refills", &refills), 1);
	assert_true(refills >= 1);
	assert_true(hand.starts >= 2);
	writer_end(&writer);
}

/* All that was written is heard to its end, also of a stream that has less than half a buffer. */
static void test_drains(void **state)
{
	static const double seconds[] = { 0.02, 20 };
	struct writer writer = { .ppm = 1000, .jitter = 3e-3, .chunk = 441, .period = 1102, .periods = 4 };
	double last = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (writer.start_threshold = 0; writer.start_threshold < 2; writer.start_threshold++) {
			writer_begin(&writer, 30, "sync writer");
			writer_run(&writer, writer.from + seconds[i]);
			assert_true(writer.written > 0);
			assert_int_equal(snd_pcm_drain(writer.pcm), 0);
			assert_int_equal(hand.starts, 1);
			/* the sine goes on to the last frame and the filter rings after it */
			for (size_t n = 0; n < hand.done; n++)
				if (fabs(hand_get(&(struct hand_card){ WRITER_CARD_RATE, SND_PCM_FORMAT_S32, 2, 0, 0 }, n, 0)) > 0.1)
					last = (double)n;
			assert_true(hand.done - last > 20);
			assert_true(hand.done - last < 400);
			assert_true(hand.done >= (double)writer.written * WRITER_CARD_RATE / WRITER_RATE * 0.999);
			writer_end(&writer);
		}
}

/* ---- players -------------------------------------------------------------- */

/* A program that writes whatever there is room for, as fast as it can: the very samples of a stream at the nominal ratio. */
static void play(struct writer *writer, double seconds)
{
	const double until = writer_now + seconds;

	while (writer_now < until) {
		if (writer->nonblocking)
			while (snd_pcm_avail(writer->pcm) < (snd_pcm_sframes_t)writer->chunk)
				assert_true(snd_pcm_wait(writer->pcm, 1000) >= 0);
		writer_write(writer, writer->chunk);
	}
}

static void test_player(void **state)
{
	static const char frozen[] = "frozen at the nominal ratio, +0.000 ppm";
	struct writer writer = { .chunk = 1102, .period = 1102, .periods = 4 };

	(void)state;
	for (unsigned way = 0; way < 4; way++) {
		struct writer_anchor at;

		writer.nonblocking = way & 1;
		writer.start_threshold = way & 2 ? 1 : 0;
		writer_begin(&writer, 70, "sync writer");
		play(&writer, 60);
		assert_int_equal(strncmp(writer_report(&writer), frozen, strlen(frozen)), 0);
		at = writer_anchor(&writer);
		/* to what double precision and a fit of single-precision samples tell over a minute */
		assert_true(fabs(writer_deviation(&writer, 1000, at.frame - 1000)) < 1e-9);
		assert_true(writer_roughest(1000, at.frame - 1000) < writer_roughness(1e-6) + 1e-6);
		/* and it is told of everything, as without the key */
		writer_go_to(writer_now + 1);
		assert_int_equal(snd_pcm_avail(writer.pcm), -EPIPE);
		assert_int_equal(snd_pcm_state(writer.pcm), SND_PCM_STATE_XRUN);
		/* anew: now it is paced */
		assert_int_equal(snd_pcm_prepare(writer.pcm), 0);
		assert_int_equal(strncmp(writer_report(&writer), "starts with", strlen("starts with")), 0);
		writer_end(&writer);
	}
}

/* ---- settings ------------------------------------------------------------- */

static void test_settings(void **state)
{
	static const struct {
		const char *more;
		snd_pcm_stream_t direction;
		const char *message;	/* NULL: is taken */
	} rows[] = {
		{ "sync none", SND_PCM_STREAM_PLAYBACK, NULL },
		{ "sync none", SND_PCM_STREAM_CAPTURE, NULL },
		{ "sync Writer", SND_PCM_STREAM_PLAYBACK, NULL },
		{ "sync writers", SND_PCM_STREAM_PLAYBACK, "sync = \"writers\": allowed are none and writer" },
		{ "sync 1", SND_PCM_STREAM_PLAYBACK, "sync = \"1\": allowed are none and writer" },
		{ "sync { }", SND_PCM_STREAM_PLAYBACK, "sync = a compound: allowed are none and writer" },
		{ "sync writer", SND_PCM_STREAM_CAPTURE,
		  "sync = \"writer\": only playback has a writer; allowed for capture is none" },
		{ "sync writer converter bli_linear", SND_PCM_STREAM_PLAYBACK,
		  "sync = \"writer\": the converter bli_linear has no variable ratio; allowed with it is none" },
		{ "synch writer", SND_PCM_STREAM_PLAYBACK,
		  "synch = \"writer\": unknown key; allowed are slave, converter and sync" },
	};
	static const struct hand_card card = { 48000, SND_PCM_FORMAT_S32, 2, 0, 0 };

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		const char *said;
		snd_pcm_t *pcm;
		int error;

		hand_begin(&card, 0, 0);
		plug_log_take();
		pcm = pcmstream_try_open(hand_configuration(&card, rows[row].more), rows[row].direction, &error);
		said = plug_log_take();
		assert_int_equal(error, rows[row].message ? -EINVAL : 0);
		if (!rows[row].message)
			assert_string_equal(said, "");
		else if (!strstr(said, rows[row].message) || strchr(said, '\n') != said + strlen(said) - 1)
			fail_msg("%s: %s", rows[row].more, said);
		if (pcm)
			snd_pcm_close(pcm);
		hand_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follows),
		cmocka_unit_test(test_starts_half_full),
		cmocka_unit_test(test_source_that_stalls),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_with_thread),
		cmocka_unit_test(test_drains),
		cmocka_unit_test(test_player),
		cmocka_unit_test(test_settings),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
