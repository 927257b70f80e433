/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" in every state: nonblocking, polled, run dry, asleep, unplugged, paused, rewound. On a card driven by hand,
 * whose clock runs only when something waits for it.
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

enum { PERIOD = 441, BUFFER = 4 * PERIOD };

static const struct pcmstream_setup playback = {
	.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S32_LE,
	.channels = 2, .rate_hz = 44100, .period_frames = PERIOD, .periods = 4,
};

static struct pcmstream_setup capture_setup(snd_pcm_access_t access)
{
	struct pcmstream_setup setup = playback;

	setup.direction = SND_PCM_STREAM_CAPTURE;
	setup.access = access;
	return setup;
}

static int32_t frames_of_silence[2 * 8 * BUFFER];

/* A running playback with a full buffer. */
static snd_pcm_t *start_playback(void)
{
	snd_pcm_t *pcm = hand_open(&card48, "", &playback);

	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, BUFFER), BUFFER);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	return pcm;
}

static void end(snd_pcm_t *pcm)
{
	snd_pcm_close(pcm);
	hand_end();
}

/* ---- blocking and polling ----------------------------------------------- */

static void test_nonblock(void **state)
{
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = start_playback();
	assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, BUFFER), -EAGAIN);
	assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
	assert_in_range(snd_pcm_avail(pcm), PERIOD, PERIOD + 160);
	assert_int_equal(snd_pcm_nonblock(pcm, 0), 0);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 2 * BUFFER), 2 * BUFFER);
	assert_int_equal(snd_pcm_drop(pcm), 0);
	end(pcm);
}

/* Opened nonblocking, a drain must not wait, although ioplug says otherwise. */
static void test_nonblock_open(void **state)
{
	snd_pcm_t *pcm = NULL;
	snd_config_t *root;
	snd_input_t *input;
	const char *text;
	unsigned calls = 0;
	int error;

	(void)state;
	hand_begin(&card48, 0, 7);
	text = hand_configuration(&card48, "");
	assert_int_equal(snd_config_top(&root), 0);
	assert_int_equal(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), 0);
	assert_int_equal(snd_config_load(root, input), 0);
	snd_input_close(input);
	assert_int_equal(snd_pcm_open_lconf(&pcm, "stream", SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK, root), 0);
	snd_config_delete(root);
	assert_int_equal(snd_pcm_set_params(pcm, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 2, 44100, 0, 40000), 0);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 1000), 1000);
	while ((error = snd_pcm_drain(pcm)) == -EAGAIN && ++calls < 10000)
		hand.time += 7;
	assert_int_equal(error, 0);
	assert_true(calls > 10);
	end(pcm);
}

/* Whoever polls wakes up once in a period, in either direction: a poll that ends for nothing would be a spin. */
static void test_poll(void **state)
{
	enum { PERIODS = 50 };
	const struct pcmstream_setup setup = capture_setup(SND_PCM_ACCESS_RW_INTERLEAVED);
	unsigned ready;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = start_playback();
	for (unsigned n = 0; n < PERIODS; n++) {
		assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
		assert_true(snd_pcm_avail(pcm) >= PERIOD);
		assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, PERIOD), PERIOD);
	}
	ready = hand.polls - hand.waits;
	print_message("playback: %u periods, %u polls of the card that ended\n", PERIODS, ready);
	assert_in_range(ready, 0, PERIODS + 1);
	assert_in_range(hand.waits, (PERIODS - 4) * PERIOD * 48 / 44 / 7, (PERIODS + 4) * PERIOD * 48 / 44 / 7);
	end(pcm);

	hand_begin(&card48, 0, 7);
	pcm = hand_open(&card48, "", &setup);
	assert_int_equal(snd_pcm_start(pcm), 0);
	for (unsigned n = 0; n < PERIODS; n++) {
		assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
		assert_int_equal(snd_pcm_readi(pcm, frames_of_silence, PERIOD), PERIOD);
	}
	ready = hand.polls - hand.waits;
	print_message("capture: %u periods, %u polls of the card that ended\n", PERIODS, ready);
	assert_in_range(ready, 0, 2 * PERIODS);
	end(pcm);
	memset(frames_of_silence, 0, sizeof(frames_of_silence));
}

