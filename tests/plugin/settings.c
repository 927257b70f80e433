/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys of `converter { name "bli" … }`: every value in every way of writing
 * it, and one line for every mistake.  What the settings do to sound is
 * measured in effects.c.
 */
#include "plughelp.h"
#include "preset.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The target of the fuzzer, whose corpus is replayed here. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All keys, for mistakes of spelling. */
static const char *const keys[] = {
	"quality", "passband", "stopband", "attenuation", "phase", "precision", "dither", "gain", "filter_file",
	"interpolation", "verbose",
};

/* Open with the keys of `text`; *said gets the dump, or is left alone if the converter refused. */
static int open_with(const char *name, const char *text, const char **said)
{
	snd_config_t *config = plug_config(text);
	struct plug plug;
	int error;

	plug_log_lines();
	error = plug_open(&plug, name, config);
	if (!error && said)
		*said = plug_dump(&plug);
	plug_close(&plug);
	snd_config_delete(config);
	return error;
}

/* ---- what is allowed ---------------------------------------------------- */

static const struct {
	const char *text, *said;	/* what `aplay -v` then says */
} allowed[] = {
	{ "quality fast", "passband 0.841 (" },
	{ "quality \"medium\"", "passband 0.901 (" },
	{ "quality high", "passband 0.93 (" },
	{ "quality \"Best\"", "passband 0.9655 (" },
	{ "quality linear", "linear interpolation" },
	{ "passband 0.8", "passband 0.8 (-0.1 dB)" },
	{ "passband \"0.8\"", "passband 0.8 (-0.1 dB)" },
	{ "passband \".8\"", "passband 0.8 (-0.1 dB)" },
	{ "passband 80%", "passband 0.8 (-0.1 dB)" },
	{ "passband \"80%\"", "passband 0.8 (-0.1 dB)" },
	{ "passband \" 80.0 % \"", "passband 0.8 (-0.1 dB)" },
	{ "passband 7200Hz", "passband 7200 Hz (-0.1 dB)" },
	{ "passband \"7200 Hz\"", "passband 7200 Hz (-0.1 dB)" },
	{ "passband \"7.2 kHz\"", "passband 7200 Hz (-0.1 dB)" },
	{ "passband \"7.2khz\"", "passband 7200 Hz (-0.1 dB)" },
	{ "passband \"7.2e3 HZ\"", "passband 7200 Hz (-0.1 dB)" },
	{ "stopband 1", "stopband 1 of" },
	{ "stopband 1.25", "stopband 1.25 of" },
	{ "stopband \"1.25\"", "stopband 1.25 of" },
	{ "stopband \"125 %\"", "stopband 1.25 of" },
	{ "stopband \"24 kHz\"", "stopband 24000 Hz" },
	{ "stopband 1.9", "stopband 1.9 of" },
	{ "passband 0.05\nstopband 0.052", "passband 0.05 (-0.1 dB), stopband 0.052 of" },
	{ "passband 0.9\nstopband 0.902", "stopband 0.902 of" },
	{ "attenuation 40", "attenuation 40 dB" },
	{ "attenuation \"40\"", "attenuation 40 dB" },
	{ "attenuation 99.5", "attenuation 99.5 dB" },
	{ "attenuation \"99.5 dB\"", "attenuation 99.5 dB" },
	{ "attenuation 200dB", "attenuation 200 dB" },
	{ "attenuation \"2e2 db\"", "attenuation 200 dB" },
	{ "phase linear", "linear phase" },
	{ "phase \"Minimum\"", "minimum phase" },
	{ "phase intermediate", "phase 25 " },
	{ "phase 0", "minimum phase" },
	{ "phase \"0\"", "minimum phase" },
	{ "phase 50", "linear phase" },
	{ "phase 12.5", "phase 12.5 " },
	{ "phase \"12.5\"", "phase 12.5 " },
	{ "phase 100", "phase 100 " },
	{ "precision float", "Converter: " },
	{ "precision \"Double\"", "Converter: " },
	{ "dither none", "Converter: " },
	{ "dither tpdf", "dither: tpdf" },
	{ "dither \"Shaped\"", "dither: shaped" },
	{ "gain 3", "gain: +3 dB" },
	{ "gain +3", "gain: +3 dB" },
	{ "gain \"3\"", "gain: +3 dB" },
	{ "gain -0.75", "gain: -0.75 dB" },
	{ "gain \"-0.75 dB\"", "gain: -0.75 dB" },
	{ "gain -0.75dB", "gain: -0.75 dB" },
	{ "gain -120", "gain: -120 dB" },
	{ "gain 40", "gain: +40 dB" },
	{ "verbose no", "Converter: " },
	{ "verbose \"off\"", "Converter: " },
	{ "verbose false", "Converter: " },
	{ "verbose 0", "Converter: " },
	{ "verbose yes", "Converter: " },
	{ "verbose on", "Converter: " },
	{ "verbose 1", "Converter: " },
	{ "passband 0.8\nstopband \"24 kHz\"\nattenuation 90\nphase 50\nprecision double\ndither tpdf\ngain -1\n"
	  "verbose no\ncomment \"all that go together\"",
	  "passband 0.8 of the lower Nyquist frequency (-0.1 dB), stopband 24000 Hz" },
};

