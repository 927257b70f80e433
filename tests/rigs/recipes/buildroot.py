#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""buildroot.py CONFIG.IN: evaluates the recipe's options as Buildroot would, for processors and toolchains."""
import os
import sys
import tempfile

import kconfiglib

SURROUNDINGS = """
mainmenu "what Buildroot has around the recipe"
config BR2_PACKAGE_ALSA_LIB
	bool
	depends on BR2_TOOLCHAIN_HAS_THREADS
config BR2_PACKAGE_ALSA_LIB_PCM
	bool
config BR2_PACKAGE_GMP
	bool
config BR2_PACKAGE_LIBSNDFILE
	bool
config BR2_STATIC_LIBS
	bool "static"
config BR2_TOOLCHAIN_HAS_THREADS
	bool "threads"
config BR2_aarch64
	bool "aarch64"
config BR2_arm
	bool "arm"
config BR2_ARM_CPU_HAS_NEON
	bool "neon"
config BR2_mips
	bool "mips"
config BR2_mipsel
	bool "mipsel"
config BR2_x86_64
	bool "x86_64"
source "{}"
"""


def evaluate(recipe, symbols):
    with tempfile.TemporaryDirectory() as folder:
        top = os.path.join(folder, "Config.in")
        with open(top, "w") as file:
            file.write(SURROUNDINGS.format(os.path.abspath(recipe)))
        config = kconfiglib.Kconfig(top, warn_to_stderr=True)
    if config.warnings:
        sys.exit(f"{recipe}: {config.warnings}")
    for symbol in symbols:
        config.syms["BR2_" + symbol].set_value("y")
    config.syms["BR2_PACKAGE_ALSA_BLI"].set_value("y")
    value = config.syms["BR2_PACKAGE_ALSA_BLI"].str_value
    assert config.syms["BR2_PACKAGE_ALSA_LIB"].str_value == value
    return value, config.syms["BR2_PACKAGE_ALSA_BLI_KERNELS"].str_value


threads = "TOOLCHAIN_HAS_THREADS"
for symbols, expected in (
    (["aarch64", threads], ("y", "neon")),
    (["arm", "ARM_CPU_HAS_NEON", threads], ("y", "neon")),
    (["arm", threads], ("y", "c")),
    (["mipsel", threads], ("y", "c")),
    (["x86_64", threads], ("y", "all")),
    (["x86_64", threads, "STATIC_LIBS"], ("n", "")),
    (["x86_64"], ("n", "")),
):
    found = evaluate(sys.argv[1], symbols)
    if found != expected:
        sys.exit(f"{symbols}: {found}, expected {expected}")
