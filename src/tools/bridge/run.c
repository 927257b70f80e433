/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "run.h"
#include "recovery.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>

#define DRAIN_POLL_MS 5
#define DRAIN_EXTRA 1.0		/* s: what is queued must be played in its time and this */
#define QUEUE_LEAST 0.25	/* of the latency: what a playback starts with at least */
#define SAG 0.125		/* of the latency: more is missing than pointers may be wrong by */

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
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	snd_pcm_uframes_t captured;

	if (!check(failure, BLI_CLOCK_IN, endpoint_available(in, &captured)))
		return false;
	*waiting = ((double)(captured + transfer->held) + bli_stream_delay(&transfer->stream)) / in->setup.rate_hz;
	return true;
}

/* Start the playback with as much silence as makes the latency right; or with the least, and leave input out. */
static bool start_playback(struct transfer *transfer, struct failure *failure)
{
	const struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	struct endpoint *out = &transfer->endpoint[BLI_CLOCK_OUT];
	double waiting, queue, least = QUEUE_LEAST * transfer->latency;
	snd_pcm_uframes_t frames;

	if (!measure_waiting(transfer, &waiting, failure))
		return false;
	queue = transfer->latency - waiting;
	if (queue < least) {
		transfer->skip = (snd_pcm_uframes_t)llrint((least - queue) * in->setup.rate_hz);
		queue = least;
	}
	frames = (snd_pcm_uframes_t)llrint(queue * out->setup.rate_hz);
	transfer->is_short = false;
	return check(failure, BLI_CLOCK_OUT, endpoint_write(out, NULL, &frames)) &&
	       check(failure, BLI_CLOCK_OUT, endpoint_start(out));
}

/*
 * Silence for what is missing: after the capture has begun anew all of it; until the loop knows the latency also what
 * a playback takes ahead when it starts (an emulated HDA card 20 ms), or else it would run dry first.
 */
static bool make_up(struct transfer *transfer, struct failure *failure)
{
	const struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	double least = transfer->is_short ? 0 : SAG * transfer->latency, waiting, missing;

	if (!transfer->is_short && transfer->loop.state != BLI_CLOCKLOOP_WAITING)
		return true;
	transfer->is_short = false;
	if (!measure_waiting(transfer, &waiting, failure))
		return false;
	missing = transfer->latency - waiting - transfer->queued;
	return missing <= least ||
	       insert_silence(transfer, (size_t)llrint(missing * in->setup.rate_hz), failure);
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
	const struct endpoint_setup *in = &transfer->endpoint[BLI_CLOCK_IN].setup;
	const struct endpoint *out = &transfer->endpoint[BLI_CLOCK_OUT];
	double ramp = (double)in->period_frames / in->rate_hz * out->setup.rate_hz;
	int64_t place, shift;
	double fraction;

	bli_stream_position(&transfer->stream, &place, &fraction);
	bli_clockloop_place(&transfer->loop, transfer->base + place, fraction, out->frames);
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
	transfer->queued = (double)(out->setup.buffer_frames - room) / out->setup.rate_hz;
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

enum run_end run_transfer(struct transfer *transfer)
{
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	double timeout = 4 * (double)in->setup.period_frames / in->setup.rate_hz + 0.1;
	struct failure failure = { BLI_CLOCK_IN, recovery_restart(transfer, BLI_CLOCK_IN) };
	int error = failure.error ? recovery_recover(transfer, &failure) : 0;

	while (!error && !recovery_is_over(transfer)) {
		if (!wake_up(transfer, timeout, &failure))
			error = recovery_recover(transfer, &failure);
		transfer->status.clipped = bli_stream_clipped(&transfer->stream);
		status_show(&transfer->status, endpoint_now());
	}
	if (error == -EINVAL)
		return RUN_CHANGED;
	if (!error)
		drain(transfer);
	return RUN_ENDED;
}
