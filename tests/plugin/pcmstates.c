/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" when something comes between: a drain that nobody calls twice, runs dry or falls asleep; xruns
 * that a program does not want to hear of; resuming what was never asleep; who waits, and how often for nothing.
 */
#include "handhelp.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct hand_card card48 = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

enum { PERIOD = 441, BUFFER = 4 * PERIOD, LEAD = 160, RESPONSE_MAX = 168 };

static const struct pcmstream_setup playback = {
	.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S32_LE,
	.channels = 2, .rate_hz = 44100, .period_frames = PERIOD, .periods = 4,
};

static int32_t samples[2 * BUFFER];

static snd_pcm_t *open_card(snd_pcm_stream_t direction)
{
	struct pcmstream_setup setup = playback;

	setup.direction = direction;
	hand_begin(&card48, 60000, 7);
	hand.can_resume = 1;
	return hand_open(&card48, "", &setup);
}

static void end(snd_pcm_t *pcm)
{
	snd_pcm_close(pcm);
	hand_end();
}

/* The whole buffer, of which the last frame is a click. */
static void write_click(snd_pcm_t *pcm)
{
	memset(samples, 0, sizeof(samples));
	pcmstream_put(&(snd_pcm_channel_area_t){ samples, 0, 64 }, BUFFER - 1, SND_PCM_FORMAT_S32_LE, 0.5);
	assert_int_equal(snd_pcm_writei(pcm, samples, BUFFER), BUFFER);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
}

/* All of a click's response was heard: it sums up to the click, times the ratio of the rates. */
static void check_click(void)
{
	double sum = 0, *played = hand_played(&card48, 0);

	for (size_t n = 0; n < hand.done; n++)
		sum += played[n];
	free(played);
	assert_true(fabs(sum - 0.5 * 48000 / 44100) < 1e-5);
}

/* ---- drain -------------------------------------------------------------- */

static void test_drain_by_wait(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);
	unsigned waits = 0;

	(void)state;
	write_click(pcm);
	assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
	assert_int_equal(snd_pcm_drain(pcm), -EAGAIN);
	while (snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING && ++waits < 1000)
		assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
	print_message("a drain of %d frames was waited for %u times\n", BUFFER, waits);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
	assert_in_range(hand.done, BUFFER * 48000 / 44100 + LEAD, BUFFER * 48000 / 44100 + LEAD + RESPONSE_MAX);
	check_click();
	end(pcm);
}

/* By avail instead, as programs that sleep do. */
static void test_drain_by_avail(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);

	(void)state;
	write_click(pcm);
	assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
	assert_int_equal(snd_pcm_drain(pcm), -EAGAIN);
	for (unsigned n = 0; n < 1000 && snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING; n++) {
		hand.time += 20;
		snd_pcm_avail(pcm);
	}
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
	check_click();
	end(pcm);
}

/* The card has played all that it had while the filter's response was still to come: it is heard, after a gap. */
static void test_drain_xrun(void **state)
{
	(void)state;
	for (unsigned by_avail = 0; by_avail < 2; by_avail++) {
		snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);

		write_click(pcm);
		assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
		assert_int_equal(snd_pcm_drain(pcm), -EAGAIN);
		hand.time += 48000;
		for (unsigned n = 0; by_avail && n < 1000 && snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING; n++) {
			snd_pcm_avail(pcm);
			hand.time += 7;
		}
		assert_int_equal(snd_pcm_nonblock(pcm, 0), 0);
		assert_int_equal(snd_pcm_drain(pcm), 0);
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
		assert_int_equal(hand.starts, 2);
		check_click();
		end(pcm);
	}
}

