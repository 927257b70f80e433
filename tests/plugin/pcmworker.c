/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" on a card whose buffer is shorter than the program's: a thread keeps it filled while the program sleeps,
 * leaves the program's signals alone, and is there after a fork() too. On a card that goes by the machine's clock, and runs
 * dry if nobody comes: these tests take their time, but no processor's.
 */
#include "handhelp.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

/* 341 ms: less than the program sleeps, and enough for a busy machine */
static const struct hand_card short_card = { 48000, SND_PCM_FORMAT_S32_LE, 2, 1024, 16384 };

enum { BUFFER = 44100, SLEEP_MS = 400 };

static const struct pcmstream_setup playback = {
	.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED, .format = SND_PCM_FORMAT_S32_LE,
	.channels = 2, .rate_hz = 44100, .period_frames = BUFFER / 4, .periods = 4,
};

static int32_t samples[2 * BUFFER];

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static snd_pcm_t *start_playback(void)
{
	snd_pcm_t *pcm;

	hand_begin(&short_card, 0, 0);
	hand.real = 1;
	pcm = hand_open(&short_card, "", &playback);
	assert_int_equal(snd_pcm_writei(pcm, samples, BUFFER), BUFFER);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_RUNNING);
	return pcm;
}

static uint64_t rounded_card_frames(snd_pcm_uframes_t frames)
{
	return (uint64_t)frames * 48000 / 44100;
}

/* More than the card holds is played while the program sleeps. 0, or the line that says why not. */
static int sleep_and_write(snd_pcm_t *pcm, snd_pcm_uframes_t *written)
{
	snd_pcm_sframes_t avail;

	sleep_ms(SLEEP_MS);
	avail = snd_pcm_avail(pcm);
	if (avail < SLEEP_MS * 44 || avail > BUFFER || snd_pcm_state(pcm) != SND_PCM_STATE_RUNNING)
		return __LINE__;
	if (written)
		*written += (snd_pcm_uframes_t)avail;
	return snd_pcm_writei(pcm, samples, (snd_pcm_uframes_t)avail) == avail ? 0 : __LINE__;
}

static void test_playback(void **state)
{
	snd_pcm_t *pcm;
	unsigned waits;
	snd_pcm_uframes_t written = BUFFER;

	(void)state;
	pcm = start_playback();
	for (unsigned n = 0; n < 3; n++)
		assert_int_equal(sleep_and_write(pcm, &written), 0);
	/* a poll ends when the thread says so; as it does while the PCM drains */
	assert_int_equal(snd_pcm_wait(pcm, 1000), 1);
	assert_true(snd_pcm_avail(pcm) >= BUFFER / 4);
	assert_int_equal(snd_pcm_nonblock(pcm, 1), 0);
	assert_int_equal(snd_pcm_drain(pcm), -EAGAIN);
	for (waits = 0; snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING && waits < 1000; waits++)
		assert_int_equal(snd_pcm_wait(pcm, 3000), 1);
	print_message("a drain was waited for %u times\n", waits);
	assert_in_range(waits, 1, 3);
	assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
	assert_in_range(hand.done, rounded_card_frames(written), rounded_card_frames(written) + 500);
	assert_int_equal(hand.starts, 1);
	snd_pcm_close(pcm);
	hand_end();
}

/* A ramp is whole although the program comes seldom. */
static void test_capture(void **state)
{
	struct pcmstream_setup setup = playback;
	snd_pcm_t *pcm;
	snd_pcm_channel_area_t area = { samples, 0, 64 };

	(void)state;
	setup.direction = SND_PCM_STREAM_CAPTURE;
	hand_begin(&short_card, 200000, 0);
	for (size_t n = 0; n < 200000; n++)
		hand_put(&short_card, n, 0, (double)n * 5e-6 - 0.5);
	hand.real = 1;
	pcm = hand_open(&short_card, "", &setup);
	assert_int_equal(snd_pcm_start(pcm), 0);
	for (unsigned n = 0; n < 2; n++) {
		sleep_ms(SLEEP_MS);
		assert_int_equal(snd_pcm_readi(pcm, samples, 16000), 16000);
		for (size_t k = n ? 0 : 1000; k + 1 < 16000; k++)
			assert_true(fabs(pcmstream_get(&area, k + 1, SND_PCM_FORMAT_S32_LE) -
					 pcmstream_get(&area, k, SND_PCM_FORMAT_S32_LE) - 5e-6 * 48000 / 44100) < 1e-6);
	}
	assert_int_equal(hand.starts, 1);
	snd_pcm_close(pcm);
	hand_end();
	memset(samples, 0, sizeof(samples));
}

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define NO_THREADS_AFTER_FORK
#endif
#endif

