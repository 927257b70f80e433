/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filter tables and the reader of filter files. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>

#include "filterfile.h"
#include "filtertext.h"

static int parse(struct bli_filter_table *table, const char *text, char *message, size_t message_size)
{
	return bli_filterfile_parse(table, text, strlen(text), "F3", message, message_size);
}

static void assert_empty(const struct bli_filter_table *table)
{
	assert_null(table->coefs);
	assert_null(table->deltas);
	assert_int_equal(table->length, 0);
}

/* The area under a triangle of half-width 1 and height 1 is 1: coefficients are 1 - i/256. */
static void test_values(void **state)
{
	struct bli_filter_table table;
	char *text = filtertext_triangle();

	(void)state;
	assert_int_equal(parse(&table, text, NULL, 0), 0);
	assert_int_equal(table.nmult, 3);
	assert_int_equal(table.per_crossing, 256);
	assert_int_equal(table.length, FILTERTEXT_TRIANGLE_LENGTH);
	assert_true(table.integers);
	assert_true(table.scale == 14000);
	assert_true(fabs(table.unit - 32512) < 1e-9);
	for (int i = 0; i < FILTERTEXT_TRIANGLE_LENGTH; i++) {
		assert_true(fabs(table.coefs[i] - (1 - i / 256.0)) < 1e-14);
		assert_true(fabs(table.deltas[i] + 1 / 256.0) < 1e-14);
	}
	bli_filter_table_free(&table);
	bli_filter_table_free(&table);
	assert_empty(&table);
	free(text);
}

/* Cut anywhere, the text is refused; only the newline at the end may be missing. */
static void test_truncation(void **state)
{
	struct bli_filter_table table;
	char *text = filtertext_triangle();
	const size_t bytes = strlen(text);

	(void)state;
	for (size_t kept = 0; kept < bytes - 1; kept++) {
		char *part = malloc(kept + 1);
		char message[128] = "";

		assert_non_null(part);
		memcpy(part, text, kept);
		/* Fewer digits of the last difference are another number, so also an error. */
		assert_int_equal(bli_filterfile_parse(&table, part, kept, "F3", message, sizeof(message)),
				 -EINVAL);
		assert_memory_equal(message, "F3: line ", 9);
		assert_empty(&table);
		free(part);
	}
	assert_int_equal(bli_filterfile_parse(&table, text, bytes - 1, "F3", NULL, 0), 0);
	bli_filter_table_free(&table);
	free(text);
}

/* One change to the good text, and what the message must say. */
static const struct {
	const char *from, *to;	/* the first occurrence of one becomes the other */
	const char *message;	/* the beginning of the message */
} damages[] = {
	{ "ScaleFactor", "Scalefactor", "F3: line 1: 'Scalefactor' where ScaleFactor should be" },
	{ "14000", "0", "F3: line 1: ScaleFactor 0: 1 to 65535 is allowed" },
	{ "14000", "-14000", "F3: line 1: ScaleFactor -14000: " },
	{ "14000", "65536", "F3: line 1: ScaleFactor 65536: " },
	{ "14000", "nan", "F3: line 1: 'nan' is not a number" },
	{ "Length 256", "Length 255", "F3: line 2: Length 255: 256 to 1048320 is allowed" },
	{ "Length 256", "Length 256.5", "F3: line 2: Length 256.5: not an integer" },
	{ "Length 256", "Length 18446744073709551872", "F3: line 2: Length 18446744073709551872: " },
	{ "Length 256", "Length -256", "F3: line 2: Length -256: " },
	{ "Length 256", "Length 512", "F3: line 3: Nmult 3 goes with Length 256, the file says 512" },
	{ "Length 256\nNmult 3", "Length 1048320\nNmult 8191",
	  "F3: line 3: Length 1048320: the rest of the file is too short" },
	{ "Nmult 3", "Nmult 4", "F3: line 3: Nmult 4: must be odd" },
	{ "Nmult 3", "Nmult 1", "F3: line 3: Nmult 1: " },
	{ "Nmult 3", "Nmult 8193", "F3: line 3: Nmult 8193: " },
	{ "Nmult 3", "Nmult three", "F3: line 3: 'three' is not a number" },
	{ "Coeffs:", "Coeffs", "F3: line 4: 'Coeffs' where Coeffs: should be" },
	{ "32512", "32768", "F3: line 5: a coefficient 32768: -32768 to 32767 is allowed" },
	{ "32512", "32767.1", "F3: line 5: a coefficient 32767.1: -32768 to 32767 is allowed" },
	{ "32512", "1e999", "F3: line 5: a coefficient 1e999: " },
	{ "32512", "0x7f00", "F3: line 5: '0x7f00' is not a number" },
	{ "32512", "inf", "F3: line 5: 'inf' is not a number" },
	{ "32512", "12..5", "F3: line 5: '12..5' is not a number" },
	{ "32512", "--5", "F3: line 5: '--5' is not a number" },
	{ "32512", "\033[2J", "F3: line 5: '?[2J' is not a number" },
	{ "32512", "32513", "F3: line 262: difference 1 is -127, the coefficients make it -128" },
	{ "\n127\n", "\n127\n126\n", "F3: line 261: '126' where Differences: should be" },
	{ "\n127\n", "\n", "F3: line 260: 'Differences:' is not a number; a coefficient should be here" },
	{ "Differences:\n-127\n", "Differences:\n-126\n", "F3: line 262: difference 1 is -126" },
	{ "Differences:\n", "Differences:\n-127\n", "F3: line 518: text after the last difference" },
};