/* ---- xruns -------------------------------------------------------------- */

static void test_xrun(void **state)
{
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = start_playback();
	hand.time += 48000;
	assert_int_equal(snd_pcm_avail(pcm), -EPIPE);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_XRUN);
	assert_int_equal(snd_pcm_wait(pcm, 1000), -EPIPE);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 100), -EPIPE);
	assert_int_equal(snd_pcm_prepare(pcm), 0);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 3 * BUFFER), 3 * BUFFER);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	/* found by the poll first */
	hand.time += 48000;
	assert_int_equal(snd_pcm_wait(pcm, 1000), -EPIPE);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_XRUN);
	/* nothing to play is an xrun at once */
	assert_int_equal(snd_pcm_prepare(pcm), 0);
	assert_int_equal(snd_pcm_start(pcm), -EPIPE);
	end(pcm);
}

static void test_capture_xrun(void **state)
{
	const struct pcmstream_setup setup = capture_setup(SND_PCM_ACCESS_RW_INTERLEAVED);
	static int32_t samples[2 * PERIOD];
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = hand_open(&card48, "", &setup);
	assert_int_equal(snd_pcm_readi(pcm, samples, PERIOD), PERIOD);
	hand.time += 48000;
	assert_int_equal(snd_pcm_readi(pcm, samples, PERIOD), -EPIPE);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_XRUN);
	assert_int_equal(snd_pcm_prepare(pcm), 0);
	assert_int_equal(snd_pcm_readi(pcm, samples, PERIOD), PERIOD);
	end(pcm);
}

/* A program that does not want to be stopped is not, and what it writes later is heard. */
static void test_no_stop(void **state)
{
	static int32_t samples[2 * BUFFER];
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;
	double sum = 0, *played;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 200000, 7);
	pcm = hand_open(&card48, "", &playback);
	assert_int_equal(snd_pcm_sw_params_malloc(&sw), 0);
	assert_int_equal(snd_pcm_sw_params_current(pcm, sw), 0);
	assert_int_equal(snd_pcm_sw_params_get_boundary(sw, &boundary), 0);
	assert_int_equal(snd_pcm_sw_params_set_stop_threshold(pcm, sw, boundary), 0);
	assert_int_equal(snd_pcm_sw_params(pcm, sw), 0);
	snd_pcm_sw_params_free(sw);
	samples[0] = 1 << 30;
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(snd_pcm_writei(pcm, samples, BUFFER), BUFFER);
		if (n == 0)
			assert_int_equal(snd_pcm_start(pcm), snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING ? -EBADFD : 0);
		hand.time += 20000;
		assert_int_equal(snd_pcm_avail(pcm), BUFFER);
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	}
	/* the card is dry, but not all is heard of a click that came last */
	assert_int_equal(snd_pcm_writei(pcm, samples, 1), 1);
	hand.time += 20000;
	assert_int_equal(snd_pcm_avail(pcm), BUFFER);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	played = hand_played(&card48, 0);
	for (size_t n = 0; n < hand.done; n++)
		sum += played[n];
	free(played);
	assert_true(fabs(sum - 4 * 0.5 * 48000 / 44100) < 1e-5);
	end(pcm);
}

/* ---- faults of the card ------------------------------------------------- */

static void check_suspend(int can_resume, int resume_again)
{
	snd_pcm_t *pcm;

	hand_begin(&card48, 0, 7);
	hand.can_resume = can_resume;
	pcm = start_playback();
	hand.fault = -ESTRPIPE;
	assert_int_equal(snd_pcm_wait(pcm, 1000), -ESTRPIPE);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SUSPENDED);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 100), -ESTRPIPE);
	hand.fault = 0;
	hand.resume_again = resume_again;
	snd_pcm_resume(pcm);
	if (can_resume) {
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	} else {
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_XRUN);
		assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 100), -EPIPE);
		assert_int_equal(snd_pcm_prepare(pcm), 0);
	}
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 2 * BUFFER), 2 * BUFFER);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	end(pcm);
}

static void test_suspend(void **state)
{
	(void)state;
	check_suspend(1, 0);
	check_suspend(1, 3);
	check_suspend(0, 0);
}

