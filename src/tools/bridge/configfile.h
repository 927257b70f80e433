/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files: long options, one in a line, as "latency 20ms" or "latency = 20ms"; # begins a comment. */
#ifndef BLI_BRIDGE_CONFIGFILE_H
#define BLI_BRIDGE_CONFIGFILE_H

struct configfile {
	char **arguments;	/* arguments[count], each "--name" or "--name=value" */
	int count;
};

/* Read one.  Returns 0, or EXIT_USAGE after a complaint; *file is empty then. */
int configfile_read(struct configfile *file, const char *path);

/* Harmless on one of all zeros. */
void configfile_free(struct configfile *file);

#endif
