/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clocks, the loop between two and the tuner: their laws, call by call. */
#include "clockloop.h"
#include "clocktuner.h"
#include "corehelp.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)

static double random_in(uint64_t *seed, double from, double to)
{
	return from + (to - from) * (core_random_value(seed) + 1) / 2;
}

/* The time of a position of an ideal clock. */
static int64_t time_of(int64_t frame, double rate_hz)
{
	return llround(1e9 * (double)frame / rate_hz);
}

/* Late stamps don't matter as long as some are not. */
static void line_is_the_earliest(void **state)
{
	const double rate_hz = 44100 * (1 - 700e-6);
	uint64_t seed = 5;
	struct bli_clock clock;
	int64_t block = 0;

	(void)state;
	bli_clock_init(&clock, 44100);
	for (int64_t frame = 0; frame < 44100 * 120; frame += 64) {
		double late = random_in(&seed, 0, 1) < 0.1 ? 0 : random_in(&seed, 0, 1.4e-3);
		int64_t time = time_of(frame, rate_hz) + llround(1e9 * late);
		struct bli_clock_edge edge;

		bli_clock_stamp(&clock, frame, time);
		if (clock.last_time - block < SECOND / 2)
			continue;
		block = clock.last_time;
		assert_true(bli_clock_edge(&clock, &edge));
		bli_clock_update(&clock, block, &edge, 1e-10);
	}
	assert_true(fabs(bli_clock_rate(&clock) / rate_hz - 1) < 20e-9);
	assert_true(fabs(bli_clock_deviation(&clock) + 700e-6) < 20e-9);
	/* a frame is 23 µs */
	assert_true(fabs(bli_clock_distance(&clock, 44100 * 120, 0, time_of(44100 * 120, rate_hz))) < 0.2);
}

/* All stamps of a block lie above its edge, or as far below as the edge is uncertain. */
static void edge_is_below_all(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int count = 3 + (int)random_in(&seed, 0, 200);
		double tilt = i & 1 ? random_in(&seed, -1e-3, 1e-3) : 0, since[203], late[203];
		struct bli_clock_edge edge;
		struct bli_clock clock;
		double mean = 0;

		bli_clock_init(&clock, 48000);
		if (i % 4 >= 2)
			clock.covariance[1][1] = 0;	/* the length is known: no tilt is looked for */
		for (int n = 0; n < count; n++) {
			since[n] = 2e-3 * n;
			late[n] = (i % 4 >= 2 ? 0 : tilt) * since[n] + random_in(&seed, 0, 1e-3);
			bli_clock_stamp(&clock, 96 * n, llround(1e9 * (since[n] + late[n])));
			late[n] = 1e-9 * (double)(clock.last_time - clock.time) - since[n];
			mean += late[n] / count;
		}
		assert_true(bli_clock_edge(&clock, &edge));
		assert_true(edge.deviation > 0 && edge.mean > 0);
		assert_true(edge.since >= 0 && edge.since <= since[count - 1] + 1e-3);
		assert_true(edge.late < mean);
		if (i % 4 >= 2)
			for (int n = 0; n < count; n++)
				assert_true(edge.late < late[n]);
	}
}

/* The edge of evenly distributed lateness is right on average, and as uncertain as it says. */
static void edge_is_right_on_average(void **state)
{
	static const int counts[] = { 20, 172 };
	const double most = 1e-3, tries = 3000;
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 4; i++) {
		int count = counts[i / 2];
		double sum = 0, square = 0, deviation = 0;

		for (int n = 0; n < (int)tries; n++) {
			struct bli_clock_edge edge;
			struct bli_clock clock;
			double error;

			bli_clock_init(&clock, 48000);
			if (i % 2)
				clock.covariance[1][1] = 0;
			for (int k = 0; k < count; k++)
				bli_clock_stamp(&clock, 480 * k,
						llround(1e9 * (10e-3 * k + random_in(&seed, 0, most))));
			assert_true(bli_clock_edge(&clock, &edge));
			/* the line begins at the first stamp, however late that was */
			error = edge.late + 1e-9 * (double)clock.time;
			sum += error / tries;
			square += error * error / tries;
			deviation += edge.deviation / tries;
		}
		assert_true(fabs(sum) < 0.3 * most / count);
		assert_true(fabs(sqrt(square) / deviation - 1) < 0.3);
	}
}

