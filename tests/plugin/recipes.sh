#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every file in conf/recipes is copied to a .asoundrc as it stands and used: aplay or arecord through it must give the
# sine that went in. The card is the one of the tests; where dmix and dsnoop are asked for it takes their place, with
# their rate, channels and period, because the real ones open nothing but hardware.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$srcdir/tests/shared/asound-sandbox.sh"

need aplay arecord
need_numpy
sandbox_begin
recipes=$srcdir/conf/recipes

judge() { "$PYTHON" "$srcdir/tests/shared/judge.py" "$@"; }

# ratio_of LOG: the periods that aplay -v tells, from the program's to the card's, each once
ratio_of() { awk '/^ *period_size/ && $3 != last { printf "%s%s", n++ ? ":" : "", last = $3 }' "$1"; }

# through_bli LOG RATIO: was the conversion done, by bli, with these periods?
through_bli() {
	local ratio
	ratio=$(ratio_of "$1")
	[ "$ratio" = "$2" ] || { echo "periods $ratio and not $2"; return 1; }
	grep -qi "rate conversion" "$1" || { echo "nothing was converted"; return 1; }
	[ "$BLI_CONVERTER" != bli ] || grep -qi "bli" "$1" ||
		{ echo "not by bli: $(grep -i '^converter' "$1")"; return 1; }
	printf 'periods %s, ' "$ratio"
}

# record PCM CARD_RATE RATE PERIODS [arecord's options]: a sine that the card hears
record() {
	local pcm=$1 card_rate=$2 rate=$3 ratio=$4
	shift 4
	judge tone "$SANDBOX/mic.raw" "$card_rate" 997 1 "$TESTCARD_CHANNELS" S16_LE
	sandbox_card "$card_rate" "$TESTCARD_CHANNELS" S16_LE
	arecord -v ${pcm:+-D "$pcm"} -r "$rate" -f S16_LE -c 1 -s "$rate" "$@" "$SANDBOX/recorded.wav" \
		2>"$SANDBOX/log" ||
		{ cat "$SANDBOX/log"; return 1; }
	through_bli "$SANDBOX/log" "$ratio" && judge fit "$SANDBOX/recorded.wav" "$rate" 997 1 S16_LE 92
}

# play PCM CARD_RATE RATE PERIODS [aplay's options]: a sine that is played
play() {
	local pcm=$1 card_rate=$2 rate=$3 ratio=$4
	shift 4
	judge tone "$SANDBOX/tone.wav" "$rate" 997 1 2 S16_LE
	sandbox_card "$card_rate" 2 S16_LE
	aplay -v ${pcm:+-D "$pcm"} "$@" "$SANDBOX/tone.wav" 2>"$SANDBOX/log" || { cat "$SANDBOX/log"; return 1; }
	through_bli "$SANDBOX/log" "$ratio" && judge fit "$SANDBOX/played.raw" "$card_rate" 997 2 S16_LE 92
}

ten_ms="--period-time=10000 --buffer-time=40000"
hundred_ms="--period-time=100000 --buffer-time=500000"

sandbox_card 44100 1 S16_LE
sandbox_asoundrc "$recipes/usb-microphone.asoundrc"
check "usb-microphone at 44.1 kHz, 16 kHz, 100 ms periods" record mic 44100 16000 1600:4410 $hundred_ms
check "usb-microphone at 44.1 kHz, 16 kHz, 10 ms periods" record mic 44100 16000 160:441 $ten_ms
sandbox_asoundrc "$recipes/usb-microphone.asoundrc" 's/rate 44100/rate 48000/'
check "usb-microphone at 48 kHz, 16 kHz" record mic 48000 16000 160:480 $ten_ms
sandbox_card 44100 2 S16_LE
sandbox_asoundrc "$recipes/usb-microphone.asoundrc"
check "usb-microphone at 44.1 kHz in stereo, 16 kHz mono" record mic 44100 16000 160:441 $ten_ms

sandbox_card 44100 1 S16_LE
sandbox_asoundrc "$recipes/pyaudio.asoundrc"
check "pyaudio: default records at 16 kHz" record "" 44100 16000 1600:4410 $hundred_ms
check "pyaudio: default plays 44.1 kHz at 48 kHz" play "" 48000 44100 441:480 $ten_ms

