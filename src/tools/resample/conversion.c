/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conversion.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/interrupt.h"
#include "segments.h"

/*
 * Frames of the faster side in a period: long enough that the calls around the
 * inner loop do not count, short enough that the samples stay in the second
 * cache. Measured with `make bench`.
 */
#define PERIOD_FRAMES 8192

static int open_part(struct conversion_part *part, const struct ratio *ratio, struct bli_resampler_config *config)
{
	const uint64_t longer = ratio->num > ratio->den ? ratio->num : ratio->den;
	const uint64_t cycles = longer < PERIOD_FRAMES ? PERIOD_FRAMES / longer : 1;
	const size_t cycle_in = (size_t)ratio->den, cycle_out = (size_t)ratio->num;
	const struct bli_plan *const plan = &part->resampler.plan;
	int error;

	if (!ratio_within(ratio, BLI_RATIO_MAX) || longer > BLI_PERIOD_FRAMES_MAX)
		return -ERANGE;
	config->in_frames = cycle_in * cycles;
	config->out_frames = cycle_out * cycles;
	error = bli_resampler_open(&part->resampler, config);
	if (error)
		return error;
	/* Silence that makes the delay a whole number of cycles makes it a whole number of output frames. */
	part->lead = (cycle_in - plan->delay.in_frames % cycle_in) % cycle_in;
	part->drop = (part->lead + plan->delay.in_frames) / cycle_in * cycle_out + plan->delay.out_frames;
	part->in_frame_bytes = (size_t)config->in_format.bytes * config->channels;
	part->out_frame_bytes = (size_t)config->out_format.bytes * config->channels;
	part->in = malloc(config->in_frames * part->in_frame_bytes);
	part->out = malloc(config->out_frames * part->out_frame_bytes);
	return part->in == NULL || part->out == NULL ? -ENOMEM : 0;
}

/* Dither carries on from one period to the next, and the second of two parts would wait for the first. */
static void open_segments(struct conversion *conversion, unsigned threads)
{
	const struct conversion_part *const part = &conversion->part[0];

	if (threads > 1 && conversion->parts == 1 && part->resampler.dither.kind == BLI_DITHER_NONE)
		conversion->segments = segments_open(&part->resampler.config, threads, part->lead, part->drop,
						     &conversion->factor);
}

int conversion_open(struct conversion *conversion, const struct conversion_settings *settings,
		    const struct sound_samples *in, const struct sound_samples *out, unsigned channels)
{
	static const struct bli_format between = {
		.bytes = sizeof(double), .bits = 8 * sizeof(double), .is_float = true,
	};
	int error = 0;

	memset(conversion, 0, sizeof(*conversion));
	if (!ratio_within(&settings->factor, BLI_RATIO_MAX))
		return -ERANGE;
	conversion->factor = settings->factor;
	conversion->total = INT64_MAX;
	conversion->parts = ratio_split(conversion->ratio, &settings->factor);
	for (unsigned i = 0; i < conversion->parts && error == 0; i++) {
		const bool first = i == 0, last = i + 1 == conversion->parts;
		struct bli_resampler_config config = {
			.channels = channels, .kernel = settings->kernel, .requirement = settings->requirement,
			.in_format = first ? in->format : between, .gain = first ? settings->gain : 1,
			.out_format = last ? out->format : between, .dither = last ? settings->dither : BLI_DITHER_NONE,
		};

		error = open_part(&conversion->part[i], &conversion->ratio[i], &config);
	}
	if (error)
		conversion_close(conversion);
	else
		open_segments(conversion, settings->threads);
	return error;
}

void conversion_close(struct conversion *conversion)
{
	segments_close(conversion->segments);
	for (unsigned i = 0; i < conversion->parts; i++) {
		bli_resampler_close(&conversion->part[i].resampler);
		free(conversion->part[i].in);
		free(conversion->part[i].out);
	}
	memset(conversion, 0, sizeof(*conversion));
}

