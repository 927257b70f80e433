/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "endpoint.h"
#include "shared/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#define DESCRIPTORS_MAX 16
#define RESUME_POLL_MS 100
#define SILENCE_FRAMES 256	/* written at a time */
#define SILENCE_BYTES (SILENCE_FRAMES * 64)

int64_t endpoint_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool endpoint_format(struct bli_format *format, snd_pcm_format_t alsa)
{
	bool is_float = snd_pcm_format_float(alsa) == 1;

	if (snd_pcm_format_linear(alsa) != 1 && !is_float)
		return false;
	*format = (struct bli_format){
		.bytes = (unsigned char)(snd_pcm_format_physical_width(alsa) / 8),
		.bits = (unsigned char)snd_pcm_format_width(alsa),
		.is_unsigned = snd_pcm_format_unsigned(alsa) == 1,
		.is_swapped = snd_pcm_format_cpu_endian(alsa) == 0,
		.is_float = is_float,
	};
	return bli_format_valid(format);
}

int endpoint_open(struct endpoint *endpoint, const char *name, enum bli_clock_side side, bool auto_format,
		  bool auto_channels)
{
	int mode = SND_PCM_NONBLOCK | SND_PCM_NO_AUTO_RESAMPLE | (auto_format ? 0 : SND_PCM_NO_AUTO_FORMAT) |
		   (auto_channels ? 0 : SND_PCM_NO_AUTO_CHANNELS);
	int error;

	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->name = name;
	endpoint->side = side;
	error = snd_pcm_open(&endpoint->pcm, name, side == BLI_CLOCK_IN ? SND_PCM_STREAM_CAPTURE :
			     SND_PCM_STREAM_PLAYBACK, mode);
	if (error < 0) {
		endpoint->pcm = NULL;
		return error;
	}
	error = snd_pcm_hw_params_malloc(&endpoint->offered);
	if (error >= 0)
		error = snd_pcm_hw_params_any(endpoint->pcm, endpoint->offered);
	if (error < 0)
		endpoint_close(endpoint);
	return error < 0 ? error : 0;
}

void endpoint_close(struct endpoint *endpoint)
{
	snd_pcm_hw_params_free(endpoint->offered);
	endpoint->offered = NULL;
	if (endpoint->pcm)
		snd_pcm_close(endpoint->pcm);
	endpoint->pcm = NULL;
	endpoint->runs = false;
}

static int restrict_to(const struct endpoint *endpoint, snd_pcm_hw_params_t *params, snd_pcm_format_t format,
		       unsigned rate_hz, unsigned channels)
{
	int error = 0;

	snd_pcm_hw_params_copy(params, endpoint->offered);
	if (format != SND_PCM_FORMAT_UNKNOWN)
		error = snd_pcm_hw_params_set_format(endpoint->pcm, params, format);
	if (error >= 0 && rate_hz)
		error = snd_pcm_hw_params_set_rate(endpoint->pcm, params, rate_hz, 0);
	if (error >= 0 && channels)
		error = snd_pcm_hw_params_set_channels(endpoint->pcm, params, channels);
	return error < 0 ? error : 0;
}

bool endpoint_offers(const struct endpoint *endpoint, snd_pcm_format_t format, unsigned rate_hz, unsigned channels)
{
	snd_pcm_hw_params_t *params;

	snd_pcm_hw_params_alloca(&params);
	return restrict_to(endpoint, params, format, rate_hz, channels) == 0;
}

unsigned endpoint_nearest_rate(const struct endpoint *endpoint, unsigned rate_hz)
{
	snd_pcm_hw_params_t *params;

	snd_pcm_hw_params_alloca(&params);
	snd_pcm_hw_params_copy(params, endpoint->offered);
	return snd_pcm_hw_params_set_rate_near(endpoint->pcm, params, &rate_hz, NULL) < 0 ? 0 : rate_hz;
}

void endpoint_channels(const struct endpoint *endpoint, unsigned *least, unsigned *most)
{
	if (snd_pcm_hw_params_get_channels_min(endpoint->offered, least) < 0)
		*least = 1;
	if (snd_pcm_hw_params_get_channels_max(endpoint->offered, most) < 0)
		*most = *least;
}

