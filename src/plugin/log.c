/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <alsa/asoundlib.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void bli_log(const char *converter, const char *format, ...)
{
	char line[600];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *p = line; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = ' ';
	SNDERR("converter \"%s\": %s", converter, line);
}
