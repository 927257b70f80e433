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

for text in 44100 44100: :48000 0:48000 44100:48000: 44100:4000001 -1:5 " 1:5" 1:x 99999999999999999999:1 44.1:48 \
	44,1k:48k; do
	refuses "--rates $text: not possible; allowed: IN:OUT, each 1 to 4000000 Hz, as in 44100:48000, 44.1k:48k" \
		--rates "$text"
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
for path in drawing.jpg drawing; do
	refuses "--plot $path: the name decides the kind of picture; allowed: .svg, .png" --plot "$path"
done
# A misspelt name is told before anything is measured, with those that are there.
"$program" --converters=bli,bli_bset >out 2>err
status=$?
check "a converter that is not there" "status $status, $(cat err)" test $status -eq 2 -a ! -s out -a "$(grep -c \
	"^bli-bench: --converters: 'bli_bset' is not installed in $ALSA_PLUGIN_DIR; there are linear.* bli_best" err)" -eq 1

check "--version" "$("$program" --version)" test "$("$program" -V | cut -d' ' -f1,2)" = "bli-bench (alsa-bli)"
"$program" --help >help
for option in rates periods channels format converters seconds rounds csv json plot verbose help version; do
	check "--help tells --$option" "$(grep -m 1 -oe "--$option.*" help)" grep -q -e "--$option" help
done

# bli claims an SNR of 126 dB; a straight line between samples at 44.1 kHz has about 60 at 997 Hz.
"$program" --converters=bli_linear,bli --rates=44100:48000 --periods=441:480 --channels=1 --rounds=1 --seconds=0.001 \
	--csv >csv
status=$?
snr() {
	awk -F , -v name="\"$1\"" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		$1 == name { print int($(column["snr_997hz_db"])) }' csv
}
check "--csv" "status $status, $(wc -l <csv) lines, SNR $(snr bli_linear) and $(snr bli) dB" \
	test $status -eq 0 -a "$(wc -l <csv)" -eq 3 -a "$(snr bli_linear)" -gt 30 -a "$(snr bli_linear)" -lt 126 \
		-a "$(snr bli)" -ge 126
# ---- the table to choose from

quick=(--rounds=1 --seconds=0.001)
"$program" "${quick[@]}" --rates=44.1k:11.025k --converters=bli_linear,bli,bli_best,bli_high --csv >csv
# figure CONVERTER COLUMN: of the CSV
figure() {
	awk -F , -v name="\"$1\"" -v wanted="$2" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		$1 == name { print $(column[wanted]) }' csv
}
check "44.1k is 44100 Hz" "$(figure bli in_rate_hz) to $(figure bli out_rate_hz)" \
	test "$(figure bli in_rate_hz):$(figure bli out_rate_hz)" = 44100:11025
check "names of the same figures" "bli_high is $(figure bli_high same_as)" \
	test "$(figure bli_high same_as)" = '"bli"' -a -z "$(figure bli same_as)" \
		-a "$(figure bli_high ns_per_frame)" = "$(figure bli ns_per_frame)"
# A tone at -1 dBFS rounded to 32 bits coming out, and going in, of which a quarter of the noise is left at a quarter of
# the rate: 6.02 x 32 + 1.76 - 1 - 1 dB at most, and 0.2 for the measurement.
check "32-bit integers" "$(figure bli_best snr_worst_db) dB" awk -v snr="$(figure bli_best snr_worst_db)" \
	'BEGIN { exit !(snr < 192.7) }'
check "64-bit float is measured beyond" "$(figure bli_best float64_snr_worst_db) dB" \
	awk -v snr="$(figure bli_best float64_snr_worst_db)" 'BEGIN { exit !(snr > 194) }'
check "share of a core" "$(figure bli core_percent) % for $(figure bli ns_per_frame) ns" \
	awk -v percent="$(figure bli core_percent)" -v ns="$(figure bli ns_per_frame)" \
		'BEGIN { error = percent / (ns * 11025e-7) - 1; exit !(error * error < 1e-10) }'

