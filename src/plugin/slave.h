/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The slave: the PCM that a PCM `type bli` plays into or records from.
 *
 * It is never waited for: transfers take what there is room for.  Frames are
 * staged in a buffer of the slave's layout, because every slave can be written
 * and read, and not every one mapped.
 *
 * Errors of a slave that is running are of three kinds: −EPIPE (xrun, and all
 * that a new preparation may mend), −ESTRPIPE (suspended), −ENODEV (gone).
 */
#ifndef BLI_SLAVE_H
#define BLI_SLAVE_H

#include "pcm-settings.h"
#include "resampler.h"

#include <alsa/asoundlib.h>

/* Frames that are converted and transferred at a time. */
#define BLI_SLAVE_STAGING_FRAMES 2048

struct bli_slave {
	snd_pcm_t *pcm;
	const struct bli_pcm_settings *settings;
	bool playback;
	bool can_pause, can_resume;
	/* of the hardware parameters, once chosen: */
	snd_pcm_hw_params_t *hw;
	snd_pcm_access_t access;	/* RW_INTERLEAVED or RW_NONINTERLEAVED */
	snd_pcm_format_t format;
	unsigned channels, rate_hz;
	snd_pcm_uframes_t period, buffer;	/* frames */
	unsigned char *samples;		/* [BLI_SLAVE_STAGING_FRAMES][channels], or the other way round */
	size_t sample_bytes;
	snd_pcm_uframes_t staged, staged_at;	/* frames in it that wait for the slave, from staged_at on */
};

/* What the slave can do at most, whatever a program asks for. */
struct bli_slave_offer {
	unsigned channels_min, channels_max;
};

/*
 * Open the slave that the settings name.  `conf` is the compound of our own
 * PCM: it carries how deep PCMs are nested, so that a slave that names itself
 * ends in an error; it is left with nothing but the slave in it.  `settings`
 * must outlive the slave.  Returns 0, or −errno: of opening, mostly after a line
 * by alsa-lib, or −EINVAL after one line if the slave cannot do what the
 * settings ask.  After an error *slave is as after bli_slave_close().
 */
int bli_slave_open(struct bli_slave *slave, const struct bli_pcm_settings *settings, snd_config_t *root,
		   snd_config_t *conf, snd_pcm_stream_t stream, int mode, struct bli_slave_offer *offer);

/* Close and free everything; harmless twice. */
void bli_slave_close(struct bli_slave *slave);

/*
 * Choose access, format, channels and rate for a program's.  Returns 0; −EINVAL
 * after one line on what the slave cannot do, −ENOMEM.
 */
int bli_slave_choose(struct bli_slave *slave, snd_pcm_format_t format, unsigned channels, unsigned rate_hz);

/*
 * Set the chosen parameters, with a period near `period` frames and, if there
 * can be, a buffer of at least `buffer`, unless the settings say otherwise.
 * Returns 0 or −errno after one line; bli_slave_release() is needed in any case.
 */
int bli_slave_set_up(struct bli_slave *slave, snd_pcm_uframes_t period, snd_pcm_uframes_t buffer);

/* Wake whoever polls when `avail_min` frames can be transferred; started only by hand.  0 or −errno. */
int bli_slave_wake_at(struct bli_slave *slave, snd_pcm_uframes_t avail_min);

/* Free the hardware parameters; harmless twice. */
void bli_slave_release(struct bli_slave *slave);

/* ---- while it runs: real-time safe as far as the slave is ----------------- */

/* What an error of one of its functions, or 0, means while it runs: one of the above, or 0. */
int bli_slave_fault(const struct bli_slave *slave, int error);

/* Frames that can be written or read at once, ≥ 0, or one of the errors above. */
snd_pcm_sframes_t bli_slave_avail(struct bli_slave *slave);

/* The staging buffer from frame `first` on: areas[channels]. */
void bli_slave_staging(const struct bli_slave *slave, snd_pcm_uframes_t first, struct bli_area *areas);

/* Write what is staged.  Returns the number of frames written, maybe fewer, or an error. */
snd_pcm_sframes_t bli_slave_write(struct bli_slave *slave);

/* Write `frames` of silence, as many as there is room for.  Returns their number, or an error. */
snd_pcm_sframes_t bli_slave_write_silence(struct bli_slave *slave, snd_pcm_uframes_t frames);

/* Read up to `frames` ≤ BLI_SLAVE_STAGING_FRAMES into the staging buffer.  Returns their number, or an error. */
snd_pcm_sframes_t bli_slave_read(struct bli_slave *slave, snd_pcm_uframes_t frames);

#endif
