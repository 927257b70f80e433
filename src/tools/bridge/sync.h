/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sync: how the two clocks are brought together.
 *
 *	none      they are one: frames pass as they are
 *	timer     the loopback's clock is that of the playback, by snd-aloop's timer_source: the same
 *	pitch     a control element tunes one of them: frames pass as they are
 *	resample  the converter follows
 *
 * Elements that tune: `PCM Rate Shift 100000` of snd-aloop lengthens its periods,
 * in grains of 10 ppm (sound/drivers/aloop.c, frac_pos(): a larger value is a
 * slower clock); `Capture Pitch 1000000` and `Playback Pitch 1000000` of a USB
 * gadget ask the host for more data, or give it more, in grains of 1 ppm
 * (drivers/usb/gadget/function/u_audio.c: a larger value is a faster clock).
 */
#ifndef BLI_BRIDGE_SYNC_H
#define BLI_BRIDGE_SYNC_H

#include <alsa/asoundlib.h>

#include "clocktuner.h"
#include "endpoint.h"
#include "options.h"

struct sync {
	enum bridge_sync mode;		/* never SYNC_AUTO once chosen */
	char reason[160];		/* why it was chosen */
	const char *untunable;		/* the element that sync_run() has given up; kept by sync_open() */
	/* of SYNC_PITCH: */
	snd_ctl_t *ctl;			/* NULL: closed */
	snd_ctl_elem_value_t *value;
	const char *element;		/* its name */
	enum bli_clock_side side;	/* whose clock it tunes */
	long centre, least, most;	/* values of the element: of an untuned clock, and its range */
	int sense;			/* 1: larger is faster, −1: slower */
	long before, written;		/* what it was when opened, and last */
	struct bli_clock_tuner tuner;
	int64_t next_time;		/* when to tune again, ns */
	unsigned astray;		/* times in a row that the latency was far from what was asked for */
};

/*
 * Choose how, as the options ask, for two endpoints that are open, of which the
 * rates to be are given.  *sync is all zeros at first, and may be opened again
 * after sync_close(): then an element that was given up is not tried again.
 * Returns 0, or EXIT_FAILURE after saying why the mode asked for is not
 * possible; sync_close() is harmless then.
 */
int sync_open(struct sync *sync, const struct options *options,
	      const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct endpoint_setup setup[BLI_CLOCK_SIDES]);

/*
 * Tune, if it is time to, as the loop says.  Allocates nothing.  Returns 0;
 * −EBUSY: another program has written the element; −ENOTSUP: tuning has no
 * effect; or another −errno: it cannot be written.  The element is then given
 * up.
 */
int sync_run(struct sync *sync, struct bli_clockloop *loop, int64_t now);

/* Put the element back to what it was, and close.  Harmless on one of all zeros. */
void sync_close(struct sync *sync);

/* The name of a mode, as on the command line. */
const char *sync_name(enum bridge_sync mode);

/*
 * Whether a text of snd-aloop's timer_source, "hw:CARD,DEVICE,SUBDEVICE" with
 * the last two 0 if missing, with or without "hw:", names that timer.
 */
bool sync_names_timer(const char *text, int card, const char *card_id, unsigned device, unsigned subdevice);

#endif