/* A child has none of its parent's threads: its first call makes one. */
static void test_fork(void **state)
{
	snd_pcm_t *pcm;
	int status;
	pid_t child;

	(void)state;
#if defined(NO_THREADS_AFTER_FORK) || defined(__SANITIZE_THREAD__)
	print_message("ThreadSanitizer lets no child of a program with threads have any\n");
	skip();
#endif
	pcm = start_playback();
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int line;

		alarm(20);
		line = snd_pcm_avail(pcm) < 0 ? __LINE__ : sleep_and_write(pcm, NULL);
		if (!line && snd_pcm_drop(pcm) != 0)
			line = __LINE__;
		if (!line && snd_pcm_close(pcm) != 0)
			line = __LINE__;
		_exit(line & 0xff);
	}
	assert_int_equal(sleep_and_write(pcm, NULL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	snd_pcm_close(pcm);
	hand_end();
}

/* A signal that the program blocks stays pending: the thread takes none. */
static void test_signals(void **state)
{
	sigset_t set, before, pending;
	snd_pcm_t *pcm;
	int signal_number;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pcm = start_playback();
	pthread_sigmask(SIG_BLOCK, &set, &before);
	kill(getpid(), SIGUSR1);
	sleep_ms(50);
	sigpending(&pending);
	assert_int_equal(sigismember(&pending, SIGUSR1), 1);
	assert_int_equal(sigwait(&set, &signal_number), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	snd_pcm_close(pcm);
	hand_end();
}

/* However few frames there were, all of the last one's response is heard: it sums up to that frame, times the ratio. */
static void test_few_frames(void **state)
{
	static const unsigned frames[] = { 0, 1, 10, 76, 147, 5000, 20000 };

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		double sum = 0, *played;
		snd_pcm_t *pcm;

		hand_begin(&short_card, 30000, 0);
		hand.real = 1;
		pcm = hand_open(&short_card, "", &playback);
		memset(samples, 0, sizeof(samples));
		if (frames[i]) {
			pcmstream_put(&(snd_pcm_channel_area_t){ samples, 0, 64 }, frames[i] - 1, SND_PCM_FORMAT_S32_LE, 0.5);
			assert_int_equal(snd_pcm_writei(pcm, samples, frames[i]), frames[i]);
		}
		assert_int_equal(snd_pcm_drain(pcm), 0);
		assert_int_equal(snd_pcm_state(pcm), SND_PCM_STATE_SETUP);
		snd_pcm_close(pcm);
		played = hand_played(&short_card, 0);
		for (size_t n = 0; n < hand.done; n++)
			sum += played[n];
		free(played);
		assert_true(fabs(sum - (frames[i] ? 0.5 * 48000 / 44100 : 0)) < 1e-5);
		assert_in_range(hand.done, frames[i] ? rounded_card_frames(frames[i]) : 0,
				frames[i] ? rounded_card_frames(frames[i]) + 500 : 0);
		hand_end();
	}
	memset(samples, 0, sizeof(samples));
}

/* What happens to the card while the program waits or writes ends that with the right error, and soon. */
static void check_fault(int fault, snd_pcm_state_t state, bool writes)
{
	snd_pcm_t *pcm = start_playback();

	hand.fault = fault;
	if (writes)
		assert_int_equal(snd_pcm_writei(pcm, samples, BUFFER), fault);
	else
		assert_int_equal(snd_pcm_wait(pcm, 5000), fault);
	assert_int_equal(snd_pcm_state(pcm), state);
	snd_pcm_close(pcm);
	hand_end();
}

static void test_faults(void **state)
{
	(void)state;
	for (unsigned writes = 0; writes < 2; writes++) {
		check_fault(-ESTRPIPE, SND_PCM_STATE_SUSPENDED, writes);
		check_fault(-ENODEV, SND_PCM_STATE_DISCONNECTED, writes);
	}
}

static const struct sched_param real_time = { .sched_priority = 7 }, ordinary = { .sched_priority = 0 };

static bool become_real_time(void)
{
	bool done = sched_setscheduler(0, SCHED_FIFO, &real_time) == 0;

	if (!done)
		print_message("no real-time priority is allowed here\n");
	return done;
}

/*
 * A drain is not late for a card of 17 ms, without a thread: it runs dry once, after the last sound. Other programs are
 * kept from making it late.
 */
static void test_short_drain(void **state)
{
	static const struct hand_card wide = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };
	struct pcmstream_setup setup = playback;
	unsigned tries = 0, starts;

	(void)state;
	if (!become_real_time())
		skip();
	setup.period_frames = 147;
	do {
		snd_pcm_t *pcm;

		hand_begin(&wide, 0, 0);
		hand.real = 1;
		pcm = hand_open(&wide, "", &setup);
		assert_int_equal(snd_pcm_writei(pcm, samples, 4 * 147), 4 * 147);
		assert_int_equal(snd_pcm_drain(pcm), 0);
		starts = hand.starts;
		assert_true(hand.done > 4 * 160 + 160);
		snd_pcm_close(pcm);
		hand_end();
	} while (starts != 1 && ++tries < 5);
	sched_setscheduler(0, SCHED_OTHER, &ordinary);
	assert_int_equal(starts, 1);
}

/* ---- several threads of the program's ----------------------------------- */