/* Whether straight lines, which have no filter, can have the key. */
static bool key_of_filter(const char *text)
{
	static const char *const names[] = { "passband", "stopband", "attenuation", "phase" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strncmp(text, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void check_allowed(void)
{
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++)
		for (size_t i = 0; i < COUNT(allowed); i++) {
			const char *said = "";
			int error;

			if (preset->requirement.method != BLI_METHOD_SINC && key_of_filter(allowed[i].text))
				continue;
			error = open_with(preset->name, allowed[i].text, &said);
			if (error)
				fail_msg("%s { %s }: %d, %s", preset->name, allowed[i].text, error, plug_log_text());
			assert_int_equal(plug_log_lines(), 0);
			if (!strstr(said, allowed[i].said))
				fail_msg("%s { %s }: no '%s' in:\n%s", preset->name, allowed[i].text, allowed[i].said,
					 said);
		}
}

static void test_allowed(void **state)
{
	(void)state;
	check_allowed();
	print_message("%zu ways of writing\n", COUNT(allowed));
}

/* A program's language does not change what a number is. */
static void test_locale(void **state)
{
	static const char *const commas[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "sv_SE.UTF-8" };
	const char *found = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(commas) && !found; i++)
		found = setlocale(LC_NUMERIC, commas[i]);
	if (!found) {
		print_message("no locale with a decimal comma is installed\n");
		skip();
	}
	check_allowed();
	setlocale(LC_NUMERIC, "C");
}

/* ---- what is not -------------------------------------------------------- */

/* One line, which names the converter and holds all of needles[count]; 1 if not. */
static unsigned check_line(const char *what, const char *name, const char *const *needles, size_t count)
{
	unsigned lines = plug_log_lines();
	char quoted[64];
	bool good = lines == 1;

	if (lines != 1)
		print_error("%s: %u lines instead of 1, the last: %s\n", what, lines, plug_log_text());
	snprintf(quoted, sizeof(quoted), "converter \"%s\": ", name);
	if (strncmp(plug_log_text(), quoted, strlen(quoted)) != 0) {
		print_error("%s: does not begin with the converter: %s\n", what, plug_log_text());
		good = false;
	}
	for (size_t i = 0; i < count && needles[i]; i++)
		if (!strstr(plug_log_text(), needles[i])) {
			print_error("%s: no '%s' in: %s\n", what, needles[i], plug_log_text());
			good = false;
		}
	return !good;
}

/* Under every name: refused with `error`, and the line of check_line().  The first fault is told. */
static unsigned check_refused(const char *text, int error, const char *const *needles, size_t count)
{
	unsigned faults = 0;

	for (const struct bli_preset *preset = bli_presets; preset->name && !faults; preset++) {
		int got = open_with(preset->name, text, NULL);

		if (got != error) {
			print_error("%s { %s }: %d instead of %d\n", preset->name, text, got, error);
			faults++;
		} else {
			faults += check_line(text, preset->name, needles, count);
		}
	}
	return faults;
}

/* alsa-lib keeps the low bits of an integer that has more than a long */
#if LONG_MAX > INT_MAX
#define SHOWN_INTEGER "99999999999"
#else
#define SHOWN_INTEGER ""
#endif

/* Values that no key takes, and how a message shows them; filter_file takes every string for a path. */
static const struct {
	const char *value, *shown;
	bool is_path;
} nonsense[] = {
	{ "\"\"", "\"\"", false },
	{ "{ a 1 }", "a compound", false },
	{ "[ 0.9 1.1 ]", "a compound", false },
	{ "99999999999", SHOWN_INTEGER, false },
	{ "1e400", "1e400", true },
	{ "\"nan\"", "nan", true },
	{ "\"inf\"", "inf", true },
	{ "\"-inf\"", "-inf", true },
	{ "\"1e400\"", "1e400", true },
	{ "\"-1e400\"", "-1e400", true },
	{ "\"0.9.1\"", "0.9.1", true },
	{ "\"0,9\"", "0,9", true },
	{ "\"0.9 parsecs\"", "0.9 parsecs", true },
	{ "\"% 90\"", "% 90", true },
	{ "\"dB\"", "dB", true },
	{ "nonsense", "nonsense", true },
	{ "\"first\nsecond\"", "first", true },
	{ "\"a tab\there\"", "a tab", true },
};

static void test_nonsense(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (size_t k = 0; k < COUNT(keys); k++)
		for (size_t i = 0; i < COUNT(nonsense); i++) {
			char text[100], shown[60];
			const char *const needles[] = { shown, "allowed" };

			if (nonsense[i].is_path && strcmp(keys[k], "filter_file") == 0)
				continue;
			snprintf(text, sizeof(text), "%s %s", keys[k], nonsense[i].value);
			snprintf(shown, sizeof(shown), "%s = %s%s", keys[k],
				 nonsense[i].shown[0] == 'a' || nonsense[i].shown[0] == '"' ? "" : "\"",
				 nonsense[i].shown);
			if (strcmp(nonsense[i].shown, "a tab") == 0)
				snprintf(shown, sizeof(shown), "%s = \"a tab", keys[k]);
			faults += check_refused(text, -EINVAL, needles, 2);
		}
	print_message("%zu values of %zu keys\n", COUNT(nonsense), COUNT(keys));
	assert_int_equal(faults, 0);
}

#define NEEDLES 3

static void test_ranges(void **state)
{
	static const struct {
		const char *text;
		const char *needles[NEEDLES];	/* key and value; what is allowed */
	} cases[] = {
		{ "quality 3", { "quality = \"3\"", "linear, fast, medium, high and best" } },
		{ "quality bli_best", { "quality = \"bli_best\"", "linear, fast, medium, high and best" } },
		{ "passband 0.049", { "passband = \"0.049\"", "0.05 to 1.9" } },
		{ "passband 0", { "passband = \"0\"", "0.05 to 1.9" } },
		{ "passband -0.9", { "passband = \"-0.9\"", "0.05 to 1.9" } },
		{ "passband 7200", { "passband = \"7200\"", "\"7200 Hz\"" } },
		{ "passband \"4.9 %\"", { "passband = \"4.9 %\"", "\"93%\"" } },
		{ "passband \"0 Hz\"", { "passband = \"0 Hz\"", "Hz" } },
		{ "passband \"-7200 Hz\"", { "passband = \"-7200 Hz\"", "Hz" } },
		{ "passband \"1000 kHz\"", { "passband = \"1000 kHz\"", "Hz" } },
		{ "passband \"0.9 dB\"", { "passband = \"0.9 dB\"", "0.05 to 1.9" } },
		{ "stopband 1.91", { "stopband = \"1.91\"", "0.05 to 1.9" } },
		{ "stopband \"191 %\"", { "stopband = \"191 %\"", "0.05 to 1.9" } },
		{ "attenuation 39.9", { "attenuation = \"39.9\"", "40 to 200 dB" } },
		{ "attenuation 201", { "attenuation = \"201\"", "40 to 200 dB" } },
		{ "attenuation -100", { "attenuation = \"-100\"", "40 to 200 dB" } },
		{ "attenuation \"100 Hz\"", { "attenuation = \"100 Hz\"", "40 to 200 dB" } },
		{ "phase -1", { "phase = \"-1\"", "0 (minimum)", "100 (maximum)" } },
		{ "phase 100.1", { "phase = \"100.1\"", "0 (minimum)", "100 (maximum)" } },
		{ "phase \"25 %\"", { "phase = \"25 %\"", "\"minimum\"", "\"linear\"" } },
		{ "precision 64", { "precision = \"64\"", "\"float\" and \"double\"" } },
		{ "dither yes", { "dither = \"yes\"", "\"none\", \"tpdf\" and \"shaped\"" } },
		{ "dither 1", { "dither = \"1\"", "\"none\", \"tpdf\" and \"shaped\"" } },
		{ "gain 40.1", { "gain = \"40.1\"", "-120 to 40 dB" } },
		{ "gain -120.5", { "gain = \"-120.5\"", "-120 to 40 dB" } },
		{ "gain \"3 %\"", { "gain = \"3 %\"", "-120 to 40 dB" } },
		{ "filter_file 7", { "filter_file = \"7\"", "path" } },
		{ "interpolation 2", { "interpolation = \"2\"", "yes and no" } },
		{ "interpolation maybe", { "interpolation = \"maybe\"", "yes and no" } },
		{ "verbose 2", { "verbose = \"2\"", "yes and no" } },
		{ "verbose 1.5", { "verbose = \"1.5\"", "yes and no" } },
	};
	unsigned faults = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		faults += check_refused(cases[i].text, -EINVAL, cases[i].needles, NEEDLES);
	assert_int_equal(faults, 0);
}

/* A value of any length makes a line that ends. */
static void test_long_value(void **state)
{
	static char text[20000];
	unsigned faults = 0;

	(void)state;
	for (size_t k = 0; k < COUNT(keys); k++) {
		bool is_path = strcmp(keys[k], "filter_file") == 0;
		const char *const needles[] = { keys[k], is_path ? NULL : "allowed" };
		int length = snprintf(text, sizeof(text), "%s \"", keys[k]);

		memset(text + length, 'x', sizeof(text) - (size_t)length - 2);
		strcpy(text + sizeof(text) - 2, "\"");
		assert_int_equal(open_with("bli", text, NULL), is_path ? -ENAMETOOLONG : -EINVAL);
		faults += check_line(keys[k], "bli", needles, 2);
	}
	assert_int_equal(faults, 0);
}

/* ---- keys against each other -------------------------------------------- */

static void test_exclusion(void **state)
{
	static const struct {
		const char *key, *text;
		int group;
	} grouped[] = {
		{ "quality", "quality best", 0 },
		{ "passband", "passband 0.8", 1 },
		{ "stopband", "stopband 1.1", 1 },
		{ "attenuation", "attenuation 90", 1 },
		{ "filter_file", "filter_file \"missing.filter\"", 2 },
		{ "interpolation", "interpolation yes", 2 },
	};
	unsigned faults = 0, pairs = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(grouped); i++)
		for (size_t j = 0; j < COUNT(grouped); j++) {
			char text[100], first[40], second[40];
			const char *const needles[] = { first, second, "exclude each other; allowed" };

			if (grouped[i].group == grouped[j].group)
				continue;
			snprintf(text, sizeof(text), "gain 1\n%s\nphase 50\n%s", grouped[i].text, grouped[j].text);
			snprintf(first, sizeof(first), "\"%s\"", grouped[i].key);
			snprintf(second, sizeof(second), "\"%s\"", grouped[j].key);
			faults += check_refused(text, -EINVAL, needles, 3);
			pairs++;
		}
	print_message("%u pairs\n", pairs);
	assert_int_equal(faults, 0);
}

