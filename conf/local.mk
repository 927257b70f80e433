# SPDX-License-Identifier: LGPL-2.1-or-later
# The ALSA configuration, and recipes for people's own.

dist_alsadata_DATA = conf/10-rate-bli.conf

recipesdir = $(docdir)/recipes
dist_recipes_DATA = \
	conf/recipes/asym-default.asoundrc \
	conf/recipes/dmix-exact.asoundrc \
	conf/recipes/every-plug.asoundrc \
	conf/recipes/paced-program.asoundrc \
	conf/recipes/pyaudio.asoundrc \
	conf/recipes/type-bli.asoundrc \
	conf/recipes/usb-microphone.asoundrc

# alsa-lib reads what is linked here; the file itself lies in alsadatadir.
install-data-hook: install-conf-link
uninstall-hook: uninstall-conf-link

install-conf-link:
	$(AM_V_at)$(MKDIR_P) $(DESTDIR)$(alsaconfdir)
	$(AM_V_at)test "$(alsadatadir)" = "$(alsaconfdir)" || { \
	  rm -f "$(DESTDIR)$(alsaconfdir)/10-rate-bli.conf" && \
	  $(LN_S) "$(alsadatadir)/10-rate-bli.conf" "$(DESTDIR)$(alsaconfdir)/10-rate-bli.conf"; }
uninstall-conf-link:
	$(AM_V_at)rm -f $(DESTDIR)$(alsaconfdir)/10-rate-bli.conf
.PHONY: install-conf-link uninstall-conf-link
