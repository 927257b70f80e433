#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SoX plays to and records from ALSA devices.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin sox
sox --help | grep -q '^AUDIO DEVICE DRIVERS:.*alsa' || skip "sox has no ALSA driver (libsox-fmt-alsa)"

to_play 44100 48000 1024
check "sox plays 44.1 -> 48 kHz" played sox -D -q "$SANDBOX/sweeps.wav" -t alsa default
to_play 48000 44100 441
check "sox plays 48 -> 44.1 kHz" played sox -D -q "$SANDBOX/sweeps.wav" -t alsa default
to_record 44100 16000 1024
check "sox records 44.1 -> 16 kHz" recorded 16000 32000 \
	sox -D -q -t alsa -r 16000 -c 1 -b 16 default "$RECORDED" trim 0 2
to_record 48000 16000 480
check "sox records 48 -> 16 kHz" recorded 16000 32000 \
	sox -D -q -t alsa -r 16000 -c 1 -b 16 default "$RECORDED" trim 0 2
finish
