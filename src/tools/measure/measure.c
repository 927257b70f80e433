/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "measure.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define FRACTION_PARTS UINT64_C(1000003)	/* a prime: no tone repeats within a window */
#define SCAN_STEP 0.02
#define SCAN_END 0.998

static double power_db(double power)
{
	return 10 * log10(fmax(power, 1e-40));
}

static bool goes_down(const struct bli_system *system)
{
	return system->out_period_frames < system->in_period_frames;
}

/* Frames of the output for so many of the lower rate. */
static size_t at_output(const struct bli_system *system, size_t frames)
{
	if (goes_down(system))
		return frames;
	return (size_t)ceil((double)frames * (double)system->out_period_frames / (double)system->in_period_frames);
}

/* ---- one run ------------------------------------------------------------ */

/* Input and output of one run; the output after settling is `window`. */
struct run {
	double *in, *out;
	size_t periods, in_frames;
	double *window;		/* [count], within out */
	size_t first, count;	/* frame number of window[0] */
};

static int run_prepare(struct run *run, const struct bli_system *system, size_t window_frames)
{
	size_t needed;

	*run = (struct run){ .first = at_output(system, system->settle_frames) };
	needed = run->first + at_output(system, window_frames);
	run->periods = (needed + system->out_period_frames - 1) / system->out_period_frames;
	run->in_frames = run->periods * system->in_period_frames;
	run->count = run->periods * system->out_period_frames - run->first;
	run->in = malloc(run->in_frames * sizeof(*run->in));
	run->out = malloc(run->periods * system->out_period_frames * sizeof(*run->out));
	if (!run->in || !run->out) {
		free(run->in);
		free(run->out);
		return -ENOMEM;
	}
	run->window = run->out + run->first;
	return 0;
}

static int run_go(struct run *run, const struct bli_system *system)
{
	return system->run(system->context, run->in, run->out, run->periods);
}

static void run_free(struct run *run)
{
	free(run->in);
	free(run->out);
}

static struct bli_frequency at_output_rate(const struct bli_system *system, struct bli_frequency input)
{
	return bli_frequency_scale(input, system->in_period_frames, system->out_period_frames);
}

/* ---- tones -------------------------------------------------------------- */

struct bli_frequency bli_measure_frequency(const struct bli_system *system, double fraction)
{
	struct bli_frequency low = { .cycles = (uint64_t)llround(fraction * (double)FRACTION_PARTS),
				     .frames = 2 * FRACTION_PARTS };

	if (goes_down(system))
		return bli_frequency_scale(low, system->out_period_frames, system->in_period_frames);
	return bli_frequency_scale(low, 1, 1);
}

static void judge_tone(const struct run *run, const struct bli_system *system, struct bli_frequency input,
		       struct bli_tone_result *result)
{
	struct bli_frequency output = at_output_rate(system, input);
	double in_power = system->amplitude * system->amplitude / 2, total = 0, tone_power;

	for (size_t i = 0; i < run->count; i++)
		total += run->window[i] * run->window[i] / (double)run->count;
	*result = (struct bli_tone_result){ .total_db = power_db(total / in_power) };
	result->residual_db = result->total_db;
	if (bli_frequency_value(output) >= 0.5)
		return;
	bli_tone_fit(&result->fit, run->window, run->count, output, run->first, NULL);
	tone_power = result->fit.amplitude * result->fit.amplitude / 2;
	result->gain_db = power_db(tone_power / in_power);
	result->residual_db = power_db(result->fit.residual_power / in_power);
	result->snr_db = result->gain_db - result->residual_db;
	result->delay_frames = -result->fit.phase / (2 * M_PI * bli_frequency_value(input));
}

int bli_measure_tone(const struct bli_system *system, struct bli_frequency input, struct bli_tone_result *result)
{
	struct run run;
	int err = run_prepare(&run, system, system->window_frames);

	if (err)
		return err;
	bli_tone_make(run.in, run.in_frames, system->amplitude, input, 0);
	err = run_go(&run, system);
	if (!err)
		judge_tone(&run, system, input, result);
	run_free(&run);
	return err;
}

static int measure_fraction(const struct bli_system *system, double fraction, struct bli_tone_result *result)
{
	return bli_measure_tone(system, bli_measure_frequency(system, fraction), result);
}

int bli_measure_worst_snr(const struct bli_system *system, double low, double high, size_t count, double *snr_db,
			  double *worst_fraction)
{
	double worst = INFINITY, place = low;

	if (!(low > 0 && low < high && high < 1) || count < 2)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		double fraction = low + (high - low) * (double)i / (double)(count - 1);
		struct bli_tone_result result;
		int err = measure_fraction(system, fraction, &result);

		if (err)
			return err;
		if (result.snr_db < worst) {
			worst = result.snr_db;
			place = fraction;
		}
	}
	*snr_db = worst;
	if (worst_fraction)
		*worst_fraction = place;
	return 0;
}

