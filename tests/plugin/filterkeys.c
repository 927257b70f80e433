/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys filter_file and interpolation: a filter written here, found by every
 * kind of path, measured from outside; and files that are none.
 */
#include "hosthelp.h"
#include "plughelp.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PER_CROSSING 256
#define CROSSINGS 65		/* the format's Nmult */
#define WING (PER_CROSSING * (CROSSINGS - 1) / 2)
#define ROLLOFF 0.8
#define BETA 9.0

/* Modified Bessel function of order 0, by its series. */
static double bessel(double x)
{
	double term = 1, sum = 1;

	for (int k = 1; k < 60; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

static double wing(int i)
{
	double t = (double)i / PER_CROSSING, u = (double)i / WING;

	return (i == 0 ? ROLLOFF : sin(M_PI * ROLLOFF * t) / (M_PI * t)) * bessel(BETA * sqrt(1 - u * u)) /
	       bessel(BETA) / ROLLOFF * 32767;
}

/* A filter file as in bli-filter(5), with decimals; bad_coefficient (−1: none) is a word instead of a number. */
static void write_filter(const char *path, int bad_coefficient)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file, "ScaleFactor 13107\nLength %d\nNmult %d\nCoeffs:\n", WING, CROSSINGS);
	for (int i = 0; i < WING; i++)
		if (i == bad_coefficient)
			fprintf(file, "none\n");
		else
			fprintf(file, "%.9f\n", wing(i));
	fprintf(file, "Differences:\n");
	for (int i = 0; i < WING; i++)
		fprintf(file, "%.9f\n", (i + 1 < WING ? wing(i + 1) : 0) - wing(i));
	assert_int_equal(fclose(file), 0);
}

static char home[200];		/* made for this run; HOME */

static int make_home(void **state)
{
	const char *folder = getenv("TMPDIR");
	char path[256];

	(void)state;
	snprintf(home, sizeof(home), "%s/bli-filterkeys-XXXXXX", folder && *folder ? folder : "/tmp");
	if (!mkdtemp(home))
		return -1;
	setenv("HOME", home, 1);
	snprintf(path, sizeof(path), "%s/filters", home);
	if (mkdir(path, 0700) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/filters/own.filter", home);
	write_filter(path, -1);
	snprintf(path, sizeof(path), "%s/broken.filter", home);
	write_filter(path, 96);	/* behind four lines */
	return 0;
}

static int remove_home(void **state)
{
	static const char *const names[] = { "filters/own.filter", "broken.filter", "filters", "" };
	char path[256];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", home, names[i]);
		remove(path);
	}
	return 0;
}

/* The windowed sinc of the file: half at its roll-off, nothing missing below, nothing left above. */
static void test_filter_file(void **state)
{
	static const double fractions[] = { 0.1, 0.5, 0.7, ROLLOFF, 0.9 };
	char keys[3][300], path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/filters/own.filter", home);
	snprintf(keys[0], sizeof(keys[0]), "filter_file \"%s\"", path);
	snprintf(keys[1], sizeof(keys[1]), "filter_file \"~/filters/own.filter\"");
	snprintf(keys[2], sizeof(keys[2]), "filter_file \"filters/own.filter\"\ninterpolation yes\nprecision float");
	for (size_t k = 0; k < 3; k++)
		for (int lower = 0; lower < 2; lower++) {
			double gains[COUNT(fractions)];
			struct host converter;
			char *text;

			host_open(&converter, "bli", keys[k], lower ? host_down : host_up);
			text = host_dump(&converter);
			assert_non_null(strstr(text, "8192 entries"));
			free(text);
			assert_int_equal(bli_measure_response(&converter.system, fractions, gains, COUNT(fractions)),
					 0);
			print_message("%s, %s: %+.5f %+.5f %+.5f %+.3f %+.1f dB\n", lower ? "44.1 -> 16" : "44.1 -> 48",
				      keys[k], gains[0], gains[1], gains[2], gains[3], gains[4]);
			for (size_t i = 0; i < 3; i++)
				assert_true(fabs(gains[i]) < 0.001);
			assert_float_equal(gains[3], -20 * log10(2), 0.01);
			assert_true(gains[4] < -80);
			host_close(&converter);
		}
}

