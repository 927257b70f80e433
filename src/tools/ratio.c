/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ratio.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>

#define DIGITS_MAX 18	/* 10^18 < RATIO_TERM_MAX */
#define TOLERANCE_BITS 31

__extension__ typedef unsigned __int128 wide;

static wide common_divisor(wide a, wide b)
{
	while (b) {
		const wide rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* num/den in lowest terms; terms that do not fit lose their low bits. */
static int reduce(struct ratio *ratio, wide num, wide den)
{
	if (num == 0 || den == 0)
		return -ERANGE;

	const wide divisor = common_divisor(num, den);

	num /= divisor;
	den /= divisor;
	while (num > RATIO_TERM_MAX || den > RATIO_TERM_MAX) {
		num >>= 1;
		den >>= 1;
	}
	if (num == 0 || den == 0)
		return -ERANGE;

	const wide again = common_divisor(num, den);

	ratio->num = (uint64_t)(num / again);
	ratio->den = (uint64_t)(den / again);
	return 0;
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
	if ((wide)mantissa * power_of_ten(exponent) > RATIO_TERM_MAX)
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
	int exponent;

	if (!(number > 0) || !(number <= DBL_MAX))
		return -ERANGE;

	const uint64_t mantissa = (uint64_t)ldexp(frexp(number, &exponent), DBL_MANT_DIG);

	exponent -= DBL_MANT_DIG;
	/* trailing zeros of the mantissa make room on the other side of the line */
	const int zeros = __builtin_ctzll(mantissa);

	exponent += zeros;
	if (exponent > 62 || exponent < -62)
		return -ERANGE;
	if (exponent < 0)
		return reduce(ratio, mantissa >> zeros, (wide)1 << -exponent);
	if ((wide)(mantissa >> zeros) << exponent > RATIO_TERM_MAX)
		return -ERANGE;
	return reduce(ratio, (wide)(mantissa >> zeros) << exponent, 1);
}

int ratio_divide(struct ratio *quotient, const struct ratio *dividend, const struct ratio *divisor)
{
	return reduce(quotient, (wide)dividend->num * divisor->den, (wide)dividend->den * divisor->num);
}

int ratio_multiply(struct ratio *product, const struct ratio *a, const struct ratio *b)
{
	return reduce(product, (wide)a->num * b->num, (wide)a->den * b->den);
}

/*
 * The fraction with the smallest terms in an interval has the interval's
 * common beginning of continued fractions, and then the smallest integer that
 * lies in what remains of it (A. Y. Khinchin, "Continued Fractions", 1964).
 */
static void simplest_between(struct ratio *simple, wide low_num, wide low_den, wide high_num, wide high_den)
{
	wide num = 1, den = 0, last_num = 0, last_den = 1;	/* convergents */

	for (;;) {
		const wide whole = low_num / low_den, rest = low_num % low_den;
		const bool ends = rest == 0 || whole < high_num / high_den;
		const wide term = rest == 0 || !ends ? whole : whole + 1;
		const wide next_num = term * num + last_num, next_den = term * den + last_den;
		const wide high_rest = high_num - whole * high_den;

		last_num = num;
		last_den = den;
		num = next_num;
		den = next_den;
		if (ends)
			break;
		/* the remainders, turned over, swap their order */
		high_num = low_den;
		low_num = high_den;
		high_den = rest;
		low_den = high_rest;
	}
	simple->num = (uint64_t)num;
	simple->den = (uint64_t)den;
}

void ratio_simplify(struct ratio *simple, const struct ratio *factor)
{
	if (factor->num <= RATIO_EXACT_NUM_MAX && factor->den <= RATIO_EXACT_DEN_MAX) {
		*simple = *factor;
		return;
	}

	const wide one = (wide)1 << TOLERANCE_BITS, den = factor->den * one;

	simplest_between(simple, factor->num * (one - 1), den, factor->num * (one + 1), den);
}

/*
 * Two fractions meet what one cannot: the first is taken about 2^-13 beside
 * the factor, towards 1, so that its own denominator is no small one, and in
 * the neighbourhood of the second there are fractions enough.
 */
unsigned ratio_split(struct ratio parts[2], const struct ratio *factor)
{
	const wide one = (wide)1 << TOLERANCE_BITS, offset = one >> 13, den = factor->den * one;
	const bool up = factor->num > factor->den;
	struct ratio coarse, rest;

	ratio_simplify(&parts[0], factor);
	if (parts[0].num <= RATIO_PARTS_TERM_MAX && parts[0].den <= RATIO_PARTS_TERM_MAX)
		return 1;
	if (up)
		simplest_between(&coarse, factor->num * (one - offset), den, factor->num * (one - offset / 2), den);
	else
		simplest_between(&coarse, factor->num * (one + offset / 2), den, factor->num * (one + offset), den);
	/* both are near each other, so this cannot fail */
	if (ratio_divide(&rest, factor, &coarse) != 0)
		return 1;
	ratio_simplify(&parts[up ? 0 : 1], &rest);
	parts[up ? 1 : 0] = coarse;
	return 2;
}

int64_t ratio_frames(const struct ratio *ratio, int64_t frames)
{
	const wide whole = ((wide)(uint64_t)frames * ratio->num + ratio->den / 2) / ratio->den;

	return whole > INT64_MAX ? INT64_MAX : (int64_t)whole;
}

bool ratio_within(const struct ratio *ratio, unsigned limit)
{
	return ratio->num <= (wide)limit * ratio->den && ratio->den <= (wide)limit * ratio->num;
}

double ratio_number(const struct ratio *ratio)
{
	return (double)ratio->num / (double)ratio->den;
}
