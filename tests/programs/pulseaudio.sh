#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A PulseAudio server of its own, whose only sink and source are the default device: programs play to it and record from
# it.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin pulseaudio pactl paplay parec

export XDG_RUNTIME_DIR=$SANDBOX/run PULSE_SERVER=unix:$SANDBOX/pulse.socket PULSE_STATE_PATH=$SANDBOX/state \
	RECORDED=$SANDBOX/recorded.raw
unset DBUS_SESSION_BUS_ADDRESS DISPLAY PULSE_SINK PULSE_SOURCE
mkdir -m 700 -p "$XDG_RUNTIME_DIR" "$PULSE_STATE_PATH"

# served MODULE RATE COMMAND...: a server with MODULE at RATE, for COMMAND
served() {
	local module=$1 rate=$2 server_pid status

	shift 2
	# no locks and priorities that a test has no right to
	pulseaudio -n --daemonize=no --exit-idle-time=-1 --realtime=no --high-priority=no --use-pid-file=no \
		--load="module-native-protocol-unix auth-anonymous=1 socket=$SANDBOX/pulse.socket" &
	server_pid=$!
	until pactl info >/dev/null 2>&1; do
		kill -0 $server_pid 2>/dev/null || return
		sleep 0.1
	done
	pactl load-module "$module" device=default "rate=$rate" "channels=$TESTCARD_CHANNELS" format=s16le && "$@"
	status=$?
	pactl exit || kill $server_pid
	wait $server_pid
	return $status
}

# paplay ends when the server has all; the server's sink plays two seconds later at most
play() { paplay "$SANDBOX/sweeps.wav" && sleep 3; }

# record RATE FRAMES: parec never ends by itself
record() { parec --raw --rate="$1" --channels=1 --format=s16le | head -c $((2 * $2)) >"$RECORDED"; }

export -f served play record

to_play 44100 48000 1024
check "PulseAudio plays 44.1 -> 48 kHz" played served module-alsa-sink 44100 play
to_play 48000 44100 441
check "PulseAudio plays 48 -> 44.1 kHz" played served module-alsa-sink 48000 play
to_record 44100 16000 1024
check "PulseAudio records 44.1 -> 16 kHz" recorded 16000 32000 served module-alsa-source 16000 record 16000 32000
to_record 48000 16000 480
check "PulseAudio records 48 -> 16 kHz" recorded 16000 32000 served module-alsa-source 16000 record 16000 32000
finish
