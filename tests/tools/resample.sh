#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: the options of the conversion and of formats, every error; lengths, pitch, time and noise of what it
# makes, judged by resample.py.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

# --- Lengths, pitch, time --------------------------------------------------
# tone IN_RATE FRAMES OUT_RATE SUBTYPE SNR_DB HZ ARGUMENT...: round(frames x ratio) frames of the same sine. 16 bits
# show 94.1 dB at -1 dBFS after two roundings, 24 bits 142, and the converter promises 126.
tone() {
	local in=$1 frames=$2 out=$3 subtype=$4 limit=$5 hz=$6 name length
	shift 6
	name="$in Hz $subtype $*"
	length=$("$python" -c "import math; print(math.floor($frames * ($out) / $in + 0.5))")
	judge make in.wav "$in" "$frames" "$subtype" $hz
	rm -f tone.wav
	converts "$name" "$@" in.wav tone.wav
	judged "$name: length" length tone.wav "$length"
	judged "$name: $hz Hz" tone tone.wav "$out" "$limit" $hz
}
tone 44100 10000 8000 pcm_16 92 997 -to 8000
judged "10 000 frames from 44.1 to 8 kHz are 1814" length tone.wav 1814
tone 48000 96001 44100 pcm_16 92 997 -to 44100
cp tone.wav to.wav
tone 48000 96001 44100 pcm_16 92 997 -by 0.91875
same "-to 44100 and -by 0.91875 from 48 kHz" to.wav tone.wav
tone 48000 96001 44100 pcm_16 92 997 -by 147/160
same "-by 147/160, too" to.wav tone.wav
tone 41000 41000 16000 pcm_16 92 "440 7000" --to=16000
tone 11025 30000 44100 pcm_16 92 4000 -to 44100
# pi/3 to 1e-9: after a second 15 kHz is off by up to 9.4e-5 rad, 80 dB
tone 44100 44101 44100*1.0471975511965976 pcm_16 85 "997 15000" -by 1.0471975511965976
tone 44100 44101 44100*1.0000003 pcm_24 120 997 -by 1.0000003
tone 44100 44101 44100*0.3333333333 pcm_24 120 997 -by 0.3333333333
tone 8000 4001 8000*100 pcm_16 92 997 -by 100
tone 192000 192000 6000 pcm_16 92 997 -to 6000
tone 44100 30001 16000 pcm_24 120 "440 997" -to 16000
tone 44100 30001 16000 float 126 "440 997" -to 16000
tone 44100 30001 48000 float 126 "440 997 2000 5000 8000 11000 15000 18000" -to 48000
tone 48000 48000 44100 double 170 "997 12000" -to 44100 --converter bli_best
tone 44100 44100 48000 double 126 "997 12000" -to 48000 --converter bli_high
tone 44100 44100 48000 double 115 997 -to 48000 --converter bli_medium
tone 44100 44100 48000 double 100 997 -to 48000 --converter bli_fast
for frames in 1 2 3 17 441 8191 8192 8193; do
	judge make short.wav 44100 $frames pcm_16 997
	for to in 8000 48000; do
		run -y -to $to short.wav o.wav
		judged "$frames frames to $to Hz" length o.wav \
			"$("$python" -c "import math; print(math.floor($frames * $to / 44100 + .5))")"
	done
done

# --- The same samples ------------------------------------------------------
for subtype in pcm_16 pcm_24 pcm_32 float double; do
	judge make in.wav 44100 20000 $subtype 997 1234.5
	run -y -to 44100 in.wav o.wav
	judged "44.1 to 44.1 kHz $subtype" equal in.wav o.wav
	run -y -by 1.0 -l in.wav o.wav
	judged "by 1.0 $subtype" equal in.wav o.wav
	run -y -by 1 --gain 0 - - <in.wav >o.wav
	"$program" -by 1 - - <in.wav >o.wav
	judged "by 1 through pipes $subtype" equal in.wav o.wav
done

