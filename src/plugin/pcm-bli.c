/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM `type bli`: callbacks of alsa-lib's ioplug.  Frames are handed to the
 * pump, and what it says is what the program hears; nothing else.
 *
 * Which of alsa-lib's locks are held where: start, stop, pointer, transfer,
 * pause and delay run under that of the PCM, the others do not.  So everything
 * here is under a lock of our own, which is never held while a slave may block.
 */
#include "alsaside.h"
#include "pcm-report.h"
#include "pump.h"
#include "worker.h"

#include <alsa/pcm_external.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What a program can ask for: wide, but not so wide that one which takes the most waits for seconds. */
enum { PERIODS_MIN = 2, PERIODS_MAX = 64, PERIOD_MIN_BYTES = 16, BUFFER_MAX_FRAMES = 65536, BUFFER_MAX_BYTES = 1 << 22 };

/* How long a slave that is being resumed is waited for, and how long at a time, in ms. */
enum { RESUME_MS = 1000, RESUME_STEP_MS = 20 };

/* The longest wait for the slave at once while draining, in ms: a program may stop the PCM from another thread. */
enum { DRAIN_STEP_MS = 50 };

struct pcm_bli {
	snd_pcm_ioplug_t io;
	snd_pcm_ioplug_callback_t callback;	/* pause depends on the slave */
	struct bli_pcm_settings settings;
	const struct bli_kernel *kernel;
	struct bli_slave slave;
	struct bli_pump pump;
	struct bli_worker worker;
	snd_pcm_uframes_t avail_min, stop_threshold, boundary;
	snd_pcm_uframes_t lead_missing;	/* of the pump's lead, for want of room in the slave */
	bool running;		/* started, and not stopped since */
	bool starved;		/* the slave ran dry, and the program wants to go on */
	bool slave_drains;
	int fault;		/* of the slave, that the program does not know of yet */
};

static struct pcm_bli *from_io(const snd_pcm_ioplug_t *io)
{
	return io->private_data;
}

/* ---- running: the lock is held ------------------------------------------ */

/* The slave ran dry, and the program does not want to be stopped for that: prepare it again once there is sound. */
static int feed_starved(struct pcm_bli *bli)
{
	int error;

	if (bli->pump.appl <= bli->pump.converted)
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

static int run_pump(struct pcm_bli *bli)
{
	int error;

	bli_pump_follow(&bli->pump, bli->io.appl_ptr);
	if (bli->starved)
		return feed_starved(bli);
	error = bli_pump_run(&bli->pump);
	if (error == -EPIPE && bli->pump.playback && bli->running && bli->stop_threshold >= bli->boundary &&
	    bli->pump.end == BLI_PUMP_ENDLESS) {
		bli->starved = true;
		bli_pump_complete(&bli->pump);
		return feed_starved(bli);
	}
	return error;
}

/* The state that a fault of the slave is for the program.  ioplug itself makes XRUN of every error. */
static void tell_fault(struct pcm_bli *bli)
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
static int run_and_tell(struct pcm_bli *bli)
{
	if (bli->running && !bli->fault)
		bli->fault = run_pump(bli);
	tell_fault(bli);
	return bli->fault;
}

/* What the worker does. */
static void run_aside(void *object)
{
	struct pcm_bli *bli = object;

	if (bli->running && !bli->fault && !bli->slave_drains)
		bli->fault = run_pump(bli);
	if (bli->fault || bli_pump_avail(&bli->pump) >= bli->avail_min)
		bli_worker_ready(&bli->worker, true);
}

/* The slave has played all there was, if it was drained. */
static bool slave_is_drained(const struct pcm_bli *bli)
{
	return bli->slave_drains && snd_pcm_state(bli->slave.pcm) != SND_PCM_STATE_DRAINING;
}

/* ---- parameters --------------------------------------------------------- */

static int bli_resume(snd_pcm_ioplug_t *io);

/* A slave that cannot pause: without a callback ioplug would say yes and go on. */
static int refuse_pause(snd_pcm_ioplug_t *io, int enable)
{
	(void)io;
	(void)enable;
	return -ENOSYS;
}

/*
 * Whether a callback is there tells a program whether the hardware can pause
 * and resume; so those that refuse come when the parameters are set.
 */
static void offer_pause(struct pcm_bli *bli, bool ready)
{
	if (!bli->slave.can_pause)
		bli->callback.pause = ready ? refuse_pause : NULL;
	if (!bli->slave.can_resume)
		bli->callback.resume = ready ? bli_resume : NULL;
}

static int bli_hw_free(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);

	bli_worker_end(&bli->worker);
	if (bli->pump.open && bli->settings.converter.verbose)
		bli_pcm_report_clipping(&bli->settings, &bli->pump);
	bli_pump_close(&bli->pump);
	bli_slave_release(&bli->slave);
	bli->running = bli->starved = bli->slave_drains = false;
	bli->fault = 0;
	bli->lead_missing = 0;
	offer_pause(bli, false);
	return 0;
}

