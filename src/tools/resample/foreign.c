/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "foreign.h"

#include <string.h>

static const struct {
	unsigned char at, length;
	const char *mark, *name;
} marks[] = {
	{ 4, 4, "ftyp", "MPEG-4 (AAC, ALAC)" },
	{ 0, 4, "wvpk", "WavPack" },
	{ 0, 4, "MAC ", "Monkey's Audio" },
	{ 0, 4, "TTA1", "True Audio" },
	{ 0, 4, "\x1a\x45\xdf\xa3", "Matroska" },
	{ 0, 4, "\x30\x26\xb2\x75", "Windows Media" },
	{ 0, 4, "DSD ", "DSD" },
	{ 0, 4, "FRM8", "DSD" },
	{ 0, 4, "MPCK", "Musepack" },
	{ 0, 3, "MP+", "Musepack" },
	{ 0, 2, "\x0b\x77", "AC-3" },
	{ 0, 4, "#!AM", "AMR" },
	{ 0, 2, "\xff\xf1", "AAC" },	/* ADTS: layer 0, which MPEG audio has not */
	{ 0, 2, "\xff\xf9", "AAC" },
};

const char *foreign_kind(const unsigned char *head, size_t bytes)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (bytes >= (size_t)marks[i].at + marks[i].length &&
		    memcmp(head + marks[i].at, marks[i].mark, marks[i].length) == 0)
			return marks[i].name;
	return NULL;
}
