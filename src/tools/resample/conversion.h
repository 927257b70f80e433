/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound at one rate into sound at another: periods through the resampler, its delay taken out, its tail flushed. */
#ifndef BLI_CONVERSION_H
#define BLI_CONVERSION_H

#include "ratio.h"
#include "reader.h"
#include "resampler.h"

struct conversion_settings {
	struct ratio factor;		/* output rate : input rate */
	struct bli_requirement requirement;
	double gain;			/* factor, > 0 */
	enum bli_dither_kind dither;
	const struct bli_kernel *kernel;
	unsigned threads;		/* to convert with, if more than one makes no difference to the output */
};

#define CONVERSION_PARTS_MAX 2

/* A resampler whose delay is taken out: its first frame is that of the first input frame. */
struct conversion_part {
	struct bli_resampler resampler;
	size_t lead;		/* frames of silence to put in front of the input */
	size_t drop;		/* output frames to drop yet */
	size_t ready, taken;	/* frames in out, and how many of them have been used */
	size_t in_frame_bytes, out_frame_bytes;
	unsigned char *in, *out;	/* [period frames][channels], interleaved */
};

struct conversion {
	struct ratio factor;	/* as asked for: counts the frames */
	struct ratio ratio[CONVERSION_PARTS_MAX];	/* of the parts; their product is the factor to 1e-9 */
	unsigned parts;		/* one after the other */
	struct conversion_part part[CONVERSION_PARTS_MAX];
	int64_t total;		/* output frames; INT64_MAX until the input has ended */
	int64_t done;		/* output frames handed over */
	struct segments *segments;	/* NULL: converted by the caller's thread */
};

/*
 * Opens a conversion between samples of these types. Returns 0, -ERANGE (the
 * factor), -EINVAL (no filter meets the requirement at this ratio), -ENOMEM;
 * *conversion is closed then.
 */
int conversion_open(struct conversion *conversion, const struct conversion_settings *settings,
		    const struct sound_samples *in, const struct sound_samples *out, unsigned channels);

/*
 * Converts on: *frames are the next output frames, valid until the next call and
 * the caller's to change. Output frame n is at the time of input frame
 * n / factor, and there are round(frames · factor) of them. Returns how many, 0 at the end, or a
 * negative errno with the reason; -EINTR when interrupt_pending().
 */
int64_t conversion_next(struct conversion *conversion, struct reader *reader, void **frames, struct reason *reason);

/* The resampler whose output is the file's. */
const struct bli_resampler *conversion_last(const struct conversion *conversion);

/* Free everything; harmless on a closed one and on one of all zeros. */
void conversion_close(struct conversion *conversion);

#endif