static void old_stamps_say_nothing(void **state)
{
	struct bli_clock clock, before;
	struct bli_clock_edge edge;

	(void)state;
	bli_clock_init(&clock, 48000);
	assert_false(bli_clock_edge(&clock, &edge));
	bli_clock_stamp(&clock, 48, MILLISECOND);
	bli_clock_stamp(&clock, 96, 2 * MILLISECOND);
	assert_false(bli_clock_edge(&clock, &edge));
	before = clock;
	bli_clock_stamp(&clock, 96, 3 * MILLISECOND);
	bli_clock_stamp(&clock, 95, 3 * MILLISECOND);
	bli_clock_stamp(&clock, 144, 2 * MILLISECOND);
	bli_clock_stamp(&clock, 144, MILLISECOND);
	assert_memory_equal(&clock, &before, sizeof(clock));
	bli_clock_stamp(&clock, 144, 3 * MILLISECOND);
	assert_int_equal(clock.stamps, 3);
}

static void wrong_configurations_are_refused(void **state)
{
	static const struct bli_clockloop_config wrong[] = {
		{ { 0, 48000 }, 0.1, 1e-3 }, { { 48000, -1 }, 0.1, 1e-3 }, { { 48000, NAN }, 0.1, 1e-3 },
		{ { INFINITY, 48000 }, 0.1, 1e-3 }, { { 48000, 48000 }, -0.1, 1e-3 }, { { 48000, 48000 }, NAN, 1e-3 },
		{ { 48000, 48000 }, INFINITY, 1e-3 }, { { 48000, 48000 }, 0.1, -1e-3 }, { { 48000, 48000 }, 0.1, 0.2 },
		{ { 48000, 48000 }, 0.1, NAN },
	};
	static const struct bli_clockloop_config right = { { 8000, 192000 }, 0, 0 };
	struct bli_clockloop loop;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(bli_clockloop_init(&loop, &wrong[i]), -EINVAL);
	assert_int_equal(bli_clockloop_init(&loop, &right), 0);
	assert_int_equal(bli_clockloop_run(&loop, 0), BLI_CLOCKLOOP_WAITING);
	assert_true(bli_clockloop_deviation(&loop) == 0);
	assert_int_equal(bli_clockloop_shift(&loop), 0);
}

/* Two ideal cards and a converter between them, each 10 ms. */
struct pair {
	struct bli_clockloop loop;
	double in_hz, out_hz;
	double in_base, in_since;	/* the input was at a position at a time, s */
	double place_in;	/* input position of output frame place_out */
	int64_t place_out;
	int64_t time;
	bool is_deaf;		/* to the advice */
	int64_t shifts;
};

static void open_pair(struct pair *pair, double ppm, double latency, double deviation_max)
{
	struct bli_clockloop_config config = { { 48000, 48000 }, latency, deviation_max };

	memset(pair, 0, sizeof(*pair));
	assert_int_equal(bli_clockloop_init(&pair->loop, &config), 0);
	pair->in_hz = 48000 * (1 + 1e-6 * ppm);
	pair->out_hz = 48000;
	pair->place_out = 4800;
}

static double in_position(const struct pair *pair)
{
	return pair->in_base + pair->in_hz * (1e-9 * (double)pair->time - pair->in_since);
}

static double latency_of(const struct pair *pair)
{
	double t = 1e-9 * (double)pair->time;

	return (in_position(pair) - pair->place_in) / pair->in_hz +
	       ((double)pair->place_out - pair->out_hz * t) / pair->out_hz;
}

static void run_pair(struct pair *pair, double seconds, bool in_runs, bool out_runs)
{
	for (int64_t end = pair->time + llround(1e9 * seconds); pair->time < end; pair->time += 10 * MILLISECOND) {
		double t = 1e-9 * (double)pair->time, deviation = bli_clockloop_deviation(&pair->loop);

		if (in_runs)
			bli_clockloop_stamp(&pair->loop, BLI_CLOCK_IN, (int64_t)in_position(pair), pair->time);
		if (out_runs)
			bli_clockloop_stamp(&pair->loop, BLI_CLOCK_OUT, (int64_t)(pair->out_hz * t), pair->time);
		pair->place_in += 480 * (1 + deviation);
		pair->place_out += 480;
		bli_clockloop_place(&pair->loop, (int64_t)pair->place_in, pair->place_in - floor(pair->place_in),
				    pair->place_out);
		bli_clockloop_run(&pair->loop, pair->time);
		if (!bli_clockloop_shift(&pair->loop))
			continue;
		pair->shifts++;
		if (!pair->is_deaf)
			pair->place_in += (double)bli_clockloop_shift(&pair->loop);
	}
}

