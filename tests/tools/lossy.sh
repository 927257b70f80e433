#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: files are what their names say, and codecs with losses stay at the bit rate of the input.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

needs ffmpeg
needs sox
sox -R -V1 -n -r 44100 -c 2 -b 16 music.wav synth 5 pinknoise vol 0.3 2>/dev/null
# kbps FILE SECONDS: its bit rate
kbps() { awk "BEGIN { printf \"%.1f\", $(stat -c %s "$1") * 8 / $2 / 1000 }"; }
# near NAME FOUND WANTED PART: FOUND is WANTED to a PART of it
near() { check "$1" "$2 and $3" awk "BEGIN { d = $2 / $3 - 1; exit !(d < $4 && d > -$4) }"; }
nominal() { "$python" -c "import struct, sys; d = open(sys.argv[1], 'rb').read(); i = d.find(b'\1vorbis'); print(struct.unpack('<i', d[i + 20:i + 24])[0] / 1000)" "$1"; }

# --- What the name says -------------------------------------------------------------------------------------
run -y -to 48000 music.wav o.opus
check ".opus is Opus" "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 o.opus)" \
	test "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 o.opus)" = opus
run -y -to 48000 music.wav o.ogg
check ".ogg is Vorbis" "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 o.ogg)" \
	test "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 o.ogg)" = vorbis
for rate in 48000 24000 16000 12000 8000; do
	run -y -to $rate music.wav o.opus
	check "Opus at $rate Hz" "$(cat err)" test $status -eq 0 -a "$(head -c 36 o.opus | tail -c 8)" = OpusHead
done
refuses "Opus at 44.1 kHz" 1 "x.opus: Opus has 8000, 12000, 16000, 24000 and 48000 Hz, not 44100 Hz" -to 44100 \
	music.wav x.opus
known="wav w64 aiff au caf flac ogg opus mp3 raw sph voc sf iff paf pvf htk mat avr sds snd xi"
for extension in m4a aac wv ape wma mka mp2; do
	refuses ".$extension is refused before anything is read" 1 \
		"x.$extension: cannot write .$extension; known: $known" -to 48000 nothing.wav x.$extension
done
run -y --format wav -to 48000 music.wav o.flac
check "--format against the name is noted" "$(cat err)" \
	test $status -eq 0 -a "$(cat err)" = "bli-resample: o.flac: written as wav, although its name says otherwise"
run -y -q --format wav -to 48000 music.wav o.flac
check "--quiet: no note" "$(cat err)" test ! -s err

# --- Bit rates --------------------------------------------------------------------------------------------------
if command -v lame >/dev/null; then
	for options in "-b 320" "-b 128" "-V 4"; do
		lame --quiet $options music.wav in.mp3
		run -y -to 48000 in.mp3 o.mp3
		near "MP3 $options to MP3" "$(kbps o.mp3 5)" "$(kbps in.mp3 5)" 0.1
	done
	lame --quiet -b 128 music.wav in.mp3
	run -y --mono -to 44100 in.mp3 o.mp3
	near "half the channels, half the rate" "$(kbps o.mp3 5)" 64 0.1
	run -y -to 48000 in.mp3 o.opus
	near "MP3 to Opus" "$(kbps o.opus 5)" 128 0.15
fi
if command -v oggenc >/dev/null; then
	for quality in 1 5 8; do
		oggenc -Q -q $quality music.wav -o in.ogg
		run -y -to 48000 in.ogg o.ogg
		near "Vorbis -q $quality to Vorbis" "$(nominal o.ogg)" "$(nominal in.ogg)" 0.02
	done
	run -y -to 16000 in.ogg o.ogg
	near "Vorbis -q 8 at 16 kHz is the best there is" "$(nominal o.ogg)" 172 0.02
fi
if command -v opusenc >/dev/null; then
	opusenc --quiet --bitrate 32 music.wav in.opus
	run -y -to 24000 in.opus o.opus
	near "Opus at 32 kbit/s to Opus" "$(kbps o.opus 5)" 32 0.25
fi
for format in mp3 opus; do
	run -y --bitrate 96k -to 48000 music.wav o.$format
	near "--bitrate 96k, $format" "$(kbps o.$format 5)" 96 0.1
done
run -y --bitrate 96000 -to 48000 music.wav o.ogg
near "--bitrate 96000, Vorbis" "$(nominal o.ogg)" 96 0.01
for format in mp3 ogg opus; do
	rates=
	for quality in 1 5 9; do
		run -y --quality $quality -to 48000 music.wav o.$format
		rates="$rates $(kbps o.$format 5)"
	done
	check "--quality 1, 5, 9, $format" "$rates kbit/s" awk \
		"BEGIN { split(\"$rates\", r, \" \"); exit !(r[1] * 1.2 < r[2] && r[2] * 1.2 < r[3]) }"
done
run -y --compression 0 -to 48000 music.wav o.flac
run -y --compression 8 -to 48000 music.wav o2.flac
check "--compression" "$(stat -c %s o.flac) and $(stat -c %s o2.flac) bytes" \
	test "$(stat -c %s o.flac)" -gt $(($(stat -c %s o2.flac) * 11 / 10))
refuses "--bitrate of WAV" 1 "x.wav: --bitrate is for MP3, Opus and Vorbis, not for wav pcm_16" --bitrate 96k -to \
	48000 music.wav x.wav
refuses "--compression of Opus" 1 "x.opus: --compression is for FLAC, not for opus opus" --compression 5 -to 48000 \
	music.wav x.opus
refuses "--bitrate with --quality" 2 "--bitrate, --quality: only one of them can be given" --bitrate 96k --quality 5 \
	-to 48000 music.wav x.mp3
refuses "--bitrate" 2 "--bitrate loud: not possible; allowed: 1k to 6144k bits per second" --bitrate loud -to 48000 \
	music.wav x.mp3

# --- Formats that others decode: the pipe that the error names works ----------------------------------------------
for extension in m4a wv mka; do
	ffmpeg -v error -nostdin -y -i music.wav "a song's.$extension" || continue
	run -to 48000 "a song's.$extension" x.wav
	check ".$extension: the error names a pipe" "$(cat err)" \
		test $status -eq 1 -a ! -e x.wav -a "$(grep -c ' is not decoded here, but: ffmpeg ' err)" -eq 1
	pipe=$(sed "s/.*not decoded here, but: //; s|bli-resample \[OPTION\]\.\.\. - OUTPUT|'$program' -to 48000 - $extension.wav|" err)
	bash -c "$pipe" </dev/null
	check ".$extension: the pipe converts it" "$(stat -c %s $extension.wav 2>/dev/null) bytes" awk "BEGIN { n = $(stat -c %s $extension.wav 2>/dev/null || echo 0) / 6 / 48000; exit !(n > 4.9 && n < 5.1) }"
done
finish
