/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "soundformat.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* These came with libsndfile 1.0.29 and 1.1; older ones refuse them at run time. */
#define CONTAINER_MPEG 0x230000
#define SUBTYPE_OPUS 0x0064
#define SUBTYPE_MPEG_LAYER_III 0x0082

struct container {
	const char *name;
	int format;			/* with the subtype that the name implies, if it implies one */
	const char *extension;		/* the usual one */
	const char *others;		/* other extensions, each followed by a space */
	const char *title;
};

static const struct container containers[] = {
	{ "wav", SF_FORMAT_WAV, "wav", "wave ", "Microsoft WAV" },
	{ "wavex", SF_FORMAT_WAVEX, "wav", "wave ", "WAV with an extensible header" },
	{ "rf64", SF_FORMAT_RF64, "wav", "rf64 wave ", "WAV beyond 4 GiB" },
	{ "w64", SF_FORMAT_W64, "w64", "", "Sony Wave64" },
	{ "aiff", SF_FORMAT_AIFF, "aiff", "aif aifc ", "Apple AIFF" },
	{ "au", SF_FORMAT_AU, "au", "snd ", "Sun/NeXT AU" },
	{ "caf", SF_FORMAT_CAF, "caf", "", "Apple Core Audio" },
	{ "flac", SF_FORMAT_FLAC, "flac", "", "FLAC, lossless" },
	{ "ogg", SF_FORMAT_OGG, "ogg", "oga ", "Ogg: Vorbis, Opus" },
	{ "opus", SF_FORMAT_OGG | SUBTYPE_OPUS, "opus", "", "Opus in Ogg" },
	{ "mp3", CONTAINER_MPEG, "mp3", "", "MPEG audio" },
	{ "raw", SF_FORMAT_RAW, "raw", "pcm ", "samples without a header" },
	{ "nist", SF_FORMAT_NIST, "sph", "nist wav ", "NIST Sphere" },
	{ "voc", SF_FORMAT_VOC, "voc", "", "Creative VOC" },
	{ "ircam", SF_FORMAT_IRCAM, "sf", "ircam ", "Berkeley/IRCAM/CARL" },
	{ "svx", SF_FORMAT_SVX, "iff", "8svx 16sv svx ", "Amiga IFF" },
	{ "paf", SF_FORMAT_PAF, "paf", "fap ", "Ensoniq PARIS" },
	{ "pvf", SF_FORMAT_PVF, "pvf", "", "Portable Voice Format" },
	{ "htk", SF_FORMAT_HTK, "htk", "", "Hidden Markov Tool Kit" },
	{ "mat4", SF_FORMAT_MAT4, "mat", "", "MATLAB 4" },
	{ "mat5", SF_FORMAT_MAT5, "mat", "", "MATLAB 5" },
	{ "avr", SF_FORMAT_AVR, "avr", "", "Audio Visual Research" },
	{ "sds", SF_FORMAT_SDS, "sds", "", "MIDI Sample Dump" },
	{ "mpc2k", SF_FORMAT_MPC2K, "snd", "", "Akai MPC 2000" },
	{ "xi", SF_FORMAT_XI, "xi", "", "FastTracker instrument" },
};

struct subtype {
	const char *name;
	int format;
	unsigned char bytes;	/* of a sample in the file, 0: it depends */
	unsigned char type, bits;	/* what libsndfile delivers */
	const char *title;
};

