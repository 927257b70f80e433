/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commandline.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int commandline_complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	/* lines of several threads stay whole */
	flockfile(stderr);
	fprintf(stderr, "%s: ", commandline_program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	funlockfile(stderr);
	return EXIT_USAGE;
}

/* Digits up to `stop`; returns what is behind it, or NULL. */
static const char *read_integer(const char *text, char stop, int low, int high, int *number)
{
	char *end;
	long value;

	if (text[0] < '0' || text[0] > '9')
		return NULL;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || *end != stop || value < low || value > high)
		return NULL;
	*number = (int)value;
	return end + (stop != '\0');
}

int commandline_integer(const char *option, const char *argument, int low, int high, int *number)
{
	return read_integer(argument, '\0', low, high, number) ? 0
		: commandline_complain("%s %s: not possible; allowed: %d to %d", option, argument, low, high);
}

int commandline_number(const char *option, const char *argument, double low, double high, const char *unit,
		       double *number)
{
	char *end;
	const double value = strtod(argument, &end);

	/* "-6dB", "-6 dB" */
	if (end != argument && strcasecmp(end + strspn(end, " "), unit) == 0)
		end += strlen(end);
	if (end == argument || *end != '\0' || !(value >= low && value <= high))
		return commandline_complain("%s %s: not possible; allowed: %g to %g %s", option, argument, low, high,
					    unit);
	*number = value;
	return 0;
}

int commandline_pair(const char *option, const char *argument, int high, int pair[2])
{
	int in, out;
	const char *const rest = read_integer(argument, ':', 1, high, &in);

	if (rest == NULL || read_integer(rest, '\0', 1, high, &out) == NULL)
		return commandline_complain("%s %s: not possible; allowed: IN:OUT, each 1 to %d", option, argument,
					    high);
	pair[0] = in;
	pair[1] = out;
	return 0;
}
