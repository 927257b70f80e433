/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli": what comes out of it, in time and to the last frame. On a card driven by hand, so every figure is that of
 * a clock that the test knows.
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

/* The filter of "bli" at 44.1 to 48 kHz delays by this many frames of 44.1 kHz at most: see the table in bli(7). */
enum { FILTER_DELAY = 76 };

/* ---- every request is kept ---------------------------------------------- */

static const unsigned rates_hz[] = { 8000, 11025, 16000, 22050, 44100, 48000, 88200, 96000, 192000, 44056, 12345 };
static const snd_pcm_uframes_t periods_frames[] = { 16, 64, 147, 441, 1000, 1024, 4411 };
static const unsigned counts[] = { 2, 3, 4, 7, 16 };

/* Asks for every rate, period and number of periods; the card may be wide or fixed. */
static void check_geometry(const struct hand_card *card, snd_pcm_stream_t direction)
{
	unsigned kept = 0, asked = 0;
	snd_pcm_hw_params_t *hw;
	int error;
	snd_pcm_t *pcm;

	hand_begin(card, 0, 16);
	pcm = pcmstream_try_open(hand_configuration(card, ""), direction, &error);
	assert_non_null(pcm);
	assert_int_equal(snd_pcm_hw_params_malloc(&hw), 0);
	for (size_t r = 0; r < sizeof(rates_hz) / sizeof(rates_hz[0]); r++)
		for (size_t p = 0; p < sizeof(periods_frames) / sizeof(periods_frames[0]); p++) {
			const unsigned count = counts[(r + p) % (sizeof(counts) / sizeof(counts[0]))];
			snd_pcm_uframes_t buffer = periods_frames[p] * count, got_buffer, got_period;

			asked++;
			assert_true(snd_pcm_hw_params_any(pcm, hw) >= 0);
			assert_int_equal(snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED), 0);
			assert_int_equal(snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE), 0);
			assert_int_equal(snd_pcm_hw_params_set_channels(pcm, hw, 2), 0);
			assert_int_equal(snd_pcm_hw_params_set_rate(pcm, hw, rates_hz[r], 0), 0);
			assert_int_equal(snd_pcm_hw_params_set_period_size(pcm, hw, periods_frames[p], 0), 0);
			assert_int_equal(snd_pcm_hw_params_set_buffer_size(pcm, hw, buffer), 0);
			assert_int_equal(snd_pcm_hw_params(pcm, hw), 0);
			assert_int_equal(snd_pcm_get_params(pcm, &got_buffer, &got_period), 0);
			kept += got_buffer == buffer && got_period == periods_frames[p];
			assert_int_equal(snd_pcm_hw_free(pcm), 0);
		}
	print_message("%u of %u requests of period and buffer kept, %s\n", kept, asked,
		      card->period ? "fixed card" : "wide card");
	assert_int_equal(kept, asked);
	snd_pcm_hw_params_free(hw);
	snd_pcm_close(pcm);
	hand_end();
}

static void test_geometry(void **state)
{
	static const struct hand_card fixed = { 48000, SND_PCM_FORMAT_S16_LE, 2, 1024, 16384 };

	(void)state;
	check_geometry(&card48, SND_PCM_STREAM_PLAYBACK);
	check_geometry(&fixed, SND_PCM_STREAM_PLAYBACK);
	check_geometry(&fixed, SND_PCM_STREAM_CAPTURE);
}

/* ---- sound, by every access, format and rate ----------------------------- */

struct sound_case {
	struct hand_card card;
	unsigned rate_hz;
	snd_pcm_format_t format;
	snd_pcm_access_t access;
	snd_pcm_uframes_t period;
	unsigned periods;
	unsigned grain;
};

