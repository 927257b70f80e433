/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why something failed: one line that names the thing, its value and what is allowed. */
#ifndef BLI_REASON_H
#define BLI_REASON_H

struct reason {
	char text[512];		/* without a newline */
};

/* Sets the text, cut to what fits, and returns `error`. */
__attribute__((format(printf, 3, 4)))
int reason_set(struct reason *reason, int error, const char *format, ...);

/* Adds a thing to a list, commas between, cut to what fits. The list begins empty: "". */
void reason_list(struct reason *list, const char *thing);

#endif