# --- Other programs on the same material -----------------------------------
judge music music.wav 48000 48000 0.80
converts "music" -to 44100 music.wav music-44.wav
judged "scipy.signal.resample, 48 to 44.1 kHz" scipy music.wav music-44.wav 110
converts "music up" -by 2.5 music.wav music-120.wav
judged "scipy.signal.resample, by 2.5" scipy music.wav music-120.wav 110
judge music music-low.wav 48000 48000 0.25
converts "music down" --to 16000 --converter bli_best music-low.wav music-16.wav
judged "scipy.signal.resample, 48 to 16 kHz" scipy music-low.wav music-16.wav 130
if command -v sox >/dev/null; then
	# its passband is flat up to here
	judge music music-mid.wav 48000 48000 0.60
	run -y -to 44100 music-mid.wav music-44.wav
	sox -D -V1 music-mid.wav -e float -b 32 sox-44.wav rate -v 44100
	judged "SoX rate -v, 48 to 44.1 kHz" sox music-44.wav sox-44.wav 120
	sox -D -V1 music-low.wav -e float -b 32 sox-16.wav rate -v 16000
	judged "SoX rate -v, 48 to 16 kHz" sox music-16.wav sox-16.wav 120
else
	skip "SoX rate -v" sox
fi

# --- Methods ---------------------------------------------------------------
judge filter small.filter 0.90 9 13
judge make in.wav 44100 20000 pcm_16 997
for to in 48000 16000 123456; do
	run -y -l -to $to in.wav o.wav
	judged "-l is a straight line, to $to Hz" linear in.wav o.wav $to
done
# 8820 Hz is 0.2 cycles per frame: an entry off by up to 1/512 frame is noise of (2 pi 0.2 / 256)^2 / 12, -57 dB.
judge make in.wav 44100 44100 pcm_16 8820
judge filter large.filter 0.90 9 65
run -y -f large.filter -to 48000 in.wav o.wav
interpolated=$(judge snr o.wav 48000 8820)
run -y -f large.filter -n -to 48000 in.wav o.wav
nearest=$(judge snr o.wav 48000 8820)
check "-f: interpolated better than nearest" "$interpolated and $nearest dB" \
	awk "BEGIN { exit !($interpolated > $nearest + 15 && $nearest > 53 && $nearest < 61) }"
judge make in.wav 44100 44100 float 441
for filter in small large; do
	for to in 16000 48000; do
		run -y -f $filter.filter -to $to in.wav o.wav
		# The gain of 1: an error of 0.01 dB would be -59 dB. LpScl of the small one would give -1.45 dB.
		judged "-f $filter.filter: gain and time, to $to Hz" tone o.wav $to 60 441
	done
done

