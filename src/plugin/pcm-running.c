/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm.h"

#include <errno.h>

/*
 * The slave stopped by an xrun, and the program does not want to be stopped for
 * that: go on, in playback once there is sound.
 */
static int feed_starved(struct bli_pcm *bli)
{
	int error;

	if (bli->pump.playback && bli->pump.appl <= bli->pump.converted && bli->pump.end == BLI_PUMP_ENDLESS)
		return 0;
	error = snd_pcm_prepare(bli->slave.pcm);
	if (error >= 0)
		error = bli_pump_restart(&bli->pump);
	if (error >= 0)
		error = bli_pump_run(&bli->pump);
	if (error >= 0)
		error = snd_pcm_start(bli->slave.pcm);
	bli->starved = error < 0;
	return error < 0 ? bli_slave_fault(&bli->slave, error) : 0;
}

bool bli_pcm_goes_on_after_xrun(const struct bli_pcm *bli)
{
	return bli->running && (bli->pump.end == BLI_PUMP_ENDING ||
				(bli->pump.end == BLI_PUMP_ENDLESS && bli->stop_threshold >= bli->boundary));
}

/* Fill the slave that waits for half of the program's buffer, and start it then. */
static int fill(struct bli_pcm *bli)
{
	int error = bli_pump_run(&bli->pump);

	if (error < 0 || !bli->running || !bli_follower_is_filled(&bli->follower, &bli->pump))
		return error;
	error = snd_pcm_start(bli->slave.pcm);
	if (error >= 0)
		bli_follower_filled(&bli->follower, &bli->pump);
	return error < 0 ? bli_slave_fault(&bli->slave, error) : 0;
}

/* The slave that follows ran dry: it waits until there is half a buffer again, and the program does not hear of it. */
static int refill(struct bli_pcm *bli)
{
	int error = snd_pcm_prepare(bli->slave.pcm);

	bli_follower_refill(&bli->follower, &bli->pump);
	if (error >= 0)
		error = bli_pump_restart(&bli->pump);
	return error < 0 ? bli_slave_fault(&bli->slave, error) : fill(bli);
}

int bli_pcm_move(struct bli_pcm *bli, int (*move)(struct bli_pump *pump))
{
	int error;

	if (bli->follower.state == BLI_FOLLOWER_FILLING)
		return fill(bli);
	error = bli->starved ? feed_starved(bli) : move(&bli->pump);
	if (error != -EPIPE || bli->starved)
		return error;
	if (bli->running && bli->pump.end == BLI_PUMP_ENDLESS && bli_follower_refills(&bli->follower))
		return refill(bli);
	if (bli_pcm_goes_on_after_xrun(bli)) {
		bli->starved = true;
		if (bli->pump.playback && bli->pump.end == BLI_PUMP_ENDLESS)
			bli_pump_complete(&bli->pump);
		return feed_starved(bli);
	}
	if (bli->pump.end != BLI_PUMP_ENDED)
		return error;
	/* an xrun after the last sound */
	bli_pump_complete(&bli->pump);
	return 0;
}

static int run_pump(struct bli_pcm *bli)
{
	int error;

	bli_pump_follow(&bli->pump, bli->io.appl_ptr);
	error = bli_pcm_move(bli, bli_pump_run);
	if (!error)
		bli_follower_steer(&bli->follower, &bli->pump);
	return error;
}

void bli_pcm_follow(struct bli_pcm *bli)
{
	if (bli->told && !bli->io.hw_ptr && !bli->io.appl_ptr) {
		bli_pump_forget(&bli->pump);
		bli->told = 0;
	}
	bli_pump_follow(&bli->pump, bli->io.appl_ptr);
}

/* The state that a fault of the slave is for the program.  ioplug itself makes XRUN of every error. */
static void tell_fault(struct bli_pcm *bli)
{
	snd_pcm_state_t state = bli->fault == -ESTRPIPE ? SND_PCM_STATE_SUSPENDED
				: bli->fault == -ENODEV ? SND_PCM_STATE_DISCONNECTED : SND_PCM_STATE_XRUN;

	if (!bli->fault)
		return;
	bli->running = false;
	bli_worker_switch(&bli->worker, false);
	snd_pcm_ioplug_set_state(&bli->io, state);
}

int bli_pcm_run(struct bli_pcm *bli)
{
	if (bli->running && !bli->fault)
		bli->fault = run_pump(bli);
	tell_fault(bli);
	return bli->fault;
}

void bli_pcm_run_aside(void *object)
{
	struct bli_pcm *bli = object;

	if (bli->running && !bli->fault)
		bli->fault = run_pump(bli);
	if (bli->fault || bli_pump_avail(&bli->pump) >= bli->avail_min || bli->follower.state == BLI_FOLLOWER_FILLING)
		bli_worker_ready(&bli->worker, true);
}

int bli_pcm_fail(struct bli_pcm *bli, int error)
{
	bli->fault = bli_slave_fault(&bli->slave, error);
	tell_fault(bli);
	return error;
}

void bli_pcm_halt(struct bli_pcm *bli)
{
	bli->running = bli->starved = bli->slave_drains = false;
	bli->fault = 0;
	bli_worker_switch(&bli->worker, false);
	snd_pcm_drop(bli->slave.pcm);
}
