/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "recovery.h"
#include "shared/commandline.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define DEVIATION_MAX 0.005	/* clocks that are tuned or cheap are off by 0.1 %; the loop corrects with the rest */
#define CHUNK_PERIODS 4		/* read at a time */
#define DRAIN_POLL_MS 5
#define DRAIN_EXTRA 1.0		/* s: what is queued must be played in its time and this */
#define QUEUE_LEAST 0.25	/* of the latency: what a playback starts with at least */
#define SAG 0.125		/* of the latency: more is missing than pointers may be wrong by */
#define MARGIN_LEAST 1e-3	/* s */

static double rate(const struct transfer *transfer, enum bli_clock_side side)
{
	return transfer->endpoint[side].setup.rate_hz;
}

/* ---- opening ------------------------------------------------------------- */

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
	double ratio = rate(transfer, BLI_CLOCK_OUT) / rate(transfer, BLI_CLOCK_IN);

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
	double period = (double)transfer->endpoint[BLI_CLOCK_IN].setup.period_frames / rate(transfer, BLI_CLOCK_IN);
	double block = transfer->follows ? (double)transfer->stream.glide.block_in / rate(transfer, BLI_CLOCK_IN) : 0;
	double delay = bli_stream_delay(&transfer->stream) / rate(transfer, BLI_CLOCK_IN);
	double room = (double)transfer->endpoint[BLI_CLOCK_OUT].setup.buffer_frames / rate(transfer, BLI_CLOCK_OUT);
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
	config.rate_hz[BLI_CLOCK_IN] = rate(transfer, BLI_CLOCK_IN);
	config.rate_hz[BLI_CLOCK_OUT] = rate(transfer, BLI_CLOCK_OUT);
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

/* ---- moving frames ------------------------------------------------------- */

static bool check(struct failure *failure, enum bli_clock_side side, int error)
{
	if (!error)
		return true;
	failure->side = side;
	failure->error = error;
	return false;
}

/* Write `frames` of the output buffer. */
static bool write_out(struct transfer *transfer, size_t frames, struct failure *failure)
{
	struct endpoint *out = &transfer->endpoint[BLI_CLOCK_OUT];
	size_t done = 0;

	while (done < frames) {
		snd_pcm_uframes_t some = frames - done;

		if (!check(failure, BLI_CLOCK_OUT, endpoint_write(out, transfer->out + done * out->frame_bytes, &some)))
			return false;
		if (!some)
			return check(failure, BLI_CLOCK_OUT, -EPIPE);
		done += some;
	}
	return true;
}

/* Convert up to *frames of `in`, or of silence if that is NULL, as far as there is room; *frames become those used. */
static bool convert(struct transfer *transfer, const struct bli_area *in, size_t *frames, struct failure *failure)
{
	static const struct bli_area silence[BLI_CHANNELS_MAX];
	snd_pcm_uframes_t room;
	size_t used, written;

	if (!check(failure, BLI_CLOCK_OUT, endpoint_available(&transfer->endpoint[BLI_CLOCK_OUT], &room)))
		return false;
	if (room > transfer->out_size)
		room = transfer->out_size;
	bli_stream_process(&transfer->stream, in ? in : silence, *frames, &used, transfer->out_area, room, &written);
	*frames = used;
	return write_out(transfer, written, failure);
}

static bool insert_silence(struct transfer *transfer, size_t frames, struct failure *failure)
{
	while (frames > 0) {
		size_t some = frames < transfer->in_size ? frames : transfer->in_size;

		if (!convert(transfer, NULL, &some, failure))
			return false;
		if (!some)
			break;
		transfer->base -= (int64_t)some;
		frames -= some;
	}
	return true;
}

/* Frames out of the start of the input buffer. */
static void drop_held(struct transfer *transfer, size_t frames)
{
	size_t bytes = transfer->endpoint[BLI_CLOCK_IN].frame_bytes;

	transfer->held -= frames;
	memmove(transfer->in, transfer->in + frames * bytes, transfer->held * bytes);
}

static void skip_held(struct transfer *transfer)
{
	snd_pcm_uframes_t frames = transfer->skip < transfer->held ? transfer->skip : transfer->held;

	drop_held(transfer, frames);
	transfer->skip -= frames;
	transfer->base += (int64_t)frames;
}

/*
 * Read, convert and write all whole periods there are.  What is beyond stays for the next wake-up: alsa-lib lets nobody
 * wait for less than a period (snd_pcm_sw_params_set_avail_min()), so the next interrupt would come too early for it.
 */