static const struct sound_case sounds[] = {
	{ { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 }, 44100, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 441, 4, 0 },
	{ { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 }, 44100, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_NONINTERLEAVED, 1024, 3, 0 },
	{ { 48000, SND_PCM_FORMAT_S24_3LE, 2, 0, 0 }, 96000, SND_PCM_FORMAT_S24_LE, SND_PCM_ACCESS_MMAP_INTERLEAVED, 500, 5, 0 },
	{ { 44100, SND_PCM_FORMAT_S16_LE, 2, 0, 0 }, 48000, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_MMAP_NONINTERLEAVED, 999, 2, 0 },
	{ { 48000, SND_PCM_FORMAT_S32_LE, 8, 0, 0 }, 44100, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 441, 4, 0 },
	{ { 44100, SND_PCM_FORMAT_S32_LE, 1, 0, 0 }, 12345, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 300, 2, 0 },
	/* periods shorter than a block of the stream and than the filter's delay */
	{ { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 }, 44100, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 32, 2, 0 },
	{ { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 }, 44100, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_MMAP_INTERLEAVED, 64, 2, 0 },
	/* a card whose pointer moves by its periods */
	{ { 48000, SND_PCM_FORMAT_S32_LE, 2, 480, 1920 }, 44100, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 441, 2, 480 },
	/* nothing to convert */
	{ { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 }, 48000, SND_PCM_FORMAT_S32_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 480, 2, 0 },
};

/* What is asked of a sine of −1 dBFS: the claim of "bli", or what the coarser format leaves: see tests/plugin/libasound.c. */
static double asked_snr_db(const struct sound_case *row)
{
	int bits = snd_pcm_format_width(row->card.format), program = snd_pcm_format_width(row->format);

	bits = program < bits ? program : bits;
	return fmin(126, 6.02 * bits + 1.76 - 1 - 3 - 2);
}

static struct pcmstream_setup setup_of(const struct sound_case *row, snd_pcm_stream_t direction)
{
	return (struct pcmstream_setup){
		.direction = direction, .access = row->access, .format = row->format, .channels = row->card.channels,
		.rate_hz = row->rate_hz, .period_frames = row->period, .periods = row->periods,
	};
}

/* A frequency off by 1 ppm would be 0.05 frames late after this second, and leave an SNR of 50 dB at 997 Hz. */
static void play_case(const struct sound_case *row)
{
	const struct pcmstream_setup setup = setup_of(row, SND_PCM_STREAM_PLAYBACK);
	const size_t settle = row->card.rate_hz / 8;	/* longer than the lead and the filter's response */
	double worst_db = INFINITY;
	snd_pcm_t *pcm;

	hand_begin(&row->card, 2 * row->card.rate_hz, row->grain ? row->grain : 7);
	hand.grain = row->grain;
	pcm = hand_open(&row->card, "", &setup);
	pcmstream_play(pcm, &setup, 997, row->rate_hz);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	assert_int_equal(hand.starts, 1);
	assert_true(hand.done >= row->card.rate_hz);
	for (unsigned channel = 0; channel < row->card.channels; channel++) {
		double *played = hand_played(&row->card, channel);
		struct pcmstream_fit fit = pcmstream_fit_sine(played + settle, row->card.rate_hz - 2 * settle,
							      pcmstream_omega(997, channel, row->card.rate_hz));

		worst_db = fmin(worst_db, fit.snr_db);
		assert_true(fabs(20 * log10(fit.amplitude) + 1) < 0.001);
		free(played);
	}
	print_message("playback %u -> %u Hz, %s, periods %u x %lu: SNR %.1f dB\n", row->rate_hz, row->card.rate_hz,
		      snd_pcm_access_name(row->access), row->periods, row->period, worst_db);
	assert_true(worst_db >= asked_snr_db(row));
	hand_end();
}

static void record_case(const struct sound_case *row)
{
	const struct pcmstream_setup setup = setup_of(row, SND_PCM_STREAM_CAPTURE);
	const size_t settle = row->rate_hz / 20, frames = row->rate_hz;
	double *values = malloc(frames * row->card.channels * sizeof(*values)), worst_db = INFINITY;
	snd_pcm_t *pcm;

	assert_non_null(values);
	hand_begin(&row->card, 2 * row->card.rate_hz, row->grain ? row->grain : 7);
	hand.grain = row->grain;
	for (unsigned channel = 0; channel < row->card.channels; channel++)
		for (size_t n = 0; n < 2 * row->card.rate_hz; n++)
			hand_put(&row->card, n, channel,
				 0.891250938 * sin(pcmstream_omega(997, channel, row->card.rate_hz) * (double)n));
	pcm = hand_open(&row->card, "", &setup);
	pcmstream_record(pcm, &setup, values, frames);
	snd_pcm_close(pcm);
	assert_int_equal(hand.starts, 1);
	for (unsigned channel = 0; channel < row->card.channels; channel++) {
		struct pcmstream_fit fit = pcmstream_fit_sine(values + channel * frames + settle, frames - 2 * settle,
							      pcmstream_omega(997, channel, row->rate_hz));

		worst_db = fmin(worst_db, fit.snr_db);
	}
	print_message("capture %u -> %u Hz, %s, periods %u x %lu: SNR %.1f dB\n", row->card.rate_hz, row->rate_hz,
		      snd_pcm_access_name(row->access), row->periods, row->period, worst_db);
	assert_true(worst_db >= asked_snr_db(row));
	free(values);
	hand_end();
}