static void test_together(void **state)
{
	static const struct {
		const char *name, *text;
		const char *needles[NEEDLES];
	} cases[] = {
		{ "bli_linear", "passband 0.8", { "passband", "linear" } },
		{ "bli_linear", "stopband 1.1", { "stopband", "linear" } },
		{ "bli_linear", "attenuation 90", { "attenuation", "linear" } },
		{ "bli_linear", "phase minimum", { "phase", "linear" } },
		{ "bli", "quality linear\nphase 0", { "phase", "linear" } },
		{ "bli", "interpolation no", { "interpolation", "filter_file" } },
		{ "bli", "passband 0.9\nstopband 0.9", { "passband 0.9", "stopband 0.9", "0.002" } },
		{ "bli", "passband 1.2\nstopband 0.9", { "passband 1.2", "stopband 0.9", "0.002" } },
		{ "bli", "passband 1.1", { "passband 1.1", "stopband 1.02", "0.002" } },
		{ "bli_best", "stopband 0.96", { "passband 0.9655", "stopband 0.96", "0.002" } },
		{ "bli", "attenuation 180\nphase minimum\npassband 1.01", { "passband 1.01", "0.012 above", "phase" } },
		{ "bli", "attenuation 200\nphase 75\npassband 0.98", { "passband 0.98", "0.048 above", "phase" } },
		{ "bli_fast", "passband 0.9\nstopband 0.9019", { "stopband 0.9019", "0.002" } },
	};
	unsigned faults = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(open_with(cases[i].name, cases[i].text, NULL), -EINVAL);
		faults += check_line(cases[i].text, cases[i].name, cases[i].needles, NEEDLES);
	}
	assert_int_equal(faults, 0);
}

