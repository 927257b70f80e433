#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# mpv plays.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin mpv

play=(mpv --no-config --no-video --ao=alsa --audio-device=alsa/default --msg-level=all=warn "$SANDBOX/sweeps.wav")

to_play 44100 48000 1024
check "mpv plays 44.1 -> 48 kHz" played "${play[@]}"
to_play 48000 44100 441
check "mpv plays 48 -> 44.1 kHz" played "${play[@]}"
finish
