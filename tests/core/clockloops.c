/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clockloops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TUNING_TIME 0.5	/* s between two grains */
#define TUNING_GRAIN 10e-6

static int64_t nanoseconds(double t)
{
	return llrint(1e9 * t);
}

static void reset(struct sim_state *state, const struct sim_config *config)
{
	memset(state, 0, sizeof(*state));
	state->config = *config;
}

static double in_hz(const struct sim_state *state)
{
	return state->config.card[SIM_IN].rate_hz;
}

/* All that waits, in frames of the input. */
static double delay(const struct sim_state *state, const struct sim_wake *wake)
{
	return wake->captured + wake->queued * in_hz(state) / state->config.card[SIM_OUT].rate_hz;
}

static void bli_init(void *context, const struct sim_config *config)
{
	struct sim_state *state = context;
	struct bli_clockloop_config loop = {
		.rate_hz = { config->card[SIM_IN].rate_hz, config->card[SIM_OUT].rate_hz },
		.latency = config->latency,
		.deviation_max = 2e-3,
	};

	reset(state, config);
	if (bli_clockloop_init(&state->loop, &loop))
		abort();
	bli_clock_tuner_init(&state->tuner, TUNING_GRAIN);
}

static struct sim_action bli_wake(void *context, const struct sim_wake *wake)
{
	struct sim_state *state = context;
	struct sim_action action = { .tunes = false };

	for (int side = 0; side < SIM_SIDES; side++)
		if (wake->broken[side])
			bli_clockloop_break(&state->loop, (enum bli_clock_side)side);
	for (int side = 0; side < SIM_SIDES; side++)
		/* of a writer's buffer nothing is simulated: it is never full */
		if (state->config.card[side].grain == SIM_WRITER)
			bli_clockloop_wrote(&state->loop, wake->frame[side], nanoseconds(wake->time[side]), 0, 1);
		else
			bli_clockloop_stamp(&state->loop, (enum bli_clock_side)side, wake->frame[side],
					    nanoseconds(wake->time[side]));
	bli_clockloop_place(&state->loop, wake->place_in, wake->place_fraction, wake->place_out);
	bli_clockloop_run(&state->loop, nanoseconds(wake->now));
	action.deviation = bli_clockloop_deviation(&state->loop);
	action.shift = bli_clockloop_shift(&state->loop);
	state->shifts += action.shift != 0;
	return action;
}

static struct sim_action tuning_wake(void *context, const struct sim_wake *wake)
{
	struct sim_state *state = context;
	struct sim_action action = bli_wake(context, wake);

	action.deviation = 0;
	if (wake->now >= state->tune_time) {
		state->tune_time = wake->now + TUNING_TIME;
		bli_clock_tuner_next(&state->tuner, BLI_CLOCK_IN, state->loop.deviation, TUNING_TIME);
		action.tunes = true;
		action.tune = state->tuner.tuned;
		bli_clockloop_tuned(&state->loop, BLI_CLOCK_IN, action.tune, nanoseconds(wake->now));
	}
	return action;
}

static void other_init(void *context, const struct sim_config *config)
{
	reset(context, config);
}

static struct sim_action alsaloop_wake(void *context, const struct sim_wake *wake)
{
	struct sim_state *state = context;

	if (wake->begins)
		state->next_time = wake->now + 15;
	if (wake->now >= state->next_time) {
		long diff = (long)(state->sum / (double)state->count - state->config.latency * in_hz(state));

		int steps = diff > 0 ? (diff == state->diff) + 2 * (diff > state->diff) :
			    diff < 0 ? -(diff == state->diff) - 2 * (diff < state->diff) : 0;

		state->deviation += steps / (4 * in_hz(state));
		state->diff = diff;
		state->sum = 0;
		state->count = 0;
		state->next_time += 15;
	}
	state->sum += delay(state, wake);
	state->count++;
	return (struct sim_action){ .deviation = state->deviation };
}

static struct sim_action bluealsa_wake(void *context, const struct sim_wake *wake)
{
	struct sim_state *state = context;
	long tolerance = lrint(0.01 * in_hz(state)), mean = 0, diff;
	unsigned long n = state->count < 64 ? state->count + 1 : 64;
	double nominal = state->config.card[SIM_OUT].rate_hz / in_hz(state);
	int step = 0;

	if (wake->begins)
		state->start_time = wake->now;
	state->ring[state->count++ % 64] = lrint(delay(state, wake));
	for (unsigned long i = 0; i < n; i++)
		mean += state->ring[i];
	mean /= (long)n;
	if (!state->target) {
		if (wake->now >= state->start_time + 5)
			state->target = mean;
		return (struct sim_action){ .deviation = 0 };
	}
	diff = mean - state->target;
	if (labs(diff - state->diff) <= tolerance) {
		if (diff > tolerance)
			step = diff > state->diff ? -1 : 0;
		else if (diff < -tolerance)
			step = diff < state->diff ? 1 : 0;
		else if (labs(state->diff) > tolerance)
			step = state->diff > 0 ? 1 : -1;
		if (abs(state->steps + step) <= 60)
			state->steps += step;
		state->diff = diff;
	}
	return (struct sim_action){ .deviation = nominal / (nominal + 3e-6 * state->steps) - 1 };
}