/* ---- gain --------------------------------------------------------------- */

int bli_measure_dc_gain(const struct bli_system *system, double *gain_db)
{
	struct run run;
	double mean = 0;
	int err = run_prepare(&run, system, system->window_frames);

	if (err)
		return err;
	for (size_t i = 0; i < run.in_frames; i++)
		run.in[i] = system->amplitude;
	err = run_go(&run, system);
	if (!err) {
		for (size_t i = 0; i < run.count; i++)
			mean += run.window[i] / (double)run.count;
		*gain_db = power_db(mean * mean / (system->amplitude * system->amplitude));
	}
	run_free(&run);
	return err;
}

int bli_measure_response(const struct bli_system *system, const double *fractions, double *gains_db, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!(fractions[i] > 0 && fractions[i] < 1))
			return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		struct bli_tone_result result;
		int err = measure_fraction(system, fractions[i], &result);

		if (err)
			return err;
		gains_db[i] = result.gain_db;
	}
	return 0;
}

int bli_measure_edge(const struct bli_system *system, double dc_gain_db, double drop_db, double *fraction)
{
	double good = SCAN_STEP / 2, bad = good, gain_db;
	int err;

	for (;;) {
		err = bli_measure_response(system, &bad, &gain_db, 1);
		if (err)
			return err;
		if (gain_db < dc_gain_db - drop_db)
			break;
		if (bad >= SCAN_END) {
			*fraction = 1;
			return 0;
		}
		good = bad;
		bad = fmin(bad + SCAN_STEP, SCAN_END);
	}
	while (bad - good > 0.0003) {
		double middle = (good + bad) / 2;

		err = bli_measure_response(system, &middle, &gain_db, 1);
		if (err)
			return err;
		if (gain_db < dc_gain_db - drop_db)
			bad = middle;
		else
			good = middle;
	}
	*fraction = (good + bad) / 2;
	return 0;
}

int bli_measure_ripple(const struct bli_system *system, double dc_gain_db, double high, size_t count,
		       double *ripple_db)
{
	double ripple = 0;

	if (count < 2 || !(high > 0.01 && high < 1))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		double fraction = 0.01 + (high - 0.01) * (double)i / (double)(count - 1), gain_db;
		int err = bli_measure_response(system, &fraction, &gain_db, 1);

		if (err)
			return err;
		ripple = fmax(ripple, fabs(gain_db - dc_gain_db));
	}
	*ripple_db = ripple;
	return 0;
}

int bli_measure_rejection(const struct bli_system *system, double beyond, double *level_db)
{
	struct bli_tone_result result;
	int err;

	double limit = goes_down(system) ? (double)system->in_period_frames / (double)system->out_period_frames : 2;

	if (!(beyond > 1 && beyond < limit))
		return -EINVAL;
	err = measure_fraction(system, goes_down(system) ? beyond : 2 - beyond, &result);
	if (!err)
		*level_db = result.residual_db;
	return err;
}

/* ---- time --------------------------------------------------------------- */

int bli_measure_delay(const struct bli_system *system, double *delay_frames)
{
	/* Tone periods in frames of the lower rate: each tells the delay apart within its period, and eight
	 * times finer than the one before. The last is still low enough to be the delay at 0 Hz. */
	static const uint64_t tone_periods[] = { 16384, 2048, 256 };
	double delay = 0;

	for (size_t i = 0; i < sizeof(tone_periods) / sizeof(*tone_periods); i++) {
		struct bli_system longer = *system;
		struct bli_frequency tone = { .cycles = 1, .frames = tone_periods[i] };
		struct bli_tone_result result;
		double period;
		int err;

		if (goes_down(system))
			tone = bli_frequency_scale(tone, system->out_period_frames, system->in_period_frames);
		if (longer.window_frames < 16384)
			longer.window_frames = 16384;
		err = bli_measure_tone(&longer, tone, &result);
		if (err)
			return err;
		period = 1 / bli_frequency_value(tone);
		delay = result.delay_frames + period * round((delay - result.delay_frames) / period);
	}
	*delay_frames = delay;
	return 0;
}

/* The phase of a linear sweep in turns at time t (input frames), from frequency f0 rising by `slope` per frame.
 * long double: after 1e5 cycles a double would leave 1e-11 of a turn, which is 210 dB. */
static double sweep_sample(long double f0, long double slope, long double t)
{
	long double turns = f0 * t + slope * t * t / 2;

	return sin(2 * M_PI * (double)(turns - floorl(turns)));
}

