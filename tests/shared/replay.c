/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a libFuzzer target without libFuzzer: on every file of its corpus, or on
 * the files given as arguments.  The corpus is the folder tests/corpus/CORPUS.
 * Each input ends where its memory does, so that sanitizers see what is read
 * beyond.  A broken promise aborts; the last file named is the one.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void __attribute__((noreturn)) give_up(const char *path)
{
	perror(path);
	exit(99);
}

static void replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		give_up(path);
	rewind(file);
	data = malloc((size_t)size);
	if ((!data && size > 0) || fread(data, 1, (size_t)size, file) != (size_t)size)
		give_up(path);
	fclose(file);
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

static unsigned replay_folder(const char *folder)
{
	DIR *files = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;
	char path[4096 + 256];

	if (!files)
		give_up(folder);
	while ((entry = readdir(files)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		replay(path);
		count++;
	}
	closedir(files);
	return count;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	char folder[4096];
	unsigned count;

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return 0;
	snprintf(folder, sizeof(folder), "%s/tests/corpus/" CORPUS, srcdir ? srcdir : ".");
	count = replay_folder(folder);
	printf("%u inputs kept every promise\n", count);
	return count ? 0 : 99;
}
