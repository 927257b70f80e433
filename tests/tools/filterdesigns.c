/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filter designs of bli-windowfilter: their tables, as they are measured, written and read again. */
#include "windowfilter/design.h"
#include "windowfilter/response.h"
#include "windowfilter/tablefile.h"
#include "filterfile.h"
#include "filtertext.h"
#include "measure/ratehost.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int parse(struct bli_filter_table *table, const char *text, char *message, size_t message_size)
{
	return bli_filterfile_parse(table, text, strlen(text), "text", message, message_size);
}

static void assert_empty(const struct bli_filter_table *table)
{
	assert_null(table->coefs);
	assert_null(table->deltas);
	assert_int_equal(table->length, 0);
}

static int choose(struct design *design, double passband, double stopband, double attenuation_db)
{
	return design_choose(design, &(struct response_bands){ passband, stopband }, attenuation_db);
}

static char *written(const struct bli_filter_table *table)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	assert_non_null(stream);
	assert_int_equal(tablefile_write(table, stream), 0);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/*
 * Response of that triangle. Of its samples: (sin(256 x) / (256 sin x))^2 with
 * x = pi f / 512, f in fractions of Nyquist.
 */
static void test_gain(void **state)
{
	struct bli_filter_table table;
	char *text = filtertext_triangle();

	(void)state;
	assert_int_equal(parse(&table, text, NULL, 0), 0);
	assert_true(fabs(response_gain(&table, 0) - 1) < 1e-14);
	for (double frequency = 0.1; frequency < 256; frequency += 1.7) {
		double x = M_PI * frequency / 512;
		double expected = pow(sin(256 * x) / (256 * sin(x)), 2);

		assert_true(fabs(response_gain(&table, frequency) - expected) < 1e-13);
	}
	bli_filter_table_free(&table);
	free(text);
}

/* Integers survive reading and writing byte for byte. */
static void test_integers_round_trip(void **state)
{
	struct bli_filter_table table;
	char *text = filtertext_triangle();

	(void)state;
	assert_int_equal(parse(&table, text, NULL, 0), 0);

	char *again = written(&table);

	assert_string_equal(again, text);
	bli_filter_table_free(&table);
	free(again);
	free(text);
}

static void test_fractions_round_trip(void **state)
{
	const struct design design = { .rolloff = 0.9, .beta = 14, .nmult = 33 };
	struct bli_filter_table table, again;

	(void)state;
	assert_int_equal(design_table(&design, &table, false), 0);

	char *text = written(&table);

	assert_int_equal(parse(&again, text, NULL, 0), 0);
	assert_false(again.integers);
	assert_int_equal(again.length, table.length);
	assert_true(fabs(again.scale - table.scale) < 1e-11);
	/* 12 decimals of a full scale of 32767: half a step is 1.5e-17. */
	for (size_t i = 0; i < table.length; i++)
		assert_true(fabs(again.coefs[i] - table.coefs[i]) < 1e-15);
	bli_filter_table_free(&again);
	bli_filter_table_free(&table);
	free(text);
}

/* A decimal comma in the locale of the process changes nothing. */
static void test_locale(void **state)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "de_DE" };
	const struct design design = { .rolloff = 0.9, .beta = 9, .nmult = 3 };
	struct bli_filter_table table, again;
	size_t i = 0;

	(void)state;
	assert_int_equal(design_table(&design, &table, false), 0);

	char *expected = written(&table);

	/* musl accepts any name, and has no decimal comma */
	while (i < sizeof(names) / sizeof(names[0]) &&
	       (!setlocale(LC_NUMERIC, names[i]) || strcmp(localeconv()->decimal_point, ",") != 0))
		i++;
	if (i == sizeof(names) / sizeof(names[0])) {
		bli_filter_table_free(&table);
		free(expected);
		print_message("no locale with a decimal comma is installed\n");
		skip();
	}

	char *text = written(&table);

	assert_string_equal(text, expected);
	assert_int_equal(parse(&again, text, NULL, 0), 0);
	assert_true(fabs(again.coefs[1] - table.coefs[1]) < 1e-15);
	/* The locale of the caller is as it was. */
	assert_string_equal(localeconv()->decimal_point, ",");
	setlocale(LC_NUMERIC, "C");
	bli_filter_table_free(&again);
	bli_filter_table_free(&table);
	free(text);
	free(expected);
}

static void test_write_error(void **state)
{
	const struct design design = { .rolloff = 0.9, .beta = 9, .nmult = 65 };
	struct bli_filter_table table;
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full) {
		print_message("no /dev/full\n");
		skip();
	}
	assert_int_equal(design_table(&design, &table, true), 0);
	assert_int_equal(tablefile_write(&table, full), -ENOSPC);
	fclose(full);
	bli_filter_table_free(&table);
}

