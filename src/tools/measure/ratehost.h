/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens any ALSA rate converter by name and drives it by periods, as the rate
 * plugin of alsa-lib does, without a PCM around it.
 *
 * Signals are double, full scale -1..1, and flat arrays [channels][frames].
 * Nothing here is real-time safe, and one host belongs to one thread. */
#ifndef BLI_RATEHOST_H
#define BLI_RATEHOST_H

#include <alsa/asoundlib.h>
#include <alsa/pcm_rate.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLI_RATEHOST_MAX_CHANNELS 64

struct bli_ratehost;

/* What hw_params would have settled. */
struct bli_ratehost_setup {
	unsigned int in_rate_hz;
	unsigned int out_rate_hz;
	size_t in_period_frames;	/* 1 or more: the ratio honoured is out_period : in_period */
	size_t out_period_frames;
	unsigned int channels;		/* 1..BLI_RATEHOST_MAX_CHANNELS */
	snd_pcm_format_t in_format;	/* linear; what the application side asks for */
	snd_pcm_format_t out_format;
	bool planar;			/* one area after the other instead of interleaved frames;
					 * ignored where the converter takes interleaved ones only */
};

/* Opens converter `name` (letters, digits, '_' and '-') as alsa-lib does: entry point open_conf first,
 * with `conf` (a compound with "name" and the converter's own keys, or NULL), then open, then open in the
 * protocol of old. The object starts without a setup.
 * On failure *host is NULL, `message` (message_size bytes, may be NULL) tells why in one line, and the value is
 * -EINVAL  name not allowed, or entry points missing from the ops of the converter,
 * -ENOENT  no such file in the plugin directory, or it has no entry point of that name,
 * -ELIBBAD the file cannot be loaded,
 * -ENOMEM, or what the converter itself returned. */
int bli_ratehost_open(struct bli_ratehost **host, const char *name, const snd_config_t *conf,
		      char *message, size_t message_size);

/* Frees and closes the converter; NULL is allowed. */
void bli_ratehost_close(struct bli_ratehost *host);

/* hw_params, sw_params and prepare: frees what an earlier call set up, chooses the formats, then calls
 * init, adjust_pitch and reset. Errors leave the host without a setup, to be set up anew or closed:
 * -EINVAL  a value of `setup` out of range, or no format in common with the converter,
 * -ERANGE  a rate outside of those the converter says it supports,
 * -ENOMEM, or what init of the converter returned. */
int bli_ratehost_init(struct bli_ratehost *host, const struct bli_ratehost_setup *setup);

/* hw_free. The host is then without a setup. */
void bli_ratehost_free(struct bli_ratehost *host);

/* prepare. Also clears the count of unwritten frames. */
void bli_ratehost_reset(struct bli_ratehost *host);

/* sw_params. Returns what the converter did (alsa-lib ignores it), 0 where it has no such call. */
int bli_ratehost_adjust_pitch(struct bli_ratehost *host);

/* Converts `periods` periods.
 * in  [channels][periods * in_period_frames], rounded to the asked format and saturated
 * out [channels][periods * out_period_frames]; a frame the converter did not write is returned as 0
 * 0, or -EBADFD without a setup. */
int bli_ratehost_convert(struct bli_ratehost *host, const double *in, double *out, size_t periods);

/* Output frames that no convert call wrote since the last init or reset. Every period is marked before
 * conversion with samples near full scale, so the count is exact for signals that stay below 0.95. */
uint64_t bli_ratehost_unwritten_frames(const struct bli_ratehost *host);

/* CPU time in ns of this thread for converting `periods` periods of noise, samples already in memory.
 * The stream is disturbed: reset before measuring signals. Negative -EBADFD without a setup. */
double bli_ratehost_time(struct bli_ratehost *host, size_t periods);

/* input_frames and output_frames of the converter; `frames` on the other side. */
size_t bli_ratehost_input_frames(struct bli_ratehost *host, size_t frames);
size_t bli_ratehost_output_frames(struct bli_ratehost *host, size_t frames);

/* The formats the converter works in, which are not those asked for where it does not take these. */
snd_pcm_format_t bli_ratehost_in_format(const struct bli_ratehost *host);
snd_pcm_format_t bli_ratehost_out_format(const struct bli_ratehost *host);

/* The text the converter shows for verbose programs; nothing where it has none. */
void bli_ratehost_dump(struct bli_ratehost *host, snd_output_t *output);

/* The converter itself, for tests of single calls. */
const snd_pcm_rate_ops_t *bli_ratehost_ops(const struct bli_ratehost *host);
void *bli_ratehost_object(const struct bli_ratehost *host);
unsigned int bli_ratehost_version(const struct bli_ratehost *host);

#endif