/* A slave's buffer that cannot be as long as asked for has less lead, but half of its frames at least. */
static void limit_lead(struct pcm_bli *bli, snd_pcm_uframes_t buffer)
{
	const snd_pcm_uframes_t half = bli->slave.buffer / 2;
	snd_pcm_uframes_t most = bli->slave.buffer > buffer + half ? bli->slave.buffer - buffer : half;

	if (bli->pump.lead > most) {
		bli->lead_missing = bli->pump.lead - most;
		bli->pump.lead = most;
	}
}

static int set_up(struct pcm_bli *bli)
{
	const snd_pcm_ioplug_t *io = &bli->io;
	struct bli_pump *pump = &bli->pump;
	snd_pcm_uframes_t period, buffer;
	int error = bli_slave_choose(&bli->slave, io->format, io->channels, io->rate);

	if (!error)
		error = bli_pump_open(pump, &bli->slave, bli->kernel, io->format, io->channels, io->rate);
	if (error)
		return error;
	period = bli_pump_to_slave(pump, io->period_size);
	buffer = bli_pump_to_slave(pump, io->buffer_size);
	error = bli_slave_set_up(&bli->slave, period, buffer + pump->lead);
	if (!error)
		error = bli_pump_set_buffer(pump, io->buffer_size);
	if (error)
		return error;
	limit_lead(bli, buffer);
	if (bli->slave.buffer < buffer) {
		/* four times while the slave's buffer lasts, and twice in a period of the program's */
		unsigned pause_ms = (unsigned)(bli->slave.buffer * 250 / bli->slave.rate_hz);
		unsigned half_ms = (unsigned)(io->period_size * 500 / io->rate);

		pause_ms = half_ms < pause_ms ? half_ms : pause_ms;
		error = bli_worker_start(&bli->worker, run_aside, bli, pause_ms ? pause_ms : 1);
	}
	if (error)
		bli_log(bli_pcm_subject(&bli->settings), "no thread for a buffer of %lu frames on a slave's of %lu: %s",
			    io->buffer_size, bli->slave.buffer, snd_strerror(error));
	return error;
}

static int bli_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	struct pcm_bli *bli = from_io(io);
	int error;

	(void)params;
	bli_hw_free(io);
	error = set_up(bli);
	if (error) {
		bli_hw_free(io);
		return error;
	}
	offer_pause(bli, true);
	if (bli->settings.converter.verbose)
		bli_pcm_report_to_stderr(&bli->settings, &bli->pump);
	return 0;
}

/*
 * A poll of the slave ends when the program can transfer avail_min frames:
 * in playback when what waits in the slave is no more than what the program's
 * buffer then still holds.  In capture at every period; what comes is kept.
 */
static snd_pcm_uframes_t slave_avail_min(const struct pcm_bli *bli)
{
	const struct bli_slave *slave = &bli->slave;
	snd_pcm_uframes_t left = bli->io.buffer_size > bli->avail_min ? bli->io.buffer_size - bli->avail_min : 0;
	snd_pcm_uframes_t waiting = left * bli->pump.slave_term / bli->pump.program_term;

	if (!bli->pump.playback || waiting >= slave->buffer)
		return slave->period;
	/* what a block keeps back beyond the lead would else end the poll too early, again and again */
	waiting = waiting > bli->lead_missing ? waiting - bli->lead_missing : 0;
	return slave->buffer - waiting + (waiting > 0);
}

