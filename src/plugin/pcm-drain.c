/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm.h"

#include <errno.h>
#include <time.h>

/* The longest wait for the slave at once, in ms: a program may stop the PCM from another thread. */
enum { DRAIN_STEP_MS = 50 };

static const struct timespec drain_step = { 0, DRAIN_STEP_MS * 1000000L };

/* How long a slave that is being drained may stand still, in ms: as long as the kernel waits for a card. */
enum { DRAIN_STALL_MS = 10000 };

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
		int error = bli_pcm_run(bli);
		bool idle = progress(&bli->pump) == before;

		if (!error && snd_pcm_state(bli->slave.pcm) == SND_PCM_STATE_PREPARED)
			error = snd_pcm_start(bli->slave.pcm);
		if (!error && idle && now_ms() - moved_ms > DRAIN_STALL_MS)
			error = -EIO;
		if (error < 0)
			return bli_pcm_fail(bli, error);
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

int bli_pcm_drain_slave(struct bli_pcm *bli)
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
		bli_pcm_fail(bli, error);
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
	return !error && bli->slave_drains ? bli_pcm_drain_slave(bli) : error;
}

bool bli_pcm_finish_drain(struct bli_pcm *bli)
{
	if (bli->pump.end != BLI_PUMP_ENDED || bli_pump_avail(&bli->pump) < bli->io.buffer_size)
		return false;
	bli_pcm_halt(bli);
	snd_pcm_ioplug_set_state(&bli->io, SND_PCM_STATE_SETUP);
	return true;
}
