/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int reason_set(struct reason *reason, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason->text, sizeof(reason->text), format, arguments);
	va_end(arguments);
	return error;
}

void reason_list(struct reason *list, const char *thing)
{
	const size_t used = strlen(list->text);

	snprintf(list->text + used, sizeof(list->text) - used, "%s%s", used ? ", " : "", thing);
}