/* A capture wakes at each period; a playback never: what it has to be given comes with the capture. */
static int configure_software(struct endpoint *endpoint)
{
	snd_pcm_sw_params_t *params;
	snd_pcm_uframes_t boundary = 0;
	bool captures = endpoint->side == BLI_CLOCK_IN;
	int error;

	snd_pcm_sw_params_alloca(&params);
	error = snd_pcm_sw_params_current(endpoint->pcm, params);
	if (error >= 0)
		error = snd_pcm_sw_params_get_boundary(params, &boundary);
	if (error >= 0)
		error = snd_pcm_sw_params_set_start_threshold(endpoint->pcm, params, boundary);
	if (error >= 0)
		error = snd_pcm_sw_params_set_avail_min(endpoint->pcm, params, captures ?
							endpoint->setup.period_frames :
							endpoint->setup.buffer_frames);
	if (error < 0)
		return error;
	endpoint->stamps_interrupts = snd_pcm_type(endpoint->pcm) == SND_PCM_TYPE_HW &&
		snd_pcm_sw_params_set_tstamp_mode(endpoint->pcm, params, SND_PCM_TSTAMP_ENABLE) >= 0 &&
		snd_pcm_sw_params_set_tstamp_type(endpoint->pcm, params, SND_PCM_TSTAMP_TYPE_MONOTONIC_RAW) >= 0;
	return snd_pcm_sw_params(endpoint->pcm, params);
}