int bli_measure_sweep(const struct bli_system *system, double low, double high, double delay_frames, size_t frames,
		      double *bits)
{
	double nyquist = 0.5 * fmin(1, (double)system->out_period_frames / (double)system->in_period_frames);
	long double ratio = (long double)system->in_period_frames / (long double)system->out_period_frames;
	double largest = 0;
	struct run run;
	int err;

	if (!(low >= 0 && low < high && high < 1))
		return -EINVAL;
	err = run_prepare(&run, system, frames);
	if (err)
		return err;
	long double slope = (high - low) * nyquist / (long double)run.in_frames;

	for (size_t i = 0; i < run.in_frames; i++)
		run.in[i] = system->amplitude * sweep_sample(low * nyquist, slope, i);
	err = run_go(&run, system);
	if (!err) {
		for (size_t i = 0; i < run.count; i++) {
			long double t = (long double)(run.first + i) * ratio - delay_frames;
			double expected = system->amplitude * sweep_sample(low * nyquist, slope, t);

			largest = fmax(largest, fabs(run.window[i] - expected));
		}
		*bits = -log2(fmax(largest, 1e-20) / system->amplitude);
	}
	run_free(&run);
	return err;
}

/* ---- continuity --------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The value that `part` (0..1) of all lie below; sorts them. */
static double quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return values[(size_t)(part * (double)(count - 1))];
}

/* x[n] - 2 cos(w) x[n-1] + x[n-2] is 0 for a tone of frequency w, whatever its phase and amplitude. What is left
 * counts as a click beyond six times its 90 % quantile (noise reaches three times in 1e6 frames) and beyond
 * `bend`, what the kinks of linear interpolation can leave. */
static int count_clicks(const double *signal, size_t count, double cycles_per_frame, double bend, size_t *clicks)
{
	const size_t reach = 64;	/* frames that belong to one click */
	double twice_cosine = 2 * cos(2 * M_PI * cycles_per_frame);
	double *left = malloc(2 * count * sizeof(*left)), *sorted = left + count, limit;
	size_t quiet = reach;

	if (!left)
		return -ENOMEM;
	for (size_t i = 2; i < count; i++)
		sorted[i - 2] = left[i - 2] = fabs(signal[i] - twice_cosine * signal[i - 1] + signal[i - 2]);
	limit = fmax(6 * quantile(sorted, count - 2, 0.9), bend);
	*clicks = 0;
	for (size_t i = 0; i < count - 2; i++) {
		bool breaks = left[i] > limit;

		if (breaks && quiet >= reach)
			(*clicks)++;
		quiet = breaks ? 0 : quiet + 1;
	}
	free(left);
	return 0;
}

/* Follows the delay from window to window. */
static void follow_delay(const struct run *run, struct bli_frequency output, double ratio,
			 struct bli_continuity *continuity)
{
	const size_t length = 512;
	double cycles = bli_frequency_value(output), first = 0, last = 0, earliest = 0, latest = 0;
	size_t windows = run->count / length;

	for (size_t k = 0; k < windows; k++) {
		size_t start = k * length;
		struct bli_fit fit;

		bli_tone_fit(&fit, run->window + start, length, output, run->first + start, NULL);
		double delay = -fit.phase / (2 * M_PI * cycles);

		if (k == 0)
			first = last = earliest = latest = delay;
		last = delay + round((last - delay) * cycles) / cycles;
		earliest = fmin(earliest, last);
		latest = fmax(latest, last);
	}
	continuity->wander_frames = (latest - earliest) * ratio;
	continuity->drift_ppm = 1e6 * (last - first) / (double)((windows - 1) * length);
}

int bli_measure_continuity(const struct bli_system *system, double fraction, size_t frames,
			   struct bli_continuity *continuity)
{
	struct bli_frequency input = bli_measure_frequency(system, fraction);
	struct bli_frequency output = at_output_rate(system, input);
	double turn = 2 * M_PI * bli_frequency_value(input);
	struct run run;
	int err;

	if (!(fraction >= 0.005 && fraction <= 0.1))
		return -EINVAL;
	err = run_prepare(&run, system, frames > 4096 ? frames : 4096);
	if (err)
		return err;
	bli_tone_make(run.in, run.in_frames, system->amplitude, input, 0);
	err = run_go(&run, system);
	if (!err)
		err = count_clicks(run.window, run.count, bli_frequency_value(output),
				   0.5 * system->amplitude * turn * turn, &continuity->clicks);
	if (!err) {
		continuity->output_frames = run.count;
		follow_delay(&run, output, (double)system->in_period_frames / (double)system->out_period_frames,
			     continuity);
	}
	run_free(&run);
	return err;
}
