/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clock.h"

#include <math.h>
#include <string.h>

/* A first stamp may be as late as a hiccup. */
#define FIRST_TIME_DEVIATION 0.02	/* s */
/* Quartz is within ±200 ppm, a clock of a device that is tuned or cheap within ±1000. */
#define FIRST_LENGTH_DEVIATION 1e-3
/*
 * Random walk of the rate, per s: with stamps as good as one frame of 48 kHz on both sides it gives the filter a
 * bandwidth of 0.015 Hz.  Chosen by tests/core/clockloop: less does not follow 5 ppm/min, more is noise.
 */
#define WANDER 2.5e-15
/* Of the mean of spacings and latenesses: the weight of one block. */
#define BLOCK_WEIGHT 0.25

static double seconds(int64_t nanoseconds)
{
	return 1e-9 * (double)nanoseconds;
}

void bli_clock_init(struct bli_clock *clock, double rate_hz)
{
	memset(clock, 0, sizeof(*clock));
	clock->rate_hz = rate_hz;
	clock->length_variance = FIRST_LENGTH_DEVIATION * FIRST_LENGTH_DEVIATION;
}

double bli_clock_rate(const struct bli_clock *clock)
{
	return clock->rate_hz * (1 + clock->tuned) / (1 + clock->length);
}

double bli_clock_deviation(const struct bli_clock *clock)
{
	return -clock->length / (1 + clock->length);
}

double bli_clock_distance(const struct bli_clock *clock, int64_t frame, double fraction, int64_t time)
{
	return (double)(clock->frame - frame) + (clock->fraction - fraction) +
	       seconds(time - clock->time) * bli_clock_rate(clock);
}

/* Move the point that the line is held by to another time. */
static void move(struct bli_clock *clock, int64_t time)
{
	double frames = clock->fraction + seconds(time - clock->time) * bli_clock_rate(clock), whole = floor(frames);

	clock->frame += (int64_t)whole;
	clock->fraction = frames - whole;
	clock->time = time;
}

static void begin(struct bli_clock *clock, int64_t frame, int64_t time)
{
	if (clock->has_length)
		clock->length_variance += WANDER * fmax(seconds(time - clock->time), 0);
	clock->frame = frame;
	clock->fraction = 0;
	clock->time = time;
	clock->time_variance = FIRST_TIME_DEVIATION * FIRST_TIME_DEVIATION;
	clock->covariance = 0;
	clock->begun = true;
}

void bli_clock_stamp(struct bli_clock *clock, int64_t frame, int64_t time)
{
	double late;
	size_t i;

	if (!clock->begun)
		begin(clock, frame, time);
	else if (frame <= clock->last_frame || time <= clock->last_time)
		return;
	clock->last_frame = frame;
	clock->last_time = time;

	late = bli_clock_distance(clock, frame, 0, time) / bli_clock_rate(clock);
	if (!clock->stamps || late < clock->lateness[0])
		clock->earliest_time = time;
	i = clock->stamps < BLI_CLOCK_EARLIEST ? clock->stamps : BLI_CLOCK_EARLIEST;
	for (; i > 0 && clock->lateness[i - 1] > late; i--)
		if (i < BLI_CLOCK_EARLIEST)
			clock->lateness[i] = clock->lateness[i - 1];
	if (i < BLI_CLOCK_EARLIEST)
		clock->lateness[i] = late;
	clock->stamps++;
	clock->lateness_sum += late;
	if (late - clock->lateness[0] > clock->lateness_max)
		clock->lateness_max = late - clock->lateness[0];
}

/*
 * D. S. Robson and J. H. Whitlock, "Estimation of a truncation point", Biometrika 51 (1964): where the density at the
 * edge is not zero, the earliest stamp is on average as far from the edge as from the next.  The mean of several
 * distances is less noisy; only the earliest quarter of the stamps count as near the edge.
 */
bool bli_clock_edge(const struct bli_clock *clock, double *edge, double *deviation)
{
	size_t last = clock->stamps / 4;
	double spacing;

	if (clock->stamps < 2)
		return false;
	if (last < 1)
		last = 1;
	if (last > BLI_CLOCK_EARLIEST - 1)
		last = BLI_CLOCK_EARLIEST - 1;
	spacing = (clock->lateness[last] - clock->lateness[0]) / (double)last;
	*edge = clock->lateness[0] - spacing;
	*deviation = spacing;
	return true;
}

/* Variances after a time during which the rate wandered. */
static void predict(struct bli_clock *clock, double duration)
{
	double square = duration * duration;

	clock->time_variance += 2 * duration * clock->covariance + square * clock->length_variance +
				WANDER * square * duration / 3;
	clock->covariance += duration * clock->length_variance + WANDER * square / 2;
	clock->length_variance += WANDER * duration;
}

/*
 * R. E. Kalman 1960, for a line measured at `age` seconds from where it is held.  The covariance is updated in Joseph's
 * form, which keeps it positive.
 */
static void correct(struct bli_clock *clock, double late, double age, double variance)
{
	double tt = clock->time_variance, tl = clock->covariance, ll = clock->length_variance;
	double with_time = tt + age * tl, with_length = tl + age * ll;
	double sum = with_time + age * with_length + variance;
	double time_gain = with_time / sum, length_gain = with_length / sum;
	double a = 1 - time_gain, b = -time_gain * age, c = -length_gain, d = 1 - length_gain * age;

	clock->time_variance = a * a * tt + 2 * a * b * tl + b * b * ll + time_gain * time_gain * variance;
	clock->covariance = a * c * tt + (a * d + b * c) * tl + b * d * ll + time_gain * length_gain * variance;
	clock->length_variance = c * c * tt + 2 * c * d * tl + d * d * ll + length_gain * length_gain * variance;

	clock->fraction -= time_gain * late * bli_clock_rate(clock);
	clock->length += length_gain * late;
}

double bli_clock_update(struct bli_clock *clock, int64_t time, double variance, double limit)
{
	double edge = 0, spacing = 0, mean;

	bli_clock_edge(clock, &edge, &spacing);
	mean = clock->lateness_sum / (double)clock->stamps - edge;
	if (clock->spacing > 0) {
		clock->spacing += BLOCK_WEIGHT * (spacing - clock->spacing);
		clock->lateness_mean += BLOCK_WEIGHT * (mean - clock->lateness_mean);
	} else {
		clock->spacing = spacing;
		clock->lateness_mean = mean;
	}
	predict(clock, seconds(time - clock->time));
	move(clock, time);
	correct(clock, fmax(-limit, fmin(edge, limit)), seconds(clock->earliest_time - time), variance);
	clock->has_length = true;
	clock->stamps = 0;
	clock->lateness_sum = 0;
	return edge;
}

void bli_clock_break(struct bli_clock *clock)
{
	clock->begun = false;
	clock->stamps = 0;
	clock->lateness_sum = 0;
}

void bli_clock_doubt(struct bli_clock *clock, double time, double length)
{
	clock->time_variance += time * time;
	clock->length_variance += length * length;
}

void bli_clock_tune(struct bli_clock *clock, double relative, int64_t time)
{
	if (clock->begun)
		move(clock, time);
	clock->tuned = relative;
}
