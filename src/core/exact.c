/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exact.h"
#include "gcd.h"

#include <math.h>
#include <string.h>

static size_t period_in(const struct bli_exact *exact)
{
	return exact->resampler.config.in_frames;
}

static size_t period_out(const struct bli_exact *exact)
{
	return exact->resampler.config.out_frames;
}

/*
 * Output frame n lies at input time n·in/out − delay.  With `lead` frames of
 * silence first, frame `skip` lies at time 0 if skip·in = (delay + lead)·out, in
 * lowest terms.  A linear-phase delay is a whole number of shares of 1/out, so
 * there is such a lead below `in`; any other is met to half a share.
 */
static void find_trim(struct bli_exact *exact)
{
	uint64_t divisor = bli_gcd(period_in(exact), period_out(exact));
	uint64_t in = period_in(exact) / divisor, out = period_out(exact) / divisor;
	const struct bli_delay *delay = &exact->resampler.plan.delay;
	int64_t shares = (int64_t)(delay->in_frames * out + delay->out_frames * in) -
			 llrint(delay->advance * (double)out);

	while (shares % (int64_t)in) {
		shares += (int64_t)out;
		exact->lead++;
	}
	exact->skip = (size_t)(shares / (int64_t)in);
}

int bli_exact_open(struct bli_exact *exact, const struct bli_resampler_config *config, bool trimmed)
{
	int error;

	memset(exact, 0, sizeof(*exact));
	error = bli_resampler_open(&exact->resampler, config);
	if (error)
		return error;
	if (trimmed)
		find_trim(exact);
	bli_exact_reset(exact);
	return 0;
}

void bli_exact_close(struct bli_exact *exact)
{
	bli_resampler_close(&exact->resampler);
	memset(exact, 0, sizeof(*exact));
}

/* Load frames of `in`, or silence. */
static void take_frames(struct bli_exact *exact, const struct bli_area *in, size_t first, size_t frames)
{
	bli_resampler_load(&exact->resampler, in, first, exact->in_count, frames);
	exact->in_count += frames;
}

/* Store up to `frames` of the last run; how many. */
static size_t give_frames(struct bli_exact *exact, const struct bli_area *out, size_t first, size_t frames)
{
	if (frames > exact->out_count)
		frames = exact->out_count;
	if (!frames)
		return 0;
	bli_resampler_store(&exact->resampler, out, first, exact->out_first, frames);
	exact->out_first += frames;
	exact->out_count -= frames;
	return frames;
}

/* Convert all that is loaded, whole periods. */
static void run(struct bli_exact *exact)
{
	size_t periods = exact->in_count / period_in(exact), frames = periods * period_out(exact);
	size_t skipped = exact->skip_left < frames ? exact->skip_left : frames;

	bli_resampler_run(&exact->resampler, periods);
	exact->in_count = 0;
	exact->skip_left -= skipped;
	exact->out_first = skipped;
	exact->out_count = frames - skipped;
}

void bli_exact_reset(struct bli_exact *exact)
{
	bli_resampler_reset(&exact->resampler);
	exact->in_count = exact->out_count = 0;
	exact->given = 0;
	exact->skip_left = exact->skip;
	/* less than a period */
	take_frames(exact, NULL, 0, exact->lead);
}

/* Periods of the next run: no more than it can have, than the input holds, and than make `wanted` output frames. */
static size_t next_run(const struct bli_exact *exact, size_t in_left, size_t wanted)
{
	size_t periods = (exact->in_count + in_left) / period_in(exact);
	size_t enough = (wanted + exact->skip_left + period_out(exact) - 1) / period_out(exact);

	if (periods > enough)
		periods = enough;
	return periods < exact->resampler.config.run_periods ? periods : exact->resampler.config.run_periods;
}

void bli_exact_process(struct bli_exact *exact, const struct bli_area *in, size_t in_count, size_t *used,
		       const struct bli_area *out, size_t out_count, size_t *written)
{
	size_t taken = 0, given = give_frames(exact, out, 0, out_count);

	while (given < out_count) {
		size_t periods = next_run(exact, in_count - taken, out_count - given);
		size_t frames = periods ? periods * period_in(exact) - exact->in_count : in_count - taken;

		take_frames(exact, in, taken, frames);
		taken += frames;
		if (!periods)
			break;
		run(exact);
		given += give_frames(exact, out, given, out_count - given);
	}
	exact->given += given;
	*used = taken;
	*written = given;
}

uint64_t bli_exact_available(const struct bli_exact *exact, uint64_t count)
{
	uint64_t frames = (exact->in_count + count) / period_in(exact) * period_out(exact) + exact->out_count;

	return frames > exact->skip_left ? frames - exact->skip_left : 0;
}

uint64_t bli_exact_needed(const struct bli_exact *exact, uint64_t count)
{
	uint64_t frames = count + exact->skip_left, blocks;

	if (count <= exact->out_count)
		return 0;
	blocks = (frames - exact->out_count + period_out(exact) - 1) / period_out(exact);
	return blocks * period_in(exact) - exact->in_count;
}

int64_t bli_exact_time(const struct bli_exact *exact, double *fraction)
{
	/* n·in/out by whole periods first, so that no product overflows */
	uint64_t frames = exact->given + exact->skip, periods = frames / period_out(exact);
	uint64_t within = frames % period_out(exact) * period_in(exact);
	double delay = bli_resampler_delay(&exact->resampler) + (double)exact->lead, whole_delay = floor(delay);
	double rest = (double)(within % period_out(exact)) / (double)period_out(exact) - (delay - whole_delay);
	double whole = floor(rest);

	*fraction = rest - whole;
	return (int64_t)(periods * period_in(exact) + within / period_out(exact)) - (int64_t)whole_delay +
	       (int64_t)whole;
}

/* Times closer than this, in output frames, are the same: above what doubles lose, below what ratios tell apart. */
#define SAME_TIME 1e-9

uint64_t bli_exact_before(const struct bli_exact *exact, uint64_t time)
{
	double fraction, ahead;
	int64_t frame = bli_exact_time(exact, &fraction);

	ahead = (double)((int64_t)time - frame) - fraction;
	ahead *= (double)period_out(exact) / (double)period_in(exact);
	return ahead > SAME_TIME ? (uint64_t)ceil(ahead - SAME_TIME) : 0;
}