/* Edges in Hz are known to be wrong only when the rates are: then hw_params fails, and says why. */
static void test_hertz(void **state)
{
	static const struct {
		const char *text;
		unsigned rate_hz;	/* the lower one; the other is 48 kHz */
		bool good;
	} cases[] = {
		{ "passband \"7.2 kHz\"\nstopband \"8.2 kHz\"", 16000, true },
		{ "passband \"7.2 kHz\"\nstopband \"8.2 kHz\"", 44100, true },
		{ "passband \"7.2 kHz\"\nstopband \"8.2 kHz\"", 8000, false },
		{ "passband \"8 kHz\"", 16000, true },
		{ "passband \"9 kHz\"", 16000, false },
		{ "stopband \"7 kHz\"", 16000, false },
		{ "passband \"390 Hz\"", 16000, false },
		{ "passband \"410 Hz\"", 16000, true },
	};
	static const char *const needles[] = { "passband", "stopband", "allowed" };
	unsigned faults = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int down = 0; down < 2; down++) {
			size_t low = cases[i].rate_hz / 100;
			snd_pcm_rate_info_t info = down ? plug_info(48000, 480, cases[i].rate_hz, low, 1,
								    SND_PCM_FORMAT_S16, SND_PCM_FORMAT_S16)
							: plug_info(cases[i].rate_hz, low, 48000, 480, 1,
								    SND_PCM_FORMAT_S16, SND_PCM_FORMAT_S16);
			snd_config_t *config = plug_config(cases[i].text);
			struct plug plug;

			plug_log_lines();
			assert_int_equal(plug_open(&plug, "bli", config), 0);
			assert_int_equal(plug.ops.init(plug.object, &info), cases[i].good ? 0 : -EINVAL);
			if (cases[i].good)
				assert_int_equal(plug_log_lines(), 0);
			else
				faults += check_line(cases[i].text, "bli", needles, 3);
			plug_close(&plug);
			snd_config_delete(config);
		}
	assert_int_equal(faults, 0);
}

