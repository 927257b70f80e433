#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: every option, every error; lengths, pitch, time and noise of what it makes, judged by resample.py.
# BLI_RESAMPLE: the program (./bli-resample); srcdir: top of the sources (.).
set -u
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

program=$(realpath "${BLI_RESAMPLE:-./bli-resample}")
sources=$(realpath "${srcdir:-.}")
[ -x "$program" ] || { echo "$program: not built"; exit 99; }
python=
for candidate in ${PYTHON:-} /usr/bin/python3 python3; do
	"$candidate" -c 'import numpy, scipy.signal' 2>/dev/null && { python=$candidate; break; }
done
[ -n "$python" ] || { echo "python3 with numpy and scipy: not installed"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

. "$sources/tests/tools/checks.sh"
# run ARGUMENT...: the program with its output in out, its errors in err, its status in $status.
run() { "$program" "$@" >out 2>err </dev/null; status=$?; }
judge() { "$python" "$sources/tests/tools/resample.py" "$@"; }
# judged NAME COMMAND...: resample.py agrees.
judged() {
	local name=$1 figure
	shift
	if figure=$(judge "$@" 2>&1); then ok "$name" "$figure"; else bad "$name" "$figure"; fi
}
# converts NAME ARGUMENT...: succeeds and says nothing.
converts() {
	local name=$1
	shift
	run "$@"
	[ $status -eq 0 ] && [ ! -s err ] && [ ! -s out ] || bad "$name" "status $status, '$(cat err)'"
}
# refuses NAME STATUS MESSAGE ARGUMENT...: that status, that one line of error, no new file.
refuses() {
	local name=$1 wanted=$2 message=$3 before after
	shift 3
	before=$(ls -A . | grep -vxE 'out|err')
	run "$@"
	after=$(ls -A . | grep -vxE 'out|err')
	if [ $status -eq "$wanted" ] && [ "$(cat err)" = "bli-resample: $message" ] && [ "$before" = "$after" ] && [ ! -s out ]
	then ok "$name" "$(cat err)"
	else bad "$name" "status $status, files '$after', error '$(cat err)' instead of '$message'"
	fi
}
# same NAME FILE FILE: byte by byte.
same() { check "$1" "$(stat -c %s "$2") bytes" cmp "$2" "$3"; }

# --- Lengths, pitch, time --------------------------------------------------
# tone IN_RATE FRAMES OUT_RATE SUBTYPE SNR_DB HZ ARGUMENT...: round(frames x ratio) frames of the same sine. 16 bits show
# 94.1 dB at -1 dBFS after two roundings, 24 bits 142, and the converter promises 126.
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
		judged "$frames frames to $to Hz" length o.wav "$("$python" -c "import math; print(math.floor($frames * $to / 44100 + .5))")"
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

# --- Spellings -------------------------------------------------------------
judge make in.wav 44100 20000 pcm_16 997 440
run -to 16000 in.wav spelled.wav
for spelling in -toSrate -toS -toSr --to --toSrate; do
	run -y $spelling 16000 in.wav o.wav
	same "$spelling" spelled.wav o.wav
done
run -y -by 160/441 in.wav spelled.wav
for spelling in -b -byFactor -byF --by --byFactor; do
	run -y $spelling 160/441 in.wav o.wav
	same "$spelling" spelled.wav o.wav
done
run -y -to=16000 in.wav o.wav
same "-to=16000" spelled.wav o.wav
run -y in.wav o.wav -to 16000
same "options behind the files" spelled.wav o.wav
run -y -l -to 16000 in.wav spelled.wav
for spelling in -linearInterpolation -lin -linear --linear --linearInterp; do
	run -y $spelling -to 16000 in.wav o.wav
	same "$spelling" spelled.wav o.wav
done
judge filter small.filter 0.90 9 13
run -y -f small.filter -to 16000 in.wav spelled.wav
for spelling in -filterFile -filter -filt -fi --filter --filterFile; do
	run -y $spelling small.filter -to 16000 in.wav o.wav
	same "$spelling" spelled.wav o.wav
done
run -y -n -f small.filter -to 16000 in.wav spelled.wav
for spelling in -noFilterInterp -no -nearest --nearest --noFilterInterp; do
	run -y $spelling -f small.filter -to 16000 in.wav o.wav
	same "$spelling" spelled.wav o.wav
done
refuses "an ambiguous abbreviation" 2 "option '-t' is ambiguous; possibilities: '-to' '-toSrate' '-trace'" -t 16000 in.wav o2.wav
for spelling in -version -v -vers --version -V; do
	run $spelling
	check "$spelling" "$(cat out)" grep -qxE 'bli-resample \(alsa-bli\) [0-9][0-9.]*' out
done

# --- Methods ---------------------------------------------------------------
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
	run -y --raw-rate 44100 --raw-channels 1 --raw-subtype ${subtype%:*} --format raw --subtype pcm_16 -to 48000 nan.raw o.raw
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
for rate in 48k 48K 48kHz 48000Hz 48.000khz; do
	run -y --to $rate named.wav kilo.flac
	check "--to $rate" "$(cat err)" cmp -s named.flac kilo.flac
done
for rate in k kHz Hz 48kk '48 k' 48m 48Hzk; do
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
	"$program" --format $format --to 22254.5 in.wav - | cat | cmp - o.$format || bad "22254.5 Hz in a pipe" "differs"
done
refuses "WAV has whole hertz" 1 "o5.wav: wav cannot say 22254.5 Hz, only whole hertz; aiff, caf and raw can" -to 22254.5 in.wav o5.wav

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
refuses "--raw-channels alone" 2 "--raw-rate: missing; it goes with the other --raw options" -by 2 --raw-channels 2 in.raw o2.raw
refuses "--raw-rate alone" 2 "--raw-channels: missing; it goes with --raw-rate" -by 2 --raw-rate 44100 in.raw o2.raw
refuses "--raw-channels 65" 2 "--raw-channels 65: not possible; allowed: 1 to 64" -by 2 --raw-rate 1 --raw-channels 65 in.raw o2.raw
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

# --- Several files ---------------------------------------------------------
mkdir set results
for name in a b c; do judge make set/$name.wav 44100 4410 pcm_16 997; done
run -to 8000 --output-dir results set/a.wav set/b.wav set/c.wav
check "--output-dir" "$(ls results | tr '\n' ' ')" test $status -eq 0 -a "$(ls results | tr '\n' ' ')" = "a.wav b.wav c.wav "
judged "--output-dir: length" length results/c.wav 800
echo noise >set/bad.wav
run -y -to 8000 --output-dir results --format flac set/a.wav set/bad.wav set/c.wav
check "one bad file does not stop the others" "$(ls results | tr '\n' ' '), status $status" \
	test $status -eq 1 -a -s results/a.flac -a -s results/c.flac -a ! -e results/bad.flac -a "$(wc -l <err)" -eq 1
refuses "two outputs of one name" 2 "set/a.wav, ./set/a.wav: both would be written to results/a.wav" \
	-y -to 8000 --output-dir results set/a.wav ./set/a.wav
refuses "standard input has no name" 2 "-: standard input has no name that an output in results could have" -to 8000 --output-dir results -
refuses "a third file" 2 "set/c.wav: one input and one output at a time, or --output-dir" -to 8000 set/a.wav set/b.wav set/c.wav

# --- Usage errors ----------------------------------------------------------
refuses "neither -to nor -by" 2 "-to RATE or -by FACTOR: one of them is required" in.wav x.wav
refuses "both" 2 "-to, -by: only one of them can be given" -to 8000 -by 2 in.wav x.wav
refuses "no input" 2 "an input file is required; --help explains" -to 8000
for rate in 0 -1 nan 8m ''; do
	refuses "-to '$rate'" 2 "-to $rate: not possible; allowed: a positive number of hertz (16000, 44.1k)" -to "$rate" in.wav x.wav
done
refuses "-to 1e10" 2 "-to 1e10: out of range; allowed: up to 1000000000 Hz" -to 1e10 in.wav x.wav
for factor in 0 -1 1/0 two; do
	refuses "-by $factor" 2 "-by $factor: not possible; allowed: a positive number like 0.91875 or a fraction like 147/160" -by $factor in.wav x.wav
done
refuses "-by 1000" 2 "-by 1000: out of range; allowed: 1/768 to 768" -by 1000 in.wav x.wav
refuses "-by 0.001" 2 "-by 0.001: out of range; allowed: 1/768 to 768" -by 0.001 in.wav x.wav
refuses "an unknown option" 2 "unrecognized option '--nothing'" --nothing -to 8000 in.wav x.wav
refuses "an option without its value" 2 "option '-to' requires an argument" in.wav x.wav -to
refuses "--converter" 2 "--converter bli_worst: unknown; --list-converters shows what there is" --converter bli_worst -to 8000 in.wav x.wav
refuses "--converter with -l" 2 "--converter bli_best: cannot be combined with -l or -f" -l --converter bli_best -to 8000 in.wav x.wav
refuses "-l with -f" 2 "-l, -f small.filter: only one of them can be given" -l -f small.filter -to 8000 in.wav x.wav
refuses "--gain" 2 "--gain loud: not possible; allowed: -200 to 200 dB" --gain loud -to 8000 in.wav x.wav
refuses "--gain 201" 2 "--gain 201: not possible; allowed: -200 to 200 dB" --gain 201 -to 8000 in.wav x.wav
refuses "--dither" 2 "--dither=white: unknown; allowed: none, tpdf, shaped" --dither=white -to 8000 in.wav x.wav
refuses "--format" 2 "--format doc: unknown; --list-formats shows what there is" --format doc -to 8000 in.wav x.wav
refuses "--subtype" 2 "--subtype pcm_17: unknown; --list-formats shows what there is" --subtype pcm_17 -to 8000 in.wav x.wav
BLI_KERNEL=abacus run -to 8000 in.wav x.wav
check "BLI_KERNEL" "$(cat err)" test $status -eq 1 -a "$(cat err)" = "bli-resample: BLI_KERNEL=abacus: not in this build or not for this processor"

# --- Errors of files -------------------------------------------------------
refuses "a missing input" 1 "none.wav: No such file or directory" -to 8000 none.wav x.wav
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
	test $status -eq 1 -a "$(cut -d: -f1-3 err)" = "bli-resample: noise.wav: not a sound file that can be read" -a ! -e x.wav
judge make in.wav 44100 22050 pcm_16 997
for format in wav aiff au caf w64 flac; do
	run -y --format $format --by 1 in.wav whole.$format
	head -c $(($(stat -c %s whole.$format) / 2)) whole.$format >cut.$format
	run -to 8000 cut.$format x.$format
	check "a truncated $format" "$(cat err)" \
		test $status -eq 1 -a "$(wc -l <err)" -eq 1 -a "$(grep -c "^bli-resample: cut.$format: truncated" err)" -eq 1 -a ! -e x.$format
	[ $format = w64 ] && continue
	cat cut.$format | "$program" -to 8000 - - >out 2>err
	check "a truncated $format in a pipe" "$(cat err)" grep -q '^bli-resample: standard input: truncated: [0-9]* of 22050 frames are there$' err
done
head -c 30 whole.wav >cut.wav
run -to 8000 cut.wav x.wav
check "half a header" "$(cat err)" test $status -eq 1 -a "$(wc -l <err)" -eq 1 -a ! -e x.wav
if [ "$(id -u)" -ne 0 ]; then
	cp in.wav secret.wav; chmod 0 secret.wav
	refuses "an unreadable input" 1 "secret.wav: Permission denied" -to 8000 secret.wav x.wav
elif command -v setpriv >/dev/null && chmod 755 "$work" && setpriv --reuid=65534 --clear-groups test -x "$program"; then
	cp in.wav secret.wav; chmod 0 secret.wav
	setpriv --reuid=65534 --clear-groups "$program" -to 8000 secret.wav - >out 2>err </dev/null
	status=$?
	check "an unreadable input" "$(cat err)" test $status -eq 1 -a "$(cat err)" = "bli-resample: secret.wav: Permission denied"
fi
cp whole.wav kept.wav
refuses "an output that exists" 1 "kept.wav: exists already; -y replaces it" -to 8000 in.wav kept.wav
same "it is kept" whole.wav kept.wav
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
refuses "an unsupported ratio" 1 "in.wav: 44100 Hz to 10 Hz: ratio not supported; allowed: 1/768 to 768" -to 10 in.wav x.wav
refuses "a format that cannot" 1 "x.flac: flac float: cannot be written with 1 channels at 8000 Hz; --list-formats shows what there is" \
	--format flac --subtype float -to 8000 in.wav x.flac
sed '700s/.*/abc/' small.filter >bad.filter
run -to 8000 -f bad.filter in.wav x.wav
check "a bad filter file, with its line" "$(cat err)" test $status -eq 1 -a ! -e x.wav -a "$(grep -c '^bli-resample: bad.filter: line 700: ' err)" -eq 1
refuses "a missing filter file" 1 "none.filter: No such file or directory" -to 8000 -f none.filter in.wav x.wav

# --- Full disks ------------------------------------------------------------
for format in wav flac aiff; do
	run -y --format $format -to 48000 in.wav /dev/full
	check "a full disk, $format" "$(cat err)" test $status -eq 1 -a "$(cat err)" = "bli-resample: /dev/full: No space left on device"
done
"$program" -to 48000 in.wav - >/dev/full 2>err
check "a full disk behind standard output" "$(cat err)" test "$(cat err)" = "bli-resample: standard output: No space left on device"
mkdir small-disk
if mount -t tmpfs -o size=64k tmpfs small-disk 2>/dev/null; then
	run -to 192000 in.wav small-disk/x.wav
	check "a full disk, and nothing left behind" "$(cat err)" \
		test $status -eq 1 -a "$(cat err)" = "bli-resample: small-disk/x.wav: No space left on device" -a -z "$(ls -A small-disk)"
	umount small-disk
fi
(ulimit -f 40; trap '' XFSZ; "$program" -to 192000 in.wav x.wav 2>err)
check "a limit of the file size, and nothing left behind" "$(cat err)" \
	test "$(cat err)" = "bli-resample: x.wav: File too large" -a -z "$(ls -A | grep '^x\.wav')"
"$program" --help >/dev/full 2>err
check "help onto a full disk" "$(cat err)" test "$(cat err)" = "bli-resample: standard output: No space left on device"

# --- Signals ---------------------------------------------------------------
judge make minute.wav 44100 2646000 pcm_16 997
mkfifo live
for signal in INT TERM HUP; do
	# a shell's background jobs ignore SIGINT; python undoes that
	"$python" -c "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])" \
		"$program" -to 8000 live x.wav 2>err &
	child=$!
	(head -c 3000000 minute.wav; sleep 10) >live & writer=$!
	for ((i = 0; i < 100; i++)); do [ -n "$(ls | grep '^x\.wav.*\.tmp$')" ] && break; sleep 0.05; done
	kill -$signal $child
	wait $child 2>/dev/null
	status=$?
	kill $writer 2>/dev/null
	wait $writer 2>/dev/null
	check "SIG$signal cleans up" "status $status, $(ls | grep -c '^x\.wav') files" \
		test $status -eq $((128 + $(kill -l $signal))) -a -z "$(ls | grep '^x\.wav')" -a ! -s err -a $i -lt 100
done
"$program" -to 192000 in.wav - 2>err | head -c 1000 >/dev/null
check "SIGPIPE is quiet" "$(cat err)" test "${PIPESTATUS[0]}" -eq 141 -a ! -s err

# --- Messages --------------------------------------------------------------
run -y -trace -to 16000 in.wav o.wav
check "-trace" "$(wc -l <err) lines" test $status -eq 0 -a ! -s out -a "$(cut -d' ' -f1 err | tr '\n' ' ')" = "input output factor filter frames "
check "-trace: factor" "$(grep ^factor err)" grep -qx 'factor  160/441 = 0.362811791383' err
check "-trace: frames" "$(grep ^frames err)" grep -qx 'frames  22050 in, 8000 out' err
run -y -trace -f small.filter -n -to 16000 in.wav o.wav
check "-trace: filter" "$(grep ^filter err)" grep -q '^filter  small.filter: Nmult 13, Nwing 1536, ScaleFactor 14744, nearest entry' err

# --- Two hours -------------------------------------------------------------
# A sparse file of zeros: a WAV header of 44.1 kHz mono 16 bits and nothing behind it.
"$python" - <<'END'
import struct
for name, seconds in ("ten", 10), ("long", 7200):
    data = seconds * 44100 * 2
    with open(name + ".wav", "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", data + 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 44100, 88200, 2, 16)
                + b"data" + struct.pack("<I", data))
        f.truncate(44 + data)
