/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE	/* strtod_l: the decimal point is '.' in every locale */
#include "filterfile.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES_MAX 63
#define COEF_MIN -32768.0	/* 16 bits */
#define COEF_MAX 32767.0
#define DELTA_MAX 65535.0	/* of a difference of two of them */
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

/* Of a long path the end is shown, so that room is left for what is wrong with it. */
#define NAME_BYTES_SHOWN 160u

static const char *name_end(const char *name)
{
	const size_t length = strlen(name);

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
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	if (scan->message_size > 0)
		snprintf(scan->message, scan->message_size, "%s%s: line %u: %s",
			 name_cut(scan->name), name_end(scan->name), scan->line, reason);
	return -EINVAL;
}

static int fail(int error, const char *name, char *message, size_t message_size)
{
	if (message_size > 0) {
		if (error == -EFBIG)
			snprintf(message, message_size, "%s%s: longer than %zu MiB, too long for a filter file",
				 name_cut(name), name_end(name), BLI_FILTERFILE_BYTES_MAX >> 20);
		else
			snprintf(message, message_size, "%s%s: %s", name_cut(name), name_end(name), strerror(-error));
	}
	return error;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Puts the next word into scan->token, what cannot be printed as '?'; `wanted` names it in complaints. */
static int next_token(struct scan *scan, const char *wanted)
{
	for (; scan->next < scan->end && is_space(*scan->next); scan->next++)
		if (*scan->next == '\n')
			scan->line++;
	if (scan->next == scan->end)
		return complain(scan, "the file ends where %s should be", wanted);

	size_t length = 0;

	while (scan->next < scan->end && !is_space(*scan->next) && length < TOKEN_BYTES_MAX) {
		const char c = *scan->next++;

		scan->token[length++] = c > ' ' && c <= '~' ? c : '?';
	}
	scan->token[length] = '\0';
	if (length == TOKEN_BYTES_MAX)
		return complain(scan, "'%.20s...' is too long for %s", scan->token, wanted);
	return 0;
}

static int expect_word(struct scan *scan, const char *word)
{
	const int error = next_token(scan, word);

	if (error)
		return error;
	if (strcmp(scan->token, word) != 0)
		return complain(scan, "'%s' where %s should be", scan->token, word);
	return 0;
}

/* Reads a decimal number of minimum to maximum; *fraction becomes true when it is no plain integer. */
static int read_number(struct scan *scan, const char *what, double minimum, double maximum,
		       double *value, bool *fraction)
{
	const int error = next_token(scan, what);

	if (error)
		return error;

	/* strtod() takes hexadecimal digits, infinities and NaNs too: none of them passes here. */
	const bool plain = strspn(scan->token, "+-0123456789.eE") == strlen(scan->token);
	char *end = scan->token;
	const double number = plain ? strtod_l(scan->token, &end, scan->c_locale) : 0;

	if (end == scan->token || *end != '\0')
		return complain(scan, "'%s' is not a number; %s should be here", scan->token, what);
	if (!(number >= minimum && number <= maximum))
		return complain(scan, "%s %s: %.10g to %.10g is allowed", what, scan->token, minimum, maximum);
	if (strpbrk(scan->token, ".eE") != NULL)
		*fraction = true;
	*value = number;
	return 0;
}

static int read_integer(struct scan *scan, const char *what, double minimum, double maximum,
			unsigned *value)
{
	double number;
	bool fraction = false;
	const int error = read_number(scan, what, minimum, maximum, &number, &fraction);

	if (error)
		return error;
	if (fraction)
		return complain(scan, "%s %s: not an integer", what, scan->token);
	*value = (unsigned)number;
	return 0;
}

/* ScaleFactor, Length and Nmult; allocates the table for them. */
static int parse_header(struct scan *scan, struct bli_filter_table *table)
{
	const unsigned length_max = BLI_FILTER_PER_CROSSING * (BLI_FILTER_NMULT_MAX - 1) / 2;
	double scale = 0;
	unsigned length = 0, nmult = 0;
	bool fraction = false;
	int error;

	if ((error = expect_word(scan, "ScaleFactor")) != 0
	    || (error = read_number(scan, "ScaleFactor", 1, SCALE_MAX, &scale, &fraction)) != 0
	    || (error = expect_word(scan, "Length")) != 0
	    || (error = read_integer(scan, "Length", BLI_FILTER_PER_CROSSING, length_max, &length)) != 0
	    || (error = expect_word(scan, "Nmult")) != 0
	    || (error = read_integer(scan, "Nmult", BLI_FILTER_NMULT_MIN, BLI_FILTER_NMULT_MAX, &nmult)) != 0)
		return error;
	if (nmult % 2 == 0)
		return complain(scan, "Nmult %u: must be odd", nmult);
	if (length != BLI_FILTER_PER_CROSSING * (nmult - 1) / 2)
		return complain(scan, "Nmult %u goes with Length %u, the file says %u",
				nmult, BLI_FILTER_PER_CROSSING * (nmult - 1) / 2, length);

	/* 2 Length numbers of one digit, each after white space: no memory for less. */
	if ((size_t)(scan->end - scan->next) / 4 < length)
		return complain(scan, "Length %u: the rest of the file is too short for it", length);

	error = bli_filter_table_alloc(table, nmult);
	if (error)
		return fail(error, scan->name, scan->message, scan->message_size);
	table->scale = scale;
	table->integers = !fraction;
	return 0;
}

static int parse_coefs(struct scan *scan, struct bli_filter_table *table)
{
	bool fraction = false;
	double peak = 0;
	int error = expect_word(scan, "Coeffs:");

	for (size_t i = 0; error == 0 && i < table->length; i++) {
		error = read_number(scan, "a coefficient", COEF_MIN, COEF_MAX,
				    &table->coefs[i], &fraction);
		peak = fmax(peak, fabs(table->coefs[i]));
	}
	if (error)
		return error;
	/* Also keeps the sums of bli_filter_table_normalise() far from denormal numbers. */
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
	int error = expect_word(scan, "Differences:");

	for (size_t i = 0; error == 0 && i < table->length; i++) {
		const double following = i + 1 < table->length ? table->coefs[i + 1] : 0;
		const double expected = following - table->coefs[i];
		bool fraction = false;
		double delta = 0;

		error = read_number(scan, "a difference", -DELTA_MAX, DELTA_MAX, &delta, &fraction);
		if (error == 0 && !(fabs(delta - expected) < 0.5))
			error = complain(scan, "difference %zu is %s, the coefficients make it %.6g",
					 i + 1, scan->token, expected);
		if (fraction)
			table->integers = false;
	}
	return error;
}

static int parse_table(struct scan *scan, struct bli_filter_table *table)
{
	int error;

	if ((error = parse_header(scan, table)) != 0
	    || (error = parse_coefs(scan, table)) != 0
	    || (error = parse_deltas(scan, table)) != 0)
		return error;
	for (; scan->next < scan->end && is_space(*scan->next); scan->next++)
		if (*scan->next == '\n')
			scan->line++;
	if (scan->next < scan->end)
		return complain(scan, "text after the last difference");
	if (bli_filter_table_normalise(table) != 0)
		return complain(scan, "not a low-pass filter: the coefficients sum up to less than the largest of them");
	return 0;
}

int bli_filterfile_parse(struct bli_filter_table *table, const char *text, size_t bytes,
			 const char *name, char *message, size_t message_size)
{
	struct scan scan = {
		.next = text, .end = text + bytes, .name = name, .line = 1,
		.message = message, .message_size = message_size,
	};

	memset(table, 0, sizeof *table);
	if (bytes > BLI_FILTERFILE_BYTES_MAX)
		return fail(-EFBIG, name, message, message_size);
	scan.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (scan.c_locale == (locale_t)0)
		return fail(-ENOMEM, name, message, message_size);

	const int error = parse_table(&scan, table);

	freelocale(scan.c_locale);
	if (error)
		bli_filter_table_free(table);
	return error;
}

/* All of an open file, at most one byte more than allowed, into a new buffer. */
static int read_all(FILE *file, char **text, size_t *bytes)
{
	size_t capacity = 0;

	while (*bytes <= BLI_FILTERFILE_BYTES_MAX) {
		if (*bytes == capacity) {
			capacity = capacity == 0 ? 65536
				: capacity < BLI_FILTERFILE_BYTES_MAX ? 2 * capacity : BLI_FILTERFILE_BYTES_MAX + 1;
			char *larger = realloc(*text, capacity);

			if (larger == NULL)
				return -ENOMEM;
			*text = larger;
		}

		const size_t got = fread(*text + *bytes, 1, capacity - *bytes, file);

		*bytes += got;
		if (got == 0)
			return ferror(file) ? -(errno ? errno : EIO) : 0;
	}
	return -EFBIG;
}

int bli_filterfile_read(struct bli_filter_table *table, const char *path,
			char *message, size_t message_size)
{
	char *text = NULL;
	size_t bytes = 0;

	memset(table, 0, sizeof *table);

	FILE *file = fopen(path, "rbe");

	if (file == NULL)
		return fail(-errno, path, message, message_size);

	int error = read_all(file, &text, &bytes);

	fclose(file);
	if (error)
		fail(error, path, message, message_size);
	else
		error = bli_filterfile_parse(table, text, bytes, path, message, message_size);
	free(text);
	return error;
}

static void write_values(FILE *stream, const double *values, size_t length, double unit, bool integers)
{
	for (size_t i = 0; i < length; i++) {
		if (integers)
			fprintf(stream, "%ld\n", lrint(values[i] * unit));
		else
			fprintf(stream, "%.12f\n", values[i] * unit);
	}
}

int bli_filterfile_write(const struct bli_filter_table *table, FILE *stream)
{
	const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	if (c_locale == (locale_t)0)
		return -ENOMEM;

	const locale_t callers_locale = uselocale(c_locale);

	errno = 0;
	fprintf(stream, table->integers ? "ScaleFactor %.0f\n" : "ScaleFactor %.12f\n", table->scale);
	fprintf(stream, "Length %zu\nNmult %u\nCoeffs:\n", table->length, table->nmult);
	write_values(stream, table->coefs, table->length, table->unit, table->integers);
	fprintf(stream, "Differences:\n");
	write_values(stream, table->deltas, table->length, table->unit, table->integers);

	const int error = ferror(stream) ? -(errno ? errno : EIO) : 0;

	uselocale(callers_locale);
	freelocale(c_locale);
	return error;
}
