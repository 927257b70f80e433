/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm.h"

#include <errno.h>
#include <time.h>

/* How long a slave that is being resumed is waited for, and how long at a time, in ms. */
enum { RESUME_MS = 1000, RESUME_STEP_MS = 20 };

int bli_pcm_prepare(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error, pump_error;

	bli_worker_lock(&bli->worker);
	bli_pcm_halt(bli);
	bli_worker_ready(&bli->worker, bli->pump.playback);
	bli->told = 0;
	error = snd_pcm_prepare(bli->slave.pcm);
	/* even for a slave that could not: alsa-lib's positions are 0 now */
	pump_error = bli_pump_prepare(&bli->pump);
	if (error >= 0)
		error = pump_error;
	bli_follower_prepare(&bli->follower);
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

int bli_pcm_start(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error = 0;

	bli_worker_lock(&bli->worker);
	bli_pcm_follow(bli);
	if (bli->pump.playback && bli->pump.appl <= 0 && bli->stop_threshold < bli->boundary)
		error = -EPIPE;
	else if (bli->pump.playback)
		error = bli_pump_run(&bli->pump);
	if (!error && bli_follower_start(&bli->follower, &bli->pump))
		error = snd_pcm_start(bli->slave.pcm);
	if (error >= 0) {
		bli->running = true;
		bli_worker_switch(&bli->worker, true);
	} else if (bli_slave_fault(&bli->slave, error) != -EPIPE) {
		bli_pcm_fail(bli, error);
	}
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

int bli_pcm_stop(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_lock(&bli->worker);
	bli_pcm_halt(bli);
	bli_worker_ready(&bli->worker, true);
	bli_worker_unlock(&bli->worker);
	return 0;
}

snd_pcm_sframes_t bli_pcm_pointer(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	snd_pcm_sframes_t hw;

	bli_worker_lock(&bli->worker);
	bli_pcm_follow(bli);
	/* a negative answer would be an xrun whatever it is */
	if (bli_pcm_run(bli) == -EPIPE)
		hw = -EPIPE;
	else
		hw = (snd_pcm_sframes_t)(bli->told = bli_pump_pointer(&bli->pump));
	bli_worker_unlock(&bli->worker);
	return hw;
}

/* Start before alsa-lib would, if it would at all. */
static int start_early(struct bli_pcm *bli)
{
	int error;

	if (bli->start_threshold > bli->io.buffer_size || (uint64_t)bli->pump.appl >= bli->start_threshold)
		return 0;
	bli_follower_start(&bli->follower, &bli->pump);
	error = snd_pcm_start(bli->slave.pcm);
	if (error < 0)
		return bli_slave_fault(&bli->slave, error);
	bli->running = true;
	bli_worker_switch(&bli->worker, true);
	snd_pcm_ioplug_set_state(&bli->io, SND_PCM_STATE_RUNNING);
	return 0;
}

/* Playback: take what the program writes. */
static void take(struct bli_pcm *bli, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
		 snd_pcm_uframes_t size)
{
	const int64_t now = bli->follower.state == BLI_FOLLOWER_OFF ? 0 : bli_follower_now();
	bool early;

	if (bli_follower_leaves_out(&bli->follower, &bli->pump, size)) {
		bli_pump_skip(&bli->pump, size);
		return;
	}
	bli_pump_put(&bli->pump, areas, offset, size);
	early = bli_follower_starts_early(&bli->follower, &bli->pump, size, now);
	bli_follower_wrote(&bli->follower, &bli->pump, now);
	/* before the start too: what the slave has then, it cannot lack at the start */
	if (!bli->fault)
		bli->fault = bli_pcm_move(bli, bli_pump_push);
	if (early && !bli->fault)
		bli->fault = start_early(bli);
}

snd_pcm_sframes_t bli_pcm_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				   snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_lock(&bli->worker);
	bli_pcm_follow(bli);
	if (bli->pump.end != BLI_PUMP_ENDLESS) {
		/* as the kernel says to who writes while it drains */
		bli_worker_unlock(&bli->worker);
		return -EBADFD;
	}
	if (bli->pump.playback)
		take(bli, areas, offset, size);
	else
		bli_pump_get(&bli->pump, areas, offset, size);
	bli_worker_unlock(&bli->worker);
	/* a fault is told by the next pointer: these frames are taken */
	return (snd_pcm_sframes_t)size;
}

int bli_pcm_pause(snd_pcm_ioplug_t *io, int enable)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error;

	bli_worker_lock(&bli->worker);
	if (bli->follower.state == BLI_FOLLOWER_FILLING) {
		/* the slave stands still already, and is not to be started meanwhile */
		bli->running = !enable;
		error = 0;
	} else {
		error = snd_pcm_pause(bli->slave.pcm, enable);
	}
	bli_follower_break(&bli->follower);
	if (error == -EPIPE || error == -ESTRPIPE || error == -ENODEV)
		bli_pcm_fail(bli, error);
	bli_worker_unlock(&bli->worker);
	return error;
}

