#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# bli-windowfilter: every option, every error, every coefficient.
# BLI_WINDOWFILTER: the program (./bli-windowfilter); srcdir: top of the sources (.).
set -u
export LC_ALL=C

program=$(realpath "${BLI_WINDOWFILTER:-./bli-windowfilter}")
sources=$(realpath "${srcdir:-.}")
[ -x "$program" ] || { echo "$program: not built"; exit 99; }
work=$(mktemp -d) || exit 99
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 99

. "$sources/tests/tools/checks.sh"

# run ARGUMENT...: the program with its output in out, its errors in err, its status in $status.
run() { "$program" "$@" >out 2>err </dev/null; status=$?; }

# refuses NAME STATUS MESSAGE ARGUMENT...: that status, that one line of error, no new file.
refuses() {
	local name=$1 wanted=$2 message=$3 before after
	shift 3
	before=$(ls -A . | grep -vxE 'out|err')
	run "$@"
	after=$(ls -A . | grep -vxE 'out|err')
	if [ $status -eq "$wanted" ] && [ "$(cat err)" = "bli-windowfilter: $message" ] && [ "$before" = "$after" ]
	then ok "$name" "$(cat err)"
	else bad "$name" "status $status, files '$after', error '$(cat err)' instead of '$message'"
	fi
}

python=
for candidate in ${PYTHON:-} /usr/bin/python3 python3; do
	"$candidate" -c 'import numpy, scipy.special' 2>/dev/null && { python=$candidate; break; }
done
# recompute NAME ARGUMENT...: tests/tools/windowfilter.py agrees.
recompute() {
	local name=$1 figure
	shift
	if [ -z "$python" ]; then skip "$name" "python3 with numpy and scipy"; return; fi
	if figure=$("$python" "$sources/tests/tools/windowfilter.py" "$@" 2>&1); then ok "$name" "$figure"; else bad \
		"$name" "$figure"; fi
}

# --- Questions -------------------------------------------------------------
printf '\n\n\n' | "$program" >out 2>err; status=$?
check "an empty line takes the default" "$(grep -o 'F65.*' out)" test $status -eq 0 -a -s F65T8.filter -a ! -s err
check "LpScl and Nwing of Nmult 65" "$(head -n 2 F65T8.filter | tr '\n' ' ')" \
	test "$(head -n 3 F65T8.filter | tr '\n' ' ')" = "ScaleFactor 14746 Length 8192 Nmult 65 "
recompute "every coefficient, defaults" table F65T8.filter 0.90 9 65
check "lines of the file" "$(wc -l <F65T8.filter)" test "$(wc -l <F65T8.filter)" -eq $((2 * 8192 + 5))
check "prompts show the defaults" "0.90 9 65" grep -q '\[0\.90\].*\[9\].*\[65\]' out
mv F65T8.filter default.filter

printf '?\n0.8\n?\n7.5\n?\n14' | "$program" >out 2>err; status=$?
check "answers, the last without a newline; even Nmult raised" "$(grep -o 'raised to 15' out)" \
	test $status -eq 0 -a -s F15T8.filter
check "? explains each of the three" "$(grep -c . out) lines" \
	test "$(grep -ciE 'nyquist|kaiser|multiplications' out)" -ge 3
recompute "every coefficient, answers" table F15T8.filter 0.8 7.5 15
rm -f F15T8.filter

printf '0\n1.01\nmany\n1\n0.5\n101\n2\n1\n7.5\n9\n' | "$program" >out 2>err; status=$?
check "refused answers are asked again, with the reason" "$(grep -cE 'out of range|not an? (number|integer)' out) reasons" \
	test $status -eq 0 -a -s F9T8.filter -a "$(grep -oE 'out of range|not an? (number|integer)' out | wc -l)" -eq 7
recompute "every coefficient, after refusals" table F9T8.filter 1 2 9
rm -f F9T8.filter

