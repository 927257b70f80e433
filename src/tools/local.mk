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
bin_PROGRAMS += bli-bench bli-resample bli-windowfilter

bli_bench_SOURCES = \
	src/tools/bench.c \
	src/tools/bench-plot.c src/tools/bench-plot.h \
	src/tools/bench-report.c src/tools/bench-report.h \
	src/tools/bench-run.c src/tools/bench-run.h \
	src/tools/commandline.c src/tools/commandline.h \
	src/tools/gnuplot.c src/tools/gnuplot.h \
	src/tools/interrupt.c src/tools/interrupt.h \
	src/tools/newfile.c src/tools/newfile.h \
	src/tools/outfile.c src/tools/outfile.h \
	src/tools/spoolfile.c src/tools/spoolfile.h
bli_bench_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bli_bench_LDADD = src/tools/libmeasure.la

bli_resample_SOURCES = \
	src/tools/resample.c \
	src/tools/resample-options.c src/tools/resample-options.h \
	src/tools/commandline.c src/tools/commandline.h \
	src/tools/conversion.c src/tools/conversion.h \
	src/tools/exactrate.c src/tools/exactrate.h \
	src/tools/headsizes.c src/tools/headsizes.h \
	src/tools/interrupt.c src/tools/interrupt.h \
	src/tools/outfile.c src/tools/outfile.h \
	src/tools/progress.c src/tools/progress.h \
	src/tools/ratio.c src/tools/ratio.h \
	src/tools/reason.c src/tools/reason.h \
	src/tools/sink.c src/tools/sink.h \
	src/tools/soundfile-input.c src/tools/soundfile-output.c src/tools/soundfile.h \
	src/tools/soundformat.c src/tools/soundformat.h \
	src/tools/source.c src/tools/source.h \
	src/tools/spoolfile.c src/tools/spoolfile.h
bli_resample_CFLAGS = $(AM_CFLAGS) $(SNDFILE_CFLAGS) $(GMP_CFLAGS)
bli_resample_LDADD = src/core/libcore.la $(SNDFILE_LIBS) $(GMP_LIBS)

bli_windowfilter_SOURCES = \
	src/tools/windowfilter.c \
	src/tools/gnuplot.c src/tools/gnuplot.h \
	src/tools/interrupt.c src/tools/interrupt.h \
	src/tools/newfile.c src/tools/newfile.h \
	src/tools/outfile.c src/tools/outfile.h \
	src/tools/plot.c src/tools/plot.h \
	src/tools/response.c src/tools/response.h \
	src/tools/shape.c src/tools/shape.h \
	src/tools/spoolfile.c src/tools/spoolfile.h
bli_windowfilter_LDADD = src/core/libcore.la

# One file for bash, which looks for the name of the command; one for each in zsh.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/bli-tools.bash
zshcompletiondir = $(datadir)/zsh/vendor-completions
dist_zshcompletion_DATA = completion/_bli-bench completion/_bli-resample completion/_bli-windowfilter

completion_links = install-completion-links
completion_unlinks = uninstall-completion-links

install-completion-links: install-dist_bashcompletionDATA
	$(AM_V_at)for name in bli-bench bli-resample bli-windowfilter; do \
	  (cd $(DESTDIR)$(bashcompletiondir) && rm -f $$name && $(LN_S) bli-tools.bash $$name) || exit 1; \
	done

uninstall-completion-links:
	$(AM_V_at)for name in bli-bench bli-resample bli-windowfilter; do \
	  rm -f $(DESTDIR)$(bashcompletiondir)/$$name; \
	done
endif
install-data-hook: $(completion_links)
uninstall-hook: $(completion_unlinks)
.PHONY: install-completion-links uninstall-completion-links