static void test_unplugged(void **state)
{
	const struct pcmstream_setup setup = capture_setup(SND_PCM_ACCESS_RW_INTERLEAVED);
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = start_playback();
	hand.fault = -ENODEV;
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, BUFFER), -ENODEV);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_DISCONNECTED);
	assert_int_equal(snd_pcm_prepare(pcm), -ENODEV);
	end(pcm);

	hand_begin(&card48, 0, 7);
	pcm = hand_open(&card48, "", &setup);
	assert_int_equal(snd_pcm_start(pcm), 0);
	hand.fault = -ENODEV;
	assert_int_equal(snd_pcm_wait(pcm, 1000), -ENODEV);
	end(pcm);
}

static void check_pause(int can_pause)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_t *pcm;
	uint64_t done;

	hand_begin(&card48, 0, 7);
	hand.can_pause = can_pause;
	pcm = start_playback();
	assert_int_equal(snd_pcm_hw_params_malloc(&hw), 0);
	assert_int_equal(snd_pcm_hw_params_current(pcm, hw), 0);
	assert_int_equal(snd_pcm_hw_params_can_pause(hw), can_pause);
	snd_pcm_hw_params_free(hw);
	if (can_pause) {
		assert_int_equal(snd_pcm_pause(pcm, 1), 0);
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_PAUSED);
		done = hand.done;
		hand.time += 48000;
		assert_true(snd_pcm_avail(pcm) >= 0);
		assert_int_equal(hand.done, done);
		assert_int_equal(snd_pcm_pause(pcm, 0), 0);
	} else {
		assert_int_equal(snd_pcm_pause(pcm, 1), -ENOSYS);
	}
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, 2 * BUFFER), 2 * BUFFER);
	end(pcm);
}

static void test_pause(void **state)
{
	(void)state;
	check_pause(1);
	check_pause(0);
}

/* ---- positions ---------------------------------------------------------- */

/* Two begins, and a commit of a part, are one transfer of that part. */
static void test_mmap_playback(void **state)
{
	struct pcmstream_setup setup = playback;
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, frames;
	double sum = 0, *played;
	snd_pcm_t *pcm;

	(void)state;
	setup.access = SND_PCM_ACCESS_MMAP_INTERLEAVED;
	hand_begin(&card48, 20000, 7);
	pcm = hand_open(&card48, "", &setup);
	for (unsigned n = 0; n < 5; n++) {
		frames = 300;
		assert_int_equal(snd_pcm_mmap_begin(pcm, &areas, &offset, &frames), 0);
		snd_pcm_areas_silence(areas, offset, 2, frames, SND_PCM_FORMAT_S32_LE);
		pcmstream_put(&areas[0], offset, SND_PCM_FORMAT_S32_LE, 0.25);
		frames = 300;
		assert_int_equal(snd_pcm_mmap_begin(pcm, &areas, &offset, &frames), 0);
		assert_int_equal(offset, 100 * n);
		assert_int_equal(snd_pcm_mmap_commit(pcm, offset, 100), 100);
	}
	assert_int_equal(snd_pcm_avail_update(pcm), BUFFER - 500);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	played = hand_played(&card48, 0);
	for (size_t n = 0; n < hand.done; n++)
		sum += played[n];
	free(played);
	assert_true(fabs(sum - 5 * 0.25 * 48000 / 44100) < 1e-5);
	end(pcm);
}

