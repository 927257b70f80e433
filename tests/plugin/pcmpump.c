/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pump of the PCM "type bli" from any position on: what is moved, and where positions come to, does not depend on
 * it. On a 32-bit machine a snd_pcm_uframes_t cannot hold 2^32 frames, which are 27 hours at 44.1 kHz.
 */
#include "handhelp.h"
#include "kernel.h"
#include "pump.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BUFFER = 1764, CHUNK = 441, ROUNDS = 40, FRAMES = ROUNDS * CHUNK, CARD_FRAMES = 2 * FRAMES };

/* as alsa-lib chooses it where numbers have 32 bits: the buffer, doubled as often as it fits into 2^31 */
static const snd_pcm_uframes_t boundary = (snd_pcm_uframes_t)BUFFER << 20;

static const struct hand_card card48 = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

/* What a run left behind. */
struct result {
	int32_t program[2 * FRAMES];			/* capture: what was read */
	unsigned char card[CARD_FRAMES * 8];		/* playback: what was played */
	snd_pcm_uframes_t pointers[ROUNDS];		/* moved since the beginning */
	snd_pcm_sframes_t delays[ROUNDS];		/* capture */
};

struct rig {
	struct bli_pcm_settings settings;
	struct bli_slave slave;
	struct bli_pump pump;
};

static void open_rig(struct rig *rig, snd_pcm_stream_t direction)
{
	const char *text = hand_configuration(&card48, "");
	const struct bli_pump_config config = {
		.kernel = bli_kernel_find(NULL), .format = SND_PCM_FORMAT_S32_LE, .channels = 2, .rate_hz = 44100,
		.period = 441,
	};
	struct bli_slave_offer offer;
	snd_config_t *root, *conf;
	snd_input_t *input;

	assert_int_equal(snd_config_top(&root), 0);
	assert_int_equal(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), 0);
	assert_int_equal(snd_config_load(root, input), 0);
	snd_input_close(input);
	assert_int_equal(snd_config_search(root, "pcm.stream", &conf), 0);
	assert_int_equal(bli_pcm_settings_read(&rig->settings, "stream", root, conf), 0);
	assert_int_equal(bli_slave_open(&rig->slave, &rig->settings, root, conf, direction, 0, &offer), 0);
	snd_config_delete(root);
	assert_int_equal(bli_slave_choose(&rig->slave, SND_PCM_FORMAT_S32_LE, 2, 44100), 0);
	assert_int_equal(bli_pump_open(&rig->pump, &rig->slave, &config), 0);
	assert_int_equal(bli_slave_set_up(&rig->slave, 480, bli_pump_to_slave(&rig->pump, BUFFER) + rig->pump.lead), 0);
	assert_int_equal(bli_pump_set_buffer(&rig->pump, BUFFER), 0);
	assert_int_equal(bli_slave_wake_at(&rig->slave, 480), 0);
	rig->pump.boundary = boundary;
	assert_int_equal(snd_pcm_prepare(rig->slave.pcm), 0);
	assert_int_equal(bli_pump_prepare(&rig->pump), 0);
}

static void close_rig(struct rig *rig)
{
	bli_pump_close(&rig->pump);
	bli_slave_close(&rig->slave);
	bli_pcm_settings_free(&rig->settings);
}

/* One chunk of the program's. */
static void step(struct rig *rig, struct result *result, unsigned round)
{
	struct bli_pump *pump = &rig->pump;
	snd_pcm_channel_area_t areas[2];
	snd_pcm_uframes_t appl_ptr;

	for (unsigned channel = 0; channel < 2; channel++)
		areas[channel] = (snd_pcm_channel_area_t){ result->program + 2 * round * CHUNK, 32 * channel, 64 };
	appl_ptr = (pump->appl_seen + CHUNK) % boundary;
	if (pump->playback) {
		for (size_t n = 0; n < CHUNK; n++)
			for (unsigned channel = 0; channel < 2; channel++)
				pcmstream_put(&areas[channel], n, SND_PCM_FORMAT_S32_LE,
					      0.5 * sin(0.03 * (channel + 1) * (double)(round * CHUNK + n)));
		bli_pump_put(pump, areas, 0, CHUNK);
	} else {
		bli_pump_get(pump, areas, 0, CHUNK);
		bli_pump_follow(pump, appl_ptr);
	}
	assert_int_equal(bli_pump_run(pump), 0);
}

static struct result *run(snd_pcm_stream_t direction, int64_t from)
{
	struct result *result = calloc(1, sizeof(*result));
	struct rig rig = { .settings = { .name = NULL } };
	const snd_pcm_uframes_t first = (snd_pcm_uframes_t)((uint64_t)from % boundary);

