#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# FFmpeg plays to and records from ALSA devices.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin ffmpeg
ffmpeg -hide_banner -devices 2>/dev/null | grep -q '^ *DE *alsa ' || skip "this ffmpeg has no ALSA"

record=(ffmpeg -nostdin -v error -f alsa -sample_rate 16000 -channels 1 -i default -af atrim=end_sample=32000 -y \
	"$RECORDED")

to_play 44100 48000 1024
check "ffmpeg plays 44.1 -> 48 kHz" played ffmpeg -nostdin -v error -i "$SANDBOX/sweeps.wav" -f alsa default
to_play 16000 44100 441
check "ffmpeg plays 16 -> 44.1 kHz" played ffmpeg -nostdin -v error -i "$SANDBOX/sweeps.wav" -f alsa default
to_record 44100 16000 1024
check "ffmpeg records 44.1 -> 16 kHz" recorded 16000 32000 "${record[@]}"
to_record 48000 16000 480
check "ffmpeg records 48 -> 16 kHz" recorded 16000 32000 "${record[@]}"
finish
