# SPDX-License-Identifier: LGPL-2.1-or-later
# The core: a convenience library that plugin, tools and tests share.

noinst_LTLIBRARIES = src/core/libcore.la src/core/libdesign.la src/core/libkernel-c.la
src_core_libcore_la_SOURCES = \
	src/core/allocation.c src/core/allocation.h \
	src/core/banded.c src/core/banded.h \
	src/core/dither.c src/core/dither.h src/core/dither-loop.h \
	src/core/exact.c src/core/exact.h \
	src/core/fft.c src/core/fft.h src/core/fft-loop.h \
	src/core/gcd.h \
	src/core/glide.c src/core/glide.h src/core/glide-constants.h \
	src/core/kernel.c src/core/kernel.h \
	src/core/kernel-loop.h src/core/kernel-scalar.h src/core/kernel-vector.h src/core/glide-loop.h \
	src/core/plan.c src/core/plan.h \
	src/core/position.c src/core/position.h \
	src/core/preset.c src/core/preset.h \
	src/core/resampler.c src/core/resampler.h \
	src/core/sample.c src/core/sample.h src/core/sample-loop.h src/core/sample-neon.h \
	src/core/setting.c src/core/setting.h \
	src/core/setup.h \
	src/core/spectral.c src/core/spectral.h src/core/spectrum-loop.h \
	src/core/stage.c src/core/stage.h \
	src/core/stream.c src/core/stream.h
# Clocks and the loop between two of them.
src_core_libcore_la_SOURCES += \
	src/core/clock.c src/core/clock.h \
	src/core/clockloop.c src/core/clockloop.h \
	src/core/clocktuner.c src/core/clocktuner.h
src_core_libcore_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(CORE_CFLAGS)
src_core_libcore_la_LIBADD = src/core/libdesign.la src/core/libkernel-c.la

# Filters are designed while a stream is opened: less code is worth more than a little time.
src_core_libdesign_la_SOURCES = \
	src/core/filter.c src/core/filter.h \
	src/core/filterfile.c src/core/filterfile.h \
	src/core/filtertable.c src/core/filtertable.h \
	src/core/kaiser.c src/core/kaiser.h \
	src/core/phase.c src/core/phase.h \
	src/core/realfft.c src/core/realfft.h \
	src/core/zeros.c src/core/zeros.h
src_core_libdesign_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(CORE_CFLAGS) $(DESIGN_CFLAGS)

# Each instruction set is a library of its own, because it has its own flags.
src_core_libkernel_c_la_SOURCES = src/core/kernel-c.c
src_core_libkernel_c_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS)
if KERNEL_SSE2
noinst_LTLIBRARIES += src/core/libkernel-sse2.la
src_core_libkernel_sse2_la_SOURCES = src/core/kernel-sse2.c
src_core_libkernel_sse2_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(KERNEL_SSE2_CFLAGS)
src_core_libcore_la_LIBADD += src/core/libkernel-sse2.la
endif
if KERNEL_AVX2
noinst_LTLIBRARIES += src/core/libkernel-avx2.la
src_core_libkernel_avx2_la_SOURCES = src/core/kernel-avx2.c
src_core_libkernel_avx2_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(KERNEL_AVX2_CFLAGS)
src_core_libcore_la_LIBADD += src/core/libkernel-avx2.la
endif
if KERNEL_AVX512
noinst_LTLIBRARIES += src/core/libkernel-avx512.la
src_core_libkernel_avx512_la_SOURCES = src/core/kernel-avx512.c
src_core_libkernel_avx512_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(KERNEL_AVX512_CFLAGS)
src_core_libcore_la_LIBADD += src/core/libkernel-avx512.la
endif
if KERNEL_NEON
noinst_LTLIBRARIES += src/core/libkernel-neon.la
src_core_libkernel_neon_la_SOURCES = src/core/kernel-neon.c
src_core_libkernel_neon_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(KERNEL_NEON_CFLAGS)
src_core_libcore_la_LIBADD += src/core/libkernel-neon.la
endif

# make glide-constants writes the constants of the gliding stage anew; tests/core/glide-constants.sh measures them.
EXTRA_DIST += src/core/glide-constants.py
glide-constants:
	$(PYTHON3) $(srcdir)/src/core/glide-constants.py > $(srcdir)/src/core/glide-constants.h.new
	mv $(srcdir)/src/core/glide-constants.h.new $(srcdir)/src/core/glide-constants.h
.PHONY: glide-constants
PYTHON3 = /usr/bin/python3
