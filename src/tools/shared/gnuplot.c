/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnuplot.h"
#include "commandline.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

const char *gnuplot_terminal(const char *path)
{
	const char *ending = strrchr(path, '.');

	if (ending && strcasecmp(ending, ".svg") == 0)
		return "svg";
	return ending && strcasecmp(ending, ".png") == 0 ? "pngcairo" : NULL;
}

int gnuplot_check_name(const char *path)
{
	return gnuplot_terminal(path) ? 0
		: commandline_complain("--plot %s: the name decides the kind of picture; allowed: .svg, .png", path);
}

void gnuplot_begin(FILE *script, const char *path, int width, int height)
{
	fprintf(script, "set terminal %s size %d,%d noenhanced background 'white' font 'sans,12'\n",
		gnuplot_terminal(path), width, height);
}

static int spawn_and_wait(FILE *script, FILE *drawing, FILE *complaints)
{
	char program[] = "gnuplot", no_init_files[] = "-d";
	char *arguments[] = { program, no_init_files, NULL };
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status, error;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	error = posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, fileno(drawing), STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, fileno(complaints), STDERR_FILENO);
	if (error == 0)
		error = posix_spawnp(&child, program, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return -error;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

/* The first line that is not empty. */
static void explain(int error, FILE *complaints, char *message, size_t size)
{
	char line[200] = "";

	if (error == -ENOENT) {
		snprintf(message, size, "gnuplot: not found; --plot needs it installed");
		return;
	}
	if (error == -EIO && complaints) {
		rewind(complaints);
		while (fgets(line, sizeof(line), complaints) && line[strspn(line, " \t\n")] == '\0')
			continue;
		line[strcspn(line, "\n")] = '\0';
	}
	snprintf(message, size, "gnuplot: %s", line[0] ? line : strerror(-error));
}

static int read_back(FILE *file, char **contents, size_t *bytes)
{
	if (fseek(file, 0, SEEK_END) != 0)
		return -errno;

	const long end = ftell(file);

	if (end <= 0)
		return -EIO;
	rewind(file);
	*contents = malloc((size_t)end);
	if (*contents == NULL)
		return -ENOMEM;
	*bytes = fread(*contents, 1, (size_t)end, file);
	if (*bytes == (size_t)end)
		return 0;
	free(*contents);
	*contents = NULL;
	return -EIO;
}

int gnuplot_run(FILE *script, char **drawing, size_t *bytes, char *message, size_t size)
{
	FILE *complaints = tmpfile(), *drawn = tmpfile();
	int error = complaints && drawn ? 0 : -errno;

	*drawing = NULL;
	*bytes = 0;
	if (!error && fflush(script) != 0)
		error = -errno;
	if (!error) {
		rewind(script);
		error = spawn_and_wait(script, drawn, complaints);
	}
	if (!error)
		error = read_back(drawn, drawing, bytes);
	if (error)
		explain(error, complaints, message, size);
	if (complaints)
		fclose(complaints);
	if (drawn)
		fclose(drawn);
	return error;
}
