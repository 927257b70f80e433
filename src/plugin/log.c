/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <alsa/asoundlib.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void bli_log(struct bli_subject subject, const char *format, ...)
{
	char line[700];
	int start = snprintf(line, sizeof(line), "%s \"%.*s\": ", subject.kind, BLI_LOG_SHOWN_MAX, subject.name);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + start, sizeof(line) - (size_t)start, format, arguments);
	va_end(arguments);
	for (char *p = line; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = ' ';
	SNDERR("%s", line);
}
