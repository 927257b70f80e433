/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exact.h"
#include "gcd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
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
	exact->in = calloc(config->channels * config->in_frames, config->in_format.bytes);
	exact->out = calloc(config->channels * config->out_frames, config->out_format.bytes);
	if (!exact->in || !exact->out) {
		bli_exact_close(exact);
		return -ENOMEM;
	}
	if (trimmed)
		find_trim(exact);
	bli_exact_reset(exact);
	return 0;
}

void bli_exact_close(struct bli_exact *exact)
{
	bli_resampler_close(&exact->resampler);
	free(exact->in);
	free(exact->out);
	memset(exact, 0, sizeof(*exact));
}

/* The channel's frames from `first` on in a store of `frames` per channel. */
static struct bli_area store_area(unsigned char *store, size_t bytes, size_t frames, size_t channel, size_t first)
{
	return (struct bli_area){ store + (channel * frames + first) * bytes, (ptrdiff_t)bytes };
}

/* The area from `first` on. */
static struct bli_area later(struct bli_area area, size_t first)
{
	if (area.samples)
		area.samples = (char *)area.samples + (ptrdiff_t)first * area.step;
	return area;
}

static inline __attribute__((always_inline)) void
copy_loop(struct bli_area to, struct bli_area from, size_t frames, const size_t bytes)
{
	char *p = to.samples;
	const char *q = from.samples;

	for (size_t i = 0; i < frames; i++, p += to.step, q += from.step)
		memcpy(p, q, bytes);
}

/* Copy samples of a format from one area to another; what comes from NULL is silence, what goes there is dropped. */
static void copy_samples(const struct bli_format *format, struct bli_area to, struct bli_area from, size_t frames)
{
	if (!to.samples)
		return;
	if (!from.samples) {
		bli_sample_silence(format, to.samples, to.step, frames);
		return;
	}
	switch (format->bytes) {
	case 1: copy_loop(to, from, frames, 1); return;
	case 2: copy_loop(to, from, frames, 2); return;
	case 3: copy_loop(to, from, frames, 3); return;
	case 4: copy_loop(to, from, frames, 4); return;
	case 8: copy_loop(to, from, frames, 8); return;
	}
}

/* Put frames of `in`, or silence, into the store. */
static void put_frames(struct bli_exact *exact, const struct bli_area *in, size_t first, size_t frames)
{
	const struct bli_resampler_config *config = &exact->resampler.config;

	for (size_t channel = 0; channel < config->channels; channel++) {
		struct bli_area from = { NULL, 0 };

		if (in)
			from = later(in[channel], first);
		copy_samples(&config->in_format, store_area(exact->in, config->in_format.bytes, config->in_frames,
							    channel, exact->in_count), from, frames);
	}
	exact->in_count += frames;
}

/* Give frames of the store. */
static size_t get_frames(struct bli_exact *exact, const struct bli_area *out, size_t first, size_t frames)
{
	const struct bli_resampler_config *config = &exact->resampler.config;

	if (frames > exact->out_count)
		frames = exact->out_count;
	if (!frames)
		return 0;
	for (size_t channel = 0; channel < config->channels; channel++)
		copy_samples(&config->out_format, later(out[channel], first),
			     store_area(exact->out, config->out_format.bytes, config->out_frames, channel,
					exact->out_first), frames);
	exact->out_first += frames;
	exact->out_count -= frames;
	return frames;
}

/* Convert a period from `in`, or from the store if that is NULL, to `out` or to the store. */
static void convert(struct bli_exact *exact, const struct bli_area *in, size_t in_first, const struct bli_area *out,
		    size_t out_first)
{
	const struct bli_resampler_config *config = &exact->resampler.config;
	struct bli_area from[BLI_CHANNELS_MAX], to[BLI_CHANNELS_MAX];

	for (size_t channel = 0; channel < config->channels; channel++) {
		from[channel] = in ? later(in[channel], in_first)
				   : store_area(exact->in, config->in_format.bytes, config->in_frames, channel, 0);
		to[channel] = out ? later(out[channel], out_first)
				  : store_area(exact->out, config->out_format.bytes, config->out_frames, channel, 0);
	}
	bli_resampler_convert(&exact->resampler, to, config->out_frames, from, config->in_frames);
	if (!in)
		exact->in_count = 0;
	if (!out) {
		size_t skipped = exact->skip_left < config->out_frames ? exact->skip_left : config->out_frames;

		exact->skip_left -= skipped;
		exact->out_first = skipped;
		exact->out_count = config->out_frames - skipped;
	}
}

void bli_exact_reset(struct bli_exact *exact)
{
	bli_resampler_reset(&exact->resampler);
	exact->in_count = exact->out_count = 0;
	exact->given = 0;
	exact->skip_left = exact->skip;
	/* less than a period */
	put_frames(exact, NULL, 0, exact->lead);
}

void bli_exact_process(struct bli_exact *exact, const struct bli_area *in, size_t in_count, size_t *used,
		       const struct bli_area *out, size_t out_count, size_t *written)
{
	size_t taken = 0, given = get_frames(exact, out, 0, out_count);

	while (given < out_count) {
		bool direct_in = in && !exact->in_count && in_count - taken >= period_in(exact);
		bool direct_out = !exact->skip_left && out_count - given >= period_out(exact);

		if (!direct_in) {
			size_t missing = period_in(exact) - exact->in_count, left = in_count - taken;
			size_t frames = missing < left ? missing : left;

			put_frames(exact, in, taken, frames);
			taken += frames;
			if (frames < missing)
				break;
		}
		convert(exact, direct_in ? in : NULL, taken, direct_out ? out : NULL, given);
		if (direct_in)
			taken += period_in(exact);
		given += direct_out ? period_out(exact) : get_frames(exact, out, given, out_count - given);
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
