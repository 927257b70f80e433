#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: command lines of the classic resample(1), versions 1.7 to 1.9, do what they did: its words go by their
# first letters. And the modern spellings of the same.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

judge make in.wav 44100 20000 pcm_16 997 440
judge filter small.filter 0.90 9 13
run -y --to 16000 in.wav to.wav
run -y --by 0.5 in.wav by.wav
run -y --linear --to 16000 in.wav linear.wav
run -y --filter small.filter --to 16000 in.wav filter.wav
run -y --nearest --filter small.filter --to 16000 in.wav nearest.wav
run -y --converter bli_best --to 16000 in.wav best.wav

# What it makes, and the classic words.
while read -r wanted words; do
	rm -f o.wav
	run $words in.wav o.wav
	[ $status -eq 0 ] && [ ! -s err ] || bad "$words" "status $status, '$(cat err)'"
	same "$words" $wanted.wav o.wav
done <<'END'
to -to 16000
to -t 16000
to -toSrate 16000
to -tosrate 16000
to -t16 16000
to -to=16000
to -te -to 16000
to -terse -t 16000
to -ters -to 16000
by -by 0.5
by -b 0.5
by -byFactor 0.5
by -byfactor 0.5
by -te -b .5
linear -l -to 16000
linear -linearSignalInterp -to 16000
linear -linearInterpolation -to 16000
linear -linearInpterpolation -to 16000
linear -lin -t 16000
filter -f small.filter -to 16000
filter -filterFile small.filter -to 16000
filter -fi small.filter -t 16000
filter -filter small.filter -to 16000
nearest -n -f small.filter -to 16000
nearest -noFilterInterp -f small.filter -to 16000
nearest -noFilterInterpolation -f small.filter -to 16000
nearest -nof -filt small.filter -t 16000
best -e -to 16000
best -expensive -to 16000
best -expensiveFilter -t 16000
best -a -to 16000
best -aaaQuality -to 16000
to --to 16000
to --toSrate 16000
to --rate 16000
to -r 16000
by --byFactor 0.5
linear --linearInterp --to 16000
filter --filterFile small.filter --to 16000
nearest --noFilterInterp --filter small.filter --to 16000
END
run -y in.wav o.wav -to 16000
same "options behind the files" to.wav o.wav
run -y -to 16000 -by 3 in.wav o.wav
check "-to with -by: a warning" "$(cat err)" \
	test $status -eq 0 -a "$(cat err)" = "bli-resample: -by: ignored, because -to is given, too"
same "-to with -by: -to wins" to.wav o.wav
for spelling in -version -v -vers --version -V; do
	run $spelling
	check "$spelling" "$(cat out)" grep -qxE 'bli-resample \(alsa-bli\) [0-9][0-9.]*' out
done

# --- Words that would be taken for others -------------------------------------------------------------------
refuses "-format" 2 "-format: with one hyphen it is --filter, as in the classic resample; allowed: --format" -format \
	flac -to 16000 in.wav x.wav
refuses "-bits" 2 "-bits: with one hyphen it is --by, as in the classic resample; allowed: --bits" -bits 16 -to 16000 \
	in.wav x.wav
refuses "-normalize" 2 "-normalize: with one hyphen it is --nearest, as in the classic resample; allowed: --normalize" \
	-normalize -to 16000 in.wav x.wav
run -y -converter bli_best -to 16000 in.wav o.wav
same "-converter is no word of the classic program" best.wav o.wav

# --- The informational printout ---------------------------------------------------------------------------------
ln -s "$program" resample
./resample -y -to 16000 in.wav o.wav 2>err
check "under its old name it tells what it does" "$(cut -d' ' -f1 err | tr '\n' ' ')" \
	test "$(cut -d' ' -f1 err | tr '\n' ' ')" = "input output factor filter frames "
./resample -te -y -to 16000 in.wav o.wav >out 2>err
check "-terse silences it" "$(cat err)" test ! -s err -a ! -s out
run -y -trace -to 16000 in.wav o.wav
check "-trace" "$(wc -l <err) lines" test "$(wc -l <err)" -eq 5
run -y -tr -te -to 16000 in.wav o.wav
check "-trace and -terse: the last one counts" "$(cat err)" test ! -s err
finish
