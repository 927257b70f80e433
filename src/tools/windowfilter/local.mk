# SPDX-License-Identifier: LGPL-2.1-or-later

bin_PROGRAMS += bli-windowfilter
bli_windowfilter_SOURCES = \
	src/tools/windowfilter/plot.c src/tools/windowfilter/plot.h \
	src/tools/windowfilter/response.c src/tools/windowfilter/response.h \
	src/tools/windowfilter/shape.c src/tools/windowfilter/shape.h \
	src/tools/windowfilter/windowfilter.c \
	$(gnuplot_sources) $(outfile_sources)
bli_windowfilter_CPPFLAGS = $(tools_cppflags)
bli_windowfilter_LDADD = src/core/libcore.la
