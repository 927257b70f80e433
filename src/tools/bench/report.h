/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results as text for people, CSV and JSON. */
#ifndef BLI_BENCH_REPORT_H
#define BLI_BENCH_REPORT_H

#include "run.h"

#include <stdio.h>

/*
 * For people: a table to choose from, the cleanest converter first; a line for
 * each thing that is wrong with some of them; and two lines of advice.  With
 * `verbose` all figures before these.
 */
void bench_report_text(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count, bool verbose);

/* A line of names, then a line for each converter; an empty field is a figure that could not be measured. */
void bench_report_csv(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		      size_t count);

/* One object: the settings, and an array of converters with everything measured; null likewise. */
void bench_report_json(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count);

/* What the processor calls itself, to name[size]; "unknown processor" where the system does not tell. */
void bench_processor_name(char *name, size_t size);

#endif
