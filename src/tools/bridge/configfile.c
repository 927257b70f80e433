/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* asprintf */
#include "config.h"

#include "configfile.h"
#include "shared/commandline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

void configfile_free(struct configfile *file)
{
	for (int i = 0; i < file->count; i++)
		free(file->arguments[i]);
	free(file->arguments);
	*file = (struct configfile){ .count = 0 };
}

/* "name", "name value" and "name = value" to an argument; nothing else is changed. */
static char *make_argument(char *line)
{
	size_t length = strcspn(line, "=" BLANKS);
	char *value = line + length, *end = line + strlen(line), *argument;

	value += strspn(value, BLANKS);
	if (*value == '=')
		value += 1 + strspn(value + 1, BLANKS);
	while (end > value && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
	return asprintf(&argument, *value ? "--%.*s=%s" : "--%.*s", (int)length, line, value) < 0 ? NULL : argument;
}

static int add(struct configfile *file, char *line)
{
	char **more = realloc(file->arguments, (size_t)(file->count + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	file->arguments = more;
	more[file->count] = make_argument(line);
	return more[file->count] ? (file->count++, 0) : -ENOMEM;
}

int configfile_read(struct configfile *file, const char *path)
{
	FILE *stream = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int error = stream ? 0 : -errno;

	*file = (struct configfile){ .count = 0 };
	errno = 0;
	while (!error && getline(&line, &size, stream) >= 0) {
		char *text = line + strspn(line, BLANKS);

		text[strcspn(text, "#")] = '\0';
		if (*text)
			error = add(file, text);
	}
	if (!error && ferror(stream))
		error = errno ? -errno : -EIO;
	free(line);
	if (stream)
		fclose(stream);
	if (error)
		configfile_free(file);
	return error ? commandline_complain("--config %s: %s", path, strerror(-error)) : 0;
}
