# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests: programs of the core, of the plugin, and scripts that use both as people do.

AM_TESTS_ENVIRONMENT = \
	ALSA_PLUGIN_DIR='$(abs_top_builddir)/tests/plugins'; \
	BLI_BUILDDIR='$(abs_top_builddir)'; \
	BLI_PLUGIN_DIR='$(abs_top_builddir)/tests/plugins'; \
	BLI_TESTCARD='$(abs_top_builddir)/tests/.libs/libasound_module_pcm_testcard.so'; \
	export ALSA_PLUGIN_DIR BLI_BUILDDIR BLI_PLUGIN_DIR BLI_TESTCARD;

plug_help = tests/plughelp.c tests/plughelp.h tests/pluglog.c tests/pluglog.h

check_PROGRAMS =
TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
# Programs written elsewhere, on devices that convert.
program_tests = \
	tests/programs/alsa-lib.sh \
	tests/programs/alsa-utils.sh \
	tests/programs/alsaloop.sh \
	tests/programs/ffmpeg.sh \
	tests/programs/gstreamer.sh \
	tests/programs/mpg123.sh \
	tests/programs/mpv.sh \
	tests/programs/portaudio.sh \
	tests/programs/pulseaudio.sh \
	tests/programs/pyaudio.sh \
	tests/programs/sox.sh \
	tests/programs/speaker-test.sh
print-program-tests:
	@echo $(program_tests)
.PHONY: print-program-tests

dist_check_SCRIPTS = \
	$(program_tests) \
	tests/manual.sh \
	tests/names.sh \
	tests/recipes.sh \
	tests/reference.sh
EXTRA_DIST += \
	tests/asound-sandbox.sh \
	tests/checks.sh \
	tests/debian-packages.sh \
	tests/judge.py \
	tests/programs/alsa-lib-source \
	tests/programs/common.sh \
	tests/programs/packages.sh \
	tests/programs/pyaudio-callback.py \
	tests/programs/pyaudio-record.py \
	tests/programs/run \
	tests/reference.py

# A sound card without hardware, for the tests only; -rpath makes libtool build a shared object.
check_LTLIBRARIES = tests/libasound_module_pcm_testcard.la
tests_libasound_module_pcm_testcard_la_SOURCES = tests/testcard.c
tests_libasound_module_pcm_testcard_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_libasound_module_pcm_testcard_la_LIBADD = $(ALSA_LIBS)
tests_libasound_module_pcm_testcard_la_LDFLAGS = -module -avoid-version -shared -no-undefined \
	-rpath $(alsaplugindir) -export-symbols-regex '^_+snd_pcm_testcard_'

if TOOLS
dist_check_SCRIPTS += tests/bench.sh tests/resample.sh tests/tools-faults.sh tests/windowfilter.sh
EXTRA_DIST += tests/resample.py tests/windowfilter.py
endif

# The corpora of the fuzz targets are replayed by the unit tests.
EXTRA_DIST += tests/fuzz-filterfile.c tests/corpus

# The heap and a few more functions are replaced for the whole process: -export-dynamic shows them to the plugin.
check_PROGRAMS += tests/faults
tests_faults_SOURCES = tests/faults.c tests/heapspy.c tests/heapspy.h $(plug_help)
tests_faults_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_faults_LDADD = src/core/libcore.la $(ALSA_LIBS)
tests_faults_LDFLAGS = -export-dynamic

check_PROGRAMS += tests/realtime
tests_realtime_SOURCES = tests/realtime.c tests/heapspy.c tests/heapspy.h $(plug_help)
tests_realtime_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_realtime_LDADD = src/core/libcore.la $(ALSA_LIBS)
tests_realtime_LDFLAGS = -export-dynamic

# The fuzz targets without a fuzzer, on their corpora; that of the settings is replayed by tests/settings.
check_PROGRAMS += tests/replay-filterfile tests/replay-plugin
tests_replay_filterfile_SOURCES = tests/replay.c tests/fuzz-filterfile.c tests/promise.h
tests_replay_filterfile_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"filterfile"'
tests_replay_filterfile_LDADD = src/core/libcore.la
tests_replay_plugin_SOURCES = tests/replay.c tests/fuzz-plugin.c tests/fuzzbytes.c tests/fuzzbytes.h \
	tests/fuzzside.c tests/fuzzside.h tests/promise.h tests/pluglog.c tests/pluglog.h \
	$(src_plugin_libasound_module_rate_bli_la_SOURCES)
tests_replay_plugin_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/plugin -DCORPUS='"plugin"'
tests_replay_plugin_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_replay_plugin_LDADD = src/core/libcore.la $(ALSA_LIBS)

check_PROGRAMS += tests/stress tests/steady
tests_stress_SOURCES = tests/stress.c tests/heapspy.h $(plug_help)
tests_stress_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS) -pthread
tests_stress_LDADD = src/core/libcore.la $(ALSA_LIBS) $(DL_LIBS)
tests_stress_LDFLAGS = -pthread
tests_steady_SOURCES = tests/steady.c tests/heapspy.h $(plug_help)
tests_steady_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_steady_LDADD = src/core/libcore.la $(ALSA_LIBS) $(DL_LIBS)