/* At once with the advice, at the limit of the deviation without it. */
static void latency_becomes_what_was_asked(void **state)
{
	struct bli_clockloop_status status;
	struct pair pair;

	(void)state;
	for (int i = 0; i < 2; i++) {
		open_pair(&pair, 100, 0.095, 1e-3);
		pair.is_deaf = i == 1;
		run_pair(&pair, 10, true, true);
		assert_int_equal(pair.shifts, 1);
		if (pair.is_deaf)
			run_pair(&pair, 60, true, true);
		assert_true(fabs(latency_of(&pair) - 0.095) < 25e-6);
		bli_clockloop_status(&pair.loop, &status);
		assert_int_equal(status.state, BLI_CLOCKLOOP_LOCKED);
		assert_true(fabs(status.latency - 0.095) < 25e-6);
		assert_true(fabs(status.deviation - 100e-6) < 2e-6);
		assert_true(fabs(status.clock_deviation[BLI_CLOCK_IN] - 100e-6) < 1e-6);
		assert_true(fabs(status.clock_deviation[BLI_CLOCK_OUT]) < 1e-6);

		bli_clockloop_set_latency(&pair.loop, 0.097);
		run_pair(&pair, pair.is_deaf ? 60 : 0.1, true, true);
		assert_int_equal(pair.shifts, 2);
		assert_true(fabs(latency_of(&pair) - 0.097) < 25e-6);
	}
}

/* Clocks further apart than the deviation may be: it stays at its limit, and comes back when they come nearer. */
static void deviation_is_limited(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, 700, 0.1, 500e-6);
	run_pair(&pair, 30, true, true);
	assert_true(bli_clockloop_deviation(&pair.loop) == 500e-6);
	open_pair(&pair, -700, 0.1, 500e-6);
	run_pair(&pair, 30, true, true);
	assert_true(bli_clockloop_deviation(&pair.loop) == -500e-6);
	open_pair(&pair, 50, 0.1, 0);
	run_pair(&pair, 30, true, true);
	assert_true(bli_clockloop_deviation(&pair.loop) == 0);
}

/* A clock that suddenly runs at another rate is taken for jitter at first, then believed. */
static void jumps_are_believed(void **state)
{
	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		struct pair pair;

		open_pair(&pair, 100, 0.1, 1e-3);
		run_pair(&pair, 100, true, true);
		pair.in_base = in_position(&pair);
		pair.in_since = 1e-9 * (double)pair.time;
		pair.in_hz *= 1 + sign * 300e-6;
		run_pair(&pair, 20, true, true);
		assert_int_equal(pair.loop.state, BLI_CLOCKLOOP_LOCKED);
		assert_true(fabs(bli_clockloop_deviation(&pair.loop) - (100e-6 + sign * 300.03e-6)) < 2e-6);
		assert_true(fabs(latency_of(&pair) - 0.1) < 50e-6);
	}
}

/* One card is unplugged for an hour: its clock is known when it is back. */
static void knowledge_is_kept(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, 300, 0.1, 1e-3);
	run_pair(&pair, 100, true, true);
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		bli_clockloop_break(&pair.loop, (enum bli_clock_side)side);
		run_pair(&pair, 3600, side != BLI_CLOCK_IN, side != BLI_CLOCK_OUT);
		assert_int_equal(pair.loop.state, BLI_CLOCKLOOP_WAITING);
		assert_true(fabs(bli_clockloop_deviation(&pair.loop) - 300e-6) < 1e-6);
		run_pair(&pair, 5, true, true);
		assert_true(fabs(latency_of(&pair) - 0.1) < 50e-6);
		run_pair(&pair, 20, true, true);
		assert_int_equal(pair.loop.state, BLI_CLOCKLOOP_LOCKED);
	}
}

