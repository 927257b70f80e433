/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "taglib-tags.h"

#include <aifffile.h>
#include <attachedpictureframe.h>
#include <flacfile.h>
#include <flacpicture.h>
#include <id3v2tag.h>
#include <memory>
#include <mpegfile.h>
#include <opusfile.h>
#include <taglib.h>
#include <tfilestream.h>
#include <tpropertymap.h>
#include <unistd.h>
#include <vector>
#include <vorbisfile.h>
#include <wavfile.h>
#include <xiphcomment.h>

struct picture {
	int type;		/* the same numbers in FLAC and ID3v2 */
	TagLib::String mime, description;
	TagLib::ByteVector data;
};

struct taglib_tags {
	TagLib::PropertyMap texts;
	std::vector<picture> pictures;
};

namespace {

/* A file of one kind, and those of its tags that can hold pictures. */
struct tagged {
	std::unique_ptr<TagLib::FileStream> stream;
	std::unique_ptr<TagLib::File> file;
	TagLib::FLAC::File *flac = nullptr;
	TagLib::Ogg::XiphComment *xiph = nullptr;
	TagLib::ID3v2::Tag *id3 = nullptr;
};

/* TagLib 1 wants a frame factory to open files with ID3v2 tags, TagLib 2 does not. */
template <class File>
auto open_id3(TagLib::IOStream *stream, int)
	-> decltype(new File(stream, TagLib::ID3v2::FrameFactory::instance(), false))
{
	return new File(stream, TagLib::ID3v2::FrameFactory::instance(), false);
}

template <class File>
File *open_id3(TagLib::IOStream *stream, long)
{
	return new File(stream, false);
}

bool open_tagged(tagged &it, int descriptor, taglib_kind kind, bool read_only)
{
	const int copy = dup(descriptor);	/* the stream closes it */

	if (copy < 0)
		return false;
	lseek(copy, 0, SEEK_SET);
	it.stream.reset(new TagLib::FileStream(copy, read_only));
	if (kind == TAGLIB_FLAC) {
		it.flac = open_id3<TagLib::FLAC::File>(it.stream.get(), 0);
		it.file.reset(it.flac);
	} else if (kind == TAGLIB_VORBIS) {
		auto *const file = new TagLib::Ogg::Vorbis::File(it.stream.get(), false);

		it.file.reset(file);
		it.xiph = file->tag();
	} else if (kind == TAGLIB_OPUS) {
		auto *const file = new TagLib::Ogg::Opus::File(it.stream.get(), false);

		it.file.reset(file);
		it.xiph = file->tag();
	} else if (kind == TAGLIB_MPEG) {
		auto *const file = open_id3<TagLib::MPEG::File>(it.stream.get(), 0);

		it.file.reset(file);
		it.id3 = file->ID3v2Tag(!read_only);
	} else if (kind == TAGLIB_WAV) {
		auto *const file = new TagLib::RIFF::WAV::File(it.stream.get(), false);

		it.file.reset(file);
		it.id3 = file->ID3v2Tag();
	} else if (kind == TAGLIB_AIFF) {
		auto *const file = new TagLib::RIFF::AIFF::File(it.stream.get(), false);

		it.file.reset(file);
		it.id3 = file->tag();
	}
	return it.file && it.file->isValid();
}

void add_pictures(std::vector<picture> &pictures, const TagLib::List<TagLib::FLAC::Picture *> &list)
{
	for (const auto *const one : list)
		pictures.push_back({ one->type(), one->mimeType(), one->description(), one->data() });
}

void read_pictures(std::vector<picture> &pictures, tagged &it)
{
	if (it.flac)
		add_pictures(pictures, it.flac->pictureList());
	if (it.xiph)
		add_pictures(pictures, it.xiph->pictureList());
	if (!it.id3)
		return;
	for (auto *const frame : it.id3->frameList("APIC")) {
		const auto *const one = dynamic_cast<TagLib::ID3v2::AttachedPictureFrame *>(frame);

		if (one)
			pictures.push_back({ one->type(), one->mimeType(), one->description(), one->picture() });
	}
}

void write_pictures(const std::vector<picture> &pictures, tagged &it)
{
	if (it.flac)
		it.flac->removePictures();
	if (it.xiph)
		it.xiph->removeAllPictures();
	if (it.id3)
		it.id3->removeFrames("APIC");
	for (const auto &one : pictures) {
		if (it.id3) {
			auto *const frame = new TagLib::ID3v2::AttachedPictureFrame;

			frame->setType(static_cast<TagLib::ID3v2::AttachedPictureFrame::Type>(one.type));
			frame->setMimeType(one.mime);
			frame->setTextEncoding(TagLib::String::UTF8);
			frame->setDescription(one.description);
			frame->setPicture(one.data);
			it.id3->addFrame(frame);
			continue;
		}

		auto *const flac = new TagLib::FLAC::Picture;

		flac->setType(static_cast<TagLib::FLAC::Picture::Type>(one.type));
		flac->setMimeType(one.mime);
		flac->setDescription(one.description);
		flac->setData(one.data);
		if (it.flac)
			it.flac->addPicture(flac);
		else
			it.xiph->addPicture(flac);
	}
}

}

#define TEXT(NUMBER) #NUMBER
#define NUMBER_TEXT(NUMBER) TEXT(NUMBER)

const char *taglib_version()
{
	return NUMBER_TEXT(TAGLIB_MAJOR_VERSION) "." NUMBER_TEXT(TAGLIB_MINOR_VERSION);
}

taglib_tags *taglib_tags_read(int descriptor, taglib_kind kind)
try {
	tagged it;
	std::unique_ptr<taglib_tags> tags(new taglib_tags);

	if (!open_tagged(it, descriptor, kind, true))
		return nullptr;
	tags->texts.merge(it.file->properties());
	tags->texts.removeEmpty();
	read_pictures(tags->pictures, it);
	return tags->texts.isEmpty() && tags->pictures.empty() ? nullptr : tags.release();
} catch (const std::bad_alloc &) {
	return nullptr;
}

void taglib_tags_put(taglib_tags **tags, const char *name, const char *text)
try {
	if (*tags == nullptr)
		*tags = new taglib_tags;
	if (!(*tags)->texts.contains(name))
		(*tags)->texts.insert(name, TagLib::StringList(TagLib::String(text, TagLib::String::UTF8)));
} catch (const std::bad_alloc &) {
}

bool taglib_tags_write(const taglib_tags *tags, int descriptor, taglib_kind kind,
		       void (*tell)(void *context, const char *name), void *context)
try {
	tagged it;

	if (!open_tagged(it, descriptor, kind, false))
		return false;
	for (const auto &left : it.file->setProperties(tags->texts))
		tell(context, left.first.toCString(true));
	write_pictures(tags->pictures, it);
	return it.file->save();
} catch (const std::bad_alloc &) {
	return false;
}

void taglib_tags_list(const taglib_tags *tags, void (*tell)(void *context, const char *name), void *context)
{
	for (const auto &text : tags->texts)
		tell(context, text.first.toCString(true));
	if (!tags->pictures.empty())
		tell(context, "PICTURE");
}

void taglib_tags_free(taglib_tags *tags)
{
	delete tags;
}