static bool move_frames(struct transfer *transfer, struct failure *failure)
{
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	snd_pcm_uframes_t captured;

	if (!check(failure, BLI_CLOCK_IN, endpoint_available(in, &captured)))
		return false;
	captured -= captured % in->setup.period_frames;
	for (;;) {
		snd_pcm_uframes_t room = transfer->in_size - transfer->held, frames = captured < room ? captured : room;
		size_t used;

		if (frames && !check(failure, BLI_CLOCK_IN,
				     endpoint_read(in, transfer->in + transfer->held * in->frame_bytes, &frames)))
			return false;
		transfer->held += frames;
		captured -= frames;
		skip_held(transfer);
		used = transfer->held;
		if (used && !convert(transfer, transfer->in_area, &used, failure))
			return false;
		drop_held(transfer, used);
		if (!used && !(frames && transfer->skip))
			return true;
	}
}

/* ---- latency ------------------------------------------------------------- */

/* What waits before the playback: captured, held, in the converter; s. */
static bool measure_waiting(struct transfer *transfer, double *waiting, struct failure *failure)
{
	snd_pcm_uframes_t captured;

	if (!check(failure, BLI_CLOCK_IN, endpoint_available(&transfer->endpoint[BLI_CLOCK_IN], &captured)))
		return false;
	*waiting = ((double)(captured + transfer->held) + bli_stream_delay(&transfer->stream)) /
		   rate(transfer, BLI_CLOCK_IN);
	return true;
}

/* Start the playback with as much silence as makes the latency right; or with the least, and leave input out. */
static bool start_playback(struct transfer *transfer, struct failure *failure)
{
	struct endpoint *out = &transfer->endpoint[BLI_CLOCK_OUT];
	double waiting, queue, least = QUEUE_LEAST * transfer->latency;
	snd_pcm_uframes_t frames;

	if (!measure_waiting(transfer, &waiting, failure))
		return false;
	queue = transfer->latency - waiting;
	if (queue < least) {
		transfer->skip = (snd_pcm_uframes_t)llrint((least - queue) * rate(transfer, BLI_CLOCK_IN));
		queue = least;
	}
	frames = (snd_pcm_uframes_t)llrint(queue * rate(transfer, BLI_CLOCK_OUT));
	transfer->is_short = false;
	return check(failure, BLI_CLOCK_OUT, endpoint_write(out, NULL, &frames)) &&
	       check(failure, BLI_CLOCK_OUT, endpoint_start(out));
}

/*
 * Silence for what is missing: after the capture has begun anew all of it; as long as the loop does not know the latency
 * also what a playback takes ahead when it starts (an emulated HDA card 20 ms), or else it would run dry first.
 */
static bool make_up(struct transfer *transfer, struct failure *failure)
{
	double least = transfer->is_short ? 0 : SAG * transfer->latency, waiting, missing;

	if (!transfer->is_short && transfer->loop.state != BLI_CLOCKLOOP_WAITING)
		return true;
	transfer->is_short = false;
	if (!measure_waiting(transfer, &waiting, failure))
		return false;
	missing = transfer->latency - waiting - transfer->queued;
	return missing <= least ||
	       insert_silence(transfer, (size_t)llrint(missing * rate(transfer, BLI_CLOCK_IN)), failure);
}

/* Tune the clock, if that is how they are brought together. */
static bool tune(struct transfer *transfer, struct failure *failure)
{
	int error = sync_run(&transfer->sync, &transfer->loop, endpoint_now());

	if (error)
		status_say(&transfer->status, "'%s': %s; resampling instead", transfer->sync.untunable,
			   error == -EBUSY ? "another program tunes it too" :
			   error == -ENOTSUP ? "has no effect" : snd_strerror(error));
	return check(failure, transfer->sync.side, error ? -EINVAL : 0);
}

/* Follow the loop's advice. */
static bool steer(struct transfer *transfer, struct failure *failure)
{
	const struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	double ramp = (double)in->setup.period_frames / rate(transfer, BLI_CLOCK_IN) * rate(transfer, BLI_CLOCK_OUT);
	int64_t place, shift;
	double fraction;

	bli_stream_position(&transfer->stream, &place, &fraction);
	bli_clockloop_place(&transfer->loop, transfer->base + place, fraction,
			    transfer->endpoint[BLI_CLOCK_OUT].frames);
	bli_clockloop_run(&transfer->loop, endpoint_now());
	if (!tune(transfer, failure))
		return false;
	bli_stream_set_deviation(&transfer->stream, bli_clockloop_deviation(&transfer->loop), (uint32_t)llrint(ramp));
	shift = bli_clockloop_shift(&transfer->loop);
	if (shift > 0)
		transfer->skip += (snd_pcm_uframes_t)shift;
	return shift >= 0 || insert_silence(transfer, (size_t)-shift, failure);
}