static void test_playback(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sounds) / sizeof(sounds[0]); i++)
		play_case(&sounds[i]);
}

static void test_capture(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sounds) / sizeof(sounds[0]); i++)
		record_case(&sounds[i]);
}

/* ---- drain -------------------------------------------------------------- */

static const struct pcmstream_setup setup441 = {
	.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S32_LE,
	.channels = 2, .rate_hz = 44100, .period_frames = 441, .periods = 4,
};

/* Writes `frames` frames of silence, the last of them `value`. */
static void write_impulse(snd_pcm_t *pcm, unsigned frames, double value)
{
	int32_t *samples = calloc(2 * (frames + 1), sizeof(*samples));
	snd_pcm_channel_area_t area = { samples, 0, 64 };

	assert_non_null(samples);
	if (frames)
		pcmstream_put(&area, frames - 1, SND_PCM_FORMAT_S32_LE, value);
	for (unsigned done = 0; done < frames;) {
		snd_pcm_sframes_t n = snd_pcm_writei(pcm, samples + 2 * done, frames - done);

		assert_true(n > 0);
		done += (unsigned)n;
	}
	free(samples);
}

static void drain_all(snd_pcm_t *pcm, bool nonblock)
{
	unsigned calls = 0;
	int error;

	assert_int_equal(snd_pcm_nonblock(pcm, nonblock), 0);
	do {
		error = snd_pcm_drain(pcm);
		assert_true(++calls < 10000);
		if (error == -EAGAIN)
			hand.time += hand.tick;
	} while (nonblock && error == -EAGAIN);
	assert_int_equal(error, 0);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
}

/*
 * The filter passes a constant unchanged, so whatever is heard of an impulse sums up to it times 48000/44100: any part of the
 * response that a drain loses would be missing. And no more than the response is added.
 */
static void check_drain(unsigned frames, bool nonblock)
{
	snd_pcm_t *pcm;
	double sum = 0, *played;
	size_t most = 160 + (size_t)ceil((frames + 2 * (FILTER_DELAY + 1)) * 48000 / 44100.0) + 1;

	hand_begin(&card48, 20000, 100);
	pcm = hand_open(&card48, "", &setup441);
	write_impulse(pcm, frames, 0.5);
	drain_all(pcm, nonblock);
	snd_pcm_close(pcm);
	played = hand_played(&card48, 0);
	for (size_t n = 0; n < hand.done; n++)
		sum += played[n];
	free(played);
	print_message("%u frames, %s: %llu frames played, sum %.6f\n", frames, nonblock ? "nonblocking" : "blocking",
		      (unsigned long long)hand.done, sum);
	if (frames == 0) {
		assert_int_equal(hand.done, 0);
	} else {
		assert_true(fabs(sum - 0.5 * 48000 / 44100) < 1e-5);
		assert_in_range(hand.done, (size_t)(frames * 48000.0 / 44100), most);
	}
	hand_end();
}

static void test_drain(void **state)
{
	static const unsigned frames[] = { 0, 1, 10, FILTER_DELAY, 146, 147, 148, 1000, 1764, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		check_drain(frames[i], false);
		check_drain(frames[i], true);
	}
}

/* ---- delay -------------------------------------------------------------- */

/* Where values[frames] peak, between frames: the vertex of the parabola through the largest and its neighbours. */
static double peak_place(const double *values, size_t frames)
{
	size_t top = 1;
	double below, above;

	for (size_t n = 1; n + 1 < frames; n++)
		if (fabs(values[n]) > fabs(values[top]))
			top = n;
	below = values[top - 1];
	above = values[top + 1];
	return (double)top + (below - above) / (2 * (below - 2 * values[top] + above));
}