static void test_drain_suspended(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);

	(void)state;
	/* before all is the card's, and after */
	for (unsigned calls = 1; calls < 200; calls += 199 / 2) {
		int error = 0;

		hand.done = 0;
		write_click(pcm);
		assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
		for (unsigned n = 0; n < calls; n++) {
			hand.time += n ? 7 : 0;
			assert_int_equal(snd_pcm_drain(pcm), -EAGAIN);
		}
		hand.fault = -ESTRPIPE;
		assert_int_equal(snd_pcm_drain(pcm), -ESTRPIPE);
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SUSPENDED);
		assert_int_equal(snd_pcm_wait(pcm, 1000), -ESTRPIPE);
		hand.fault = 0;
		assert_int_equal(snd_pcm_resume(pcm), 0);
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
		for (unsigned n = 0; n < 1000 && (error = snd_pcm_drain(pcm)) == -EAGAIN; n++)
			hand.time += 7;
		assert_int_equal(error, 0);
		check_click();
		assert_int_equal(snd_pcm_nonblock(pcm, 0), 0);
		assert_int_equal(snd_pcm_prepare(pcm), 0);
	}
	end(pcm);
}

static void test_drain_unplugged(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);

	(void)state;
	write_click(pcm);
	hand.fault = -ENODEV;
	assert_int_equal(snd_pcm_drain(pcm), -ENODEV);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_DISCONNECTED);
	end(pcm);
}

/* What is written after the end is refused, and what the position is moved by is not heard. */
static void test_drain_written(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);
	static int32_t more[2 * PERIOD];
	snd_pcm_sframes_t avail;

	(void)state;
	write_click(pcm);
	assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
	for (unsigned n = 0; n < 300; n++) {
		snd_pcm_sframes_t error = snd_pcm_drain(pcm);

		if (!error)
			break;
		assert_int_equal(error, -EAGAIN);
		hand.time += 7;
		avail = snd_pcm_avail(pcm);
		if (avail >= PERIOD)
			assert_int_equal(snd_pcm_writei(pcm, more, PERIOD), -EBADFD);
		if (avail > 0 && n == 100)
			assert_int_equal(snd_pcm_forward(pcm, 10), 10);
		if (n == 200)
			assert_int_equal(snd_pcm_rewind(pcm, 10), 10);
	}
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
	check_click();
	assert_in_range(hand.done, BUFFER * 48000 / 44100 + LEAD, BUFFER * 48000 / 44100 + LEAD + RESPONSE_MAX);
	end(pcm);
}

/* Another stop while it drains: what is prepared then begins anew. */
static void test_drain_dropped(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);

	(void)state;
	write_click(pcm);
	assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
	assert_int_equal(snd_pcm_drain(pcm), -EAGAIN);
	assert_int_equal(snd_pcm_drop(pcm), 0);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
	assert_int_equal(snd_pcm_nonblock(pcm, 0), 0);
	hand.done = 0;
	assert_int_equal(snd_pcm_prepare(pcm), 0);
	write_click(pcm);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	check_click();
	end(pcm);
}

/* ---- xruns that stop nothing -------------------------------------------- */

static void never_stop(snd_pcm_t *pcm)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;

	assert_int_equal(snd_pcm_sw_params_malloc(&sw), 0);
	assert_int_equal(snd_pcm_sw_params_current(pcm, sw), 0);
	assert_int_equal(snd_pcm_sw_params_get_boundary(sw, &boundary), 0);
	assert_int_equal(snd_pcm_sw_params_set_stop_threshold(pcm, sw, boundary), 0);
	assert_int_equal(snd_pcm_sw_params(pcm, sw), 0);
	snd_pcm_sw_params_free(sw);
}

/* What a dry card delays is nothing, and neither asking nor pausing is an error. */
static void test_no_stop_delay(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);
	snd_pcm_sframes_t delay;

	(void)state;
	never_stop(pcm);
	write_click(pcm);
	for (unsigned n = 0; n < 3; n++) {
		hand.time += 48000;
		assert_int_equal(snd_pcm_delay(pcm, &delay), 0);
		assert_in_range(delay, 0, 147);
		assert_int_equal(snd_pcm_avail(pcm), BUFFER);
		assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
		/* a program that comes late finds the card dry only while it writes */
		assert_int_equal(snd_pcm_writei(pcm, samples, PERIOD), PERIOD);
		hand.time += 48000;
		assert_int_equal(snd_pcm_writei(pcm, samples, PERIOD), PERIOD);
		assert_int_equal(snd_pcm_delay(pcm, &delay), 0);
		assert_in_range(delay, PERIOD, 2 * PERIOD + 147 + 160);
	}
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	end(pcm);
}

