#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: levels, clipping, dither by itself, and samples that are no numbers.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

# --- Normalizing ------------------------------------------------------------------------------------------
judge make loud.wav 44100 44100 pcm_24 997
run -y --gain -20 --bits 24 -by 1 loud.wav quiet.wav
for level in "" -3 -6.5dB; do
	run -y --normalize${level:+=$level} -to 48000 quiet.wav o.wav
	wanted=${level:-0}
	judged "--normalize $level" peak o.wav ${wanted%dB} 0.001
	check "--normalize $level: says the gain" "$(cat err)" grep -qE '^bli-resample: o.wav: gain \+[0-9.]+ dB$' err
done
cp o.wav file.wav
run -y --normalize -6.5 -to 48000 quiet.wav o.wav
same "--normalize -6.5 and --normalize=-6.5dB" file.wav o.wav
cat quiet.wav | "$program" -q --normalize=-6.5 -to 48000 - - | cat >piped.wav
judged "--normalize through pipes" equal file.wav piped.wav
run -y -q --normalize --bits 16 -to 48000 loud.wav o.wav
judged "--normalize never clips, dither included" peak o.wav 0 0.001
check "--normalize never clips" "$(cat err)" test ! -s err
run -y --normalize --subtype float -to 48000 quiet.wav o.wav
judged "--normalize, floating point" peak o.wav 0 0.0001
run -y --gain 6 --no-clip -to 48000 loud.wav o.wav
judged "--no-clip lowers the gain" peak o.wav 0 0.001
check "--no-clip: says the gain, and no sample is clipped" "$(cat err)" \
	test "$(grep -c gain err)" -eq 1 -a "$(grep -c clipped err)" -eq 0
run -y --gain 0 --no-clip -to 48000 loud.wav o.wav
run -y --gain 0 -to 48000 loud.wav o2.wav
same "--no-clip changes nothing without need" o.wav o2.wav
run -y --gain -6dB -to 48000 loud.wav o.wav
run -y --gain '-6 dB' -to 48000 loud.wav o2.wav
run -y --gain -6 -to 48000 loud.wav o3.wav
same "--gain -6dB" o3.wav o.wav
same "--gain '-6 dB'" o3.wav o2.wav
refuses "--gain with --normalize" 2 "--gain, --normalize: only one of them can be given" --gain 1 --normalize -to 8000 \
	loud.wav x.wav
refuses "--normalize=1" 2 "--normalize 1: not possible; allowed: -200 to 0 dB" --normalize=1 -to 8000 loud.wav x.wav

# --- Dither -----------------------------------------------------------------------------------------------
# Rounding makes noise of 1/12 squared step, TPDF dither adds 2/12; shaped by (1 - 1/z)^2 it is (1 + 4 + 1) times that.
run -y --bits 16 -to 48000 loud.wav o.wav
judged "24 to 16 bits: dither by itself" noise o.wav 48000 997 0.25
run -y --bits 16 --dither none -to 48000 loud.wav o.wav
judged "--dither none" noise o.wav 48000 997 "$(awk 'BEGIN { print 1 / 12 }')"
run -y --bits 16 --dither shaped -to 48000 loud.wav o.wav
judged "--dither shaped" noise o.wav 48000 997 1.5
run -y --bits 16 --dither=shaped -to 48000 loud.wav o2.wav
same "--dither shaped and --dither=shaped" o.wav o2.wav
run -y --bits 16 -to 44100 loud.wav o.wav
judged "24 to 16 bits at one rate: dither by itself" noise o.wav 44100 997 0.25
judge make short.wav 44100 44100 pcm_16 997
run -y -to 48000 short.wav o.wav
run -y --dither none -to 48000 short.wav o2.wav
same "16 to 16 bits: none by itself" o.wav o2.wav
run -y --bits 8 -to 48000 short.wav o.wav
judged "16 to 8 bits: dither by itself" noise o.wav 48000 997 "$((65536 / 4))"
run -y --dither -to 48000 short.wav o.wav
check "--dither before a file is not its name" "$(cat err)" test $status -eq 0

