# SPDX-License-Identifier: LGPL-2.1-or-later
# Measuring this build against its peers: make bench, make plots. Nothing here is installed or built otherwise.

EXTRA_DIST += bench/foreign/blockcount.c bench/foreign/cycles.py bench/foreign/inorder.py bench/foreign/run \
	bench/foreign/table.py bench/run bench/bridges bench/resample-files bench/plots \
	doc/pictures.md doc/sweeps.png doc/responses.svg doc/phases.svg doc/speed.svg
EXTRA_PROGRAMS = bench/dither bench/drift bench/pcms bench/peers bench/peak bench/routes bench/seconds bench/signals \
	bench/stages
CLEANFILES += $(EXTRA_PROGRAMS)

# Clock loops in simulation, and their pictures.
EXTRA_DIST += doc/clocklock.svg doc/clockday.svg doc/clocksidebands.svg
EXTRA_PROGRAMS += bench/clocks
CLEANFILES += bench/clocks
bench_clocks_SOURCES = bench/clocks.c $(clock_help)
bench_clocks_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/core
bench_clocks_LDADD = src/core/libcore.la

bench_peers_SOURCES = \
	bench/libraries.c bench/libraries.h \
	bench/peers.c \
	src/tools/bench/quality.c src/tools/bench/quality.h \
	src/tools/bench/run.c src/tools/bench/run.h
bench_peers_CPPFLAGS = $(tools_cppflags) $(SOXR_CFLAGS) $(SAMPLERATE_CFLAGS) $(SPEEXDSP_CFLAGS) $(SWRESAMPLE_CFLAGS)
bench_peers_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bench_peers_LDADD = src/tools/libmeasure.la $(SOXR_LIBS) $(SAMPLERATE_LIBS) $(SPEEXDSP_LIBS) $(SWRESAMPLE_LIBS) \
	$(ALSA_LIBS)

bench_drift_SOURCES = bench/drift.c bench/varying.c bench/varying.h
bench_drift_CPPFLAGS = $(AM_CPPFLAGS) $(SOXR_CFLAGS) $(SAMPLERATE_CFLAGS)
bench_drift_LDADD = src/core/libcore.la $(SOXR_LIBS) $(SAMPLERATE_LIBS)

# C++, and under the GPL: in no other program.
EXTRA_DIST += bench/zita.cc bench/zita-varying.cc
CLEANFILES += bench/zita.o bench/zita-varying.o
bench/zita.o: bench/zita.cc bench/libraries.h
bench/zita-varying.o: bench/zita-varying.cc bench/varying.h
if HAVE_ZITA
bench_peers_LDADD += bench/zita.o -lzita-resampler -lstdc++
bench_drift_LDADD += bench/zita-varying.o -lzita-resampler -lstdc++
endif

bench_peak_SOURCES = \
	bench/kernel-rate.c bench/kernel-rate.h \
	bench/peak.c
bench_peak_LDADD = src/core/libcore.la

bench_dither_SOURCES = bench/dither.c
bench_dither_LDADD = src/core/libcore.la

bench_routes_SOURCES = bench/routes.c
bench_routes_LDADD = src/core/libcore.la

bench_pcms_SOURCES = bench/pcms.c
bench_pcms_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bench_pcms_LDADD = $(ALSA_LIBS)

# The card that it plays into; -rpath makes libtool build a shared object.
EXTRA_LTLIBRARIES = bench/libasound_module_pcm_noisecard.la
bench_libasound_module_pcm_noisecard_la_SOURCES = bench/noisecard.c
bench_libasound_module_pcm_noisecard_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bench_libasound_module_pcm_noisecard_la_LIBADD = $(ALSA_LIBS)
bench_libasound_module_pcm_noisecard_la_LDFLAGS = -module -avoid-version -shared -no-undefined \
	-rpath $(alsaplugindir) -export-symbols-regex '^_+snd_pcm_noisecard_'
CLEANFILES += $(EXTRA_LTLIBRARIES)

bench_stages_SOURCES = bench/stages.c
bench_stages_LDADD = src/core/libcore.la

bench_signals_SOURCES = bench/signals.c
bench_signals_CPPFLAGS = $(tools_cppflags)
bench_signals_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bench_signals_LDADD = src/tools/libmeasure.la $(ALSA_LIBS)

bench_seconds_SOURCES = bench/seconds.c
bench_seconds_CPPFLAGS = $(tools_cppflags)
bench_seconds_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bench_seconds_LDADD = src/tools/libmeasure.la $(ALSA_LIBS)

bench: bench/drift$(EXEEXT) bench/libasound_module_pcm_noisecard.la bench/pcms$(EXEEXT) bench/peers$(EXEEXT) \
	bench/peak$(EXEEXT) bench/dither$(EXEEXT) $(bin_PROGRAMS) plugin-links
	$(AM_V_at)$(srcdir)/bench/run . '$(alsaplugindir)'
	$(AM_V_at)test ! -x ./bli-resample || BLI_RESAMPLE=./bli-resample $(srcdir)/bench/resample-files

# What ARM boards would take, counted under qemu-user and estimated by llvm-mca. Some minutes.
bench-foreign:
	$(AM_V_at)$(srcdir)/bench/foreign/run $(RIG_FLAGS) '$(abs_builddir)' || test $$? = 77

# Banded and spectral stages.
bench-stages: bench/stages$(EXEEXT)
	$(AM_V_at)bench/stages

# Some minutes.
bench-routes: bench/routes$(EXEEXT)
	$(AM_V_at)bench/routes

# The pictures of doc/, in the source; make plots PLOTS='sweeps speed' draws these alone.
plots: bench/clocks$(EXEEXT) bench/signals$(EXEEXT) $(bin_PROGRAMS) plugin-links
	$(AM_V_at)$(srcdir)/bench/plots . '$(alsaplugindir)' $(srcdir)/doc $(PLOTS)
.PHONY: bench bench-foreign bench-routes bench-stages plots
