#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# speaker-test plays a file to each speaker, of which there is one here.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin speaker-test

# to_play_mono RATE CARD_RATE PERIOD
to_play_mono() {
	default_device "$2" 1 "$3"
	judge sweeps "$SANDBOX/sweeps.wav" "$1" 2 1 $(($1 < $2 ? $1 * 42 / 100 : $2 * 42 / 100)) S16_LE
}
play() { speaker-test -D default -F S16_LE -c 1 -t wav -l 1 -w "$SANDBOX/sweeps.wav" -r "$1"; }
export -f play

to_play_mono 44100 48000 1024
check "speaker-test plays 44.1 -> 48 kHz" played play 44100
to_play_mono 48000 44100 441
check "speaker-test plays 48 -> 44.1 kHz" played play 48000
finish