# --- Rates and bits -----------------------------------------------------------------------------------------
run -y -to 48000 short.wav expected.wav
for rate in "-r 48k" "--rate 48kHz" "--rate=48000"; do
	run -y $rate short.wav o.wav
	same "$rate" expected.wav o.wav
done
run -y --bits 24 -to 48000 short.wav o.wav
run -y --subtype pcm_24 -to 48000 short.wav o2.wav
same "--bits 24" o2.wav o.wav
run -y --bits 8 --format aiff -to 48000 short.wav o.aiff
check "--bits 8 of AIFF, which are signed" "$(cat err)" test $status -eq 0
refuses "--bits 12" 2 "--bits 12: not possible; allowed: 8, 16, 24, 32; --subtype has floating point numbers" --bits \
	12 -to 8000 short.wav x.wav

# --- No numbers -----------------------------------------------------------------------------------------------
judge invalid bad.wav
run -y -to 48000 bad.wav o.wav
check "NaN and infinity are counted, in one line" "$(cat err)" \
	test $status -eq 0 -a "$(cat err)" = "bli-resample: bad.wav: 3 samples were not numbers, treated as silence"
"$python" - <<'END'
import struct
data = bytearray(open("bad.wav", "rb").read())
for frame in 100, 101, 20000:
    data[44 + 4 * frame:48 + 4 * frame] = struct.pack("<f", 0)
open("mended.wav", "wb").write(data)
END
run -y -to 48000 mended.wav o2.wav
judged "treated as silence" equal o.wav o2.wav
run -y --mono --bits 16 --jobs 2 -to 48000 bad.wav o.wav
check "counted once by several threads" "$(cat err)" grep -q ': 3 samples were not numbers' err

# --- The keys of ALSA's configuration ---------------------------------------------------------------------------
judge make in.wav 44100 44100 double 997 12000
run -y --passband 0.9 --stopband 1.0 --attenuation 170 -to 48000 in.wav o.wav
judged "--attenuation 170 takes double by itself" tone o.wav 48000 165 997 12000
run -y --attenuation 170 --precision float -to 48000 in.wav o.wav
check "--precision float" "$(judge snr o.wav 48000 997) dB" awk "BEGIN { exit !($(judge snr o.wav 48000 997) < 160) }"
# the passband's edge, in three spellings of the same: 0.5 of 22050 Hz
for edge in 0.5 50% 11025Hz 11.025kHz; do
	run -y --passband $edge --stopband 1 -to 48000 in.wav edge-$edge.wav
	judged "--passband $edge" equal edge-0.5.wav edge-$edge.wav
done
run -y --phase minimum -to 48000 in.wav o.wav
run -y --phase 0 -to 48000 in.wav o2.wav
judged "--phase minimum is 0" equal o.wav o2.wav
run -y --phase linear -to 48000 in.wav o.wav
run -y -to 48000 in.wav o2.wav
judged "--phase linear is the default" equal o.wav o2.wav
allowed='allowed are 0.05 to 1.9 of the lower Nyquist frequency, per cent of it ("93%"), or Hz ("7200 Hz", "7.2 kHz")'
refuses "--passband wide" 2 "--passband wide: $allowed" --passband wide -to 8000 in.wav x.wav
refuses "--attenuation 300" 2 "--attenuation 300: allowed are 40 to 200 dB" --attenuation 300 -to 8000 in.wav x.wav
refuses "--precision half" 2 '--precision half: allowed are "float" and "double"' --precision half -to 8000 in.wav x.wav
refuses "--phase odd" 2 '--phase odd: allowed are "linear", "intermediate", "minimum", and 0 (minimum) to 50 (linear) to 100 (maximum)' \
	--phase odd -to 8000 in.wav x.wav
refuses "edges that do not fit" 1 "in.wav: passband 0.9, stopband 0.9 of the lower Nyquist frequency: allowed are 0.05 to 1.9, the stopband at least 0.002 above the passband" \
	--passband 0.9 --stopband 0.9 -to 8000 in.wav x.wav
refuses "-l with --passband" 2 "passband, stopband and attenuation need a filter, and linear interpolation has none" \
	-l --passband 0.9 -to 8000 in.wav x.wav
finish
