/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All tags and pictures of a file by TagLib, which is C++. */
#ifndef BLI_TAGLIB_TAGS_H
#define BLI_TAGLIB_TAGS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum taglib_kind { TAGLIB_NONE, TAGLIB_FLAC, TAGLIB_VORBIS, TAGLIB_OPUS, TAGLIB_MPEG, TAGLIB_WAV, TAGLIB_AIFF };

struct taglib_tags;

/* The version of TagLib that the program is built with; NULL without it. */
const char *taglib_version(void);

/* The tags of an open file, which stays open; NULL without any, without memory, or if it cannot be read. */
struct taglib_tags *taglib_tags_read(int descriptor, enum taglib_kind kind);

/*
 * Adds a text in UTF-8 unless there is one of that name; makes the tags if *tags is NULL. Does
 * nothing without memory.
 */
void taglib_tags_put(struct taglib_tags **tags, const char *name, const char *text);

/*
 * Puts them into an open file in place of those of the same kinds. Calls
 * tell(context, name) for each that it cannot have. Returns false if the file cannot be written.
 */
bool taglib_tags_write(const struct taglib_tags *tags, int descriptor, enum taglib_kind kind,
		       void (*tell)(void *context, const char *name), void *context);

/* Calls tell(context, name) for each of them; pictures are "PICTURE". */
void taglib_tags_list(const struct taglib_tags *tags, void (*tell)(void *context, const char *name), void *context);

/* Free; harmless on NULL. */
void taglib_tags_free(struct taglib_tags *tags);

#ifdef __cplusplus
}
#endif

#endif
