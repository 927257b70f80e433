# SPDX-License-Identifier: LGPL-2.1-or-later

bin_PROGRAMS += bli-resample
bli_resample_SOURCES = \
	src/tools/resample/channels.c src/tools/resample/channels.h \
	src/tools/resample/classic.c src/tools/resample/classic.h \
	src/tools/resample/conversion.c src/tools/resample/conversion.h \
	src/tools/resample/encoder.c src/tools/resample/encoder.h \
	src/tools/resample/exactrate.c src/tools/resample/exactrate.h \
	src/tools/resample/foreign.c src/tools/resample/foreign.h \
	src/tools/resample/headsizes.c src/tools/resample/headsizes.h \
	src/tools/resample/job.c src/tools/resample/job.h \
	src/tools/resample/markers.c src/tools/resample/markers.h \
	src/tools/resample/options.c src/tools/resample/options.h \
	src/tools/resample/optiontable.c src/tools/resample/optiontable.h \
	src/tools/resample/outputnames.c src/tools/resample/outputnames.h \
	src/tools/resample/outputplan.c src/tools/resample/outputplan.h \
	src/tools/resample/piece.c src/tools/resample/piece.h \
	src/tools/resample/progress.c src/tools/resample/progress.h \
	src/tools/resample/ratio.c src/tools/resample/ratio.h \
	src/tools/resample/reader.c src/tools/resample/reader.h \
	src/tools/resample/reason.c src/tools/resample/reason.h \
	src/tools/resample/resample.c \
	src/tools/resample/segments.c src/tools/resample/segments.h \
	src/tools/resample/sink.c src/tools/resample/sink.h \
	src/tools/resample/soundfile-input.c src/tools/resample/soundfile-output.c src/tools/resample/soundfile.h \
	src/tools/resample/soundformat.c src/tools/resample/soundformat.h \
	src/tools/resample/source.c src/tools/resample/source.h \
	src/tools/resample/taglib-tags.h \
	src/tools/resample/tags.c src/tools/resample/tags.h \
	src/tools/resample/trace.c src/tools/resample/trace.h \
	src/tools/resample/wavsizes.c src/tools/resample/wavsizes.h \
	$(optionparser_sources) $(outfile_sources)
bli_resample_CPPFLAGS = $(tools_cppflags)
bli_resample_CFLAGS = $(AM_CFLAGS) $(SNDFILE_CFLAGS) $(GMP_CFLAGS)
bli_resample_LDADD = src/core/libcore.la $(SNDFILE_LIBS) $(GMP_LIBS) $(THREAD_LIBS)

# TagLib is C++.
CLEANFILES += src/tools/resample/taglib-tags.o
src/tools/resample/taglib-tags.o: src/tools/resample/taglib-tags.cc src/tools/resample/taglib-tags.h
if TAGLIB
bli_resample_LDADD += src/tools/resample/taglib-tags.o $(TAGLIB_LIBS) -lstdc++
else
bli_resample_SOURCES += src/tools/resample/taglib-none.c
endif
