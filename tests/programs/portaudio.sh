#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# PortAudio's callbacks, by way of PyAudio: playing and recording. (pyaudio.sh: its blocking calls.) Both in one stream
# are not tried here: PortAudio 19.6 takes a busy machine for a device that has lost samples and then crashes or skips
# some, with and without conversion; alsaloop.sh goes in both directions.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
need_numpy
"$PYTHON" -c 'import pyaudio' 2>/dev/null || skip "$PYTHON has no pyaudio (python3-pyaudio)"
programs_begin

callback=("$PYTHON" "$srcdir/tests/programs/pyaudio-callback.py")

to_play 44100 48000 1024
check "PortAudio plays 44.1 -> 48 kHz" played "${callback[@]}" play "$SANDBOX/sweeps.wav" 1024
to_play 48000 44100 441
check "PortAudio plays 48 -> 44.1 kHz" played "${callback[@]}" play "$SANDBOX/sweeps.wav" 480
to_record 44100 16000 1024
check "PortAudio records 44.1 -> 16 kHz" recorded 16000 32000 "${callback[@]}" record "$RECORDED" 16000 1 32000 1600
to_record 48000 16000 480
check "PortAudio records 48 -> 16 kHz" recorded 16000 32000 "${callback[@]}" record "$RECORDED" 16000 1 32000 160
finish
