/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all files of a run have in common: the options, the filter, and how messages are printed. */
#ifndef BLI_JOB_H
#define BLI_JOB_H

#include "conversion.h"
#include "filtertable.h"
#include "optiontable.h"
#include "setting.h"

struct job {
	struct options options;
	struct bli_filter_table table;
	struct bli_setting filter;
	const char *method;		/* for people: the preset or the filter file */
	const struct bli_kernel *kernel;
};

/*
 * What the options ask for, once for all files. Returns an exit status, EXIT_SUCCESS or after
 * saying what is wrong another; close it in any case.
 */
int job_open(struct job *job, const struct options *options);

/* Free the filter table; harmless twice. */
void job_close(struct job *job);

/* Tells people something in a line of standard error unless they want quiet. */
__attribute__((format(printf, 2, 3)))
void job_note(const struct job *job, const char *format, ...);

#endif
