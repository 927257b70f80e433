#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-bench --doctor, on ALSA as it comes from its package and on configurations that are broken in the ways users meet.
# What it must say is known from how each was broken: the file, the line, the reason, and what to write instead.
# BLI_BENCH: the program (./bli-bench)
set -u
program=$(realpath "${BLI_BENCH:-./bli-bench}")
[ -x "$program" ] || { echo "$program: not built"; exit 99; }
sources=$(realpath "${srcdir:-.}")
. "$sources/tests/shared/asound-sandbox.sh"
sandbox_begin
rc=$HOME/.asoundrc

# doctor STATUS [PCM]: runs it; its exit status is to be that. Output in $SANDBOX/said.
doctor() {
	"$program" --doctor${2:+="$2"} >"$SANDBOX/said" 2>"$SANDBOX/errors"
	local status=$?
	[ $status -eq "$1" ] || { echo "exit status $status, not $1"; cat "$SANDBOX/said" "$SANDBOX/errors"; return 1; }
	echo "exit status $status"
}
# says TEXT...: each is a part of a line of the output.
says() {
	local text
	for text; do
		grep -qF -- "$text" "$SANDBOX/said" ||
			{ echo "'$text' is not said, but"; cat "$SANDBOX/said"; return 1; }
	done
	printf '%s' "${1#*problem }"
}
problems() {
	local count
	count=$(grep -c '^  problem' "$SANDBOX/said")
	echo "$count problems"
	[ "$count" -eq "$1" ] || { cat "$SANDBOX/said"; return 1; }
}

# All is well: both directions of a card of 48 kHz by the plug's own key on line 4.
cat >"$rc" <<'END'
# a comment { with a brace
pcm.!default {
	type plug; slave { pcm "hw:0", rate 48000 }
	rate_converter = "bli"
}
END
check "a good configuration" doctor 0
check "its lines" says "converter: bli ($rc:4), $SANDBOX/plugins/libasound_module_rate_bli.so" \
	"pcm.default ($rc:2): type plug" "card hw:0: 48000 Hz, channels: 2, periods of 16 to 65536 frames, S16_LE"
# 44.1 kHz in periods of 125 ms: 5512 frames on 6000
check "ratio and delay" says "ratio: 5512 -> 6000 frames per period" "delay: " "as it is, without conversion"

cat >"$rc" <<'END'
defaults.pcm.rate_converter "blu"
pcm.!default { type plug slave { pcm "hw:0" rate 48000 } }
END
check "a misspelt name" doctor 1
check "is found, with the right one" says \
	"problem ($rc:1): converter \"blu\": there is no $SANDBOX/plugins/libasound_module_rate_blu.so" \
	'write instead: "bli"' "not possible"
check "in both directions" problems 2

cat >"$rc" <<'END'
pcm.!default {
	type plug
	slave.pcm "hw:0"
	rate_converter [
		"wonderful"
		"bli"
	]
}
END
check "a missing module with a fallback" doctor 1
check "names both" says \
	"problem ($rc:4): converter \"wonderful\": there is no $SANDBOX/plugins/libasound_module_rate_wonderful.so" \
	"install the package that has it; programs of this kind look in $SANDBOX/plugins alone" "converter: bli ($rc:4)"

# A file for the other size of pointers and another processor: the start of an ELF file is enough, nobody loads it.
printf '\177ELF\001\001\001\0\0\0\0\0\0\0\0\0\003\0\050\0' >"$SANDBOX/plugins/libasound_module_rate_arm.so"
echo 'pcm.!default { type plug slave.pcm "hw:0" rate_converter "arm" }' >"$rc"
check "a module for another processor" doctor 1
check "says which" says "problem ($rc:1): converter \"arm\": $SANDBOX/plugins/libasound_module_rate_arm.so" \
	"is for 32-bit ARM, this program for " \
	"for the other architecture"
rm "$SANDBOX/plugins/libasound_module_rate_arm.so"

echo 'not a library' >"$SANDBOX/plugins/libasound_module_rate_text.so"
echo 'pcm.!default { type plug slave.pcm "hw:0" rate_converter "text" }' >"$rc"
check "a module that is no library" doctor 1
check "says so" says "problem ($rc:1): converter \"text\": "
rm "$SANDBOX/plugins/libasound_module_rate_text.so"

