/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ratio.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <gmp.h>

#define DIGITS_MAX 18	/* 10^18 < RATIO_TERM_MAX */

/* GMP's own conversions take a long, which has 32 bits on some machines. */
static void set_term(mpz_t term, uint64_t value)
{
	mpz_import(term, 1, 1, sizeof(value), 0, 0, &value);
}

/* term < 2^64 */
static uint64_t get_term(const mpz_t term)
{
	uint64_t value = 0;

	mpz_export(&value, NULL, 1, sizeof(value), 0, 0, term);
	return value;
}

static void init_fraction(mpq_t fraction, uint64_t num, uint64_t den)
{
	mpq_init(fraction);
	set_term(mpq_numref(fraction), num);
	set_term(mpq_denref(fraction), den);
	mpq_canonicalize(fraction);
}

static bool fits(const mpq_t fraction)
{
	return mpz_cmp_d(mpq_numref(fraction), RATIO_TERM_MAX) <= 0 &&
	       mpz_cmp_d(mpq_denref(fraction), RATIO_TERM_MAX) <= 0;
}

/* The fraction is cleared; terms that do not fit lose their low bits. */
static int take_fraction(struct ratio *ratio, mpq_t fraction)
{
	const mpz_ptr num = mpq_numref(fraction), den = mpq_denref(fraction);
	int error = 0;

	while (!fits(fraction)) {
		mpz_fdiv_q_2exp(num, num, 1);
		mpz_fdiv_q_2exp(den, den, 1);
	}
	if (mpz_sgn(num) != 0 && mpz_sgn(den) != 0) {
		mpq_canonicalize(fraction);
		*ratio = (struct ratio){ get_term(num), get_term(den) };
	} else {
		error = -ERANGE;
	}
	mpq_clear(fraction);
	return error;
}

/* num/den in lowest terms */
static int reduce(struct ratio *ratio, uint64_t num, uint64_t den)
{
	mpq_t fraction;

	init_fraction(fraction, num, den);
	return take_fraction(ratio, fraction);
}

