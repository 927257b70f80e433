#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every example of bli-bench(1), bli-windowfilter(1) and bli-filter(5) does what the manual says: each is taken from the
# page as it stands there and run.
# BLI_BUILDDIR: where the programs are (.); BLI_PLUGIN_DIR: the converters (tests/plugins); srcdir: top of the sources
# (.).
set -u
export LC_ALL=C

build=$(realpath "${BLI_BUILDDIR:-.}")
sources=$(realpath "${srcdir:-.}")
ALSA_PLUGIN_DIR=$(realpath "${BLI_PLUGIN_DIR:-tests/plugins}")
export ALSA_PLUGIN_DIR
[ -x "$build/bli-bench" ] || { echo "$build/bli-bench: not built"; exit 99; }
command -v mandoc >/dev/null || { echo "skipped: no mandoc"; exit 77; }
python=
for candidate in ${PYTHON:-} /usr/bin/python3 python3; do
	"$candidate" -c 'import numpy' 2>/dev/null && { python=$candidate; break; }
done
[ -n "$python" ] || { echo "skipped: no python3 with numpy"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
. "$sources/tests/tools/checks.sh"
. "$sources/tests/shared/examples.sh"

# A bli-bench that measures the same, but not as long.
mkdir bin
printf '#!/bin/sh\nexec "%s/bli-bench" --rounds=1 --seconds=0.001 "$@"\n' "$build" >bin/bli-bench
chmod +x bin/bli-bench
PATH=$work/bin:$build:$PATH

# begin PAGE: its examples are next
begin() {
	page=$1
	number=0
	rm -rf shown
	examples "$sources/man/$page" shown
	broken=$(broken_at_80_columns "$sources/man/$page" shown)
	check "$page: examples whole in 80 columns" "${broken:-$(ls shown | wc -l) of them}" test -z "$broken"
}
# example BEGINNING: makes the page's next example, which begins like that, the current one
example() {
	number=$((number + 1))
	file=$(printf 'shown/%02d' $number)
	check "$page, $number" "$1" test "$(head -n 1 "$file" 2>/dev/null | cut -c 1-${#1})" = "$1"
}
# run: the command of the current example, its output in out and err
run() {
	eval "$(command_of "$file")" >out 2>err </dev/null
	status=$?
}
# complete: the page has no other examples
complete() { check "$page" "$number examples" test "$(ls shown | wc -l)" -eq $number; }

# ---- bli-bench(1)

begin bli-bench.1
example '$ bli-bench'
run
check "tells which converter to use" "$(grep '^On this machine' out)" \
	test $status -eq 0 -a "$(grep -c '^On this machine: bli for everything, ' out)" -eq 1
# in a subshell: on the tests' card, without the machine's configuration (tests/tools/doctor.sh has what it says)
example '$ bli-bench --doctor=plughw:1'
(
	. "$sources/tests/shared/asound-sandbox.sh"
	sandbox_begin "$work/sandbox"
	echo 'pcm.!default { type plug slave.pcm "hw:0" }' >"$HOME/.asoundrc"
	run
	[ $status -eq 0 ]
)
status=$?
check "tells of both PCMs" "$(grep '^PCM' out | paste -sd ' ')" \
	test $status -eq 0 -a "$(grep '^PCM' out | paste -sd ' ')" = 'PCM "default" PCM "plughw:1"'
example '$ bli-bench --converters=bli,bli_best --periods=64:70'
run
check "both keep up" "$(awk '/^bli/ { printf "%s %s %% of a core ", $1, $8 }' out)" \
	test $status -eq 0 -a "$(awk '/^bli/ && $8 < 20 && !/clicks/' out | wc -l)" -eq 2 \
		-a "$(grep -c 'periods of 64 -> 70 frames' out)" -eq 1
example '$ bli-bench --rates=44.1k:16k --plot=converters.svg'
if command -v gnuplot >/dev/null; then
	run
	check "a drawing of everything" "$(grep -o '44100 to 16000 Hz' converters.svg)" \
		test $status -eq 0 -a "$(grep -c '>bli_fast<' converters.svg)" -eq 3
else
	skip "a drawing" gnuplot
fi
example '$ bli-bench --converters=bli --csv | awk'
run
check "worst SNR and per cent of a core" "$(cat out)" \
	awk 'NF == 2 && $1 > 126 && $1 < 145 && $2 > 0 && $2 < 5 { good = 1 } END { exit !(good && NR == 1) }' out
complete

# ---- bli-windowfilter(1)

begin bli-windowfilter.1
example '$ bli-windowfilter --rolloff 0.90 --beta 9 --nmult 13'
run
check "the classic small filter" "$(head -n 3 F13T8.filter | paste -sd ' ')" \
	"$python" "$sources/tests/tools/windowfilter.py" table F13T8.filter 0.90 9 13
example '$ bli-windowfilter --rate 44.1k --passband 18.5kHz'
run
check "written" "$(cat err)" test $status -eq 0 -a -s cd.filter

# through HZ: what comes of that tone, in dB, at 96 kHz through the next command
through() {
	"$python" - "$1" <<-'END'
		import sys, wave
		import numpy as np
		samples = np.round(0.5 * 2 ** 23 * np.sin(2 * np.pi * float(sys.argv[1]) / 96000 * np.arange(48000))).astype("<i4")
		with wave.open("studio.wav", "wb") as file:
		    file.setparams((1, 3, 96000, 0, "NONE", ""))
		    file.writeframes(samples.view("u1").reshape(-1, 4)[:, :3].tobytes())
	END
	rm -f cd.wav
	run
	"$python" - <<-'END'
		import numpy as np, wave
		with wave.open("cd.wav") as file:
		    data = np.frombuffer(file.readframes(file.getnframes()), "u1").reshape(-1, 3)
		four = np.zeros((len(data), 4), "u1")
		four[:, 1:] = data
		samples = four.view("<i4").ravel() / 2.0 ** 31
		print("%.3f" % (10 * np.log10(np.mean(samples[2000:-2000] ** 2) / 0.125 + 1e-20)))
	END
}
example '$ bli-resample -f cd.filter -to 44100 studio.wav cd.wav'
check "up to 18.5 kHz" "$(through 18500) dB" awk -v db="$(through 18500)" 'BEGIN { exit !(db > -0.1 && db < 0.1) }'
check "from 20 kHz on" "$(through 20010) dB" awk -v db="$(through 20010)" 'BEGIN { exit !(db <= -100) }'
# "107 dB below a tone at 18 kHz when 44.1 kHz become 48"
error_db=$("$python" - <<-'END'
	import subprocess
	import numpy as np

	tone = np.sin(2 * np.pi * 18000 / 44100 * np.arange(44100)) / 2
	data = subprocess.run("bli-resample -q -f cd.filter -to 48000 --raw-rate 44100 --raw-channels 1 --raw-subtype double "
	                      "--format raw --subtype double - -".split(), input=tone.astype("<f8").tobytes(),
	                      capture_output=True, check=True).stdout
	heard = np.frombuffer(data, "<f8")[4000:-4000]
	turns = 2 * np.pi * 18000 / 48000 * np.arange(len(heard))
	basis = np.column_stack((np.sin(turns), np.cos(turns), np.ones(len(turns))))
	error = heard - basis @ np.linalg.lstsq(basis, heard, rcond=None)[0]
	print("%.1f" % (10 * np.log10(np.mean(tone ** 2) / np.mean(error ** 2))))
END
)
check "the error of a table" "$error_db dB below 18 kHz" awk -v db="$error_db" \
	'BEGIN { exit !(db > 106 && db < 108.5) }'
example '$ bli-windowfilter --rate 44.1k --measure --plot cd.svg cd.filter'
if command -v gnuplot >/dev/null; then
	run
	check "figures" "$(grep stopband out)" test $status -eq 0 -a -s cd.svg
	check "100 dB from 20 kHz on" "$(sed -n 's/^stopband attenuation *//p' out)" \
		awk '/^stopband attenuation/ { exit !($3 >= 100 && $(NF - 1) < 20050) }' out
else
	skip "a drawing" gnuplot
fi
complete

# ---- bli-filter(5)

begin bli-filter.5
example 'h[0]    = r'
check "the formulas" "tests/tools/windowfilter.py computes a file by them" \
	grep -qE 'LpScl += trunc\(2\^29 / \(DC Scl\)\)' "$file"
example '(Imp[0] + 2 (Imp[1] + ... + Imp[Nwing - 1])) / 256'
# with this as unit the gain is 1, whatever the scale of the file: half of every number changes nothing
"$python" - <<'END'
words = open("F13T8.filter").read().split()
coefs = [int(word) / 2 for word in words[7:7 + 1536]] + [0]
with open("half.filter", "w") as file:
    print("ScaleFactor 14744\nLength 1536\nNmult 13\nCoeffs:", *coefs[:-1], "Differences:",
          *(after - before for before, after in zip(coefs, coefs[1:])), sep="\n", file=file)
END
bli-windowfilter F13T8.filter >whole.figures
bli-windowfilter half.filter >half.figures
check "the gain is 1 whatever the scale" "$(grep '^-6 dB' half.figures)" cmp whole.figures half.figures
example 'ScaleFactor 14744'
check "the beginning of that file" "$(wc -l <"$file") lines" cmp "$file" <(head -n "$(wc -l <"$file")" F13T8.filter)
complete
finish
