/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts of every version of the rate plugin protocol: a driver that knows only
 * the struct of its own version takes a stream from open to close, and hears
 * the same samples as one of the current version.
 */
#include "plughelp.h"
#include "preset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PERIODS 40
#define IN_FRAMES 441
#define OUT_FRAMES 480
#define CHANNELS 2

/* The calls of a stream that all versions have, found where the version's own struct has them. */
struct calls {
	void (*close)(void *object);
	int (*init)(void *object, snd_pcm_rate_info_t *info);
	void (*free)(void *object);
	void (*reset)(void *object);
	int (*adjust_pitch)(void *object, snd_pcm_rate_info_t *info);
	void (*convert)(void *object, const snd_pcm_channel_area_t *dst_areas, snd_pcm_uframes_t dst_offset,
			unsigned int dst_frames, const snd_pcm_channel_area_t *src_areas,
			snd_pcm_uframes_t src_offset, unsigned int src_frames);
	snd_pcm_uframes_t (*input_frames)(void *object, snd_pcm_uframes_t frames);
	snd_pcm_uframes_t (*output_frames)(void *object, snd_pcm_uframes_t frames);
	void (*dump)(void *object, snd_output_t *out);	/* from 0x010002 on */
};

#define COMMON_CALLS(ops)									\
	{ .close = (ops)->close, .init = (ops)->init, .free = (ops)->free, .reset = (ops)->reset,	\
	  .adjust_pitch = (ops)->adjust_pitch, .convert = (ops)->convert,			\
	  .input_frames = (ops)->input_frames, .output_frames = (ops)->output_frames }

/* Open with a struct that is allocated to the byte. */
static struct calls open_version(struct plug *plug, const char *name, unsigned version, bool with_conf)
{
	static const size_t sizes[] = {
		sizeof(snd_pcm_rate_old_ops_t), sizeof(snd_pcm_rate_v2_ops_t), sizeof(snd_pcm_rate_ops_t),
	};
	void *ops = malloc(sizes[version - 0x010001]);
	snd_pcm_rate_open_conf_func_t open_conf;
	snd_pcm_rate_open_func_t open;
	struct calls calls = { 0 };

	assert_non_null(ops);
	memset(plug, 0, sizeof(*plug));
	*(void **)&open = *(void **)&open_conf = plug_symbol(plug, name, with_conf ? "open_conf" : "open");
	assert_int_equal(with_conf ? open_conf(version, &plug->object, ops, NULL) : open(version, &plug->object, ops),
			 0);
	if (version == 0x010001) {
		calls = (struct calls)COMMON_CALLS((snd_pcm_rate_old_ops_t *)ops);
	} else if (version == 0x010002) {
		calls = (struct calls)COMMON_CALLS((snd_pcm_rate_v2_ops_t *)ops);
		calls.dump = ((snd_pcm_rate_v2_ops_t *)ops)->dump;
	} else {
		calls = (struct calls)COMMON_CALLS((snd_pcm_rate_ops_t *)ops);
		calls.dump = ((snd_pcm_rate_ops_t *)ops)->dump;
	}
	if (version > 0x010001)
		assert_int_equal(((snd_pcm_rate_v2_ops_t *)ops)->version, version);
	free(ops);
	return calls;
}

static void check_dump(const struct calls *calls, void *object, const char *name)
{
	snd_output_t *output;
	char *text;

	assert_int_equal(snd_output_buffer_open(&output), 0);
	calls->dump(object, output);
	assert_int_equal(snd_output_putc(output, '\0'), 0);
	snd_output_buffer_string(output, &text);
	assert_non_null(strstr(text, name));
	snd_output_close(output);
}

/* hw_params, sw_params, prepare, PERIODS periods, hw_free; returns what was heard, to be freed. */
static int16_t *stream(const struct calls *calls, void *object)
{
	snd_pcm_rate_info_t info = plug_info(44100, IN_FRAMES, 48000, OUT_FRAMES, CHANNELS, SND_PCM_FORMAT_S16,
					     SND_PCM_FORMAT_S16);
	int16_t *heard = calloc(PERIODS * OUT_FRAMES * CHANNELS, sizeof(*heard));
	struct plug_side in, out;

	assert_non_null(heard);
	assert_int_equal(calls->init(object, &info), 0);
	calls->adjust_pitch(object, &info);
	calls->reset(object);
	assert_int_equal(calls->input_frames(object, 3 * OUT_FRAMES), 3 * IN_FRAMES);
	assert_int_equal(calls->output_frames(object, 3 * IN_FRAMES), 3 * OUT_FRAMES);
	plug_side_open(&in, SND_PCM_FORMAT_S16, CHANNELS, IN_FRAMES, PLUG_INTERLEAVED);
	plug_side_open(&out, SND_PCM_FORMAT_S16, CHANNELS, OUT_FRAMES, PLUG_INTERLEAVED);
	for (unsigned period = 0; period < PERIODS; period++) {
		plug_side_noise(&in, 0.25, period);
		calls->convert(object, out.areas, 0, OUT_FRAMES, in.areas, 0, IN_FRAMES);
		memcpy(heard + period * OUT_FRAMES * CHANNELS, plug_side_at(&out, 0, 0),
		       OUT_FRAMES * CHANNELS * sizeof(*heard));
	}
	plug_side_close(&in);
	plug_side_close(&out);
	calls->free(object);
	return heard;
}

static int16_t *stream_of_version(const char *name, unsigned version, bool with_conf)
{
	struct plug plug;
	struct calls calls = open_version(&plug, name, version, with_conf);
	int16_t *heard = stream(&calls, plug.object), *again = stream(&calls, plug.object);

	assert_memory_equal(heard, again, PERIODS * OUT_FRAMES * CHANNELS * sizeof(*heard));
	free(again);
	if (calls.dump)
		check_dump(&calls, plug.object, name);
	calls.close(plug.object);
	return heard;
}

static void test_every_version_hears_the_same(void **state)
{
	(void)state;
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		int16_t *current = stream_of_version(preset->name, 0x010003, true);
		int64_t power = 0;

		for (size_t i = 0; i < PERIODS * OUT_FRAMES * CHANNELS; i++)
			power += current[i] * current[i];
		/* white noise of 8192 peak has a mean square of 8192²/3; more than a third of it passes a converter */
		assert_true(power / (PERIODS * OUT_FRAMES * CHANNELS) > 8192 / 3 * 8192 / 3);
		for (unsigned version = 0x010001; version <= 0x010003; version++)
			for (int with_conf = 0; with_conf < 2; with_conf++) {
				int16_t *heard = stream_of_version(preset->name, version, with_conf);

				assert_memory_equal(heard, current, PERIODS * OUT_FRAMES * CHANNELS * sizeof(*heard));
				free(heard);
			}
		free(current);
	}
	assert_int_equal(plug_log_lines(), 0);
}

/* A later protocol gets the operations of 0x010003, and is told so. */
static void test_later_versions(void **state)
{
	static const unsigned later[] = { 0x010004, 0x0100ff, 0x020000 };

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		snd_pcm_rate_open_func_t open;
		snd_pcm_rate_ops_t ops;
		struct plug plug = { 0 };

		*(void **)&open = plug_symbol(&plug, "bli", "open");
		assert_int_equal(open(later[i], &plug.object, &ops), 0);
		assert_int_equal(ops.version, 0x010003);
		ops.close(plug.object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_version_hears_the_same),
		cmocka_unit_test(test_later_versions),
	};

	plug_log_catch();
	return cmocka_run_group_tests_name("protocols", tests, NULL, NULL) ? 1 : 0;
}
