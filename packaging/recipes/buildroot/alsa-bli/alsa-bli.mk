################################################################################
#
# alsa-bli
#
################################################################################

ALSA_BLI_VERSION = @VERSION@
ALSA_BLI_SOURCE = alsa-bli-$(ALSA_BLI_VERSION).tar.xz
ALSA_BLI_SITE = @SITE@
ALSA_BLI_LICENSE = LGPL-2.1+
ALSA_BLI_LICENSE_FILES = COPYING
ALSA_BLI_DEPENDENCIES = host-pkgconf alsa-lib

# pkg-config names folders of the staging directory.
ALSA_BLI_CONF_OPTS = \
	--with-alsaplugindir=/usr/lib/alsa-lib \
	--with-alsaconfdir=/etc/alsa/conf.d \
	--with-alsadatadir=/usr/share/alsa/alsa.conf.d \
	--with-kernels=$(call qstrip,$(BR2_PACKAGE_ALSA_BLI_KERNELS))

ifeq ($(BR2_PACKAGE_ALSA_BLI_TOOLS),y)
ALSA_BLI_DEPENDENCIES += gmp libsndfile
ALSA_BLI_CONF_OPTS += --enable-tools
else
ALSA_BLI_CONF_OPTS += --disable-tools
endif

$(eval $(autotools-package))
