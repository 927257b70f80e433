# SPDX-License-Identifier: LGPL-2.1-or-later
# What OpenWrt's rules.mk would be to the recipe.
INSTALL_DIR = install -d -m0755
CP = cp -fpR
CONFIGURE_ARGS = --enable-option-checking=fatal --prefix=/usr --sysconfdir=/etc
