# SPDX-License-Identifier: LGPL-2.1-or-later
# Rigs: a real kernel's devices, other processors, other systems, fuzzers and sanitizers. They skip where
# they cannot run; RIG_FLAGS=--install lets them install the Debian packages they need.

EXTRA_DIST += \
	tests/rigs/alsa-lib/run \
	tests/rigs/build/run \
	tests/rigs/debian13/run \
	tests/rigs/foreign/probe.c tests/rigs/foreign/run tests/rigs/foreign/sources.sh tests/rigs/foreign/sysroot.sh \
	tests/rigs/fuzz \
	tests/rigs/kernel/asound.conf.in tests/rigs/kernel/exact.py tests/rigs/kernel/image.sh \
	tests/rigs/kernel/init tests/rigs/kernel/judge.py \
	tests/rigs/kernel/pcmdrive.c tests/rigs/kernel/run tests/rigs/kernel/scenarios tests/rigs/kernel/stream.c \
	tests/rigs/kernel/stream.h tests/rigs/kernel/tone.py tests/rigs/kernel/transfer.c tests/rigs/kernel/transfer.h \
	tests/rigs/kernel/watch.c tests/rigs/kernel/watch.h \
	tests/rigs/package/cross tests/rigs/package/run \
	tests/rigs/recipes/buildroot.mk tests/rigs/recipes/buildroot.py tests/rigs/recipes/openwrt/package.mk \
	tests/rigs/recipes/openwrt/rules.mk tests/rigs/recipes/run tests/rigs/recipes/yocto.py \
	tests/rigs/sanitize
check-alsa-lib: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS=
	$(srcdir)/tests/rigs/alsa-lib/run '$(abs_builddir)' || test $$? = 77
check-build:
	$(srcdir)/tests/rigs/build/run '$(abs_builddir)' || test $$? = 77
check-kernel: all
	$(srcdir)/tests/rigs/kernel/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-foreign:
	$(srcdir)/tests/rigs/foreign/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-package:
	$(srcdir)/tests/rigs/package/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-package-cross:
	$(srcdir)/tests/rigs/package/cross $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-recipes:
	$(srcdir)/tests/rigs/recipes/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
check-debian13: all
	$(srcdir)/tests/rigs/debian13/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77
# make check-fuzz SECONDS=N: each fuzz target for N seconds
SECONDS = 60
check-fuzz:
	$(srcdir)/tests/rigs/fuzz $(RIG_FLAGS) . $(SECONDS)
# times of 10^6 converts, on a quiet machine
check-realtime: tests/plugin/steady$(EXEEXT) tests/plugin/realtime$(EXEEXT) plugin-links
	$(AM_V_at)$(AM_TESTS_ENVIRONMENT) tests/plugin/realtime && tests/plugin/steady --times
# address and thread sanitizers and valgrind, in sanitize/
check-sanitize: all
	srcdir='$(srcdir)' $(srcdir)/tests/rigs/sanitize
clean-local: clean-sanitize
clean-sanitize:
	rm -rf sanitize
.PHONY: check-alsa-lib check-build check-debian13 check-foreign check-fuzz check-kernel check-package check-package-cross check-realtime check-recipes check-sanitize clean-sanitize
