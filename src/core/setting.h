/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings: the keys that describe a filter to people, the same words in a
 * configuration and on a command line, and what is required of a conversion by them.
 * The keys are described in bli(7).  Nothing here is real-time safe.
 */
#ifndef BLI_SETTING_H
#define BLI_SETTING_H

#include "filter.h"
#include "setup.h"

#include <stdbool.h>
#include <stddef.h>

/* The edge of a band, in the unit that the user chose. */
struct bli_edge {
	double value;
	bool in_hz;		/* otherwise a fraction of the lower Nyquist frequency */
};

struct bli_setting {
	struct bli_requirement requirement;	/* its edges from those below, once the rates are known */
	struct bli_edge passband, stopband;
	bool passband_set, stopband_set, attenuation_set, precision_set;	/* by the user */
};

/* The names of the keys that bli_setting_read() knows, ending with NULL. */
extern const char *const bli_setting_names[];

/*
 * A decimal number, with a point in any locale, and what follows it without spaces: "93%" is 93 and
 * "%", "20 kHz" is 20 and "kHz", "7" has "".  False if there is no finite number or `unit` does not
 * fit.
 */
BLI_SETUP
bool bli_setting_number(const char *text, double *number, char *unit, size_t unit_size);

/* A value as it was written: a text, or without one a number. */
struct bli_setting_value {
	const char *text;	/* NULL: the number is meant */
	double number;
};

/*
 * Read the value of a key into *setting, whose requirement must be a preset's.
 * Returns 0; −ENOENT if there is no key of that name; −EINVAL with *allowed a text
 * "allowed are …" if the key cannot have that value.
 */
BLI_SETUP
int bli_setting_read(struct bli_setting *setting, const char *name, const struct bli_setting_value *value,
		     const char **allowed);

/*
 * Call when all keys have been read: fills in the edges that have not been set, and the precision.
 * Returns NULL, or why the keys do not go together.
 */
BLI_SETUP
const char *bli_setting_finish(struct bli_setting *setting);

/*
 * The requirement at a conversion whose lower rate is low_rate_hz (0 if no edge is in Hz).
 * Returns 0, or −EINVAL with a message of up to `bytes` if the edges do not fit.
 */
BLI_SETUP
int bli_setting_requirement(const struct bli_setting *setting, double low_rate_hz, struct bli_requirement *requirement,
			    char *message, size_t bytes);

#endif