END
ten=$(judge memory "$program" -y -to 16000 ten.wav /dev/null)
long=$(judge memory "$program" -y -to 16000 long.wav /dev/null)
check "two hours take the memory of ten seconds" "$long and $ten KiB" test "$long" -lt $((ten + 512))
shown=$(judge terminal "$program" -y -to 16000 --converter bli_best long.wav /dev/null)
check "progress on a terminal" "$(echo "$shown" | grep % | head -n 1 | tr -d '\r')" \
	grep -qE 'long.wav +\[=* *\] +[0-9]+%  [0-9]:[0-9]{2}:[0-9]{2} of 2:00:00  [0-9]+x  [0-9]+:[0-9]{2}:[0-9]{2} left' <<<"$shown"
shown=$(judge terminal "$program" -q -y -to 16000 long.wav /dev/null)
check "--quiet shows none" "'$(tr -d '\n\r' <<<"$shown")'" test -z "$(tr -d '\n\r' <<<"$shown")"
shown=$("$python" -c "
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
shown = b''
try:
    while part := os.read(fd, 1000): shown += part
except OSError: pass
print(shown.decode().strip())
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))" "$program" -to 8000 in.wav)
check "standard output is a terminal" "$shown" test $? -eq 2 -a "$shown" = "bli-resample: an output file is required: standard output is a terminal"

