/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* strtod_l: the decimal point is '.' in every locale */
#include "filterfile.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES_MAX 63
#define COEF_ROUNDING 1e-6	/* what decimal fractions may be above or below the range */
#define DELTA_MAX 65535.0	/* difference of two coefficients */
#define SCALE_MAX 65535.0	/* the classic LpScl is an unsigned 16-bit number */

/* The text being read and where complaints about it go. */
struct scan {
	const char *next, *end;
	const char *name;
	unsigned line;		/* of the token read last, from 1 */
	locale_t c_locale;
	char token[TOKEN_BYTES_MAX + 1];
	char *message;
	size_t message_size;
};

/* Only the end of a long path is shown, which leaves room for the reason. */
#define NAME_BYTES_SHOWN 160

static const char *name_end(const char *name)
{
	size_t length = strlen(name);

	return length > NAME_BYTES_SHOWN ? name + length - NAME_BYTES_SHOWN : name;
}

static const char *name_cut(const char *name)
{
	return name_end(name) == name ? "" : "...";
}

__attribute__((format(printf, 2, 3)))
static int complain(const struct scan *scan, const char *format, ...)
{
	char reason[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	if (scan->message_size > 0)
		snprintf(scan->message, scan->message_size, "%s%s: line %u: %s", name_cut(scan->name),
			 name_end(scan->name), scan->line, reason);
	return -EINVAL;
}

static int fail(int err, const char *name, char *message, size_t message_size)
{
	if (message_size > 0) {
		if (err == -EFBIG)
			snprintf(message, message_size, "%s%s: longer than %zu MiB, too long for a filter file",
				 name_cut(name), name_end(name), BLI_FILTERFILE_BYTES_MAX >> 20);
		else
			snprintf(message, message_size, "%s%s: %s", name_cut(name), name_end(name), strerror(-err));
	}
	return err;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct scan *scan)
{
	for (; scan->next < scan->end && is_space(*scan->next); scan->next++)
		if (*scan->next == '\n')
			scan->line++;
}

/* Read the next word into scan->token, unprintable bytes as '?'; `wanted` is its name in messages. */
static int next_token(struct scan *scan, const char *wanted)
{
	size_t length = 0;

	skip_space(scan);
	if (scan->next == scan->end)
		return complain(scan, "the file ends where %s should be", wanted);
	while (scan->next < scan->end && !is_space(*scan->next) && length < TOKEN_BYTES_MAX) {
		char c = *scan->next++;

		scan->token[length++] = c > ' ' && c <= '~' ? c : '?';
	}
	scan->token[length] = '\0';
	if (length == TOKEN_BYTES_MAX)
		return complain(scan, "'%.20s...' is too long for %s", scan->token, wanted);
	return 0;
}

static int expect_word(struct scan *scan, const char *word)
{
	int err = next_token(scan, word);

	if (err)
		return err;
	if (strcmp(scan->token, word) != 0)
		return complain(scan, "'%s' where %s should be", scan->token, word);
	return 0;
}

/* Read a decimal number of minimum … maximum; *fraction becomes true where it is no plain integer. */
static int read_number(struct scan *scan, const char *what, double minimum, double maximum, double *value,
		       bool *fraction)
{
	int err = next_token(scan, what);
	char *end = scan->token;
	double number = 0;

	if (err)
		return err;
	/* strtod takes hexadecimal digits, infinities and NaNs too: none of them passes here */
	if (strspn(scan->token, "+-0123456789.eE") == strlen(scan->token))
		number = strtod_l(scan->token, &end, scan->c_locale);
	if (end == scan->token || *end != '\0')
		return complain(scan, "'%s' is not a number; %s should be here", scan->token, what);
	if (!(number >= minimum && number <= maximum))
		return complain(scan, "%s %s: %.10g to %.10g is allowed", what, scan->token, minimum, maximum);
	if (strpbrk(scan->token, ".eE"))
		*fraction = true;
	*value = number;
	return 0;
}

static int read_integer(struct scan *scan, const char *what, double minimum, double maximum, unsigned *value)
{
	double number;
	bool fraction = false;
	int err = read_number(scan, what, minimum, maximum, &number, &fraction);

	if (err)
		return err;
	if (fraction)
		return complain(scan, "%s %s: not an integer", what, scan->token);
	*value = (unsigned)number;
	return 0;
}

/* ScaleFactor, Length and Nmult; allocates the table for them. */
static int parse_header(struct scan *scan, struct bli_filter_table *table)
{
	const unsigned length_max = BLI_FILTER_PER_CROSSING * (BLI_FILTER_NMULT_MAX - 1) / 2;
	unsigned length = 0, nmult = 0, expected;
	bool fraction = false;
	double scale = 0;
	int err = expect_word(scan, "ScaleFactor");

	if (!err)
		err = read_number(scan, "ScaleFactor", 1, SCALE_MAX, &scale, &fraction);
	if (!err)
		err = expect_word(scan, "Length");
	if (!err)
		err = read_integer(scan, "Length", BLI_FILTER_PER_CROSSING, length_max, &length);
	if (!err)
		err = expect_word(scan, "Nmult");
	if (!err)
		err = read_integer(scan, "Nmult", BLI_FILTER_NMULT_MIN, BLI_FILTER_NMULT_MAX, &nmult);
	if (err)
		return err;
	if (nmult % 2 == 0)
		return complain(scan, "Nmult %u: must be odd", nmult);
	expected = BLI_FILTER_PER_CROSSING * (nmult - 1) / 2;
	if (length != expected)
		return complain(scan, "Nmult %u goes with Length %u, the file says %u", nmult, expected, length);

	/* 2·Length numbers of one digit, each after white space: no memory for less */
	if ((size_t)(scan->end - scan->next) / 4 < length)
		return complain(scan, "Length %u: the rest of the file is too short for it", length);
	err = bli_filter_table_alloc(table, nmult);
	if (err)
		return fail(err, scan->name, scan->message, scan->message_size);
	table->scale = scale;
	table->integers = !fraction;
	return 0;
}

static int parse_coefs(struct scan *scan, struct bli_filter_table *table)
{
	bool fraction = false;
	double peak = 0;
	int err = expect_word(scan, "Coeffs:");

	for (size_t i = 0; !err && i < table->length; i++) {
		err = read_number(scan, "a coefficient", BLI_FILTERFILE_COEF_MIN - COEF_ROUNDING,
				  BLI_FILTERFILE_COEF_MAX + COEF_ROUNDING, &table->coefs[i], &fraction);
		peak = fmax(peak, fabs(table->coefs[i]));
	}
	if (err)
		return err;
	/* also keeps the sums of bli_filter_table_normalise far from denormal numbers */
	if (peak < 1)
		return complain(scan, "the largest coefficient is %g, less than 1", peak);
	if (fraction)
		table->integers = false;
	return 0;
}

/*
 * The differences follow from the coefficients, so they are checked and not
 * kept: to half a step, so that decimal fractions may be rounded.
 */
static int parse_deltas(struct scan *scan, struct bli_filter_table *table)
{
	int err = expect_word(scan, "Differences:");

	for (size_t i = 0; !err && i < table->length; i++) {
		double following = i + 1 < table->length ? table->coefs[i + 1] : 0;
		double expected = following - table->coefs[i], delta = 0;
		bool fraction = false;

		err = read_number(scan, "a difference", -DELTA_MAX, DELTA_MAX, &delta, &fraction);
		if (!err && !(fabs(delta - expected) < 0.5))
			err = complain(scan, "difference %zu is %s, the coefficients make it %.6g", i + 1,
				       scan->token, expected);
		if (fraction)
			table->integers = false;
	}
	return err;
}

static int parse_table(struct scan *scan, struct bli_filter_table *table)
{
	int err = parse_header(scan, table);

	if (!err)
		err = parse_coefs(scan, table);
	if (!err)
		err = parse_deltas(scan, table);
	if (err)
		return err;
	skip_space(scan);
	if (scan->next < scan->end)
		return complain(scan, "text after the last difference");
	if (bli_filter_table_normalise(table) < 0)
		return complain(scan, "not a low-pass filter: the coefficients add up to less than the largest of "
				"them");
	return 0;
}

int bli_filterfile_parse(struct bli_filter_table *table, const char *text, size_t bytes, const char *name,
			 char *message, size_t message_size)
{
	struct scan scan = {
		.next = text, .end = text + bytes, .name = name, .line = 1,
		.message = message, .message_size = message_size,
	};
	int err;

	memset(table, 0, sizeof(*table));
	if (bytes > BLI_FILTERFILE_BYTES_MAX)
		return fail(-EFBIG, name, message, message_size);
	scan.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!scan.c_locale)
		return fail(-ENOMEM, name, message, message_size);
	err = parse_table(&scan, table);
	freelocale(scan.c_locale);
	if (err)
		bli_filter_table_free(table);
	return err;
}