# --- Gain, dither, clipping ------------------------------------------------
judge make in.wav 44100 88200 pcm_24 997
run -y --gain -6.0206 --subtype double -to 48000 in.wav half.wav
run -y --gain 6.0206 --subtype double -to 48000 half.wav o.wav
judge make tone48.wav 48000 96000 double 997
run -y --gain 0 --subtype double -to 48000 in.wav whole.wav
check "--gain -6.0206 halves" "one sample in the middle" "$python" -c "
import sys; sys.path.insert(0, '$sources/tests/tools')
from resample import read
raise SystemExit(not abs(read('half.wav')[0][40000] / read('whole.wav')[0][40000] - 0.5) < 1e-6)"
# Rounding makes noise of 1/12 squared step, TPDF dither adds 2/12; shaped by (1 - 1/z)^2 it is (1 + 4 + 1) times that.
for kind in none:1/12 tpdf:1/4 shaped:3/2; do
	run -y --subtype pcm_16 --dither=${kind%:*} -to 48000 in.wav o.wav
	judged "--dither=${kind%:*}" noise o.wav 48000 997 "$(awk "BEGIN { print ${kind#*:} }")"
done
run -y --subtype pcm_16 --dither -to 48000 in.wav o.wav
run -y --subtype pcm_16 --dither=tpdf -to 48000 in.wav o2.wav
same "--dither is tpdf, and the same every time" o.wav o2.wav
run -y --gain 6 -to 48000 in.wav o.wav
check "clipping is reported once" "$(cat err)" \
	grep -qxE 'bli-resample: o.wav: [0-9]+ samples clipped, the peak is \+5\.0 dB; --gain 0\.9 avoids it' err
run -y --gain 0.9 -to 48000 in.wav o.wav
check "the gain proposed avoids it" "no message" test $status -eq 0 -a ! -s err
run -y --gain 6 --subtype float -to 48000 in.wav o.wav
check "floats do not clip" "no message" test $status -eq 0 -a ! -s err
run -y -q --gain 6 -to 48000 in.wav o.wav
check "--quiet" "no message" test $status -eq 0 -a ! -s err
# Samples that are not numbers, amid silence: silence comes out, and no advice about clipping.
for subtype in float:f4 double:f8; do
	"$python" -c "
import numpy
samples = numpy.zeros(8192, '<${subtype#*:}')
samples[[4000, 4001, 5000]] = numpy.nan, numpy.inf, -numpy.inf
samples.tofile('nan.raw')"
	run -y --raw-rate 44100 --raw-channels 1 --raw-subtype ${subtype%:*} --format raw --subtype pcm_16 --dither \
		none -to 48000 nan.raw o.raw
	check "not numbers, subtype ${subtype%:*}" "$(cat err)" \
		grep -qxF 'bli-resample: nan.raw: 3 samples were not numbers, treated as silence' err
	check "they become silence" "one line, $(stat -c %s o.raw) bytes of 0" \
		test "$(wc -l <err)" -eq 1 -a "$(tr -d '\0' <o.raw | wc -c)" -eq 0 -a -s o.raw
done

# --- Formats ---------------------------------------------------------------
judge make in.wav 44100 22050 pcm_16 997 440
run -y --to 48000 in.wav expected.wav
for format in wav wavex rf64 w64 aiff au caf flac; do
	run -y --format $format --to 48000 in.wav o.$format
	run -y --format wav --by 1 o.$format o.wav
	judged "--format $format" equal expected.wav o.wav
	"$program" --format $format --to 48000 in.wav - | cat >p.$format
	run -y --format wav --by 1 p.$format o.wav
	judged "--format $format to a pipe" equal expected.wav o.wav
	"$program" --by 1 --format wav - - <p.$format | cat >o.wav
	judged "$format from a redirected file" equal expected.wav o.wav
	cat p.$format | "$program" --by 1 --format wav - - | cat >o.wav
	judged "$format from a pipe" equal expected.wav o.wav
done
for format in wav wavex aiff au caf w64; do
	same "$format: the same bytes in a pipe" o.$format p.$format
done
run -y --to 48000 o.flac o2.flac; run -y --to 48000 p.flac o2.flac
run -y --to 44100 o.flac o3.flac; run -y --format wav --by 1 o3.flac o.wav
judged "FLAC in, FLAC out" tone o.wav 44100 90 997 440
check "output in the input's format" "$(head -c 4 o3.flac)" test "$(head -c 4 o3.flac)" = fLaC
for subtype in pcm_u8:40 ulaw:30 pcm_24:90 pcm_32:90 float:90 double:90; do
	run -y --subtype ${subtype%:*} --to 48000 in.wav o.wav
	run -y --subtype double --by 1 o.wav o2.wav
	judged "--subtype ${subtype%:*}" tone o2.wav 48000 ${subtype#*:} 997 440
done
judge make float.wav 44100 44100 float 997
run -y --format flac --to 48000 float.wav o.flac
run -y --format wav --subtype double --by 1 o.flac o.wav
judged "float to FLAC becomes 24 bits" tone o.wav 48000 120 997
run -y --format ogg --to 48000 float.wav o.ogg
if [ $status -eq 0 ]; then
	check "float to Ogg becomes Vorbis" "$(head -c 4 o.ogg)" grep -q vorbis o.ogg
	cat o.ogg | "$program" --to 32000 --format wav - - | cat >o.wav
	judged "Ogg from a pipe" length o.wav 32000
fi
run -y --format mp3 --to 48000 float.wav o.mp3
if [ $status -eq 0 ]; then
	run -y --format wav --to 44100 o.mp3 o.wav
	judged "MP3 to WAV" snr o.wav 44100 997
fi
judge make odd.wav 8000 1001 pcm_16 440
"$program" --subtype pcm_u8 --by 1 odd.wav - | cat >o.wav
judged "an odd number of bytes in a pipe" length o.wav 1001
run --list-formats
check "--list-formats" "$(wc -l <out) lines" grep -q '^flac .* pcm_24' out
run --list-converters
check "--list-converters" "$(tail -n +2 out | cut -d' ' -f1 | tr '\n' ' ')" \
	test "$(tail -n +2 out | cut -d' ' -f1 | tr '\n' ' ')" = "bli_linear bli_fast bli_medium bli bli_high bli_best "
cp in.wav named.wav
run --to 48000 named.wav named.flac
check "the name says the format" "$(head -c 4 named.flac)" test "$(head -c 4 named.flac)" = fLaC
run --to 48000 --format wav named.wav forced.flac
check "--format says it for any name" "$(head -c 4 forced.flac)" test "$(head -c 4 forced.flac)" = RIFF
run --to 48000 named.wav named.unknown
check "a name that says nothing keeps the input's" "$(head -c 4 named.unknown)" test "$(head -c 4 named.unknown)" = RIFF
for rate in 48k 48K 48kHz 48000Hz 48.000khz '48 k' '48 kHz' '48000 Hz'; do
	run -y --to "$rate" named.wav kilo.flac
	check "--to $rate" "$(cat err)" cmp -s named.flac kilo.flac
done
for rate in k kHz Hz 48kk 48m 48Hzk; do
	run -y --to "$rate" named.wav kilo.flac
	check "--to '$rate' is refused" "$(cat err)" grep -q 'not possible; allowed: a positive number of hertz' err
done
# 22255 of 22254.5454... in the header of the old Macintosh; AIFF and CAF say it exactly
judge make in.wav 22050 22050 pcm_16 997
for format in aiff caf; do
	run -y --format $format --to 22254.5 in.wav o.$format
	run -y --format wav --to 22050 -trace o.$format o.wav
	check "$format says 22254.5 Hz" "$(grep ^input err)" grep -q '^input .* 22254.5 Hz$' err
	judged "22254.5 Hz and back" tone o.wav 22050 90 997
	"$program" --format $format --to 22254.5 in.wav - | cat | cmp - o.$format ||
		bad "22254.5 Hz in a pipe" "differs"
done
refuses "WAV has whole hertz" 1 "o5.wav: wav cannot say 22254.5 Hz, only whole hertz; aiff, caf and raw can" -to \
	22254.5 in.wav o5.wav

# --- Raw files -------------------------------------------------------------
judge make in.wav 44100 22050 pcm_16 997 440
run -y --to 48000 in.wav expected.wav
run -y --by 1 --format raw in.wav in.raw
run -y --raw-rate 44100 --raw-channels 2 --format wav --to 48000 in.raw o.wav
judged "--raw-rate --raw-channels" equal expected.wav o.wav
run -y --raw-rate 44.1k --raw-channels 2 --format wav --to 48000 in.raw o.wav
judged "--raw-rate in kilohertz" equal expected.wav o.wav
cat in.raw | "$program" --raw-rate 44100 --raw-channels 2 --format wav --to 48000 - | cat >o.wav
judged "raw from a pipe" length o.wav 24000
"$python" -c "import sys; d = open('in.raw', 'rb').read(); b = bytearray(d); b[::2] = d[1::2]; b[1::2] = d[::2]; open('big.raw', 'wb').write(b)"
run -y --raw-rate 44100 --raw-channels 2 --raw-endian big --raw-subtype pcm_16 --to 48000 big.raw big48.raw
run -y --raw-rate 48000 --raw-channels 2 --raw-endian big --format wav --by 1 big48.raw o.wav
judged "--raw-endian big, output likewise" equal expected.wav o.wav
run -y --raw-rate 44100.5 --raw-channels 2 --by 2 -trace in.raw o.raw
check "raw rates with fractions" "$(grep ^output err)" grep -q '^output .* 88201 Hz$' err
refuses "--raw-channels alone" 2 "--raw-rate: missing; it goes with the other --raw options" -by 2 --raw-channels 2 \
	in.raw o2.raw
refuses "--raw-rate alone" 2 "--raw-channels: missing; it goes with --raw-rate" -by 2 --raw-rate 44100 in.raw o2.raw
refuses "--raw-channels 65" 2 "--raw-channels 65: not possible; allowed: 1 to 64" -by 2 --raw-rate 1 --raw-channels 65 \
	in.raw o2.raw
refuses "--raw-endian" 2 "--raw-endian middle: unknown; allowed: little, big" -by 2 --raw-endian middle in.raw o2.raw

# --- Metadata --------------------------------------------------------------
if command -v sox >/dev/null; then
	sox -V1 in.wav --add-comment "Title=A title" --add-comment "Artist=An artist" tagged.flac
	run -y --to 16000 tagged.flac o.flac
	check "title and artist are kept" "$(soxi -a o.flac 2>/dev/null | tr '\n' ' ')" \
		test "$(soxi -a o.flac 2>/dev/null | grep -ciE '^(title=A title|artist=An artist)$')" -eq 2
	sox -V1 in.wav -t wav - 2>/dev/null | "$program" -to 48000 - - | sox -t wav - o.wav
	judged "a pipe from and to sox" equal expected.wav o.wav
	(cat in.raw; sleep 0.1) | sox -V1 -t raw -r 44100 -c 2 -b 16 -e signed - -t wav - 2>/dev/null \
		| "$program" -to 48000 - - | sox -V1 -t wav - o.wav 2>/dev/null
	judged "a pipe from and to sox, of unknown length" equal expected.wav o.wav
else
	skip "a pipe from and to sox" sox
fi
"$program" -to 48000 in.wav | cat >o.wav
judged "OUTPUT omitted" equal expected.wav o.wav
"$program" -to 48000 in.wav - >o.wav
judged "- redirected to a file" equal expected.wav o.wav
judged "WAV bytes in memory" bytes "$program" 16000

judge make in.wav 44100 22050 pcm_16 997 440

# --- Usage errors ----------------------------------------------------------
refuses "neither -to nor -by" 2 "-to RATE or -by FACTOR: one of them is required" in.wav x.wav
refuses "no input" 2 "an input file is required; --help explains" -to 8000
refuses "an empty name" 2 "'': an empty word is not the name of a file" -to 8000 "" o.wav
for rate in 0 -1 nan 8m ''; do
	refuses "-to '$rate'" 2 "-to $rate: not possible; allowed: a positive number of hertz (16000, 44.1k)" -to \
		"$rate" in.wav x.wav
done
refuses "-to 1e10" 2 "-to 1e10: out of range; allowed: up to 1000000000 Hz" -to 1e10 in.wav x.wav
for factor in 0 -1 1/0 two; do
	refuses "-by $factor" 2 \
		"-by $factor: not possible; allowed: a positive number like 0.91875 or a fraction like 147/160" -by \
		$factor in.wav x.wav
done
refuses "-by 1000" 2 "-by 1000: out of range; allowed: 1/768 to 768" -by 1000 in.wav x.wav
refuses "-by 0.001" 2 "-by 0.001: out of range; allowed: 1/768 to 768" -by 0.001 in.wav x.wav
refuses "an unknown option" 2 "unrecognized option '--nothing'" --nothing -to 8000 in.wav x.wav
refuses "an option without its value" 2 "option '--to' requires an argument" in.wav x.wav -to
refuses "--converter" 2 "--converter bli_worst: unknown; --list-converters shows what there is" --converter bli_worst \
	-to 8000 in.wav x.wav
refuses "--converter with -l" 2 "--converter bli_best: cannot be combined with -l or -f" -l --converter bli_best -to \
	8000 in.wav x.wav
refuses "-l with -f" 2 "-l, -f small.filter: only one of them can be given" -l -f small.filter -to 8000 in.wav x.wav
refuses "--gain" 2 "--gain loud: not possible; allowed: -200 to 200 dB" --gain loud -to 8000 in.wav x.wav
refuses "--gain 201" 2 "--gain 201: not possible; allowed: -200 to 200 dB" --gain 201 -to 8000 in.wav x.wav
refuses "--dither" 2 "--dither=white: unknown; allowed: none, tpdf, shaped" --dither=white -to 8000 in.wav x.wav
refuses "--format" 2 "--format doc: unknown; --list-formats shows what there is" --format doc -to 8000 in.wav x.wav
refuses "--subtype" 2 "--subtype pcm_17: unknown; --list-formats shows what there is" --subtype pcm_17 -to 8000 in.wav \
	x.wav
BLI_KERNEL=abacus run -to 8000 in.wav x.wav
check "BLI_KERNEL" "$(cat err)" test $status -eq 1 \
	-a "$(cat err)" = "bli-resample: BLI_KERNEL=abacus: not in this build or not for this processor"

# --- Errors of files -------------------------------------------------------
refuses "a missing input" 1 "none.wav: No such file or directory" -to 8000 none.wav x.wav
mkdir set
refuses "a directory" 1 "set: Is a directory" -to 8000 set x.wav
: >empty.wav
refuses "an empty input" 1 "empty.wav: empty" -to 8000 empty.wav x.wav
refuses "an empty standard input" 1 "standard input: empty" -to 8000 - x.wav
judge make none.wav 44100 0 pcm_16 997
judge make many.wav 44100 10 pcm_16 $(seq 65)
refuses "too many channels" 1 "many.wav: 65 channels; allowed: 1 to 64" -to 8000 many.wav x.wav
refuses "an input without samples" 1 "none.wav: no samples in it" -to 8000 none.wav x.wav
"$python" -c "import random; random.seed(1); open('noise.wav', 'wb').write(random.randbytes(5000))"
run -to 8000 noise.wav x.wav
check "not a sound file" "$(cat err)" \
	test $status -eq 1 -a "$(cut -d: -f1-3 err)" = "bli-resample: noise.wav: not a sound file that can be read" \
		-a ! -e x.wav
judge make in.wav 44100 22050 pcm_16 997
if [ "$(id -u)" -ne 0 ]; then
	cp in.wav secret.wav; chmod 0 secret.wav
	refuses "an unreadable input" 1 "secret.wav: Permission denied" -to 8000 secret.wav x.wav
elif command -v setpriv >/dev/null && chmod 755 "$work" && setpriv --reuid=65534 --clear-groups test -x "$program"; then
	cp in.wav secret.wav; chmod 0 secret.wav
	setpriv --reuid=65534 --clear-groups "$program" -to 8000 secret.wav - >out 2>err </dev/null
	status=$?
	check "an unreadable input" "$(cat err)" \
		test $status -eq 1 -a "$(cat err)" = "bli-resample: secret.wav: Permission denied"
fi
cp in.wav kept.wav
refuses "an output that exists" 1 "kept.wav: exists already; -y replaces it" -to 8000 in.wav kept.wav
same "it is kept" in.wav kept.wav
chmod 640 kept.wav
ln -s kept.wav link.wav
run -y -to 8000 in.wav link.wav
check "-y replaces it, through a link, with its mode" "$(stat -c %a kept.wav)" \
	test $status -eq 0 -a -L link.wav -a "$(stat -c %a kept.wav)" = 640
judged "-y: length" length kept.wav 4000
run -y -to 44100 kept.wav kept.wav
judged "-y onto the input itself" length kept.wav 22050
refuses "no such directory" 1 "nowhere/x.wav: No such file or directory" -to 8000 in.wav nowhere/x.wav
refuses "a directory for an output" 1 "set: Is a directory" -y -to 8000 in.wav set
refuses "an unsupported ratio" 1 "in.wav: 44100 Hz to 10 Hz: ratio not supported; allowed: 1/768 to 768" -to 10 in.wav \
	x.wav
refuses "a format that cannot" 1 "x.flac: flac float: cannot be written with 1 channels at 8000 Hz; --list-formats shows what there is" \
	--format flac --subtype float -to 8000 in.wav x.flac
sed '700s/.*/abc/' small.filter >bad.filter
run -to 8000 -f bad.filter in.wav x.wav
check "a bad filter file, with its line" "$(cat err)" \
	test $status -eq 1 -a ! -e x.wav -a "$(grep -c '^bli-resample: bad.filter: line 700: ' err)" -eq 1
refuses "a missing filter file" 1 "none.filter: No such file or directory" -to 8000 -f none.filter in.wav x.wav

check "nothing temporary is left" "$(ls -A . | grep -c '\.tmp$') files" test -z "$(ls -A . | grep '\.tmp$')"
finish