static struct sim_action camilla_wake(void *context, const struct sim_wake *wake)
{
	const double interval = 10, ramp = 20;
	struct sim_state *state = context;

	if (wake->begins)
		state->next_time = wake->now + interval;
	state->sum += delay(state, wake);
	state->count++;
	if (wake->now >= state->next_time) {
		double asked = state->config.latency * in_hz(state);
		double level = state->sum / (double)state->count, target = asked, error, output;

		if (state->steps_done >= ramp && fabs(asked - level) > 0.33 * asked)
			state->steps_done = 0;
		if (!state->steps_done)
			state->ramp_from = level;
		if (state->steps_done < ramp) {
			state->steps_done++;
			target = state->ramp_from +
				 (asked - state->ramp_from) * (1 - pow((ramp - state->steps_done) / ramp, 4));
		}
		error = (level - target) / (interval * in_hz(state));
		state->accumulated += error * interval;
		output = fmax(-0.005, fmin(0.2 * error + 0.004 * state->accumulated, 0.005));
		state->deviation = 1 / (1 - output) - 1;
		state->sum = 0;
		state->count = 0;
		state->next_time += interval;
	}
	return (struct sim_action){ .deviation = state->deviation };
}

static void zita_bandwidth(struct sim_state *state, double hz)
{
	const struct sim_card *out = &state->config.card[SIM_OUT];
	double w = 2 * M_PI * hz * out->period / out->rate_hz;

	state->weight = 1 - exp(-20 * w);
	state->gain = 2 * w / out->period * (out->rate_hz / in_hz(state));
	state->integral_gain = w / 2;
}

/* The input's periods since the last wake-up; the time error counts for the last one. */
static void zita_count(struct sim_state *state, const struct sim_wake *wake)
{
	const unsigned period = state->config.card[SIM_IN].period;
	int64_t periods = wake->frame[SIM_IN] / period;
	double time = wake->time[SIM_IN] - (double)(wake->frame[SIM_IN] % period) / in_hz(state);

	for (; state->periods < periods; state->periods++) {
		double w = 2 * M_PI * 0.1 * period / in_hz(state), error = 0;

		if (state->period_length == 0) {
			state->period_length = period / in_hz(state);
			state->next_period_time = time;
		} else if (state->periods == periods - 1) {
			error = time - state->next_period_time;
		}
		state->period_time = state->next_period_time;
		state->next_period_time += state->period_length + 1.6 * w * error;
		state->period_length += w * w * error;
	}
}

static struct sim_action zita_wake(void *context, const struct sim_wake *wake)
{
	struct sim_state *state = context;
	const unsigned in_period = state->config.card[SIM_IN].period, out_period = state->config.card[SIM_OUT].period;
	int64_t cycles = wake->frame[SIM_OUT] / out_period, shift = 0;
	double ratio = in_hz(state) / state->config.card[SIM_OUT].rate_hz;
	double time = wake->time[SIM_OUT] - (double)(wake->frame[SIM_OUT] % out_period) * ratio / in_hz(state);
	double error, *z = state->filter;

	if (wake->begins)
		state->start_time = wake->now;
	zita_count(state, wake);
	if (state->period_length == 0 || cycles == state->cycles)
		return (struct sim_action){ .deviation = state->deviation };
	error = (double)(state->periods * in_period - wake->place_in) - wake->place_fraction +
		in_period * (time - state->period_time) / (state->next_period_time - state->period_time) +
		(double)(wake->place_out - cycles * out_period) * ratio - state->config.latency * in_hz(state);
	if (!state->cycles) {
		shift = llrint(error);
		error -= (double)shift;
		zita_bandwidth(state, 1);
	} else if (wake->now > state->start_time + 4) {
		zita_bandwidth(state, 0.05);
	}
	for (; state->cycles < cycles; state->cycles++) {
		z[0] += state->weight * (state->gain * error - z[0]);
		z[1] += state->weight * (z[0] - z[1]);
		z[2] += state->integral_gain * z[1];
	}
	state->deviation = 1 / (1 - z[1] - z[2]) - 1;
	return (struct sim_action){ .deviation = state->deviation, .shift = shift };
}

const struct sim_loop sim_bli = { "bli", bli_init, bli_wake };
const struct sim_loop sim_bli_tuning = { "bli, tuning by 10 ppm", bli_init, tuning_wake };
const struct sim_loop sim_alsaloop = { "alsaloop", other_init, alsaloop_wake };
const struct sim_loop sim_bluealsa = { "bluealsa-aplay", other_init, bluealsa_wake };
const struct sim_loop sim_camilla = { "PI of CamillaDSP", other_init, camilla_wake };
const struct sim_loop sim_zita = { "zita-a2j", other_init, zita_wake };
