# SPDX-License-Identifier: LGPL-2.1-or-later

bin_PROGRAMS += bli-bridge
bli_bridge_SOURCES = \
	src/tools/bridge/bridge.c \
	src/tools/bridge/check.c src/tools/bridge/check.h \
	src/tools/bridge/configfile.c src/tools/bridge/configfile.h \
	src/tools/bridge/endpoint.c src/tools/bridge/endpoint.h \
	src/tools/bridge/negotiation.c src/tools/bridge/negotiation.h \
	src/tools/bridge/options.c src/tools/bridge/options.h \
	src/tools/bridge/realtime.c src/tools/bridge/realtime.h \
	src/tools/bridge/record.c src/tools/bridge/record.h \
	src/tools/bridge/recovery.c src/tools/bridge/recovery.h \
	src/tools/bridge/run.c src/tools/bridge/run.h \
	src/tools/bridge/status.c src/tools/bridge/status.h \
	src/tools/bridge/sync.c src/tools/bridge/sync.h \
	src/tools/bridge/transfer.c src/tools/bridge/transfer.h \
	$(optionparser_sources) $(gnuplot_sources) $(outfile_sources) $(ratetext_sources)
bli_bridge_CPPFLAGS = $(tools_cppflags)
bli_bridge_CFLAGS = $(AM_CFLAGS) $(ALSA_CFLAGS)
bli_bridge_LDADD = src/core/libcore.la $(ALSA_LIBS)

# A service for each file in /etc/bli-bridge.
systemdsystemunit_DATA = src/tools/bridge/bli-bridge@.service
src/tools/bridge/bli-bridge@.service: src/tools/bridge/bli-bridge@.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's,[@]bindir[@],$(bindir),; s,[@]sysconfdir[@],$(sysconfdir),' \
	  '$(srcdir)/src/tools/bridge/bli-bridge@.service.in' > '$@'
