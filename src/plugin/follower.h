/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The follower: lets the ratio of a playback follow a program that is paced by
 * another clock than the slave's, as a pipe from another card or a receiver is.
 *
 *	program ─→ pump ─→ slave		frames
 *	   │  writes         │ positions
 *	   └──→ clock loop ←─┘			times
 *	            │
 *	            └──→ deviation of the pump's stream
 *
 * The slave starts when the program's buffer is half full, in whole periods, and
 * from then on a clock loop (clockloop.h) keeps the latency that this gave.  It is
 * told when the program wrote and where the slave is; times are CLOCK_MONOTONIC.
 *
 * Where the program stops writing the slave runs dry, and waits until the buffer
 * is half full again; the program is not told.  If what it had not written in
 * the meantime comes all at once, as much as the silence lasted is left out, so
 * that the latency is what it was.
 *
 * A program that nearly fills its buffer waits for room, so the slave's own
 * clock paces it (an ordinary player): then the nominal ratio holds until the
 * next preparation, and the program is told of everything as without a follower.
 *
 * One thread at a time.  Everything but opening is real-time safe.
 */
#ifndef BLI_FOLLOWER_H
#define BLI_FOLLOWER_H

#include "clockloop.h"
#include "pump.h"

/*
 * The largest deviation that a stream needs: the clock of a program may be off by ±1000 ppm against the slave's, as one
 * that is tuned or cheap is, and the loop corrects with the 200 ppm beyond (clockloop.h).
 */
#define BLI_FOLLOWER_DEVIATION_MAX 1.2e-3

/* Periods in a program's buffer, at least: half of it must outlast a period and its lateness. */
#define BLI_FOLLOWER_PERIODS_MIN 4

enum bli_follower_state {
	BLI_FOLLOWER_OFF,	/* not asked for */
	BLI_FOLLOWER_PREPARED,	/* not started yet */
	BLI_FOLLOWER_FILLING,	/* started, but the slave waits for half a buffer */
	BLI_FOLLOWER_FOLLOWING,
	BLI_FOLLOWER_FROZEN,	/* at the nominal ratio: the program goes by the slave's clock */
};

struct bli_follower {
	enum bli_follower_state state;
	struct bli_clockloop loop;
	double rate_hz, slave_rate_hz;
	double latency;			/* nominal, s */
	snd_pcm_uframes_t level;	/* frames of the program's that the slave starts with */
	int64_t fill_from;		/* position of the program when filling began */
	int64_t write_time;		/* of the last write, ns; 0: none */
	int64_t run_time;		/* of the last run of the loop, ns */
	int64_t dry_time;		/* when the slave ran dry, ns; 0: it has not */
	snd_pcm_uframes_t late;		/* frames that may still be left out */
	unsigned refills;		/* since the parameters were set */
	uint64_t left_out;		/* frames since then */
};

/* Now, in ns of CLOCK_MONOTONIC.  Real-time safe: no system call where the kernel has it in the process (vDSO). */
int64_t bli_follower_now(void);

/*
 * Begin, with a pump that is open and has its buffer, for a program's rate and period (of which the buffer has
 * BLI_FOLLOWER_PERIODS_MIN); the pump then takes the times of the slave's positions.  State PREPARED.
 */
void bli_follower_open(struct bli_follower *follower, struct bli_pump *pump, unsigned rate_hz,
		       snd_pcm_uframes_t period);

/* The pump has been prepared: begin anew, knowing nothing.  No effect if off, as all below. */
void bli_follower_prepare(struct bli_follower *follower);

/*
 * Playback is to start.  True: so is the slave, now; false: it is to wait until
 * bli_follower_is_filled() (state FILLING).
 */
bool bli_follower_start(struct bli_follower *follower, const struct bli_pump *pump);

/* The slave has enough to be started, or nothing more will come. */
bool bli_follower_is_filled(const struct bli_follower *follower, const struct bli_pump *pump);

/* The slave has been started after filling. */
void bli_follower_filled(struct bli_follower *follower, const struct bli_pump *pump);

/* The slave has run dry, and the pump is going to be restarted: state FILLING. */
void bli_follower_refill(struct bli_follower *follower, const struct bli_pump *pump);

/*
 * A program that leaves the start to alsa-lib would be started with a full
 * buffer.  Whether it is to be started before, now that it has written `frames`
 * more: it has half a buffer, and did not write them as fast as it could.  To be
 * asked before bli_follower_wrote().
 */
bool bli_follower_starts_early(const struct bli_follower *follower, const struct bli_pump *pump,
			       snd_pcm_uframes_t frames, int64_t now);

/*
 * Whether `frames` that the program is about to write are to be left out:
 * they come after silence, too late to be heard, and the buffer is half full.
 */
bool bli_follower_leaves_out(struct bli_follower *follower, const struct bli_pump *pump, snd_pcm_uframes_t frames);

/* The program has written: the pump's position is that after it. */
void bli_follower_wrote(struct bli_follower *follower, const struct bli_pump *pump, int64_t now);

/* The pump has run: set the deviation of its stream. */
void bli_follower_steer(struct bli_follower *follower, struct bli_pump *pump);

/* The slave stood still, and goes on with what it had (pause, suspend). */
void bli_follower_break(struct bli_follower *follower);

/* Whether a slave that runs dry is refilled without telling the program. */
static inline bool bli_follower_refills(const struct bli_follower *follower)
{
	return follower->state == BLI_FOLLOWER_FOLLOWING;
}

#endif
