/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Log: the one way from the plugins to alsa-lib's error handler.
 */
#ifndef BLI_LOG_H
#define BLI_LOG_H

#include "setup.h"

/* Longest part of a key, a value or a variable of the environment that a line shows, in bytes. */
#define BLI_LOG_SHOWN_MAX 60

/* What a line is about: "converter" or "pcm", and its name. */
struct bli_subject {
	const char *kind;
	const char *name;
};

static inline struct bli_subject bli_converter(const char *name)
{
	return (struct bli_subject){ "converter", name };
}

/*
 * One SNDERR line.  Control characters, which names, paths and
 * the environment may hold, become spaces, so that it stays one line.  Not
 * real-time safe.
 */
BLI_SETUP
void bli_log(struct bli_subject subject, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
