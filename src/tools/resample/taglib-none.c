/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instead of taglib-tags.cc where TagLib is missing: no file has tags. */
#include "taglib-tags.h"

#include <stddef.h>

const char *taglib_version(void)
{
	return NULL;
}

struct taglib_tags *taglib_tags_read(int descriptor, enum taglib_kind kind)
{
	(void)descriptor;
	(void)kind;
	return NULL;
}

void taglib_tags_put(struct taglib_tags **tags, const char *name, const char *text)
{
	(void)tags;
	(void)name;
	(void)text;
}

bool taglib_tags_write(const struct taglib_tags *tags, int descriptor, enum taglib_kind kind,
		       void (*tell)(void *context, const char *name), void *context)
{
	(void)tags;
	(void)descriptor;
	(void)kind;
	(void)tell;
	(void)context;
	return false;
}

void taglib_tags_list(const struct taglib_tags *tags, void (*tell)(void *context, const char *name), void *context)
{
	(void)tags;
	(void)tell;
	(void)context;
}

void taglib_tags_free(struct taglib_tags *tags)
{
	(void)tags;
}
