/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that is paced by a clock of its own and writes to a PCM "type bli" with sync "writer", in simulated time: the clock
 * that the plugin looks at and the poll by which alsa-lib waits are defined here, and the card is driven by hand to where it is by
 * then. What was played tells when it was written: channel 0 is a sine, channel 1 the number of each frame. Every function ends the
 * running cmocka test where it fails.
 */
#ifndef BLI_TESTS_WRITERHELP_H
#define BLI_TESTS_WRITERHELP_H

#include "handhelp.h"

enum { WRITER_RATE = 44100, WRITER_CARD_RATE = 48000, WRITER_CHUNK_MAX = 4096 };

/* Now, s; and how often alsa-lib has waited, which takes 0.2 ms each time. */
extern double writer_now;
extern unsigned writer_polls;

/* Time is the machine's from here on, and all waits are true; writer_begin() makes it simulated again. */
void writer_be_real(void);

/* Time and the card go on to a time; not back. */
void writer_go_to(double time);

struct writer {
	double ppm;		/* its clock against the card's */
	double jitter;		/* its writes are late by 0 … this, s */
	unsigned chunk;		/* frames at a time */
	unsigned reads;		/* what it reads comes by so many frames: a write waits for the next multiple; 0: for none */
	unsigned period, periods;
	bool nonblocking;
	unsigned start_threshold;	/* frames; 0: the whole buffer */
	const struct hand_card *card;	/* NULL: 48 kHz, S32, stereo, any buffer */
	/* set by writer_begin(): */
	snd_pcm_t *pcm;
	double from;		/* when frame 0 is due, s */
	int64_t written;
};

/* Open the PCM, with `more` in its configuration, on a card that keeps `seconds` of sound. */
void writer_begin(struct writer *writer, double seconds, const char *more);
void writer_end(struct writer *writer);

/* Write the next frames now; all of them must be taken. */
void writer_write(struct writer *writer, unsigned frames);

/* Write until a time: each chunk when its last frame is due, and as late as the jitter says. */
void writer_run(struct writer *writer, double time);

/* A frame of the card's that it plays at a time; good for frames between which it has not stopped. */
struct writer_anchor {
	size_t frame;
	double time;
};

/* The card as it is now, in a stream that must run. */
struct writer_anchor writer_anchor(const struct writer *writer);

/* The card's frame at a time. */
size_t writer_frame_at(const struct writer_anchor *anchor, double time);

/*
 * Which of the program's frames the card played as its frame n, with the fraction: by the sine's phase, and its cycle (44 frames)
 * by the number, which single precision tells to some frames. The phase is that of a least-squares fit to ten cycles around n.
 */
double writer_place(const struct writer *writer, size_t n);

/* Time from when it was due to when it was played, s. */
double writer_latency(const struct writer *writer, const struct writer_anchor *anchor, size_t n);

/* Deviation of the ratio from the nominal one, between two frames that were played. */
double writer_deviation(const struct writer *writer, size_t first, size_t last);

/*
 * A sine of constant frequency ω has x[n+1] − 2 cos ω x[n] + x[n−1] = 0. One whose frequency is off by a factor 1 + d leaves
 * 2 sin ω · ω d · A; where a part of a frame is lost or doubled there is 1/d of that, times the part. The largest in a range …
 */
double writer_roughest(size_t first, size_t last);

/* … and what a deviation of d leaves of it. */
double writer_roughness(double d);

/* The worst SNR of a tenth of a second, each against the frequency that it has on the whole, dB. */
double writer_worst_snr_db(const struct writer *writer, size_t first, size_t last);

/* What the report (`aplay -v`) says after "sync: writer; "; valid until the next call. */
const char *writer_report(const struct writer *writer);

#endif
