# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests, a room for each wing: programs of core, plugin and tools, programs written elsewhere, and rigs that emulate a
# machine; beside them what the rooms share.

AM_TESTS_ENVIRONMENT = \
	ALSA_PLUGIN_DIR='$(abs_top_builddir)/tests/plugins'; \
	BLI_BUILDDIR='$(abs_top_builddir)'; \
	BLI_PLUGIN_DIR='$(abs_top_builddir)/tests/plugins'; \
	BLI_TESTCARD='$(abs_top_builddir)/tests/plugin/.libs/libasound_module_pcm_testcard.so'; \
	BLI_HANDCARD='$(abs_top_builddir)/tests/plugin/.libs/libasound_module_pcm_handcard.so'; \
	export ALSA_PLUGIN_DIR BLI_BUILDDIR BLI_PLUGIN_DIR BLI_TESTCARD BLI_HANDCARD;

check_PROGRAMS =
check_LTLIBRARIES =
dist_check_SCRIPTS =
TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
EXTRA_DIST += \
	tests/corpus \
	tests/shared/asound-sandbox.sh \
	tests/shared/debian-packages.sh \
	tests/shared/examples.sh \
	tests/shared/judge.py

core_test_ldadd = src/core/libcore.la $(CMOCKA_LIBS)
plugin_test_ldadd = src/tools/libmeasure.la src/core/libcore.la $(CMOCKA_LIBS) $(ALSA_LIBS)
test_cflags = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ALSA_CFLAGS)
test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/src/tools -I$(srcdir)/tests/shared
card_base = tests/shared/cardbase.c tests/shared/cardbase.h

# The kernels that run here, for tests under each.
noinst_PROGRAMS = tests/shared/print-kernels
tests_shared_print_kernels_SOURCES = tests/shared/print-kernels.c
tests_shared_print_kernels_LDADD = src/core/libcore.la

include tests/core/local.mk
include tests/plugin/local.mk
include tests/tools/local.mk
include tests/programs/local.mk
include tests/rigs/local.mk

# All programs; those that are worth running under every kernel, because their results depend on it; and those that
# can run under sanitizers, which exclude what replaces malloc itself.
unit_tests = $(check_PROGRAMS)
kernelless_tests = tests/core/clockloop tests/core/clocks tests/core/filterfile tests/core/kaiser tests/core/positions \
	tests/core/replay-filterfile tests/plugin/libasound tests/plugin/pcmfailures tests/plugin/pcmpump tests/plugin/pcmslaves \
	tests/plugin/pcmstates tests/plugin/pcmstatus tests/plugin/pcmtransport \
	tests/plugin/pcmworker tests/tools/filterdesigns tests/tools/interrupt \
	tests/tools/judgement tests/tools/measure tests/tools/ratio
print-unit-tests:
	@echo $(unit_tests)
print-kernel-tests:
	@for test in $(unit_tests); do \
	  case ' $(kernelless_tests) ' in *" $$test "*) ;; *) printf '%s ' "$$test" ;; esac; \
	done; echo
print-sanitized-tests:
	@echo $(unit_tests) | $(SED) -e 's, *tests/plugin/realtime,,' -e 's, *tests/plugin/pcmrealtime,,' \
	  -e 's, *tests/plugin/faults,,' \
	  -e 's, *tests/plugin/st[a-z]*,,g'
.PHONY: print-kernel-tests print-unit-tests print-sanitized-tests