int endpoint_configure(struct endpoint *endpoint, const struct endpoint_setup *setup)
{
	struct endpoint_setup *own = &endpoint->setup;
	snd_pcm_hw_params_t *params;
	int error;

	snd_pcm_hw_params_alloca(&params);
	*own = *setup;
	endpoint->frame_bytes = own->channels * (size_t)snd_pcm_format_physical_width(own->format) / 8;
	error = restrict_to(endpoint, params, own->format, own->rate_hz, own->channels);
	if (error >= 0)
		error = snd_pcm_hw_params_set_access(endpoint->pcm, params, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (error >= 0)
		error = snd_pcm_hw_params_set_period_size_near(endpoint->pcm, params, &own->period_frames, NULL);
	if (error >= 0)
		error = snd_pcm_hw_params_set_buffer_size_near(endpoint->pcm, params, &own->buffer_frames);
	if (error >= 0)
		error = snd_pcm_hw_params(endpoint->pcm, params);
	if (error >= 0)
		error = snd_pcm_hw_params_get_period_size(params, &own->period_frames, NULL);
	if (error >= 0)
		error = snd_pcm_hw_params_get_buffer_size(params, &own->buffer_frames);
	if (error >= 0)
		error = configure_software(endpoint);
	if (error < 0)
		return error;
	return endpoint_prepare(endpoint);
}

int endpoint_prepare(struct endpoint *endpoint)
{
	int error;

	endpoint->frames = 0;
	endpoint->runs = false;
	if (snd_pcm_state(endpoint->pcm) == SND_PCM_STATE_SUSPENDED)
		while (snd_pcm_resume(endpoint->pcm) == -EAGAIN && !interrupt_pending())
			poll(NULL, 0, RESUME_POLL_MS);
	if (snd_pcm_state(endpoint->pcm) == SND_PCM_STATE_RUNNING)
		snd_pcm_drop(endpoint->pcm);
	error = snd_pcm_prepare(endpoint->pcm);
	return error < 0 ? error : 0;
}

int endpoint_start(struct endpoint *endpoint)
{
	int error;

	endpoint->start_time = endpoint_now();
	error = snd_pcm_start(endpoint->pcm);
	endpoint->runs = error >= 0;
	return error < 0 ? error : 0;
}

int endpoint_wait(const struct endpoint *endpoint, double timeout)
{
	struct pollfd descriptors[DESCRIPTORS_MAX];
	int count = snd_pcm_poll_descriptors(endpoint->pcm, descriptors, DESCRIPTORS_MAX);
	unsigned short events = 0;
	int ready;

	if (count <= 0)
		return count < 0 ? count : -EINVAL;
	/* a descriptor may be ready without the PCM being so */
	for (int tries = 0; tries < 1000; tries++) {
		ready = poll(descriptors, (nfds_t)count, (int)(1e3 * timeout));
		if (ready <= 0)
			return ready < 0 && errno != EINTR ? -errno : 0;
		if (snd_pcm_poll_descriptors_revents(endpoint->pcm, descriptors, (unsigned)count, &events) < 0)
			return -ENODEV;
		if (events)
			return 1;
	}
	return 0;
}

static int64_t position(const struct endpoint *endpoint, snd_pcm_uframes_t available)
{
	return endpoint->frames + (endpoint->side == BLI_CLOCK_IN ? (int64_t)available :
				   (int64_t)available - (int64_t)endpoint->setup.buffer_frames);
}

/* The position of the last interrupt and its time, if the kernel has noted it since the start. */
static bool interrupt_stamp(const struct endpoint *endpoint, int64_t *frame, int64_t *time)
{
	snd_pcm_uframes_t available;
	snd_htimestamp_t stamp;

	if (!endpoint->stamps_interrupts || snd_pcm_htimestamp(endpoint->pcm, &available, &stamp) < 0 ||
	    available > endpoint->setup.buffer_frames)
		return false;
	*time = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
	*frame = position(endpoint, available);
	return *time >= endpoint->start_time && *time <= endpoint_now();
}

int endpoint_stamp(struct endpoint *endpoint, int64_t *frame, int64_t *time)
{
	snd_pcm_uframes_t available = 0;
	int error;

	if (interrupt_stamp(endpoint, frame, time))
		return 0;
	error = endpoint_available(endpoint, &available);
	*time = endpoint_now();
	if (!error)
		*frame = position(endpoint, available);
	return error;
}

int endpoint_available(struct endpoint *endpoint, snd_pcm_uframes_t *frames)
{
	snd_pcm_sframes_t available = snd_pcm_avail(endpoint->pcm);

	if (available < 0)
		return (int)available;
	*frames = (snd_pcm_uframes_t)available;
	if (*frames > endpoint->setup.buffer_frames)
		return -EPIPE;
	/* PCMs that are plugins do not fail for that */
	switch (snd_pcm_state(endpoint->pcm)) {
	case SND_PCM_STATE_XRUN:
		return -EPIPE;
	case SND_PCM_STATE_SUSPENDED:
		return -ESTRPIPE;
	case SND_PCM_STATE_DISCONNECTED:
		return -ENODEV;
	default:
		return 0;
	}
}

int endpoint_read(struct endpoint *endpoint, void *samples, snd_pcm_uframes_t *frames)
{
	snd_pcm_sframes_t done = snd_pcm_readi(endpoint->pcm, samples, *frames);

	*frames = done > 0 ? (snd_pcm_uframes_t)done : 0;
	endpoint->frames += (int64_t)*frames;
	return done < 0 && done != -EAGAIN ? (int)done : 0;
}

static int write_silence(struct endpoint *endpoint, snd_pcm_uframes_t *frames)
{
	char silence[SILENCE_BYTES];
	snd_pcm_uframes_t left = *frames, most = SILENCE_BYTES / endpoint->frame_bytes;

	snd_pcm_format_set_silence(endpoint->setup.format, silence, (unsigned)(most * endpoint->setup.channels));
	*frames = 0;
	while (left > 0) {
		snd_pcm_sframes_t done = snd_pcm_writei(endpoint->pcm, silence, left < most ? left : most);

		if (done <= 0)
			return done < 0 && done != -EAGAIN ? (int)done : 0;
		*frames += (snd_pcm_uframes_t)done;
		endpoint->frames += done;
		left -= (snd_pcm_uframes_t)done;
	}
	return 0;
}

int endpoint_write(struct endpoint *endpoint, const void *samples, snd_pcm_uframes_t *frames)
{
	snd_pcm_sframes_t done;

	if (!samples)
		return write_silence(endpoint, frames);
	done = snd_pcm_writei(endpoint->pcm, samples, *frames);
	*frames = done > 0 ? (snd_pcm_uframes_t)done : 0;
	endpoint->frames += (int64_t)*frames;
	return done < 0 && done != -EAGAIN ? (int)done : 0;
}
