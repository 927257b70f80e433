/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "slave.h"
#include "alsaside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exported by alsa-lib as every type's entry is, and declared in no header. */
int _snd_pcm_empty_open(snd_pcm_t **pcm, const char *name, snd_config_t *root, snd_config_t *conf,
			snd_pcm_stream_t stream, int mode);

#define LOG(slave, ...) bli_log(bli_pcm_subject((slave)->settings), __VA_ARGS__)

static snd_pcm_format_t unknown(void)
{
	return SND_PCM_FORMAT_UNKNOWN;
}

/* Leave { slave { pcm … } } of the compound, which keeps its place in the nesting. */
static int keep_slave_only(snd_config_t *conf, const snd_config_t *slave_pcm)
{
	snd_config_t *only, *slave = NULL, *pcm = NULL;
	const char *id = NULL;
	int error;

	/* its name goes with the rest, and whoever holds it may look for it */
	snd_config_get_id(conf, &id);
	error = snd_config_make_compound(&only, id, 0);
	if (error < 0)
		return error;
	error = snd_config_make_compound(&slave, "slave", 0);
	if (error >= 0)
		error = snd_config_add(only, slave);
	if (error >= 0)
		error = snd_config_copy(&pcm, (snd_config_t *)slave_pcm);
	if (error >= 0)
		error = snd_config_set_id(pcm, "pcm");
	if (error >= 0)
		error = snd_config_add(slave, pcm);
	if (error < 0) {
		snd_config_delete(only);
		return error;
	}
	return snd_config_substitute(conf, only);
}

static bool has_linear_format(snd_pcm_t *pcm)
{
	snd_pcm_hw_params_t *hw;
	struct bli_format format;
	bool has = false;

	if (snd_pcm_hw_params_malloc(&hw) < 0)
		return true;
	if (snd_pcm_hw_params_any(pcm, hw) < 0)
		has = true;	/* which is told later */
	for (int i = 0; i <= SND_PCM_FORMAT_LAST && !has; i++) {
		bli_format_or_float_from_alsa(&format, (snd_pcm_format_t)i);
		has = bli_format_valid(&format) && snd_pcm_hw_params_test_format(pcm, hw, (snd_pcm_format_t)i) == 0;
	}
	snd_pcm_hw_params_free(hw);
	return has;
}

/*
 * alsa-lib's own way to open a slave, which counts how deep PCMs are nested, is
 * not exported; but "type empty" is just that.
 */
static int open_pcm(struct bli_slave *slave, snd_config_t *root, snd_config_t *conf, snd_pcm_stream_t stream, int mode)
{
	int error = keep_slave_only(conf, slave->settings->slave_pcm);

	if (error < 0) {
		LOG(slave, "out of memory");
		return error;
	}
	mode &= ~SND_PCM_ASYNC;
	/* a rate or format that is not set shall be the card's own, and none that a "plug" would convert once more */
	if (!slave->settings->rate_hz)
		mode |= SND_PCM_NO_AUTO_RESAMPLE;
	if (slave->settings->format != unknown())
		return _snd_pcm_empty_open(&slave->pcm, NULL, root, conf, stream, mode);
	error = _snd_pcm_empty_open(&slave->pcm, NULL, root, conf, stream, mode | SND_PCM_NO_AUTO_FORMAT);
	if (error < 0 || has_linear_format(slave->pcm))
		return error;
	snd_pcm_close(slave->pcm);
	slave->pcm = NULL;
	return _snd_pcm_empty_open(&slave->pcm, NULL, root, conf, stream, mode);
}

static int any_params(struct bli_slave *slave)
{
	int error = snd_pcm_hw_params_any(slave->pcm, slave->hw);

	if (error < 0)
		LOG(slave, "the slave offers nothing: %s", snd_strerror(error));
	return error < 0 ? error : 0;
}

static int ask_rate(struct bli_slave *slave, unsigned rate_hz)
{
	unsigned least = 0, most = 0;
	int dir = 0;

	slave->rate_hz = rate_hz;
	if (slave->settings->rate_hz) {
		slave->rate_hz = slave->settings->rate_hz;
		if (snd_pcm_hw_params_set_rate(slave->pcm, slave->hw, slave->rate_hz, 0) >= 0)
			return 0;
	} else if (snd_pcm_hw_params_set_rate_near(slave->pcm, slave->hw, &slave->rate_hz, &dir) >= 0) {
		return 0;
	}
	snd_pcm_hw_params_get_rate_min(slave->hw, &least, &dir);
	snd_pcm_hw_params_get_rate_max(slave->hw, &most, &dir);
	LOG(slave, "slave.rate = \"%u\": the slave does not have it; allowed are rates of its own, which lie in "
	    "%u to %u Hz", slave->rate_hz, least, most);
	return -EINVAL;
}