cat >"$rc" <<'END'
defaults.pcm.rate_converter "bli_best"

pcm.slow {
	type rate
	slave { pcm "hw:0" rate 48000 }
}
END
check "defaults that type rate does not read" doctor 1 slow
check "names both lines" says \
	"problem ($rc:3): \`type rate\` does not read defaults.pcm.rate_converter, which $rc:1 sets" \
	'write instead, in this PCM: converter "bli_best"' "(alsa-lib's own choice: nothing names one)"

rm "$rc"
check "hw:" doctor 1 hw:0
check "bypasses everything" says "nothing converts rates here: hw:0 is the card itself" 'write instead: "plughw:0"'

cat >"$rc" <<'END'
pcm.!default {
	type plug; slave { pcm "hw:0" rate 48000 }
	rate_converter { name "bli"; passband 7200 }
}
END
check "a key with a value that is not allowed" doctor 1
check "is a problem of the PCM" says "problem ($rc:1): converts, but cannot be opened at 16000 Hz"
check "and alsa-lib's message is there" grep -qF 'passband = "7200": allowed are' "$SANDBOX/errors"

echo 'pcm.!default { type plug slave { pcm "hw:0" rate 44100 } rate_converter "bli" }' >"$rc"
check "a rate that the card does not have" doctor 1
check "is a problem in both directions" problems 2

echo 'pcm.!default { type bli slave { pcm "hw:0" rate 48000 } }' >"$rc"
check "type bli" doctor 0
check "converts by itself" says "converter: bli (\`type bli\` takes it where nothing names one), part of the PCM"
echo 'pcm.!default { type bli slave { pcm "hw:0" rate 48000 } converter "bli_bst" }' >"$rc"
check "type bli with a misspelt converter" doctor 1
check "is found" says "problem ($rc:1): converter \"bli_bst\": there is no" 'write instead: "bli_best"'

echo 'pcm.!default { type hw card 0 }' >"$rc"
check "hw under another name" doctor 1
check "is replaced by a name that can be opened" says 'default is the card itself' 'write instead: "plughw:0,0"'

check "a PCM that nobody defines" doctor 1 nobody
check "says so" says "problem: PCM 'nobody': no file defines it"

echo 'pcm.loop { type plug slave.pcm "loop" }' >"$rc"
check "a PCM that is its own slave" doctor 1 loop
check "says so" says "PCM 'loop' has itself as a slave"

# Files that are no configurations: alsa-lib refuses them, the doctor says so and ends.
survives() {
	local file count=0 status
	for file in "$sources"/tests/corpus/settings/odd-*; do
		{ echo 'pcm.!default { type plug slave.pcm "hw:0" }'; cat "$file"; } >"$rc"
		"$program" --doctor >"$SANDBOX/said" 2>&1
		status=$?
		[ $status -le 1 ] || { echo "$file: exit status $status"; cat "$SANDBOX/said"; return 1; }
		count=$((count + 1))
	done
	echo "$count files"
	[ $count -gt 0 ]
}
check "what is no configuration" survives

# Arguments of a name, in the file that is installed
cat >"$rc" <<'END'
pcm.!default "card"
pcm.card { type asym playback.pcm "plug:hw" capture.pcm { type plug slave.pcm "hw:0" rate_converter { name "bli" } } }
END
sandbox_install "$sources/conf/10-rate-bli.conf"
check "pcm.bli" doctor 0 "bli:SLAVE='plug:hw',RATE=48000,CONVERTER=bli_fast"
line=$(grep -n 'converter \$' "$sources/conf/10-rate-bli.conf" | cut -d: -f1)
check "its line" says "$SANDBOX/root/etc/alsa/conf.d/10-rate-bli.conf:$line" "converter: bli_fast"
check "a name for another, and each direction by itself" says "pcm.card ($rc:2): type asym" \
	"pcm.card.capture.pcm ($rc:2): type plug" "converter: bli ($rc:2)" "pcm.plug ($SANDBOX/alsa.conf:"

finish
