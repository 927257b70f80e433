/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small filter files for tests that only need one. */
#ifndef BLI_FILTERTEXT_H
#define BLI_FILTERTEXT_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A sinc of roll-off 0.9 under a Hann window. */
static inline double filtertext_value(unsigned nmult, unsigned i, bool integers)
{
	double t = i / 256.0, u = t / ((nmult - 1) / 2.0);
	double value = i == 0 ? 32767 : 32767 * sin(M_PI * 0.9 * t) / (M_PI * 0.9 * t) * (1 + cos(M_PI * u)) / 2;

	return integers ? rint(value) : value;
}

/* Write the file for an odd nmult of 3 or more.  Returns 0, or −1 when the stream has an error. */
static inline int filtertext_write(FILE *stream, unsigned nmult, bool integers)
{
	unsigned length = 256 * (nmult - 1) / 2;
	int decimals = integers ? 0 : 9;

	fprintf(stream, "ScaleFactor 14746\nLength %u\nNmult %u\nCoeffs:\n", length, nmult);
	for (unsigned i = 0; i < length; i++)
		fprintf(stream, "%.*f\n", decimals, filtertext_value(nmult, i, integers));
	fprintf(stream, "Differences:\n");
	for (unsigned i = 0; i < length; i++) {
		double next = i + 1 < length ? filtertext_value(nmult, i + 1, integers) : 0;

		fprintf(stream, "%.*f\n", decimals, next - filtertext_value(nmult, i, integers));
	}
	return ferror(stream) ? -1 : 0;
}

#define FILTERTEXT_TRIANGLE_LENGTH 256

/*
 * A file of nmult 3 whose coefficients fall in a straight line from 32512 by 127:
 * text to be freed, or NULL without memory.
 */
static inline char *filtertext_triangle(void)
{
	char *text = malloc(8192);
	int end = text ? sprintf(text, "ScaleFactor 14000\nLength 256\nNmult 3\nCoeffs:\n") : 0;

	for (int i = 0; text && i < FILTERTEXT_TRIANGLE_LENGTH; i++)
		end += sprintf(text + end, "%d\n", 127 * (FILTERTEXT_TRIANGLE_LENGTH - i));
	if (text)
		end += sprintf(text + end, "Differences:\n");
	for (int i = 0; text && i < FILTERTEXT_TRIANGLE_LENGTH; i++)
		end += sprintf(text + end, "-127\n");
	return text;
}

#endif