static uint64_t power_of_ten(int exponent)
{
	uint64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* [digits][.digits][e[±]digits] → mantissa · 10^exponent; *text moves behind it. */
static int parse_decimal(const char **text, uint64_t *mantissa, int *exponent)
{
	const char *p = *text;
	bool any = false, fraction = false;
	int shift = 0;

	*mantissa = 0;
	for (; isdigit((unsigned char)*p) || (*p == '.' && !fraction); p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		any = true;
		if (*mantissa < power_of_ten(DIGITS_MAX - 1)) {
			*mantissa = *mantissa * 10 + (uint64_t)(*p - '0');
			shift -= fraction;
		} else if (!fraction && shift < DIGITS_MAX) {
			shift++;
		}
	}
	if (!any)
		return -EINVAL;
	if (*p == 'e' || *p == 'E') {
		const bool negative = *++p == '-';
		int value = 0;

		p += *p == '-' || *p == '+';
		if (!isdigit((unsigned char)*p))
			return -EINVAL;
		for (; isdigit((unsigned char)*p); p++)
			value = value < 1000 ? value * 10 + *p - '0' : value;
		shift += negative ? -value : value;
	}
	*exponent = shift;
	*text = p;
	return 0;
}

/* A decimal as a ratio; *text moves behind it. */
static int parse_number(struct ratio *ratio, const char **text)
{
	uint64_t mantissa;
	int exponent;
	const int error = parse_decimal(text, &mantissa, &exponent);

	if (error)
		return error;
	while (mantissa && mantissa % 10 == 0) {
		mantissa /= 10;
		exponent++;
	}
	for (; exponent < -DIGITS_MAX && mantissa; exponent++)
		mantissa /= 10;
	if (mantissa == 0 || exponent > DIGITS_MAX)
		return -ERANGE;
	if (exponent < 0)
		return reduce(ratio, mantissa, power_of_ten(-exponent));
	if (mantissa > RATIO_TERM_MAX / power_of_ten(exponent))
		return -ERANGE;
	return reduce(ratio, mantissa * power_of_ten(exponent), 1);
}

int ratio_parse(struct ratio *ratio, const char *text)
{
	struct ratio num, den = { 1, 1 };
	int error = parse_number(&num, &text), den_error = 0;

	if (error != -EINVAL && *text == '/') {
		text++;
		den_error = parse_number(&den, &text);
	}
	if (error == -EINVAL || den_error == -EINVAL || *text != '\0')
		return -EINVAL;
	return error || den_error ? -ERANGE : ratio_divide(ratio, &num, &den);
}

int ratio_from_double(struct ratio *ratio, double number)
{
	mpq_t exact;

	if (!(number > 0) || !(number <= DBL_MAX))
		return -ERANGE;
	mpq_init(exact);
	mpq_set_d(exact, number);
	if (fits(exact))
		return take_fraction(ratio, exact);
	mpq_clear(exact);
	return -ERANGE;
}

int ratio_divide(struct ratio *quotient, const struct ratio *dividend, const struct ratio *divisor)
{
	const struct ratio inverse = { divisor->den, divisor->num };

	return ratio_multiply(quotient, dividend, &inverse);
}

int ratio_multiply(struct ratio *product, const struct ratio *a, const struct ratio *b)
{
	mpq_t x, y;

	init_fraction(x, a->num, a->den);
	init_fraction(y, b->num, b->den);
	mpq_mul(x, x, y);
	mpq_clear(y);
	return take_fraction(product, x);
}

/*
 * The fraction with the smallest terms of an interval, whose ends it changes:
 * the smallest integer in it; without one, the integer part that the ends
 * share, and what is left of the ends turned over, which swaps their order
 * (A. Y. Khinchin, "Continued Fractions", 1964).
 */
static void simplest_between(mpq_t simple, mpq_t low, mpq_t high)
{
	mpq_t whole;

	mpq_init(whole);
	mpz_cdiv_q(mpq_numref(whole), mpq_numref(low), mpq_denref(low));
	if (mpq_cmp(whole, high) <= 0) {
		mpq_set(simple, whole);
	} else {
		mpz_sub_ui(mpq_numref(whole), mpq_numref(whole), 1);
		mpq_sub(low, low, whole);
		mpq_sub(high, high, whole);
		mpq_inv(low, low);
		mpq_inv(high, high);
		simplest_between(simple, high, low);
		mpq_inv(simple, simple);
		mpq_add(simple, simple, whole);
	}
	mpq_clear(whole);
}

/* The simplest fraction of low · factor … high · factor, which has no larger terms than a fraction there. */
static int simplest_near(struct ratio *simple, const struct ratio *factor, double low, double high)
{
	mpq_t exact, from, to, found;

	init_fraction(exact, factor->num, factor->den);
	mpq_inits(from, to, found, NULL);
	mpq_set_d(from, low);
	mpq_set_d(to, high);
	mpq_mul(from, from, exact);
	mpq_mul(to, to, exact);
	simplest_between(found, from, to);
	mpq_clears(exact, from, to, NULL);
	return take_fraction(simple, found);
}

void ratio_simplify(struct ratio *simple, const struct ratio *factor)
{
	if (factor->num <= RATIO_EXACT_NUM_MAX && factor->den <= RATIO_EXACT_DEN_MAX)
		*simple = *factor;
	else
		simplest_near(simple, factor, 1 - 0x1p-31, 1 + 0x1p-31);
}

/*
 * Two fractions meet what one cannot: the first is taken about 2^-13 beside
 * the factor, towards 1, so that its own denominator is no small one, and in
 * the neighbourhood of the second there are fractions enough.
 */
unsigned ratio_split(struct ratio parts[2], const struct ratio *factor)
{
	const bool up = factor->num > factor->den;
	struct ratio coarse, rest;

	ratio_simplify(&parts[0], factor);
	if (parts[0].num <= RATIO_PARTS_TERM_MAX && parts[0].den <= RATIO_PARTS_TERM_MAX)
		return 1;
	if (up)
		simplest_near(&coarse, factor, 1 - 0x1p-13, 1 - 0x1p-14);
	else
		simplest_near(&coarse, factor, 1 + 0x1p-14, 1 + 0x1p-13);
	/* both are near each other, so this cannot fail */
	if (ratio_divide(&rest, factor, &coarse) != 0)
		return 1;
	ratio_simplify(&parts[up ? 0 : 1], &rest);
	parts[up ? 1 : 0] = coarse;
	return 2;
}

int64_t ratio_frames(const struct ratio *ratio, int64_t frames)
{
	mpq_t count, other;
	int64_t whole;

	init_fraction(count, (uint64_t)frames, 1);
	init_fraction(other, ratio->num, ratio->den);
	mpq_mul(count, count, other);
	mpq_set_ui(other, 1, 2);
	mpq_add(count, count, other);
	mpz_fdiv_q(mpq_numref(count), mpq_numref(count), mpq_denref(count));
	whole = mpz_sizeinbase(mpq_numref(count), 2) > 63 ? INT64_MAX : (int64_t)get_term(mpq_numref(count));
	mpq_clears(count, other, NULL);
	return whole;
}

bool ratio_within(const struct ratio *ratio, unsigned limit)
{
	/* num ≤ limit · den, without their product */
	return (ratio->num - 1) / ratio->den < limit && (ratio->den - 1) / ratio->num < limit;
}

double ratio_number(const struct ratio *ratio)
{
	return (double)ratio->num / (double)ratio->den;
}
