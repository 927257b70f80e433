/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program's whole life with a PCM "type bli", from open to close, again and again: each time another call of its
 * slave's fails, or another allocation. The program sees an error or none, the state that belongs to it, and one line
 * at most; it never waits for ever and leaks nothing; and once it has prepared the PCM again, all goes on.
 *
 * The functions of alsa-lib that the plugin calls are this program's, which -export-dynamic shows it.
 */
#define _GNU_SOURCE	/* dladdr(), RTLD_NEXT */
#include "handhelp.h"
#include "heapspy.h"

#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const struct hand_card card48 = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

enum { PERIOD = 441, BUFFER = 4 * PERIOD, CALLS_MAX = 20000, ALLOCATIONS_MAX = 10000 };

/* Where calls and allocations fail: alsa-lib itself leaks where its own do. */
#define PLUGIN "libasound_module_pcm_bli"

/* ---- calls of the slave that fail --------------------------------------- */

static struct {
	unsigned long calls;	/* of slaves so far */
	unsigned long failing;	/* the one that fails; 0: none */
	int error;		/* what it answers */
	const char *name;	/* of the one that failed */
} slave;

/* Whether this call is the plugin's own, and to fail. */
static bool strikes(const void *caller, const char *name)
{
	Dl_info info;

	if (!dladdr(caller, &info) || !strstr(info.dli_fname, PLUGIN))
		return false;
	if (++slave.calls > CALLS_MAX) {
		printf("FAIL the slave is called again and again: %s, after %s answered %d\n", name, slave.name, slave.error);
		exit(1);
	}
	if (slave.calls != slave.failing)
		return false;
	slave.name = name;
	return true;
}

#define SLAVE_CALL(type, name, parameters, ...)						\
	type name parameters								\
	{										\
		static type (*next) parameters;						\
											\
		if (!next)								\
			*(void **)&next = dlsym(RTLD_NEXT, #name);			\
		return strikes(__builtin_return_address(0), #name) ? slave.error : next(__VA_ARGS__);		\
	}

SLAVE_CALL(int, snd_pcm_hw_params_any, (snd_pcm_t *pcm, snd_pcm_hw_params_t *params), pcm, params)
SLAVE_CALL(int, snd_pcm_hw_params_set_access, (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, snd_pcm_access_t access),
	   pcm, params, access)
SLAVE_CALL(int, snd_pcm_hw_params_set_channels, (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, unsigned channels),
	   pcm, params, channels)
SLAVE_CALL(int, snd_pcm_hw_params_set_rate_near,
	   (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, unsigned *rate_hz, int *dir), pcm, params, rate_hz, dir)
SLAVE_CALL(int, snd_pcm_hw_params_set_format, (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, snd_pcm_format_t format),
	   pcm, params, format)
SLAVE_CALL(int, snd_pcm_hw_params_set_buffer_size_min,
	   (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, snd_pcm_uframes_t *frames), pcm, params, frames)
SLAVE_CALL(int, snd_pcm_hw_params_set_buffer_size_near,
	   (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, snd_pcm_uframes_t *frames), pcm, params, frames)
SLAVE_CALL(int, snd_pcm_hw_params_set_period_size_near,
	   (snd_pcm_t *pcm, snd_pcm_hw_params_t *params, snd_pcm_uframes_t *frames, int *dir), pcm, params, frames, dir)
SLAVE_CALL(int, snd_pcm_hw_params, (snd_pcm_t *pcm, snd_pcm_hw_params_t *params), pcm, params)
SLAVE_CALL(int, snd_pcm_hw_free, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_sw_params_current, (snd_pcm_t *pcm, snd_pcm_sw_params_t *params), pcm, params)
SLAVE_CALL(int, snd_pcm_sw_params, (snd_pcm_t *pcm, snd_pcm_sw_params_t *params), pcm, params)
SLAVE_CALL(int, snd_pcm_nonblock, (snd_pcm_t *pcm, int nonblock), pcm, nonblock)
SLAVE_CALL(int, snd_pcm_prepare, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_start, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_drop, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_drain, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_pause, (snd_pcm_t *pcm, int enable), pcm, enable)
SLAVE_CALL(int, snd_pcm_wait, (snd_pcm_t *pcm, int timeout_ms), pcm, timeout_ms)
SLAVE_CALL(int, snd_pcm_delay, (snd_pcm_t *pcm, snd_pcm_sframes_t *delay), pcm, delay)
SLAVE_CALL(snd_pcm_sframes_t, snd_pcm_avail, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(snd_pcm_sframes_t, snd_pcm_writei, (snd_pcm_t *pcm, const void *samples, snd_pcm_uframes_t frames),
	   pcm, samples, frames)
SLAVE_CALL(snd_pcm_sframes_t, snd_pcm_readi, (snd_pcm_t *pcm, void *samples, snd_pcm_uframes_t frames),
	   pcm, samples, frames)
SLAVE_CALL(int, snd_pcm_poll_descriptors, (snd_pcm_t *pcm, struct pollfd *pfds, unsigned space), pcm, pfds, space)
SLAVE_CALL(int, snd_pcm_poll_descriptors_revents,
	   (snd_pcm_t *pcm, struct pollfd *pfds, unsigned count, unsigned short *revents), pcm, pfds, count, revents)

SLAVE_CALL(int, snd_pcm_hw_params_malloc, (snd_pcm_hw_params_t **params), params)
SLAVE_CALL(int, snd_pcm_sw_params_malloc, (snd_pcm_sw_params_t **params), params)
SLAVE_CALL(int, snd_config_make_compound, (snd_config_t **conf, const char *id, int join), conf, id, join)
SLAVE_CALL(int, snd_config_copy, (snd_config_t **copy, snd_config_t *conf), copy, conf)

/* ---- a program ---------------------------------------------------------- */

static int open_program(const char *text, snd_pcm_stream_t direction, snd_pcm_t **pcm)
{
	snd_config_t *root;
	snd_input_t *input;
	int error;

	heapspy_pause(true);
	assert_int_equal(snd_config_top(&root), 0);
	assert_int_equal(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), 0);
	assert_int_equal(snd_config_load(root, input), 0);
	snd_input_close(input);
	heapspy_pause(false);
	error = snd_pcm_open_lconf(pcm, "stream", direction, 0, root);
	heapspy_pause(true);
	snd_config_delete(root);
	heapspy_pause(false);
	return error;
}

static int set_params(snd_pcm_t *pcm)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_sw_params_t *sw;
	int error;

	snd_pcm_hw_params_alloca(&hw);
	snd_pcm_sw_params_alloca(&sw);
	error = snd_pcm_hw_params_any(pcm, hw);
	if (error >= 0)
		error = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (error >= 0)
		error = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE);
	if (error >= 0)
		error = snd_pcm_hw_params_set_channels(pcm, hw, 2);
	if (error >= 0)
		error = snd_pcm_hw_params_set_rate(pcm, hw, 44100, 0);
	if (error >= 0)
		error = snd_pcm_hw_params_set_period_size(pcm, hw, PERIOD, 0);
	if (error >= 0)
		error = snd_pcm_hw_params_set_buffer_size(pcm, hw, BUFFER);
	if (error >= 0)
		error = snd_pcm_hw_params(pcm, hw);
	if (error >= 0)
		error = snd_pcm_sw_params_current(pcm, sw);
	if (error >= 0)
		error = snd_pcm_sw_params_set_start_threshold(pcm, sw, BUFFER);
	if (error >= 0)
		error = snd_pcm_sw_params(pcm, sw);
	return error;
}

