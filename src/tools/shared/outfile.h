/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that are written bit by bit and still appear whole or not at all:
 * under a temporary name beside the target, renamed at the end. Standard
 * output, devices and pipes are written in place.
 */
#ifndef BLI_OUTFILE_H
#define BLI_OUTFILE_H

#include <stdbool.h>

struct outfile {
	int descriptor;		/* -1: closed */
	int spooled_to;		/* where a spooled file goes in the end; -1: not spooled */
	bool seekable;		/* may be rewritten; begins empty */
	bool overwrite;
	bool replaces;		/* a file of the target's name existed */
	char *target;		/* NULL: written in place */
	char *temporary;	/* NULL: written in place */
};

/*
 * Opens `path`, "-" being standard output. What exists is kept with -EEXIST
 * unless `overwrite`; a symbolic link to it is followed and its mode kept.
 * Returns 0 or a negative errno; *out is closed then.
 */
int outfile_open(struct outfile *out, const char *path, bool overwrite);

/*
 * From now on all goes to a temporary file without a name, which is copied to
 * where it belongs when it is complete: for what cannot be rewritten but must
 * be. Nothing may have been written yet. Returns 0 or a negative errno.
 */
int outfile_spool(struct outfile *out);

/* Closes the file and gives it its name. Returns 0 or a negative errno; nothing is left behind then. */
int outfile_commit(struct outfile *out);

/* Closes the file and removes it. Harmless on a closed one. */
void outfile_discard(struct outfile *out);

#endif
