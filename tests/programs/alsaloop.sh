#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# alsaloop copies from the default device to the default device, at a rate that is not the card's.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin alsaloop

# loop RATE: it never ends by itself
loop() {
	timeout -s INT 6 alsaloop -C default -P default -f S16_LE -c 2 -r "$1" -t 200000 -S none
	[ $? -eq 124 ]
}
export -f loop

to_loop 48000 18000 1024
check "alsaloop, 48 -> 44.1 -> 48 kHz" looped loop 44100
to_loop 48000 6700 480
check "alsaloop, 48 -> 16 -> 48 kHz" looped loop 16000
finish
