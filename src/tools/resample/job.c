/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filterfile.h"
#include "phase.h"
#include "shared/commandline.h"

/* The keys that are given change the preset. */
static int read_keys(struct job *job)
{
	const struct options *const options = &job->options;
	const char *allowed, *wrong;
	bool any = false;

	for (size_t i = 0; bli_setting_names[i] != NULL; i++)
		if (options->keys[i] != NULL) {
			any = true;
			bli_setting_read(&job->filter, bli_setting_names[i],
					 &(struct bli_setting_value){ .text = options->keys[i] }, &allowed);
		}
	if (options->filter_path != NULL &&
	    (job->filter.passband_set || job->filter.stopband_set || job->filter.attenuation_set))
		return commandline_complain("-f %s: cannot be combined with --passband, --stopband and --attenuation",
					    options->filter_path);
	wrong = bli_setting_finish(&job->filter);
	return any && wrong != NULL ? commandline_complain("%s", wrong) : EXIT_SUCCESS;
}

static int read_filter_file(struct job *job)
{
	const struct options *const options = &job->options;
	char message[512];

	if (bli_filterfile_read(&job->table, options->filter_path, message, sizeof(message)) != 0) {
		commandline_complain("%s", message);
		return EXIT_FAILURE;
	}
	/* sums in float add nothing to the noise of a table of 16 bits */
	job->filter.requirement = (struct bli_requirement){
		.method = BLI_METHOD_TABLE, .table = &job->table, .nearest = options->nearest,
		.precision = job->table.integers ? BLI_FLOAT : BLI_DOUBLE, .phase = BLI_PHASE_LINEAR,
	};
	job->method = options->filter_path;
	return EXIT_SUCCESS;
}

int job_open(struct job *job, const struct options *options)
{
	const struct bli_preset *const preset = options->preset != NULL ? options->preset
		: bli_preset_find(options->linear ? "bli_linear" : BLI_PRESET_DEFAULT);
	const char *const kernel = getenv("BLI_KERNEL");
	int status = EXIT_SUCCESS;

	memset(job, 0, sizeof(*job));
	job->options = *options;
	job->filter.requirement = preset->requirement;
	job->method = preset->name;
	if (options->filter_path != NULL)
		status = read_filter_file(job);
	if (status == EXIT_SUCCESS)
		status = read_keys(job);
	job->kernel = bli_kernel_find(kernel);
	if (status == EXIT_SUCCESS && job->kernel == NULL) {
		commandline_complain("BLI_KERNEL=%s: not in this build or not for this processor", kernel);
		status = EXIT_FAILURE;
	}
	return status;
}

void job_close(struct job *job)
{
	bli_filter_table_free(&job->table);
}

void job_note(const struct job *job, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (job->options.quiet)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	commandline_complain("%s", line);
}