/* ---- unknown keys ------------------------------------------------------- */

/* A word that is no key: the line shows it and its value, and lists all keys. */
static unsigned check_unknown(const char *written)
{
	const char *needles[COUNT(keys) + 2];
	char text[64], value[64];

	snprintf(text, sizeof(text), "name \"bli\"\n%s 1", written);
	snprintf(value, sizeof(value), "%s = \"1\"", written);
	needles[0] = value;
	needles[1] = "unknown key; allowed are ";
	for (size_t k = 0; k < COUNT(keys); k++)
		needles[k + 2] = keys[k];
	assert_int_equal(open_with("bli", text, NULL), -EINVAL);
	return check_line(text, "bli", needles, COUNT(needles));
}

/* Every key with a letter missing, with one doubled and in capitals. */
static void test_unknown(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (size_t k = 0; k < COUNT(keys); k++) {
		char word[40];

		snprintf(word, sizeof(word), "%s", keys[k] + 1);
		faults += check_unknown(word);
		snprintf(word, sizeof(word), "%c%s", keys[k][0], keys[k]);
		faults += check_unknown(word);
		snprintf(word, sizeof(word), "%s", keys[k]);
		word[0] = (char)(word[0] - 'a' + 'A');
		faults += check_unknown(word);
	}
	assert_int_equal(faults, 0);
}

/* ---- corpus of the fuzzer ----------------------------------------------- */

static char *read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (!file)
		fail_msg("cannot read %s", path);
	*size = fread(text, 1, 65535, file);
	fclose(file);
	return text;
}

/* valid-*: accepted; bad-*: refused in one line; odd-*: no configuration at all. */
static void test_corpus(void **state)
{
	const char *srcdir = getenv("srcdir");
	char folder[1024], path[2048];
	unsigned valid = 0, bad = 0, odd = 0;
	struct dirent *entry;
	DIR *files;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/tests/corpus/settings", srcdir ? srcdir : ".");
	files = opendir(folder);
	assert_non_null(files);
	while ((entry = readdir(files)) != NULL) {
		size_t size;
		char *text;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		text = read_whole(path, &size);
		LLVMFuzzerTestOneInput((const uint8_t *)text, size);
		plug_log_catch();
		if (strncmp(entry->d_name, "valid-", 6) == 0) {
			if (open_with("bli", text, NULL) != 0 || plug_log_lines() != 0)
				fail_msg("%s: %s", path, plug_log_text());
			valid++;
		} else if (strncmp(entry->d_name, "bad-", 4) == 0) {
			if (open_with("bli", text, NULL) >= 0 || plug_log_lines() != 1)
				fail_msg("%s: not refused in one line", path);
			bad++;
		} else {
			odd++;
		}
		free(text);
	}
	closedir(files);
	print_message("%u valid, %u bad, %u odd\n", valid, bad, odd);
	assert_true(valid >= 5 && bad >= 8 && odd >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_locale),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_long_value),
		cmocka_unit_test(test_exclusion),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_hertz),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_corpus),
	};

	plug_log_catch();
	return cmocka_run_group_tests_name("settings", tests, NULL, NULL) ? 1 : 0;
}