# Kernels that run here, for tests under each.
noinst_PROGRAMS = tests/print-kernels
tests_print_kernels_SOURCES = tests/print-kernels.c
tests_print_kernels_LDADD = src/core/libcore.la

# The programs that are worth running under every kernel, and under sanitizers: these
# exclude what replaces malloc itself.
unit_tests = $(check_PROGRAMS)
print-unit-tests:
	@echo $(unit_tests)
print-sanitized-tests:
	@echo $(unit_tests) | $(SED) -e 's, *tests/realtime,,' -e 's, *tests/faults,,' -e 's, *tests/st[a-z]*,,g'
.PHONY: print-unit-tests print-sanitized-tests

if HAVE_CMOCKA
core_test_ldadd = src/core/libcore.la $(CMOCKA_LIBS)
plugin_test_ldadd = src/tools/libmeasure.la src/core/libcore.la $(CMOCKA_LIBS) $(ALSA_LIBS)
test_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ALSA_CFLAGS)
test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/src/tools

check_PROGRAMS += tests/filterfile
tests_filterfile_SOURCES = tests/filterfile.c
tests_filterfile_CFLAGS = $(test_cflags)
tests_filterfile_LDADD = $(core_test_ldadd)

core_help = tests/corehelp.c tests/corehelp.h
check_PROGRAMS += tests/kernels tests/samples tests/filters tests/plans tests/resamplers tests/interpolation \
	tests/dithers
tests_kernels_SOURCES = tests/kernels.c $(core_help)
tests_kernels_CFLAGS = $(test_cflags)
tests_kernels_LDADD = $(core_test_ldadd)
tests_samples_SOURCES = tests/samples.c $(core_help)
tests_samples_CFLAGS = $(test_cflags)
tests_samples_LDADD = $(core_test_ldadd)
tests_filters_SOURCES = tests/filters.c
tests_filters_CFLAGS = $(test_cflags)
tests_filters_LDADD = $(core_test_ldadd)
tests_plans_SOURCES = tests/plans.c $(core_help)
tests_plans_CFLAGS = $(test_cflags)
tests_plans_LDADD = $(core_test_ldadd)
tests_resamplers_SOURCES = tests/resamplers.c $(core_help)
tests_resamplers_CFLAGS = $(test_cflags)
tests_resamplers_LDADD = $(core_test_ldadd)
tests_interpolation_SOURCES = tests/interpolation.c $(core_help)
tests_interpolation_CFLAGS = $(test_cflags)
tests_interpolation_LDADD = $(core_test_ldadd)
tests_dithers_SOURCES = tests/dithers.c $(core_help)
tests_dithers_CFLAGS = $(test_cflags)
tests_dithers_LDADD = $(core_test_ldadd)

check_PROGRAMS += tests/measure
tests_measure_SOURCES = tests/measure.c
tests_measure_CPPFLAGS = $(test_cppflags)
tests_measure_CFLAGS = $(test_cflags)
tests_measure_LDADD = $(plugin_test_ldadd)

check_PROGRAMS += tests/claims
tests_claims_SOURCES = tests/claims.c
tests_claims_CPPFLAGS = $(test_cppflags)
tests_claims_CFLAGS = $(test_cflags)
tests_claims_LDADD = $(plugin_test_ldadd)

check_PROGRAMS += tests/libasound
tests_libasound_SOURCES = tests/libasound.c tests/pcmstream.c tests/pcmstream.h
tests_libasound_CFLAGS = $(test_cflags)
tests_libasound_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)
check_PROGRAMS += tests/plugin
tests_plugin_SOURCES = tests/plugin.c $(plug_help)
tests_plugin_CFLAGS = $(test_cflags)
tests_plugin_LDADD = src/core/libcore.la $(CMOCKA_LIBS) $(ALSA_LIBS)

check_PROGRAMS += tests/messages
tests_messages_SOURCES = tests/messages.c $(plug_help)
tests_messages_CFLAGS = $(test_cflags)
tests_messages_LDADD = src/core/libcore.la $(CMOCKA_LIBS) $(ALSA_LIBS)

check_PROGRAMS += tests/formats
tests_formats_SOURCES = tests/formats.c $(plug_help)
tests_formats_CFLAGS = $(test_cflags)
tests_formats_LDADD = src/core/libcore.la $(CMOCKA_LIBS) $(ALSA_LIBS)

