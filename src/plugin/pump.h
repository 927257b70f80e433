/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pump: moves frames between a program's ring and a slave through a stream,
 * and knows where each of them is.
 *
 * Playback: program → store → stream → slave.  Capture: slave → stream → store
 * → program.  The store has the program's format and as many frames as its
 * buffer; frame n of the program lies at n modulo that.
 *
 * Positions are in the program's frames since the preparation, 64 bits, unless
 * they are said to be the slave's.  program_term of the program's frames last as
 * long as slave_term of the slave's, exactly.
 *
 * The stream's blocks are half a period at most, 768 frames at the lower rate
 * where periods are long, or the shortest there are.  In playback the slave
 * begins with `lead` frames of silence, as many as the stream may keep back
 * while a block of it is incomplete.  So a program has its whole buffer, however
 * short and however it writes, and is not late before a sound card's would be.
 *
 * One thread at a time.  What runs between preparation and stop neither
 * allocates, locks nor logs, and calls nothing but the slave, which is never
 * waited for.
 */
#ifndef BLI_PUMP_H
#define BLI_PUMP_H

#include "slave.h"
#include "stream.h"

/* How far the end of a playback has come. */
enum bli_pump_end {
	BLI_PUMP_ENDLESS,	/* more is to come */
	BLI_PUMP_ENDING,	/* what is stored, and then the filter's response to it */
	BLI_PUMP_ENDED,		/* all of it is the slave's */
};

struct bli_pump {
	struct bli_slave *slave;
	struct bli_stream stream;
	bool open;		/* the stream is */
	bool playback;
	uint64_t program_term, slave_term;
	unsigned channels;
	size_t sample_bytes;	/* of the program's format */
	snd_pcm_format_t format;
	snd_pcm_uframes_t buffer;	/* the program's, and the store's */
	unsigned char *store;		/* [buffer][channels] */
	snd_pcm_uframes_t lead;	/* the slave's frames */
	double filter_delay;	/* of the stream while no block is begun, its input frames */
	/* positions */
	snd_pcm_uframes_t boundary;	/* where alsa-lib's own wrap */
	snd_pcm_uframes_t appl_seen;	/* alsa-lib's, when `appl` was brought up to date */
	int64_t appl;		/* the program has written, or read, so far */
	int64_t converted;	/* taken from the store (playback), or put into it (capture) */
	int64_t origin;		/* where alsa-lib counts 0, but for its wrap: before our 0 if frames were left out */
	int64_t hw, hw_base;	/* hardware pointer; what it was when the slave was prepared last */
	uint64_t written;	/* by us since the slave was prepared, the slave's frames */
	uint64_t waiting;	/* of these, not played yet when last asked */
	snd_pcm_uframes_t room;	/* for more of them, as far as is known: at least so much */
	/* of a playback whose stream may deviate: the time, and when the slave was asked last */
	int64_t (*now)(void);	/* ns; NULL: nobody wants to know */
	int64_t asked_time;
	enum bli_pump_end end;
	int64_t last;		/* of an end: the position behind its last frame */
	uint64_t silence_left;	/* of an end: frames of silence still to be converted */
};

struct bli_pump_config {
	const struct bli_kernel *kernel;	/* from bli_kernel_find() */
	snd_pcm_format_t format;		/* the program's, as what follows */
	unsigned channels;
	unsigned rate_hz;
	snd_pcm_uframes_t period;		/* frames that it transfers at a time, mostly */
	double max_deviation;			/* of the stream: see struct bli_stream_config */
};

/*
 * Open for a slave with chosen parameters (bli_slave_choose()).  Returns 0; or
 * after one line −EINVAL, −ERANGE or −ENOMEM, as bli_stream_open(); *pump is
 * then as after bli_pump_close().
 */
int bli_pump_open(struct bli_pump *pump, struct bli_slave *slave, const struct bli_pump_config *program);

/* The program's buffer, known after bli_pump_open().  Returns 0 or −ENOMEM after one line. */
int bli_pump_set_buffer(struct bli_pump *pump, snd_pcm_uframes_t buffer);

/* Free everything; harmless twice. */
void bli_pump_close(struct bli_pump *pump);

/* The program's frames in the slave's, rounded up; the other way round, rounded down. */
uint64_t bli_pump_to_slave(const struct bli_pump *pump, uint64_t frames);
uint64_t bli_pump_to_program(const struct bli_pump *pump, uint64_t frames);

/* Begin anew, with a slave that has just been prepared.  Returns 0 or an error of the slave. */
int bli_pump_prepare(struct bli_pump *pump);

/* alsa-lib's position of the program, which may have gone back or forth. */
void bli_pump_follow(struct bli_pump *pump, snd_pcm_uframes_t appl_ptr);

/* The hardware pointer as alsa-lib counts it, in 0 … boundary − 1. */
snd_pcm_uframes_t bli_pump_pointer(const struct bli_pump *pump);

/*
 * After snd_pcm_reset(), which set both of alsa-lib's positions to 0: what was
 * captured and not read is gone, and of what was written the stream's part
 * alone is left.
 */
void bli_pump_forget(struct bli_pump *pump);

/*
 * Playback: keep `frames` of the program's from areas[channels] on `offset`, at
 * its position.  What the stream has already taken (before a rewind) stays as it
 * was.  bli_pump_follow() comes first.
 */
void bli_pump_put(struct bli_pump *pump, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
		  snd_pcm_uframes_t frames);

/*
 * Playback: leave out `frames` that the program has written.  alsa-lib's
 * positions count them, `appl` and `hw` do not.
 */
void bli_pump_skip(struct bli_pump *pump, snd_pcm_uframes_t frames);

/* Capture: give `frames` at the program's position, which stays where it is. */
void bli_pump_get(const struct bli_pump *pump, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
		  snd_pcm_uframes_t frames);

/*
 * Move what can be moved, and update the hardware pointer.  Returns 0, an error
 * of the slave, or −EPIPE if a capturing program has gone back beyond the store.
 */
int bli_pump_run(struct bli_pump *pump);

/*
 * Playback: the same after bli_pump_put(), but the slave is asked for its room
 * only if what it had when last asked does not suffice.
 */
int bli_pump_push(struct bli_pump *pump);

/* Playback: nothing comes after what is stored. */
void bli_pump_finish(struct bli_pump *pump);

/* All has been heard: the hardware pointer comes to where the program is. */
void bli_pump_complete(struct bli_pump *pump);

/* A slave that ran dry, prepared again: go on with what comes next.  Returns 0 or an error of the slave. */
int bli_pump_restart(struct bli_pump *pump);

/* Frames that the program can write, or read. */
snd_pcm_uframes_t bli_pump_avail(const struct bli_pump *pump);

/*
 * Playback: the time from now to when the next frame written will be heard;
 * capture: the time since the next frame to be read was heard.  In frames, the
 * filter's delay and the slave's included.  Returns 0 or an error of the slave.
 */
int bli_pump_delay(struct bli_pump *pump, snd_pcm_sframes_t *delay);

#endif
