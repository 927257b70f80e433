/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "list.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef BLI_ALSA_PLUGIN_DIR
#error "BLI_ALSA_PLUGIN_DIR must name the plugin directory of alsa-lib"
#endif

const char *bli_converter_dir(void)
{
	const char *dir = getenv("ALSA_PLUGIN_DIR");

	return dir && *dir ? dir : BLI_ALSA_PLUGIN_DIR;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int append_name(char ***names, size_t *count, const char *name, size_t length)
{
	char **grown = realloc(*names, (*count + 1) * sizeof(**names));

	if (!grown)
		return -ENOMEM;
	*names = grown;
	grown[*count] = strndup(name, length);
	if (!grown[*count])
		return -ENOMEM;
	(*count)++;
	return 0;
}

int bli_converter_list(char ***names, size_t *count)
{
	const size_t prefix = strlen(BLI_CONVERTER_PREFIX), suffix = strlen(BLI_CONVERTER_SUFFIX);
	const struct dirent *entry;
	DIR *dir;
	int err;

	*names = NULL;
	*count = 0;
	dir = opendir(bli_converter_dir());
	if (!dir)
		return -errno;
	err = append_name(names, count, BLI_CONVERTER_BUILT_IN, strlen(BLI_CONVERTER_BUILT_IN));
	while (!err && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length > prefix + suffix && strncmp(entry->d_name, BLI_CONVERTER_PREFIX, prefix) == 0 &&
		    strcmp(entry->d_name + length - suffix, BLI_CONVERTER_SUFFIX) == 0)
			err = append_name(names, count, entry->d_name + prefix, length - prefix - suffix);
	}
	closedir(dir);
	if (err) {
		bli_converter_free_list(*names, *count);
		*names = NULL;
		*count = 0;
		return err;
	}
	if (*count > 2)
		qsort(*names + 1, *count - 1, sizeof(**names), compare_names);
	return 0;
}

void bli_converter_free_list(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static bool find_file(const char *name, struct stat *status)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" BLI_CONVERTER_PREFIX "%s" BLI_CONVERTER_SUFFIX, bli_converter_dir(), name);
	return stat(path, status) == 0;
}

bool bli_converter_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return find_file(a, &one) && find_file(b, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
