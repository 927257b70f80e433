/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "optiontable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "options.h"
#include "phase.h"
#include "shared/commandline.h"
#include "taglib-tags.h"

#define GAIN_MAX_DB 200.0
#define RATE_MAX_HZ 1e9
#define BITRATE_MAX_BPS 6144e3

static const char *const dither_kinds[] = {
	[BLI_DITHER_NONE] = "none", [BLI_DITHER_TPDF] = "tpdf", [BLI_DITHER_SHAPED] = "shaped",
};

/* How much of a rate is its number: 44100, 44.1k, 44100Hz or 44.1kHz, in capitals or not. */
static size_t rate_number_length(const char *text, bool *kilo)
{
	size_t length = strlen(text);

	if (length >= 2 && strcasecmp(text + length - 2, "Hz") == 0)
		length -= 2;
	*kilo = length >= 1 && (text[length - 1] == 'k' || text[length - 1] == 'K');
	return length - *kilo;
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

static int set_to(struct resample_options *options, const char *argument)
{
	options->to_given = true;
	return set_rate(&options->to_hz, "-to", argument);
}

static int set_by(struct resample_options *options, const char *argument)
{
	options->by_given = true;
	if (ratio_parse(&options->by, argument) != 0)
		return commandline_complain("-by %s: not possible; allowed: a positive number like 0.91875 or "
					    "a fraction like 147/160", argument);
	return ratio_within(&options->by, BLI_RATIO_MAX) ? 0
		: commandline_complain("-by %s: out of range; allowed: 1/%d to %d", argument, BLI_RATIO_MAX,
				       BLI_RATIO_MAX);
}

static int set_converter(struct resample_options *options, const char *argument)
{
	options->preset = bli_preset_find(argument);
	return options->preset != NULL ? 0
		: commandline_complain("--converter %s: unknown; --list-converters shows what there is", argument);
}

static int set_expensive(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->preset = bli_preset_find("bli_best");
	return 0;
}

static int list_converters(struct resample_options *options, const char *argument)
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

/* The value of a key: that of the configuration, too. What it can be depends on no other. */
static int set_key(struct resample_options *options, const char *name, const char *argument)
{
	struct bli_setting trial = { .requirement.phase = BLI_PHASE_LINEAR };
	const char *allowed = "";

	for (size_t i = 0; bli_setting_names[i] != NULL; i++)
		if (strcmp(bli_setting_names[i], name) == 0)
			options->keys[i] = argument;
	return bli_setting_read(&trial, name, &(struct bli_setting_value){ .text = argument }, &allowed) == 0 ? 0
		: commandline_complain("--%s %s: %s", name, argument, allowed);
}

static int set_passband(struct resample_options *options, const char *argument)
{
	return set_key(options, "passband", argument);
}

static int set_stopband(struct resample_options *options, const char *argument)
{
	return set_key(options, "stopband", argument);
}

static int set_attenuation(struct resample_options *options, const char *argument)
{
	return set_key(options, "attenuation", argument);
}

static int set_phase(struct resample_options *options, const char *argument)
{
	return set_key(options, "phase", argument);
}

static int set_precision(struct resample_options *options, const char *argument)
{
	return set_key(options, "precision", argument);
}

static int set_filter(struct resample_options *options, const char *argument)
{
	options->filter_path = argument;
	return 0;
}

static int set_nearest(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->nearest = true;
	return 0;
}

static int set_linear(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->linear = true;
	return 0;
}

static int set_channels(struct resample_options *options, const char *argument)
{
	return commandline_integer("--channels", argument, 1, BLI_CHANNELS_MAX, &options->channels);
}

static int set_mono(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->channels = 1;
	return 0;
}

static int set_gain(struct resample_options *options, const char *argument)
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

static int set_normalize(struct resample_options *options, const char *argument)
{
	options->normalize = true;
	return argument == NULL ? 0
		: commandline_number("--normalize", argument, -GAIN_MAX_DB, 0, "dB", &options->normalize_db);
}

static int set_no_clip(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->no_clip = true;
	return 0;
}

static bool is_dither(const char *word)
{
	for (size_t kind = 0; kind < sizeof(dither_kinds) / sizeof(dither_kinds[0]); kind++)
		if (strcmp(dither_kinds[kind], word) == 0)
			return true;
	return false;
}

static int set_dither(struct resample_options *options, const char *argument)
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

static int set_format(struct resample_options *options, const char *argument)
{
	return set_name(&options->container, soundformat_container, "--format", argument);
}

static int set_subtype(struct resample_options *options, const char *argument)
{
	return set_name(&options->subtype, soundformat_subtype, "--subtype", argument);
}

static int set_bits(struct resample_options *options, const char *argument)
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

static int set_bitrate(struct resample_options *options, const char *argument)
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

static int set_quality(struct resample_options *options, const char *argument)
{
	return commandline_number("--quality", argument, 0, ENCODER_QUALITY_MAX, "(the best)",
				  &options->encoder.quality);
}

static int set_compression(struct resample_options *options, const char *argument)
{
	return commandline_number("--compression", argument, 0, ENCODER_COMPRESSION_MAX, "(the smallest)",
				  &options->encoder.compression);
}

static int list_formats(struct resample_options *options, const char *argument)
{
	(void)options;
	(void)argument;
	soundformat_list(stdout);
	return -1;
}

static int set_raw_rate(struct resample_options *options, const char *argument)
{
	options->reading.raw.given = true;
	return set_rate(&options->reading.raw.rate_hz, "--raw-rate", argument);
}

static int set_raw_channels(struct resample_options *options, const char *argument)
{
	return commandline_integer("--raw-channels", argument, 1, BLI_CHANNELS_MAX, &options->reading.raw.channels);
}

static int set_raw_subtype(struct resample_options *options, const char *argument)
{
	return set_name(&options->reading.raw.subtype, soundformat_subtype, "--raw-subtype", argument);
}

static int set_raw_endian(struct resample_options *options, const char *argument)
{
	if (strcmp(argument, "little") != 0 && strcmp(argument, "big") != 0)
		return commandline_complain("--raw-endian %s: unknown; allowed: little, big", argument);
	options->reading.raw.endian = argument[0] == 'b' ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
	return 0;
}

static int set_strict(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->reading.strict = true;
	return 0;
}

static int set_output_dir(struct resample_options *options, const char *argument)
{
	options->output_dir = argument;
	return argument[0] ? 0 : commandline_complain("--output-dir: empty; allowed: a folder");
}

static int set_gapless(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->gapless = true;
	return 0;
}

static int set_jobs(struct resample_options *options, const char *argument)
{
	return commandline_integer("--jobs", argument, 1, RESAMPLE_JOBS_MAX, &options->jobs);
}

static int set_overwrite(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->overwrite = true;
	return 0;
}

static int set_trace(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->trace = true;
	return 0;
}

static int set_terse(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->trace = false;
	return 0;
}

static int set_quiet(struct resample_options *options, const char *argument)
{
	(void)argument;
	options->quiet = true;
	return 0;
}

int option_help(struct resample_options *options, const char *argument)
{
	(void)options;
	(void)argument;
	return -1;
}

static int print_version(struct resample_options *options, const char *argument)
{
	(void)options;
	(void)argument;
	puts(RESAMPLE_PROGRAM " (alsa-bli) " PACKAGE_VERSION);
	if (taglib_version() != NULL)
		printf("%s, TagLib %s\n", sf_version_string(), taglib_version());
	else
		printf("%s, no TagLib\n", sf_version_string());
	return -1;
}

const struct option_entry option_table[] = {
	{ "", "Conversion:", NULL, NULL },
	{ "-to, --to, -toSrate, -r, --rate RATE", "new sample rate: 16000, 44.1k", set_to, NULL },
	{ "-by, --by, -byFactor FACTOR", "new rate by the old: 0.91875 or 147/160", set_by, NULL },
	{ "--converter NAME", "quality (bli)", set_converter, NULL },
	{ "-expensive, --expensive", "the same as --converter bli_best", set_expensive, NULL },
	{ "--list-converters", "print their names and figures", list_converters, NULL },
	{ "--passband EDGE", "as ALSA's configuration, see bli(7): 0.9,", set_passband, NULL },
	{ "--stopband EDGE", "93%, 7200Hz or 7.2kHz", set_stopband, NULL },
	{ "--attenuation DB", "of aliases and images", set_attenuation, NULL },
	{ "--phase PHASE", "linear, intermediate, minimum or 0 to 100", set_phase, NULL },
	{ "--precision WORD", "of sums: float or double", set_precision, NULL },
	{ "-f, --filter, -filterFile FILE", "filter with a filter file instead", set_filter, NULL },
	{ "-n, --nearest, -noFilterInterp", "its nearest entry, no interpolation in it", set_nearest, NULL },
	{ "-l, --linear, -linearInterpolation", "a straight line between two samples", set_linear, NULL },
	{ "--channels N", "mix to so many channels", set_channels, NULL },
	{ "--mono", "the same as --channels 1", set_mono, NULL },
	{ "--gain DB", "amplify, -200 to 200", set_gain, NULL },
	{ "--normalize[=DB]", "amplify so far that the peak is there (0)", set_normalize, is_level },
	{ "--no-clip", "lower the gain if samples would clip", set_no_clip, NULL },
	{ "--dither[=KIND]", "none, tpdf, shaped (tpdf if bits are lost)", set_dither, is_dither },
	{ "", "Files:", NULL, NULL },
	{ "--format NAME", "container of the output (its name's)", set_format, NULL },
	{ "--subtype NAME", "coding of its samples (the input's)", set_subtype, NULL },
	{ "--bits N", "whole numbers of 8, 16, 24 or 32 bits", set_bits, NULL },
	{ "--list-formats", "print the names of formats and subtypes", list_formats, NULL },
	{ "--bitrate BITS", "of MP3, Opus and Vorbis (the input's): 128k", set_bitrate, NULL },
	{ "--quality Q", "of the same, 0 to 10, the best", set_quality, NULL },
	{ "--compression LEVEL", "of FLAC, 0 to 8, the smallest", set_compression, NULL },
	{ "--raw-rate RATE", "the input has no header, and this rate", set_raw_rate, NULL },
	{ "--raw-channels N", "its channels", set_raw_channels, NULL },
	{ "--raw-subtype NAME", "its samples (pcm_16)", set_raw_subtype, NULL },
	{ "--raw-endian ORDER", "little or big (little)", set_raw_endian, NULL },
	{ "--strict", "an input that ends early is an error", set_strict, NULL },
	{ "--output-dir DIR", "outputs of the inputs' names there", set_output_dir, NULL },
	{ "--gapless", "the inputs are one piece, in this order", set_gapless, NULL },
	{ "--jobs N", "threads, for files or parts of one (1)", set_jobs, NULL },
	{ "-y, --overwrite", "replace outputs that exist", set_overwrite, NULL },
	{ "", "Messages:", NULL, NULL },
	{ "-trace, --trace", "print what is done to standard error", set_trace, NULL },
	{ "-terse, --terse", "do not", set_terse, NULL },
	{ "-q, --quiet", "no progress, no notes", set_quiet, NULL },
	{ "-h, --help", "print this and exit", option_help, NULL },
	{ "-V, --version, -version", "print the version and exit", print_version, NULL },
	{ NULL, NULL, NULL, NULL },
};
