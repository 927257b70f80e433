/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* asprintf */
#include "config.h"

#include "outputnames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Without "./" at its beginning. */
static const char *plain(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		for (path += 2; *path == '/'; path++)
			;
	return path;
}

/* A path that would leave the folder it is put into. */
static bool leads_out(const char *path)
{
	path = plain(path);
	if (path[0] == '/')
		return true;
	for (const char *part = path; part != NULL; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "../", 3) == 0)
			return true;
	}
	return false;
}

/* Length of the folders that all paths leading out have in common, with the final slash. */
static size_t common_folder(const struct options *options)
{
	const char *first = NULL;
	size_t length = 0;

	for (int i = 0; i < options->input_count; i++) {
		const char *const path = plain(options->inputs[i]);
		size_t same = 0;

		if (!leads_out(path))
			continue;
		if (first == NULL) {
			first = path;
			length = strlen(path);
		}
		while (same < length && path[same] == first[same])
			same++;
		length = same;
		while (length > 0 && first[length - 1] != '/')
			length--;
	}
	return length;
}

static char *name_output(const struct options *options, const char *in_path, size_t common)
{
	const char *const path = plain(in_path), *rest = leads_out(path) ? path + common : path;
	const int format = options->container;
	const bool keeps = format == 0 || soundformat_fits(format, rest);
	const char *const dot = strrchr(rest, '.');
	/* what is left of a path that leads out may still do so */
	const char *const below = leads_out(rest) ? strrchr(rest, '/') + 1 : rest;
	const bool loses = !keeps && (soundformat_misnamed(format, rest) || soundformat_foreign(rest));
	const int stem = loses ? (int)(dot - below) : (int)strlen(below);
	char *name;

	return asprintf(&name, "%s/%.*s%s%s", options->output_dir, stem, below, keeps ? "" : ".",
			keeps ? "" : soundformat_extension(format)) < 0 ? NULL : name;
}

struct indexed {
	const char *path;
	int input;
};

static int compare(const void *a, const void *b)
{
	const struct indexed *const x = a, *const y = b;
	const int order = strcmp(x->path, y->path);

	return order ? order : x->input - y->input;
}

/* Outputs of one name would replace each other. */
static int find_taken(const struct options *options, struct outputname *names)
{
	const int count = options->input_count;
	struct indexed *const sorted = calloc((size_t)count, sizeof(*sorted));
	int first = 0;

	if (sorted == NULL)
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		sorted[i] = (struct indexed){ names[i].path, i };
	qsort(sorted, (size_t)count, sizeof(*sorted), compare);
	for (int i = 1; i < count; i++) {
		struct outputname *const name = &names[sorted[i].input];

		if (strcmp(sorted[i].path, sorted[first].path) != 0) {
			first = i;
			continue;
		}
		name->wanted = name->path;
		name->path = NULL;
		name->taken = options->inputs[sorted[first].input];
	}
	free(sorted);
	return 0;
}

struct outputname *outputnames_plan(const struct options *options)
{
	struct outputname *const names = calloc((size_t)options->input_count, sizeof(*names));
	const size_t common = common_folder(options);
	bool complete = names != NULL;

	for (int i = 0; complete && i < options->input_count; i++) {
		names[i].path = name_output(options, options->inputs[i], common);
		complete = names[i].path != NULL;
	}
	if (complete && find_taken(options, names) == 0)
		return names;
	outputnames_free(names, options->input_count);
	return NULL;
}

void outputnames_free(struct outputname *names, int count)
{
	for (int i = 0; names != NULL && i < count; i++) {
		free(names[i].path);
		free(names[i].wanted);
	}
	free(names);
}

int outputnames_make_folders(const char *path)
{
	char *const folder = strdup(path);
	int error = folder != NULL ? 0 : -ENOMEM;

	for (char *slash = folder; slash != NULL && error == 0; ) {
		slash = strchr(slash + 1, '/');
		if (slash == NULL)
			break;
		*slash = '\0';
		if (mkdir(folder, 0777) != 0 && errno != EEXIST)
			error = -errno;
		*slash = '/';
	}
	free(folder);
	return error;
}