static int ask_channels(struct bli_slave *slave, unsigned channels)
{
	unsigned least = 0, most = 0;

	slave->channels = channels;
	if (snd_pcm_hw_params_set_channels(slave->pcm, slave->hw, channels) >= 0)
		return 0;
	snd_pcm_hw_params_get_channels_min(slave->hw, &least);
	snd_pcm_hw_params_get_channels_max(slave->hw, &most);
	LOG(slave, "slave.channels = \"%u\": the slave does not have them; allowed are %u to %u", channels, least,
	    most);
	return -EINVAL;
}

static int ask_access(struct bli_slave *slave)
{
	static const snd_pcm_access_t accesses[] = { SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED };

	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++)
		if (snd_pcm_hw_params_set_access(slave->pcm, slave->hw, accesses[i]) >= 0) {
			slave->access = accesses[i];
			return 0;
		}
	LOG(slave, "the slave can be neither written nor read; allowed are the accesses RW_INTERLEAVED and "
	    "RW_NONINTERLEAVED");
	return -EINVAL;
}

/* What a format is worth: its bits, a float's 25; then this machine's byte order; then fewer bytes. */
static int worth(const struct bli_format *format)
{
	int bits = format->is_float ? 25 : format->bits;

	return (bits * 2 + !format->is_swapped) * 16 + 8 - format->bytes;
}

/* The linear formats that the slave has, for a message. */
static const char *format_names(struct bli_slave *slave, char *names, size_t size)
{
	struct bli_format format;
	size_t used = 0;

	names[0] = '\0';
	for (int i = 0; i <= SND_PCM_FORMAT_LAST && used < size; i++) {
		bli_format_or_float_from_alsa(&format, (snd_pcm_format_t)i);
		if (bli_format_valid(&format) &&
		    snd_pcm_hw_params_test_format(slave->pcm, slave->hw, (snd_pcm_format_t)i) == 0)
			used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "",
						 snd_pcm_format_name((snd_pcm_format_t)i));
	}
	return names;
}

/* The slave's best format; where nothing is converted (`unchanged`), the program's. */
static int ask_format(struct bli_slave *slave, snd_pcm_format_t program, bool unchanged)
{
	struct bli_format format;
	char names[300];
	int best = -1;

	slave->format = slave->settings->format;
	if (slave->format != unknown()) {
		if (snd_pcm_hw_params_set_format(slave->pcm, slave->hw, slave->format) >= 0)
			return 0;
		LOG(slave, "slave.format = \"%s\": the slave does not have it; allowed are %s",
		    snd_pcm_format_name(slave->format), format_names(slave, names, sizeof(names)));
		return -EINVAL;
	}
	if (unchanged && snd_pcm_hw_params_test_format(slave->pcm, slave->hw, program) == 0) {
		slave->format = program;
	} else {
		for (int i = 0; i <= SND_PCM_FORMAT_LAST; i++) {
			bli_format_or_float_from_alsa(&format, (snd_pcm_format_t)i);
			if (!bli_format_valid(&format) || worth(&format) <= best ||
			    snd_pcm_hw_params_test_format(slave->pcm, slave->hw, (snd_pcm_format_t)i) != 0)
				continue;
			best = worth(&format);
			slave->format = (snd_pcm_format_t)i;
		}
	}
	if (slave->format != unknown() && snd_pcm_hw_params_set_format(slave->pcm, slave->hw, slave->format) >= 0)
		return 0;
	LOG(slave, "the slave has no linear PCM format");
	return -EINVAL;
}

/* What the settings ask for is checked at opening already. */
static int check_settings(struct bli_slave *slave, struct bli_slave_offer *offer)
{
	const struct bli_pcm_settings *settings = slave->settings;
	int error = any_params(slave);

	if (!error)
		error = ask_access(slave);
	if (!error && settings->channels)
		error = ask_channels(slave, settings->channels);
	if (!error && settings->format != unknown())
		error = ask_format(slave, unknown(), false);
	if (!error && settings->rate_hz)
		error = ask_rate(slave, 0);
	if (error)
		return error;
	if (snd_pcm_hw_params_get_channels_min(slave->hw, &offer->channels_min) < 0)
		offer->channels_min = 1;
	if (snd_pcm_hw_params_get_channels_max(slave->hw, &offer->channels_max) < 0 ||
	    offer->channels_max > BLI_CHANNELS_MAX)
		offer->channels_max = BLI_CHANNELS_MAX;
	if (offer->channels_min > offer->channels_max) {
		LOG(slave, "the slave has %u channels or more; allowed are 1 to %d", offer->channels_min,
		    BLI_CHANNELS_MAX);
		return -EINVAL;
	}
	slave->can_pause = snd_pcm_hw_params_can_pause(slave->hw) == 1;
	slave->can_resume = snd_pcm_hw_params_can_resume(slave->hw) == 1;
	return 0;
}