/* Between entries 1/256 frame apart the nearest is off by 1/512: an SNR near 50 dB, where straight lines give 90 and
 * more. */
static void test_interpolation(void **state)
{
	struct host converter;
	double lines, nearest, where;

	(void)state;
	host_open(&converter, "bli", "filter_file \"~/filters/own.filter\"\ninterpolation yes", host_up);
	assert_int_equal(bli_measure_worst_snr(&converter.system, 0.1, 0.6, 6, &lines, &where), 0);
	host_close(&converter);
	host_open(&converter, "bli", "filter_file \"~/filters/own.filter\"\ninterpolation no", host_up);
	assert_int_equal(bli_measure_worst_snr(&converter.system, 0.1, 0.6, 6, &nearest, &where), 0);
	host_close(&converter);
	print_message("SNR %.1f dB interpolated, %.1f dB with the nearest entry\n", lines, nearest);
	assert_true(lines >= nearest + 20);
	assert_true(nearest >= 30);
}

/* What cannot be read is an error at once, in one line with file and reason. */
static void test_broken_files(void **state)
{
	static const struct {
		const char *file;
		int error;
		const char *needle;
	} cases[] = {
		{ "missing.filter", -ENOENT, "No such file" },
		{ "~/missing.filter", -ENOENT, "No such file" },
		{ "filters", -EISDIR, "Is a directory" },
		{ "filters/own.filter/x", -ENOTDIR, "Not a directory" },
		{ "broken.filter", -EINVAL, "line 101: " },
		{ "/dev/null", -EINVAL, "line 1:" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = strrchr(cases[i].file, '/');
		char keys[100];
		snd_config_t *config;
		struct plug plug;

		snprintf(keys, sizeof(keys), "name \"bli\"\nfilter_file \"%s\"", cases[i].file);
		config = plug_config(keys);
		plug_log_lines();
		assert_int_equal(plug_open(&plug, "bli", config), cases[i].error);
		assert_int_equal(plug_log_lines(), 1);
		print_message("%s\n", plug_log_text());
		assert_non_null(strstr(plug_log_text(), "converter \"bli\": filter_file"));
		assert_non_null(strstr(plug_log_text(), cases[i].file[0] == '/' ? cases[i].file : home));
		assert_non_null(strstr(plug_log_text(), name ? name : cases[i].file));
		assert_non_null(strstr(plug_log_text(), cases[i].needle));
		snd_config_delete(config);
	}
}

/* Without a home only a path from the root says where the file is. */
static void test_no_home(void **state)
{
	static const char *const files[] = { "~/filters/own.filter", "filters/own.filter" };
	char folder[256], keys[300];
	snd_config_t *config;
	struct plug plug;

	(void)state;
	/* where a relative path would find it */
	assert_non_null(getcwd(folder, sizeof(folder)));
	assert_int_equal(chdir(home), 0);
	unsetenv("HOME");
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(keys, sizeof(keys), "name \"bli\"\nfilter_file \"%s\"", files[i]);
		config = plug_config(keys);
		plug_log_lines();
		assert_int_equal(plug_open(&plug, "bli", config), -EINVAL);
		assert_int_equal(plug_log_lines(), 1);
		print_message("%s\n", plug_log_text());
		assert_non_null(strstr(plug_log_text(), files[i]));
		assert_non_null(strstr(plug_log_text(), "HOME is not set"));
		snd_config_delete(config);
	}
	snprintf(keys, sizeof(keys), "name \"bli\"\nfilter_file \"%s/filters/own.filter\"", home);
	config = plug_config(keys);
	assert_int_equal(plug_open(&plug, "bli", config), 0);
	plug_close(&plug);
	snd_config_delete(config);
	setenv("HOME", home, 1);
	assert_int_equal(chdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_file),
		cmocka_unit_test(test_interpolation),
		cmocka_unit_test(test_broken_files),
		cmocka_unit_test(test_no_home),
	};

	plug_log_catch();
	return cmocka_run_group_tests_name("filterkeys", tests, make_home, remove_home) ? 1 : 0;
}
