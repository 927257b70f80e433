/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transfer: from a capture through a converter to a playback, with a clock loop
 * that keeps the latency.  Here it is opened and closed; run.h runs it, and
 * recovery.h keeps it running.
 */
#ifndef BLI_BRIDGE_TRANSFER_H
#define BLI_BRIDGE_TRANSFER_H

#include "clockloop.h"
#include "endpoint.h"
#include "options.h"
#include "status.h"
#include "stream.h"
#include "sync.h"

struct transfer {
	const struct options *options;
	struct endpoint endpoint[BLI_CLOCK_SIDES];
	struct bli_stream stream;
	struct bli_clockloop loop;
	struct sync sync;		/* chosen before transfer_open() */
	bool follows;			/* the loop's deviation is the stream's */
	double latency;			/* s */
	int64_t end_time;		/* of the run, on endpoint_now(), ns; INT64_MAX: none */
	int64_t heard_time;		/* when frames last came, ns */
	double slept;			/* between the last two wake-ups with frames, s */
	/* between the two sides */
	unsigned char *in, *out;	/* [in_size][channels], [out_size][channels], interleaved */
	snd_pcm_uframes_t in_size, out_size;
	snd_pcm_uframes_t held;		/* frames at the start of `in`, read but not yet taken by the stream */
	struct bli_area in_area[BLI_CHANNELS_MAX], out_area[BLI_CHANNELS_MAX];
	int64_t base;			/* capture position of the stream's input frame 0 */
	snd_pcm_uframes_t skip;		/* captured frames that are still to be left out */
	bool stands_still;		/* the capture gives nothing, which has been said */
	bool is_short;			/* the capture has begun anew: silence makes up for what is missing */
	double queued;			/* at the last wake-up, before anything was added, s */
	struct status status;
};

/*
 * Make ready: endpoints are open and configured.  Returns 0, or EXIT_FAILURE
 * after saying what is not possible.
 */
int transfer_open(struct transfer *transfer);

/* Close the endpoints and free everything; harmless on all zeros. */
void transfer_close(struct transfer *transfer);

#endif
