/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of bli-bridge(1). */
#ifndef BLI_BRIDGE_OPTIONS_H
#define BLI_BRIDGE_OPTIONS_H

#include <alsa/asoundlib.h>
#include <stdbool.h>

#include "clockloop.h"
#include "configfile.h"
#include "preset.h"
#include "resampler.h"

enum bridge_sync { SYNC_AUTO, SYNC_RESAMPLE, SYNC_NONE, SYNC_TIMER, SYNC_PITCH };

enum bridge_status { STATUS_AUTO, STATUS_LINE, STATUS_JSON, STATUS_NONE };

/* Two of each are of the capture side [BLI_CLOCK_IN] and of the playback side [BLI_CLOCK_OUT]. */
struct options {
	const char *name[BLI_CLOCK_SIDES];	/* of the PCM */
	unsigned rate_hz[BLI_CLOCK_SIDES];	/* 0: the best */
	snd_pcm_format_t format[BLI_CLOCK_SIDES];	/* SND_PCM_FORMAT_UNKNOWN: the best */
	unsigned channels;	/* of both; 0: what both have */
	unsigned map[BLI_CHANNELS_MAX];	/* map[map_count]: for each playback channel a capture channel from 1, or 0 */
	unsigned map_count;	/* 0: every channel to the one of the same number */
	double latency;		/* s */
	bool has_latency, auto_latency;
	const struct bli_preset *converter;
	enum bli_dither_kind dither;
	enum bridge_sync sync;
	const char *control;	/* where an element that tunes is; NULL: of the PCM's card */
	bool drops;		/* what is queued at the end, instead of playing it */
	enum bridge_status status;
	double interval;	/* between two status lines, s */
	double duration;	/* s, 0: until a signal comes */
	int priority;		/* of SCHED_FIFO, 0: none */
	const char *table, *drawing;	/* of the run, to write; NULL: none */
	bool overwrite;
	bool checks;		/* measure the PCMs instead of bridging them */
	bool verbose;
	const char *config;	/* the file of options, NULL: none … */
	struct configfile file;	/* … and what it says; names may point into it */
};

/*
 * Read the command line.  Returns −1 to go on, or the exit status: 0 after
 * --help and --version, EXIT_USAGE after a complaint.
 */
int bridge_options_parse(struct options *options, int argc, char *argv[]);

/* Free what parsing has read from files; the names in *options are gone then. */
void bridge_options_free(struct options *options);

#endif
