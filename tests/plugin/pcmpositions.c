/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" where alsa-lib's positions wrap. They do at a boundary of some 2^30 frames on 32-bit machines and
 * of 2^62 on others; here at four buffers, so that a second of sound wraps several times.
 */
#include "handhelp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct hand_card card48 = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

enum { PERIOD = 441, BUFFER = 4 * PERIOD, BOUNDARY = 4 * BUFFER, RATE = 44100 };

static struct pcmstream_setup setup_of(snd_pcm_stream_t direction, snd_pcm_access_t access)
{
	return (struct pcmstream_setup){
		.direction = direction, .access = access, .format = SND_PCM_FORMAT_S32_LE, .channels = 2, .rate_hz = RATE,
		.period_frames = PERIOD, .periods = 4,
	};
}

/*
 * alsa-lib has no function for it, but takes the boundary of the software parameters that it is given: the one number
 * in them that is as large as it is.
 */
static void set_boundary(snd_pcm_t *pcm, snd_pcm_uframes_t boundary)
{
	const size_t count = snd_pcm_sw_params_sizeof() / sizeof(boundary);
	snd_pcm_uframes_t *numbers, before, after;
	snd_pcm_sw_params_t *sw;

	assert_int_equal(snd_pcm_sw_params_malloc(&sw), 0);
	assert_int_equal(snd_pcm_sw_params_current(pcm, sw), 0);
	assert_int_equal(snd_pcm_sw_params_get_boundary(sw, &before), 0);
	numbers = (snd_pcm_uframes_t *)(void *)sw;
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == before)
			numbers[i] = boundary;
	assert_int_equal(snd_pcm_sw_params_get_boundary(sw, &after), 0);
	assert_int_equal(after, boundary);
	assert_int_equal(snd_pcm_sw_params(pcm, sw), 0);
	snd_pcm_sw_params_free(sw);
}

static snd_pcm_t *open_wrapping(const struct pcmstream_setup *setup, size_t frames)
{
	snd_pcm_t *pcm;

	hand_begin(&card48, frames, 7);
	pcm = hand_open(&card48, "", setup);
	set_boundary(pcm, BOUNDARY);
	return pcm;
}

static double worst_snr_db(double *values, size_t frames, size_t stride, unsigned rate_hz)
{
	const size_t settle = rate_hz / 8;
	double worst_db = INFINITY;

	for (unsigned channel = 0; channel < 2; channel++)
		worst_db = fmin(worst_db, pcmstream_fit_sine(values + channel * stride + settle, frames - 2 * settle,
							     pcmstream_omega(997, channel, rate_hz)).snr_db);
	return worst_db;
}

/* ---- sound -------------------------------------------------------------- */

static void check_playback(snd_pcm_access_t access)
{
	const struct pcmstream_setup setup = setup_of(SND_PCM_STREAM_PLAYBACK, access);
	snd_pcm_t *pcm = open_wrapping(&setup, 60000);
	double *values = malloc(2 * 60000 * sizeof(*values)), snr_db;

	assert_non_null(values);
	pcmstream_play(pcm, &setup, 997, RATE);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	assert_int_equal(hand.starts, 1);
	/* the second's frames, the lead of 160, and twice the filter's delay of less than 77 frames */
	assert_in_range(hand.done, 48000 + 160, 48000 + 160 + 168);
	for (unsigned channel = 0; channel < 2; channel++) {
		double *played = hand_played(&card48, channel);

		memcpy(values + channel * 60000, played, hand.done * sizeof(*played));
		free(played);
	}
	snr_db = worst_snr_db(values, 48000, 60000, 48000);
	print_message("playback, %s: SNR %.1f dB over %d wraps\n", snd_pcm_access_name(access), snr_db, RATE / BOUNDARY);
	assert_true(snr_db >= 126);
	free(values);
	hand_end();
}

static void test_playback(void **state)
{
	(void)state;
	check_playback(SND_PCM_ACCESS_RW_INTERLEAVED);
	check_playback(SND_PCM_ACCESS_MMAP_NONINTERLEAVED);
}

static void check_capture(snd_pcm_access_t access)
{
	const struct pcmstream_setup setup = setup_of(SND_PCM_STREAM_CAPTURE, access);
	snd_pcm_t *pcm = open_wrapping(&setup, 60000);
	double *values = malloc(2 * RATE * sizeof(*values)), snr_db;

	assert_non_null(values);
	for (unsigned channel = 0; channel < 2; channel++)
		for (size_t n = 0; n < 60000; n++)
			hand_put(&card48, n, channel, 0.891250938 * sin(pcmstream_omega(997, channel, 48000) * (double)n));
	pcmstream_record(pcm, &setup, values, RATE);
	snd_pcm_close(pcm);
	assert_int_equal(hand.starts, 1);
	snr_db = worst_snr_db(values, RATE, RATE, RATE);
	print_message("capture, %s: SNR %.1f dB over %d wraps\n", snd_pcm_access_name(access), snr_db, RATE / BOUNDARY);
	assert_true(snr_db >= 126);
	free(values);
	hand_end();
}

static void test_capture(void **state)
{
	(void)state;
	check_capture(SND_PCM_ACCESS_RW_NONINTERLEAVED);
	check_capture(SND_PCM_ACCESS_MMAP_INTERLEAVED);
}

/* ---- positions ---------------------------------------------------------- */