struct team {
	snd_pcm_t *pcm;
	atomic_bool over;
	atomic_uint looks, odd;
};

/* Asks for all that there is to ask, as a second thread of players does. */
static void *watch(void *object)
{
	struct team *team = object;
	snd_pcm_sframes_t delay;
	snd_pcm_status_t *status;
	struct pollfd pfds[4];
	unsigned short revents;

	snd_pcm_status_alloca(&status);
	for (; !team->over; team->looks++) {
		int count = snd_pcm_poll_descriptors(team->pcm, pfds, 4);

		team->odd += snd_pcm_status(team->pcm, status) != 0;
		team->odd += snd_pcm_status_get_avail(status) > BUFFER;
		if (snd_pcm_delay(team->pcm, &delay) == 0)
			team->odd += delay < -100 || delay > 2 * BUFFER;
		if (count > 0)
			snd_pcm_poll_descriptors_revents(team->pcm, pfds, (unsigned)count, &revents);
		sleep_ms(1);
	}
	return NULL;
}

static void check_team(const struct hand_card *card)
{
	struct team team = { .looks = 0 };
	pthread_t watcher;

	hand_begin(card, 0, 0);
	hand.real = 1;
	team.pcm = hand_open(card, "", &playback);
	assert_int_equal(pthread_create(&watcher, NULL, watch, &team), 0);
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(snd_pcm_prepare(team.pcm), 0);
		assert_int_equal(snd_pcm_writei(team.pcm, samples, BUFFER), BUFFER);
		assert_int_equal(snd_pcm_writei(team.pcm, samples, BUFFER / 16), BUFFER / 16);
		assert_int_equal(n == 1 ? snd_pcm_drop(team.pcm) : snd_pcm_drain(team.pcm), 0);
	}
	team.over = true;
	pthread_join(watcher, NULL);
	print_message("watched %u times, %s\n", team.looks, card->buffer ? "with a thread of the plugin's" : "without");
	assert_int_equal(team.odd, 0);
	assert_true(team.looks > 10);
	snd_pcm_close(team.pcm);
	hand_end();
}

static void test_team(void **state)
{
	static const struct hand_card wide = { 48000, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

	(void)state;
	check_team(&short_card);
	check_team(&wide);
}

/* ---- the thread --------------------------------------------------------- */

/* The threads of this process. */
struct threads {
	pid_t ids[20];
	size_t count;
};

static struct threads list_threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	struct threads threads = { .count = 0 };

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		if (atol(entry->d_name) > 0 && threads.count < 20)
			threads.ids[threads.count++] = (pid_t)atol(entry->d_name);
	closedir(folder);
	return threads;
}

/* The one that was not there before the PCM was set up; a sanitizer has some of its own. */
static pid_t worker_thread(const struct threads *before)
{
	struct threads now = list_threads();
	pid_t found = 0;

	for (size_t n = 0; n < now.count; n++) {
		size_t k = 0;

		while (k < before->count && before->ids[k] != now.ids[n])
			k++;
		if (k == before->count)
			found = now.ids[n];
	}
	assert_true(found > 0);
	return found;
}

/* All signals but those that nobody can block. */
static void test_blocked(void **state)
{
	struct threads before = list_threads();
	snd_pcm_t *pcm = start_playback();
	char path[60], line[200];
	unsigned long long blocked = 0;
	FILE *status;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/task/%d/status", (int)worker_thread(&before));
	status = fopen(path, "r");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "SigBlk: %llx", &blocked) == 1)
			break;
	fclose(status);
	for (int number = 1; number < 32; number++)
		if (number != SIGKILL && number != SIGSTOP)
			assert_true(blocked >> (number - 1) & 1);
	snd_pcm_close(pcm);
	hand_end();
}

/* The thread has the scheduling of whoever starts the PCM, also if that changes. */
static void test_priority(void **state)
{
	struct threads before = list_threads();
	struct sched_param found;
	snd_pcm_t *pcm;

	(void)state;
	if (!become_real_time())
		skip();
	sched_setscheduler(0, SCHED_OTHER, &ordinary);
	pcm = start_playback();
	assert_int_equal(sched_getscheduler(worker_thread(&before)), SCHED_OTHER);
	for (unsigned n = 0; n < 2; n++) {
		const int policy = n == 0 ? SCHED_FIFO : SCHED_OTHER;

		assert_int_equal(snd_pcm_drop(pcm), 0);
		assert_int_equal(snd_pcm_prepare(pcm), 0);
		sched_setscheduler(0, policy, n == 0 ? &real_time : &ordinary);
		assert_int_equal(snd_pcm_writei(pcm, samples, BUFFER), BUFFER);
		assert_int_equal(sched_getscheduler(worker_thread(&before)), policy);
		assert_int_equal(sched_getparam(worker_thread(&before), &found), 0);
		assert_int_equal(found.sched_priority, n == 0 ? 7 : 0);
	}
	snd_pcm_close(pcm);
	hand_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_playback),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_few_frames),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_short_drain),
		cmocka_unit_test(test_team),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_priority),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
