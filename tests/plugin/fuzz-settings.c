/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer target: whatever stands in `converter { … }`, the reader of
 * settings keeps to its promises. Seeds: tests/corpus/settings.
 *
 * Text that makes alsa-lib or the reader open files from anywhere but an empty
 * folder is passed over.
 */
#include "filter.h"
#include "pluglog.h"
#include "promise.h"
#include "settings.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* alsa-lib's parser leaks on some mistakes of syntax; there are no such functions without the sanitizer. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

#define HOME_OF_NOTHING "/nonexistent"

/* One line about this converter, which cannot be taken for two. */
static void check_line(const char *converter)
{
	char start[64];

	snprintf(start, sizeof(start), "converter \"%s\": ", converter);
	REQUIRE(plug_log_lines() == 1);
	REQUIRE(strncmp(plug_log_text(), start, strlen(start)) == 0);
	for (const char *p = plug_log_text(); *p; p++)
		REQUIRE((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void check_settings(const struct bli_settings *settings)
{
	static const unsigned rates_hz[] = { 2000, 16000, 44100, 1536000 };

	REQUIRE(plug_log_lines() == 0);
	REQUIRE(settings->gain_db >= -120 && settings->gain_db <= 40);
	REQUIRE(settings->filter.requirement.phase >= 0 && settings->filter.requirement.phase <= 100);
	for (size_t i = 0; i < sizeof(rates_hz) / sizeof(rates_hz[0]); i++) {
		struct bli_requirement requirement;
		struct bli_filter filter;
		int error = bli_settings_requirement(settings, rates_hz[i], &requirement);

		REQUIRE(error == 0 || error == -EINVAL);
		if (error) {
			check_line(settings->converter);
			continue;
		}
		REQUIRE(plug_log_lines() == 0);
		REQUIRE((requirement.method == BLI_METHOD_TABLE) == (requirement.table != NULL));
		if (requirement.method != BLI_METHOD_SINC)
			continue;
		REQUIRE(requirement.passband > 0 && requirement.passband < requirement.stopband);
		REQUIRE(requirement.attenuation_db >= 40 && requirement.attenuation_db <= 200);
		REQUIRE(bli_filter_sinc(&filter, requirement.passband / 2, requirement.stopband / 2,
					BLI_PASSBAND_DROOP_DB, requirement.attenuation_db, 2) == 0);
	}
}

/* Includes, and paths that leave the home folder. */
static bool opens_files(const char *text)
{
	return strchr(text, '<') || strstr(text, "..") || strchr(text, '/');
}

static void check_converter(const char *converter, const snd_config_t *conf)
{
	struct bli_settings settings;
	int error;

	plug_log_lines();
	error = bli_settings_read(&settings, converter, conf);
	if (error == 0)
		check_settings(&settings);
	else
		check_line(converter);
	REQUIRE(error <= 0);
	bli_settings_free(&settings);
	REQUIRE(settings.table.coefs == NULL && settings.table.length == 0);
}

/* The text as a compound, or NULL if alsa-lib does not take it for one. */
static snd_config_t *parse(const char *text)
{
	snd_config_t *conf;
	snd_input_t *input;
	int error;

	REQUIRE(snd_config_top(&conf) == 0);
	REQUIRE(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)) == 0);
	if (__lsan_disable)
		__lsan_disable();
	error = snd_config_load(conf, input);
	if (__lsan_enable)
		__lsan_enable();
	snd_input_close(input);
	if (error == 0)
		return conf;
	snd_config_delete(conf);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1), *home = getenv("HOME");
	snd_config_t *conf = NULL;

	REQUIRE(text != NULL);
	memcpy(text, data, size);
	home = home ? strdup(home) : NULL;
	setenv("HOME", HOME_OF_NOTHING, 1);
	plug_log_catch();
	if (*text && !opens_files(text))
		conf = parse(text);
	if (conf) {
		for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
			check_converter(preset->name, conf);
		snd_config_delete(conf);
	}
	if (home)
		setenv("HOME", home, 1);
	else
		unsetenv("HOME");
	snd_lib_error_set_handler(NULL);
	free(home);
	free(text);
	return 0;
}