sandbox_asoundrc "$recipes/every-plug.asoundrc"
check "every-plug: plughw plays 44.1 kHz at 48 kHz" play plughw:0 48000 44100 441:480 $ten_ms
sandbox_card 44100 1 S16_LE
check "every-plug: plughw records 44.1 kHz at 16 kHz" record plughw:0 44100 16000 160:441 $ten_ms
# fallback CONVERTER-PATTERN: without bli the next of the list converts.
fallback() {
	local said
	mv "$SANDBOX"/plugins/libasound_module_rate_"$BLI_CONVERTER"*.so "$SANDBOX/"
	aplay -v -D plughw:0 "$SANDBOX/tone.wav" 2>"$SANDBOX/log"
	mv "$SANDBOX"/libasound_module_rate_"$BLI_CONVERTER"*.so "$SANDBOX/plugins/"
	said=$(grep -i '^converter' "$SANDBOX/log") || { cat "$SANDBOX/log"; return 1; }
	echo "$said"
	[[ $said == *$1* ]]
}
sandbox_card 48000 2 S16_LE
judge tone "$SANDBOX/tone.wav" 44100 997 1 2 S16_LE
if [ -e "$SANDBOX/plugins/libasound_module_rate_speexrate.so" ]; then
	check "every-plug: speexrate where bli is not installed" fallback speex
	mv "$SANDBOX/plugins/libasound_module_rate_speexrate.so" "$SANDBOX/"
fi
check "every-plug: linear where neither is" fallback linear
[ ! -e "$SANDBOX/libasound_module_rate_speexrate.so" ] ||
	mv "$SANDBOX/libasound_module_rate_speexrate.so" "$SANDBOX/plugins/"

echo "(dmix and dsnoop are stood in for by the card of the tests, with the recipe's rate and periods)"
sandbox_asoundrc "$recipes/dmix-exact.asoundrc"
check "dmix-exact: 44.1 kHz at 48 kHz, whatever period is asked for" play mixed 48000 44100 441:480
check "dmix-exact: 16 kHz at 48 kHz" play mixed 48000 16000 160:480
check "dmix-exact: 96 kHz at 48 kHz" play mixed 48000 96000 960:480

sandbox_card 44100 1 S16_LE
sandbox_asoundrc "$recipes/asym-default.asoundrc"
check "asym-default: records at 16 kHz, whatever period is asked for" record "" 44100 16000 160:441
check "asym-default: records at 48 kHz" record "" 44100 48000 480:441
check "asym-default: plays 44.1 kHz at 48 kHz" play "" 48000 44100 441:480

# exact with any period, so these are none that 44.1 kHz has a whole number of frames for
sandbox_card 44100 1 S16_LE
sandbox_asoundrc "$recipes/type-bli.asoundrc"
check "type-bli: microphone at 44.1 kHz, 16 kHz" record mic 44100 16000 1000:2757 --period-size=1000 --buffer-size=4000
sandbox_card 48000 2 S16_LE
check "type-bli: plays 44.1 kHz at 48 kHz" play speaker 48000 44100 1024:1115 --period-size=1024 --buffer-size=4096

sandbox_card 48000 2 S16_LE
sandbox_asoundrc "$recipes/paced-program.asoundrc"
export TESTCARD_PACED=1
check "paced-program: an ordinary player, 44.1 kHz at 48 kHz" play follower 48000 44100 1024:1115 --period-size=1024 --buffer-size=4096
unset TESTCARD_PACED

# follow: sox from a card that is 800 ppm faster than the one it plays on, for two minutes of simulated time (tests/tools). A
# frame that is lost leaves 25 dB in its second; a ratio that moves by some ppm within the second leaves 50
follow() {
	local tools=$BLI_BUILDDIR/tests/tools/.libs figures snr
	cat >>"$HOME/.asoundrc" <<-END
		pcm_type.clockcard.lib "$tools/libasound_module_pcm_clockcard.so"
		pcm.source { type clockcard rate 44100 ppm 500 tone 997 }
		pcm.clock { type clockcard rate 48000 ppm -300 file "$SANDBOX/played.raw" }
	END
	LD_PRELOAD=$tools/libsimtime.so sox -q -t alsa source -t alsa follower trim 0 120 2>"$SANDBOX/log" ||
		{ cat "$SANDBOX/log"; return 1; }
	figures=$("$PYTHON" "$srcdir/tests/tools/bridge.py" "$SANDBOX/played.raw" 44100 500 48000 -300 100 100 115) || return 1
	echo "$figures"
	snr=${figures#*SNR1 }
	[[ ${snr%%.*} -ge 40 && $figures == *"silent 0.0000 0.0000" ]]
}
sandbox_asoundrc "$recipes/paced-program.asoundrc" 's/"hw:CARD=Speaker"/"clock"/'
if ! command -v sox >/dev/null || ! LD_PRELOAD=$BLI_BUILDDIR/tests/tools/.libs/libsimtime.so sox --version >/dev/null 2>&1; then
	echo "(no sox, or nothing can be preloaded: no program is followed)"
else
	check "paced-program: sox from another card" follow
fi

for file in "$recipes"/*; do
	grep -q "\$recipes/${file##*/}\"" "$0" || { echo "FAIL ${file##*/}: no test uses it"; sandbox_failures=1; }
done
finish
