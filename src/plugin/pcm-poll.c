/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcm.h"

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
	bli_pcm_run(bli);
	if (io->state == SND_PCM_STATE_DRAINING) {
		ready = bli_pcm_finish_drain(bli);
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
		bli_pcm_drain_slave(bli);
	return 0;
}
