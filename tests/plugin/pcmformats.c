/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" in every linear format of program and slave, in 1 to 64 channels, by every access of either side,
 * and with 2 to 64 periods: sines, whose residual is what a preset or a format leaves.
 */
#include "handhelp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { RATE = 44100, CARD_RATE = 48000, FRAMES = 6000, CARD_FRAMES = 8000, SETTLE = 600 };

struct route {
	struct pcmstream_setup setup;
	struct hand_card card;
	bool planar_card;
};

/* What quantisation to so many bits leaves of a sine of −1 dBFS, less 5 dB; and what "bli" claims. */
static double asked_snr_db(const struct route *route)
{
	int bits = 32;

	if (snd_pcm_format_float(route->setup.format) != 1)
		bits = snd_pcm_format_width(route->setup.format);
	if (snd_pcm_format_float(route->card.format) != 1 && snd_pcm_format_width(route->card.format) < bits)
		bits = snd_pcm_format_width(route->card.format);
	return fmin(126, 6.02 * bits + 1.76 - 1 - 5);
}

static double fit_db(const double *values, size_t frames, unsigned channel, unsigned rate_hz)
{
	struct pcmstream_fit fit = pcmstream_fit_sine(values + SETTLE, frames - 2 * SETTLE,
						      pcmstream_omega(997, channel, rate_hz));

	assert_true(fabs(20 * log10(fit.amplitude) + 1) < 0.02);
	return fit.snr_db;
}

/* The worst SNR of all channels. */
static double play(const struct route *route)
{
	double worst_db = INFINITY;
	snd_pcm_t *pcm;

	hand_begin(&route->card, CARD_FRAMES, 16);
	hand.planar = route->planar_card;
	pcm = hand_open(&route->card, "", &route->setup);
	pcmstream_play(pcm, &route->setup, 997, FRAMES);
	assert_int_equal(snd_pcm_drain(pcm), 0);
	snd_pcm_close(pcm);
	assert_in_range(hand.done, FRAMES * 48000 / 44100 + 160, FRAMES * 48000 / 44100 + 160 + 168);
	for (unsigned channel = 0; channel < route->card.channels; channel++) {
		double *played = hand_played(&route->card, channel);

		worst_db = fmin(worst_db, fit_db(played, FRAMES * 48000 / 44100, channel, CARD_RATE));
		free(played);
	}
	hand_end();
	return worst_db;
}

static double record(const struct route *route)
{
	double worst_db = INFINITY, *values = malloc(FRAMES * route->setup.channels * sizeof(*values));
	snd_pcm_t *pcm;

	assert_non_null(values);
	hand_begin(&route->card, CARD_FRAMES, 16);
	hand.planar = route->planar_card;
	for (unsigned channel = 0; channel < route->card.channels; channel++)
		for (size_t n = 0; n < CARD_FRAMES; n++)
			hand_put(&route->card, n, channel,
				 0.891250938 * sin(pcmstream_omega(997, channel, CARD_RATE) * (double)n));
	pcm = hand_open(&route->card, "", &route->setup);
	pcmstream_record(pcm, &route->setup, values, FRAMES);
	snd_pcm_close(pcm);
	for (unsigned channel = 0; channel < route->setup.channels; channel++)
		worst_db = fmin(worst_db, fit_db(values + channel * FRAMES, FRAMES, channel, RATE));
	free(values);
	hand_end();
	return worst_db;
}

static void check(struct route *route)
{
	for (unsigned d = 0; d < 2; d++) {
		double snr_db;

		route->setup.direction = d ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK;
		snr_db = d ? record(route) : play(route);
		if (snr_db < asked_snr_db(route))
			fail_msg("%s, %u channels, %s of the program, %s of the card, %s, %u periods: SNR %.1f dB",
				 snd_pcm_stream_name(route->setup.direction), route->setup.channels,
				 snd_pcm_format_name(route->setup.format), snd_pcm_format_name(route->card.format),
				 snd_pcm_access_name(route->setup.access), route->setup.periods, snr_db);
	}
}

static struct route plain_route(unsigned channels)
{
	return (struct route){
		.setup = {
			.access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S32_LE, .channels = channels,
			.rate_hz = RATE, .period_frames = 441, .periods = 4,
		},
		.card = { .rate_hz = CARD_RATE, .format = SND_PCM_FORMAT_S32_LE, .channels = channels },
	};
}

/* Those of bli(7): linear ones but the bit streams of DSD, and floats. */
static bool is_offered(snd_pcm_format_t format)
{
	bool dsd = format >= SND_PCM_FORMAT_DSD_U8 && format <= SND_PCM_FORMAT_DSD_U32_BE;

	return (snd_pcm_format_linear(format) == 1 && !dsd) || snd_pcm_format_float(format) == 1;
}

static void test_formats(void **state)
{
	unsigned count = 0;

	(void)state;
	for (int i = 0; i <= SND_PCM_FORMAT_LAST; i++) {
		struct route route = plain_route(1);

		if (!is_offered((snd_pcm_format_t)i))
			continue;
		count++;
		route.setup.format = (snd_pcm_format_t)i;
		check(&route);
		route.setup.format = SND_PCM_FORMAT_S32_LE;
		route.card.format = (snd_pcm_format_t)i;
		check(&route);
	}
	print_message("%u formats of the program, and as many of the slave\n", count);
	assert_int_equal(count, 34);
}

static void test_channels(void **state)
{
	static const unsigned channels[] = { 1, 2, 3, 8, 32, 64 };
	static const unsigned periods[] = { 2, 3, 5, 33, 64 };
	static const snd_pcm_access_t accesses[] = {
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
		SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
	};
	unsigned count = 0;

	(void)state;
	for (size_t c = 0; c < sizeof(channels) / sizeof(channels[0]); c++)
		for (size_t a = 0; a < sizeof(accesses) / sizeof(accesses[0]); a++, count++) {
			struct route route = plain_route(channels[c]);

			route.setup.access = accesses[a];
			route.setup.periods = periods[count % (sizeof(periods) / sizeof(periods[0]))];
			route.setup.period_frames = route.setup.periods > 5 ? 64 : 441;
			route.planar_card = count % 2;
			check(&route);
		}
	print_message("%u combinations of channels, access and periods\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_channels),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