/* The state that an error goes with; most are right for others, which come from calls that change nothing. */
static void check_state(snd_pcm_t *pcm, long error)
{
	snd_pcm_state_t state = snd_pcm_state(pcm);
	bool right = error == -ESTRPIPE ? state == SND_PCM_STATE_SUSPENDED
		     : error == -ENODEV ? state == SND_PCM_STATE_DISCONNECTED
		     : error == -EPIPE	? state == SND_PCM_STATE_XRUN || state == SND_PCM_STATE_SETUP ||
						 state == SND_PCM_STATE_PREPARED
					: state != SND_PCM_STATE_DRAINING;

	/* who cannot even be asked for descriptors has said nothing of the stream */
	if (!right && strcmp(slave.name, "snd_pcm_poll_descriptors") != 0)
		fail_msg("%s answered \"%s\", the program got \"%s\", and the state is %s", slave.name,
			 snd_strerror(slave.error), snd_strerror((int)error), snd_pcm_state_name(state));
}

/* Everything that a program does with a PCM that is set up; the first error, checked. */
static long run_program(snd_pcm_t *pcm)
{
	static int16_t samples[2 * BUFFER];
	const bool playback = snd_pcm_stream(pcm) == SND_PCM_STREAM_PLAYBACK;
	snd_pcm_status_t *status;
	snd_pcm_sframes_t delay;
	long error = 0;

	snd_pcm_status_alloca(&status);
	for (unsigned n = 0; n < 4 && error >= 0; n++)
		error = playback ? snd_pcm_writei(pcm, samples, BUFFER) : snd_pcm_readi(pcm, samples, PERIOD);
	if (error >= 0)
		error = snd_pcm_wait(pcm, 1000);
	if (error >= 0)
		error = snd_pcm_avail(pcm);
	if (error >= 0)
		error = snd_pcm_delay(pcm, &delay);
	if (error >= 0)
		error = snd_pcm_status(pcm, status);
	if (error >= 0)
		error = snd_pcm_pause(pcm, 1);
	if (error >= 0)
		error = snd_pcm_pause(pcm, 0);
	if (error >= 0 && playback)
		error = snd_pcm_writei(pcm, samples, PERIOD);
	if (error >= 0)
		error = playback ? snd_pcm_drain(pcm) : snd_pcm_drop(pcm);
	if (error < 0)
		check_state(pcm, error);
	/* what was, is over, whether that succeeds or not */
	if (error >= 0) {
		error = snd_pcm_prepare(pcm);
		assert_true(snd_pcm_avail(pcm) <= (playback ? BUFFER : 0));
	}
	return error < 0 ? error : 0;
}