/* An impulse written when snd_pcm_delay() says d is heard d frames later, wherever the stream is. */
static void check_playback_delay(snd_pcm_access_t access, unsigned before, unsigned grain)
{
	struct pcmstream_setup setup = setup441;
	snd_pcm_sframes_t delay = 0;
	double expected, *played;
	uint64_t then;
	snd_pcm_t *pcm;

	setup.access = access;
	hand_begin(&card48, 40000, grain ? grain : 7);
	hand.grain = grain;
	hand.latency = 37;
	pcm = hand_open(&card48, "", &setup);
	pcmstream_play(pcm, &setup, 0, before);
	if (snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING)
		hand.time += 13;
	assert_true(snd_pcm_avail(pcm) >= 0);
	assert_int_equal(snd_pcm_delay(pcm, &delay), 0);
	then = hand.done;
	if (access == SND_PCM_ACCESS_RW_INTERLEAVED) {
		write_impulse(pcm, 1, 0.5);
	} else {
		const snd_pcm_channel_area_t *areas;
		snd_pcm_uframes_t offset, frames = 1;

		assert_true(snd_pcm_avail_update(pcm) > 0);
		assert_int_equal(snd_pcm_mmap_begin(pcm, &areas, &offset, &frames), 0);
		snd_pcm_areas_silence(areas, offset, 2, frames, SND_PCM_FORMAT_S32_LE);
		pcmstream_put(&areas[0], offset, SND_PCM_FORMAT_S32_LE, 0.5);
		assert_int_equal(snd_pcm_mmap_commit(pcm, offset, 1), 1);
	}
	drain_all(pcm, false);
	snd_pcm_close(pcm);
	played = hand_played(&card48, 0);
	/* frame n of the card's is heard `latency` later than it leaves the buffer */
	expected = (peak_place(played, hand.done) - (double)then + (double)hand.latency) * 44100 / 48000;
	print_message("after %u frames: delay %ld, heard %.2f frames later\n", before, delay, expected);
	assert_true(fabs((double)delay - expected) <= 1);
	free(played);
	hand_end();
}

static void test_playback_delay(void **state)
{
	static const unsigned before[] = { 100, 441, 1000, 1763, 2000, 5555, 20000 };

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		check_playback_delay(SND_PCM_ACCESS_RW_INTERLEAVED, before[i], 0);
		check_playback_delay(SND_PCM_ACCESS_MMAP_INTERLEAVED, before[i], 0);
		check_playback_delay(SND_PCM_ACCESS_RW_INTERLEAVED, before[i], 480);
	}
}

/* A click that the card hears is found where the delay at some other frame says. */
static void check_capture_delay(snd_pcm_access_t access, unsigned before)
{
	const size_t click = 9000, frames = 12000;
	struct pcmstream_setup setup = setup441;
	double *values = malloc(frames * 2 * sizeof(*values)), place, heard;
	snd_pcm_sframes_t delay = 0;
	snd_pcm_t *pcm;

	assert_non_null(values);
	setup.direction = SND_PCM_STREAM_CAPTURE;
	setup.access = access;
	hand_begin(&card48, 40000, 7);
	hand.latency = 21;
	hand_put(&card48, click, 0, 0.5);
	pcm = hand_open(&card48, "", &setup);
	pcmstream_record(pcm, &setup, values, before);
	hand.time += 19;
	assert_true(snd_pcm_avail(pcm) >= 0);
	assert_int_equal(snd_pcm_delay(pcm, &delay), 0);
	/* the next frame to be read was heard at: */
	heard = (double)hand.done + (double)hand.latency - (double)delay * 48000 / 44100;
	pcmstream_record(pcm, &setup, values, frames - before);
	snd_pcm_close(pcm);
	place = peak_place(values, frames - before) * 48000 / 44100;
	print_message("after %u frames: delay %ld, the click comes %.2f frames from where it says\n", before, delay,
		      heard + place - (double)click);
	assert_true(fabs(heard + place - (double)click) <= 1.5 * 48000 / 44100);
	free(values);
	hand_end();
}

static void test_capture_delay(void **state)
{
	static const unsigned before[] = { 100, 441, 1000, 3333, 6000 };

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		check_capture_delay(SND_PCM_ACCESS_RW_INTERLEAVED, before[i]);
		check_capture_delay(SND_PCM_ACCESS_MMAP_NONINTERLEAVED, before[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geometry),
		cmocka_unit_test(test_playback),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_playback_delay),
		cmocka_unit_test(test_capture_delay),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
