/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm.h"

#include <errno.h>
#include <time.h>

/* How long a slave that is being resumed is waited for, and how long at a time, in ms. */
enum { RESUME_MS = 1000, RESUME_STEP_MS = 20 };

/* The longest wait for the slave at once while draining, in ms: a program may stop the PCM from another thread. */
enum { DRAIN_STEP_MS = 50 };

/* ---- running: the lock is held ------------------------------------------ */

/* The slave ran dry, and the program does not want to be stopped for that: prepare it again once there is sound. */
static int feed_starved(struct bli_pcm *bli)
{
	int error;

	if (bli->pump.appl <= bli->pump.converted && bli->pump.end == BLI_PUMP_ENDLESS)
		return 0;
	error = snd_pcm_prepare(bli->slave.pcm);
	if (error >= 0)
		error = bli_pump_restart(&bli->pump);
	if (error >= 0)
		error = bli_pump_run(&bli->pump);
	if (error >= 0)
		error = snd_pcm_start(bli->slave.pcm);
	bli->starved = error < 0;
	return error < 0 ? error : 0;
}

/* Fill the slave that waits for half of the program's buffer, and start it then. */
static int fill(struct bli_pcm *bli)
{
	int error = bli_pump_run(&bli->pump);

	if (error < 0 || !bli->running || !bli_follower_is_filled(&bli->follower, &bli->pump))
		return error;
	error = snd_pcm_start(bli->slave.pcm);
	if (error >= 0)
		bli_follower_filled(&bli->follower);
	return error < 0 ? error : 0;
}

/* The slave that follows ran dry: it waits until there is half a buffer again, and the program does not hear of it. */
static int refill(struct bli_pcm *bli)
{
	int error = snd_pcm_prepare(bli->slave.pcm);

	bli_follower_refill(&bli->follower, &bli->pump);
	if (error >= 0)
		error = bli_pump_restart(&bli->pump);
	return error < 0 ? error : fill(bli);
}

