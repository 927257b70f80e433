#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The constants of the gliding stage: measured, and compared with a new design.
exec "${PYTHON:-/usr/bin/python3}" "${srcdir:-.}/src/core/glide-constants.py" --check \
	"${srcdir:-.}/src/core/glide-constants.h"