printf '0.8\n9\n' | "$program" >out 2>err; status=$?
check "input ends before the last answer" "$(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-windowfilter: standard input: ended before Nmult was given" \
		-a -z "$(ls | grep T8)"
refuses "no input at all" 1 "standard input: ended before Roll-off was given"
yes | "$program" >out 2>err; status=$?
check "an endless wrong answer ends" "$(cat err)" test $status -eq 1 -a -s err

# --- Options ---------------------------------------------------------------
run --rolloff 0.90 --beta 9 --nmult 13
check "options ask nothing" "F13T8.filter" test $status -eq 0 -a -s F13T8.filter -a ! -s out -a ! -s err
check "LpScl and Nwing of Nmult 13" "$(head -n 2 F13T8.filter | tr '\n' ' ')" \
	test "$(head -n 3 F13T8.filter | tr '\n' ' ')" = "ScaleFactor 14744 Length 1536 Nmult 13 "
check "the coefficients begin" "32767" test "$(sed -n 5p F13T8.filter)" = 32767
recompute "every coefficient, 0.90/9/13" table F13T8.filter 0.90 9 13

run --output plain.filter
check "--output alone asks nothing and takes the defaults" "plain.filter" cmp -s plain.filter default.filter
while read -r rolloff beta nmult; do
	run --rolloff "$rolloff" --beta "$beta" --nmult "$nmult" -o classic.filter -y
	recompute "every coefficient, $rolloff/$beta/$nmult" table classic.filter "$rolloff" "$beta" "$nmult"
	run --rolloff "$rolloff" --beta "$beta" --nmult "$nmult" -o precise.filter -y --precise
	recompute "the same with --precise" table precise.filter "$rolloff" "$beta" "$nmult" precise
done <<-END
	1 1 3
	0.05 6 5
	0.5 2.12 29
	0.995 16 257
	0.9 20 1025
END

run --nmult 64 -o even.filter
check "even Nmult is raised with a note" "$(cat err)" \
	test $status -eq 0 -a "$(cat err)" = \
		"bli-windowfilter: --nmult 64: raised to 65: a symmetric filter has an odd length"
check "it is the filter of 65" "even.filter" cmp -s even.filter default.filter

for value in 0 -0.5 1.0001; do
	refuses "roll-off $value" 2 "--rolloff $value: out of range; allowed: above 0, at most 1" "--rolloff=$value"
done
for value in nan 0x1 '' 1,5 1e999; do
	refuses "roll-off '$value'" 2 "--rolloff $value: not a number; allowed: above 0, at most 1" "--rolloff=$value"
done
for value in 0.99 -9 101; do
	refuses "beta $value" 2 "--beta $value: out of range; allowed: 1 to 100" "--beta=$value"
done
for value in 2 0 -13 8192 99999999999; do
	refuses "Nmult $value" 2 "--nmult $value: out of range; allowed: 3 to 8191" "--nmult=$value"
done
refuses "Nmult 13.5" 2 "--nmult 13.5: not an integer; allowed: 3 to 8191" --nmult 13.5
refuses "unknown option" 2 "unrecognized option '--frobnicate'" --frobnicate
refuses "option without its value" 2 "option '--beta' requires an argument" --beta
refuses "value for an option without one" 2 "option '--precise' doesn't allow an argument" --precise=1
refuses "two files" 2 "b: one filter file at a time" a b
refuses "file and design" 2 "F13T8.filter: an existing filter file takes --measure, --plot and --rate only" \
	F13T8.filter --beta 5
refuses "file and output" 2 "F13T8.filter: an existing filter file takes --measure, --plot and --rate only" \
	F13T8.filter -o x
refuses "file and --integers" 2 "F13T8.filter: an existing filter file takes --measure, --plot and --rate only" \
	F13T8.filter --integers