/* A player keeps the buffer full; a writer that another clock paces leaves it about half full. */
static void players_are_recognised(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, 300, 0.1, 1e-3);
	for (int64_t frame = 0; frame < 48000; frame += 1024)
		bli_clockloop_wrote(&pair.loop, frame, time_of(frame, 48000), 4800 + 1024, 9600);
	run_pair(&pair, 20, true, true);
	assert_true(bli_clockloop_deviation(&pair.loop) > 250e-6);

	bli_clockloop_wrote(&pair.loop, 48000 * 30, pair.time, 9000, 9600);
	assert_true(bli_clockloop_deviation(&pair.loop) == 0);
	run_pair(&pair, 20, true, true);
	bli_clockloop_break(&pair.loop, BLI_CLOCK_OUT);
	run_pair(&pair, 20, true, true);
	assert_int_equal(bli_clockloop_run(&pair.loop, pair.time), BLI_CLOCKLOOP_PLAYER);
	assert_true(bli_clockloop_deviation(&pair.loop) == 0);
	assert_int_equal(bli_clockloop_shift(&pair.loop), 0);
}

/* Whatever is called in whatever order, the deviation is a number within its limits. */
static void any_calls_are_survived(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int run = 0; run < 200; run++) {
		struct bli_clockloop_status status;
		struct pair pair;

		open_pair(&pair, 0, random_in(&seed, 0, 1), random_in(&seed, 0, 0.01));
		for (int call = 0; call < 2000; call++) {
			enum bli_clock_side side = (enum bli_clock_side)(core_random(&seed) & 1);
			int64_t frame = (int64_t)(core_random(&seed) >> (2 + core_random(&seed) % 60));
			int64_t time = pair.time + (int64_t)(core_random(&seed) >> (2 + core_random(&seed) % 60));

			switch (core_random(&seed) % 16) {
			case 0:
				bli_clockloop_break(&pair.loop, side);
				break;
			case 1:
				bli_clockloop_place(&pair.loop, frame, random_in(&seed, 0, 1), frame / 2);
				break;
			case 2:
				bli_clockloop_stamp(&pair.loop, side, frame, time);
				break;
			case 3:
				bli_clockloop_set_latency(&pair.loop, random_in(&seed, 0, 10));
				break;
			case 4:
				bli_clockloop_tuned(&pair.loop, side, random_in(&seed, -1e-3, 1e-3), pair.time);
				break;
			case 5:
				bli_clockloop_run(&pair.loop, time);
				break;
			default:
				run_pair(&pair, random_in(&seed, 0, 0.05), true, true);
			}
			bli_clockloop_status(&pair.loop, &status);
			assert_true(fabs(status.deviation) <= pair.loop.config.deviation_max);
			assert_true(isfinite(status.latency));
			assert_true(status.deviation_sigma >= 0 && status.latency_sigma >= 0);
		}
	}
}

static void grains_have_the_right_mean(void **state)
{
	static const double wanted[] = { 0, 3e-6, -3.3e-6, 123.4e-6, -997e-6 };

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
			double right = side == BLI_CLOCK_OUT ? wanted[i] : -wanted[i] / (1 + wanted[i]), sum = 0;
			struct bli_clock_tuner tuner;

			bli_clock_tuner_init(&tuner, 10e-6);
			for (int n = 1; n <= 1000; n++) {
				long grains = bli_clock_tuner_next(&tuner, (enum bli_clock_side)side, wanted[i], 0.5);

				assert_true(fabs(10e-6 * (double)grains - right) <= 10e-6);
				assert_true(tuner.tuned == 10e-6 * (double)grains);
				sum += 0.5 * tuner.tuned;
				assert_true(fabs(sum - 0.5 * n * right) <= 0.5 * 5.001e-6);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_the_earliest),
		cmocka_unit_test(edge_is_below_all),
		cmocka_unit_test(edge_is_right_on_average),
		cmocka_unit_test(old_stamps_say_nothing),
		cmocka_unit_test(wrong_configurations_are_refused),
		cmocka_unit_test(latency_becomes_what_was_asked),
		cmocka_unit_test(deviation_is_limited),
		cmocka_unit_test(jumps_are_believed),
		cmocka_unit_test(knowledge_is_kept),
		cmocka_unit_test(players_are_recognised),
		cmocka_unit_test(any_calls_are_survived),
		cmocka_unit_test(grains_have_the_right_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
