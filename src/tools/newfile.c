/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* renameat2 */
#include "newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int newfile_check(const char *path, bool overwrite)
{
	struct stat status;

	return !overwrite && lstat(path, &status) == 0 ? -EEXIST : 0;
}

static int write_all(int fd, const char *data, size_t bytes)
{
	while (bytes > 0) {
		const ssize_t written = write(fd, data, bytes);

		if (written < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		data += written;
		bytes -= (size_t)written;
	}
	return 0;
}

/* Writes into what exists and cannot be replaced: a device, a pipe. */
static int write_in_place(const char *path, const void *data, size_t bytes)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;

	const int error = write_all(fd, data, bytes);

	return close(fd) < 0 && error == 0 ? -errno : error;
}

static int rename_keeping(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	/* Some file systems cannot rename so; then a race with another program remains. */
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (newfile_check(to, false) != 0)
		return -EEXIST;
	return rename(from, to) == 0 ? 0 : -errno;
}

static int write_and_rename(const char *path, const char *temporary,
			    const void *data, size_t bytes, bool overwrite)
{
	const int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;

	int error = write_all(fd, data, bytes);

	/* Some file systems report a full disk only here. */
	if (error == 0 && fsync(fd) < 0 && errno != EINVAL)
		error = -errno;
	if (close(fd) < 0 && error == 0)
		error = -errno;
	if (error == 0 && overwrite)
		error = rename(temporary, path) == 0 ? 0 : -errno;
	else if (error == 0)
		error = rename_keeping(temporary, path);
	if (error)
		unlink(temporary);
	return error;
}

static int write_regular(const char *path, const void *data, size_t bytes, bool overwrite)
{
	char *temporary = NULL;
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction callers_action;
	sigset_t ending, callers;

	if (asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0)
		return -ENOMEM;

	sigemptyset(&ending);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, &callers);
	/* A limit of the file size becomes EFBIG; blocked, the signal would only come later. */
	sigaction(SIGXFSZ, &ignore, &callers_action);

	const int error = write_and_rename(path, temporary, data, bytes, overwrite);

	sigaction(SIGXFSZ, &callers_action, NULL);
	sigprocmask(SIG_SETMASK, &callers, NULL);
	free(temporary);
	return error;
}

int newfile_write(const char *path, const void *data, size_t bytes, bool overwrite)
{
	struct stat status;

	if (newfile_check(path, overwrite) != 0)
		return -EEXIST;
	if (stat(path, &status) != 0)
		return write_regular(path, data, bytes, overwrite);
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return write_in_place(path, data, bytes);

	char *target = realpath(path, NULL);

	if (target == NULL)
		return -errno;

	const int error = write_regular(target, data, bytes, overwrite);

	free(target);
	return error;
}