refuses "one name for both" 2 "same.svg: cannot be both the filter file and the drawing" -o same.svg --plot same.svg
refuses "both kinds of number" 2 "--precise, --integers: one of them" --precise --integers
for name in drawing.jpg drawing svg; do
	refuses "a picture called $name" 2 "--plot $name: the name decides the kind of picture; allowed: .svg, .png" \
		--plot "$name"
done

# --- Passband, stopband, attenuation --------------------------------------
refuses "no stopband" 2 "--stopband: missing; it goes with --passband and --attenuation" --passband 0.9 --attenuation 80
refuses "no passband" 2 "--passband: missing; it goes with --stopband and --attenuation" --stopband 0.9
refuses "no attenuation" 2 "--attenuation: missing; it goes with --passband and --stopband" --passband 0.9 --stopband 1
refuses "bands and shape" 2 "--passband, --stopband, --attenuation: cannot be combined with --rolloff, --beta, --nmult" \
	--passband 0.9 --stopband 1 --attenuation 80 --nmult 65
refuses "passband out of range" 2 "--passband 1: out of range; allowed: above 0, below 1" --passband 1 --stopband 1.1 \
	--attenuation 80
refuses "stopband below passband" 2 "--stopband 0.8: out of range; allowed: above the passband 0.9, at most 1.1" \
	--passband 0.9 --stopband 0.8 --attenuation 80
refuses "stopband too high" 2 "--stopband 1.2: out of range; allowed: above the passband 0.9, at most 1.1" \
	--passband 0.9 --stopband 1.2 --attenuation 80
refuses "attenuation too low" 2 "--attenuation 20: out of range; allowed: 25 to 190 dB" --passband 0.9 --stopband 1 \
	--attenuation 20
refuses "attenuation too high" 2 "--attenuation 191: out of range; allowed: 25 to 190 dB" --passband 0.9 --stopband 1 \
	--attenuation 191
refuses "attenuation no number" 2 "--attenuation much: not a number" --passband 0.9 --stopband 1 --attenuation much
refuses "transition too narrow" 2 "--passband 0.9 --stopband 0.901: so close together take an Nmult above 8191" \
	--passband 0.9 --stopband 0.901 --attenuation 80

while read -r pass stop attenuation; do
	run --passband "$pass" --stopband "$stop" --attenuation "$attenuation" --precise --measure -y -o bands.filter
	recompute "measured, $pass to $stop, $attenuation dB" measure bands.filter out "$pass" "$stop"
	reached=$(awk '/^stopband attenuation/ { print $3 }' out)
	check "at least the attenuation asked for, hardly more" "$reached of $attenuation dB" \
		awk -v r="$reached" -v a="$attenuation" 'BEGIN { exit !(r >= a && r < a + 6) }'
	# Kaiser's estimate of the order, and the few decibels its fit may lack.
	nmult=$(sed -n 's/^Nmult //p' bands.filter)
	check "length of the filter" "Nmult $nmult" awk -v n="$nmult" -v p="$pass" -v s="$stop" -v a="$attenuation" \
		'BEGIN { o = (a - 7.95) / (2.285 * 3.14159265 * (s - p)); exit !(n >= o && n <= 1.06 * o + 4) }'
done <<-END
	0.9 1 60
	0.9 1 100
	0.9 1 150
	0.45 0.55 40
	0.8 1.2 180
	0.97 1 120
END

# What 16 bits cannot hold becomes decimal fractions by itself.
run --passband 0.8 --stopband 1 --attenuation 100 --measure -o bands.filter -y
reached=$(awk '/^stopband attenuation/ { print $3 }' out)
check "100 dB asked for, 100 dB written" "$reached dB; $(cat err)" \
	test $status -eq 0 -a "$(grep -cE '^bli-windowfilter: --attenuation 100: a 16-bit table ends at [78][0-9]\.[0-9] dB, so these are decimal fractions; --integers keeps 16 bits$' err)" -eq 1
