# SPDX-License-Identifier: LGPL-2.1-or-later
# Measuring serves bli-bench, the benchmarks and the tests.

noinst_LTLIBRARIES += src/tools/libmeasure.la
src_tools_libmeasure_la_SOURCES = \
	src/tools/measure/formatchoice.c src/tools/measure/formatchoice.h \
	src/tools/measure/list.c src/tools/measure/list.h \
	src/tools/measure/measure.c src/tools/measure/measure.h \
	src/tools/measure/ratehost.c src/tools/measure/ratehost.h \
	src/tools/measure/tone.c src/tools/measure/tone.h \
	src/tools/measure/wire.c src/tools/measure/wire.h
src_tools_libmeasure_la_CPPFLAGS = $(tools_cppflags) -DBLI_ALSA_PLUGIN_DIR='"$(alsaplugindir)"'
src_tools_libmeasure_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
src_tools_libmeasure_la_LIBADD = $(ALSA_LIBS) $(DL_LIBS)
