/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM "type bli" with sync "writer": a program that is paced by another clock than the card is followed, an ordinary player
 * is not. In simulated time: the clock that the plugin looks at and the poll by which alsa-lib waits are this program's, and the
 * card is driven by its hand to where it is by then. What was played tells when it was written: one channel counts frames.
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
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { RATE = 44100, CARD_RATE = 48000, CHUNK_MAX = 4096 };

static const struct hand_card card48 = { CARD_RATE, SND_PCM_FORMAT_S32_LE, 2, 0, 0 };

/* ---- simulated time ------------------------------------------------------ */

#define POLL_S 200e-6	/* what a wait in alsa-lib takes */

static double sim_time;		/* s */
static unsigned sim_polls;

static void go_to(double time)
{
	sim_time = fmax(sim_time, time);
	hand.time = (uint64_t)(sim_time * CARD_RATE);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, now);
	now->tv_sec = (time_t)sim_time;
	now->tv_nsec = (long)((sim_time - floor(sim_time)) * 1e9);
	return 0;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)timeout;
	sim_polls++;
	go_to(sim_time + POLL_S);
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = fds[i].events & (POLLIN | POLLOUT);
	return (int)count;
}

/* In [0, 1): G. Marsaglia, xorshift64. */
static double uniform(void)
{
	static uint64_t seed = 88172645463325252u;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) * 0x1p-53;
}

/* ---- the program ---------------------------------------------------------- */

/* Channel 0 is a sine, channel 1 the number of the frame in units of 2^-26. */
static const double sine_hz = 997, sine_amplitude = 0.5;
#define UNIT 0x1p-26

struct writer {
	double ppm;		/* its clock against the card's */
	double jitter;		/* its writes are late by 0 … this, s */
	unsigned chunk;		/* frames at a time */
	unsigned period, periods;
	bool nonblocking;
	/* while it runs: */
	snd_pcm_t *pcm;
	double from;		/* frame 0 is due at this time, s */
	int64_t written;
	unsigned waits;		/* polls of alsa-lib while it wrote */
};

/* When frame n is due, s. */
static double due(const struct writer *writer, double n)
{
	return writer->from + n / (RATE * (1 + 1e-6 * writer->ppm));
}

static void begin(struct writer *writer, double seconds, const char *more)
{
	const struct pcmstream_setup setup = {
		.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.format = SND_PCM_FORMAT_S32_LE, .channels = 2, .rate_hz = RATE,
		.period_frames = writer->period, .periods = writer->periods,
	};

	sim_time = 1000;
	hand_begin(&card48, (size_t)(seconds * CARD_RATE), 0);
	go_to(sim_time);
	writer->pcm = hand_open(&card48, more, &setup);
	assert_int_equal(snd_pcm_nonblock(writer->pcm, writer->nonblocking), 0);
	writer->from = sim_time;
	writer->written = 0;
}

static void end(struct writer *writer)
{
	snd_pcm_close(writer->pcm);
	hand_end();
}

/* Write the next frames, at once. */
static void write_frames(struct writer *writer, unsigned frames)
{
	static int32_t samples[CHUNK_MAX * 2];
	snd_pcm_channel_area_t areas[2] = { { samples, 0, 64 }, { samples, 32, 64 } };
	const unsigned polls = sim_polls;

	for (unsigned i = 0; i < frames; i++) {
		double n = (double)(writer->written + i);

		pcmstream_put(&areas[0], i, SND_PCM_FORMAT_S32_LE, sine_amplitude * sin(2 * M_PI * sine_hz / RATE * n));
		pcmstream_put(&areas[1], i, SND_PCM_FORMAT_S32_LE, UNIT * n);
	}
	assert_int_equal(snd_pcm_writei(writer->pcm, samples, frames), frames);
	writer->written += frames;
	writer->waits += sim_polls - polls;
}

/* Write what is due until a time: each chunk when its last frame is. */
static void write_until(struct writer *writer, double time)
{
	double last;

	while ((last = due(writer, (double)(writer->written + writer->chunk))) < time) {
		go_to(last + writer->jitter * uniform());
		write_frames(writer, writer->chunk);
	}
	go_to(time);
}

/* ---- what was played ------------------------------------------------------ */

/* Number of the program's frame that the card played as frame n of its own, and when, s. */
static double number_played(size_t n)
{
	return hand_get(&card48, n, 1) / UNIT;
}

/* Time from when it was due to when it was played; the card must not have stopped since frame `anchor` was at anchor_time. */
static double latency(const struct writer *writer, size_t n, size_t anchor, double anchor_time)
{
	return anchor_time + ((double)n - (double)anchor) / CARD_RATE - due(writer, number_played(n));
}

static void report(snd_pcm_t *pcm, char *text, size_t size)
{
	snd_output_t *out;
	char *buffer;
	size_t used;

	assert_int_equal(snd_output_buffer_open(&out), 0);
	snd_pcm_dump(pcm, out);
	used = snd_output_buffer_string(out, &buffer);
	snprintf(text, size, "%.*s", (int)used, buffer);
	snd_output_close(out);
}

/* What the report says after "sync: writer; ". */
static const char *sync_line(snd_pcm_t *pcm)
{
	static char text[4000];
	char *line, *end;

	report(pcm, text, sizeof(text));
	line = strstr(text, "sync: writer; ");
	assert_non_null(line);
	line += strlen("sync: writer; ");
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	return line;
}

static void test_debug(void **state)
{
	struct writer writer = { .ppm = 600, .jitter = 10e-3, .chunk = 882, .period = 2205, .periods = 4 };

	(void)state;
	begin(&writer, 200, "sync writer");
	for (int s = 1; s < 150; s++) {
		write_until(&writer, 1000 + s);
		snd_pcm_avail(writer.pcm);
		printf("%d %s: latency %.3f ms waits %u; avail %ld\n", s, sync_line(writer.pcm), 1e3 * latency(&writer, hand.done - 1, hand.done, sim_time), writer.waits, snd_pcm_avail(writer.pcm));
	}
	end(&writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debug),
	};
	int error = hand_prepare();

	return error ? error : cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