static int run_pump(struct bli_pcm *bli)
{
	int error;

	if (bli->starved)
		return feed_starved(bli);
	if (bli->follower.state == BLI_FOLLOWER_FILLING)
		return fill(bli);
	error = bli_pump_run(&bli->pump);
	if (!error)
		bli_follower_steer(&bli->follower, &bli->pump);
	if (error == -EPIPE && bli->running && bli->pump.end == BLI_PUMP_ENDLESS &&
	    bli_follower_refills(&bli->follower))
		return refill(bli);
	if (error == -EPIPE && bli->pump.playback && bli->running && bli->stop_threshold >= bli->boundary &&
	    bli->pump.end == BLI_PUMP_ENDLESS) {
		bli->starved = true;
		bli_pump_complete(&bli->pump);
		return feed_starved(bli);
	}
	return error;
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

/* Run the pump from where alsa-lib says the program is. */
static int follow_and_run(struct bli_pcm *bli)
{
	bli_pump_follow(&bli->pump, bli->io.appl_ptr);
	return run_pump(bli);
}

/* Run the pump if the stream runs.  Returns 0 or the fault, told. */
static int run_and_tell(struct bli_pcm *bli)
{
	if (bli->running && !bli->fault)
		bli->fault = follow_and_run(bli);
	tell_fault(bli);
	return bli->fault;
}

void bli_pcm_run_aside(void *object)
{
	struct bli_pcm *bli = object;

	if (bli->running && !bli->fault && !bli->slave_drains)
		bli->fault = follow_and_run(bli);
	if (bli->fault || bli_pump_avail(&bli->pump) >= bli->avail_min || bli->follower.state == BLI_FOLLOWER_FILLING)
		bli_worker_ready(&bli->worker, true);
}

/* The slave has played all there was, if it was drained. */
static bool slave_is_drained(const struct bli_pcm *bli)
{
	return bli->slave_drains && snd_pcm_state(bli->slave.pcm) != SND_PCM_STATE_DRAINING;
}

/* ---- transport ---------------------------------------------------------- */

int bli_pcm_prepare(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error;

	bli_worker_lock(&bli->worker);
	bli->running = bli->starved = bli->slave_drains = false;
	bli->fault = 0;
	bli_worker_switch(&bli->worker, false);
	bli_worker_ready(&bli->worker, bli->pump.playback);
	snd_pcm_drop(bli->slave.pcm);
	error = snd_pcm_prepare(bli->slave.pcm);
	if (error >= 0)
		error = bli_pump_prepare(&bli->pump);
	bli_follower_prepare(&bli->follower);
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

int bli_pcm_start(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error = 0;

	bli_worker_lock(&bli->worker);
	bli_pump_follow(&bli->pump, io->appl_ptr);
	if (bli->pump.playback && bli->pump.appl <= 0 && bli->stop_threshold < bli->boundary)
		error = -EPIPE;
	else if (bli->pump.playback)
		error = bli_pump_run(&bli->pump);
	if (!error && bli_follower_start(&bli->follower, &bli->pump))
		error = snd_pcm_start(bli->slave.pcm);
	if (error >= 0) {
		bli->running = true;
		bli_worker_switch(&bli->worker, true);
	}
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

int bli_pcm_stop(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_lock(&bli->worker);
	bli->running = bli->starved = bli->slave_drains = false;
	bli_worker_switch(&bli->worker, false);
	bli_worker_ready(&bli->worker, true);
	snd_pcm_drop(bli->slave.pcm);
	bli_worker_unlock(&bli->worker);
	return 0;
}

snd_pcm_sframes_t bli_pcm_pointer(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	snd_pcm_sframes_t hw;

	bli_worker_lock(&bli->worker);
	if (slave_is_drained(bli))
		bli_pump_complete(&bli->pump);
	else
		run_and_tell(bli);
	/* a negative answer would be an xrun whatever it is */
	hw = bli->fault == -EPIPE ? -EPIPE : (snd_pcm_sframes_t)bli_pump_pointer(&bli->pump);
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
		return error;
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
	if (!bli->fault && !bli->slave_drains)
		bli->fault = run_pump(bli);
	if (early && !bli->fault)
		bli->fault = start_early(bli);
}

snd_pcm_sframes_t bli_pcm_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				   snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_lock(&bli->worker);
	bli_pump_follow(&bli->pump, io->appl_ptr);
	if (bli->pump.playback) {
		take(bli, areas, offset, size);
	} else {
		bli_pump_get(&bli->pump, areas, offset, size);
	}
	bli_worker_unlock(&bli->worker);
	/* a fault is told by the next pointer: these frames are taken */
	return (snd_pcm_sframes_t)size;
}

/* Move all that is left into the slave, and wait for it if the program wants to.  The lock is free while it waits. */
static int push_end(struct bli_pcm *bli)
{
	for (;;) {
		int error = run_and_tell(bli);

		if (error)
			return error;
		if (snd_pcm_state(bli->slave.pcm) == SND_PCM_STATE_PREPARED) {
			error = snd_pcm_start(bli->slave.pcm);
			if (error < 0)
				return error;
		}
		if (bli->pump.end == BLI_PUMP_ENDED)
			return 0;
		if (bli->io.nonblock)
			return -EAGAIN;
		bli_worker_unlock(&bli->worker);
		snd_pcm_wait(bli->slave.pcm, DRAIN_STEP_MS);
		bli_worker_lock(&bli->worker);
		if (!bli->running)
			return 0;
	}
}

int bli_pcm_drain(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error = 0;

	bli_worker_lock(&bli->worker);
	bli_pump_follow(&bli->pump, io->appl_ptr);
	if (!bli->pump.playback || bli->pump.appl <= 0) {
		bli_worker_unlock(&bli->worker);
		return 0;
	}
	if (!bli->slave_drains) {
		bli_pump_finish(&bli->pump);
		bli->running = true;
		bli_worker_switch(&bli->worker, true);
		error = push_end(bli);
		bli->slave_drains = !error && bli->running;
	}
	bli_worker_unlock(&bli->worker);
	if (!error && bli->slave_drains) {
		/* the wait for the last sound, without any lock of ours */
		snd_pcm_nonblock(bli->slave.pcm, io->nonblock);
		error = snd_pcm_drain(bli->slave.pcm);
		snd_pcm_nonblock(bli->slave.pcm, 1);
	}
	/* an xrun here is one after the last sound */
	return error == -EPIPE ? 0 : error;
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
	int error = resume_slave(&bli->slave);

	for (unsigned waited_ms = 0; error == -EAGAIN && waited_ms < RESUME_MS; waited_ms += RESUME_STEP_MS) {
		nanosleep(&step, NULL);
		error = resume_slave(&bli->slave);
	}
	bli_worker_lock(&bli->worker);
	bli->fault = error < 0 ? -EPIPE : 0;
	bli->running = error >= 0;
	bli_worker_switch(&bli->worker, bli->running);
	bli_follower_break(&bli->follower);
	snd_pcm_ioplug_set_state(io, error < 0 ? SND_PCM_STATE_XRUN : SND_PCM_STATE_RUNNING);
	bli_worker_unlock(&bli->worker);
	return error;
}

int bli_pcm_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error;

	*delay = 0;
	bli_worker_lock(&bli->worker);
	error = run_and_tell(bli);
	bli_pump_follow(&bli->pump, io->appl_ptr);
	if (!error && bli->pump.open)
		error = bli_pump_delay(&bli->pump, delay);
	bli_worker_unlock(&bli->worker);
	return error;
}

/* ---- poll --------------------------------------------------------------- */

int bli_pcm_poll_descriptors_count(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	return bli->worker.threaded ? 1 : snd_pcm_poll_descriptors_count(bli->slave.pcm);
}

int bli_pcm_poll_descriptors(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int space)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	if (!bli->worker.threaded)
		return snd_pcm_poll_descriptors(bli->slave.pcm, pfds, space);
	if (space < 1)
		return 0;
	*pfds = (struct pollfd){ .fd = bli->worker.ready_fd, .events = POLLIN | POLLERR | POLLNVAL };
	return 1;
}