const struct bli_resampler *conversion_last(const struct conversion *conversion)
{
	return &conversion->part[conversion->parts - 1].resampler;
}

static void convert_period(struct conversion_part *part, size_t in_count)
{
	const struct bli_resampler_config *const config = &part->resampler.config;
	struct bli_area in[BLI_CHANNELS_MAX], out[BLI_CHANNELS_MAX];

	for (size_t channel = 0; channel < config->channels; channel++) {
		in[channel].samples = part->in + channel * config->in_format.bytes;
		in[channel].step = (ptrdiff_t)part->in_frame_bytes;
		out[channel].samples = part->out + channel * config->out_format.bytes;
		out[channel].step = (ptrdiff_t)part->out_frame_bytes;
	}
	bli_resampler_convert(&part->resampler, out, part->ready, in, in_count);
}

static int64_t read_input(struct conversion *conversion, struct reader *reader, void *frames, size_t count,
			  struct reason *reason)
{
	int64_t got;

	if (conversion->total != INT64_MAX)
		return 0;
	got = reader_read(reader, frames, (int64_t)count, reason);
	if (got >= 0 && got < (int64_t)count)
		conversion->total = ratio_frames(&conversion->factor, reader->frames_read);
	return got;
}

/*
 * Fills out with the next period of a part, from the input or from the part
 * before; behind the end of the input is silence without end. `wanted` is how
 * many frames are of use at most.
 */
static int run_part(struct conversion *conversion, unsigned index, int64_t wanted, struct reader *reader,
		    struct reason *reason)
{
	struct conversion_part *const part = &conversion->part[index];
	const struct bli_plan *const plan = &part->resampler.plan;
	size_t filled = part->lead;

	memset(part->in, 0, part->lead * part->in_frame_bytes);
	part->lead = 0;
	if (index == 0) {
		const int64_t got = read_input(conversion, reader, part->in + filled * part->in_frame_bytes,
					       plan->in_frames - filled, reason);

		if (got < 0)
			return (int)got;
		filled += (size_t)got;
	} else {
		struct conversion_part *const before = part - 1;

		while (filled < plan->in_frames) {
			const size_t room = plan->in_frames - filled, there = before->ready - before->taken;
			const size_t count = room < there ? room : there;

			memcpy(part->in + filled * part->in_frame_bytes,
			       before->out + before->taken * before->out_frame_bytes, count * part->in_frame_bytes);
			before->taken += count;
			filled += count;
			if (count == there) {
				const int error = run_part(conversion, index - 1, INT64_MAX, reader, reason);

				if (error)
					return error;
			}
		}
	}
	part->taken = part->drop < plan->out_frames ? part->drop : plan->out_frames;
	part->drop -= part->taken;
	part->ready = wanted < (int64_t)(plan->out_frames - part->taken) ? part->taken + (size_t)wanted
		: plan->out_frames;
	convert_period(part, filled);
	return 0;
}

int64_t conversion_next(struct conversion *conversion, struct reader *reader, void **frames, struct reason *reason)
{
	struct conversion_part *const last = &conversion->part[conversion->parts - 1];

	if (conversion->segments != NULL) {
		const int64_t got = segments_next(conversion->segments, reader, frames, reason);

		if (got == 0)
			segments_sum(conversion->segments, &last->resampler);
		return got;
	}
	while (conversion->done < conversion->total) {
		int64_t count;
		int error;

		if (interrupt_pending())
			return -EINTR;
		error = run_part(conversion, conversion->parts - 1, conversion->total - conversion->done, reader,
				 reason);
		if (error)
			return error;
		/* the end may have come with this period */
		count = conversion->total - conversion->done;
		if (count > (int64_t)(last->ready - last->taken))
			count = (int64_t)(last->ready - last->taken);
		if (count > 0) {
			*frames = last->out + last->taken * last->out_frame_bytes;
			conversion->done += count;
			return count;
		}
	}
	return 0;
}
