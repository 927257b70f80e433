#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-bench: its options, their errors, and its results for programs. What it measures with is tested by tests/measure.
# BLI_BENCH: the program (./bli-bench); BLI_PLUGIN_DIR: the converters (tests/plugins).
set -u
export LC_ALL=C

program=$(realpath "${BLI_BENCH:-./bli-bench}")
[ -x "$program" ] || { echo "$program: not built"; exit 99; }
ALSA_PLUGIN_DIR=$(realpath "${BLI_PLUGIN_DIR:-tests/plugins}")
export ALSA_PLUGIN_DIR
sources=$(realpath "${srcdir:-.}")
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

. "$sources/tests/tools/checks.sh"
# refuses MESSAGE ARGUMENT...: exit status 2, nothing on standard output, this line of error
refuses() {
	local message=$1 status
	shift
	"$program" "$@" >out 2>err
	status=$?
	check "$*" "status $status, $(cat err)" test $status -eq 2 -a ! -s out -a "$(cat err)" = "bli-bench: $message"
}

for text in 44100 44100: :48000 0:48000 44100:48000: 44100:4000001 -1:5 " 1:5" 1:x 99999999999999999999:1; do
	refuses "--rates $text: not possible; allowed: IN:OUT, each 1 to 4000000" --rates "$text"
done
refuses "--periods 0:1: not possible; allowed: IN:OUT, each 1 to 1000000" --periods 0:1
for text in 0 65 2x "" 99999999999999999999; do
	refuses "--channels $text: not possible; allowed: 1 to 64" --channels "$text"
done
refuses "--rounds 1001: not possible; allowed: 1 to 1000" --rounds 1001
for text in 0 61 1s nan ""; do
	refuses "--seconds $text: not possible; allowed: 0.001 to 60 seconds of CPU time" --seconds "$text"
done
refuses "--format FLOAT_LE: not possible; allowed: linear PCM such as S16_LE, S24_3LE or S32_LE" --format FLOAT_LE
refuses "--converters: give names with a comma between each two, such as bli,linear" --converters bli,,linear
refuses "'bli': there are options only, see --help" bli

check "--version" "$("$program" --version)" test "$("$program" -V | cut -d' ' -f1,2)" = "bli-bench (alsa-bli)"
"$program" --help >help
for option in rates periods channels format converters seconds rounds csv json plot verbose help version; do
	check "--help tells --$option" "$(grep -m 1 -oe "--$option.*" help)" grep -q -e "--$option" help
done

# bli claims an SNR of 126 dB; a straight line between samples at 44.1 kHz has about 60 at 997 Hz.
"$program" --converters=bli_linear,bli --rates=44100:48000 --periods=441:480 --channels=1 --rounds=1 --seconds=0.001 --csv >csv
status=$?
snr() {
	awk -F , -v name="\"$1\"" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		$1 == name { print int($(column["snr_997hz_db"])) }' csv
}
check "--csv" "status $status, $(wc -l <csv) lines, SNR $(snr bli_linear) and $(snr bli) dB" \
	test $status -eq 0 -a "$(wc -l <csv)" -eq 3 -a "$(snr bli_linear)" -gt 30 -a "$(snr bli_linear)" -lt 126 -a "$(snr bli)" -ge 126
"$program" --converters=bli_linear --rates=44.1k:48kHz --rounds=1 --seconds=0.001 --csv >kilo 2>err
check "--rates in kilohertz" "$(cat err)" test $? -eq 0 -a "$(cut -d, -f1-4 kilo | tail -n 1)" = "$(cut -d, -f1-4 csv | grep bli_linear)"
"$program" --converters=none --rounds=1 --seconds=0.001 >out 2>err
check "a converter that is not there" "status $?" test $? -eq 1

finish