int bli_slave_open(struct bli_slave *slave, const struct bli_pcm_settings *settings, snd_config_t *root,
		   snd_config_t *conf, snd_pcm_stream_t stream, int mode, struct bli_slave_offer *offer)
{
	int error;

	memset(slave, 0, sizeof(*slave));
	slave->settings = settings;
	slave->playback = stream == SND_PCM_STREAM_PLAYBACK;
	error = open_pcm(slave, root, conf, stream, mode);
	if (error >= 0) {
		snd_pcm_nonblock(slave->pcm, 1);
		error = snd_pcm_hw_params_malloc(&slave->hw);
	}
	if (error >= 0)
		error = check_settings(slave, offer);
	if (error < 0)
		bli_slave_close(slave);
	return error < 0 ? error : 0;
}

void bli_slave_close(struct bli_slave *slave)
{
	bli_slave_release(slave);
	if (slave->hw)
		snd_pcm_hw_params_free(slave->hw);
	if (slave->pcm)
		snd_pcm_close(slave->pcm);
	memset(slave, 0, sizeof(*slave));
}

int bli_slave_choose(struct bli_slave *slave, snd_pcm_format_t format, unsigned channels, unsigned rate_hz)
{
	int error = any_params(slave);

	if (!error)
		error = ask_access(slave);
	if (!error)
		error = ask_channels(slave, channels);
	if (!error)
		error = ask_rate(slave, rate_hz);
	if (!error)
		error = ask_format(slave, format, slave->rate_hz == rate_hz && !slave->settings->follows);
	if (error)
		return error;
	slave->sample_bytes = (size_t)snd_pcm_format_physical_width(slave->format) / 8;
	free(slave->samples);
	slave->samples = malloc(BLI_SLAVE_STAGING_FRAMES * slave->channels * slave->sample_bytes);
	if (!slave->samples) {
		LOG(slave, "out of memory");
		return -ENOMEM;
	}
	/* touched, so that no page is missing once the slave runs */
	snd_pcm_format_set_silence(slave->format, slave->samples, BLI_SLAVE_STAGING_FRAMES * slave->channels);
	return 0;
}

/* Buffer first, if it can be long enough: a period that is too long costs only time. */
static void ask_lengths(struct bli_slave *slave, snd_pcm_uframes_t period, snd_pcm_uframes_t buffer)
{
	const struct bli_pcm_settings *settings = slave->settings;
	unsigned period_us = settings->period_us, buffer_us = settings->buffer_us;
	snd_pcm_uframes_t least = buffer;
	int dir = 0;

	if (buffer_us)
		snd_pcm_hw_params_set_buffer_time_near(slave->pcm, slave->hw, &buffer_us, &dir);
	else if (snd_pcm_hw_params_set_buffer_size_min(slave->pcm, slave->hw, &least) < 0)
		snd_pcm_hw_params_set_buffer_size_last(slave->pcm, slave->hw, &least);
	dir = 0;
	if (period_us)
		snd_pcm_hw_params_set_period_time_near(slave->pcm, slave->hw, &period_us, &dir);
	else
		snd_pcm_hw_params_set_period_size_near(slave->pcm, slave->hw, &period, &dir);
	if (!buffer_us)
		snd_pcm_hw_params_set_buffer_size_near(slave->pcm, slave->hw, &buffer);
}

int bli_slave_set_up(struct bli_slave *slave, snd_pcm_uframes_t period, snd_pcm_uframes_t buffer)
{
	int error, dir = 0;

	ask_lengths(slave, period, buffer);
	error = snd_pcm_hw_params(slave->pcm, slave->hw);
	if (error >= 0)
		error = snd_pcm_hw_params_get_period_size(slave->hw, &slave->period, &dir);
	if (error >= 0)
		error = snd_pcm_hw_params_get_buffer_size(slave->hw, &slave->buffer);
	if (error < 0) {
		LOG(slave, "the slave does not take %s, %u channels, %u Hz, a period of %lu and a buffer of %lu "
		    "frames: %s", snd_pcm_format_name(slave->format), slave->channels, slave->rate_hz, period, buffer,
		    snd_strerror(error));
		return error;
	}
	return 0;
}

int bli_slave_wake_at(struct bli_slave *slave, snd_pcm_uframes_t avail_min)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary = 0;
	int error = snd_pcm_sw_params_malloc(&sw);

	if (error < 0)
		return error;
	error = snd_pcm_sw_params_current(slave->pcm, sw);
	if (error >= 0)
		error = snd_pcm_sw_params_get_boundary(sw, &boundary);
	if (error >= 0)
		error = snd_pcm_sw_params_set_start_threshold(slave->pcm, sw, boundary);
	if (error >= 0)
		error = snd_pcm_sw_params_set_avail_min(slave->pcm, sw, avail_min);
	if (error >= 0)
		error = snd_pcm_sw_params(slave->pcm, sw);
	snd_pcm_sw_params_free(sw);
	return error;
}

