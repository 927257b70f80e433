/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One PCM `type bli`, and the callbacks by which alsa-lib's ioplug drives it.
 *
 * Which of alsa-lib's locks are held where: start, stop, pointer, transfer,
 * pause and delay run under that of the PCM, the others do not.  So everything
 * here is under a lock of our own, which is never held while a slave may block.
 *
 * What each callback has to do, and what it returns, is alsa-lib's to say: see
 * snd_pcm_ioplug_callback_t.  Errors are negative.
 */
#ifndef BLI_PCM_H
#define BLI_PCM_H

#include "follower.h"
#include "pump.h"
#include "worker.h"

#include <alsa/pcm_external.h>

struct bli_pcm {
	snd_pcm_ioplug_t io;
	snd_pcm_ioplug_callback_t callback;	/* pause depends on the slave */
	struct bli_pcm_settings settings;
	const struct bli_kernel *kernel;
	struct bli_slave slave;
	struct bli_pump pump;
	struct bli_follower follower;
	struct bli_worker worker;
	snd_pcm_uframes_t avail_min, start_threshold, stop_threshold, boundary;
	snd_pcm_uframes_t lead_missing;	/* of the pump's lead, for want of room in the slave */
	bool running;		/* started, and not stopped since */
	bool starved;		/* the slave stopped by an xrun, and the program wants to go on */
	bool slave_drains;
	int fault;		/* of the slave, that the program does not know of yet */
	snd_pcm_uframes_t told;	/* the hardware pointer that alsa-lib knows */
};

static inline struct bli_pcm *bli_pcm_of(const snd_pcm_ioplug_t *io)
{
	return io->private_data;
}

/* ---- parameters: pcm-params.c --------------------------------------------- */

/* Tell ioplug what a program can ask for.  Returns 0 or −errno. */
int bli_pcm_offer(struct bli_pcm *bli, const struct bli_slave_offer *offer);

/*
 * Whether a callback is there tells a program whether the hardware can pause
 * and resume; so those that refuse come when the parameters are set (`ready`).
 */
void bli_pcm_offer_pause(struct bli_pcm *bli, bool ready);

int bli_pcm_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params);
int bli_pcm_hw_free(snd_pcm_ioplug_t *io);
int bli_pcm_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params);

/* ---- running: pcm-running.c, all of it with the lock held ------------------ */

/*
 * Move frames by bli_pump_run() or, after a write, bli_pump_push(), and go on
 * after an xrun where nobody wants to hear of it.  Returns 0 or a fault of the
 * slave, which is not told yet.
 */
int bli_pcm_move(struct bli_pcm *bli, int (*move)(struct bli_pump *pump));

/* Whether an xrun stops nothing: the program wants that, or it is in the rest of a drain, which is worth a gap. */
bool bli_pcm_goes_on_after_xrun(const struct bli_pcm *bli);

/*
 * Take the program's position over, in a callback that runs under alsa-lib's
 * lock.  Its own hardware pointer is what it was told last, unless
 * snd_pcm_reset() has set both positions to 0, which calls nobody.
 */
void bli_pcm_follow(struct bli_pcm *bli);

/* Run the pump if the stream runs.  Returns 0 or the fault, told. */
int bli_pcm_run(struct bli_pcm *bli);

/* What the worker does: run the pump, and wake the program when it can go on. */
void bli_pcm_run_aside(void *object);

/* Make an error of the slave's the fault, and tell it: the program's state changes.  Returns the error. */
int bli_pcm_fail(struct bli_pcm *bli, int error);

/* Stop the slave and the worker, and forget what was wrong. */
void bli_pcm_halt(struct bli_pcm *bli);

/* ---- transport: pcm-transport.c ------------------------------------------- */

int bli_pcm_prepare(snd_pcm_ioplug_t *io);
int bli_pcm_start(snd_pcm_ioplug_t *io);
int bli_pcm_stop(snd_pcm_ioplug_t *io);
snd_pcm_sframes_t bli_pcm_pointer(snd_pcm_ioplug_t *io);
snd_pcm_sframes_t bli_pcm_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
			       snd_pcm_uframes_t size);
int bli_pcm_pause(snd_pcm_ioplug_t *io, int enable);
int bli_pcm_resume(snd_pcm_ioplug_t *io);
int bli_pcm_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay);

/* ---- the end: pcm-drain.c ------------------------------------------------- */

int bli_pcm_drain(snd_pcm_ioplug_t *io);

/*
 * Drain a slave that has all the sound, waiting for its end if the program
 * waits.  Without the lock.  Returns 0, −EAGAIN, −EIO for a slave that stands
 * still, or an error of the slave, told.
 */
int bli_pcm_drain_slave(struct bli_pcm *bli);

/* Whether all has been heard; if so, the program's state becomes SETUP, which one that polls may look at alone. */
bool bli_pcm_finish_drain(struct bli_pcm *bli);

/* ---- poll: pcm-poll.c ----------------------------------------------------- */

int bli_pcm_poll_descriptors_count(snd_pcm_ioplug_t *io);
int bli_pcm_poll_descriptors(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int space);
int bli_pcm_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int count, unsigned short *revents);

#endif
