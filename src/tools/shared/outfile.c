/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* renameat2 */
#include "config.h"

#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"
#include "spoolfile.h"

#define ATTEMPTS_MAX 100
#define STEM_BYTES_MAX 200	/* of the target's name in the temporary one: names end at 255 bytes */

/* Standard output may be a file that others append to, or that already has contents. */
static bool rewritable(int descriptor)
{
	struct stat status;
	const int flags = fcntl(descriptor, F_GETFL);

	return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0 &&
	       flags >= 0 && !(flags & O_APPEND) && (flags & O_ACCMODE) != O_RDONLY;
}

static int open_in_place(struct outfile *out, int descriptor)
{
	if (descriptor < 0)
		return -errno;
	out->descriptor = descriptor;
	out->seekable = rewritable(descriptor);
	return 0;
}

/* A new file beside the target. If the name is taken, a killed process with the same ID has left it. */
static int create_temporary(struct outfile *out)
{
	const char *const slash = strrchr(out->target, '/'), *const name = slash != NULL ? slash + 1 : out->target;

	for (unsigned attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		if (asprintf(&out->temporary, "%.*s%.*s.%ld-%u.tmp", (int)(name - out->target), out->target,
			     STEM_BYTES_MAX, name, (long)getpid(), attempt) < 0) {
			out->temporary = NULL;
			return -ENOMEM;
		}
		out->descriptor = open(out->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (out->descriptor >= 0)
			return 0;

		const int error = -errno;

		/* not ours to remove */
		free(out->temporary);
		out->temporary = NULL;
		if (error != -EEXIST)
			return error;
	}
	return -EBUSY;
}

static int open_temporary(struct outfile *out, const char *target, mode_t mode)
{
	int error;

	out->target = strdup(target);
	error = out->target != NULL ? create_temporary(out) : -ENOMEM;
	if (error) {
		outfile_discard(out);
		return error;
	}
	if (out->replaces && fchmod(out->descriptor, mode & 07777) < 0 && errno != EPERM) {
		error = -errno;
		outfile_discard(out);
		return error;
	}
	out->seekable = true;
	return 0;
}

int outfile_open(struct outfile *out, const char *path, bool overwrite)
{
	struct stat status, link;

	*out = (struct outfile){ .descriptor = -1, .spooled_to = -1, .overwrite = overwrite };
	if (strcmp(path, "-") == 0)
		return open_in_place(out, dup(STDOUT_FILENO));
	if (stat(path, &status) != 0) {
		/* a dangling link exists, too */
		if (!overwrite && lstat(path, &link) == 0)
			return -EEXIST;
		return open_temporary(out, path, 0);
	}
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return open_in_place(out, open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY));
	if (!overwrite)
		return -EEXIST;

	char *const target = realpath(path, NULL);

	if (target == NULL)
		return -errno;
	out->replaces = true;

	const int error = open_temporary(out, target, status.st_mode);

	free(target);
	return error;
}

static int rename_keeping(const char *from, const char *to)
{
	struct stat status;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	/* Some file systems cannot rename this way; then a race with another program remains. */
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (lstat(to, &status) == 0)
		return -EEXIST;
	return rename(from, to) == 0 ? 0 : -errno;
}

int outfile_spool(struct outfile *out)
{
	const int descriptor = spoolfile_open();

	if (descriptor < 0)
		return descriptor;
	out->spooled_to = out->descriptor;
	out->descriptor = descriptor;
	out->seekable = true;
	return 0;
}

static int deliver(const struct outfile *out)
{
	char buffer[65536];
	int64_t position = 0;
	ssize_t got;

	while ((got = pread(out->descriptor, buffer, sizeof(buffer), position)) > 0) {
		position += got;
		for (ssize_t done = 0; done < got; ) {
			const ssize_t put = write(out->spooled_to, buffer + done, (size_t)(got - done));

			if (put > 0)
				done += put;
			else if (put == 0 || errno != EINTR || interrupt_pending())
				return put == 0 ? -EIO : -errno;
		}
		if (interrupt_pending())
			return -EINTR;
	}
	return got < 0 ? -errno : 0;
}

int outfile_commit(struct outfile *out)
{
	int error = out->spooled_to >= 0 ? deliver(out) : 0;

	/* What is replaced must not be lost in a power cut before its successor is on the disk. */
	if (out->replaces && fsync(out->descriptor) < 0 && errno != EINVAL)
		error = -errno;
	if (close(out->descriptor) < 0 && error == 0)
		error = -errno;
	out->descriptor = -1;
	if (out->spooled_to >= 0 && close(out->spooled_to) < 0 && error == 0)
		error = -errno;
	out->spooled_to = -1;
	if (error == 0 && out->temporary != NULL) {
		error = out->overwrite ? (rename(out->temporary, out->target) == 0 ? 0 : -errno)
			: rename_keeping(out->temporary, out->target);
		if (error == 0) {
			free(out->temporary);
			out->temporary = NULL;
		}
	}
	outfile_discard(out);
	return error;
}

void outfile_discard(struct outfile *out)
{
	if (out->descriptor >= 0)
		close(out->descriptor);
	if (out->spooled_to >= 0)
		close(out->spooled_to);
	out->descriptor = out->spooled_to = -1;
	if (out->temporary != NULL)
		unlink(out->temporary);
	free(out->temporary);
	free(out->target);
	out->temporary = out->target = NULL;
}
