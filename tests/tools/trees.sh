#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: many files at once: trees of folders, names that collide, several at a time.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

mkdir -p set/one set/two
for name in set/a set/one/a set/two/a set/two/b; do judge make $name.wav 44100 4410 pcm_16 997; done
# tree FOLDER: its files
tree() { (cd "$1" 2>/dev/null && find . -type f | sed 's|^\./||' | sort | tr '\n' ' '); }
all="set/a.wav set/one/a.wav set/two/a.wav set/two/b.wav"

run -to 8000 --output-dir results $all
check "--output-dir makes the folder and keeps the tree" "$(tree results)" \
	test $status -eq 0 -a "$(tree results)" = "$all "
judged "--output-dir: length" length results/set/two/b.wav 800
run -to 8000 --output-dir ./deep/er/results ./set//a.wav
check "folders within folders" "$(tree deep)" test $status -eq 0 -a "$(tree deep)" = "er/results/set/a.wav "
(cd set/one && "$program" -to 8000 --output-dir ../up ../a.wav ../two/a.wav)
check "paths that lead upwards lose what they have in common" "$(tree set/up)" \
	test "$(tree set/up)" = "a.wav two/a.wav "
run -to 8000 --output-dir absolute "$work/set/one/a.wav" "$work/set/two/a.wav"
check "so do absolute ones" "$(tree absolute)" test $status -eq 0 -a "$(tree absolute)" = "one/a.wav two/a.wav "
run -to 8000 --output-dir single "$work/set/one/a.wav"
check "a single one keeps its name alone" "$(tree single)" test $status -eq 0 -a "$(tree single)" = "a.wav "
run -to 8000 --output-dir outside set/../set/one/../a.wav
check "nothing is written outside" "$(tree outside)" test $status -eq 0 -a "$(tree outside)" = "a.wav "

# --- Names that collide -------------------------------------------------------------------------------------
run -to 8000 --output-dir collide set/a.wav set/one/a.wav ./set/a.wav set/two/b.wav
check "just the colliding file is refused" "$(cat err)" test $status -eq 1 \
	-a "$(cat err)" = "bli-resample: ./set/a.wav: its output collide/set/a.wav is already that of set/a.wav" -a \
	"$(tree collide)" = "set/a.wav set/one/a.wav set/two/b.wav "
cp set/a.wav set/a.aiff
run -to 8000 --output-dir collide2 --format flac set/a.wav set/a.aiff
check "one name in another format" "$(cat err)" \
	test $status -eq 1 -a "$(tree collide2)" = "set/a.flac " -a "$(wc -l <err)" -eq 1
echo kept >results/set/a.wav
run -to 8000 --output-dir results set/a.wav set/two/b.wav
check "what exists is kept" "$(cat results/set/a.wav)" \
	test $status -eq 1 -a "$(cat results/set/a.wav)" = kept -a "$(wc -l <err)" -eq 2
echo noise >set/bad.wav
run -y -to 8000 --output-dir results --format flac set/a.wav set/bad.wav set/two/a.wav
check "one bad file does not stop the others" "$(cat err)" \
	test $status -eq 1 -a -s results/set/a.flac -a -s results/set/two/a.flac -a ! -e results/set/bad.flac \
		-a "$(wc -l <err)" -eq 1
refuses "standard input has no name" 2 "-: standard input has no name that an output in results could have" -to 8000 \
	--output-dir results -
refuses "a third file" 2 "set/two/a.wav: one input and one output at a time, or --output-dir" -to 8000 set/a.wav \
	set/one/a.wav set/two/a.wav
refuses "a file for a folder" 1 "set/a.wav/set/one/a.wav: Not a directory" -to 8000 --output-dir set/a.wav set/one/a.wav

# --- Several at a time ----------------------------------------------------------------------------------------
mkdir many
for i in $(seq 40); do cp set/a.wav many/$i.wav; done
run -to 48000 --output-dir serial many/*.wav
run --jobs 4 -to 48000 --output-dir parallel many/*.wav
check "--jobs 4" "$(ls parallel/many | wc -l) files" test $status -eq 0 -a "$(ls parallel/many | wc -l)" -eq 40
check "--jobs: the same bytes" "$(du -sb parallel | cut -f1)" diff -r serial parallel
echo noise >many/7.wav
echo noise >many/30.wav
run -y --jobs 4 -to 48000 --output-dir parallel many/*.wav
check "--jobs: bad files are named, a line each" "$(cat err)" \
	test $status -eq 1 -a "$(grep -cxE 'bli-resample: many/(7|30).wav: .*' err)" -eq 2 -a "$(wc -l <err)" -eq 2
refuses "--jobs 0" 2 "--jobs 0: not possible; allowed: 1 to 256" --jobs 0 -to 8000 set/a.wav x.wav
# --- One long file, by several threads --------------------------------------------------------------------------
# Music for 30 s: ten segments and more; a peak beyond full scale, whose clipped samples are counted as one thread does.
judge music long.wav 44100 1323000 0.9
run -y --gain 6 -to 44100 --bits 24 -by 1 long.wav long24.wav
for options in "-to 16000" "-to 48000 --converter bli_best" "-by 1" "-l -to 48000" "--gain 12 -to 44101" "--phase minimum -to 88200" \
	"--mono -to 8000" "--normalize -to 48000" "-by 1.0471975511965976" "--bits 16 --dither shaped -to 48000"; do
	"$program" -y $options long24.wav one.wav >out 2>one.err </dev/null
	for jobs in 2 3 7; do
		"$program" -y --jobs $jobs $options long24.wav several.wav >out 2>err </dev/null
		sed s/several/one/ err | cmp -s - one.err || bad "--jobs $jobs $options" "$(cat err)"
		cmp -s one.wav several.wav || bad "--jobs $jobs $options" "differs"
	done
	same "--jobs of one file, $options" one.wav several.wav
done
cat long24.wav | "$program" -q --jobs 2 -to 48000 - - >piped.wav
run -y -to 48000 long24.wav one.wav
same "--jobs in a pipe" one.wav piped.wav

# --- Interrupted ------------------------------------------------------------------------------------------------
mkfifo live1 live2 live3
for live in 1 2 3; do (head -c 3000000 long24.wav; sleep 10) >live$live & writers="${writers-} $!"; done
"$python" -c "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])" \
	"$program" --jobs 3 -to 8000 --format wav --output-dir ended live1 live2 live3 2>err &
child=$!
for ((i = 0; i < 100; i++)); do [ "$(ls ended 2>/dev/null | grep -c '\.tmp$')" -eq 3 ] && break; sleep 0.05; done
kill -INT $child
wait $child 2>/dev/null
status=$?
kill $writers 2>/dev/null
wait $writers 2>/dev/null
check "SIGINT ends all threads, and nothing is left" "status $status, '$(ls ended)'" \
	test $status -eq 130 -a -z "$(ls ended)" -a ! -s err -a $i -lt 100

# --- Progress over all files ------------------------------------------------------------------------------------
"$python" - <<'END'
import struct
data = 600 * 44100 * 2
for i in range(4):
    with open("long%d.wav" % i, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", data + 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 44100, 88200, 2, 16)
                + b"data" + struct.pack("<I", data))
        f.truncate(44 + data)
END
shown=$(judge terminal "$program" --jobs 2 -r 16k --converter bli_best --output-dir shown long?.wav)
check "progress over all files" "$(echo "$shown" | grep % | head -n 1 | tr -d '\r')" \
	grep -qE '\[=* *\] +[0-9]+%  [0-9] of 4 files  [0-9]+x  [0-9]+:[0-9]{2}:[0-9]{2} left' <<<"$shown"
finish
