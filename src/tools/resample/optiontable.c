/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "optiontable.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "phase.h"
#include "shared/commandline.h"
#include "taglib-tags.h"

#define GAIN_MAX_DB 200.0
#define RATE_MAX_HZ 1e9
#define BITRATE_MAX_BPS 6144e3

static const char *const dither_kinds[] = {
	[BLI_DITHER_NONE] = "none", [BLI_DITHER_TPDF] = "tpdf", [BLI_DITHER_SHAPED] = "shaped",
};

/* How much of a rate is its number: 44100, 44.1k, 44100Hz, 44.1kHz or "44.1 kHz", in capitals or not. */
static size_t rate_number_length(const char *text, bool *kilo)
{
	size_t length = strlen(text);

	if (length >= 2 && strcasecmp(text + length - 2, "Hz") == 0)
		length -= 2;
	*kilo = length >= 1 && (text[length - 1] == 'k' || text[length - 1] == 'K');
	length -= *kilo;
	while (length > 0 && text[length - 1] == ' ')
		length--;
	return length;
}

/* Exact, as a fraction. */
static int set_rate(struct ratio *rate_hz, const char *option, const char *argument)
{
	const struct ratio thousand = { 1000, 1 };
	char number[64];
	bool kilo;
	const size_t length = rate_number_length(argument, &kilo);

	if (snprintf(number, sizeof(number), "%.*s", (int)length, argument) >= (int)sizeof(number) ||
	    ratio_parse(rate_hz, number) != 0 || (kilo && ratio_multiply(rate_hz, rate_hz, &thousand) != 0))
		return commandline_complain("%s %s: not possible; allowed: a positive number of hertz (16000, 44.1k)",
					    option, argument);
	return ratio_number(rate_hz) > RATE_MAX_HZ
		? commandline_complain("%s %s: out of range; allowed: up to %.0f Hz", option, argument, RATE_MAX_HZ)
		: 0;
}

static int set_to(struct options *options, const char *argument)
{
	options->to_given = true;
	return set_rate(&options->to_hz, "-to", argument);
}

static int set_by(struct options *options, const char *argument)
{
	options->by_given = true;
	if (ratio_parse(&options->by, argument) != 0)
		return commandline_complain("-by %s: not possible; allowed: a positive number like 0.91875 or "
					    "a fraction like 147/160", argument);
	return ratio_within(&options->by, BLI_RATIO_MAX) ? 0
		: commandline_complain("-by %s: out of range; allowed: 1/%d to %d", argument, BLI_RATIO_MAX,
				       BLI_RATIO_MAX);
}

static int set_converter(struct options *options, const char *argument)
{
	options->preset = bli_preset_find(argument);
	return options->preset != NULL ? 0
		: commandline_complain("--converter %s: unknown; --list-converters shows what there is", argument);
}

static int set_expensive(struct options *options, const char *argument)
{
	(void)argument;
	options->preset = bli_preset_find("bli_best");
	return 0;
}

static int list_converters(struct options *options, const char *argument)
{
	(void)options;
	(void)argument;
	printf("%-11s %9s %8s %10s\n", "name", "bandwidth", "SNR dB", "aliases dB");
	for (const struct bli_preset *preset = bli_presets; preset->name != NULL; preset++) {
		if (preset->claim_snr_db > 0)
			printf("%-11s %9.3f %8.0f %10.0f%s\n", preset->name, preset->claim_bandwidth,
			       preset->claim_snr_db, -preset->claim_rejection_db,
			       strcmp(preset->name, BLI_PRESET_DEFAULT) == 0 ? "  default" : "");
		else
			printf("%-11s %9s %8s %10s\n", preset->name, "-", "-", "-");
	}
	return -1;
}

