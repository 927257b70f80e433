/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals that end the program, delayed until it has cleaned up: system calls
 * return EINTR, the program notices, removes what is half-written and dies of
 * the signal after all.
 */
#ifndef BLI_INTERRUPT_H
#define BLI_INTERRUPT_H

/*
 * From now on SIGHUP, SIGINT and SIGTERM are only noted, unless they were
 * ignored already, and a closed pipe or a limit of the file size is an error
 * of write() instead of a signal. One that comes a second or more after the
 * first ends the program at once, for it may never come to look.
 */
void interrupt_catch(void);

/* The signal noted, or 0. */
int interrupt_pending(void);

/* Die of `signal_number` as if it had not been caught; returns if it is ignored. */
void interrupt_die(int signal_number);

#endif
