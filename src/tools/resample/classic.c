/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "classic.h"

#include <stddef.h>
#include <string.h>

const char *classic_option(const char *word)
{
	if (word[0] != '-')
		return NULL;
	switch (word[1]) {
	case 'a':	/* -aaaQuality, its old name */
	case 'e':
		return "--expensive";
	case 'b':
		return "--by";
	case 'f':
		return "--filter";
	case 'l':
		return "--linear";
	case 'n':
		return "--nearest";
	case 't':
		/* -trace is in its manual only */
		return word[2] == 'e' ? "--terse" : word[2] == 'r' ? "--trace" : "--to";
	case 'v':
		return "--version";
	default:
		return NULL;
	}
}
