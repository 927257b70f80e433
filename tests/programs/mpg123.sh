#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# mpg123 plays what it decodes: held against what it writes to a file.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin mpg123 ffmpeg
ffmpeg -hide_banner -encoders 2>/dev/null | grep -q libmp3lame || skip "this ffmpeg has no libmp3lame"

# to_play_mp3 RATE CARD_RATE [PERIOD]
to_play_mp3() {
	to_play "$@"
	run ffmpeg -nostdin -v error -i "$SANDBOX/sweeps.wav" -c:a libmp3lame -b:a 192k -y "$SANDBOX/sweeps.mp3" &&
		run mpg123 -q -w "$SANDBOX/sweeps.wav" "$SANDBOX/sweeps.mp3" || exit 99
}

to_play_mp3 44100 48000
check "mpg123 plays 44.1 -> 48 kHz" played mpg123 -q -o alsa -a default "$SANDBOX/sweeps.mp3"
to_play_mp3 48000 44100 441
check "mpg123 plays 48 -> 44.1 kHz" played mpg123 -q -o alsa -a default "$SANDBOX/sweeps.mp3"
finish