/* Room for twice as much, at most for one byte more than is allowed. */
static int grow(char **text, size_t *capacity)
{
	size_t wanted = *capacity ? 2 * *capacity : 65536;
	char *larger;

	if (wanted > BLI_FILTERFILE_BYTES_MAX)
		wanted = BLI_FILTERFILE_BYTES_MAX + 1;
	larger = realloc(*text, wanted);
	if (!larger)
		return -ENOMEM;
	*text = larger;
	*capacity = wanted;
	return 0;
}

/* All of an open file, into a new buffer. */
static int read_all(FILE *file, char **text, size_t *bytes)
{
	size_t capacity = 0;

	while (*bytes <= BLI_FILTERFILE_BYTES_MAX) {
		size_t got;

		if (*bytes == capacity && grow(text, &capacity) < 0)
			return -ENOMEM;
		got = fread(*text + *bytes, 1, capacity - *bytes, file);
		*bytes += got;
		if (got == 0)
			return ferror(file) ? -(errno ? errno : EIO) : 0;
	}
	return -EFBIG;
}

int bli_filterfile_read(struct bli_filter_table *table, const char *path, char *message, size_t message_size)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *file;
	int err;

	memset(table, 0, sizeof(*table));
	file = fopen(path, "rbe");
	if (!file)
		return fail(-errno, path, message, message_size);
	err = read_all(file, &text, &bytes);
	fclose(file);
	if (err)
		fail(err, path, message, message_size);
	else
		err = bli_filterfile_parse(table, text, bytes, path, message, message_size);
	free(text);
	return err;
}
