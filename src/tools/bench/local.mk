# SPDX-License-Identifier: LGPL-2.1-or-later

bin_PROGRAMS += bli-bench
bli_bench_SOURCES = \
	src/tools/bench/bench.c \
	src/tools/bench/float64.c src/tools/bench/float64.h \
	src/tools/bench/judgement.c src/tools/bench/judgement.h \
	src/tools/bench/labels.c src/tools/bench/labels.h \
	src/tools/bench/options.c src/tools/bench/options.h \
	src/tools/bench/plot.c src/tools/bench/plot.h \
	src/tools/bench/progress.c src/tools/bench/progress.h \
	src/tools/bench/quality.c src/tools/bench/quality.h \
	src/tools/bench/report.c src/tools/bench/report.h src/tools/bench/reportdata.c \
	src/tools/bench/run.c src/tools/bench/run.h \
	$(optionparser_sources) $(doctor_sources) $(gnuplot_sources) $(outfile_sources) $(ratetext_sources)
bli_bench_CPPFLAGS = $(tools_cppflags)
bli_bench_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bli_bench_LDADD = src/tools/libmeasure.la src/core/libcore.la