/*
 * A whole life: every step is tried a second time if it fails, which must help, since only one thing fails. Returns
 * the first error.
 */
static long live(const char *text, snd_pcm_stream_t direction, unsigned *failed)
{
	snd_pcm_t *pcm;
	long first = open_program(text, direction, &pcm), error;

	*failed = first < 0;
	if (first < 0)
		assert_int_equal(open_program(text, direction, &pcm), 0);
	error = set_params(pcm);
	first = first < 0 ? first : error;
	if (error < 0) {
		++*failed;
		assert_int_equal(set_params(pcm), 0);
	}
	error = run_program(pcm);
	first = first < 0 ? first : error;
	if (error < 0) {
		++*failed;
		if (snd_pcm_state(pcm) == SND_PCM_STATE_SUSPENDED)
			snd_pcm_resume(pcm);
		/* what is gone does not come back */
		if (snd_pcm_state(pcm) == SND_PCM_STATE_DISCONNECTED) {
			assert_int_equal(snd_pcm_prepare(pcm), -ENODEV);
			snd_pcm_close(pcm);
			assert_int_equal(open_program(text, direction, &pcm), 0);
			assert_int_equal(set_params(pcm), 0);
		}
		error = snd_pcm_prepare(pcm);
		assert_int_equal(error < 0 ? snd_pcm_prepare(pcm) : 0, 0);
		assert_int_equal(run_program(pcm), 0);
	}
	snd_pcm_close(pcm);
	return first < 0 ? first : 0;
}

static void begin(void)
{
	hand_begin(&card48, 0, 97);
	hand.can_pause = 1;
	plug_log_take();
	memset(&slave, 0, sizeof(slave));
}

/* ---- the tests ---------------------------------------------------------- */

static unsigned lines(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void check_slave_calls(snd_pcm_stream_t direction, int error)
{
	unsigned long calls, told = 0;
	unsigned failed;
	const char *text;

	begin();
	text = hand_configuration(&card48, "");
	heapspy_start(0);
	assert_int_equal(live(text, direction, &failed), 0);
	assert_int_equal(failed, 0);
	heapspy_stop();
	calls = slave.calls;
	hand_end();
	for (unsigned long failing = 1; failing <= calls; failing++) {
		long first;

		begin();
		slave.failing = failing;
		slave.error = error;
		heapspy_start(0);
		first = live(text, direction, &failed);
		heapspy_stop();
		if (heapspy_live() != 0 || failed > 1 || lines(plug_log_take()) > 1)
			fail_msg("%s answers %d: %u calls failed, %ld allocations are left", slave.name, error, failed,
				 heapspy_live());
		told += first < 0;
		hand_end();
	}
	print_message("%s: %lu calls of the slave answered \"%s\" in turn, the program was told of %lu\n",
		      snd_pcm_stream_name(direction), calls, snd_strerror(error), told);
	assert_true(calls > 40 && told > 10);
}

static void test_slave_calls(void **state)
{
	static const int errors[] = { -EIO, -EPIPE, -ESTRPIPE, -ENODEV, -EAGAIN };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		check_slave_calls(SND_PCM_STREAM_PLAYBACK, errors[i]);
		check_slave_calls(SND_PCM_STREAM_CAPTURE, errors[i]);
	}
}

static void check_allocations(snd_pcm_stream_t direction)
{
	const char *text = hand_configuration(&card48, "");
	unsigned long failing = 0, told = 0;
	unsigned failed;

	/* what alsa-lib keeps for good, it has afterwards */
	begin();
	assert_int_equal(live(text, direction, &failed), 0);
	hand_end();
	for (bool hit = true; hit && failing < ALLOCATIONS_MAX;) {
		long first;

		begin();
		heapspy_start(++failing);
		heapspy_within(PLUGIN);
		first = live(text, direction, &failed);
		heapspy_stop();
		hit = heapspy_allocations() >= failing;
		if (heapspy_live() != 0 || failed > 1 || (first < 0 && first != -ENOMEM))
			fail_msg("allocation %lu fails: %u calls failed, the first with %ld, %ld allocations are left:\n%s", failing,
				 failed, first, heapspy_live(), plug_log_take());
		told += first < 0;
		hand_end();
	}
	print_message("%s: %lu allocations failed in turn, the program was told of %lu\n", snd_pcm_stream_name(direction),
		      failing - 1, told);
	/* each is needed, and there are the two objects, name, sample buffers and the stream's own */
	assert_int_equal(told, failing - 1);
	assert_true(told >= 8);
}

static void test_allocations(void **state)
{
	(void)state;
	if (!HEAPSPY_POSSIBLE) {
		print_message("a sanitizer's heap cannot be replaced\n");
		skip();
	}
	check_allocations(SND_PCM_STREAM_PLAYBACK);
	check_allocations(SND_PCM_STREAM_CAPTURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slave_calls),
		cmocka_unit_test(test_allocations),
	};
	int error = hand_prepare();

	/* whatever waits for ever ends here */
	alarm(120);
	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
