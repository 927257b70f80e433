# SPDX-License-Identifier: LGPL-2.1-or-later
# What OpenWrt's package.mk would be to the recipe: builds SOURCE, and installs into ROOT by the recipe's own commands.
define BuildPackage
all:
	cd $(SOURCE) && ./configure $$(CONFIGURE_ARGS) && $(MAKE) && $(MAKE) install DESTDIR=$(PKG_INSTALL_DIR)
	$(call Package/$(1)/install,$(ROOT))
endef
