/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What command lines have in common: complaints, and options whose argument is a number. */
#ifndef BLI_COMMANDLINE_H
#define BLI_COMMANDLINE_H

#define EXIT_USAGE 2

/* The name that its complaints begin with; each program defines its own. */
extern const char commandline_program[];

/* Prints "PROGRAM: TEXT" as a line of standard error, behind what standard output has got. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2)))
int commandline_complain(const char *format, ...);

/*
 * The argument of `option`, a decimal number of low … high. Returns 0, or
 * EXIT_USAGE after saying what is allowed; *number is unchanged then.
 */
int commandline_integer(const char *option, const char *argument, int low, int high, int *number);

/* The same for a number with a fraction, in `unit`, which may follow it. */
int commandline_number(const char *option, const char *argument, double low, double high, const char *unit,
		       double *number);

/* The same for IN:OUT, two integers of 1 … high. */
int commandline_pair(const char *option, const char *argument, int high, int pair[2]);

#endif