/* The value of a key of the same name in ALSA's configuration. Which values are allowed depends on no other key. */
static int set_key(struct options *options, const char *name, const char *argument)
{
	struct bli_setting trial = { .requirement.phase = BLI_PHASE_LINEAR };
	const char *allowed = "";

	for (size_t i = 0; bli_setting_names[i] != NULL; i++)
		if (strcmp(bli_setting_names[i], name) == 0)
			options->keys[i] = argument;
	return bli_setting_read(&trial, name, &(struct bli_setting_value){ .text = argument }, &allowed) == 0 ? 0
		: commandline_complain("--%s %s: %s", name, argument, allowed);
}

static int set_passband(struct options *options, const char *argument)
{
	return set_key(options, "passband", argument);
}

static int set_stopband(struct options *options, const char *argument)
{
	return set_key(options, "stopband", argument);
}

static int set_attenuation(struct options *options, const char *argument)
{
	return set_key(options, "attenuation", argument);
}

static int set_phase(struct options *options, const char *argument)
{
	return set_key(options, "phase", argument);
}

static int set_precision(struct options *options, const char *argument)
{
	return set_key(options, "precision", argument);
}

static int set_filter(struct options *options, const char *argument)
{
	options->filter_path = argument;
	return 0;
}

static int set_channels(struct options *options, const char *argument)
{
	return commandline_integer("--channels", argument, 1, BLI_CHANNELS_MAX, &options->channels);
}

static int set_mono(struct options *options, const char *argument)
{
	(void)argument;
	options->channels = 1;
	return 0;
}

static int set_gain(struct options *options, const char *argument)
{
	options->gain_given = true;
	return commandline_number("--gain", argument, -GAIN_MAX_DB, GAIN_MAX_DB, "dB", &options->gain_db);
}

/* A level is full scale or below. */
static bool is_level(const char *word)
{
	char *end;

	return (word[0] == '-' || word[0] == '0') && strtod(word, &end) <= 0 && end != word &&
	       (*end == '\0' || strcasecmp(end, "dB") == 0);
}

static int set_normalize(struct options *options, const char *argument)
{
	options->normalize = true;
	return argument == NULL ? 0
		: commandline_number("--normalize", argument, -GAIN_MAX_DB, 0, "dB", &options->normalize_db);
}

static bool is_dither(const char *word)
{
	for (size_t kind = 0; kind < sizeof(dither_kinds) / sizeof(dither_kinds[0]); kind++)
		if (strcmp(dither_kinds[kind], word) == 0)
			return true;
	return false;
}

static int set_dither(struct options *options, const char *argument)
{
	options->dither_given = true;
	options->dither = BLI_DITHER_TPDF;
	if (argument == NULL)
		return 0;
	for (size_t kind = 0; kind < sizeof(dither_kinds) / sizeof(dither_kinds[0]); kind++)
		if (strcmp(dither_kinds[kind], argument) == 0) {
			options->dither = (enum bli_dither_kind)kind;
			return 0;
		}
	return commandline_complain("--dither=%s: unknown; allowed: none, tpdf, shaped", argument);
}

static int set_name(int *word, int (*find)(const char *), const char *option, const char *argument)
{
	*word = find(argument);
	return *word ? 0 : commandline_complain("%s %s: unknown; --list-formats shows what there is", option, argument);
}

static int set_format(struct options *options, const char *argument)
{
	return set_name(&options->container, soundformat_container, "--format", argument);
}

static int set_subtype(struct options *options, const char *argument)
{
	return set_name(&options->subtype, soundformat_subtype, "--subtype", argument);
}

static int set_bits(struct options *options, const char *argument)
{
	static const struct {
		const char *text;
		int subtype;
	} bits[] = {
		{ "8", SF_FORMAT_PCM_S8 }, { "16", SF_FORMAT_PCM_16 }, { "24", SF_FORMAT_PCM_24 },
		{ "32", SF_FORMAT_PCM_32 },
	};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (strcmp(bits[i].text, argument) == 0) {
			options->subtype = bits[i].subtype;
			return 0;
		}
	return commandline_complain("--bits %s: not possible; allowed: 8, 16, 24, 32; "
				    "--subtype has floating point numbers", argument);
}

