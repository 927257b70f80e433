/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pluglog.h"

#include <alsa/asoundlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
	unsigned lines;
	char text[1024];
	char all[4000], taken[4000];
} plug_log;

static void catch_line(const char *file, int line, const char *function, int error, const char *format, ...)
{
	const size_t used = strlen(plug_log.all);
	va_list arguments;

	(void)file;
	(void)line;
	(void)function;
	(void)error;
	va_start(arguments, format);
	vsnprintf(plug_log.text, sizeof(plug_log.text), format, arguments);
	va_end(arguments);
	snprintf(plug_log.all + used, sizeof(plug_log.all) - used, "%s\n", plug_log.text);
	plug_log.lines++;
	for (const char *p = plug_log.text; *p; p++)
		plug_log.lines += *p == '\n';
}

void plug_log_catch(void)
{
	snd_lib_error_set_handler(catch_line);
}

unsigned plug_log_lines(void)
{
	unsigned lines = plug_log.lines;

	plug_log.lines = 0;
	return lines;
}

const char *plug_log_text(void)
{
	return plug_log.text;
}

const char *plug_log_take(void)
{
	memcpy(plug_log.taken, plug_log.all, sizeof(plug_log.taken));
	plug_log.all[0] = '\0';
	return plug_log.taken;
}