/* The figures of the classic program. */
static void test_design(void **state)
{
	static const struct {
		unsigned nmult;
		size_t length;
		double scale;
	} classic[] = { { 13, 1536, 14744 }, { 65, 8192, 14746 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct design design = { .rolloff = 0.90, .beta = 9, .nmult = classic[i].nmult };
		struct bli_filter_table table;

		assert_int_equal(design_table(&design, &table, true), 0);
		assert_int_equal(table.length, classic[i].length);
		assert_true(table.scale == classic[i].scale);
		assert_true(fabs(table.coefs[0] * table.unit - 32767) < 1e-9);
		/* A windowed sinc has half its gain at the cut-off of the sinc. */
		assert_true(fabs(response_gain(&table, 0.90) - 0.5) < 2e-3);
		bli_filter_table_free(&table);
	}
}

static void test_design_limits(void **state)
{
	static const struct design refused[] = {
		{ 0, 9, 65 }, { -0.1, 9, 65 }, { 1.0001, 9, 65 }, { (double)NAN, 9, 65 },
		{ 0.9, 0.999, 65 }, { 0.9, 100.1, 65 }, { 0.9, (double)NAN, 65 },
		{ 0.9, 9, 1 }, { 0.9, 9, 64 }, { 0.9, 9, 8193 }, { 0.9, 9, 0 },
	};
	static const struct design taken[] = {
		{ 1e-6, 1, 3 }, { 1, 100, 3 }, { 1, 1, 65 }, { 0.01, 100, 8191 },
	};
	struct bli_filter_table table;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(design_table(&refused[i], &table, true), -EINVAL);
		assert_empty(&table);
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		assert_int_equal(design_table(&taken[i], &table, i % 2 == 0), 0);
		assert_true(fabs(response_gain(&table, 0) - 1) < 1e-12);
		assert_true(table.scale >= 1 && table.scale <= 65535);
		bli_filter_table_free(&table);
	}
}

/* Kaiser's formulas worked out by hand for 0.8 to 1.0 and 80 dB: order 72.05 / (2.285 * 0.2 pi) = 50.18. */
static void test_choice(void **state)
{
	struct design design = { 0, 0, 0 };

	(void)state;
	assert_int_equal(choose(&design, 0.8, 1.0, 80), 0);
	assert_true(fabs(design.rolloff - 0.9) < 1e-12);
	assert_true(fabs(design.beta - 7.85726) < 1e-9);
	assert_int_equal(design.nmult, 53);
	assert_int_equal(choose(&design, 0.8, 1.0, 40), 0);
	/* 0.5842 * 19^0.4 + 0.07886 * 19 */
	assert_true(fabs(design.beta - 3.39532) < 1e-4);

	assert_int_equal(choose(&design, 1.0, 0.8, 80), -EINVAL);
	assert_int_equal(choose(&design, 0, 1.0, 80), -EINVAL);
	assert_int_equal(choose(&design, 0.9, 1.2, 80), -EINVAL);
	assert_int_equal(choose(&design, 0.8, 1.0, 24.9), -EINVAL);
	assert_int_equal(choose(&design, 0.8, 1.0, 200.1), -EINVAL);
	assert_int_equal(choose(&design, 0.8, (double)NAN, 80), -EINVAL);
	assert_int_equal(choose(&design, 0.9, 0.901, 80), -ERANGE);
}

/* Whether the plugin opens with this filter file. */
static bool plugin_takes(const char *text)
{
	char path[] = "/tmp/bli-design-XXXXXX", keys[200], message[200] = "";
	int descriptor = mkstemp(path);
	FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
	struct bli_ratehost *host;
	snd_config_t *config;
	snd_input_t *input;
	int err;

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
	snprintf(keys, sizeof(keys), "name \"bli\"\nfilter_file \"%s\"\n", path);
	assert_int_equal(snd_config_top(&config), 0);
	assert_int_equal(snd_input_buffer_open(&input, keys, (ssize_t)strlen(keys)), 0);
	assert_int_equal(snd_config_load(config, input), 0);
	snd_input_close(input);
	err = bli_ratehost_open(&host, "bli", config, message, sizeof(message));
	if (err)
		print_message("%s\n", message);
	else
		bli_ratehost_close(host);
	snd_config_delete(config);
	unlink(path);
	return !err;
}

/*
 * Every design in decimal fractions keeps to the limits of its own format, which
 * ends at 32767; the reader, the same in all programs, takes them all, and every
 * eighth goes through the plugin as well.
 */
static void test_grid(void **state)
{
	static const double stopbands[] = { 0.98, 1, 1.02, 1.05 }, attenuations_db[] = { 80, 110, 140 };
	unsigned designs = 0, refused = 0;

	(void)state;
	for (double passband = 0.8; passband < 0.95; passband += 0.02)
		for (size_t s = 0; s < COUNT(stopbands); s++)
			for (size_t a = 0; a < COUNT(attenuations_db); a++) {
				struct bli_filter_table table, again;
				struct design design;
				char message[200] = "", *text;

				assert_int_equal(choose(&design, passband, stopbands[s], attenuations_db[a]), 0);
				assert_int_equal(design_table(&design, &table, false), 0);
				text = written(&table);
				if (strtod(strstr(text, "Coeffs:") + 8, NULL) > 32767 ||
				    parse(&again, text, message, sizeof(message)) < 0) {
					print_message("%g to %g, %g dB: %s\n", passband, stopbands[s],
						      attenuations_db[a], message);
					refused++;
				}
				if (designs % 8 == 0)
					assert_true(plugin_takes(text));
				designs++;
				bli_filter_table_free(&again);
				bli_filter_table_free(&table);
				free(text);
			}
	assert_int_equal(designs, 96);
	assert_int_equal(refused, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gain),
		cmocka_unit_test(test_integers_round_trip),
		cmocka_unit_test(test_fractions_round_trip),
		cmocka_unit_test(test_locale),
		cmocka_unit_test(test_write_error),
		cmocka_unit_test(test_design),
		cmocka_unit_test(test_design_limits),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_grid),
	};

	return cmocka_run_group_tests_name("filterdesigns", tests, NULL, NULL);
}