"$program" "${quick[@]}" --converters=bli_linear,bli,bli_high,linear,bli_best >out
check "the cleanest first" "$(awk '/^(bli|linear)/ { print $1 }' out | head -n 2 | paste -sd ' ')" \
	test "$(awk '/^(bli|linear)/ { print $1 }' out | head -n 2 | paste -sd ' ')" = "bli_best bli"
check "alike ones are one row" "$(grep '^Alike' out)" \
	test "$(grep -c '^bli_high' out)" -eq 0 -a "$(grep '^Alike: ' out)" = "Alike: bli, bli_high"
check "advice" "$(grep -A1 '^On this machine' out | paste -sd ' ')" \
	grep -qE '^On this machine: bli for everything, [0-9.]+ % of a core per stream \(1(29|3[0-9]) dB, passband 0\.93[0-9]\)\.$' out
check "advice for the demanding" "$(tail -n 1 out)" \
	grep -qE '^The cleanest is bli_best, [0-9.]+ % of a core per stream \(1[78][0-9] dB, passband 0\.96[0-9]\)\.$' \
		out
check "lines that a terminal of 105 columns holds" "$(wc -L <out) columns" test "$(sed 1d out | wc -L)" -le 105
check "few of them" "$(wc -l <out) lines" test "$(wc -l <out)" -le 16
"$program" "${quick[@]}" --converters=bli -v >out
check "--verbose has all figures" "$(grep -c '^bli ' out) tables" \
	test "$(grep -c '^bli ' out)" -eq 3 -a "$(grep -c 'ripple' out)" -ge 1

# A terminal sees what is done and how long it takes.
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
	script -qec "$program ${quick[*]} --converters=bli_linear,bli,bli_fast >out" terminal >/dev/null </dev/null
	check "progress" "$(tr '\r' '\n' <terminal | grep -aoE 'quality of [a-z_]+ \(2 of 3\), about [0-9]+ s left')" \
		grep -aqE 'quality of bli \(2 of 3\), about [0-9]+ s left' terminal
	check "progress of the speed" "$(tr '\r' '\n' <terminal | grep -aoE 'round 1 of 1.*left')" \
		grep -aqE 'speed of bli_fast \(3 of 3\), about [0-9]+ s left' terminal
else
	skip "progress" "script(1)"
fi

# ---- drawings

if command -v gnuplot >/dev/null; then
	"$program" "${quick[@]}" --converters=bli_linear,bli,bli_best,bli_fast,bli_medium,linear --plot=drawing.svg >out
	check "a drawing" "status $?, $(wc -c <drawing.svg) bytes" test "$(grep -c '</svg>' drawing.svg)" -eq 1
	check "it is white" "$(grep -m 1 -o 'fill="#[0-9a-f]*"' drawing.svg)" \
		test "$(grep -m 1 -o 'fill="#[0-9a-f]*"' drawing.svg)" = 'fill="#ffffff"'
	check "six names, in the first panel and in two legends" "$(grep -c '>bli_medium<' drawing.svg)" \
		test "$(grep -c '>bli_medium<' drawing.svg)" -eq 3 -a "$(grep -c '>linear<' drawing.svg)" -eq 3
	"$program" "${quick[@]}" --converters=bli_linear,bli --plot=drawing.PNG >out
	check "a .png is one" "$(head -c 8 drawing.PNG | od -An -c)" test "$(head -c 4 drawing.PNG | tail -c 3)" = PNG
else
	skip "a drawing" gnuplot
fi

# ---- manual and completion

grep -oE '(^| |, )--?[a-zA-Z][a-z]*' help | tr -d ' ,' | sort -u >in-help
sed -n 's/^\.It \(Fl .*\)/\1/p' "$sources/man/bli-bench.1" | grep -oE 'Fl +[^ ,]+' | sed 's/Fl */-/; s/\\-/-/g' |
	sort -u >in-manual
check "--help lists the manual's options" "$(wc -l <in-help) options" diff in-help in-manual
for file in bli-tools.bash _bli-bench; do
	check "$file completes them" "$(wc -l <in-help) options" \
		test -z "$(while read -r option; do grep -qE -- "(^|[^-[:alnum:]])$option([^-[:alnum:]]|$)" "$sources/completion/$file" || echo "$option"; done <in-help)"
done

finish