static bool stamp(struct transfer *transfer, enum bli_clock_side side, struct failure *failure)
{
	int64_t frame, time;

	if (!check(failure, side, endpoint_stamp(&transfer->endpoint[side], &frame, &time)))
		return false;
	bli_clockloop_stamp(&transfer->loop, side, frame, time);
	return true;
}

/* One wake-up. */
static bool work(struct transfer *transfer, struct failure *failure)
{
	struct endpoint *out = &transfer->endpoint[BLI_CLOCK_OUT];
	snd_pcm_uframes_t room;

	if (transfer->stands_still)
		status_say(&transfer->status, "%s: goes on", transfer->options->name[BLI_CLOCK_IN]);
	transfer->stands_still = false;
	if (!stamp(transfer, BLI_CLOCK_IN, failure) || (!out->runs && !start_playback(transfer, failure)) ||
	    !stamp(transfer, BLI_CLOCK_OUT, failure) ||
	    !check(failure, BLI_CLOCK_OUT, endpoint_available(out, &room)))
		return false;
	transfer->queued = (double)(out->setup.buffer_frames - room) / rate(transfer, BLI_CLOCK_OUT);
	if (!make_up(transfer, failure) || !move_frames(transfer, failure) || !steer(transfer, failure))
		return false;
	status_note(&transfer->status, &transfer->loop, transfer->queued);
	return true;
}

/* ---- the run ------------------------------------------------------------- */

/* Play what is queued, and what the converter still has. */
static void drain(struct transfer *transfer)
{
	struct endpoint *out = &transfer->endpoint[BLI_CLOCK_OUT];
	int64_t end = endpoint_now() + (int64_t)(1e9 * (transfer->latency + DRAIN_EXTRA)), played = 0, time;
	struct failure failure;
	snd_pcm_uframes_t room;
	size_t frames;

	if (!out->pcm || !out->runs || transfer->options->drops)
		return;
	do {
		if (endpoint_available(out, &room))
			return;
		frames = bli_stream_flush(&transfer->stream, transfer->out_area,
					  room < transfer->out_size ? room : transfer->out_size);
	} while (frames && write_out(transfer, frames, &failure));
	while (!endpoint_stamp(out, &played, &time) && played < out->frames && endpoint_now() < end)
		poll(NULL, 0, DRAIN_POLL_MS);
}

/* Wait for captured frames, and do what there is to do. */
static bool wake_up(struct transfer *transfer, double timeout, struct failure *failure)
{
	int64_t now;
	int ready;

	/* a loopback that goes by the playback's clock stands still until that runs */
	if (transfer->sync.mode == SYNC_TIMER && !transfer->endpoint[BLI_CLOCK_OUT].runs &&
	    !start_playback(transfer, failure))
		return false;
	ready = endpoint_wait(&transfer->endpoint[BLI_CLOCK_IN], timeout);
	if (ready <= 0)
		return check(failure, BLI_CLOCK_IN, ready < 0 ? ready : recovery_find_fault(transfer));
	now = endpoint_now();
	transfer->slept = 1e-9 * (double)(now - transfer->heard_time);
	transfer->heard_time = now;
	return work(transfer, failure);
}

enum transfer_end transfer_run(struct transfer *transfer)
{
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	double timeout = 4 * (double)in->setup.period_frames / rate(transfer, BLI_CLOCK_IN) + 0.1;
	struct failure failure = { BLI_CLOCK_IN, recovery_restart(transfer, BLI_CLOCK_IN) };
	int error = failure.error ? recovery_recover(transfer, &failure) : 0;

	while (!error && !recovery_is_over(transfer)) {
		if (!wake_up(transfer, timeout, &failure))
			error = recovery_recover(transfer, &failure);
		transfer->status.clipped = bli_stream_clipped(&transfer->stream);
		status_show(&transfer->status, endpoint_now());
	}
	if (error == -EINVAL)
		return TRANSFER_CHANGED;
	if (!error)
		drain(transfer);
	return TRANSFER_ENDED;
}