check "that attenuation is reached" "$reached dB" awk -v r="$reached" 'BEGIN { exit !(r >= 100) }'
check "the file holds fractions" "$(sed -n 6p bands.filter)" grep -qE '^3[0-9]{4}\.[0-9]{12}$' bands.filter
recompute "what was measured is what was written" measure bands.filter out 0.8 1
run --passband 0.8 --stopband 1 --attenuation 100 --integers -o bands.filter -y
check "--integers keeps 16 bits and says what is left" "$(cat err)" \
	test $status -eq 0 -a "$(grep -cE '^bli-windowfilter: --attenuation 100: the 16-bit table ends at [78][0-9]\.[0-9] dB$' err)" -eq 1 -a "$(grep -c '\.' bands.filter)" -eq 0
run --passband 0.8 --stopband 1 --attenuation 60 -o bands.filter -y
check "60 dB are no more than 16 bits hold" "no note, integers" \
	test $status -eq 0 -a ! -s err -a "$(grep -c '\.' bands.filter)" -eq 0
run --passband 0.8 --stopband 1 --attenuation 100 --precise -o bands.filter -y
check "nothing to say about --precise" "no note" test $status -eq 0 -a ! -s err
cp bands.filter fractions.filter

# Edges as the plugin takes them: fractions, per cent, and frequencies of the lower rate.
run --passband 80% --stopband '100 %' --attenuation 100 --precise -o edges.filter -y
check "per cent" "$(cat err)" cmp -s edges.filter fractions.filter
for rate in 44100 44.1k '44.1 kHz' '44100 Hz'; do
	run --rate "$rate" --passband '17640 Hz' --stopband 22.05kHz --attenuation 100 --precise -o edges.filter -y
	check "Hz at --rate $rate" "$(cat err)" cmp -s edges.filter fractions.filter
done
run --rate 44.1k --measure edges.filter
check "--rate tells Hz as well" "$(grep '^-6 dB' out)" \
	grep -qE '^-6 dB +0\.[0-9]{6} of Nyquist, 198[0-9]{2}\.[0-9] Hz$' out
refuses "a frequency without a rate" 2 "--passband 18kHz: a frequency needs --rate, the lower of the two rates" \
	--passband 18kHz --stopband 20kHz --attenuation 100
for edge in '20 mHz' 0.9x 18kHz% nan '' -1; do
	refuses "edge '$edge'" 2 "--stopband $edge: not possible; allowed: a fraction of the Nyquist frequency, as in 0.9 or 90%, or a frequency, as in 18kHz" \
		--passband 18kHz --stopband "$edge" --attenuation 100 --rate 44100
done
refuses "a frequency beyond Nyquist" 2 "--passband 23 kHz: out of range; allowed: above 0, below 1" \
	--passband '23 kHz' --stopband 24kHz --attenuation 100 --rate 44100
for rate in 0 4000001 44,1k many; do
	refuses "rate $rate" 2 "--rate $rate: not possible; allowed: 1 to 4000000 Hz, as in 44100, 44.1k" --rate "$rate"
done

# What was refused by all programs as "32767.000000000004": decimal fractions at full scale.
resample=$(realpath "$(dirname "$program")/bli-resample")
head -c 8000 /dev/zero >silence.raw
while read -r pass stop attenuation; do
	run --passband "$pass" --stopband "$stop" --attenuation "$attenuation" --precise -y -o grid.filter
	run grid.filter
	check "$pass to $stop, $attenuation dB is read again" "$(cat err)" test $status -eq 0
	if [ -x "$resample" ]; then
		"$resample" --raw-rate 48000 --raw-channels 1 -f grid.filter -to 44100 silence.raw grid.wav 2>err
		check "and by bli-resample" "$(cat err)" test -s grid.wav
		rm -f grid.wav
	fi
done <<-END
	0.80 0.98 80
	0.86 1.02 140
	0.90 1.02 80
	0.94 0.98 140
END

