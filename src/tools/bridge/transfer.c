/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "transfer.h"
#include "shared/commandline.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEVIATION_MAX 0.005	/* clocks that are tuned or cheap are off by 0.1 %; the loop corrects with the rest */
#define CHUNK_PERIODS 4		/* read at a time */
#define MARGIN_LEAST 1e-3	/* s */

static int open_stream(struct transfer *transfer)
{
	const struct options *options = transfer->options;
	const struct endpoint_setup *in = &transfer->endpoint[BLI_CLOCK_IN].setup;
	const struct endpoint_setup *out = &transfer->endpoint[BLI_CLOCK_OUT].setup;
	struct bli_stream_config config = {
		.in_rate = in->rate_hz, .out_rate = out->rate_hz,
		.max_deviation = transfer->follows ? DEVIATION_MAX : 0,
		.channels = out->channels, .requirement = options->converter->requirement, .gain = 1,
		.dither = options->dither, .kernel = bli_kernel_find(NULL),
	};
	int error = config.kernel && endpoint_format(&config.in_format, in->format) &&
		    endpoint_format(&config.out_format, out->format) ? 0 : -EINVAL;

	if (!error)
		error = bli_stream_open(&transfer->stream, &config);
	if (error)
		commandline_complain("%u Hz %s to %u Hz %s: %s", in->rate_hz, snd_pcm_format_name(in->format),
				     out->rate_hz, snd_pcm_format_name(out->format), error == -EINVAL ?
				     "no conversion of this kind" : strerror(-error));
	return error ? EXIT_FAILURE : 0;
}

static int open_buffers(struct transfer *transfer)
{
	const struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN], *out = &transfer->endpoint[BLI_CLOCK_OUT];
	double ratio = (double)out->setup.rate_hz / in->setup.rate_hz;

	transfer->in_size = CHUNK_PERIODS * in->setup.period_frames;
	transfer->out_size = (snd_pcm_uframes_t)ceil((double)transfer->in_size * ratio);
	transfer->in = calloc(transfer->in_size, in->frame_bytes);
	transfer->out = calloc(transfer->out_size, out->frame_bytes);
	if (!transfer->in || !transfer->out) {
		commandline_complain("not enough memory");
		return EXIT_FAILURE;
	}
	for (unsigned channel = 0; channel < out->setup.channels; channel++) {
		const struct options *options = transfer->options;
		unsigned source = options->map_count ? options->map[channel] : channel + 1;

		if (source)
			transfer->in_area[channel].samples = transfer->in + (source - 1) * (in->frame_bytes /
											    in->setup.channels);
		transfer->in_area[channel].step = (ptrdiff_t)in->frame_bytes;
		transfer->out_area[channel].samples = transfer->out + channel * (out->frame_bytes /
										out->setup.channels);
		transfer->out_area[channel].step = (ptrdiff_t)out->frame_bytes;
	}
	return 0;
}

/* A period waits to be read, the converter delays, and what is queued must outlast the next wake-up's lateness. */
static int choose_latency(struct transfer *transfer)
{
	const struct options *options = transfer->options;
	const struct endpoint_setup *in = &transfer->endpoint[BLI_CLOCK_IN].setup;
	const struct endpoint_setup *out = &transfer->endpoint[BLI_CLOCK_OUT].setup;
	double period = (double)in->period_frames / in->rate_hz;
	double block = transfer->follows ? (double)transfer->stream.glide.block_in / in->rate_hz : 0;
	double delay = bli_stream_delay(&transfer->stream) / in->rate_hz;
	double room = (double)out->buffer_frames / out->rate_hz;
	double least = period + block + delay + fmax(period / 2, MARGIN_LEAST);

	transfer->latency = options->latency;
	if (transfer->latency < least) {
		if (options->has_latency)
			commandline_complain("--latency %gms: not possible; at least %.1fms with a period of %.1fms "
					     "and a converter's delay of %.1fms", 1e3 * options->latency, 1e3 * least,
					     1e3 * period, 1e3 * (delay + block));
		transfer->latency = least;
	} else if (transfer->latency > room) {
		if (options->has_latency)
			commandline_complain("--latency %gms: not possible; %s has room for %.1fms",
					     1e3 * options->latency, transfer->endpoint[BLI_CLOCK_OUT].name,
					     1e3 * room);
		transfer->latency = room;
	}
	return options->has_latency && transfer->latency != options->latency ? EXIT_FAILURE : 0;
}

int transfer_open(struct transfer *transfer)
{
	struct bli_clockloop_config config = { .deviation_max = DEVIATION_MAX };
	int status;

	transfer->follows = transfer->sync.mode == SYNC_RESAMPLE;
	status = open_stream(transfer);
	if (!status)
		status = open_buffers(transfer);
	if (!status)
		status = choose_latency(transfer);
	if (status)
		return status;
	config.rate_hz[BLI_CLOCK_IN] = transfer->endpoint[BLI_CLOCK_IN].setup.rate_hz;
	config.rate_hz[BLI_CLOCK_OUT] = transfer->endpoint[BLI_CLOCK_OUT].setup.rate_hz;
	config.latency = transfer->latency;
	bli_clockloop_init(&transfer->loop, &config);
	return 0;
}

void transfer_close(struct transfer *transfer)
{
	sync_close(&transfer->sync);
	bli_stream_close(&transfer->stream);
	free(transfer->in);
	free(transfer->out);
	transfer->in = transfer->out = NULL;
	transfer->held = 0;
	for (int side = 0; side < BLI_CLOCK_SIDES; side++)
		endpoint_close(&transfer->endpoint[side]);
}
