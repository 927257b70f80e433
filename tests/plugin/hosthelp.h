/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helps the tests of settings: opens a converter with keys, ready to be
 * measured.  What goes wrong fails the test that called.
 */
#ifndef BLI_HOSTHELP_H
#define BLI_HOSTHELP_H

#include "measure/measure.h"
#include "measure/ratehost.h"

/* Rates; periods are 10 ms, and so exact. */
struct host_conversion {
	unsigned in_rate_hz, out_rate_hz;
};

extern const struct host_conversion host_up, host_down;	/* 44.1 to 48 and to 16 kHz */

struct host {
	struct bli_ratehost *host;
	struct bli_system system;
};

/* Converter `name` with the keys of a compound, 32-bit samples in, `format` out. */
void host_open_formats(struct host *converter, const char *name, const char *keys, struct host_conversion conversion,
		       unsigned channels, snd_pcm_format_t format);

/* One channel, 32-bit samples in and out. */
void host_open(struct host *converter, const char *name, const char *keys, struct host_conversion conversion);

void host_close(struct host *converter);

/* Text of `aplay -v`, to be freed. */
char *host_dump(struct host *converter);

/* The number behind `label` in it. */
double host_stated(struct host *converter, const char *label);

#endif