# --- Measuring -------------------------------------------------------------
for nmult in 13 65 129; do
	for precise in '' --precise; do
		run --nmult $nmult $precise --measure -y -o measured.filter
		recompute "measured, Nmult $nmult $precise" measure measured.filter out
		cp out printed
		run measured.filter
		check "the file read back measures the same" "$(sed -n 's/^stopband attenuation *//p' out)" \
			cmp -s out printed
	done
done
run --nmult 3 --measure -o short.filter
check "a filter too short for a passband says so" "$(head -n 1 out)" \
	test $status -eq 0 -a "$(head -n 1 out)" = "passband ripple       none: the transition reaches down to 0 Hz"

# --- Existing files, disks, directories ------------------------------------
echo precious >kept.filter
refuses "an existing file is kept" 1 "kept.filter: exists already; -y replaces it" -o kept.filter
check "its contents" "$(cat kept.filter)" test "$(cat kept.filter)" = precious
echo precious >kept.svg
refuses "an existing drawing is kept" 1 "kept.svg: exists already; -y replaces it" --nmult 7 --plot kept.svg
run -o kept.filter --overwrite
check "--overwrite replaces it" "kept.filter" cmp -s kept.filter default.filter
echo precious >target.filter
ln -s target.filter link.filter
run -o link.filter -y
check "a symbolic link is followed" "target.filter" \
	test -L link.filter -a "$(cksum <target.filter)" = "$(cksum <default.filter)"
ln -s nowhere dangling.filter
refuses "a dangling link is kept" 1 "dangling.filter: exists already; -y replaces it" -o dangling.filter
refuses "no such directory" 1 "none/x.filter: No such file or directory" -o none/x.filter
mkdir directory
refuses "the output is a directory" 1 "directory: Is a directory" -o directory -y
refuses "full disk" 1 "/dev/full: No space left on device" -o /dev/full -y
check "a device stays a device" "/dev/full" test -c /dev/full
run -o /dev/stdout -y
check "standard output by its name" "$(wc -c <out) bytes" cmp -s out default.filter
(ulimit -f 8; exec "$program" -o limited.filter 2>err >out); status=$?
check "a file cut by a limit leaves nothing" "$(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-windowfilter: limited.filter: File too large" \
		-a -z "$(ls -A | grep limited)"
(umask 027; "$program" --nmult 5 -o mode.filter)
check "the mode follows the umask" "$(stat -c %a mode.filter)" test "$(stat -c %a mode.filter)" = 640
"$program" --help >/dev/full 2>err; status=$?
check "help onto a full disk" "$(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-windowfilter: standard output: No space left on device"

# --- Reading ---------------------------------------------------------------
refuses "a missing file" 1 "none.filter: No such file or directory" none.filter
refuses "a directory" 1 "directory: Is a directory" directory
refuses "an empty file" 1 "/dev/null: line 1: the file ends where ScaleFactor should be" /dev/null
head -n 1000 F13T8.filter >cut.filter
refuses "a truncated file" 1 "cut.filter: line 3: Length 1536: the rest of the file is too short for it" cut.filter
head -n 3000 F13T8.filter >cut.filter
refuses "a file truncated later" 1 "cut.filter: line 3001: the file ends where a difference should be" cut.filter
sed '700s/.*/abc/' F13T8.filter >letters.filter
refuses "letters for a coefficient" 1 "letters.filter: line 700: 'abc' is not a number; a coefficient should be here" \
	letters.filter
sed 's/^Nmult 13/Nmult 15/' F13T8.filter >nmult.filter
refuses "Nmult against Length" 1 "nmult.filter: line 3: Nmult 15 goes with Length 1792, the file says 1536" nmult.filter
head -c 4096 /dev/urandom >noise.filter
run noise.filter
check "noise" "$(tr -c '[:print:]\n' '?' <err)" test $status -eq 1 -a "$(wc -l <err)" -eq 1

