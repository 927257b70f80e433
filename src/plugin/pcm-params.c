/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "alsaside.h"
#include "pcm-report.h"
#include "pcm.h"

#include <errno.h>

/* What a program can ask for: wide, but not so wide that one which takes the most waits for seconds. */
enum {
	PERIODS_MIN = 2, PERIODS_MAX = 64,
	PERIOD_MIN_BYTES = 64,
	BUFFER_MAX_FRAMES = 65536, BUFFER_MAX_BYTES = 1 << 22,
};

/* ---- what is offered ---------------------------------------------------- */

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
static int offer_lengths(struct bli_pcm *bli, const struct bli_slave_offer *offer)
{
	/* limits are in bytes, and no period may be less than one frame of the widest samples */
	const unsigned frame = 8 * offer->channels_min;
	const unsigned least = frame < PERIOD_MIN_BYTES ? PERIOD_MIN_BYTES : frame;
	const unsigned wanted = BUFFER_MAX_FRAMES * 4 * offer->channels_max;
	const unsigned most = wanted < BUFFER_MAX_BYTES ? wanted : BUFFER_MAX_BYTES;
	const unsigned fewest = bli->settings.follows ? BLI_FOLLOWER_PERIODS_MIN : PERIODS_MIN;
	unsigned periods[PERIODS_MAX], counts = 0;
	snd_pcm_ioplug_t *io = &bli->io;
	int error;

	for (unsigned count = fewest; count <= PERIODS_MAX; count++)
		periods[counts++] = count;
	error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, least, most / fewest);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES,
							fewest * least, most);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_PERIODS, counts, periods);
	return error;
}

int bli_pcm_offer(struct bli_pcm *bli, const struct bli_slave_offer *offer)
{
	static const unsigned accesses[] = {
		SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
	};
	snd_pcm_ioplug_t *io = &bli->io;
	int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 4, accesses);

	if (error >= 0)
		error = offer_formats(io);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, offer->channels_min,
							offer->channels_max);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, BLI_RATE_MIN_HZ, BLI_RATE_MAX_HZ);
	if (error >= 0)
		error = offer_lengths(bli, offer);
	return error;
}

/* ---- what is set -------------------------------------------------------- */

/* A slave that cannot pause: without a callback ioplug would say yes and go on. */
static int refuse_pause(snd_pcm_ioplug_t *io, int enable)
{
	(void)io;
	(void)enable;
	return -ENOSYS;
}

void bli_pcm_offer_pause(struct bli_pcm *bli, bool ready)
{
	if (!bli->slave.can_pause)
		bli->callback.pause = ready ? refuse_pause : NULL;
	if (!bli->slave.can_resume)
		bli->callback.resume = ready ? bli_pcm_resume : NULL;
}

int bli_pcm_hw_free(snd_pcm_ioplug_t *io)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	bli_worker_end(&bli->worker);
	if (bli->pump.open && bli->settings.converter.verbose)
		bli_pcm_report_end(&bli->settings, &bli->pump, &bli->follower);
	bli_pump_close(&bli->pump);
	bli->follower.state = BLI_FOLLOWER_OFF;
	bli_slave_release(&bli->slave);
	bli->running = bli->starved = bli->slave_drains = false;
	bli->fault = 0;
	bli->lead_missing = 0;
	bli_pcm_offer_pause(bli, false);
	return 0;
}

/* A slave's buffer that cannot be as long as asked for has less lead, but half of its frames at least. */
static void limit_lead(struct bli_pcm *bli, snd_pcm_uframes_t buffer)
{
	const snd_pcm_uframes_t half = bli->slave.buffer / 2;
	snd_pcm_uframes_t most = bli->slave.buffer > buffer + half ? bli->slave.buffer - buffer : half;

	if (bli->pump.lead > most) {
		bli->lead_missing = bli->pump.lead - most;
		bli->pump.lead = most;
	}
}