/* An overrun loses what the card could not keep, and nothing else: a ramp goes on after one step. */
static void test_no_stop_capture(void **state)
{
	const double step = 12e-6 * 48000 / 44100;
	snd_pcm_channel_area_t area = { samples, 0, 64 };
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_CAPTURE);
	double before = NAN;
	unsigned jumps = 0, frames = 0;

	(void)state;
	for (size_t n = 0; n < 60000; n++)
		hand_put(&card48, n, 0, (double)n * 12e-6 - 0.4);
	never_stop(pcm);
	assert_int_equal(snd_pcm_start(pcm), 0);
	for (unsigned n = 0; n < 30; n++) {
		if (n % 10 == 5)
			hand.time += 20000;
		assert_int_equal(snd_pcm_readi(pcm, samples, PERIOD), PERIOD);
		for (size_t k = n ? 0 : 100; k < PERIOD; k++, frames++) {
			double now = pcmstream_get(&area, k, SND_PCM_FORMAT_S32_LE);

			jumps += frames && fabs(now - before - step) > 1e-6;
			before = now;
		}
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	}
	print_message("three overruns: %u of %u frames are not one step from the one before, %u starts\n",
		      jumps, frames, hand.starts);
	/* each is heard as long as the filter's response to it is */
	assert_int_equal(hand.starts, 4);
	assert_in_range(jumps, 3, 3 * RESPONSE_MAX);
	end(pcm);
}

/* ---- resuming ----------------------------------------------------------- */

static void test_resume_awake(void **state)
{
	snd_pcm_t *pcm = open_card(SND_PCM_STREAM_PLAYBACK);

	(void)state;
	snd_pcm_resume(pcm);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_PREPARED);
	write_click(pcm);
	snd_pcm_resume(pcm);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_resume(pcm);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
	check_click();
	assert_int_equal(hand.starts, 1);
	end(pcm);
}

/* ---- null slaves -------------------------------------------------------- */

/* A slave that is always ready ends a poll at once, in both directions, and never keeps one busy that cannot end. */
static void test_null_poll(void **state)
{
	static const char text[] = "pcm.stream { type bli slave { pcm { type null } rate 48000 } }\n";
	struct pcmstream_setup setup = playback;
	struct pollfd pfds[4];
	unsigned short revents;
	snd_pcm_t *pcm;
	int count;

	(void)state;
	pcm = pcmstream_open(text, &setup);
	for (unsigned n = 0; n < 100; n++) {
		assert_int_equal(snd_pcm_writei(pcm, samples, PERIOD), PERIOD);
		if (n > 4)
			assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
	}
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);

	setup.direction = SND_PCM_STREAM_CAPTURE;
	pcm = pcmstream_open(text, &setup);
	assert_int_equal(snd_pcm_start(pcm), 0);
	for (unsigned n = 0; n < 100; n++) {
		assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
		assert_int_equal(snd_pcm_readi(pcm, samples, PERIOD), PERIOD);
	}
	/* by hand, as event loops do */
	count = snd_pcm_poll_descriptors(pcm, pfds, 4);
	assert_in_range(count, 1, 4);
	assert_true(poll(pfds, (nfds_t)count, 1000) > 0);
	assert_int_equal(snd_pcm_poll_descriptors_revents(pcm, pfds, (unsigned)count, &revents), 0);
	assert_int_equal(revents, POLLIN);
	snd_pcm_close(pcm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drain_by_wait),   cmocka_unit_test(test_drain_by_avail),
		cmocka_unit_test(test_drain_xrun),      cmocka_unit_test(test_drain_suspended),
		cmocka_unit_test(test_drain_unplugged), cmocka_unit_test(test_drain_dropped),
		cmocka_unit_test(test_drain_written),
		cmocka_unit_test(test_no_stop_delay),   cmocka_unit_test(test_no_stop_capture),
		cmocka_unit_test(test_resume_awake),    cmocka_unit_test(test_null_poll),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