static void test_damages(void **state)
{
	char *good = filtertext_triangle();

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages)[0]; i++) {
		struct bli_filter_table table;
		char message[160] = "";
		char bad[8192];
		const char *place = strstr(good, damages[i].from);

		assert_non_null(place);
		snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(place - good), good, damages[i].to,
			 place + strlen(damages[i].from));
		assert_int_equal(parse(&table, bad, message, sizeof(message)), -EINVAL);
		if (strncmp(message, damages[i].message, strlen(damages[i].message)) != 0)
			fail_msg("'%s' instead of '%s'", message, damages[i].message);
		assert_empty(&table);
		/* The message may be cut or left out. */
		assert_int_equal(parse(&table, bad, message, 5), -EINVAL);
		assert_int_equal(strlen(message), 4);
		assert_int_equal(parse(&table, bad, NULL, 0), -EINVAL);
	}
	free(good);
}

static void test_read_errors(void **state)
{
	struct bli_filter_table table;
	char message[128];

	(void)state;
	assert_int_equal(bli_filterfile_read(&table, "no-such.filter", message, sizeof(message)), -ENOENT);
	assert_string_equal(message, "no-such.filter: No such file or directory");
	assert_empty(&table);
	assert_int_equal(bli_filterfile_read(&table, "/", message, sizeof(message)), -EISDIR);
	assert_string_equal(message, "/: Is a directory");
	assert_int_equal(bli_filterfile_read(&table, "/dev/zero", message, sizeof(message)), -EFBIG);
	assert_string_equal(message, "/dev/zero: longer than 64 MiB, too long for a filter file");
	assert_int_equal(bli_filterfile_read(&table, "/dev/null", message, sizeof(message)), -EINVAL);
	assert_string_equal(message, "/dev/null: line 1: the file ends where ScaleFactor should be");
}

/* Every file of the corpus is read or refused as its name says. */
static void test_corpus(void **state)
{
	const char *srcdir = getenv("srcdir");
	char directory[1024], path[2048], message[256];
	int valid = 0, bad = 0;

	(void)state;
	snprintf(directory, sizeof(directory), "%s/tests/corpus/filterfile", srcdir ? srcdir : ".");

	DIR *files = opendir(directory);

	assert_non_null(files);
	for (const struct dirent *entry; (entry = readdir(files)) != NULL;) {
		struct bli_filter_table table;
		const bool is_valid = strncmp(entry->d_name, "valid-", 6) == 0;

		if (!is_valid && strncmp(entry->d_name, "bad-", 4) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (bli_filterfile_read(&table, path, message, sizeof(message)) != (is_valid ? 0 : -EINVAL))
			fail_msg("%s: %s", path, is_valid ? message : "accepted");
		bli_filter_table_free(&table);
		valid += is_valid;
		bad += !is_valid;
	}
	closedir(files);
	assert_true(valid >= 4 && bad >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_damages),
		cmocka_unit_test(test_read_errors),
		cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("filterfile", tests, NULL, NULL);
}
