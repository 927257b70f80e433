# SPDX-License-Identifier: LGPL-2.1-or-later
# The ALSA rate converter, and the PCM type.

alsaplugin_LTLIBRARIES = src/plugin/libasound_module_rate_bli.la src/plugin/libasound_module_pcm_bli.la
src_plugin_libasound_module_rate_bli_la_SOURCES = \
	src/plugin/alsaside.c src/plugin/alsaside.h \
	src/plugin/keys.c src/plugin/keys.h \
	src/plugin/log.c src/plugin/log.h \
	src/plugin/rate-bli.c \
	src/plugin/report.c src/plugin/report.h \
	src/plugin/settings.c src/plugin/settings.h
src_plugin_libasound_module_rate_bli_la_CFLAGS = $(AM_CFLAGS) $(UNWIND_CFLAGS) $(ALSA_CFLAGS)
src_plugin_libasound_module_rate_bli_la_LIBADD = src/core/libcore.la $(ALSA_LIBS)
src_plugin_libasound_module_rate_bli_la_LDFLAGS = -module -avoid-version -shared -no-undefined $(SECTIONS_LDFLAGS) \
	-export-symbols-regex '^_snd_pcm_rate_bli[a-z_]*_open(_conf)?$$'

src_plugin_libasound_module_pcm_bli_la_SOURCES = \
	src/plugin/alsaside.c src/plugin/alsaside.h \
	src/plugin/follower.c src/plugin/follower.h \
	src/plugin/keys.c src/plugin/keys.h \
	src/plugin/log.c src/plugin/log.h \
	src/plugin/pcm-bli.c src/plugin/pcm.h \
	src/plugin/pcm-drain.c \
	src/plugin/pcm-params.c \
	src/plugin/pcm-poll.c \
	src/plugin/pcm-report.c src/plugin/pcm-report.h \
	src/plugin/pcm-running.c \
	src/plugin/pcm-settings.c src/plugin/pcm-settings.h \
	src/plugin/pcm-transport.c \
	src/plugin/pump.c src/plugin/pump.h \
	src/plugin/report.c src/plugin/report.h \
	src/plugin/settings.c src/plugin/settings.h \
	src/plugin/slave.c src/plugin/slave.h \
	src/plugin/worker.c src/plugin/worker.h
src_plugin_libasound_module_pcm_bli_la_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS) -pthread
src_plugin_libasound_module_pcm_bli_la_LIBADD = src/core/libcore.la $(ALSA_LIBS)
src_plugin_libasound_module_pcm_bli_la_LDFLAGS = -module -avoid-version -shared -no-undefined $(SECTIONS_LDFLAGS) \
	-pthread -export-symbols-regex '^_+snd_pcm_bli_open'

# alsa-lib finds a converter by its file name: every other name is a link.
converter_aliases = bli_linear bli_fast bli_medium bli_high bli_best

# The plugin directory is a data directory to automake, so these hooks run
# after the library is in place, on a fresh DESTDIR too.
install-data-hook: install-plugin-links
uninstall-hook: uninstall-plugin-links

install-plugin-links: install-alsapluginLTLIBRARIES
	$(AM_V_at)rm -f $(DESTDIR)$(alsaplugindir)/libasound_module_rate_bli.la \
	  $(DESTDIR)$(alsaplugindir)/libasound_module_pcm_bli.la
	$(AM_V_at)for name in $(converter_aliases); do \
	  (cd $(DESTDIR)$(alsaplugindir) && rm -f libasound_module_rate_$$name.so && \
	   $(LN_S) libasound_module_rate_bli.so libasound_module_rate_$$name.so) || exit 1; \
	done

uninstall-plugin-links:
	$(AM_V_at)for name in bli $(converter_aliases); do \
	  rm -f $(DESTDIR)$(alsaplugindir)/libasound_module_rate_$$name.so; \
	done
	$(AM_V_at)rm -f $(DESTDIR)$(alsaplugindir)/libasound_module_pcm_bli.so

# A plugin directory in the build tree, for ALSA_PLUGIN_DIR of the tests.
plugin-links: $(alsaplugin_LTLIBRARIES)
	$(AM_V_at)$(MKDIR_P) tests/plugins
	$(AM_V_at)rm -f tests/plugins/libasound_module_pcm_bli.so && \
	  $(LN_S) ../../src/plugin/.libs/libasound_module_pcm_bli.so tests/plugins/
	$(AM_V_at)for name in bli $(converter_aliases); do \
	  rm -f tests/plugins/libasound_module_rate_$$name.so && \
	  $(LN_S) ../../src/plugin/.libs/libasound_module_rate_bli.so \
	    tests/plugins/libasound_module_rate_$$name.so || exit 1; \
	done
all-local: plugin-links
clean-local: clean-plugin-links
clean-plugin-links:
	rm -rf tests/plugins
.PHONY: plugin-links clean-plugin-links install-plugin-links uninstall-plugin-links