static int set_bitrate(struct options *options, const char *argument)
{
	struct ratio bitrate;
	const struct ratio thousand = { 1000, 1 };
	const size_t length = strlen(argument);
	const bool kilo = length > 1 && (argument[length - 1] == 'k' || argument[length - 1] == 'K');
	char number[32];

	if (snprintf(number, sizeof(number), "%.*s", (int)(length - kilo), argument) >= (int)sizeof(number) ||
	    ratio_parse(&bitrate, number) != 0 || (kilo && ratio_multiply(&bitrate, &bitrate, &thousand) != 0) ||
	    ratio_number(&bitrate) < 1000 || ratio_number(&bitrate) > BITRATE_MAX_BPS)
		return commandline_complain("--bitrate %s: not possible; allowed: 1k to 6144k bits per second",
					    argument);
	options->encoder.bitrate_bps = ratio_number(&bitrate);
	return 0;
}

static int set_quality(struct options *options, const char *argument)
{
	return commandline_number("--quality", argument, 0, ENCODER_QUALITY_MAX, "(the best)",
				  &options->encoder.quality);
}

static int set_compression(struct options *options, const char *argument)
{
	return commandline_number("--compression", argument, 0, ENCODER_COMPRESSION_MAX, "(the smallest)",
				  &options->encoder.compression);
}

static int list_formats(struct options *options, const char *argument)
{
	(void)options;
	(void)argument;
	soundformat_list(stdout);
	return -1;
}

static int set_raw_rate(struct options *options, const char *argument)
{
	options->reading.raw.given = true;
	return set_rate(&options->reading.raw.rate_hz, "--raw-rate", argument);
}

static int set_raw_channels(struct options *options, const char *argument)
{
	return commandline_integer("--raw-channels", argument, 1, BLI_CHANNELS_MAX, &options->reading.raw.channels);
}

static int set_raw_subtype(struct options *options, const char *argument)
{
	return set_name(&options->reading.raw.subtype, soundformat_subtype, "--raw-subtype", argument);
}

static int set_raw_endian(struct options *options, const char *argument)
{
	if (strcmp(argument, "little") != 0 && strcmp(argument, "big") != 0)
		return commandline_complain("--raw-endian %s: unknown; allowed: little, big", argument);
	options->reading.raw.endian = argument[0] == 'b' ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
	return 0;
}

static int set_output_dir(struct options *options, const char *argument)
{
	options->output_dir = argument;
	return argument[0] ? 0 : commandline_complain("--output-dir: empty; allowed: a folder");
}

static int set_jobs(struct options *options, const char *argument)
{
	return commandline_integer("--jobs", argument, 1, RESAMPLE_JOBS_MAX, &options->jobs);
}

static int set_terse(struct options *options, const char *argument)
{
	(void)argument;
	options->trace = false;
	return 0;
}

static int print_version(struct options *options, const char *argument)
{
	option_version(options, argument);
	if (taglib_version() != NULL)
		printf("%s, TagLib %s\n", sf_version_string(), taglib_version());
	else
		printf("%s, no TagLib\n", sf_version_string());
	return -1;
}