# --- Drawing ---------------------------------------------------------------
mkdir empty fake
real_path=$PATH
# The program does not need PATH; the shell's own commands do.
run_with_path() { local path=$1; shift; env PATH="$path" "$program" "$@" >out 2>err </dev/null; status=$?; }
run_with_path "$work/empty" --nmult 7 --plot drawing.svg
check "without gnuplot nothing is written" "$(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-windowfilter: gnuplot: not found; --plot needs it installed" -a ! -e \
		F7T8.filter -a ! -e drawing.svg
printf '#!/bin/sh\necho >&2\necho "line 3: no such terminal" >&2\nexit 1\n' >fake/gnuplot
chmod +x fake/gnuplot
run_with_path "$work/fake:$real_path" --nmult 7 --plot drawing.svg
check "gnuplot fails" "$(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-windowfilter: gnuplot: line 3: no such terminal" -a ! -e F7T8.filter \
		-a ! -e drawing.svg
if command -v gnuplot >/dev/null; then
	run --nmult 65 --plot drawing.svg -o drawn.filter
	check "a drawing" "$(wc -c <drawing.svg) bytes" \
		test $status -eq 0 -a ! -s err -a "$(grep -c '</svg>' drawing.svg)" -eq 1 \
			-a "$(grep -c '<path' drawing.svg)" -ge 2 -a -s drawn.filter
	check "names its filter" "Nmult 65" grep -q 'Nmult 65, Length 8192, 16-bit integers' drawing.svg
	cp drawing.svg first.svg
	run drawn.filter --plot drawing.svg -y
	check "the file read back draws the same" "drawing.svg" cmp -s drawing.svg first.svg
	run drawn.filter --plot drawing.png
	check "a .png is one" "$(head -c 8 drawing.png | od -An -c)" \
		test $status -eq 0 -a "$(head -c 4 drawing.png | tail -c 3)" = PNG
	refuses "an existing drawing is kept" 1 "drawing.svg: exists already; -y replaces it" drawn.filter --plot \
		drawing.svg
	run --nmult 3 --plot short.svg -o short.filter -y
	check "a drawing without a passband" "$(wc -c <short.svg) bytes" \
		test $status -eq 0 -a "$(grep -c '</svg>' short.svg)" -eq 1
else
	skip "a drawing" gnuplot
fi

# --- Help, version, manual -------------------------------------------------
run --help
check "--help" "$(wc -l <out) lines" test $status -eq 0 -a ! -s err
grep -oE '(^| )--?[a-zA-Z][a-z]*' out | tr -d ' ' | sort -u >in-help
# "It Fl y , Fl -overwrite": each Fl of an item is an option.
sed -n 's/^\.It \(Fl .*\)/\1/p' "$sources/man/bli-windowfilter.1" \
	| grep -oE 'Fl +[^ ,]+' | sed 's/Fl */-/; s/\\-/-/g' | sort -u >in-manual
check "--help lists the manual's options" "$(wc -l <in-help) options" cmp -s in-help in-manual
diff in-help in-manual
for file in bli-tools.bash _bli-windowfilter; do
	check "$file completes them" "$(wc -l <in-help) options" \
		test -z "$(while read -r option; do grep -qE -- "(^|[^-[:alnum:]])$option([^-[:alnum:]]|$)" "$sources/completion/$file" || echo "$option"; done <in-help)"
done
run --version
check "--version" "$(cat out)" grep -qE '^bli-windowfilter \(alsa-bli\) [0-9]+\.[0-9]+' out
run -h && check "-h" "help" grep -q '^Usage: bli-windowfilter' out
for page in bli-windowfilter.1 bli-filter.5; do
	if command -v mandoc >/dev/null; then
		check "mandoc -Tlint $page" "$(mandoc -Tlint -Wwarning "$sources/man/$page" | wc -l) complaints" \
			mandoc -Tlint -Wwarning "$sources/man/$page"
	else
		skip "mandoc -Tlint $page" mandoc
	fi
done

check "nothing temporary is left" "$(ls -A | grep -c '\.tmp$') files" test -z "$(ls -A | grep '\.tmp$')"
finish
