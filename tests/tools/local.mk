# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the command-line programs.

EXTRA_DIST += \
	tests/tools/bridge.py \
	tests/tools/checks.sh \
	tests/tools/resample-checks.sh \
	tests/tools/resample.py \
	tests/tools/windowfilter.py
tools_scripts = \
	tests/tools/behaviour.sh \
	tests/tools/bench.sh \
	tests/tools/bridge.sh \
	tests/tools/channels.sh \
	tests/tools/classic.sh \
	tests/tools/doctor.sh \
	tests/tools/examples.sh \
	tests/tools/faults.sh \
	tests/tools/gapless.sh \
	tests/tools/levels.sh \
	tests/tools/lossy.sh \
	tests/tools/manual.sh \
	tests/tools/resample.sh \
	tests/tools/tags.sh \
	tests/tools/trees.sh \
	tests/tools/truncated.sh \
	tests/tools/windowfilter.sh
EXTRA_DIST += $(tools_scripts)
if TOOLS
dist_check_SCRIPTS += $(tools_scripts)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/tools/interrupt tests/tools/measure
if TOOLS
check_PROGRAMS += tests/tools/filterdesigns tests/tools/judgement tests/tools/ratio tests/tools/timersource
endif
endif
tests_tools_filterdesigns_SOURCES = tests/tools/filterdesigns.c
tests_tools_filterdesigns_CPPFLAGS = $(test_cppflags)
tests_tools_filterdesigns_CFLAGS = $(test_cflags)
tests_tools_filterdesigns_LDADD = src/tools/libwindowfilter.la $(plugin_test_ldadd)

tests_tools_interrupt_SOURCES = tests/tools/interrupt.c src/tools/shared/interrupt.c src/tools/shared/interrupt.h
tests_tools_interrupt_CPPFLAGS = $(test_cppflags)
tests_tools_interrupt_CFLAGS = $(test_cflags)
tests_tools_interrupt_LDADD = $(CMOCKA_LIBS)

tests_tools_judgement_SOURCES = tests/tools/judgement.c \
	src/tools/bench/judgement.c src/tools/bench/judgement.h \
	src/tools/bench/labels.c src/tools/bench/labels.h \
	src/tools/bench/quality.c src/tools/bench/quality.h \
	src/tools/bench/run.c src/tools/bench/run.h
tests_tools_judgement_CPPFLAGS = $(test_cppflags)
tests_tools_judgement_CFLAGS = $(test_cflags)
tests_tools_judgement_LDADD = $(plugin_test_ldadd)

tests_tools_measure_SOURCES = tests/tools/measure.c
tests_tools_measure_CPPFLAGS = $(test_cppflags)
tests_tools_measure_CFLAGS = $(test_cflags)
tests_tools_measure_LDADD = $(plugin_test_ldadd)

tests_tools_ratio_SOURCES = tests/tools/ratio.c src/tools/resample/ratio.c src/tools/resample/ratio.h
tests_tools_ratio_CPPFLAGS = $(test_cppflags)
tests_tools_ratio_CFLAGS = $(test_cflags) $(GMP_CFLAGS)
tests_tools_ratio_LDADD = $(CMOCKA_LIBS) $(GMP_LIBS)

tests_tools_timersource_SOURCES = tests/tools/timersource.c src/tools/bridge/sync.c src/tools/bridge/sync.h \
	$(commandline_sources)
tests_tools_timersource_CPPFLAGS = $(test_cppflags)
tests_tools_timersource_CFLAGS = $(test_cflags)
tests_tools_timersource_LDADD = $(core_test_ldadd) $(ALSA_LIBS)

# A sound card with a clock of its own, and simulated time for the program that it serves.
check_LTLIBRARIES += tests/tools/libasound_module_pcm_clockcard.la tests/tools/libsimtime.la
tests_tools_libasound_module_pcm_clockcard_la_SOURCES = \
	tests/tools/clockcard.c tests/tools/clockcard.h tests/tools/clockctl.c $(card_base)
tests_tools_libasound_module_pcm_clockcard_la_CPPFLAGS = $(test_cppflags)
tests_tools_libasound_module_pcm_clockcard_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_tools_libasound_module_pcm_clockcard_la_LIBADD = $(ALSA_LIBS)
tests_tools_libasound_module_pcm_clockcard_la_LDFLAGS = -module -avoid-version -shared -no-undefined \
	-rpath $(alsaplugindir) -export-symbols-regex '^_+snd_(pcm|ctl)_clockcard_'
tests_tools_libsimtime_la_SOURCES = tests/tools/simtime.c tests/shared/heapspy.c tests/shared/heapspy.h
tests_tools_libsimtime_la_CPPFLAGS = $(test_cppflags)
tests_tools_libsimtime_la_LIBADD = $(DL_LIBS)
tests_tools_libsimtime_la_LDFLAGS = -module -avoid-version -shared -rpath $(alsaplugindir)
