#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A PyAudio program records from the default device (conf/recipes/pyaudio.asoundrc): 16 kHz from a microphone of 44.1
# kHz and from one of 48 kHz; and from a card by its hw: name, which only PA_ALSA_PLUGHW=1 makes convert, as bli(7)
# says.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"

need_numpy
"$PYTHON" -c 'import pyaudio' 2>/dev/null || skip "$PYTHON has no pyaudio (python3-pyaudio)"
sandbox_begin

# read_by_blocks CARD_RATE RATE FRAMES_PER_BUFFER HZ
read_by_blocks() {
	judge tone "$SANDBOX/mic.raw" "$1" "$4" 3 1 S16_LE
	sandbox_card "$1" 1 S16_LE
	sandbox_asoundrc "$srcdir/conf/recipes/pyaudio.asoundrc" "s/rate 44100/rate $1/"
	rm -f "$SANDBOX/recorded.wav"
	# PortAudio tells about every device that it tries and cannot open.
	timeout 60 "$PYTHON" "$srcdir/tests/programs/pyaudio-record.py" "$SANDBOX/recorded.wav" "$2" 2 "$3" \
		>"$SANDBOX/log" 2>&1 ||
		{ tail -n 5 "$SANDBOX/log"; return 1; }
	judge fit "$SANDBOX/recorded.wav" "$2" "$4" 1 S16_LE 92
}

check "PyAudio 44.1 -> 16 kHz, 100 ms buffers" read_by_blocks 44100 16000 1600 997
check "PyAudio 44.1 -> 16 kHz, 10 ms buffers" read_by_blocks 44100 16000 160 997
check "PyAudio 44.1 -> 16 kHz, 6.8 kHz" read_by_blocks 44100 16000 1600 6800
check "PyAudio 48 -> 16 kHz" read_by_blocks 48000 16000 1600 997
check "PyAudio 48 -> 16 kHz, 1024 frames" read_by_blocks 48000 16000 1024 997

# A program takes the card itself: PortAudio's "Microphone: - (hw:0,0)".
onecard=$(realpath "$BLI_BUILDDIR/tests/programs/.libs/onecard.so")
# record_card PLUGHW: 16 kHz from a card that only does 44.1 kHz
record_card() {
	judge tone "$SANDBOX/mic.raw" 44100 997 3 1 S16_LE
	sandbox_card 44100 1 S16_LE
	echo "defaults.pcm.rate_converter \"$BLI_CONVERTER\"" >"$HOME/.asoundrc"
	rm -f "$SANDBOX/recorded.wav"
	PA_ALSA_PLUGHW=$1 LD_PRELOAD=$onecard BLI_KERNEL=none timeout 60 "$PYTHON" \
		"$srcdir/tests/programs/pyaudio-record.py" "$SANDBOX/recorded.wav" 16000 2 1600 Microphone \
			>"$SANDBOX/log" 2>&1
}
hw_is_refused() {
	record_card 0
	grep -F '(hw:0,0)' "$SANDBOX/log" && grep 'OSError.*Invalid sample rate' "$SANDBOX/log"
}
# That bli converts shows in its complaint about a kernel that is none.
plughw_converts() {
	record_card 1 || { tail -n 5 "$SANDBOX/log"; return 1; }
	grep -F '(plughw:0,0) 128 channels' "$SANDBOX/log" &&
		grep -q 'converter "bli": BLI_KERNEL=none' "$SANDBOX/log" &&
		judge fit "$SANDBOX/recorded.wav" 16000 997 1 S16_LE 92
}
check "PyAudio, a card's hw: device" hw_is_refused
check "PyAudio, the same with PA_ALSA_PLUGHW=1" plughw_converts
finish
