# SPDX-License-Identifier: LGPL-2.1-or-later
# The command-line programs, and the library that measures converters.

# Measuring serves bli-bench and the tests.
noinst_LTLIBRARIES += src/tools/libmeasure.la
src_tools_libmeasure_la_SOURCES = \
	src/tools/bench-list.c src/tools/bench-list.h \
	src/tools/bench-tone.c src/tools/bench-tone.h \
	src/tools/bench-wire.c src/tools/bench-wire.h \
	src/tools/measure.c src/tools/measure.h \
	src/tools/ratehost.c src/tools/ratehost.h
src_tools_libmeasure_la_CPPFLAGS = $(AM_CPPFLAGS) -DBLI_ALSA_PLUGIN_DIR='"$(alsaplugindir)"'
src_tools_libmeasure_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
src_tools_libmeasure_la_LIBADD = $(ALSA_LIBS) $(DL_LIBS)

bin_PROGRAMS =
if TOOLS
bin_PROGRAMS += bli-bench bli-windowfilter

bli_bench_SOURCES = \
	src/tools/bench.c \
	src/tools/bench-plot.c src/tools/bench-plot.h \
	src/tools/bench-report.c src/tools/bench-report.h \
	src/tools/bench-run.c src/tools/bench-run.h \
	src/tools/gnuplot.c src/tools/gnuplot.h
bli_bench_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bli_bench_LDADD = src/tools/libmeasure.la

bli_windowfilter_SOURCES = \
	src/tools/windowfilter.c \
	src/tools/newfile.c src/tools/newfile.h \
	src/tools/plot.c src/tools/plot.h \
	src/tools/response.c src/tools/response.h \
	src/tools/shape.c src/tools/shape.h
bli_windowfilter_LDADD = src/core/libcore.la
endif
