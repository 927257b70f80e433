/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the PCM "type bli" tells of itself while it runs: time stamps, channel maps, the PCM's information and its dump.
 */
#include "handhelp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static const struct hand_card card48 = { .rate_hz = 48000, .format = SND_PCM_FORMAT_S32_LE, .channels = 2 };

enum { PERIOD = 441, BUFFER = 4 * PERIOD };

static const struct pcmstream_setup playback = {
	.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S32_LE,
	.channels = 2, .rate_hz = 44100, .period_frames = PERIOD, .periods = 4,
};

static int32_t samples[2 * BUFFER];

/* ---- time stamps -------------------------------------------------------- */

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock, &now), 0);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void check_between(int64_t before_ns, const snd_htimestamp_t *stamp, clockid_t clock)
{
	int64_t stamp_ns = (int64_t)stamp->tv_sec * 1000000000 + stamp->tv_nsec;

	/* alsa-lib cuts some clocks to whole microseconds */
	assert_true(stamp_ns >= before_ns - 1000 && stamp_ns <= clock_ns(clock));
}

static void check_stamps(snd_pcm_tstamp_type_t type, clockid_t clock)
{
	snd_htimestamp_t stamp;
	snd_pcm_sw_params_t *sw;
	snd_pcm_status_t *status;
	snd_pcm_uframes_t avail;
	int64_t start_ns, before_ns;
	snd_pcm_t *pcm;

	hand_begin(&card48, 0, 7);
	pcm = hand_open(&card48, "", &playback);
	assert_int_equal(snd_pcm_sw_params_malloc(&sw), 0);
	assert_int_equal(snd_pcm_sw_params_current(pcm, sw), 0);
	assert_int_equal(snd_pcm_sw_params_set_tstamp_mode(pcm, sw, SND_PCM_TSTAMP_ENABLE), 0);
	assert_int_equal(snd_pcm_sw_params_set_tstamp_type(pcm, sw, type), 0);
	assert_int_equal(snd_pcm_sw_params(pcm, sw), 0);
	snd_pcm_sw_params_free(sw);
	assert_int_equal(snd_pcm_status_malloc(&status), 0);
	assert_int_equal(snd_pcm_writei(pcm, samples, PERIOD), PERIOD);
	start_ns = clock_ns(clock);
	assert_int_equal(snd_pcm_start(pcm), 0);
	/* when it was started stays, and when it was asked goes on with the clock */
	for (unsigned n = 0; n < 3; n++) {
		hand.time += 50;
		before_ns = clock_ns(clock);
		assert_int_equal(snd_pcm_status(pcm, status), 0);
		snd_pcm_status_get_htstamp(status, &stamp);
		check_between(before_ns, &stamp, clock);
		snd_pcm_status_get_trigger_htstamp(status, &stamp);
		check_between(start_ns, &stamp, clock);
		assert_true((int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec <= before_ns);
		before_ns = clock_ns(clock);
		assert_int_equal(snd_pcm_htimestamp(pcm, &avail, &stamp), 0);
		check_between(before_ns, &stamp, clock);
		assert_int_equal(avail, snd_pcm_status_get_avail(status));
	}
	snd_pcm_status_free(status);
	snd_pcm_close(pcm);
	hand_end();
}

static void test_stamps(void **state)
{
	(void)state;
	check_stamps(SND_PCM_TSTAMP_TYPE_GETTIMEOFDAY, CLOCK_REALTIME);
	check_stamps(SND_PCM_TSTAMP_TYPE_MONOTONIC, CLOCK_MONOTONIC);
	check_stamps(SND_PCM_TSTAMP_TYPE_MONOTONIC_RAW, CLOCK_MONOTONIC_RAW);
}

/* ---- channel maps ------------------------------------------------------- */

/* The card's map is the program's, and the program's the card's; "plug" is one more that passes them on. */
static void check_maps(const char *more, snd_pcm_stream_t direction)
{
	static const unsigned before[] = { SND_CHMAP_FR, SND_CHMAP_FL }, after[] = { SND_CHMAP_SL, SND_CHMAP_SR };
	struct pcmstream_setup setup = playback;
	unsigned char memory[sizeof(snd_pcm_chmap_t) + sizeof(after)] __attribute__((aligned(8)));
	snd_pcm_chmap_t *map = (snd_pcm_chmap_t *)(void *)memory, *found;
	snd_pcm_chmap_query_t **maps;
	snd_pcm_t *pcm;

	setup.direction = direction;
	hand_begin(&card48, 0, 7);
	memcpy(hand.map, before, sizeof(before));
	pcm = hand_open(&card48, more, &setup);
	maps = snd_pcm_query_chmaps(pcm);
	assert_non_null(maps);
	assert_non_null(maps[0]);
	assert_int_equal(maps[0]->type, SND_CHMAP_TYPE_VAR);
	assert_int_equal(maps[0]->map.channels, 2);
	assert_memory_equal(maps[0]->map.pos, before, sizeof(before));
	assert_null(maps[1]);
	snd_pcm_free_chmaps(maps);
	found = snd_pcm_get_chmap(pcm);
	assert_non_null(found);
	assert_int_equal(found->channels, 2);
	assert_memory_equal(found->pos, before, sizeof(before));
	free(found);
	map->channels = 2;
	memcpy(map->pos, after, sizeof(after));
	assert_int_equal(snd_pcm_set_chmap(pcm, map), 0);
	assert_memory_equal(hand.map, after, sizeof(after));
	found = snd_pcm_get_chmap(pcm);
	assert_non_null(found);
	assert_memory_equal(found->pos, after, sizeof(after));
	free(found);
	map->channels = 1;
	assert_int_equal(snd_pcm_set_chmap(pcm, map), -EINVAL);
	snd_pcm_close(pcm);
	hand_end();
}

static void test_maps(void **state)
{
	static const char plug[] = "!slave { pcm { type plug slave.pcm card } }";

	(void)state;
	check_maps("", SND_PCM_STREAM_PLAYBACK);
	check_maps("", SND_PCM_STREAM_CAPTURE);
	check_maps(plug, SND_PCM_STREAM_PLAYBACK);
	check_maps(plug, SND_PCM_STREAM_CAPTURE);
}

/* A slave that has no maps. */
static void test_no_maps(void **state)
{
	snd_pcm_t *pcm = pcmstream_open("pcm.stream { type bli slave { pcm { type null } rate 48000 } }\n", &playback);

	(void)state;
	assert_null(snd_pcm_query_chmaps(pcm));
	assert_null(snd_pcm_get_chmap(pcm));
	snd_pcm_close(pcm);
}

/* ---- information -------------------------------------------------------- */

/* ioplug names no card, as for every PCM that is made of a plugin. */
static void nothing(snd_async_handler_t *handler)
{
	(void)handler;
}

static void test_info(void **state)
{
	snd_async_handler_t *handler;
	snd_pcm_info_t *info;
	snd_pcm_t *pcm;

	(void)state;
	hand_begin(&card48, 0, 7);
	pcm = hand_open(&card48, "", &playback);
	assert_int_equal(snd_pcm_type(pcm), SND_PCM_TYPE_IOPLUG);
	assert_int_equal(snd_pcm_info_malloc(&info), 0);
	assert_int_equal(snd_pcm_info(pcm, info), 0);
	assert_int_equal(snd_pcm_info_get_card(info), -1);
	assert_int_equal(snd_pcm_info_get_stream(info), SND_PCM_STREAM_PLAYBACK);
	assert_string_equal(snd_pcm_info_get_id(info), "stream");
	/* nor does it link streams or send signals */
	assert_int_equal(snd_pcm_link(pcm, pcm), -ENOSYS);
	assert_int_equal(snd_async_add_pcm_handler(&handler, pcm, nothing, NULL), -ENOSYS);
	snd_pcm_info_free(info);
	snd_pcm_close(pcm);
	hand_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_no_maps),
		cmocka_unit_test(test_info),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