static int bli_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct pcm_bli *bli = from_io(io);
	int error;

	bli_worker_lock(&bli->worker);
	snd_pcm_sw_params_get_avail_min(params, &bli->avail_min);
	snd_pcm_sw_params_get_stop_threshold(params, &bli->stop_threshold);
	snd_pcm_sw_params_get_boundary(params, &bli->boundary);
	bli->pump.boundary = bli->boundary;
	error = bli_slave_wake_at(&bli->slave, slave_avail_min(bli));
	bli_worker_unlock(&bli->worker);
	return error;
}

/* ---- transport ---------------------------------------------------------- */

static int bli_prepare(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);
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
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

static int bli_start(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);
	int error = 0;

	bli_worker_lock(&bli->worker);
	bli_pump_follow(&bli->pump, io->appl_ptr);
	if (bli->pump.playback && bli->pump.appl <= 0 && bli->stop_threshold < bli->boundary)
		error = -EPIPE;
	else if (bli->pump.playback)
		error = bli_pump_run(&bli->pump);
	if (!error)
		error = snd_pcm_start(bli->slave.pcm);
	if (error >= 0) {
		bli->running = true;
		bli_worker_switch(&bli->worker, true);
	}
	bli_worker_unlock(&bli->worker);
	return error < 0 ? error : 0;
}

static int bli_stop(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);

	bli_worker_lock(&bli->worker);
	bli->running = bli->starved = bli->slave_drains = false;
	bli_worker_switch(&bli->worker, false);
	bli_worker_ready(&bli->worker, true);
	snd_pcm_drop(bli->slave.pcm);
	bli_worker_unlock(&bli->worker);
	return 0;
}

static snd_pcm_sframes_t bli_pointer(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);
	snd_pcm_sframes_t hw;

	bli_worker_lock(&bli->worker);
	if (slave_is_drained(bli))
		bli_pump_complete(&bli->pump);
	else
		run_and_tell(bli);
	/* a negative answer would be an xrun whatever it is */
	hw = bli->fault == -EPIPE ? -EPIPE : (snd_pcm_sframes_t)((snd_pcm_uframes_t)bli->pump.hw % bli->boundary);
	bli_worker_unlock(&bli->worker);
	return hw;
}

static snd_pcm_sframes_t bli_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				      snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct pcm_bli *bli = from_io(io);

	bli_worker_lock(&bli->worker);
	bli_pump_follow(&bli->pump, io->appl_ptr);
	if (bli->pump.playback) {
		bli_pump_put(&bli->pump, areas, offset, size);
		/* before the start too: what the slave has then, it cannot lack at the start */
		if (!bli->fault && !bli->starved && !bli->slave_drains)
			bli->fault = bli_pump_run(&bli->pump);
		else if (bli->starved)
			bli->fault = feed_starved(bli);
	} else {
		bli_pump_get(&bli->pump, areas, offset, size);
	}
	bli_worker_unlock(&bli->worker);
	/* a fault is told by the next pointer: these frames are taken */
	return (snd_pcm_sframes_t)size;
}

/* Move all that is left into the slave, waiting for it if the program wants to.  The lock is held, but while it waits. */
static int push_end(struct pcm_bli *bli)
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

static int bli_drain(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);
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

