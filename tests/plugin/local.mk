# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the plugin: through its ops, through alsa-lib, and with programs that read and play.

dist_check_SCRIPTS += \
	tests/plugin/manual.sh \
	tests/plugin/names.sh \
	tests/plugin/recipes.sh \
	tests/plugin/reference.sh
EXTRA_DIST += tests/plugin/reference.py

# A sound card without hardware, for the tests only; -rpath makes libtool build a shared object.
check_LTLIBRARIES += tests/plugin/libasound_module_pcm_testcard.la
tests_plugin_libasound_module_pcm_testcard_la_SOURCES = tests/plugin/testcard.c $(card_base)
tests_plugin_libasound_module_pcm_testcard_la_CPPFLAGS = $(test_cppflags)
tests_plugin_libasound_module_pcm_testcard_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_plugin_libasound_module_pcm_testcard_la_LIBADD = $(ALSA_LIBS)
tests_plugin_libasound_module_pcm_testcard_la_LDFLAGS = -module -avoid-version -shared -no-undefined \
	-rpath $(alsaplugindir) -export-symbols-regex '^_+snd_pcm_testcard_'

# The same, driven by hand.
check_LTLIBRARIES += tests/plugin/libasound_module_pcm_handcard.la
tests_plugin_libasound_module_pcm_handcard_la_SOURCES = tests/plugin/handcard.c tests/plugin/handcard.h $(card_base)
tests_plugin_libasound_module_pcm_handcard_la_CPPFLAGS = $(test_cppflags)
tests_plugin_libasound_module_pcm_handcard_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS) -pthread
tests_plugin_libasound_module_pcm_handcard_la_LIBADD = $(ALSA_LIBS)
tests_plugin_libasound_module_pcm_handcard_la_LDFLAGS = -pthread -module -avoid-version -shared -no-undefined \
	-rpath $(alsaplugindir) -export-symbols-regex '^_+snd_pcm_handcard_'

hand_help = tests/plugin/handhelp.c tests/plugin/handhelp.h tests/plugin/handcard.h tests/plugin/pcmstream.c \
	tests/plugin/pcmstream.h $(log_help)
log_help = tests/plugin/pluglog.c tests/plugin/pluglog.h
plug_help = tests/plugin/plughelp.c tests/plugin/plughelp.h $(log_help)
heap_help = tests/shared/heapspy.c tests/shared/heapspy.h
host_help = tests/plugin/hosthelp.c tests/plugin/hosthelp.h

check_PROGRAMS += \
	tests/plugin/faults \
	tests/plugin/pcmrealtime \
	tests/plugin/realtime \
	tests/plugin/replay-pcm \
	tests/plugin/replay-plugin \
	tests/plugin/steady \
	tests/plugin/stress

# The heap and a few more functions are replaced for the whole process: -export-dynamic shows them to the plugin.
tests_plugin_faults_SOURCES = tests/plugin/faults.c $(heap_help) $(plug_help)
tests_plugin_faults_CPPFLAGS = $(test_cppflags)
tests_plugin_faults_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_plugin_faults_LDADD = src/core/libcore.la $(ALSA_LIBS)
tests_plugin_faults_LDFLAGS = -export-dynamic

tests_plugin_pcmrealtime_SOURCES = tests/plugin/pcmrealtime.c $(heap_help)
tests_plugin_pcmrealtime_CPPFLAGS = $(test_cppflags)
tests_plugin_pcmrealtime_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_plugin_pcmrealtime_LDADD = $(ALSA_LIBS)
tests_plugin_pcmrealtime_LDFLAGS = -export-dynamic

tests_plugin_realtime_SOURCES = tests/plugin/realtime.c $(heap_help) $(plug_help)
tests_plugin_realtime_CPPFLAGS = $(test_cppflags)
tests_plugin_realtime_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_plugin_realtime_LDADD = src/core/libcore.la $(ALSA_LIBS)
tests_plugin_realtime_LDFLAGS = -export-dynamic

# A fuzz target without a fuzzer, on its corpus; that of the settings is replayed by tests/plugin/settings.
tests_plugin_replay_pcm_SOURCES = tests/shared/replay.c tests/plugin/fuzz-pcm.c tests/plugin/fuzzbytes.c \
	tests/plugin/fuzzbytes.h tests/shared/promise.h $(log_help) \
	$(src_plugin_libasound_module_pcm_bli_la_SOURCES)