static int resume_slave(struct bli_slave *slave)
{
	int error = slave->can_resume ? snd_pcm_resume(slave->pcm) : -ENOSYS;

	/* a slave that is an ioplug too may have said yes and done nothing */
	return error >= 0 && snd_pcm_state(slave->pcm) == SND_PCM_STATE_SUSPENDED ? -EAGAIN : error;
}

/*
 * ioplug takes any answer for success and leaves the state as it is.  A slave
 * that cannot resume needs to be prepared, which programs do after an xrun.
 */
int bli_pcm_resume(snd_pcm_ioplug_t *io)
{
	static const struct timespec step = { 0, RESUME_STEP_MS * 1000000L };
	struct bli_pcm *bli = bli_pcm_of(io);
	snd_pcm_state_t state;
	int error;

	/* alsa-lib asks nobody whether it is suspended */
	if (io->state != SND_PCM_STATE_SUSPENDED)
		return -EBADFD;
	error = resume_slave(&bli->slave);
	for (unsigned waited_ms = 0; error == -EAGAIN && waited_ms < RESUME_MS; waited_ms += RESUME_STEP_MS) {
		nanosleep(&step, NULL);
		error = resume_slave(&bli->slave);
	}
	bli_worker_lock(&bli->worker);
	bli->fault = error < 0 ? -EPIPE : 0;
	/* it is again what it was before; one that waits to be filled is prepared, which the program does not know */
	state = snd_pcm_state(bli->slave.pcm);
	if (bli->follower.state == BLI_FOLLOWER_FILLING && state == SND_PCM_STATE_PREPARED)
		state = SND_PCM_STATE_RUNNING;
	if (state != SND_PCM_STATE_PREPARED && state != SND_PCM_STATE_PAUSED && state != SND_PCM_STATE_DRAINING)
		state = SND_PCM_STATE_RUNNING;
	bli->running = error >= 0 && state != SND_PCM_STATE_PREPARED;
	bli_worker_switch(&bli->worker, bli->running);
	bli_follower_break(&bli->follower);
	snd_pcm_ioplug_set_state(io, error < 0 ? SND_PCM_STATE_XRUN : state);
	bli_worker_unlock(&bli->worker);
	return error;
}

int bli_pcm_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error;

	*delay = 0;
	bli_worker_lock(&bli->worker);
	bli_pcm_follow(bli);
	error = bli_pcm_run(bli);
	if (!error && bli->pump.open && !bli->starved)
		error = bli_pump_delay(&bli->pump, delay);
	/* a slave that stands still after an xrun delays nothing */
	if (bli->starved || (error == -EPIPE && bli_pcm_goes_on_after_xrun(bli))) {
		*delay = (snd_pcm_sframes_t)(bli->pump.playback ? bli->pump.appl - bli->pump.converted
								: bli->pump.converted - bli->pump.appl);
		error = 0;
	}
	if (error < 0)
		bli_pcm_fail(bli, error);
	bli_worker_unlock(&bli->worker);
	return error;
}