void bli_slave_release(struct bli_slave *slave)
{
	if (slave->pcm)
		snd_pcm_hw_free(slave->pcm);
	free(slave->samples);
	slave->samples = NULL;
	slave->staged = slave->staged_at = 0;
}

/* ---- while it runs ------------------------------------------------------ */

int bli_slave_fault(const struct bli_slave *slave, int error)
{
	switch (snd_pcm_state(slave->pcm)) {
	case SND_PCM_STATE_SUSPENDED:
		return -ESTRPIPE;
	case SND_PCM_STATE_DISCONNECTED:
		return -ENODEV;
	default:
		return error >= 0 ? 0 : error == -ESTRPIPE || error == -ENODEV ? error : -EPIPE;
	}
}

snd_pcm_sframes_t bli_slave_avail(struct bli_slave *slave)
{
	snd_pcm_sframes_t avail = snd_pcm_avail(slave->pcm);
	/* slaves that are ioplugs themselves can tell by their state alone */
	int fault = bli_slave_fault(slave, avail < 0 ? (int)avail : 0);

	return fault ? fault : avail;
}

/* The frame of the staging buffer as the slave's transfers want it: one address, or one for each channel. */
static void transfer_addresses(const struct bli_slave *slave, snd_pcm_uframes_t first, void **addresses)
{
	struct bli_area areas[BLI_CHANNELS_MAX];

	bli_slave_staging(slave, first, areas);
	for (unsigned channel = 0; channel < slave->channels; channel++)
		addresses[channel] = areas[channel].samples;
}

void bli_slave_staging(const struct bli_slave *slave, snd_pcm_uframes_t first, struct bli_area *areas)
{
	const size_t bytes = slave->sample_bytes;
	const bool interleaved = slave->access == SND_PCM_ACCESS_RW_INTERLEAVED;

	for (unsigned channel = 0; channel < slave->channels; channel++)
		areas[channel] = interleaved
			? (struct bli_area){ slave->samples + (first * slave->channels + channel) * bytes,
					     (ptrdiff_t)(slave->channels * bytes) }
			: (struct bli_area){ slave->samples + (channel * BLI_SLAVE_STAGING_FRAMES + first) * bytes,
					     (ptrdiff_t)bytes };
}

static snd_pcm_sframes_t transferred(const struct bli_slave *slave, snd_pcm_sframes_t result)
{
	if (result == -EAGAIN)
		return 0;
	return result < 0 ? bli_slave_fault(slave, (int)result) : result;
}

snd_pcm_sframes_t bli_slave_write(struct bli_slave *slave)
{
	void *addresses[BLI_CHANNELS_MAX];
	snd_pcm_sframes_t done;

	if (!slave->staged)
		return 0;
	transfer_addresses(slave, slave->staged_at, addresses);
	done = transferred(slave, slave->access == SND_PCM_ACCESS_RW_INTERLEAVED
				   ? snd_pcm_writei(slave->pcm, addresses[0], slave->staged)
				   : snd_pcm_writen(slave->pcm, addresses, slave->staged));
	if (done > 0) {
		slave->staged -= (snd_pcm_uframes_t)done;
		slave->staged_at = slave->staged ? slave->staged_at + (snd_pcm_uframes_t)done : 0;
	}
	return done;
}

snd_pcm_sframes_t bli_slave_write_silence(struct bli_slave *slave, snd_pcm_uframes_t frames)
{
	snd_pcm_uframes_t written = 0;

	snd_pcm_format_set_silence(slave->format, slave->samples, BLI_SLAVE_STAGING_FRAMES * slave->channels);
	while (written < frames) {
		snd_pcm_sframes_t done;

		slave->staged_at = 0;
		slave->staged = frames - written;
		if (slave->staged > BLI_SLAVE_STAGING_FRAMES)
			slave->staged = BLI_SLAVE_STAGING_FRAMES;
		done = bli_slave_write(slave);
		slave->staged = slave->staged_at = 0;
		if (done < 0)
			return done;
		if (done == 0)
			break;
		written += (snd_pcm_uframes_t)done;
	}
	return (snd_pcm_sframes_t)written;
}

snd_pcm_sframes_t bli_slave_read(struct bli_slave *slave, snd_pcm_uframes_t frames)
{
	void *addresses[BLI_CHANNELS_MAX];

	transfer_addresses(slave, 0, addresses);
	return transferred(slave, slave->access == SND_PCM_ACCESS_RW_INTERLEAVED
				   ? snd_pcm_readi(slave->pcm, addresses[0], frames)
				   : snd_pcm_readn(slave->pcm, addresses, frames));
}
