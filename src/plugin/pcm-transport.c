/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm.h"

#include <errno.h>
#include <time.h>

/* How long a slave that is being resumed is waited for, and how long at a time, in ms. */
enum { RESUME_MS = 1000, RESUME_STEP_MS = 20 };

/* The longest wait for the slave at once while draining, in ms: a program may stop the PCM from another thread. */
enum { DRAIN_STEP_MS = 50 };

static const struct timespec drain_step = { 0, DRAIN_STEP_MS * 1000000L };

/* How long a slave that is being drained may stand still, in ms: as long as the kernel waits for a card. */
enum { DRAIN_STALL_MS = 10000 };

/* ---- running: the lock is held ------------------------------------------ */

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

/* Besides, the rest of a drain is worth a gap. */
static bool goes_on_after_xrun(const struct bli_pcm *bli)
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

/* By bli_pump_run() or, after a write, bli_pump_push(). */
static int move_frames(struct bli_pcm *bli, int (*move)(struct bli_pump *pump))
{
	int error;

	if (bli->follower.state == BLI_FOLLOWER_FILLING)
		return fill(bli);
	error = bli->starved ? feed_starved(bli) : move(&bli->pump);
	if (error != -EPIPE || bli->starved)
		return error;
	if (bli->running && bli->pump.end == BLI_PUMP_ENDLESS && bli_follower_refills(&bli->follower))
		return refill(bli);
	if (goes_on_after_xrun(bli)) {
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
	error = move_frames(bli, bli_pump_run);
	if (!error)
		bli_follower_steer(&bli->follower, &bli->pump);
	return error;
}

/*
 * The program's position, in a callback that runs under alsa-lib's lock.  Its
 * own hardware pointer is what it was told last, unless snd_pcm_reset() has set
 * both positions to 0, which calls nobody.
 */
static void follow_program(struct bli_pcm *bli)
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

/* Run the pump if the stream runs.  Returns 0 or the fault, told. */
static int run_and_tell(struct bli_pcm *bli)
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

/* Set a fault and tell it; returns the error. */
static int fail(struct bli_pcm *bli, int error)
{
	bli->fault = bli_slave_fault(&bli->slave, error);
	tell_fault(bli);
	return error;
}

static void halt(struct bli_pcm *bli)
{
	bli->running = bli->starved = bli->slave_drains = false;
	bli->fault = 0;
	bli_worker_switch(&bli->worker, false);
	snd_pcm_drop(bli->slave.pcm);
}

/* ---- transport ---------------------------------------------------------- */

int bli_pcm_prepare(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error, pump_error;

	bli_worker_lock(&bli->worker);
	halt(bli);
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
	follow_program(bli);
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
		fail(bli, error);
	}
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

int bli_pcm_stop(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_lock(&bli->worker);
	halt(bli);
	bli_worker_ready(&bli->worker, true);
	bli_worker_unlock(&bli->worker);
	return 0;
}

snd_pcm_sframes_t bli_pcm_pointer(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	snd_pcm_sframes_t hw;

	bli_worker_lock(&bli->worker);
	follow_program(bli);
	/* a negative answer would be an xrun whatever it is */
	if (run_and_tell(bli) == -EPIPE)
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
		bli->fault = move_frames(bli, bli_pump_push);
	if (early && !bli->fault)
		bli->fault = start_early(bli);
}

snd_pcm_sframes_t bli_pcm_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				   snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_lock(&bli->worker);
	follow_program(bli);
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

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait for the slave, without the lock; false if it is not ready in time. */
static bool wait_for_slave(struct bli_pcm *bli)
{
	int ready;

	bli_worker_unlock(&bli->worker);
	ready = snd_pcm_wait(bli->slave.pcm, DRAIN_STEP_MS);
	bli_worker_lock(&bli->worker);
	return ready != 0;
}

/* Sleep for one that says that it is ready and has no room. */
static void sleep_for_slave(struct bli_pcm *bli)
{
	bli_worker_unlock(&bli->worker);
	nanosleep(&drain_step, NULL);
	bli_worker_lock(&bli->worker);
}

/* A figure that changes whenever something is moved. */
static int64_t progress(const struct bli_pump *pump)
{
	return pump->converted - (int64_t)pump->silence_left - (int64_t)pump->slave->staged;
}

/* Move all that is left into the slave, and wait for it if the program wants to. */
static int push_end(struct bli_pcm *bli)
{
	int64_t moved_ms = now_ms();
	bool ready = false;

	for (;;) {
		const int64_t before = progress(&bli->pump);
		int error = run_and_tell(bli);
		bool idle = progress(&bli->pump) == before;

		if (!error && snd_pcm_state(bli->slave.pcm) == SND_PCM_STATE_PREPARED)
			error = snd_pcm_start(bli->slave.pcm);
		if (!error && idle && now_ms() - moved_ms > DRAIN_STALL_MS)
			error = -EIO;
		if (error < 0)
			return fail(bli, error);
		if (bli->pump.end == BLI_PUMP_ENDED)
			return 0;
		if (bli->io.nonblock)
			return -EAGAIN;
		if (!idle)
			moved_ms = now_ms();
		else if (ready)
			sleep_for_slave(bli);
		ready = wait_for_slave(bli);
		if (!bli->running)
			return 0;
	}
}

/* The wait for the last sound, without any lock of ours. */
static int drain_slave(struct bli_pcm *bli)
{
	const int64_t begin_ms = now_ms(), most_ms = DRAIN_STALL_MS + (int64_t)bli->slave.buffer * 1000 / bli->slave.rate_hz;
	int error;

	snd_pcm_nonblock(bli->slave.pcm, bli->io.nonblock);
	/* some slaves never wait */
	while ((error = snd_pcm_drain(bli->slave.pcm)) == -EAGAIN && !bli->io.nonblock &&
	       snd_pcm_state(bli->slave.pcm) == SND_PCM_STATE_DRAINING && now_ms() - begin_ms < most_ms)
		nanosleep(&drain_step, NULL);
	snd_pcm_nonblock(bli->slave.pcm, 1);
	/* the kernel's nonblocking drain says so to its end and after it: sound/core/pcm_native.c, snd_pcm_drain() */
	if (error == -EAGAIN && snd_pcm_state(bli->slave.pcm) != SND_PCM_STATE_DRAINING)
		error = 0;
	if (error == -EAGAIN && !bli->io.nonblock)
		error = -EIO;
	if (error >= 0 || error == -EAGAIN)
		return error;
	bli_worker_lock(&bli->worker);
	/* an xrun here is one after the last sound; and another thread may have stopped it */
	if (!bli->running || (error == -EPIPE && bli_slave_fault(&bli->slave, error) == -EPIPE))
		error = 0;
	else
		fail(bli, error);
	bli_worker_unlock(&bli->worker);
	return error;
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
	return !error && bli->slave_drains ? drain_slave(bli) : error;
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
		fail(bli, error);
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
	follow_program(bli);
	error = run_and_tell(bli);
	if (!error && bli->pump.open && !bli->starved)
		error = bli_pump_delay(&bli->pump, delay);
	/* a slave that stands still after an xrun delays nothing */
	if (bli->starved || (error == -EPIPE && goes_on_after_xrun(bli))) {
		*delay = (snd_pcm_sframes_t)(bli->pump.playback ? bli->pump.appl - bli->pump.converted
								: bli->pump.converted - bli->pump.appl);
		error = 0;
	}
	if (error < 0)
		fail(bli, error);
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

/* Who waits for the end of a drain may look at the state alone. */
static bool end_drained(struct bli_pcm *bli)
{
	if (bli->pump.end != BLI_PUMP_ENDED || bli_pump_avail(&bli->pump) < bli->io.buffer_size)
		return false;
	halt(bli);
	snd_pcm_ioplug_set_state(&bli->io, SND_PCM_STATE_SETUP);
	return true;
}

int bli_pcm_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int count, unsigned short *revents)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	const unsigned short event = bli->pump.playback ? POLLOUT : POLLIN;
	unsigned short slave_revents = 0;
	bool still, ready, drain = false;

	/* the slave may have something to clear, and may know better than its descriptors; its errors show below */
	if (!bli->worker.threaded)
		snd_pcm_poll_descriptors_revents(bli->slave.pcm, pfds, count, &slave_revents);
	bli_worker_lock(&bli->worker);
	run_and_tell(bli);
	if (io->state == SND_PCM_STATE_DRAINING) {
		ready = end_drained(bli);
		/* so that the slave is not ready for more, which it would be again and again */
		drain = !ready && !bli->fault && io->nonblock && bli->pump.end == BLI_PUMP_ENDED && !bli->slave_drains;
		bli->slave_drains |= drain;
	} else {
		/* a slave that is always ready, as a null one, must not keep a poll busy that nothing can end */
		still = !bli->running || io->state == SND_PCM_STATE_PAUSED;
		ready = bli_pump_avail(&bli->pump) >= bli->avail_min || (still && (slave_revents & event)) ||
			bli->follower.state == BLI_FOLLOWER_FILLING;
	}
	if (!ready)
		bli_worker_ready(&bli->worker, false);
	*revents = bli->fault ? event | POLLERR : ready ? event : 0;
	bli_worker_unlock(&bli->worker);
	if (drain)
		drain_slave(bli);
	return 0;
}
