#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: every channel stays what it is for, whatever the order of the formats, and is mixed by the usual
# coefficients. A tone in each channel, the lowest in the LFE; encoders and decoders of other programs are the judges.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

needs ffmpeg
# Hertz of left, right, centre, LFE, rear, sides and rear centre, in the order of WAVEFORMATEXTENSIBLE.
tones=([1]=300 [2]=300,500 [3]=300,500,700 [4]=300,500,900,1100 [5]=300,500,700,900,1100 [6]=300,500,700,60,900,1100
	[7]=300,500,700,60,1700,1300,1500 [8]=300,500,700,60,900,1100,1300,1500)
for n in 1 2 3 4 5 6 7 8; do judge make t$n.wav 48000 24000 pcm_16 ${tones[n]//,/ }; done
# decode FILE: what another program makes of it, as a WAV file in the order above. The layouts without an LFE that
# ffmpeg guesses for plain WAV files are not needed.
decode() { ffmpeg -v error -nostdin -y -i "$1" -c:a pcm_s16le "${1%.*}-decoded.wav"; }

# --- Each number of channels, to and from the formats with an order of their own --------------------
for n in 1 2 3 4 5 6 7 8; do
	decoded=()
	for format in ogg opus flac; do
		run -y -to 48000 t$n.wav to$n$format.$format
		decode to$n$format.$format && decoded+=(to$n$format-decoded.wav)
	done
	judged "$n channels to Vorbis, Opus and FLAC, decoded by ffmpeg" order ${tones[n]} "${decoded[@]}"
	check "$n channels: all decoded" "${#decoded[@]} files" test ${#decoded[@]} -eq 3
done
if command -v oggenc >/dev/null && command -v opusenc >/dev/null; then
	for n in 1 2 3 4 5 6 7 8; do
		oggenc -Q t$n.wav -o theirs$n.ogg
		opusenc --quiet t$n.wav theirs$n.opus
		for format in ogg opus; do run -y -q --format wav -to 48000 theirs$n.$format from$n$format.wav; done
		judged "$n channels from oggenc and opusenc" order ${tones[n]} from${n}ogg.wav from${n}opus.wav
	done
else
	skip "oggenc and opusenc" "oggenc or opusenc"
fi

# --- 5.1 in every pair of formats ---------------------------------------------------------------------
for from in wav flac caf aiff ogg opus; do
	codec=()
	[ $from != ogg ] || codec=(-c:a libvorbis)
	ffmpeg -v error -nostdin -y -i t6.wav "${codec[@]}" six.$from
	decoded=()
	for to in wav flac caf aiff ogg opus; do
		run -y -q -to 48000 six.$from pair-$from-$to.$to
		decode pair-$from-$to.$to && decoded+=(pair-$from-$to-decoded.wav)
	done
	judged "5.1 from $from to all others" order ${tones[6]} "${decoded[@]}"
	check "5.1 from $from: all decoded" "${#decoded[@]} files" test ${#decoded[@]} -eq 6
done
check "5.1 from FLAC to WAV: the header says so" "$(ffprobe -v error -show_entries stream=channel_layout -of csv=p=0 pair-flac-wav.wav)" \
	test "$(ffprobe -v error -show_entries stream=channel_layout -of csv=p=0 pair-flac-wav.wav)" = 5.1
# side channels are the surround channels of 5.1, too
ffmpeg -v error -nostdin -y -channel_layout '5.1(side)' -i t6.wav -c:a pcm_s16le side.wav 2>/dev/null
run -y -q -to 48000 side.wav side.ogg
decode side.ogg
judged "5.1 with sides to Vorbis" order ${tones[6]} side-decoded.wav

# --- Mixing -----------------------------------------------------------------------------------------------
# ITU-R BS.775-3, annex 4, table 2, and lowered so that full scale stays full scale, as ffmpeg does with whole numbers.
for pair in 2:1 5:2 5:1 6:2 6:1 8:2 8:1 8:6; do
	in=${pair%:*} out=${pair#*:}
	converts "$in to $out channels" -y -by 1 --channels $out t$in.wav ours.wav
	ffmpeg -v error -nostdin -y -i t$in.wav -ac $out -c:a pcm_s16le theirs.wav
	# both round to 16 bits, at a level of −15 dB and less
	judged "$in to $out channels, as ffmpeg" sox ours.wav theirs.wav 70
done
level=$(awk 'BEGIN { print 10 ^ (-1 / 20) / 2 }')
run -y -by 1 --mono t2.wav mono.wav
judged "--mono halves left" level mono.wav 300 "$level"
judged "--mono halves right" level mono.wav 500 "$level"
level=$(awk 'BEGIN { print 10 ^ (-1 / 20) / (1 + sqrt(2)) }')
run -y -by 1 --channels 2 t6.wav stereo.wav
judged "5.1 to stereo: left" level stereo.wav 300 "$level"
judged "5.1 to stereo: the centre 3 dB below" level stereo.wav 700 "$(awk "BEGIN { print $level / sqrt(2) }")"
judged "5.1 to stereo: the rear left 3 dB below" level stereo.wav 900 "$(awk "BEGIN { print $level / sqrt(2) }")"
run -y -by 1 --channels 2 t1.wav two.wav
judged "one channel to both of two" order 300,300 two.wav
judged "one channel to both of two, as loud" level two.wav 300 "$(awk 'BEGIN { print 10 ^ (-1 / 20) }')"
run -y -by 1 --channels 1 two.wav back.wav
judged "and back" equal t1.wav back.wav
judge make nine.wav 8000 4000 pcm_16 $(seq 300 100 1100)
run -y -by 1 --mono nine.wav mono.wav
judged "nine channels: the mean" level mono.wav 300 "$(awk 'BEGIN { print 10 ^ (-1 / 20) / 9 }')"
refuses "nine channels to two" 1 "nine.wav: 9 channels of unknown places cannot be mixed to 2; allowed: 1, 9" -by 1 \
	--channels 2 nine.wav x.wav
refuses "--channels 0" 2 "--channels 0: not possible; allowed: 1 to 64" -by 1 --channels 0 t1.wav x.wav

# --- For speech recognisers: the README's command ---------------------------------------------------------
judge make disc.wav 44100 44100 pcm_24 440 440
converts "16 kHz, one channel, 16 bits" -r 16k --mono --bits 16 disc.wav speech.wav
judged "16 kHz, one channel, 16 bits" tone speech.wav 16000 85 440
check "16 kHz, one channel, 16 bits: the header" "$(file speech.wav 2>/dev/null)" test "$(od -An -tu2 -j22 -N2 speech.wav | tr -d ' ') $(od -An -tu4 -j24 -N4 speech.wav | tr -d ' ') $(od -An -tu2 -j34 -N2 speech.wav | tr -d ' ')" = "1 16000 16"
finish
