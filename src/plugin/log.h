/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Log: the one way from the plugin to alsa-lib's error handler.
 */
#ifndef BLI_LOG_H
#define BLI_LOG_H

/* Longest part of a key, a value or a variable of the environment that a line shows, in bytes. */
#define BLI_LOG_SHOWN_MAX 60

/*
 * One SNDERR line about a converter.  Control characters, which names, paths and
 * the environment may hold, become spaces, so that it stays one line.  Not
 * real-time safe.
 */
void bli_log(const char *converter, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
