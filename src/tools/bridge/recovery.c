/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "recovery.h"
#include "shared/interrupt.h"

#include <errno.h>
#include <poll.h>

#define STALL 2.0		/* s without a frame: the capture stands still, or has to be started again */
#define RETRY_MS 250		/* between two attempts to open a PCM */
#define LATE_PART 0.25		/* of the latency: a wake-up that late is why there is an xrun */

bool recovery_is_over(const struct transfer *transfer)
{
	return interrupt_pending() || endpoint_now() >= transfer->end_time;
}

int recovery_restart(struct transfer *transfer, enum bli_clock_side side)
{
	struct endpoint *endpoint = &transfer->endpoint[side];
	int error = endpoint_prepare(endpoint);

	bli_clockloop_break(&transfer->loop, side);
	if (error || side == BLI_CLOCK_OUT)
		return error;
	/* capture frame 0 is the stream's next input frame, after what is held */
	transfer->base = -(int64_t)(transfer->stream.taken + transfer->held);
	transfer->skip = 0;
	transfer->is_short = true;
	transfer->heard_time = endpoint_now();
	return endpoint_start(endpoint);
}

/* Open a lost PCM again, as it was.  0; −EINVAL: it cannot be set up so; −EINTR: the run is over. */
static int reopen(struct transfer *transfer, enum bli_clock_side side)
{
	struct endpoint *endpoint = &transfer->endpoint[side];
	const struct options *options = transfer->options;
	const struct endpoint_setup setup = endpoint->setup;
	int error = -ENODEV;

	while (error) {
		endpoint_close(endpoint);
		poll(NULL, 0, RETRY_MS);
		if (recovery_is_over(transfer))
			return -EINTR;
		error = endpoint_open(endpoint, options->name[side], side,
				      options->format[side] != SND_PCM_FORMAT_UNKNOWN,
				      options->channels || options->map_count);
		if (!error && !endpoint_offers(endpoint, setup.format, setup.rate_hz, setup.channels)) {
			status_say(&transfer->status, "%s: back again, but not at %u Hz", endpoint->name,
				   setup.rate_hz);
			return -EINVAL;
		}
		if (!error)
			error = endpoint_configure(endpoint, &setup);
		endpoint->setup = setup;
	}
	return 0;
}

/* A side is lost: it is opened again, and the other one begins anew too, for it has not been served meanwhile. */
static int replace(struct transfer *transfer, const struct failure *failure)
{
	const char *name = transfer->options->name[failure->side];
	int error;

	transfer->status.losses++;
	status_say(&transfer->status, "%s: lost (%s); waiting for it", name, snd_strerror(failure->error));
	error = reopen(transfer, failure->side);
	if (error)
		return error;
	status_say(&transfer->status, "%s: back again", name);
	/* its control has gone with it */
	if (transfer->sync.mode == SYNC_PITCH)
		return -EINVAL;
	recovery_restart(transfer, !failure->side);
	return recovery_restart(transfer, failure->side);
}

/* How long a capture gave nothing before the last wake-up, s: slept, less what came in meanwhile. */
static double stood_still(struct transfer *transfer)
{
	struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];
	snd_pcm_uframes_t captured;

	return endpoint_available(in, &captured) ? 0 : transfer->slept - (double)captured / in->setup.rate_hz;
}

/* Told once for each side, with its cause: the source or this program was late, or the card stopped by itself. */
static void report_xrun(struct transfer *transfer, enum bli_clock_side side, double still)
{
	const struct endpoint_setup *in = &transfer->endpoint[BLI_CLOCK_IN].setup;
	const char *const *name = transfer->options->name;
	const char *more = transfer->options->verbose ? "" : "; the status counts more of them";
	double late = transfer->slept - (double)in->period_frames / in->rate_hz;

	if (still > transfer->latency * LATE_PART)
		status_say(&transfer->status, "%s: xrun, %s stood still for %.0f ms%s", name[side],
			   name[BLI_CLOCK_IN], 1e3 * still, more);
	else if (late > transfer->latency * LATE_PART)
		status_say(&transfer->status, "%s: xrun, woken %.0f ms late%s", name[side], 1e3 * late, more);
	else
		status_say(&transfer->status, "%s: xrun by itself%s", name[side], more);
}

static int recover_xrun(struct transfer *transfer, enum bli_clock_side side)
{
	double still = side == BLI_CLOCK_OUT ? stood_still(transfer) : 0;

	if (!transfer->status.xruns[side]++ || transfer->options->verbose)
		report_xrun(transfer, side, still);
	/* its positions go on, but not by the clock that they went by */
	if (still > transfer->latency * LATE_PART)
		bli_clockloop_break(&transfer->loop, BLI_CLOCK_IN);
	return recovery_restart(transfer, side);
}

/* Begin both sides anew: while one is waited for the other is not served. */
static int restart_both(struct transfer *transfer)
{
	int error = recovery_restart(transfer, BLI_CLOCK_OUT);

	return error ? error : recovery_restart(transfer, BLI_CLOCK_IN);
}

static int recover_suspend(struct transfer *transfer, enum bli_clock_side side)
{
	if (!transfer->status.suspends++ || transfer->options->verbose)
		status_say(&transfer->status, "%s: suspended; waiting for it%s", transfer->options->name[side],
			   transfer->options->verbose ? "" : "; the status counts more of them");
	return restart_both(transfer);
}

/* A source that stands still, as a USB gadget whose host plays nothing, is not lost. */
static int recover_stall(struct transfer *transfer)
{
	if (!transfer->stands_still) {
		transfer->status.stalls++;
		status_say(&transfer->status, "%s: stands still; waiting for it",
			   transfer->options->name[BLI_CLOCK_IN]);
	}
	transfer->stands_still = true;
	return restart_both(transfer);
}

int recovery_recover(struct transfer *transfer, const struct failure *failure)
{
	int error = failure->error;

	if (transfer->sync.untunable && transfer->sync.mode == SYNC_PITCH)
		return -EINVAL;
	if (error == -EPIPE)
		error = recover_xrun(transfer, failure->side);
	else if (error == -ESTRPIPE)
		error = recover_suspend(transfer, failure->side);
	else if (error == -ETIMEDOUT)
		error = recover_stall(transfer);
	return error ? replace(transfer, failure) : 0;
}

int recovery_find_fault(struct transfer *transfer)
{
	const struct endpoint *in = &transfer->endpoint[BLI_CLOCK_IN];

	switch (snd_pcm_state(in->pcm)) {
	case SND_PCM_STATE_XRUN:
		return -EPIPE;
	case SND_PCM_STATE_SUSPENDED:
		return -ESTRPIPE;
	case SND_PCM_STATE_RUNNING:
		return endpoint_now() - transfer->heard_time > (int64_t)(1e9 * STALL) ? -ETIMEDOUT : 0;
	default:
		return -ENODEV;
	}
}
