# SPDX-License-Identifier: LGPL-2.1-or-later

bin_PROGRAMS += bli-resample
bli_resample_SOURCES = \
	src/tools/resample/conversion.c src/tools/resample/conversion.h \
	src/tools/resample/exactrate.c src/tools/resample/exactrate.h \
	src/tools/resample/headsizes.c src/tools/resample/headsizes.h \
	src/tools/resample/options.c src/tools/resample/options.h \
	src/tools/resample/progress.c src/tools/resample/progress.h \
	src/tools/resample/ratio.c src/tools/resample/ratio.h \
	src/tools/resample/reason.c src/tools/resample/reason.h \
	src/tools/resample/resample.c \
	src/tools/resample/sink.c src/tools/resample/sink.h \
	src/tools/resample/soundfile-input.c src/tools/resample/soundfile-output.c src/tools/resample/soundfile.h \
	src/tools/resample/soundformat.c src/tools/resample/soundformat.h \
	src/tools/resample/source.c src/tools/resample/source.h \
	$(commandline_sources) $(outfile_sources)
bli_resample_CPPFLAGS = $(tools_cppflags)
bli_resample_CFLAGS = $(AM_CFLAGS) $(SNDFILE_CFLAGS) $(GMP_CFLAGS)
bli_resample_LDADD = src/core/libcore.la $(SNDFILE_LIBS) $(GMP_LIBS)