# PIC: the entry of a shared object, and not one for alsa-lib's list of static ones
tests_plugin_replay_pcm_CPPFLAGS = $(test_cppflags) -DPIC -I$(srcdir)/src/plugin -DCORPUS='"pcm"'
tests_plugin_replay_pcm_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS) -pthread
tests_plugin_replay_pcm_LDADD = src/core/libcore.la $(ALSA_LIBS) $(DL_LIBS)
tests_plugin_replay_pcm_LDFLAGS = -pthread

tests_plugin_replay_plugin_SOURCES = tests/shared/replay.c tests/plugin/fuzz-plugin.c tests/plugin/fuzzbytes.c \
	tests/plugin/fuzzbytes.h tests/plugin/fuzzside.c tests/plugin/fuzzside.h tests/shared/filtertext.h tests/shared/promise.h \
	$(log_help) $(src_plugin_libasound_module_rate_bli_la_SOURCES)
tests_plugin_replay_plugin_CPPFLAGS = $(test_cppflags) -I$(srcdir)/src/plugin -DCORPUS='"plugin"'
tests_plugin_replay_plugin_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_plugin_replay_plugin_LDADD = src/core/libcore.la $(ALSA_LIBS)

tests_plugin_steady_SOURCES = tests/plugin/steady.c tests/shared/heapspy.h $(plug_help)
tests_plugin_steady_CPPFLAGS = $(test_cppflags)
tests_plugin_steady_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
tests_plugin_steady_LDADD = src/core/libcore.la $(ALSA_LIBS) $(DL_LIBS)

tests_plugin_stress_SOURCES = tests/plugin/stress.c tests/shared/filtertext.h tests/shared/heapspy.h $(plug_help)
tests_plugin_stress_CPPFLAGS = $(test_cppflags)
tests_plugin_stress_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS) -pthread
tests_plugin_stress_LDADD = src/core/libcore.la $(ALSA_LIBS) $(DL_LIBS)
tests_plugin_stress_LDFLAGS = -pthread

if HAVE_CMOCKA
check_PROGRAMS += \
	tests/plugin/claims \
	tests/plugin/effects \
	tests/plugin/filterkeys \
	tests/plugin/formats \
	tests/plugin/libasound \
	tests/plugin/messages \
	tests/plugin/pcmfailures \
	tests/plugin/pcmformats \
	tests/plugin/pcmpositions \
	tests/plugin/pcmpump \
	tests/plugin/pcmslaves \
	tests/plugin/pcmsound \
	tests/plugin/pcmstates \
	tests/plugin/pcmstatus \
	tests/plugin/pcmtransport \
	tests/plugin/pcmworker \
	tests/plugin/pcmwriter \
	tests/plugin/plugin \
	tests/plugin/protocols \
	tests/plugin/settings
endif
tests_plugin_claims_SOURCES = tests/plugin/claims.c
tests_plugin_claims_CPPFLAGS = $(test_cppflags)
tests_plugin_claims_CFLAGS = $(test_cflags)
tests_plugin_claims_LDADD = $(plugin_test_ldadd)

tests_plugin_effects_SOURCES = tests/plugin/effects.c $(host_help) $(plug_help)
tests_plugin_effects_CPPFLAGS = $(test_cppflags)
tests_plugin_effects_CFLAGS = $(test_cflags)
tests_plugin_effects_LDADD = $(plugin_test_ldadd)

tests_plugin_filterkeys_SOURCES = tests/plugin/filterkeys.c $(host_help) $(plug_help)
tests_plugin_filterkeys_CPPFLAGS = $(test_cppflags)
tests_plugin_filterkeys_CFLAGS = $(test_cflags)
tests_plugin_filterkeys_LDADD = $(plugin_test_ldadd)

tests_plugin_formats_SOURCES = tests/plugin/formats.c $(plug_help)
tests_plugin_formats_CFLAGS = $(test_cflags)
tests_plugin_formats_LDADD = $(core_test_ldadd) $(ALSA_LIBS)

tests_plugin_libasound_SOURCES = tests/plugin/libasound.c tests/plugin/pcmstream.c tests/plugin/pcmstream.h \
	$(log_help)
tests_plugin_libasound_CFLAGS = $(test_cflags)
tests_plugin_libasound_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_messages_SOURCES = tests/plugin/messages.c $(plug_help) \
	src/plugin/report.c src/plugin/report.h src/plugin/log.c src/plugin/log.h
tests_plugin_messages_CPPFLAGS = $(test_cppflags) -I$(srcdir)/src/plugin
tests_plugin_messages_CFLAGS = $(test_cflags)
tests_plugin_messages_LDADD = $(core_test_ldadd) $(ALSA_LIBS)

