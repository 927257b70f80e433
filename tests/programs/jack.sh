#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A JACK server of its own, whose sound card is the default device: what it records there it plays there, both by mmap.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin jackd jack_connect jack_lsp

# a server that is not the user's, and that asks no bus for the card
export JACK_DEFAULT_SERVER=bli-$$ JACK_NO_AUDIO_RESERVATION=1 XDG_RUNTIME_DIR=$SANDBOX

# loop RATE PERIOD: what comes in goes out, for as long as the card hears anything
loop() {
	local server_pid status

	# no priority and no locked memory, which a test has no right to
	jackd -r -m -d alsa -d default -r "$1" -p "$2" &
	server_pid=$!
	until jack_lsp 2>/dev/null | grep -q 'system:playback_2'; do
		kill -0 $server_pid 2>/dev/null || return
		sleep 0.1
	done
	jack_connect system:capture_1 system:playback_1 && jack_connect system:capture_2 system:playback_2 && sleep 5
	status=$?
	kill $server_pid
	wait $server_pid
	return $status
}
export -f loop

# to_loop_late CARD_RATE TOP_HZ: the card hears 2 s of sound, from 2.5 s on, when the ports are connected
to_loop_late() {
	default_device "$1" 2
	judge sweeps "$SANDBOX/sweeps.wav" "$1" 2 2 "$2" S16_LE
	judge sweeps "$SANDBOX/sound.raw" "$1" 2 2 "$2" S16_LE
	{ head -c $(($1 * 10)) /dev/zero; cat "$SANDBOX/sound.raw"; } >"$TESTCARD_INFILE"
}

to_loop_late 48000 18000
check "JACK, 48 -> 44.1 -> 48 kHz" looped loop 44100 1764
to_loop_late 44100 18000
check "JACK, 44.1 -> 48 -> 44.1 kHz" looped loop 48000 2048
finish
