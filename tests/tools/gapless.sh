#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample --gapless: files that are parts of one piece stay parts of one piece.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

# A sine cut over five files, one of them shorter than the filter, one of an odd length.
judge make whole.wav 44100 60000 pcm_24 997
"$python" - <<'END'
import struct
data, head = open("whole.wav", "rb").read()[44:], open("whole.wav", "rb").read()[:44]
at = 0
for i, frames in enumerate((20001, 50, 1, 19948, 20000)):
    part = data[3 * at:3 * (at + frames)]
    with open("part%d.wav" % i, "wb") as f:
        f.write(head[:4] + struct.pack("<I", 36 + len(part)) + head[8:40] + struct.pack("<I", len(part)) + part)
    at += frames
END
parts=(part0.wav part1.wav part2.wav part3.wav part4.wav)
for to in 48000 16000 88200; do
	rm -rf album
	run --gapless -to $to --output-dir album "${parts[@]}"
	check "--gapless to $to Hz" "$(cat err)" test $status -eq 0 -a ! -s err
	# 24 bits show 142 dB, the converter promises 126
	judged "to $to Hz: one sine, cuts included" joined $to 997 120 "${parts[@]/#/album/}"
	run -y -to $to whole.wav one.wav
	"$python" -c "
import sys
whole = open('one.wav', 'rb').read()[44:]
parts = b''.join(open('album/part%d.wav' % i, 'rb').read()[44:] for i in range(5))
sizes = [len(open('album/part%d.wav' % i, 'rb').read()[44:]) // 3 for i in range(5)]
ends = [20001, 20051, 20052, 40000, 60000]
exact = [int(e * $to / 44100 + 0.5) for e in ends]
print(sizes)
# a part without frames has no byte, but a pad byte may follow an odd number of them
assert [sum(sizes[:i + 1]) for i in range(5)] == exact, (sizes, exact)
stripped = b''.join(open('album/part%d.wav' % i, 'rb').read()[44:44 + 3 * s] for i, s in enumerate(sizes))
assert stripped == whole[:len(stripped)]" >lengths 2>&1
	check "to $to Hz: exact lengths, and the bytes of the whole" "$(tail -n 1 lengths)" test $? -eq 0
done
run -to 48000 --output-dir apart "${parts[@]}"
check "without it there are clicks" "$(judge joined 48000 997 0 part0.wav 2>&1)" \
	test -z "$(judge joined 48000 997 90 apart/part0.wav apart/part1.wav apart/part2.wav apart/part3.wav apart/part4.wav >/dev/null && echo none)"
run --gapless --normalize --mono -to 48000 --output-dir level "${parts[@]}"
check "one gain for all" "$(cat err)" test $status -eq 0 -a "$(grep -c gain err)" -eq 1
judge make other.wav 48000 1000 pcm_24 997
run --gapless -to 48000 --output-dir other part0.wav other.wav
check "another rate is refused" "$(cat err)" test $status -eq 1 -a \
	"$(cat err)" = "bli-resample: other.wav: differs from part0.wav in rate, channels or format; --gapless needs them alike"
refuses "--gapless without a folder" 2 "--gapless: goes with --output-dir" --gapless -to 8000 part0.wav x.wav
finish
