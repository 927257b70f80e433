/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* mkostemp, asprintf */
#include "config.h"

#include "spoolfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *spoolfile_folder(void)
{
	const char *const folder = getenv("TMPDIR");

	return folder != NULL && folder[0] ? folder : "/tmp";
}

int spoolfile_open(void)
{
	char *name;
	int descriptor, error;

	if (asprintf(&name, "%s/bli-XXXXXX", spoolfile_folder()) < 0)
		return -ENOMEM;
	descriptor = mkostemp(name, O_CLOEXEC);
	error = descriptor < 0 ? -errno : 0;
	if (descriptor >= 0)
		unlink(name);
	free(name);
	return error ? error : descriptor;
}
