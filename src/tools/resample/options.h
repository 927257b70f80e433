/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of bli-resample(1). */
#ifndef BLI_RESAMPLE_OPTIONS_H
#define BLI_RESAMPLE_OPTIONS_H

#include "optiontable.h"

/*
 * Reads the command line, which is reordered. Returns 0; -1 when all that was
 * asked for has been printed; EXIT_USAGE after saying what is wrong.
 */
int resample_options_read(struct options *options, int argc, char *argv[]);

#endif