static int bli_pause(snd_pcm_ioplug_t *io, int enable)
{
	struct pcm_bli *bli = from_io(io);
	int error;

	bli_worker_lock(&bli->worker);
	error = snd_pcm_pause(bli->slave.pcm, enable);
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
static int bli_resume(snd_pcm_ioplug_t *io)
{
	static const struct timespec step = { 0, RESUME_STEP_MS * 1000000L };
	struct pcm_bli *bli = from_io(io);
	int error = resume_slave(&bli->slave);

	for (unsigned waited_ms = 0; error == -EAGAIN && waited_ms < RESUME_MS; waited_ms += RESUME_STEP_MS) {
		nanosleep(&step, NULL);
		error = resume_slave(&bli->slave);
	}
	bli_worker_lock(&bli->worker);
	bli->fault = error < 0 ? -EPIPE : 0;
	bli->running = error >= 0;
	bli_worker_switch(&bli->worker, bli->running);
	snd_pcm_ioplug_set_state(io, error < 0 ? SND_PCM_STATE_XRUN : SND_PCM_STATE_RUNNING);
	bli_worker_unlock(&bli->worker);
	return error;
}

static int bli_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct pcm_bli *bli = from_io(io);
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

static int bli_poll_descriptors_count(snd_pcm_ioplug_t *io)
{
	struct pcm_bli *bli = from_io(io);

	return bli->worker.threaded ? 1 : snd_pcm_poll_descriptors_count(bli->slave.pcm);
}

static int bli_poll_descriptors(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int space)
{
	struct pcm_bli *bli = from_io(io);

	if (!bli->worker.threaded)
		return snd_pcm_poll_descriptors(bli->slave.pcm, pfds, space);
	if (space < 1)
		return 0;
	*pfds = (struct pollfd){ .fd = bli->worker.ready_fd, .events = POLLIN | POLLERR | POLLNVAL };
	return 1;
}

static int bli_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned int count, unsigned short *revents)
{
	struct pcm_bli *bli = from_io(io);
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
	ready = bli_pump_avail(&bli->pump) >= bli->avail_min || slave_is_drained(bli);
	if (!ready)
		bli_worker_ready(&bli->worker, false);
	*revents = bli->fault ? event | POLLERR : ready ? event : 0;
	bli_worker_unlock(&bli->worker);
	return 0;
}

/* ---- channel maps, report, closing -------------------------------------- */

static snd_pcm_chmap_query_t **bli_query_chmaps(snd_pcm_ioplug_t *io)
{
	return snd_pcm_query_chmaps(from_io(io)->slave.pcm);
}

static snd_pcm_chmap_t *bli_get_chmap(snd_pcm_ioplug_t *io)
{
	return snd_pcm_get_chmap(from_io(io)->slave.pcm);
}

static int bli_set_chmap(snd_pcm_ioplug_t *io, const snd_pcm_chmap_t *map)
{
	return snd_pcm_set_chmap(from_io(io)->slave.pcm, map);
}

static void bli_dump(snd_pcm_ioplug_t *io, snd_output_t *out)
{
	struct pcm_bli *bli = from_io(io);

	snd_output_printf(out, "Rate conversion PCM (type bli)\n");
	bli_worker_lock(&bli->worker);
	bli_pcm_report(out, &bli->settings, bli->pump.open ? &bli->pump : NULL);
	if (bli->worker.threaded)
		snd_output_printf(out, "  thread: yes, every %u ms, because the slave's buffer is the shorter one\n",
				  bli->worker.pause_ms);
	bli_worker_unlock(&bli->worker);
	if (bli->pump.open) {
		snd_output_printf(out, "Its setup is:\n");
		snd_pcm_dump_setup(io->pcm, out);
	}
	snd_output_printf(out, "Slave: ");
	snd_pcm_dump(bli->slave.pcm, out);
}

static void free_bli(struct pcm_bli *bli)
{
	bli_worker_close(&bli->worker);
	bli_pump_close(&bli->pump);
	bli_slave_close(&bli->slave);
	bli_pcm_settings_free(&bli->settings);
	free(bli);
}

static int bli_close(snd_pcm_ioplug_t *io)
{
	free_bli(from_io(io));
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = bli_start,
	.stop = bli_stop,
	.pointer = bli_pointer,
	.transfer = bli_transfer,
	.close = bli_close,
	.hw_params = bli_hw_params,
	.hw_free = bli_hw_free,
	.sw_params = bli_sw_params,
	.prepare = bli_prepare,
	.drain = bli_drain,
	.pause = bli_pause,
	.resume = bli_resume,
	.poll_descriptors_count = bli_poll_descriptors_count,
	.poll_descriptors = bli_poll_descriptors,
	.poll_revents = bli_poll_revents,
	.dump = bli_dump,
	.delay = bli_delay,
	.query_chmaps = bli_query_chmaps,
	.get_chmap = bli_get_chmap,
	.set_chmap = bli_set_chmap,
};

