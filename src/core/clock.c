/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clock.h"

#include <math.h>
#include <string.h>

/*
 * What is expected of clocks.  The random walks were chosen in simulation (tests/core/clockloop): with less of them a
 * clock that drifts by 5 ppm/min is not followed to 25 µs, more is noise.
 */
#define FIRST_TIME 0.02		/* s: a first stamp may be as late as a hiccup */
#define FIRST_LENGTH 1e-3	/* quartz is within 200 ppm, a clock that is tuned or cheap within 1000 */
#define WANDER 1e-16		/* random walk of the length, 1/s */
#define DRIFT_WANDER 2e-17	/* random walk of its drift, 1/s³ … */
#define DRIFT_TIME 100.0	/* … which is forgotten in this time, s: ±1.9 ppm/min in the long run */
#define GAP_WANDER 2.5e-15	/* random walk of the length in a gap, 1/s: ±0.4 ppm in a minute, ±3 in an hour … */
#define GAP_DRIFT 6.5e-9	/* … but no further than this, 1/s, in one of seconds: as far as in a minute, evenly */

#define JUMP 10.0	/* s: a stamp that is so far off is of a clock that has begun anew */
#define LATENESS_WEIGHT 0.25	/* of one block in the mean */

static double seconds(int64_t nanoseconds)
{
	return 1e-9 * (double)nanoseconds;
}

void bli_clock_init(struct bli_clock *clock, double rate_hz)
{
	memset(clock, 0, sizeof(*clock));
	clock->rate_hz = rate_hz;
	clock->covariance[1][1] = FIRST_LENGTH * FIRST_LENGTH;
}

double bli_clock_rate(const struct bli_clock *clock)
{
	return clock->rate_hz * (1 + clock->tuned) / (1 + clock->length);
}

double bli_clock_deviation(const struct bli_clock *clock)
{
	return 1 / (1 + clock->length) - 1;
}

double bli_clock_distance(const struct bli_clock *clock, int64_t frame, double fraction, int64_t time)
{
	double since = seconds(time - clock->time);

	return (double)(clock->frame - frame) + (clock->fraction - fraction) +
	       since * (1 - clock->drift * since / 2) * bli_clock_rate(clock);
}

/* Hold the line by where it is at another time. */
static void move(struct bli_clock *clock, int64_t time)
{
	double frames = bli_clock_distance(clock, clock->frame, 0, time), whole = floor(frames);

	clock->frame += (int64_t)whole;
	clock->fraction = frames - whole;
	clock->time = time;
}

/* A line through one stamp; what is known of the length has aged since the last line was updated. */
static void begin(struct bli_clock *clock, int64_t frame, int64_t time)
{
	double (*v)[3] = clock->covariance;

	if (clock->has_length) {
		double gap = fmax(seconds(time - clock->time), 0), keep = exp(-gap / DRIFT_TIME);

		clock->length += clock->drift * DRIFT_TIME * (1 - keep);
		clock->drift *= keep;
		v[1][1] += fmin(GAP_WANDER * gap, GAP_DRIFT * gap * GAP_DRIFT * gap);
	}
	v[0][0] = FIRST_TIME * FIRST_TIME;
	v[0][1] = v[1][0] = v[0][2] = v[2][0] = v[1][2] = v[2][1] = 0;
	clock->frame = frame;
	clock->fraction = 0;
	clock->time = time;
	clock->begun = true;
}

/* Add a point to the lower hull; A. M. Andrew 1979, for points that come in order. */
static void bend(struct bli_clock *clock, double since, double late)
{
	struct bli_clock_point *hull = clock->hull;
	size_t n = clock->hulls;

	while (n >= 2 && (hull[n - 1].late - hull[n - 2].late) * (since - hull[n - 2].since) >=
			 (late - hull[n - 2].late) * (hull[n - 1].since - hull[n - 2].since))
		n--;
	if (n == BLI_CLOCK_HULL) {
		memmove(hull + 1, hull + 2, (n - 2) * sizeof(*hull));
		n--;
	}
	hull[n].since = since;
	hull[n].late = late;
	clock->hulls = n + 1;
}

void bli_clock_clear(struct bli_clock *clock)
{
	clock->stamps = 0;
	clock->hulls = 0;
	clock->since_sum = 0;
	clock->late_sum = 0;
}

void bli_clock_stamp(struct bli_clock *clock, int64_t frame, int64_t time)
{
	double since, late;

	if (!clock->begun)
		begin(clock, frame, time);
	else if (frame <= clock->last_frame || time <= clock->last_time)
		return;
	clock->last_frame = frame;
	clock->last_time = time;

	late = bli_clock_distance(clock, frame, 0, time) / bli_clock_rate(clock);
	if (fabs(late) > JUMP) {
		bli_clock_clear(clock);
		begin(clock, frame, time);
		late = 0;
	}
	if (!clock->stamps)
		clock->block_time = time;
	since = seconds(time - clock->block_time);
	clock->stamps++;
	clock->since_sum += since;
	clock->late_sum += late;
	bend(clock, since, late);
}

