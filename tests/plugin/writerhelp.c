/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "writerhelp.h"

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

#define POLL_S 200e-6
#define NUMBER_UNIT 0x1p-26	/* of full scale, per frame */

static const struct hand_card card48 = { WRITER_CARD_RATE, SND_PCM_FORMAT_S32, 2, 0, 0 };
static const double sine_hz = 997, sine_amplitude = 0.5;

double writer_now;
unsigned writer_polls;
static bool is_real;

/* ---- simulated time ------------------------------------------------------ */

void writer_go_to(double time)
{
	writer_now = fmax(writer_now, time);
	hand.time = (uint64_t)(writer_now * WRITER_CARD_RATE);
}

void writer_be_real(void)
{
	is_real = true;
	hand.real = 1;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (is_real || clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, now);
	now->tv_sec = (time_t)writer_now;
	now->tv_nsec = (long)((writer_now - floor(writer_now)) * 1e9);
	return 0;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	const struct timespec limit = { timeout / 1000, timeout % 1000 * 1000000L };

	if (is_real)
		return (int)syscall(SYS_ppoll, fds, count, timeout < 0 ? NULL : &limit, NULL, 0);
	writer_polls++;
	writer_go_to(writer_now + POLL_S);
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

/* When frame n is due, s. */
static double due(const struct writer *writer, double n)
{
	return writer->from + n / (WRITER_RATE * (1 + 1e-6 * writer->ppm));
}

void writer_begin(struct writer *writer, double seconds, const char *more)
{
	const struct pcmstream_setup setup = {
		.direction = SND_PCM_STREAM_PLAYBACK, .access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.format = SND_PCM_FORMAT_S32, .channels = 2, .rate_hz = WRITER_RATE,
		.period_frames = writer->period, .periods = writer->periods,
	};
	snd_pcm_sw_params_t *sw;

	is_real = false;
	writer_now = 1000;
	hand_begin(&card48, (size_t)(seconds * WRITER_CARD_RATE), 0);
	hand.can_pause = 1;
	writer_go_to(writer_now);
	writer->pcm = hand_open(writer->card ? writer->card : &card48, more, &setup);
	assert_int_equal(snd_pcm_nonblock(writer->pcm, writer->nonblocking), 0);
	if (writer->start_threshold) {
		assert_int_equal(snd_pcm_sw_params_malloc(&sw), 0);
		assert_int_equal(snd_pcm_sw_params_current(writer->pcm, sw), 0);
		assert_int_equal(snd_pcm_sw_params_set_start_threshold(writer->pcm, sw, writer->start_threshold), 0);
		assert_int_equal(snd_pcm_sw_params(writer->pcm, sw), 0);
		snd_pcm_sw_params_free(sw);
	}
	writer->from = writer_now;
	writer->written = 0;
}

void writer_end(struct writer *writer)
{
	snd_pcm_close(writer->pcm);
	hand_end();
}

/* The sine repeats after a second. */
static const int32_t *second_of_sine(void)
{
	static int32_t values[WRITER_RATE];

	if (!values[1])
		for (int n = 0; n < WRITER_RATE; n++)
			values[n] = (int32_t)lrint(sine_amplitude * 0x1p31 * sin(2 * M_PI * sine_hz / WRITER_RATE * n));
	return values;
}

void writer_write(struct writer *writer, unsigned frames)
{
	static int32_t samples[WRITER_CHUNK_MAX * 2];
	const int32_t *sine = second_of_sine();

	for (unsigned i = 0; i < frames; i++) {
		samples[2 * i] = sine[(writer->written + i) % WRITER_RATE];
		samples[2 * i + 1] = (int32_t)((double)(writer->written + i) * NUMBER_UNIT * 0x1p31);
	}
	assert_int_equal(snd_pcm_writei(writer->pcm, samples, frames), frames);
	writer->written += frames;
}

void writer_run(struct writer *writer, double time)
{
	double last;

	while ((last = due(writer, (double)(writer->written + writer->chunk))) < time) {
		if (writer->reads)
			last = due(writer, ceil((double)(writer->written + writer->chunk) / writer->reads) * writer->reads);
		writer_go_to(last + writer->jitter * uniform());
		writer_write(writer, writer->chunk);
	}
	writer_go_to(time);
}

/* ---- what was played ------------------------------------------------------ */

static double played(size_t n, unsigned channel)
{
	return ((const int32_t *)(const void *)hand.sound)[2 * n + channel] * 0x1p-31;
}

struct writer_anchor writer_anchor(const struct writer *writer)
{
	assert_true(snd_pcm_avail(writer->pcm) >= 0);
	return (struct writer_anchor){ hand.done, writer_now };
}

size_t writer_frame_at(const struct writer_anchor *anchor, double time)
{
	return (size_t)((double)anchor->frame + (time - anchor->time) * WRITER_CARD_RATE);
}

double writer_place(const struct writer *writer, size_t n)
{
	enum { AROUND = 240 };
	const double omega = 2 * M_PI * sine_hz / WRITER_CARD_RATE * (1 + 1e-6 * writer->ppm);
	const double cycle = WRITER_RATE / sine_hz, number = played(n, 1) / NUMBER_UNIT;
	double cc = 0, ss = 0, cs = 0, cx = 0, sx = 0, phase;

	for (int i = -AROUND; i <= AROUND; i++) {
		double c = cos(omega * i), s = sin(omega * i), x = played((size_t)((ptrdiff_t)n + i), 0);

		cc += c * c;
		ss += s * s;
		cs += c * s;
		cx += c * x;
		sx += s * x;
	}
	/* x = A sin(φ + ωi) = A sin φ cos ωi + A cos φ sin ωi */
	phase = atan2(cx * ss - sx * cs, sx * cc - cx * cs) / (2 * M_PI) * cycle;
	return phase + cycle * nearbyint((number - phase) / cycle);
}

double writer_latency(const struct writer *writer, const struct writer_anchor *anchor, size_t n)
{
	return anchor->time + ((double)n - (double)anchor->frame) / WRITER_CARD_RATE - due(writer, writer_place(writer, n));
}

double writer_deviation(const struct writer *writer, size_t first, size_t last)
{
	double places = writer_place(writer, last) - writer_place(writer, first);

	return places / (double)(last - first) * WRITER_CARD_RATE / WRITER_RATE - 1;
}

double writer_roughest(size_t first, size_t last)
{
	const double c = 2 * cos(2 * M_PI * sine_hz / WRITER_CARD_RATE);
	double most = 0;

	for (size_t n = first; n < last; n++)
		most = fmax(most, fabs(played(n + 1, 0) - c * played(n, 0) + played(n - 1, 0)));
	return most;
}

double writer_roughness(double d)
{
	const double omega = 2 * M_PI * sine_hz / WRITER_CARD_RATE;

	return 2 * sin(omega) * omega * d * sine_amplitude;
}

double writer_worst_snr_db(const struct writer *writer, size_t first, size_t last)
{
	enum { TENTH = WRITER_CARD_RATE / 10 };
	double values[TENTH], worst = 1e9;

	for (; first + TENTH < last; first += TENTH) {
		const double ratio = 1 + writer_deviation(writer, first + TENTH / 4, first + TENTH * 3 / 4);
		struct pcmstream_fit fit;

		for (size_t i = 0; i < TENTH; i++)
			values[i] = played(first + i, 0);
		fit = pcmstream_fit_sine(values, TENTH, 2 * M_PI * sine_hz / WRITER_CARD_RATE * ratio);
		worst = fmin(worst, fit.snr_db);
	}
	return worst;
}

const char *writer_report(const struct writer *writer)
{
	static char text[4000];
	char *line, *buffer;
	snd_output_t *out;
	size_t used;

	assert_int_equal(snd_output_buffer_open(&out), 0);
	snd_pcm_dump(writer->pcm, out);
	used = snd_output_buffer_string(out, &buffer);
	snprintf(text, sizeof(text), "%.*s", (int)used, buffer);
	snd_output_close(out);
	line = strstr(text, "sync: writer; ");
	assert_non_null(line);
	line += strlen("sync: writer; ");
	line[strcspn(line, "\n")] = '\0';
	return line;
}