/* Whether a program that polls is to look. */
static bool is_ready(const struct bli_pcm *bli, bool slave_ready)
{
	const bool still = !bli->running || bli->io.state == SND_PCM_STATE_PAUSED;

	if (bli_pump_avail(&bli->pump) >= bli->avail_min || slave_is_drained(bli))
		return true;
	/* a slave that waits for more; and an end that is all in the slave, which a drain is now to wait for */
	if (bli->follower.state == BLI_FOLLOWER_FILLING ||
	    (bli->pump.end == BLI_PUMP_ENDED && !bli->slave_drains))
		return true;
	/* a slave that is always ready, as a null one, must not keep a poll busy that nothing can end */
	return still && slave_ready;
}

int bli_pcm_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int count, unsigned short *revents)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	const unsigned short event = bli->pump.playback ? POLLOUT : POLLIN;
	unsigned short slave_revents = 0;
	bool ready;

	/* the slave may have something to clear, and may know better than its descriptors; its errors show below */
	if (!bli->worker.threaded)
		snd_pcm_poll_descriptors_revents(bli->slave.pcm, pfds, count, &slave_revents);
	bli_worker_lock(&bli->worker);
	if (slave_is_drained(bli))
		bli_pump_complete(&bli->pump);
	else
		run_and_tell(bli);
	ready = is_ready(bli, slave_revents & event);
	if (!ready)
		bli_worker_ready(&bli->worker, false);
	*revents = bli->fault ? event | POLLERR : ready ? event : 0;
	bli_worker_unlock(&bli->worker);
	return 0;
}
