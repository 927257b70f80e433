# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs written elsewhere, on devices that convert.

# on the default device, whatever that is made of
device_tests = \
	tests/programs/alsa-lib.sh \
	tests/programs/alsaloop.sh \
	tests/programs/examples.sh \
	tests/programs/ffmpeg.sh \
	tests/programs/gstreamer.sh \
	tests/programs/jack.sh \
	tests/programs/mpg123.sh \
	tests/programs/mpv.sh \
	tests/programs/portaudio.sh \
	tests/programs/pulseaudio.sh \
	tests/programs/sox.sh \
	tests/programs/speaker-test.sh
program_tests = $(device_tests) \
	tests/programs/alsa-utils.sh \
	tests/programs/pyaudio.sh
dist_check_SCRIPTS += $(program_tests)
EXTRA_DIST += \
	tests/programs/alsa-lib-source \
	tests/programs/common.sh \
	tests/programs/packages.sh \
	tests/programs/pyaudio-callback.py \
	tests/programs/pyaudio-record.py \
	tests/programs/run
# A sound card for programs that count them; -rpath makes libtool build a shared object.
check_LTLIBRARIES += tests/programs/onecard.la
tests_programs_onecard_la_SOURCES = tests/programs/onecard.c
tests_programs_onecard_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_programs_onecard_la_LDFLAGS = -module -avoid-version -shared -rpath $(alsaplugindir)

print-program-tests:
	@echo $(program_tests)
print-device-tests:
	@echo $(device_tests)
check-programs: all
	$(srcdir)/tests/programs/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
.PHONY: check-programs print-program-tests print-device-tests
