#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every example of bli(7) does what the manual says: each is taken from the page as it stands there and run. The cards
# are those of the tests. Programs that are not installed are named, and nothing but these is left out.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
. "$srcdir/tests/shared/examples.sh"

need mandoc aplay arecord sox
need_numpy
sandbox_begin
srcdir=$(realpath "$srcdir")
page=$srcdir/man/bli.7
shown=$SANDBOX/examples
examples "$page" "$shown"
sandbox_install "$srcdir/conf/10-rate-bli.conf"
cd "$SANDBOX" || exit 99
PATH=$BLI_BUILDDIR:$PATH

# ---- what examples have in common ----------------------------------------

# music RATE: music.wav, a second of a tone in stereo
music() { judge tone music.wav "$1" 997 1 2 S16_LE; }
# microphone HZ: a card of 44.1 kHz hears this tone for eleven seconds
microphone() {
	judge tone "$SANDBOX/mic.raw" 44100 "$1" 11 1 S16_LE
	sandbox_card 44100 1 S16_LE
}
# card RATE [FORMAT]: a stereo card
card() {
	sandbox_card "$1" 2 "${2:-S16_LE}"
	rm -f "$TESTCARD_OUTFILE"
}
# configure FILE [SED-EXPRESSION]: the example becomes .asoundrc
configure() { sandbox_asoundrc "$1" "${2:-}"; }
# command_line FILE [WORD...]: run the command of an example, with these words behind it
command_line() {
	local command
	command=$(command_of "$1")
	shift
	eval "$command $*" >"$SANDBOX/log" 2>&1 </dev/null || { tail -n 5 "$SANDBOX/log"; return 1; }
}
# tone_played RATE [DBFS [FORMAT]]: the card got the tone of music.wav
tone_played() { judge fit "$SANDBOX/played.raw" "$1" 997 2 "${3:-S16_LE}" $((93 + ${2:--1})) "${2:--1}"; }
# records_16_khz FILE [PCM]: the configuration has a PCM, mic, that records at 16 kHz
records_16_khz() {
	microphone 997
	configure "$1"
	arecord -D "${2:-mic}" -f S16_LE -r 16000 -c 1 -d 1 --period-time=100000 speech.wav 2>"$SANDBOX/log" &&
		judge fit speech.wav 16000 997 1 S16_LE 92
}
# recipe_of NUMBER: an earlier example
recipe_of() { ls "$shown"/* | sed -n "$1p"; }
level() { # FILE.wav: dBFS of its middle
	"$PYTHON" - "$1" <<-'END'
		import sys, wave
		import numpy as np
		with wave.open(sys.argv[1]) as file:
		    samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
		middle = samples[len(samples) // 4:3 * len(samples) // 4]
		print("%.3f" % (10 * np.log10(2 * np.mean(middle ** 2) + 1e-20)))
	END
}

# ---- one function for each example ---------------------------------------

# `rate_converter { name "bli" key value ... }`, with a key in the place of the words
keys_in_a_plug() {
	card 48000 && music 44100
	echo "pcm.x { type plug slave { pcm \"testcard\" rate 48000 } $(sed 's/key value \.\.\./gain -6/' "$1") }" \
		>"$HOME/.asoundrc"
	aplay -q -D x --period-time=10000 music.wav && tone_played 48000 -7
}
keys_in_a_rate() {
	card 48000 && music 44100
	echo "pcm.x { type rate slave { pcm \"testcard\" rate 48000 } $(sed 's/key value \.\.\./gain -6/' "$1") }" \
		>"$HOME/.asoundrc"
	aplay -q -D x --period-time=10000 music.wav && tone_played 48000 -7
}
default_for_all() {
	card 48000 && music 44100 && configure "$1"
	aplay -v -D plughw:0 --period-time=10000 music.wav 2>"$SANDBOX/log" &&
		grep -i '^converter: bli' "$SANDBOX/log" && tone_played 48000
}
pcm_with_arguments() {
	card 48000 && music 44100 && : >"$HOME/.asoundrc"
	command_line "$1" -v --period-time=10000 && grep -i '^converter: bli' "$SANDBOX/log" && tone_played 48000
}
# 7.2 kHz pass, 8.2 kHz do not, and all is 1 dB softer
keys_with_edges() {
	local pass stop
	echo "pcm.mic { type plug slave { pcm \"testcard\" rate 44100 } $(cat "$1") }" >edges.conf
	microphone 7190 && configure edges.conf
	arecord -q -D mic -f S16_LE -r 16400 -c 1 -d 1 speech.wav && pass=$(level speech.wav)
	# at 16.4 kHz the Nyquist frequency is 8.2 kHz: what is above comes out below it, or not at all
	microphone 8210
	arecord -q -D mic -f S16_LE -r 16400 -c 1 -d 1 speech.wav && stop=$(level speech.wav)
	echo "7.19 kHz $pass dBFS, 8.21 kHz $stop dBFS"
	awk -v pass="$pass" -v stop="$stop" 'BEGIN { exit !(pass > -2.11 && pass < -1.99 && stop < -90) }'
}
# what aplay tells of itself, whose periods are 125 ms, on a card of 48 kHz
report_of_ratio() {
	local said wanted
	card 48000 && music 44100
	echo 'pcm.x { type rate slave { pcm "testcard" rate 48000 } converter "bli" }' >"$HOME/.asoundrc"
	said=$(aplay -v -D x music.wav 2>&1 | tr -s ' \n' ' ')
	wanted=$(tr -s ' \n' ' ' <"$1")
	[[ $said == *"${wanted% }"* ]] && echo "$wanted" || { grep -A3 'ratio' <<<"$said"; return 1; }
}
# delays as in the table above it
bench_of_delays() {
	local name said measured
	command_line "$1" --rounds=1 --seconds=0.001 || return
	for name in bli_fast bli; do
		said=$(grep -F ".It Cm $name Ta linear" "$page" | awk -F ' Ta ' '{ print $4 }')
		measured=$(awk -v name=$name '$1 == name { print $6 }' "$SANDBOX/log")
		echo "$name $measured ms, in the table $said"
		awk -v a="$measured" -v b="$said" 'BEGIN { exit !(a > 0 && a < 1.01 * b && b < 1.01 * a) }' || return
	done
}
# The tone goes on to its last frame and through the filter, up to a tenth of a millisecond.
silence_behind() {
	local heard
	judge tone word.wav 44100 997 1 2 S16_LE
	card 48000
	echo 'pcm.!hw { type testcard }' >"$HOME/.asoundrc"
	command_line "$1" || return
	heard=$("$PYTHON" -c 'import numpy as np, sys
x = np.abs(np.fromfile(sys.argv[1], "<i2").reshape(-1, 2)[:, 0])
print(np.flatnonzero(x > 3000)[-1] + 1)' "$SANDBOX/played.raw")
	echo "the tone ends $heard frames after the start"
	# 48000 frames and the delay of bli, 1.7 ms: 48082
	[ "$heard" -gt 48040 ] && [ "$heard" -lt 48120 ]
}
mic_and_speaker() {
	records_16_khz "$1" || return
	card 48000 && music 44100
	aplay -v -D speaker --period-time=100000 music.wav >"$SANDBOX/log" 2>&1 && tone_played 48000
}
follower() {
	card 48000 && music 44100 && configure "$1"
	TESTCARD_PACED=1 aplay -q -D follower --period-size=1024 --buffer-size=4096 music.wav && tone_played 48000
}
# Both cards are one, and keep time; the recording ends after three seconds. All of it is heard: how exactly, the test of
# the recipe judges, in simulated time. The tone is above 3000 of 29205 for 1 - 2/pi asin(3000 / 29205) of them, 2.80 s.
pipe_to_follower() {
	sandbox_card 44100 2 S16_LE
	judge tone "$SANDBOX/mic.raw" 44100 997 4 2 S16_LE
	rm -f "$TESTCARD_OUTFILE"
	configure "$(recipe_of 11)"
	(
		export TESTCARD_PACED=1
		eval "$(command_of "$1" | sed '1s/ |$/ -d 3 |/')"
	) >"$SANDBOX/log" 2>&1 </dev/null
	"$PYTHON" -c 'import numpy as np, sys
loud_s = np.sum(np.abs(np.fromfile(sys.argv[1], "<i2")[::2].astype(int)) > 3000) / 44100
print("%.2f s of sound (2.70 to 2.90)" % loud_s)
sys.exit(not 2.7 < loud_s < 2.9)' "$TESTCARD_OUTFILE"
}
record_from_mic() {
	microphone 997 && configure "$(recipe_of 13)"
	rm -f speech.wav
	command_line "$1" "${@:2}" && judge fit speech.wav 16000 997 1 S16_LE 92
}
ten_seconds() { record_from_mic "$1" && [ "$(judge length speech.wav)" = 10 ]; }
record_into_program() {
	program() { head -c 64000 >"$SANDBOX/heard.raw"; }
	microphone 997 && configure "$(recipe_of 13)"
	# what is recorded has no end: the program's end is arecord's
	eval "$(command_of "$1")" 2>/dev/null </dev/null
	judge fit heard.raw 16000 997 1 S16_LE 92
}
mixed() {
	card 48000 && music 44100 && configure "$1"
	aplay -v -D mixed music.wav 2>"$SANDBOX/log" && grep -E '^ *period_size +: (441|480)$' "$SANDBOX/log" |
		sort -u | tr -s ' \n' ' ' && tone_played 48000
}
# the delay and the periods of the words below the example
live() {
	card 48000 && music 44100 && configure "$1"
	aplay -v -D live --period-size=147 --buffer-size=441 music.wav >"$SANDBOX/log" 2>&1
	grep -E 'ratio: 147 -> 160 frames' "$SANDBOX/log" && grep -oE 'delay: .*0\.1[0-9]+ ms' "$SANDBOX/log" &&
		tone_played 48000
}
play_font() { command -v fluidsynth >/dev/null || { echo "(no fluidsynth; its options are not tried)"; return; }
	fluidsynth --help 2>&1 | grep -qE -- '-z' && echo "fluidsynth has these options"; }
dac() {
	card 192000 S32_LE && music 44100 && configure "$1"
	aplay -v -D dac --period-time=100000 music.wav 2>"$SANDBOX/log" && tone_played 192000 -3 S32_LE
}
dac_command() {
	card 192000 S32_LE && music 44100 && configure "$(recipe_of 19)"
	command_line "$1" && tone_played 192000 -3 S32_LE
}
python_has() { "$PYTHON" -c "import $1" 2>/dev/null || { echo "(no $1; not tried)"; return 1; }; }
# The test of PyAudio runs it on a card's own device: without the variable this message, with it the sound.
portaudio_message() {
	python_has pyaudio || return 0
	record_hw 0
	grep -F "$(cat "$1")" "$SANDBOX/log"
}
record_hw() { # PA_ALSA_PLUGHW
	microphone 997 && configure "$(recipe_of 23)"
	rm -f speech.wav
	PA_ALSA_PLUGHW=$1 LD_PRELOAD=$BLI_BUILDDIR/tests/programs/.libs/onecard.so timeout 60 "$PYTHON" \
		"$srcdir/tests/programs/pyaudio-record.py" speech.wav 16000 1 1600 Microphone >"$SANDBOX/log" 2>&1
}
portaudio_plughw() {
	python_has pyaudio || return 0
	(
		PA_ALSA_PLUGHW=0
		eval "$(cat "$1")"
		record_hw "$PA_ALSA_PLUGHW" && judge fit speech.wav 16000 997 1 S16_LE 92
	)
}
# python_audio FILE open|find: an example of PyAudio, with what it takes for granted before and behind it
python_audio() {
	python_has pyaudio || return 0
	microphone 997 && configure "$(recipe_of 24)"
	{
		echo "import pyaudio, wave"
		[ "$2" = find ] && echo "audio = pyaudio.PyAudio()"
		sed 's/open(\.\.\., /open(format=pyaudio.paInt16, channels=1, rate=16000, input=True, frames_per_buffer=1600, /' "$1"
		cat <<-'END'
			with wave.open("speech.wav", "wb") as file:
			    file.setnchannels(1)
			    file.setsampwidth(2)
			    file.setframerate(16000)
			    for _ in range(10):
			        file.writeframes(stream.read(1600))
		END
	} >example.py
	rm -f speech.wav
	timeout 60 "$PYTHON" example.py >"$SANDBOX/log" 2>&1 || { tail -n 3 "$SANDBOX/log"; return 1; }
	judge fit speech.wav 16000 997 1 S16_LE 92
}
# Modules that Debian does not have as packages: at least it is Python.
is_python() { "$PYTHON" -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$1" &&
	echo "(valid Python, not run)"; }
file_to_file() {
	judge tone disc.wav 44100 997 1 2 S16_LE
	command_line "$1" -y && judge fit speech.wav 16000 997 2 S16_LE 92
}
ratecv_in_a_pipe() {
	judge tone disc.wav 44100 997 1 2 S16_LE
	{
		cat "$1"
		cat <<-'END'

			import wave
			with wave.open("disc.wav") as file:
			    pcm = file.readframes(file.getnframes())
			converted = ratecv(pcm, 2, 44100, 16000)
			with wave.open("speech.wav", "wb") as file:
			    file.setnchannels(2)
			    file.setsampwidth(2)
			    file.setframerate(16000)
			    file.writeframes(converted)
		END
	} >example.py
	"$PYTHON" example.py && judge fit speech.wav 16000 997 2 S16_LE 92
}
# the server's place is taken by a card at its rate
into_a_server() {
	card 48000 && music 44100 && configure "$1" 's/"pulse"/"testcard"/'
	aplay -q -D server --period-time=10000 music.wav && tone_played 48000
}
server_records() {
	command -v pulseaudio >/dev/null && command -v parec >/dev/null ||
		{ echo "(no PulseAudio; not tried)"; return 0; }
	microphone 997 && configure "$(recipe_of 13)"
	(
		export TESTCARD_PACED=1 XDG_RUNTIME_DIR=$SANDBOX/run PULSE_SERVER=unix:$SANDBOX/pulse.socket \
			PULSE_STATE_PATH=$SANDBOX/state
		unset DBUS_SESSION_BUS_ADDRESS DISPLAY PULSE_SINK PULSE_SOURCE
		mkdir -m 700 -p "$XDG_RUNTIME_DIR" "$PULSE_STATE_PATH"
		pulseaudio -n --daemonize=no --exit-idle-time=-1 --realtime=no --high-priority=no --use-pid-file=no \
			--load="module-native-protocol-unix auth-anonymous=1 socket=$SANDBOX/pulse.socket" 2>/dev/null &
		server=$!
		for ((i = 0; i < 100; i++)); do pactl info >/dev/null 2>&1 && break; sleep 0.1; done
		eval "$(command_of "$1")" >/dev/null && parec -d mic16 --raw --rate=16000 --channels=1 --format=s16le |
			head -c 32000 >heard.raw
		pactl exit || kill $server
		wait $server
	) >"$SANDBOX/log" 2>&1
	# PulseAudio's own volume costs a little
	judge fit heard.raw 16000 997 1 S16_LE 85
}
pipewire_configuration() {
	# its words are those of PipeWire's own examples; without a server only the nesting can be wrong
	[ "$(tr -cd '[{' <"$1" | wc -c)" -eq "$(tr -cd ']}' <"$1" | wc -c)" ] &&
		echo "brackets close (no PipeWire here)"
}

# ---- all of them, in the page's order ------------------------------------

number=0
# example BEGINNING COMMAND...: the page's next example begins like that; the command, with its file, is true
example() {
	local file text=$1
	shift
	number=$((number + 1))
	file=$(recipe_of $number)
	case $(head -n 1 "${file:-/dev/null}") in
	"$text"*) check "$number: $text" "$1" "$file" "${@:2}" ;;
	*) check "$number: '$(head -n 1 "${file:-/dev/null}")'" eval \
		"echo 'should begin with $text: is it tested?'; false" ;;
	esac
}

whole() {
	local broken
	broken=$(broken_at_80_columns "$page" "$shown")
	echo "${broken:-$(ls "$shown" | wc -l) of them}"
	[ -z "$broken" ]
}
check "examples whole in 80 columns" whole
example 'pcm.mic {' records_16_khz
example 'rate_converter { name "bli" key' keys_in_a_plug
example 'converter { name "bli" key' keys_in_a_rate
example 'defaults.pcm.rate_converter "bli"' default_for_all
example 'aplay -D bli:SLAVE' pcm_with_arguments
example 'rate_converter {' keys_with_edges
example 'ratio: 5512 -> 6000' report_of_ratio
example 'bli-bench --rates' bench_of_delays
example 'sox word.wav' silence_behind
example 'pcm.mic {' mic_and_speaker
example 'pcm.follower {' follower
example 'arecord -D hw:CARD=Microphone' pipe_to_follower
example 'pcm.mic {' records_16_khz
example 'arecord -D mic' record_from_mic -d 1
example 'pcm.mixed {' mixed
example 'defaults.pcm.rate_converter [' default_for_all
example 'pcm.live {' live
example 'fluidsynth' play_font
example 'pcm.dac {' dac
example 'aplay -D dac' dac_command
example 'OSError' portaudio_message
example 'export PA_ALSA_PLUGHW=1' portaudio_plughw
example 'defaults.pcm.rate_converter "bli"' default_for_all
example 'pcm.!default {' records_16_khz default
example 'audio = pyaudio' python_audio open
example 'for i in range' python_audio find
example 'stream = sounddevice' is_python
example 'sr.Microphone' is_python
example 'arecord -D mic' ten_seconds
example 'arecord -D mic' record_into_program
example 'bli-resample' file_to_file
example 'import subprocess' ratecv_in_a_pipe
example 'pcm.server {' into_a_server
example 'pactl load-module' server_records
example 'context.objects' pipewire_configuration
check "examples in all" test "$(ls "$shown" | wc -l)" -eq $number
finish