/* A ramp is recorded by begins of which only a part is committed, or that are repeated: no frame is lost or doubled. */
static void test_mmap_capture(void **state)
{
	const struct pcmstream_setup setup = capture_setup(SND_PCM_ACCESS_MMAP_INTERLEAVED);
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, frames;
	double values[3000];
	size_t count = 0;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 20000, 7);
	for (size_t n = 0; n < 20000; n++)
		hand_put(&card48, n, 0, (double)n * 48e-6 - 0.5);
	pcm = hand_open(&card48, "", &setup);
	assert_int_equal(snd_pcm_start(pcm), 0);
	while (count < 3000) {
		assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
		assert_true(snd_pcm_avail_update(pcm) >= PERIOD);
		frames = PERIOD;
		assert_int_equal(snd_pcm_mmap_begin(pcm, &areas, &offset, &frames), 0);
		frames = 77;
		assert_int_equal(snd_pcm_mmap_begin(pcm, &areas, &offset, &frames), 0);
		for (size_t n = 0; n < frames && count < 3000; n++)
			values[count++] = pcmstream_get(&areas[0], offset + n, SND_PCM_FORMAT_S32_LE);
		assert_int_equal(snd_pcm_mmap_commit(pcm, offset, frames), frames);
	}
	/* 48e-6 a frame at 48 kHz is 48e-6 · 48000/44100 at 44.1 kHz */
	for (size_t n = 500; n + 1 < count; n++)
		assert_true(fabs(values[n + 1] - values[n] - 48e-6 * 48000 / 44100) < 1e-6);
	end(pcm);
}

/* What is read again is the same; what is written again counts once. */
static void test_rewind(void **state)
{
	const struct pcmstream_setup setup = capture_setup(SND_PCM_ACCESS_RW_INTERLEAVED);
	static int32_t first[2 * 1000], again[2 * 1000];
	uint64_t done;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 20000, 7);
	for (size_t n = 0; n < 20000; n++)
		hand_put(&card48, n, 0, 0.5 * sin(0.05 * (double)n));
	pcm = hand_open(&card48, "", &setup);
	assert_int_equal(snd_pcm_readi(pcm, first, 1000), 1000);
	assert_int_equal(snd_pcm_rewind(pcm, 200), 200);
	assert_int_equal(snd_pcm_readi(pcm, again, 200), 200);
	assert_memory_equal(first + 2 * 800, again, 200 * 8);
	end(pcm);

	hand_begin(&card48, 20000, 7);
	pcm = hand_open(&card48, "", &playback);
	assert_int_equal(snd_pcm_writei(pcm, first, 1000), 1000);
	assert_int_equal(snd_pcm_rewind(pcm, 300), 300);
	assert_int_equal(snd_pcm_writei(pcm, again, 300), 300);
	assert_int_equal(snd_pcm_forward(pcm, 100), 100);
	assert_int_equal(snd_pcm_avail(pcm), BUFFER - 1100);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	done = hand.done;
	end(pcm);
	/* 1100 frames, the lead of 160, and twice the filter's delay, which is less than 77 */
	assert_in_range(done, (1100 + 130) * 48000 / 44100 + 160, (1100 + 154) * 48000 / 44100 + 161);
}

/* Positions never fall back, whatever the pointer of the card is grained to. */
static void test_monotonic(void **state)
{
	snd_pcm_status_t *status;
	snd_pcm_uframes_t written = BUFFER;
	snd_pcm_sframes_t played, before = -BUFFER;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	hand.grain = 64;
	pcm = start_playback();
	assert_int_equal(snd_pcm_status_malloc(&status), 0);
	for (unsigned n = 0; n < 2000; n++) {
		hand.time += 11;
		assert_int_equal(snd_pcm_status(pcm, status), 0);
		assert_int_equal(snd_pcm_status_get_state(status), SND_PCM_STATE_RUNNING);
		played = (snd_pcm_sframes_t)written - snd_pcm_status_get_delay(status);
		assert_true(played >= before - 1);
		before = played;
		if (snd_pcm_status_get_avail(status) >= PERIOD) {
			assert_int_equal(snd_pcm_writei(pcm, frames_of_silence, PERIOD), PERIOD);
			written += PERIOD;
		}
	}
	snd_pcm_status_free(status);
	end(pcm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nonblock),      cmocka_unit_test(test_nonblock_open),
		cmocka_unit_test(test_poll),          cmocka_unit_test(test_xrun),
		cmocka_unit_test(test_capture_xrun),  cmocka_unit_test(test_no_stop),
		cmocka_unit_test(test_suspend),       cmocka_unit_test(test_unplugged),
		cmocka_unit_test(test_pause),         cmocka_unit_test(test_mmap_playback),
		cmocka_unit_test(test_mmap_capture),  cmocka_unit_test(test_rewind),
		cmocka_unit_test(test_monotonic),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