static const struct subtype subtypes[] = {
	{ "pcm_s8", SF_FORMAT_PCM_S8, 1, SOUND_SHORT, 8, "8 bits, signed" },
	{ "pcm_u8", SF_FORMAT_PCM_U8, 1, SOUND_SHORT, 8, "8 bits, unsigned" },
	{ "pcm_16", SF_FORMAT_PCM_16, 2, SOUND_SHORT, 16, "16 bits" },
	{ "pcm_24", SF_FORMAT_PCM_24, 3, SOUND_INT, 24, "24 bits" },
	{ "pcm_32", SF_FORMAT_PCM_32, 4, SOUND_INT, 32, "32 bits" },
	{ "float", SF_FORMAT_FLOAT, 4, SOUND_FLOAT, 32, "32 bits, floating point" },
	{ "double", SF_FORMAT_DOUBLE, 8, SOUND_DOUBLE, 64, "64 bits, floating point" },
	{ "ulaw", SF_FORMAT_ULAW, 1, SOUND_SHORT, 16, "u-law" },
	{ "alaw", SF_FORMAT_ALAW, 1, SOUND_SHORT, 16, "A-law" },
	{ "ima_adpcm", SF_FORMAT_IMA_ADPCM, 0, SOUND_SHORT, 16, "IMA ADPCM" },
	{ "ms_adpcm", SF_FORMAT_MS_ADPCM, 0, SOUND_SHORT, 16, "Microsoft ADPCM" },
	{ "gsm610", SF_FORMAT_GSM610, 0, SOUND_SHORT, 16, "GSM 6.10" },
	{ "vox_adpcm", SF_FORMAT_VOX_ADPCM, 0, SOUND_SHORT, 16, "OKI Dialogic ADPCM" },
	{ "nms_16", 0x0022, 0, SOUND_SHORT, 16, "NMS ADPCM, 16 kbit/s" },
	{ "nms_24", 0x0023, 0, SOUND_SHORT, 16, "NMS ADPCM, 24 kbit/s" },
	{ "nms_32", 0x0024, 0, SOUND_SHORT, 16, "NMS ADPCM, 32 kbit/s" },
	{ "g721_32", SF_FORMAT_G721_32, 0, SOUND_SHORT, 16, "G.721 ADPCM, 32 kbit/s" },
	{ "g723_24", SF_FORMAT_G723_24, 0, SOUND_SHORT, 16, "G.723 ADPCM, 24 kbit/s" },
	{ "g723_40", SF_FORMAT_G723_40, 0, SOUND_SHORT, 16, "G.723 ADPCM, 40 kbit/s" },
	{ "dwvw_12", SF_FORMAT_DWVW_12, 0, SOUND_SHORT, 12, "delta with variable word width, 12 bits" },
	{ "dwvw_16", SF_FORMAT_DWVW_16, 0, SOUND_SHORT, 16, "the same, 16 bits" },
	{ "dwvw_24", SF_FORMAT_DWVW_24, 0, SOUND_INT, 24, "the same, 24 bits" },
	{ "dpcm_8", SF_FORMAT_DPCM_8, 1, SOUND_SHORT, 8, "differential PCM, 8 bits" },
	{ "dpcm_16", SF_FORMAT_DPCM_16, 2, SOUND_SHORT, 16, "differential PCM, 16 bits" },
	{ "alac_16", SF_FORMAT_ALAC_16, 0, SOUND_SHORT, 16, "Apple lossless, 16 bits" },
	{ "alac_20", SF_FORMAT_ALAC_20, 0, SOUND_INT, 20, "Apple lossless, 20 bits" },
	{ "alac_24", SF_FORMAT_ALAC_24, 0, SOUND_INT, 24, "Apple lossless, 24 bits" },
	{ "alac_32", SF_FORMAT_ALAC_32, 0, SOUND_INT, 32, "Apple lossless, 32 bits" },
	{ "vorbis", SF_FORMAT_VORBIS, 0, SOUND_FLOAT, 32, "Vorbis" },
	{ "opus", SUBTYPE_OPUS, 0, SOUND_FLOAT, 32, "Opus: 8, 12, 16, 24 or 48 kHz" },
	{ "mpeg_layer_iii", SUBTYPE_MPEG_LAYER_III, 0, SOUND_FLOAT, 32, "MPEG layer III" },
};

#define COUNT(TABLE) (sizeof(TABLE) / sizeof((TABLE)[0]))

/* Extensions of formats that libsndfile does not write. */
static const char foreign[] =
	"m4a m4b mp4 aac alac ape wv wma mka mkv webm mp2 mpc ac3 eac3 dts tta tak dsf dff amr spx ra ";

static const struct container *find_container(int format)
{
	const struct container *found = NULL;

	for (size_t i = 0; i < COUNT(containers); i++) {
		const int implied = containers[i].format & SF_FORMAT_SUBMASK;

		if ((containers[i].format & SF_FORMAT_TYPEMASK) == (format & SF_FORMAT_TYPEMASK) &&
		    (implied ? implied == (format & SF_FORMAT_SUBMASK) : found == NULL))
			found = &containers[i];
	}
	return found;
}

static const struct subtype *find_subtype(int format)
{
	for (size_t i = 0; i < COUNT(subtypes); i++)
		if (subtypes[i].format == (format & SF_FORMAT_SUBMASK))
			return &subtypes[i];
	return NULL;
}

struct sound_samples soundformat_samples(int format)
{
	static const unsigned char type_bytes[] = { sizeof(short), sizeof(int), sizeof(float), sizeof(double) };
	const struct subtype *const subtype = find_subtype(format);
	/* floats lose nothing of what lossy codecs deliver */
	struct sound_samples samples = { .type = SOUND_FLOAT, .format.bits = 32 };

