/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What -trace prints to standard error. */
#ifndef BLI_TRACE_H
#define BLI_TRACE_H

#include "job.h"

/* Input and output, the factor, the filter of the conversion. */
void trace_beginning(const struct job *job, const struct bli_requirement *requirement, const struct sound_input *input,
		     const struct sound_output *output, const struct conversion *conversion);

#endif