# The heap and the slave's functions are replaced for the whole process, as above.
tests_plugin_pcmfailures_SOURCES = tests/plugin/pcmfailures.c $(hand_help) $(heap_help)
tests_plugin_pcmfailures_CPPFLAGS = $(test_cppflags)
tests_plugin_pcmfailures_CFLAGS = $(test_cflags)
tests_plugin_pcmfailures_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS) $(DL_LIBS)
tests_plugin_pcmfailures_LDFLAGS = -export-dynamic

tests_plugin_pcmformats_SOURCES = tests/plugin/pcmformats.c $(hand_help)
tests_plugin_pcmformats_CFLAGS = $(test_cflags)
tests_plugin_pcmformats_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmpositions_SOURCES = tests/plugin/pcmpositions.c $(hand_help)
tests_plugin_pcmpositions_CFLAGS = $(test_cflags)
tests_plugin_pcmpositions_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmpump_SOURCES = tests/plugin/pcmpump.c $(hand_help) $(src_plugin_libasound_module_pcm_bli_la_SOURCES)
# PIC: as for replay-pcm
tests_plugin_pcmpump_CPPFLAGS = $(test_cppflags) -DPIC -I$(srcdir)/src/plugin
tests_plugin_pcmpump_CFLAGS = $(test_cflags) -pthread
tests_plugin_pcmpump_LDADD = $(core_test_ldadd) $(ALSA_LIBS)
tests_plugin_pcmpump_LDFLAGS = -pthread

tests_plugin_pcmslaves_SOURCES = tests/plugin/pcmslaves.c $(hand_help)
tests_plugin_pcmslaves_CFLAGS = $(test_cflags)
tests_plugin_pcmslaves_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmsound_SOURCES = tests/plugin/pcmsound.c $(hand_help)
tests_plugin_pcmsound_CFLAGS = $(test_cflags)
tests_plugin_pcmsound_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmstates_SOURCES = tests/plugin/pcmstates.c $(hand_help)
tests_plugin_pcmstates_CFLAGS = $(test_cflags)
tests_plugin_pcmstates_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmstatus_SOURCES = tests/plugin/pcmstatus.c $(hand_help)
tests_plugin_pcmstatus_CFLAGS = $(test_cflags)
tests_plugin_pcmstatus_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmtransport_SOURCES = tests/plugin/pcmtransport.c $(hand_help)
tests_plugin_pcmtransport_CFLAGS = $(test_cflags)
tests_plugin_pcmtransport_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)

tests_plugin_pcmworker_SOURCES = tests/plugin/pcmworker.c $(hand_help)
tests_plugin_pcmworker_CFLAGS = $(test_cflags) -pthread
tests_plugin_pcmworker_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)
tests_plugin_pcmworker_LDFLAGS = -pthread

# the clock and poll are this program's: -export-dynamic shows them to the plugin and alsa-lib
tests_plugin_pcmwriter_SOURCES = tests/plugin/pcmwriter.c tests/plugin/writerhelp.c tests/plugin/writerhelp.h \
	$(heap_help) $(hand_help)
tests_plugin_pcmwriter_CPPFLAGS = $(test_cppflags)
tests_plugin_pcmwriter_CFLAGS = $(test_cflags)
tests_plugin_pcmwriter_LDADD = $(CMOCKA_LIBS) $(ALSA_LIBS)
tests_plugin_pcmwriter_LDFLAGS = -export-dynamic

tests_plugin_plugin_SOURCES = tests/plugin/plugin.c $(plug_help)
tests_plugin_plugin_CFLAGS = $(test_cflags)
tests_plugin_plugin_LDADD = $(core_test_ldadd) $(ALSA_LIBS)

tests_plugin_protocols_SOURCES = tests/plugin/protocols.c $(plug_help)
tests_plugin_protocols_CFLAGS = $(test_cflags)
tests_plugin_protocols_LDADD = $(core_test_ldadd) $(ALSA_LIBS)

tests_plugin_settings_SOURCES = tests/plugin/settings.c tests/plugin/fuzz-settings.c tests/shared/promise.h $(plug_help) \
	src/plugin/settings.c src/plugin/settings.h src/plugin/keys.c src/plugin/keys.h src/plugin/log.c src/plugin/log.h
tests_plugin_settings_CPPFLAGS = $(test_cppflags) -I$(srcdir)/src/plugin
tests_plugin_settings_CFLAGS = $(test_cflags)
tests_plugin_settings_LDADD = $(core_test_ldadd) $(ALSA_LIBS)