static int set_up(struct bli_pcm *bli)
{
	const snd_pcm_ioplug_t *io = &bli->io;
	const struct bli_pump_config config = {
		.kernel = bli->kernel,
		.format = io->format,
		.channels = io->channels,
		.rate_hz = io->rate,
		.period = io->period_size,
		.max_deviation = bli->settings.follows ? BLI_FOLLOWER_DEVIATION_MAX : 0,
	};
	struct bli_pump *pump = &bli->pump;
	snd_pcm_uframes_t period, buffer;
	int error;

	/* alsa-lib's smallest choice for many channels; it would count up to a buffer of none for ever */
	if (!io->period_size || !io->buffer_size) {
		bli_log(bli_pcm_subject(&bli->settings), "period of %lu, buffer of %lu frames: allowed are 1 and more",
			io->period_size, io->buffer_size);
		return -EINVAL;
	}
	error = bli_slave_choose(&bli->slave, io->format, io->channels, io->rate);
	if (!error)
		error = bli_pump_open(pump, &bli->slave, &config);
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
	if (bli->settings.follows)
		bli_follower_open(&bli->follower, pump, io->rate, io->period_size);
	if (bli->slave.buffer < buffer) {
		/* four times while the slave's buffer lasts, and twice in a period of the program's */
		unsigned pause_ms = (unsigned)(bli->slave.buffer * 250 / bli->slave.rate_hz);
		unsigned half_ms = (unsigned)(io->period_size * 500 / io->rate);

		pause_ms = half_ms < pause_ms ? half_ms : pause_ms;
		error = bli_worker_start(&bli->worker, bli_pcm_run_aside, bli, pause_ms ? pause_ms : 1);
	}
	if (error)
		bli_log(bli_pcm_subject(&bli->settings), "no thread for a buffer of %lu frames on a slave's of %lu: %s",
			    io->buffer_size, bli->slave.buffer, snd_strerror(error));
	return error;
}

int bli_pcm_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error;

	(void)params;
	bli_pcm_hw_free(io);
	error = set_up(bli);
	if (error) {
		bli_pcm_hw_free(io);
		return error;
	}
	bli_pcm_offer_pause(bli, true);
	if (bli->settings.converter.verbose)
		bli_pcm_report_to_stderr(&bli->settings, &bli->pump, &bli->follower);
	return 0;
}

/*
 * A poll of the slave ends when the program can transfer avail_min frames:
 * in playback when what waits in the slave is no more than what the program's
 * buffer then still holds.  In capture at every period; what comes is kept.
 */
static snd_pcm_uframes_t slave_avail_min(const struct bli_pcm *bli)
{
	const struct bli_slave *slave = &bli->slave;
	snd_pcm_uframes_t left = bli->io.buffer_size > bli->avail_min ? bli->io.buffer_size - bli->avail_min : 0;
	snd_pcm_uframes_t waiting = left * bli->pump.slave_term / bli->pump.program_term;

	if (!bli->pump.playback || waiting >= slave->buffer)
		return slave->period;
	/* a ratio that deviates ends a poll too early, too */
	if (bli->settings.follows)
		waiting -= (snd_pcm_uframes_t)((double)waiting * BLI_FOLLOWER_DEVIATION_MAX);
	/* what a block keeps back beyond the lead would else end the poll too early, again and again */
	waiting = waiting > bli->lead_missing ? waiting - bli->lead_missing : 0;
	return slave->buffer - waiting + (waiting > 0);
}

int bli_pcm_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct bli_pcm *bli = bli_pcm_of(io);
	int error;

	bli_worker_lock(&bli->worker);
	snd_pcm_sw_params_get_avail_min(params, &bli->avail_min);
	if (bli->avail_min > io->buffer_size)
		bli->avail_min = io->buffer_size;
	snd_pcm_sw_params_get_start_threshold(params, &bli->start_threshold);
	snd_pcm_sw_params_get_stop_threshold(params, &bli->stop_threshold);
	snd_pcm_sw_params_get_boundary(params, &bli->boundary);
	bli->pump.boundary = bli->boundary;
	error = bli_slave_wake_at(&bli->slave, slave_avail_min(bli));
	bli_worker_unlock(&bli->worker);
	return error;
}
