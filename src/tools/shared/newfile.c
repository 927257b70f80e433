/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "newfile.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"

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

static int write_whole(const char *path, const void *data, size_t bytes, bool overwrite)
{
	struct outfile out;
	int error = outfile_open(&out, path, overwrite);

	if (error)
		return error;
	error = write_all(out.descriptor, data, bytes);
	if (error) {
		outfile_discard(&out);
		return error;
	}
	return outfile_commit(&out);
}

int newfile_write(const char *path, const void *data, size_t bytes, bool overwrite)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction callers_action;
	sigset_t ending, callers;

	if (newfile_check(path, overwrite) != 0)
		return -EEXIST;
	sigemptyset(&ending);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, &callers);
	/* A limit of the file size becomes EFBIG; blocked, the signal would only come later. */
	sigaction(SIGXFSZ, &ignore, &callers_action);

	const int error = write_whole(path, data, bytes, overwrite);

	sigaction(SIGXFSZ, &callers_action, NULL);
	sigprocmask(SIG_SETMASK, &callers, NULL);
	return error;
}
