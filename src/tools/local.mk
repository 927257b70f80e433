# SPDX-License-Identifier: LGPL-2.1-or-later
# The command-line programs, a room for each; `shared` is what several use, `measure` the library that measures
# converters, `doctor` a part of bli-bench.
# A file includes only what is in its own room, in these two, or in the core.

tools_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/src/tools
outfile_sources = \
	src/tools/shared/interrupt.c src/tools/shared/interrupt.h \
	src/tools/shared/newfile.c src/tools/shared/newfile.h \
	src/tools/shared/outfile.c src/tools/shared/outfile.h \
	src/tools/shared/spoolfile.c src/tools/shared/spoolfile.h
gnuplot_sources = src/tools/shared/gnuplot.c src/tools/shared/gnuplot.h
commandline_sources = src/tools/shared/commandline.c src/tools/shared/commandline.h
optionparser_sources = $(commandline_sources) src/tools/shared/optionparser.c src/tools/shared/optionparser.h
ratetext_sources = src/tools/shared/ratetext.c src/tools/shared/ratetext.h

# A release has the tools wherever it is made: what automake takes for a part of it only where it is built.
EXTRA_DIST += \
	completion/bli-tools.bash completion/_bli-bench completion/_bli-resample completion/_bli-windowfilter \
	src/tools/bridge/bli-bridge@.service.in src/tools/resample/taglib-none.c src/tools/resample/taglib-tags.cc

bin_PROGRAMS =
include src/tools/measure/local.mk
if TOOLS
include src/tools/doctor/local.mk
include src/tools/bench/local.mk
include src/tools/bridge/local.mk
include src/tools/resample/local.mk
include src/tools/windowfilter/local.mk

# One file for bash, which looks for the name of the command; one for each in zsh.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/bli-tools.bash
zshcompletiondir = $(datadir)/zsh/vendor-completions
dist_zshcompletion_DATA = completion/_bli-bench completion/_bli-bridge completion/_bli-resample completion/_bli-windowfilter

completion_links = install-completion-links
completion_unlinks = uninstall-completion-links

install-completion-links: install-dist_bashcompletionDATA
	$(AM_V_at)for name in bli-bench bli-bridge bli-resample bli-windowfilter; do \
	  (cd $(DESTDIR)$(bashcompletiondir) && rm -f $$name && $(LN_S) bli-tools.bash $$name) || exit 1; \
	done

uninstall-completion-links:
	$(AM_V_at)for name in bli-bench bli-bridge bli-resample bli-windowfilter; do \
	  rm -f $(DESTDIR)$(bashcompletiondir)/$$name; \
	done

# The programs and manuals of 1.8 by their old names.
if CLASSIC_NAMES
classic_links = install-classic-links
classic_unlinks = uninstall-classic-links
endif

install-classic-links: install-binPROGRAMS
	$(AM_V_at)for name in resample windowfilter; do \
	  (cd $(DESTDIR)$(bindir) && rm -f $$name && $(LN_S) bli-$$name$(EXEEXT) $$name) || exit 1; \
	done

uninstall-classic-links:
	$(AM_V_at)rm -f $(DESTDIR)$(bindir)/resample $(DESTDIR)$(bindir)/windowfilter
endif
install-exec-hook: $(classic_links)
install-data-hook: $(completion_links)
uninstall-hook: $(completion_unlinks) $(classic_unlinks)
clean-local: clean-units
clean-units:
	rm -f 'src/tools/bridge/bli-bridge@.service'
.PHONY: clean-units install-completion-links uninstall-completion-links install-classic-links uninstall-classic-links
