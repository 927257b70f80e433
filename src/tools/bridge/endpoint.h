/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Endpoints: one PCM, captured from or played on, without blocking.
 *
 * An endpoint counts its frames since it was last prepared, as do the positions
 * that endpoint_stamp() reports: a capture's is what has been captured, a
 * playback's what has been played.  Counts are 64-bit and in frames of the
 * endpoint.
 *
 * Functions that return an int give 0 or a negative errno, and these mean:
 *  −EPIPE    xrun,
 *  −ESTRPIPE suspended,
 *  any other that the PCM is lost: endpoint_close() and open it again.
 * endpoint_open(), endpoint_configure() and endpoint_close() allocate; nothing
 * else does.
 */
#ifndef BLI_BRIDGE_ENDPOINT_H
#define BLI_BRIDGE_ENDPOINT_H

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stdint.h>

#include "clockloop.h"
#include "sample.h"

/* How a PCM is set up. */
struct endpoint_setup {
	snd_pcm_format_t format;	/* linear or float */
	unsigned rate_hz, channels;
	/* asked for by endpoint_configure(), which replaces them by what there is */
	snd_pcm_uframes_t period_frames, buffer_frames;
};

struct endpoint {
	const char *name;
	enum bli_clock_side side;
	snd_pcm_t *pcm;			/* NULL: closed */
	snd_pcm_hw_params_t *offered;	/* while open: all that it can be set up to */
	struct endpoint_setup setup;	/* once configured */
	size_t frame_bytes;
	bool stamps_interrupts;		/* the kernel notes when it does */
	bool runs;			/* has been started since it was prepared */
	int64_t frames;			/* read or written since then */
	int64_t start_time;		/* ns */
};

/*
 * Open a PCM by its name, which must stay valid, to capture (BLI_CLOCK_IN) or
 * play (BLI_CLOCK_OUT).  With auto_format and auto_channels a `plug` may
 * convert these itself; it never converts the rate.  *endpoint needs no
 * initialisation, and is as after endpoint_close() on an error.  −EBUSY:
 * another program has it.
 */
int endpoint_open(struct endpoint *endpoint, const char *name, enum bli_clock_side side, bool auto_format,
		  bool auto_channels);

/* Close and free; harmless on a closed one and on one of all zeros.  The setup is kept. */
void endpoint_close(struct endpoint *endpoint);

/* Whether an open PCM can be set up to a format, a rate and a number of channels; 0 or UNKNOWN for any. */
bool endpoint_offers(const struct endpoint *endpoint, snd_pcm_format_t format, unsigned rate_hz, unsigned channels);

/* The rate nearest to that which an open PCM can be set up to, Hz; 0 if there is none. */
unsigned endpoint_nearest_rate(const struct endpoint *endpoint, unsigned rate_hz);

/* The numbers of channels an open PCM can be set up to, least and most. */
void endpoint_channels(const struct endpoint *endpoint, unsigned *least, unsigned *most);

/* Set an open PCM up and prepare it.  −EINVAL: it cannot be set up so. */
int endpoint_configure(struct endpoint *endpoint, const struct endpoint_setup *setup);

/* Stop, if it runs, and begin anew with frame 0; from an xrun or suspend too.  Waits where a suspend is not over. */
int endpoint_prepare(struct endpoint *endpoint);

/* Start: a capture at once, a playback once something is written. */
int endpoint_start(struct endpoint *endpoint);

/* Wait until a capture has a period.  Returns 1, 0 after a time without, s, or at a signal; or a negative errno. */
int endpoint_wait(const struct endpoint *endpoint, double timeout);

/*
 * A position and its time, as bli_clockloop_stamp() wants them: of the last
 * interrupt where the kernel notes that, and that nothing has moved since.
 */
int endpoint_stamp(struct endpoint *endpoint, int64_t *frame, int64_t *time);

/* How many frames can be read or written now, into *frames. */
int endpoint_available(struct endpoint *endpoint, snd_pcm_uframes_t *frames);

/* Read or write up to *frames, and tell in *frames how many it were.  A playback's NULL samples are silence. */
int endpoint_read(struct endpoint *endpoint, void *samples, snd_pcm_uframes_t *frames);
int endpoint_write(struct endpoint *endpoint, const void *samples, snd_pcm_uframes_t *frames);

/* Now on the clock of the stamps, ns. */
int64_t endpoint_now(void);

/* An ALSA format in the terms of the core; false if it is none of those that the core knows. */
bool endpoint_format(struct bli_format *format, snd_pcm_format_t alsa);

#endif