	assert_non_null(result);
	hand_begin(&card48, CARD_FRAMES, 0);
	if (direction == SND_PCM_STREAM_CAPTURE)
		for (size_t n = 0; n < CARD_FRAMES; n++)
			hand_put(&card48, n, n % 2, 0.5 * sin(0.03 * (double)n));
	open_rig(&rig, direction);
	rig.pump.appl = rig.pump.converted = rig.pump.hw = rig.pump.hw_base = from;
	rig.pump.appl_seen = first;
	if (direction == SND_PCM_STREAM_CAPTURE)
		assert_int_equal(snd_pcm_start(rig.slave.pcm), 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		/* a capture has its chunk before it is read */
		if (direction == SND_PCM_STREAM_CAPTURE)
			hand.time += round ? 480 : 960;
		assert_int_equal(bli_pump_run(&rig.pump), 0);
		step(&rig, result, round);
		if (direction == SND_PCM_STREAM_PLAYBACK && round == 2)
			assert_int_equal(snd_pcm_start(rig.slave.pcm), 0);
		if (direction == SND_PCM_STREAM_PLAYBACK && round >= 2)
			hand.time += 480;
		assert_int_equal(bli_pump_run(&rig.pump), 0);
		/* in playback it goes by the stream's own position, which begins at 0 */
		if (direction == SND_PCM_STREAM_CAPTURE)
			assert_int_equal(bli_pump_delay(&rig.pump, &result->delays[round]), 0);
		result->pointers[round] = (bli_pump_pointer(&rig.pump) + boundary - first) % boundary;
	}
	memcpy(result->card, hand.sound, sizeof(result->card));
	close_rig(&rig);
	hand_end();
	return result;
}

static void test_from_anywhere(void **state)
{
	const int64_t places[] = {
		(int64_t)boundary - 5000, ((int64_t)1 << 31) - 5000, ((int64_t)1 << 32) - 5000, ((int64_t)1 << 32) + 3,
		((int64_t)1 << 40) - 777,
	};
	static const snd_pcm_stream_t directions[] = { SND_PCM_STREAM_PLAYBACK, SND_PCM_STREAM_CAPTURE };

	(void)state;
	for (size_t d = 0; d < 2; d++) {
		struct result *expected = run(directions[d], 0);

		/* it is sound, and the pointer moves by what the clock does, but for a block of 147 frames */
		if (directions[d] == SND_PCM_STREAM_PLAYBACK)
			assert_in_range(expected->pointers[ROUNDS - 1], FRAMES - 2 * CHUNK, FRAMES - 2 * CHUNK + 147);
		else
			assert_in_range(expected->pointers[ROUNDS - 1], FRAMES + CHUNK - 147, FRAMES + CHUNK);
		assert_true(expected->program[2 * (FRAMES - 1)] != 0);
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			struct result *found = run(directions[d], places[i]);

			assert_memory_equal(found->pointers, expected->pointers, sizeof(expected->pointers));
			assert_memory_equal(found->delays, expected->delays, sizeof(expected->delays));
			assert_memory_equal(found->program, expected->program, sizeof(expected->program));
			assert_memory_equal(found->card, expected->card, sizeof(expected->card));
			free(found);
		}
		free(expected);
	}
}

/* A store that is full has nothing before its first frame. */
static void test_rewound_too_far(void **state)
{
	struct rig rig = { .settings = { .name = NULL } };

	(void)state;
	hand_begin(&card48, 0, 0);
	open_rig(&rig, SND_PCM_STREAM_CAPTURE);
	assert_int_equal(snd_pcm_start(rig.slave.pcm), 0);
	for (unsigned n = 0; n < 5; n++) {
		hand.time += 480;
		assert_int_equal(bli_pump_run(&rig.pump), 0);
		bli_pump_follow(&rig.pump, n < 2 ? CHUNK * n : CHUNK);
	}
	hand.time += 480;
	assert_int_equal(bli_pump_run(&rig.pump), 0);
	assert_int_equal(bli_pump_avail(&rig.pump), BUFFER);
	bli_pump_follow(&rig.pump, CHUNK - 1);
	assert_int_equal(bli_pump_run(&rig.pump), -EPIPE);
	bli_pump_follow(&rig.pump, CHUNK);
	assert_int_equal(bli_pump_run(&rig.pump), 0);
	close_rig(&rig);
	hand_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_anywhere),
		cmocka_unit_test(test_rewound_too_far),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