static const struct option_entry entries[] = {
	{ "", .text = "\nConversion:" },
	{ "-to, --to, -toSrate, -r, --rate RATE", "new sample rate: 16000, 44.1k", .set = set_to },
	{ "-by, --by, -byFactor FACTOR", "new rate by the old: 0.91875 or 147/160", .set = set_by },
	{ "--converter NAME", "quality (bli)", .set = set_converter },
	{ "-expensive, --expensive", "the same as --converter bli_best", .set = set_expensive },
	{ "--list-converters", "print their names and figures", .set = list_converters },
	{ "--passband EDGE", "where the passband ends: 0.93 or 93% of the\nlower Nyquist frequency, 7200Hz or 7.2kHz",
	  .set = set_passband },
	{ "--stopband EDGE", "where the stopband begins", .set = set_stopband },
	{ "--attenuation DB", "of aliases and images, 40 to 200", .set = set_attenuation },
	{ "--phase PHASE", "linear, intermediate, minimum or 0 to 100", .set = set_phase },
	{ "--precision WORD", "of the sums: float or double", .set = set_precision },
	{ "-f, --filter, -filterFile FILE", "filter with a filter file instead", .set = set_filter },
	{ "-n, --nearest, -noFilterInterp", "do not interpolate in that file",
	  .flag = offsetof(struct options, nearest) },
	{ "-l, --linear, -linearInterpolation", "a straight line between two samples",
	  .flag = offsetof(struct options, linear) },
	{ "--channels N", "mix to so many channels", .set = set_channels },
	{ "--mono", "the same as --channels 1", .set = set_mono },
	{ "--gain DB", "amplify, -200 to 200", .set = set_gain },
	{ "--normalize[=DB]", "bring the peak to this level (0)", .set = set_normalize, .takes = is_level },
	{ "--no-clip", "lower the gain if samples would clip", .flag = offsetof(struct options, no_clip) },
	{ "--dither[=KIND]", "none, tpdf, shaped (tpdf if bits are lost)", .set = set_dither, .takes = is_dither },
	{ "", .text = "\nFiles:" },
	{ "--format NAME", "container of the output (its name's)", .set = set_format },
	{ "--subtype NAME", "coding of its samples (the input's)", .set = set_subtype },
	{ "--bits N", "whole numbers of 8, 16, 24 or 32 bits", .set = set_bits },
	{ "--list-formats", "print the names of formats and subtypes", .set = list_formats },
	{ "--bitrate BITS", "of MP3, Opus and Vorbis (the input's): 128k", .set = set_bitrate },
	{ "--quality Q", "of the same, 0 to 10, the best", .set = set_quality },
	{ "--compression LEVEL", "of FLAC, 0 to 8, the smallest", .set = set_compression },
	{ "--raw-rate RATE", "the input has no header, and this rate", .set = set_raw_rate },
	{ "--raw-channels N", "its channels", .set = set_raw_channels },
	{ "--raw-subtype NAME", "its samples (pcm_16)", .set = set_raw_subtype },
	{ "--raw-endian ORDER", "little or big (little)", .set = set_raw_endian },
	{ "--strict", "an input that ends early is an error", .flag = offsetof(struct options, reading.strict) },
	{ "--output-dir DIR", "write outputs by the inputs' names to DIR", .set = set_output_dir },
	{ "--gapless", "the inputs are one piece, in this order", .flag = offsetof(struct options, gapless) },
	{ "--jobs N", "threads, for files or parts of one (1)", .set = set_jobs },
	{ "-y, --overwrite", "replace outputs that exist", .flag = offsetof(struct options, overwrite) },
	{ "", .text = "\nMessages:" },
	{ "-trace, --trace", "print what is done to standard error", .flag = offsetof(struct options, trace) },
	{ "-terse, --terse", "do not", .set = set_terse },
	{ "-q, --quiet", "no progress, no notes", .flag = offsetof(struct options, quiet) },
	{ "-h, --help", "print this and exit", .set = option_help },
	{ "-V, --version, -version", "print the version and exit", .set = print_version },
	{ .text = NULL },
};

const struct option_table resample_option_table = {
	.usage = "Usage: " RESAMPLE_PROGRAM " (-to RATE | -by FACTOR) [OPTION]... INPUT [OUTPUT]\n"
		 "       " RESAMPLE_PROGRAM " (-to RATE | -by FACTOR) [OPTION]... --output-dir DIR\n"
		 "                    INPUT...\n"
		 "Convert the sample rate of sound files. - is standard input or output.\n",
	.width = 32, .single_hyphen = true, .entries = entries,
};