	if (subtype != NULL) {
		samples.type = subtype->type;
		samples.format.bits = subtype->bits;
	}
	samples.format.bytes = type_bytes[samples.type];
	samples.format.is_float = samples.type >= SOUND_FLOAT;
	samples.shift = 8u * samples.format.bytes - samples.format.bits;
	return samples;
}

unsigned soundformat_sample_bytes(int format)
{
	const struct subtype *const subtype = find_subtype(format);

	return subtype != NULL ? subtype->bytes : 0;
}

int soundformat_container(const char *name)
{
	for (size_t i = 0; i < COUNT(containers); i++)
		if (strcasecmp(containers[i].name, name) == 0)
			return containers[i].format;
	return 0;
}

int soundformat_subtype(const char *name)
{
	for (size_t i = 0; i < COUNT(subtypes); i++)
		if (strcasecmp(subtypes[i].name, name) == 0)
			return subtypes[i].format;
	return 0;
}

const char *soundformat_container_name(int format)
{
	const struct container *const container = find_container(format);

	return container != NULL ? container->name : "?";
}

const char *soundformat_subtype_name(int format)
{
	const struct subtype *const subtype = find_subtype(format);

	return subtype != NULL ? subtype->name : "?";
}

const char *soundformat_extension(int format)
{
	const struct container *const container = find_container(format);

	return container != NULL ? container->extension : "raw";
}

/* Whether a list of words, each followed by a space, has this one. */
static bool listed(const char *words, const char *word)
{
	for (size_t length; (length = strcspn(words, " ")) > 0; words += length + 1)
		if (strlen(word) == length && strncasecmp(words, word, length) == 0)
			return true;
	return false;
}

static bool has_extension(const struct container *container, const char *extension)
{
	return strcasecmp(container->extension, extension) == 0 || listed(container->others, extension);
}

/* Without the dot; "" if there is none. */
static const char *extension_of(const char *path)
{
	const char *const slash = strrchr(path, '/'), *const name = slash != NULL ? slash + 1 : path;
	const char *const dot = strrchr(name, '.');

	return dot != NULL && dot != name ? dot + 1 : "";
}

bool soundformat_fits(int format, const char *path)
{
	const struct container *const container = find_container(format);

	return container != NULL && has_extension(container, extension_of(path));
}

int soundformat_misnamed(int format, const char *path)
{
	for (size_t i = 0; i < COUNT(containers) && !soundformat_fits(format, path); i++)
		if (has_extension(&containers[i], extension_of(path)))
			return containers[i].format;
	return 0;
}

const char *soundformat_foreign(const char *path)
{
	const char *const extension = extension_of(path);

	return listed(foreign, extension) ? extension : NULL;
}

void soundformat_extensions(char *text, size_t bytes)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < COUNT(containers) && used < bytes; i++)
		if (i == 0 || strcmp(containers[i].extension, containers[i - 1].extension) != 0)
			used += (size_t)snprintf(text + used, bytes - used, "%s%s", i ? " " : "",
						 containers[i].extension);
}

bool soundformat_is_lossy(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_PCM_16:
	case SF_FORMAT_PCM_24:
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_FLOAT:
	case SF_FORMAT_DOUBLE:
	case SF_FORMAT_DWVW_12:
	case SF_FORMAT_DWVW_16:
	case SF_FORMAT_DWVW_24:
	case SF_FORMAT_DPCM_8:
	case SF_FORMAT_DPCM_16:
	case SF_FORMAT_ALAC_16:
	case SF_FORMAT_ALAC_20:
	case SF_FORMAT_ALAC_24:
	case SF_FORMAT_ALAC_32:
		return false;
	default:
		return true;
	}
}

unsigned soundformat_bits(int format)
{
	const struct subtype *const subtype = find_subtype(format);

	/* codecs with losses are made for what a compact disc holds */
	return subtype == NULL || soundformat_is_lossy(format) ? 16 : subtype->bits;
}

enum sound_codec soundformat_codec(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_VORBIS:
		return SOUND_CODEC_VORBIS;
	case SUBTYPE_OPUS:
		return SOUND_CODEC_OPUS;
	case SUBTYPE_MPEG_LAYER_III:
		return SOUND_CODEC_MP3;
	default:
		return (format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC ? SOUND_CODEC_FLAC : SOUND_CODEC_NONE;
	}
}

static bool opus_rate(int rate_hz)
{
	return rate_hz == 48000 || rate_hz == 24000 || rate_hz == 16000 || rate_hz == 12000 || rate_hz == 8000;
}