if TOOLS
check_PROGRAMS += tests/ratio
endif
tests_ratio_SOURCES = tests/ratio.c src/tools/ratio.c src/tools/ratio.h
tests_ratio_CPPFLAGS = $(test_cppflags)
tests_ratio_CFLAGS = $(test_cflags) $(GMP_CFLAGS)
tests_ratio_LDADD = $(CMOCKA_LIBS) $(GMP_LIBS)
check_PROGRAMS += tests/interrupt
tests_interrupt_SOURCES = tests/interrupt.c src/tools/interrupt.c src/tools/interrupt.h
tests_interrupt_CPPFLAGS = $(test_cppflags)
tests_interrupt_CFLAGS = $(test_cflags)
tests_interrupt_LDADD = $(CMOCKA_LIBS)

check_PROGRAMS += tests/phases tests/transforms
tests_phases_SOURCES = tests/phases.c $(core_help) tests/heapspy.c tests/heapspy.h
tests_phases_CFLAGS = $(test_cflags)
tests_phases_LDADD = $(core_test_ldadd) $(DL_LIBS)
tests_phases_LDFLAGS = -export-dynamic
tests_transforms_SOURCES = tests/transforms.c $(core_help)
tests_transforms_CFLAGS = $(test_cflags)
tests_transforms_LDADD = $(core_test_ldadd)

check_PROGRAMS += tests/protocols
tests_protocols_SOURCES = tests/protocols.c $(plug_help)
tests_protocols_CFLAGS = $(test_cflags)
tests_protocols_LDADD = $(core_test_ldadd) $(ALSA_LIBS)

check_PROGRAMS += tests/settings tests/effects tests/filterkeys
tests_settings_SOURCES = tests/settings.c tests/fuzz-settings.c tests/promise.h $(plug_help) \
	src/plugin/settings.c src/plugin/settings.h src/plugin/keys.c src/plugin/keys.h
tests_settings_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/plugin
tests_settings_CFLAGS = $(test_cflags)
tests_settings_LDADD = src/core/libcore.la $(CMOCKA_LIBS) $(ALSA_LIBS)
tests_effects_SOURCES = tests/effects.c tests/hosthelp.c tests/hosthelp.h $(plug_help)
tests_effects_CPPFLAGS = $(test_cppflags)
tests_effects_CFLAGS = $(test_cflags)
tests_effects_LDADD = $(plugin_test_ldadd)
tests_filterkeys_SOURCES = tests/filterkeys.c tests/hosthelp.c tests/hosthelp.h $(plug_help)
tests_filterkeys_CPPFLAGS = $(test_cppflags)
tests_filterkeys_CFLAGS = $(test_cflags)
tests_filterkeys_LDADD = $(plugin_test_ldadd)

# The clock loop, in simulation; check-clockloop tries it for longer.
clock_help = tests/core/clocksim.c tests/core/clocksim.h tests/core/clockloops.c tests/core/clockloops.h \
	tests/core/clockfigures.c tests/core/clockfigures.h
check_PROGRAMS += tests/core/clockloop
tests_core_clockloop_SOURCES = tests/core/clockloop.c $(clock_help)
tests_core_clockloop_CFLAGS = $(test_cflags)
tests_core_clockloop_LDADD = $(core_test_ldadd)
check-clockloop: tests/core/clockloop$(EXEEXT)
	tests/core/clockloop --long
.PHONY: check-clockloop
endif

# Rigs that emulate a machine: real kernel devices, and other processors. They skip where
# they cannot run; RIG_FLAGS=--install lets them install the Debian packages they need.
EXTRA_DIST += tests/kernel/run tests/kernel/image.sh tests/kernel/init tests/kernel/scenarios \
	tests/kernel/asound.conf.in tests/kernel/pcmdrive.c tests/kernel/stream.c tests/kernel/stream.h \
	tests/kernel/transfer.c tests/kernel/transfer.h tests/kernel/tone.py tests/kernel/judge.py \
	tests/foreign/run tests/foreign/musl.sh tests/foreign/probe.c tests/foreign/sysroot.sh tests/package/run
check-kernel: all
	$(srcdir)/tests/kernel/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-foreign:
	$(srcdir)/tests/foreign/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-package:
	$(srcdir)/tests/package/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-programs: all
	$(srcdir)/tests/programs/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-debian13: all
	$(srcdir)/tests/debian13/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
# make check-fuzz SECONDS=N: each fuzz target for N seconds
SECONDS = 60
check-fuzz:
	$(srcdir)/tests/fuzz $(RIG_FLAGS) . $(SECONDS)
# times of 10^6 converts, on a quiet machine
check-realtime: tests/steady$(EXEEXT) tests/realtime$(EXEEXT) plugin-links
	$(AM_V_at)$(AM_TESTS_ENVIRONMENT) tests/realtime && tests/steady --times
# address and thread sanitizers and valgrind, in sanitize/
check-sanitize: all
	srcdir='$(srcdir)' $(srcdir)/tests/sanitize
clean-local: clean-sanitize
clean-sanitize:
	rm -rf sanitize
.PHONY: check-sanitize clean-sanitize
EXTRA_DIST += tests/debian13/run tests/fuzz tests/sanitize
.PHONY: check-kernel check-foreign check-package check-programs check-debian13 check-fuzz check-realtime