/* With the buffer full after every write, avail and delay are those of the clock wherever the positions are. */
static void test_delay(void **state)
{
	const struct pcmstream_setup setup = setup_of(SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED);
	static int32_t silence[2 * BUFFER];
	snd_pcm_sframes_t avail, delay, most = 0, least = 1 << 20;
	snd_pcm_t *pcm = open_wrapping(&setup, 0);

	(void)state;
	assert_int_equal(snd_pcm_writei(pcm, silence, BUFFER), BUFFER);
	for (unsigned n = 0; n < 200; n++) {
		hand.time += 201;
		avail = snd_pcm_avail(pcm);
		assert_in_range(avail, 0, BUFFER);
		assert_int_equal(snd_pcm_writei(pcm, silence, (snd_pcm_uframes_t)avail), avail);
		assert_int_equal(snd_pcm_delay(pcm, &delay), 0);
		most = delay > most ? delay : most;
		least = delay < least ? delay : least;
	}
	print_message("delay of a full buffer over %d wraps: %ld to %ld frames\n", 200 * 201 * RATE / 48000 / BOUNDARY,
		      least, most);
	assert_true(most - least <= 4);
	snd_pcm_close(pcm);
	hand_end();
}

/* A rewind over the wrap and a forward over it: the frames between are those that were written last. */
static void test_rewind(void **state)
{
	const struct pcmstream_setup setup = setup_of(SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED);
	static int32_t sound[2 * BUFFER];
	snd_pcm_sframes_t avail;
	snd_pcm_uframes_t written = 0;
	double sum = 0, *played;
	snd_pcm_t *pcm = open_wrapping(&setup, 40000);

	(void)state;
	assert_int_equal(snd_pcm_writei(pcm, sound, BUFFER), BUFFER);
	for (written = BUFFER; written < BOUNDARY - 50; written += (snd_pcm_uframes_t)avail) {
		hand.time += 97;
		avail = snd_pcm_avail(pcm);
		if (avail > (snd_pcm_sframes_t)(BOUNDARY - 50 - written))
			avail = (snd_pcm_sframes_t)(BOUNDARY - 50 - written);
		assert_int_equal(snd_pcm_writei(pcm, sound, (snd_pcm_uframes_t)avail), avail);
	}
	/* so that the slave is full and nothing of what follows is converted at once */
	hand.time += 400;
	assert_true(snd_pcm_avail(pcm) >= 200);
	pcmstream_put(&(snd_pcm_channel_area_t){ sound, 0, 64 }, 99, SND_PCM_FORMAT_S32_LE, 0.25);
	assert_int_equal(snd_pcm_writei(pcm, sound, 100), 100);
	avail = snd_pcm_avail(pcm);
	assert_int_equal(snd_pcm_rewind(pcm, 100), 100);
	assert_int_equal(snd_pcm_avail(pcm), avail + 100);
	assert_int_equal(snd_pcm_forward(pcm, 100), 100);
	assert_int_equal(snd_pcm_avail(pcm), avail);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	played = hand_played(&card48, 0);
	for (size_t n = 0; n < hand.done; n++)
		sum += played[n];
	free(played);
	assert_true(fabs(sum - 0.25 * 48000 / RATE) < 1e-5);
	snd_pcm_close(pcm);
	hand_end();
}

/* ---- snd_pcm_reset() ---------------------------------------------------- */

/* It forgets what is not read yet, and what comes later comes in order: a ramp shows that. */
static void test_reset_capture(void **state)
{
	const struct pcmstream_setup setup = setup_of(SND_PCM_STREAM_CAPTURE, SND_PCM_ACCESS_RW_INTERLEAVED);
	const double step = 12e-6 * 48000 / RATE;
	static int32_t sound[2 * PERIOD];
	snd_pcm_channel_area_t area = { sound, 0, 64 };
	double before, after;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 40000, 7);
	for (size_t n = 0; n < 40000; n++)
		hand_put(&card48, n, 0, (double)n * 12e-6 - 0.3);
	pcm = hand_open(&card48, "", &setup);
	for (unsigned n = 0; n < 5; n++)
		assert_int_equal(snd_pcm_readi(pcm, sound, PERIOD), PERIOD);
	before = pcmstream_get(&area, PERIOD - 1, SND_PCM_FORMAT_S32_LE);
	hand.time += 1200;
	assert_true(snd_pcm_avail(pcm) > 1000);
	assert_int_equal(snd_pcm_reset(pcm), 0);
	assert_in_range(snd_pcm_avail(pcm), 0, 147);
	assert_int_equal(snd_pcm_readi(pcm, sound, PERIOD), PERIOD);
	after = pcmstream_get(&area, 0, SND_PCM_FORMAT_S32_LE);
	assert_true(after - before > 1000 * step && after - before < 1400 * step);
	for (size_t n = 1; n < PERIOD; n++)
		assert_true(fabs(pcmstream_get(&area, n, SND_PCM_FORMAT_S32_LE) - after - (double)n * step) < 1e-6);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	snd_pcm_close(pcm);
	hand_end();
}

/* The whole buffer is the program's again, and the stream goes on. */
static void test_reset_playback(void **state)
{
	const struct pcmstream_setup setup = setup_of(SND_PCM_STREAM_PLAYBACK, SND_PCM_ACCESS_RW_INTERLEAVED);
	static int32_t sound[3 * BUFFER];
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = hand_open(&card48, "", &setup);
	assert_int_equal(snd_pcm_writei(pcm, sound, 3 * BUFFER / 2), 3 * BUFFER / 2);
	assert_int_equal(snd_pcm_reset(pcm), 0);
	assert_int_equal(snd_pcm_avail(pcm), BUFFER);
	assert_int_equal(snd_pcm_writei(pcm, sound, BUFFER), BUFFER);
	assert_in_range(snd_pcm_avail(pcm), 0, PERIOD);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	hand_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_playback),      cmocka_unit_test(test_capture),
		cmocka_unit_test(test_delay),         cmocka_unit_test(test_rewind),
		cmocka_unit_test(test_reset_capture), cmocka_unit_test(test_reset_playback),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
