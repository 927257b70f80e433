/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an output is to be, before there is any of it: rate, format, channels, dither. */
#ifndef BLI_OUTPUTPLAN_H
#define BLI_OUTPUTPLAN_H

#include "job.h"

/* What people call it: the path, or "standard output". */
const char *outputplan_name(const char *path);

/* Whether `path` names a format that can be written. Returns 0, or -EINVAL with the reason. */
int outputplan_check_name(const struct options *options, const char *path, struct reason *reason);

/*
 * Fills in output->info and ->rate_hz for an open input, and of the settings the factor, the filter
 * and the dither. Returns 0, -ERANGE (ratio or rate) or -EINVAL with the reason.
 */
int outputplan_make(struct sound_output *output, const struct job *job, const struct sound_input *input,
		    const char *path, struct conversion_settings *settings, struct reason *reason);

/* Whether the extension of `path` is that of another format. */
bool outputplan_name_belies(const struct sound_output *output, const char *path);

#endif
