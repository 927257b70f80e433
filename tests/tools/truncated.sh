#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: inputs that end before their headers say are converted as far as they go, with a warning.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

judge make in.wav 44100 22050 pcm_16 997
for format in wav aiff au caf w64 flac; do
	run -y --format $format --by 1 in.wav whole.$format
	head -c $(($(stat -c %s whole.$format) / 2)) whole.$format >cut.$format
	run -y --format wav -to 48000 cut.$format o.wav
	check "half a $format is converted, with one warning" "$(cat err)" \
		test $status -eq 0 -a "$(wc -l <err)" -eq 1 \
			-a "$(grep -c "^bli-resample: cut.$format: truncated.*; converted up to there$" err)" -eq 1
	judged "half a $format: the tone" tone o.wav 48000 85 997
	# never less than what others give, to the last whole block of FLAC
	if command -v ffmpeg >/dev/null && [ $format != w64 ]; then
		theirs=$(ffmpeg -v quiet -nostdin -i cut.$format -f s16le - 2>/dev/null | wc -c)
		run -y -q --format raw -by 1 cut.$format o.raw
		check "half a $format: no less than ffmpeg" "$(stat -c %s o.raw) and $theirs bytes" \
			test "$(stat -c %s o.raw)" -ge "$theirs"
	fi
	rm -f o2.wav
	run --strict --format wav -to 48000 cut.$format o2.wav
	check "half a $format with --strict" "$(cat err)" \
		test $status -eq 1 -a "$(grep -c "^bli-resample: cut.$format: truncated" err)" -eq 1 -a ! -e o2.wav
	[ $format = w64 ] && continue
	cat cut.$format | "$program" --format wav -to 48000 - - 2>err | cat >piped.wav
	check "half a $format in a pipe" "$(cat err)" \
		test "${PIPESTATUS[1]}" -eq 0 -a "$(grep -c '^bli-resample: standard input: truncated: [0-9]* of 22050 frames are there; converted' err)" -eq 1
	cat cut.$format | "$program" --strict --format wav -to 48000 - - 2>err >/dev/null
	check "half a $format in a pipe with --strict" "$(cat err)" test "${PIPESTATUS[1]}" -eq 1 -a -s err
done
head -c 30 whole.wav >cut.wav
run -to 8000 cut.wav x.wav
check "half a header" "$(cat err)" test $status -eq 1 -a "$(wc -l <err)" -eq 1 -a ! -e x.wav

# --- Lengths that were only estimated ------------------------------------------------------------------------
# The header of a pipe says 30 000 frames of 16 bits, and 22 050 come.
"$python" -c "
import struct, sys
data = bytearray(open('in.wav', 'rb').read())
data[40:44] = struct.pack('<I', 60000)
data[4:8] = struct.pack('<I', 60036)
open('long.wav', 'wb').write(data)"
cat long.wav | "$program" -to 48000 - - 2>err | cat >o.wav
check "an estimate that is too long" "$(cat err)" test "${PIPESTATUS[1]}" -eq 0 \
	-a "$(cat err)" = "bli-resample: standard input: truncated: 22050 of 30000 frames are there; converted up to there"
run -y -to 48000 in.wav whole48.wav
check "all of it is converted, the filter's tail as well" "$(stat -c %s o.wav) bytes" \
	cmp <(tail -c +45 whole48.wav) <(tail -c +45 o.wav)
if command -v sox >/dev/null && command -v lame >/dev/null; then
	lame --quiet -b 128 in.wav talk.mp3
	# the manual's own example
	sox -V1 talk.mp3 -t wav - 2>/dev/null | "$program" -to 8000 --dither - - 2>err | cat >talk.wav
	check "a constant bit rate MP3 by sox through a pipe" "$(cat err)" test "${PIPESTATUS[1]}" -eq 0
	theirs=$(sox -V1 talk.mp3 -t raw - 2>/dev/null | wc -c)
	check "all that sox decoded" "$(stat -c %s talk.wav) bytes, $theirs from sox" \
		awk "BEGIN { exit !($(stat -c %s talk.wav) - 44 >= int($theirs / 2 * 8000 / 44100) * 2) }"
else
	skip "MP3 by sox" "sox or lame"
fi

# --- Sizes that the writer of a stream could not know ------------------------------------------------------------
"$python" -c "
import struct
data = bytearray(open('in.wav', 'rb').read())
data[4:8], data[40:44] = struct.pack('<I', 36), bytes(4)
open('zero.wav', 'wb').write(data)
open('empty.wav', 'wb').write(data[:44] + b'LIST' + struct.pack('<I4sI', 16, b'INFO', 0) + bytes(4))"
run -y -to 48000 zero.wav o.wav
check "a size of 0, and samples behind it" "$(cat err)" test $status -eq 0 -a ! -s err
same "all of them" whole48.wav o.wav
cat zero.wav | "$program" -to 48000 - - 2>err | cat >o.wav
check "a size of 0 in a pipe" "$(cat err)" cmp <(tail -c +45 whole48.wav) <(tail -c +45 o.wav)
refuses "a size of 0, and other chunks behind it" 1 "empty.wav: no samples in it" -to 48000 empty.wav x.wav
finish