static bool possible(struct SF_INFO *info, int container, int subtype, int endian)
{
	/* the library would only notice when it has to write it */
	if (subtype == SUBTYPE_MPEG_LAYER_III && container != CONTAINER_MPEG)
		return false;
	if (subtype == SUBTYPE_OPUS && !opus_rate(info->samplerate))
		return false;
	info->format = container | subtype | endian;
	if (sf_format_check(info))
		return true;
	info->format = container | subtype;
	return sf_format_check(info);
}

/* Whether any file of this container and subtype can be written. */
static bool writable(int container, int subtype)
{
	struct SF_INFO info = { .samplerate = 48000 };

	for (info.channels = 1; info.channels <= 2; info.channels++)
		for (int low_rate = 0; low_rate <= 1; low_rate++) {
			info.samplerate = low_rate ? 8000 : 48000;
			if (possible(&info, container, subtype, 0))
				return true;
		}
	return false;
}

static int refuse(const struct SF_INFO *info, int container, int subtype, struct reason *reason)
{
	if (subtype == SUBTYPE_OPUS && writable(container, subtype) && !opus_rate(info->samplerate))
		return reason_set(reason, -EINVAL, "Opus has 8000, 12000, 16000, 24000 and 48000 Hz, not %d Hz",
				  info->samplerate);
	return reason_set(reason, -EINVAL, "%s %s: cannot be written with %d channels at %d Hz; "
			  "--list-formats shows what there is", soundformat_container_name(container | subtype),
			  soundformat_subtype_name(subtype), info->channels, info->samplerate);
}

int soundformat_choose(struct SF_INFO *info, int input, int container, int subtype, struct reason *reason)
{
	/* Where a container cannot have the input's subtype. */
	static const int wide[] = { SF_FORMAT_PCM_24, SF_FORMAT_PCM_16, SF_FORMAT_VORBIS, SUBTYPE_MPEG_LAYER_III,
				    SF_FORMAT_ALAC_24, SF_FORMAT_PCM_S8, SF_FORMAT_DWVW_16, SF_FORMAT_DPCM_16 };
	static const int narrow[] = { SF_FORMAT_PCM_16, SF_FORMAT_VORBIS, SUBTYPE_MPEG_LAYER_III,
				      SF_FORMAT_ALAC_16, SF_FORMAT_PCM_S8, SF_FORMAT_DWVW_16, SF_FORMAT_DPCM_16,
				      SF_FORMAT_PCM_24 };
	const int old_container = input & SF_FORMAT_TYPEMASK, old_subtype = input & SF_FORMAT_SUBMASK;
	const int chosen = container ? container & SF_FORMAT_TYPEMASK : old_container;
	const int wanted = subtype ? subtype : container & SF_FORMAT_SUBMASK;	/* 0: none */
	const int endian = chosen == old_container ? input & SF_FORMAT_ENDMASK
		: chosen == SF_FORMAT_RAW ? SF_ENDIAN_LITTLE : 0;
	const struct sound_samples samples = soundformat_samples(input);
	const bool keeps_bits = soundformat_sample_bytes(input) > 2 || samples.type == SOUND_INT;
	const int *const others = keeps_bits ? wide : narrow;

	if (possible(info, chosen, wanted ? wanted : old_subtype, endian))
		return 0;
	/* 8 bits are signed here and unsigned there */
	if (wanted == SF_FORMAT_PCM_S8 && possible(info, chosen, SF_FORMAT_PCM_U8, endian))
		return 0;
	for (size_t i = 0; i < COUNT(narrow) && container && !wanted; i++)
		if (possible(info, chosen, others[i], endian))
			return 0;
	return refuse(info, chosen, wanted ? wanted : old_subtype, reason);
}

/* Whether a container's word allows a subtype: one that implies another does not. */
static bool allows(int container, int subtype)
{
	return (container & SF_FORMAT_SUBMASK) == 0 || (container & SF_FORMAT_SUBMASK) == subtype;
}

void soundformat_list(FILE *stream)
{
	fputs("formats (--format) and their subtypes (--subtype):\n", stream);
	for (size_t i = 0; i < COUNT(containers); i++) {
		bool any = false;

		for (size_t k = 0; k < COUNT(subtypes); k++)
			if (allows(containers[i].format, subtypes[k].format) &&
			    writable(containers[i].format & SF_FORMAT_TYPEMASK, subtypes[k].format)) {
				if (!any)
					fprintf(stream, "%-6s %s:", containers[i].name, containers[i].title);
				fprintf(stream, " %s", subtypes[k].name);
				any = true;
			}
		if (any)
			fputc('\n', stream);
	}
	fputs("subtypes:\n", stream);
	for (size_t k = 0; k < COUNT(subtypes); k++)
		fprintf(stream, "%-15s %s\n", subtypes[k].name, subtypes[k].title);
}