# --- Help, manual, completion ----------------------------------------------
run --help
check "--help" "$(wc -l <out) lines" test $status -eq 0 -a ! -s err
options_of_help() { grep -oE '(^| )--?[a-zA-Z][-a-zA-Z]*' "$1" | tr -d ' ' | sort -u; }
options_of_help out | grep -v '^-to$' >in-help-rest
options_of_help out >in-help
# "It Fl y , Fl -overwrite": each Fl of an item is an option.
sed -n 's/^\.It \(Fl .*\)/\1/p' "$sources/man/bli-resample.1" | grep -oE 'Fl +[^ ,]+' | sed 's/Fl */-/; s/\\-/-/g' | sort -u >in-manual
check "--help lists the manual's options" "$(wc -l <in-help) options" cmp -s in-help in-manual
diff in-help in-manual
if command -v mandoc >/dev/null; then
	check "mandoc -Tlint" "$(mandoc -Tlint -Wwarning "$sources/man/bli-resample.1" | wc -l) complaints" \
		mandoc -Tlint -Wwarning "$sources/man/bli-resample.1"
else
	skip "mandoc -Tlint" mandoc
fi
for word in $(cat in-help); do
	grep -qE -- "(^|[^-[:alnum:]])$word([^-[:alnum:]]|$)" "$sources/completion/bli-tools.bash" || bad "bash completion" "$word is missing"
	grep -qE -- "(^|[^-[:alnum:]])$word([^-[:alnum:]]|$)" "$sources/completion/_bli-resample" || bad "zsh completion" "$word is missing"
done
# complete WORD...: what bash proposes for the last word.
complete_words() {
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
		_bli_resample; printf "%s\n" "${COMPREPLY[@]}"' "$sources/completion/bli-tools.bash" "$@"
}
PATH=$(dirname "$program"):$PATH
check "bash completes options" "$(complete_words bli-resample --out | tr '\n' ' ')" test "$(complete_words bli-resample --out)" = --output-dir
check "bash completes converters" "$(complete_words bli-resample --converter bli_b | tr '\n' ' ')" \
	test "$(complete_words bli-resample --converter bli_b)" = bli_best

check "nothing temporary is left" "$(ls -A . results | grep -c '\.tmp$') files" test -z "$(ls -A . results | grep '\.tmp$')"
finish
