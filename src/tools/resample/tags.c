/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tags.h"

#include <string.h>
#include <strings.h>

#include "taglib-tags.h"

#define CONTAINER_MPEG 0x230000
#define SUBTYPE_OPUS 0x0064

#define STRINGS (SF_STR_LAST + 1)
#define BIT(KIND) (1u << (KIND))

/* What TagLib, and everyone since Vorbis, calls libsndfile's strings. */
static const char *const names[STRINGS] = {
	[SF_STR_TITLE] = "TITLE", [SF_STR_COPYRIGHT] = "COPYRIGHT", [SF_STR_SOFTWARE] = "ENCODING",
	[SF_STR_ARTIST] = "ARTIST", [SF_STR_COMMENT] = "COMMENT", [SF_STR_DATE] = "DATE",
	[SF_STR_ALBUM] = "ALBUM", [SF_STR_LICENSE] = "LICENSE",
	[SF_STR_TRACKNUMBER] = "TRACKNUMBER", [SF_STR_GENRE] = "GENRE",
};

/* The strings that libsndfile writes: it accepts others, too. */
static unsigned written_strings(int format)
{
	const unsigned all = BIT(STRINGS) - BIT(SF_STR_FIRST);

	switch (format & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_FLAC:
	case SF_FORMAT_OGG:
	case SF_FORMAT_CAF:
		return all;
	case SF_FORMAT_WAV:
	case SF_FORMAT_WAVEX:
	case SF_FORMAT_RF64:
		return all & ~BIT(SF_STR_LICENSE);
	case SF_FORMAT_AIFF:
		return BIT(SF_STR_TITLE) | BIT(SF_STR_COPYRIGHT) | BIT(SF_STR_SOFTWARE) | BIT(SF_STR_ARTIST) |
		       BIT(SF_STR_COMMENT);
	case CONTAINER_MPEG:
		return BIT(SF_STR_TITLE) | BIT(SF_STR_ARTIST) | BIT(SF_STR_ALBUM) | BIT(SF_STR_COMMENT) |
		       BIT(SF_STR_DATE) | BIT(SF_STR_TRACKNUMBER) | BIT(SF_STR_GENRE);
	default:
		return 0;
	}
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* What is lost if nothing is added later: the names, and whether there are any. */
struct losses {
	unsigned kept;			/* strings that libsndfile writes */
	struct reason *list;		/* NULL: only counted */
	unsigned count;
};

static void note_loss(void *context, const char *name)
{
	struct losses *const losses = context;

	/* what the input was made with says nothing of the output */
	if (strncasecmp(name, "ENCOD", 5) == 0)
		return;
	for (int kind = SF_STR_FIRST; kind <= SF_STR_LAST; kind++)
		if (names[kind] != NULL && strcasecmp(names[kind], name) == 0 && (losses->kept & BIT(kind)))
			return;
	losses->count++;
	if (losses->list != NULL)
		reason_list(losses->list, name);
}

static enum taglib_kind kind_of(int format)
{
	switch (format & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_FLAC:
		return TAGLIB_FLAC;
	case SF_FORMAT_OGG:
		return (format & SF_FORMAT_SUBMASK) == SF_FORMAT_VORBIS ? TAGLIB_VORBIS
			: (format & SF_FORMAT_SUBMASK) == SUBTYPE_OPUS ? TAGLIB_OPUS : TAGLIB_NONE;
	case SF_FORMAT_WAV:
	case SF_FORMAT_WAVEX:
		return TAGLIB_WAV;
	case SF_FORMAT_AIFF:
		return TAGLIB_AIFF;
	case CONTAINER_MPEG:
		return TAGLIB_MPEG;
	default:
		return TAGLIB_NONE;
	}
}

/* LAME writes texts in Latin-1 what libsndfile gives it in UTF-8, so there TagLib writes them all. */
static void find_tags(struct tags *tags, int out_format, bool can_add, SNDFILE *in, int in_format, int in_descriptor,
		      unsigned *kept)
{
	const enum taglib_kind from = kind_of(in_format), to = can_add ? kind_of(out_format) : TAGLIB_NONE;
	struct losses losses = { .kept = *kept };

	if (from != TAGLIB_NONE && in_descriptor >= 0)
		tags->all = taglib_tags_read(in_descriptor, from);
	for (int kind = SF_STR_FIRST; kind <= SF_STR_LAST && to == TAGLIB_MPEG; kind++) {
		const char *const text = sf_get_string(in, kind);

		if (names[kind] != NULL && kind != SF_STR_SOFTWARE && text != NULL && text[0] != '\0')
			taglib_tags_put(&tags->all, names[kind], text);
	}
	if (tags->all == NULL || to == TAGLIB_NONE)
		return;
	taglib_tags_list(tags->all, note_loss, &losses);
	/* chunks of its own only for what libsndfile does not write to these */
	tags->added = losses.count > 0 || (to != TAGLIB_WAV && to != TAGLIB_AIFF);
	if (to == TAGLIB_MPEG)
		*kept = 0;
}

static void list_losses(const struct tags *tags, unsigned kept, struct reason *dropped)
{
	if (tags->all != NULL && !tags->added)
		taglib_tags_list(tags->all, note_loss, &(struct losses){ kept, dropped, 0 });
}

void tags_add(const struct tags *tags, int out_descriptor, int out_format, struct reason *dropped)
{
	struct losses losses = { 0, dropped, 0 };

	if (tags->added && !taglib_tags_write(tags->all, out_descriptor, kind_of(out_format), note_loss, &losses))
		reason_list(dropped, "tags");
}

void tags_free(struct tags *tags)
{
	taglib_tags_free(tags->all);
	memset(tags, 0, sizeof(*tags));
}
void tags_copy(struct tags *tags, SNDFILE *out, int out_format, bool can_add, SNDFILE *in, int in_format,
	       int in_descriptor, struct reason *dropped)
{
	unsigned kept = written_strings(out_format);

	*tags = (struct tags){ .all = NULL };
	find_tags(tags, out_format, can_add, in, in_format, in_descriptor, &kept);
	for (int kind = SF_STR_FIRST; kind <= SF_STR_LAST; kind++) {
		const char *const text = sf_get_string(in, kind);

		if (text == NULL || text[0] == '\0' || names[kind] == NULL)
			continue;
		/* LAME takes UTF-8 for Latin-1 */
		if (!(kept & BIT(kind)) || ((out_format & SF_FORMAT_TYPEMASK) == CONTAINER_MPEG && !is_ascii(text)) ||
		    sf_set_string(out, kind, text) != 0) {
			kept &= ~BIT(kind);
			if (!tags->added && tags->all == NULL && kind != SF_STR_SOFTWARE)
				reason_list(dropped, names[kind]);
		}
	}
	list_losses(tags, kept, dropped);
}
