SUMMARY = "Sample-rate converter for ALSA by bandlimited interpolation"
DESCRIPTION = "The plugin bli for alsa-lib converts sampling rates with windowed \
sinc filters for every program that plays or records through ALSA."
HOMEPAGE = "@URL@"
SECTION = "multimedia"
LICENSE = "LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "file://COPYING;md5=@COPYING_MD5@"

DEPENDS = "alsa-lib"

SRC_URI = "@SITE@/alsa-bli-${PV}.tar.xz"
SRC_URI[sha256sum] = "@SHA256@"

inherit autotools pkgconfig

PACKAGECONFIG ??= ""
PACKAGECONFIG[tools] = "--enable-tools,--disable-tools,gmp libsndfile1"

# Inner loops to build, with commas between, or all.
BLI_KERNELS ?= "all"

EXTRA_OECONF = "\
    --with-kernels=${BLI_KERNELS} \
    --with-alsaplugindir=${libdir}/alsa-lib \
    --with-alsaconfdir=${sysconfdir}/alsa/conf.d \
    --with-alsadatadir=${datadir}/alsa/alsa.conf.d \
    --with-systemdsystemunitdir=${systemd_system_unitdir} \
"

PACKAGES =+ "libasound-module-rate-bli libasound-module-pcm-bli ${PN}-recipes"
PACKAGES += "${PN}-zsh-completion ${PN}-bash-completion"

SUMMARY:libasound-module-rate-bli = "alsa-lib's rate converter bli"
# Every name of the converter is a link to one module: they are no development files.
FILES:libasound-module-rate-bli = "\
    ${libdir}/alsa-lib/libasound_module_rate_bli*.so \
    ${datadir}/alsa/alsa.conf.d/10-rate-bli.conf \
    ${sysconfdir}/alsa/conf.d/10-rate-bli.conf \
"
SUMMARY:libasound-module-pcm-bli = "alsa-lib's PCM type bli"
FILES:libasound-module-pcm-bli = "${libdir}/alsa-lib/libasound_module_pcm_bli.so"
# The unit of bli-bridge, which nothing starts by itself.
FILES:${PN} += "${systemd_system_unitdir}"
FILES:${PN}-recipes = "${docdir}/alsa-bli/recipes"
FILES:${PN}-bash-completion = "${datadir}/bash-completion"
FILES:${PN}-zsh-completion = "${datadir}/zsh"
FILES_SOLIBSDEV = ""

ALLOW_EMPTY:${PN} = "1"
RDEPENDS:${PN} = "libasound-module-rate-bli libasound-module-pcm-bli"
INSANE_SKIP:libasound-module-rate-bli = "dev-so"
INSANE_SKIP:libasound-module-pcm-bli = "dev-so"
