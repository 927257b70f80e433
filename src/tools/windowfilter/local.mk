# SPDX-License-Identifier: LGPL-2.1-or-later

# What designs, measures and writes filters, apart from the program: its tests use it too.
noinst_LTLIBRARIES += src/tools/libwindowfilter.la
src_tools_libwindowfilter_la_SOURCES = \
	src/tools/windowfilter/design.c src/tools/windowfilter/design.h \
	src/tools/windowfilter/response.c src/tools/windowfilter/response.h \
	src/tools/windowfilter/tablefile.c src/tools/windowfilter/tablefile.h
src_tools_libwindowfilter_la_CPPFLAGS = $(tools_cppflags)
src_tools_libwindowfilter_la_LIBADD = src/core/libcore.la

bin_PROGRAMS += bli-windowfilter
bli_windowfilter_SOURCES = \
	src/tools/windowfilter/options.c src/tools/windowfilter/options.h \
	src/tools/windowfilter/parameter.c src/tools/windowfilter/parameter.h \
	src/tools/windowfilter/plot.c src/tools/windowfilter/plot.h \
	src/tools/windowfilter/windowfilter.c \
	$(optionparser_sources) $(gnuplot_sources) $(outfile_sources) $(ratetext_sources)
bli_windowfilter_CPPFLAGS = $(tools_cppflags)
bli_windowfilter_LDADD = src/tools/libwindowfilter.la