/* ---- opening ------------------------------------------------------------ */

static int offer_formats(snd_pcm_ioplug_t *io)
{
	unsigned formats[SND_PCM_FORMAT_LAST + 1], count = 0;

	for (unsigned i = 0; i <= SND_PCM_FORMAT_LAST; i++) {
		struct bli_format format;

		bli_format_or_float_from_alsa(&format, (snd_pcm_format_t)i);
		if (bli_format_valid(&format))
			formats[count++] = i;
	}
	return snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, count, formats);
}

/* A list of periods and not a range, so that where a whole number of them fits, it is taken. */
static int offer_lengths(snd_pcm_ioplug_t *io, unsigned channels)
{
	const unsigned wanted = BUFFER_MAX_FRAMES * 4 * channels;
	const unsigned most = wanted < BUFFER_MAX_BYTES ? wanted : BUFFER_MAX_BYTES;
	unsigned periods[PERIODS_MAX - PERIODS_MIN + 1];
	int error;

	for (unsigned i = 0; i < PERIODS_MAX - PERIODS_MIN + 1; i++)
		periods[i] = PERIODS_MIN + i;
	error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, PERIOD_MIN_BYTES, most / PERIODS_MIN);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, PERIODS_MIN * PERIOD_MIN_BYTES, most);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_PERIODS, PERIODS_MAX - PERIODS_MIN + 1, periods);
	return error;
}

static int offer_params(snd_pcm_ioplug_t *io, const struct bli_slave_offer *offer)
{
	static const unsigned accesses[] = {
		SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
	};
	int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 4, accesses);

	if (error >= 0)
		error = offer_formats(io);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, offer->channels_min,
							offer->channels_max);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, BLI_RATE_MIN_HZ, BLI_RATE_MAX_HZ);
	if (error >= 0)
		error = offer_lengths(io, offer->channels_max);
	return error;
}

static int create(struct pcm_bli *bli, const char *name, snd_pcm_stream_t stream, int mode,
		  const struct bli_slave_offer *offer)
{
	int error;

	bli->callback = callbacks;
	offer_pause(bli, false);
	bli->io.version = SND_PCM_IOPLUG_VERSION;
	bli->io.name = "Sample-rate conversion by bandlimited interpolation";
	bli->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
	bli->io.poll_fd = -1;
	bli->io.callback = &bli->callback;
	bli->io.private_data = bli;
	error = snd_pcm_ioplug_create(&bli->io, name, stream, mode);
	if (error < 0) {
		free_bli(bli);
		return error;
	}
	/* ioplug learns only of changes */
	bli->io.nonblock = (mode & SND_PCM_NONBLOCK) != 0;
	error = offer_params(&bli->io, offer);
	if (error < 0)
		snd_pcm_ioplug_delete(&bli->io);	/* closes and frees */
	return error;
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(bli)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
			      snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(bli)
{
	struct pcm_bli *bli = calloc(1, sizeof(*bli));
	struct bli_slave_offer offer;
	int error = bli ? bli_worker_init(&bli->worker) : -ENOMEM;

	if (error) {
		SNDERR("pcm \"%s\": %s", name ? name : "bli", snd_strerror(error));
		free(bli);
		return error;
	}
	error = bli_pcm_settings_read(&bli->settings, name, root, conf);
	if (!error) {
		bli->kernel = bli_kernel_from_environment(bli_pcm_subject(&bli->settings));
		error = bli_slave_open(&bli->slave, &bli->settings, root, conf, stream, mode, &offer);
	}
	if (error < 0) {
		free_bli(bli);
		return error;
	}
	error = create(bli, name, stream, mode, &offer);
	if (error >= 0)
		*pcmp = bli->io.pcm;
	return error < 0 ? error : 0;
}

SND_PCM_PLUGIN_SYMBOL(bli);
