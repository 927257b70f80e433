# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the core.

# The fuzz targets without a fuzzer, on their corpora.
check_PROGRAMS += tests/core/replay-filterfile tests/core/replay-stream
tests_core_replay_filterfile_SOURCES = tests/shared/replay.c tests/core/fuzz-filterfile.c tests/shared/promise.h
tests_core_replay_filterfile_CPPFLAGS = $(test_cppflags) -DCORPUS='"filterfile"'
tests_core_replay_filterfile_LDADD = src/core/libcore.la
tests_core_replay_stream_SOURCES = tests/shared/replay.c tests/core/fuzz-stream.c tests/shared/promise.h
tests_core_replay_stream_CPPFLAGS = $(test_cppflags) -DCORPUS='"stream"'
tests_core_replay_stream_LDADD = src/core/libcore.la

# The generated constants.
dist_check_SCRIPTS += tests/core/glide-constants.sh

core_help = tests/core/corehelp.c tests/core/corehelp.h
if HAVE_CMOCKA
check_PROGRAMS += \
	tests/core/deviations \
	tests/core/dithers \
	tests/core/filterfile \
	tests/core/filters \
	tests/core/interpolation \
	tests/core/interpolators \
	tests/core/kaiser \
	tests/core/kernels \
	tests/core/layouts \
	tests/core/levels \
	tests/core/phases \
	tests/core/plans \
	tests/core/positions \
	tests/core/resamplers \
	tests/core/samples \
	tests/core/spectral \
	tests/core/streams \
	tests/core/transforms
endif
stream_help = $(core_help) tests/core/streamhelp.c tests/core/streamhelp.h
tests_core_deviations_SOURCES = tests/core/deviations.c $(stream_help)
tests_core_deviations_CFLAGS = $(test_cflags)
tests_core_deviations_LDADD = $(core_test_ldadd)

tests_core_dithers_SOURCES = tests/core/dithers.c $(core_help)
tests_core_dithers_CFLAGS = $(test_cflags)
tests_core_dithers_LDADD = $(core_test_ldadd)

tests_core_filterfile_SOURCES = tests/core/filterfile.c tests/shared/filtertext.h
tests_core_filterfile_CPPFLAGS = $(test_cppflags)
tests_core_filterfile_CFLAGS = $(test_cflags)
tests_core_filterfile_LDADD = $(core_test_ldadd)

tests_core_filters_SOURCES = tests/core/filters.c
tests_core_filters_CFLAGS = $(test_cflags)
tests_core_filters_LDADD = $(core_test_ldadd)

tests_core_interpolation_SOURCES = tests/core/interpolation.c $(core_help)
tests_core_interpolation_CFLAGS = $(test_cflags)
tests_core_interpolation_LDADD = $(core_test_ldadd)

tests_core_interpolators_SOURCES = tests/core/interpolators.c $(core_help)
tests_core_interpolators_CFLAGS = $(test_cflags)
tests_core_interpolators_LDADD = $(core_test_ldadd)

tests_core_kaiser_SOURCES = tests/core/kaiser.c
tests_core_kaiser_CFLAGS = $(test_cflags)
tests_core_kaiser_LDADD = $(core_test_ldadd)

tests_core_kernels_SOURCES = tests/core/kernels.c $(core_help)
tests_core_kernels_CFLAGS = $(test_cflags)
tests_core_kernels_LDADD = $(core_test_ldadd)

tests_core_phases_SOURCES = tests/core/phases.c $(core_help) tests/shared/heapspy.c tests/shared/heapspy.h
tests_core_phases_CPPFLAGS = $(test_cppflags)
tests_core_phases_CFLAGS = $(test_cflags)
tests_core_phases_LDADD = $(core_test_ldadd) $(DL_LIBS)
tests_core_phases_LDFLAGS = -export-dynamic

tests_core_plans_SOURCES = tests/core/plans.c $(core_help)
tests_core_plans_CFLAGS = $(test_cflags)
tests_core_plans_LDADD = $(core_test_ldadd)

tests_core_positions_SOURCES = tests/core/positions.c $(core_help)
tests_core_positions_CFLAGS = $(test_cflags)
tests_core_positions_LDADD = $(core_test_ldadd)

tests_core_layouts_SOURCES = tests/core/layouts.c tests/core/samplehelp.h $(core_help)
tests_core_layouts_CFLAGS = $(test_cflags)
tests_core_layouts_LDADD = $(core_test_ldadd)

tests_core_levels_SOURCES = tests/core/levels.c $(core_help)
tests_core_levels_CFLAGS = $(test_cflags)
tests_core_levels_LDADD = $(core_test_ldadd)

tests_core_resamplers_SOURCES = tests/core/resamplers.c $(core_help)
tests_core_resamplers_CFLAGS = $(test_cflags)
tests_core_resamplers_LDADD = $(core_test_ldadd)

tests_core_samples_SOURCES = tests/core/samples.c tests/core/samplehelp.h $(core_help)
tests_core_samples_CFLAGS = $(test_cflags)
tests_core_samples_LDADD = $(core_test_ldadd)

tests_core_spectral_SOURCES = tests/core/spectral.c $(core_help) tests/shared/heapspy.c tests/shared/heapspy.h
tests_core_spectral_CPPFLAGS = $(test_cppflags)
tests_core_spectral_CFLAGS = $(test_cflags)
tests_core_spectral_LDADD = $(core_test_ldadd) $(DL_LIBS)
tests_core_spectral_LDFLAGS = -export-dynamic

tests_core_streams_SOURCES = tests/core/streams.c $(stream_help) tests/shared/heapspy.c tests/shared/heapspy.h
tests_core_streams_CPPFLAGS = $(test_cppflags)
tests_core_streams_CFLAGS = $(test_cflags)
tests_core_streams_LDADD = $(core_test_ldadd) $(DL_LIBS)
tests_core_streams_LDFLAGS = -export-dynamic

tests_core_transforms_SOURCES = tests/core/transforms.c $(core_help)
tests_core_transforms_CFLAGS = $(test_cflags)
tests_core_transforms_LDADD = $(core_test_ldadd)

# The clock loop, by its laws and in simulation; check-clockloop tries that for longer.
clock_help = tests/core/clocksim.c tests/core/clocksim.h tests/core/clockloops.c tests/core/clockloops.h \
	tests/core/clockfigures.c tests/core/clockfigures.h
if HAVE_CMOCKA
check_PROGRAMS += tests/core/clockloop tests/core/clocks
endif
tests_core_clocks_SOURCES = tests/core/clocks.c $(core_help)
tests_core_clocks_CFLAGS = $(test_cflags)
tests_core_clocks_LDADD = $(core_test_ldadd)

tests_core_clockloop_SOURCES = tests/core/clockloop.c $(clock_help)
tests_core_clockloop_CFLAGS = $(test_cflags)
tests_core_clockloop_LDADD = $(core_test_ldadd)
check-clockloop: tests/core/clockloop$(EXEEXT)
	tests/core/clockloop --long
.PHONY: check-clockloop
