# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shell functions for the tests of programs written elsewhere: each plays to or records from the default device, which
# converts by bli for a sound card that keeps time (tests/plugin/testcard.c). What arrives is held against an FFT
# resampling of what was sent: all of it, in the exact ratio of the periods that the program and the card agreed on,
# without a click. To be sourced by bash, with srcdir as automake sets it.
#
# In: BLI_DEVICE  "rate": the default device is a "type rate" with bli as its converter; "pcm": it is a "type bli"

BLI_DEVICE=${BLI_DEVICE:-rate}
srcdir=${srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
. "$srcdir/tests/shared/asound-sandbox.sh"

# The least SNR of a recording in 16 bits: a sine of -3 dBFS rounded twice has 6.02 * 16 + 1.76 - 3 - 3 dB, and sweeps
# that fade have 1 dB less; asked: 2 dB less.
SNR_DB=89

judge() { "$PYTHON" "$srcdir/tests/shared/judge.py" "$@"; }

# programs_begin PROGRAM...: the sandbox, or a skipped test where one of them is missing
programs_begin() {
	need "$@" timeout
	need_numpy
	sandbox_begin
	export TESTCARD_PACED=1 RECORDED=$SANDBOX/recorded.wav
}

# default_device CARD_RATE CHANNELS [PERIOD]: the default device converts for a card of that rate, whose periods are
# PERIOD frames if that is given, and anything if not
default_device() {
	sandbox_card "$1" "$2" S16_LE
	local type
	case $BLI_DEVICE in
	rate) type=rate ;;
	pcm) type=bli ;;
	*) echo "BLI_DEVICE is neither rate nor pcm: $BLI_DEVICE" >&2; exit 99 ;;
	esac
	cat >"$HOME/.asoundrc" <<-END
		pcm.card { type testcard ${3:+period_size $3} }
		pcm.converted { type $type slave { pcm card rate $1 } converter { name "$BLI_CONVERTER" verbose yes } }
		pcm.!default { type plug slave.pcm converted }
	END
}

# ratio_in LOG: the ratio of the last stream that bli has reported there, in the direction of the sound, as A:B; that of
# "type rate" is that of its periods
ratio_in() {
	sed -n -e 's/^ *ratio: \([0-9]*\) -> \([0-9]*\) frames per period.*/\1:\2/p' \
		-e 's/^ *ratio: \([0-9]*:[0-9]*\), exactly.*/\1/p' "$1" | tail -n 1 | grep . ||
		{ echo "no report of bli: $(tail -n 5 "$1")" >&2; return 1; }
}

# run COMMAND...: a program or an exported function; what it says goes to $SANDBOX/log, and out only if it fails
run() {
	# shellcheck disable=SC2016
	timeout 60 bash -c '"$@"' bash "$@" >"$SANDBOX/log" 2>&1 </dev/null ||
		{ echo "status $?: $(tail -n 5 "$SANDBOX/log")"; return 1; }
}

# played COMMAND...: plays $SANDBOX/sweeps.wav to the card
played() {
	local ratio

	rm -f "$TESTCARD_OUTFILE"
	run "$@" && ratio=$(ratio_in "$SANDBOX/log") || return
	judge heard "$TESTCARD_OUTFILE" "$TESTCARD_RATE" "$TESTCARD_CHANNELS" S16_LE "$SANDBOX/sweeps.wav" "$SNR_DB" \
		"$ratio"
}

# recorded RATE FRAMES COMMAND...: records FRAMES frames from the card into $RECORDED
recorded() {
	local rate=$1 frames=$2 ratio

	shift 2
	rm -f "$RECORDED"
	run "$@" && ratio=$(ratio_in "$SANDBOX/log") || return
	judge part "$RECORDED" "$rate" "$TESTCARD_CHANNELS" S16_LE "$SANDBOX/sweeps.wav" "$SNR_DB" "$ratio" "$frames"
}

# to_play RATE CARD_RATE [PERIOD]: a file to be played, and the card
to_play() {
	default_device "$2" 2 "${3-}"
	judge sweeps "$SANDBOX/sweeps.wav" "$1" 2 2 $(($1 < $2 ? $1 * 42 / 100 : $2 * 42 / 100)) S16_LE
}

# to_record CARD_RATE RATE [PERIOD]: what the card hears, for longer than any program here records, and the card
to_record() {
	local top_hz=$(($1 < $2 ? $1 * 42 / 100 : $2 * 42 / 100))

	default_device "$1" 1 "${3-}"
	judge sweeps "$SANDBOX/sweeps.wav" "$1" 4 1 $top_hz S16_LE
	judge sweeps "$TESTCARD_INFILE" "$1" 4 1 $top_hz S16_LE
}

# to_loop CARD_RATE TOP_HZ [PERIOD]: what the card hears, and is to play again, for 4 s
to_loop() {
	default_device "$1" 2 "${3-}"
	judge sweeps "$SANDBOX/sweeps.wav" "$1" 4 2 "$2" S16_LE
	judge sweeps "$TESTCARD_INFILE" "$1" 4 2 "$2" S16_LE
}

# looped COMMAND...: what the card hears comes back to it, converted there and back again; one rounding more costs 2 dB
looped() {
	rm -f "$TESTCARD_OUTFILE"
	run "$@" && ratio_in "$SANDBOX/log" >/dev/null || return
	judge heard "$TESTCARD_OUTFILE" "$TESTCARD_RATE" "$TESTCARD_CHANNELS" S16_LE "$SANDBOX/sweeps.wav" \
		$((SNR_DB - 2)) 1:1
}