/*
 * Of n stamps whose lateness is evenly distributed up to J the earliest is J/n late on average, ± J/n.  It is not to be
 * had while the length is so uncertain that it tilts the stamps by more than that.  Then the edge is the line below all
 * stamps that the least lateness remains above: the side of the lower hull at their mean time, 1.8·J/n late ± 1.33·J/n.
 * (Simulated, as tests/core/clocks does; J/n is 2/(n − 2) of the mean above it.)
 */
bool bli_clock_edge(const struct bli_clock *clock, struct bli_clock_edge *edge)
{
	const struct bli_clock_point *hull = clock->hull;
	double since, mean, part, spacing;
	size_t i = 1;

	if (clock->stamps < 3)
		return false;
	since = clock->since_sum / (double)clock->stamps;
	mean = clock->late_sum / (double)clock->stamps;
	while (i < clock->hulls - 1 && hull[i].since < since)
		i++;
	part = (since - hull[i - 1].since) / (hull[i].since - hull[i - 1].since);
	edge->since = since;
	edge->late = hull[i - 1].late + part * (hull[i].late - hull[i - 1].late);
	edge->mean = mean - edge->late;
	spacing = 2 * edge->mean / (double)(clock->stamps - 2);
	if (sqrt(clock->covariance[1][1]) * hull[clock->hulls - 1].since > spacing) {
		edge->late -= 1.8 * spacing;
		edge->deviation = 1.33 * spacing;
		return true;
	}
	for (size_t k = 0; k < clock->hulls; k++)
		if (k == 0 || hull[k].late < edge->late) {
			edge->since = hull[k].since;
			edge->late = hull[k].late;
		}
	edge->late -= spacing;
	edge->deviation = spacing;
	return true;
}

/*
 * Length, drift and covariance after a time t: V becomes A·V·Aᵀ + noise, with A from
 *     time += length·t + drift·t²/2, length += drift·t, drift *= exp(−t/DRIFT_TIME).
 */
static void predict(struct bli_clock *clock, double duration)
{
	double keep = exp(-duration / DRIFT_TIME), half = duration * duration / 2;
	double (*v)[3] = clock->covariance, next[3][3];
	const double a[3][3] = { { 1, duration, half }, { 0, 1, duration }, { 0, 0, keep } };

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			next[i][j] = 0;
			for (int k = 0; k < 3; k++)
				for (int l = 0; l < 3; l++)
					next[i][j] += a[i][k] * v[k][l] * a[j][l];
		}
	memcpy(v, next, sizeof(next));
	v[0][0] += WANDER * half * duration * (2.0 / 3);
	v[0][1] += WANDER * half;
	v[1][0] += WANDER * half;
	v[1][1] += WANDER * duration;
	v[2][2] += DRIFT_WANDER * duration;
	clock->length += clock->drift * duration;
	clock->drift *= keep;
}

/*
 * R. E. Kalman's filter (1960), for a line that was measured `age` seconds after the time it is held by.  The
 * covariance is updated in P. D. Joseph's form, (1 − K·h)·V·(1 − K·h)ᵀ + K·variance·Kᵀ, which keeps it positive.
 */
static void correct(struct bli_clock *clock, double late, double age, double variance)
{
	const double h[3] = { 1, age, age * age / 2 };
	double (*v)[3] = clock->covariance, next[3][3], m[3][3], gain[3], sum = variance;

	for (int i = 0; i < 3; i++) {
		gain[i] = v[i][0] * h[0] + v[i][1] * h[1] + v[i][2] * h[2];
		sum += h[i] * gain[i];
	}
	for (int i = 0; i < 3; i++)
		gain[i] /= sum;
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			m[i][j] = (i == j) - gain[i] * h[j];
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			next[i][j] = gain[i] * variance * gain[j];
			for (int k = 0; k < 3; k++)
				for (int l = 0; l < 3; l++)
					next[i][j] += m[i][k] * v[k][l] * m[j][l];
		}
	memcpy(v, next, sizeof(next));
	clock->fraction -= gain[0] * late * bli_clock_rate(clock);
	clock->length += gain[1] * late;
	clock->drift += gain[2] * late;
}

void bli_clock_update(struct bli_clock *clock, int64_t time, const struct bli_clock_edge *edge, double variance)
{
	double duration = seconds(time - clock->time);

	clock->lateness += (clock->has_length ? LATENESS_WEIGHT : 1) * (edge->mean - clock->lateness);
	move(clock, time);
	predict(clock, duration);
	correct(clock, edge->late, edge->since - seconds(time - clock->block_time), variance);
	clock->has_length = true;
	bli_clock_clear(clock);
}

void bli_clock_break(struct bli_clock *clock)
{
	clock->begun = false;
	bli_clock_clear(clock);
}

void bli_clock_doubt(struct bli_clock *clock, double time, double length)
{
	clock->covariance[0][0] += time * time;
	clock->covariance[1][1] += length * length;
}

void bli_clock_suppose(struct bli_clock *clock, double deviation, bool is_new)
{
	clock->length = 1 / (1 + deviation) - 1;
	clock->drift = 0;
	if (is_new)
		bli_clock_doubt(clock, 0, FIRST_LENGTH);
}

void bli_clock_tune(struct bli_clock *clock, double relative, int64_t time)
{
	if (clock->begun)
		move(clock, time);
	clock->tuned = relative;
}
