#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-bridge between two sound cards with clocks of their own (clockcard.c), in simulated time (simtime.c): what
# arrives, when, and what comes of everything that can happen to a card.
# BLI_BUILDDIR: where the program is (.); srcdir: top of the sources (.); --long: longer runs.
set -u
export LC_ALL=C

build=$(realpath "${BLI_BUILDDIR:-.}")
sources=$(realpath "${srcdir:-.}")
[ -x "$build/bli-bridge" ] || { echo "$build/bli-bridge: not built"; exit 99; }
python=
for candidate in ${PYTHON:-} /usr/bin/python3 python3; do
	"$candidate" -c 'import numpy' 2>/dev/null && { python=$candidate; break; }
done
[ -n "$python" ] || { echo "skipped: no python3 with numpy"; exit 77; }
simtime=$build/tests/tools/.libs/libsimtime.so
card=$build/tests/tools/.libs/libasound_module_pcm_clockcard.so
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
. "$sources/tests/tools/checks.sh"
export ALSA_CONFIG_PATH=$work/asound.conf
# a sanitized program brings a library that wants to be the first
LD_PRELOAD=$simtime "$build/bli-bridge" --version >/dev/null 2>&1 ||
	{ echo "skipped: nothing can be preloaded"; exit 77; }

# cards IN OUT [MORE]: what the next run finds
cards() {
	printf '%s\n' "pcm_type.clockcard.lib \"$card\"" "pcm.in { type clockcard $1 }" \
		"pcm.out { type clockcard file \"$work/played.raw\" $2 }" "${3:-}" >asound.conf
}
# bridge ARGUMENT...: a run in simulated time; its standard output in out, its complaints in err, its status in $status
bridge() {
	rm -f played.raw
	LD_PRELOAD=$simtime timeout 60 "$build/bli-bridge" "$@" >out 2>err </dev/null
	status=$?
}
# heard BEGIN END: figures of what was played then; the clocks are in $clocks, the latency in $latency
heard() {
	"$python" "$sources/tests/tools/bridge.py" played.raw $clocks "$latency" "$1" "$2" "${format:-S16_LE}" ${tone:-}
}
# figure NAME: one of them
figure() { sed "s/.*$1 \([-0-9.]*\).*/\1/" <<<"$figures"; }
# within NUMBER LOW HIGH
within() { awk -v x="$1" -v low="$2" -v high="$3" 'BEGIN { exit !(x >= low && x <= high) }'; }
# arrives NAME BEGIN END SNR US: with at least that SNR over any ten seconds, with one frequency, and a latency right to
# so many µs
arrives() {
	local name=$1 snr=$4 most=$5
	figures=$(heard "$2" "$3" 2>&1)
	read -r least_ms most_ms < <(sed 's/.*latency \([0-9.]* [0-9.]*\).*/\1/' <<<"$figures")
	check "$name" "$figures" test $status -eq 0 -a -n "$most_ms"
	check "$name: SNR" "$(figure SNR) dB" within "$(figure SNR)" "$snr" 200
	check "$name: latency" "$least_ms to $most_ms ms" \
		awk -v low="$least_ms" -v high="$most_ms" -v ms="$latency" -v us="$most" \
		'BEGIN { exit !((ms - low) * 1000 <= us && (high - ms) * 1000 <= us) }'
}
# last KEY: of the last line of --status json
last() { tail -n 1 out | sed "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/"; }
# told NAME XRUNS_IN XRUNS_OUT LOSSES: so the last status says
told() {
	check "$1: told" "$(last xruns_in) and $(last xruns_out) xruns, $(last losses) lost" \
		test "$(last xruns_in)/$(last xruns_out)/$(last losses)" = "$2/$3/$4"
}
# refuses NAME STATUS MESSAGE ARGUMENT...
refuses() {
	local name=$1 wanted=$2 message=$3
	shift 3
	bridge "$@"
	check "$name" "$(cat err)" test $status -eq "$wanted" -a "$(cat err)" = "bli-bridge: $message" -a ! -s out
}

# ---- Sound and latency

seconds=60
[ "${1:-}" = --long ] && seconds=600
latency=40
clocks="44100 1000 48000 -1000"
cards 'rate 44100 ppm 1000' 'rate 48000 ppm -1000'
bridge --from in --to out --duration $((seconds + 22)) --status json
arrives "44.1 to 48 kHz, +2002 ppm" 20 $((20 + seconds)) 90 50
told "44.1 to 48 kHz, +2002 ppm" 0 0 0
check "locked" "$(last state), $(last ppm) ppm" test "$(last state)" = locked
check "the ratio of the clocks" "$(last ppm) ppm" within "$(last ppm)" 2001.5 2002.5

clocks="48000 -300 44100 300"
latency=25
cards 'rate 48000 ppm -300' 'rate 44100 ppm 300'
bridge --from in --to out --duration 42 --latency 25ms --converter bli_best --status json
arrives "48 to 44.1 kHz, -600 ppm, bli_best, 25 ms" 20 40 90 50

clocks="48000 300 48000 0"
latency=100
format=S32_LE
cards 'rate 48000 ppm 300 format S32_LE' 'rate 48000 format S32_LE'
bridge --from in --to out --duration 42 --latency 100ms --status json
# the clock's wander by thousandths of a ppm is in it
arrives "48 to 48 kHz in 32 bits" 20 40 100 50
tone=9973
cards "rate 48000 ppm 300 format S32_LE tone $tone" 'rate 48000 format S32_LE'
bridge --from in --to out --duration 42 --latency 100ms --status json
arrives "10 kHz" 20 40 80 50
format='' tone=

# coarse pointers and late wake-ups
clocks="44100 300 48000 -50"
latency=40
cards 'rate 44100 ppm 300 grain 16' 'rate 48000 ppm -50 grain 48'
SIMTIME_JITTER_US=2000 SIMTIME_HICCUPS=10:10 bridge --from in --to out --duration 82 --status json
arrives "late wake-ups, pointers of 16 and 48 frames" 40 80 50 50
check "late wake-ups, pointers of 16 and 48 frames: SNR over 1 s" "$(figure SNR1) dB" within "$(figure SNR1)" 85 200
told "late wake-ups, pointers of 16 and 48 frames" 0 0 0

# a card that has periods of 1024 only
clocks="48000 50 44100 0"
latency=60
cards 'rate 48000 ppm 50 period_size 1024' 'rate 44100 period_size 1024'
bridge --from in --to out --duration 32 --latency 60ms --status json
arrives "periods of 1024" 20 30 90 50

# one clock
clocks="48000 7 48000 7"
latency=40
cards 'rate 48000 ppm 7' 'rate 48000 ppm 7'
bridge --from in --to out --duration 12 --sync none --status json
figures=$(heard 2 11)
check "--sync none" "$figures" within "$(figure SNR)" 96 200
check "--sync none: the very samples" "$(figure SNR) dB, as good as 16 bits are" within "$(figure SNR)" 97 99

# ---- Clocks that can be tuned: the samples pass as they are

latency=40
clocks="48000 0 48000 0"
control() { printf '%s\n' "ctl_type.clockcard.lib \"$card\"" "ctl.tuning { type clockcard log \"$work/values\" $1 }"; }
# keeps NAME: the latency that the bridge measures is what was asked for, by a clock that was tuned for a while
keeps() {
	check "$1: latency" "$(last latency_least_us) to $(last latency_most_us) us, $(last mode)" \
		test "$(bc <<<"$(last latency_least_us) > 39950 && $(last latency_most_us) < 40050")" = 1
}
# tunes NAME LOW HIGH: the last values are in that range, the one that was there is put back, the very samples arrive
tunes() {
	figures=$(heard 25 40)
	value=$(tail -n 3 values | head -n 1)
	check "$1: the very samples" "$(figure SNR) dB" within "$(figure SNR)" 97 99
	check "$1: the value" "$value" within "$value" "$2" "$3"
	check "$1: put back" "$(tail -n 1 values)" test "$(tail -n 1 values)" = "$4"
	keeps "$1"
	check "$1: told" "$(last mode), $(last state)" test "$(last mode)/$(last state)" = pitch/locked
}
# 1000312 : 999950 is 362 ppm
cards 'ppm 312' 'ppm -50' "$(control '')"
bridge --from in --to out --control tuning --duration 42 --status json -v
tunes "PCM Rate Shift" 100035 100037 100000
check "PCM Rate Shift: chosen by itself" "$(tail -n 1 err)" test "$(tail -n 1 err)" = \
	"bli-bridge: latency 40.0 ms; --sync pitch: 'PCM Rate Shift 100000' tunes the clock of in"
rm values
cards 'ppm 312' 'ppm -50' "$(control 'element "Capture Pitch 1000000"')"
bridge --from in --to out --control tuning --duration 42 --status json --sync pitch
tunes "Capture Pitch" 999636 999640 1000000
rm values
cards 'ppm 312' 'ppm -50' "$(control 'meddle 40')"
bridge --from in --to out --control tuning --duration 62 --status json
clocks="48000 312 48000 -50"
figures=$(heard 45 60)
check "another program tunes, too: SNR" "$(figure SNR) dB" within "$(figure SNR)" 90 200
keeps "another program tunes, too"
check "another program tunes, too: said" "$(cat err)" test "$(cat err)" = \
	"bli-bridge: 'PCM Rate Shift 100000': another program tunes it too; resampling instead"
rm values
# the playback is not tuned by it
cards 'ppm 312' 'ppm -50' "$(control 'element "Playback Pitch 1000000"')"
bridge --from in --to out --control tuning --duration 72 --status json
figures=$(heard 55 70)
check "tuning without an effect: SNR" "$(figure SNR) dB" within "$(figure SNR)" 90 200
keeps "tuning without an effect"
check "tuning without an effect: said" "$(cat err)" test "$(cat err)" = \
	"bli-bridge: 'Playback Pitch 1000000': has no effect; resampling instead"
check "tuning without an effect: put back" "$(tail -n 1 values)" test "$(tail -n 1 values)" = 1000000

# ---- Breakdowns

clocks="44100 300 48000 50"
cards 'rate 44100 ppm 300 events "30:xrun"' 'rate 48000 ppm 50 events "50.003:xrun"'
bridge --from in --to out --duration 72 --status json
arrives "before the xruns" 20 29 90 50
arrives "10 s after one of the capture" 40 49 90 50
arrives "10 s after one of the playback" 60 70 90 50
told "xruns" 1 1 0
figures=$(heard 31 49)
check "back at once" "$figures" within "$(sed 's/.*latency [0-9.]* \([0-9.]*\).*/\1/' <<<"$figures")" 39.9 40.1
figures=$(heard 29.5 30.5)
silence=$(cut -d ' ' -f 9 <<<"$figures")
check "silence of the missing length" "$silence s" within "$silence" 0 0.02
check "xruns: said once each" "$(cat err)" test "$(sort err)" = \
	"bli-bridge: in: xrun by itself; the status counts more of them
bli-bridge: out: xrun by itself; the status counts more of them"
# hiccups of 100 ms in a latency of 40
cards 'rate 44100 ppm 300' 'rate 48000 ppm 50'
SIMTIME_HICCUPS=20:100 bridge --from in --to out --duration 122 --status json
check "woken too late" "$(cat err)" grep -qE \
	'^bli-bridge: out: xrun, woken (9[0-9]|1[01][0-9]) ms late; the status counts more of them$' err
check "woken too late: one each" "$(last xruns_in) and $(last xruns_out) xruns" test "$(last xruns_in)" = 0 -a \
	"$(last xruns_out)" -ge 2 -a "$(last xruns_out)" -le 12 -a "$(wc -l <err)" = 1

for side in in out; do
	in='rate 44100 ppm 300' out='rate 48000 ppm 50'
	[ $side = in ] && in+=' events "30:unplug 33:plug"' || out+=' events "30:unplug 33:plug"'
	cards "$in" "$out"
	bridge --from in --to out --duration 62 --status json
	arrives "$side unplugged for 3 s" 45 60 90 50
	told "$side unplugged for 3 s" 0 0 1
	figures=$(heard 35 45)
	check "$side unplugged: back at once" "$figures" \
		within "$(sed 's/.*latency [0-9.]* \([0-9.]*\).*/\1/' <<<"$figures")" 39.9 40.1
	check "$side unplugged: said once" "$(paste -sd ';' err)" test "$(cat err)" = \
		"bli-bridge: $side: lost (No such device); waiting for it
bli-bridge: $side: back again"
done

cards 'rate 44100 ppm 300' 'rate 48000 ppm 50 events "0:busy 5:free"'
bridge --from in --to out --duration 37 --status json
arrives "busy for 5 s" 25 35 90 50
check "busy: said once" "$(cat err)" test "$(cat err)" = "bli-bridge: out: busy; waiting for it"

clocks="48000 300 48000 50"
cards 'rate 44100 ppm 300 events "20:rate=48000"' 'rate 48000 ppm 50'
bridge --from in --to out --duration 62 --status json
arrives "a source that starts again at another rate" 45 60 90 50
check "another rate: said" "$(tail -n 1 err)" test "$(tail -n 1 err)" = \
	"bli-bridge: in: back again, but not at 44100 Hz"

for resumes in no yes; do
	kind="suspended, $resumes resume"
	cards "rate 48000 ppm 300 resumes $resumes events \"25:suspend=1500\"" \
		"rate 48000 ppm 50 resumes $resumes events \"40:suspend=800\""
	bridge --from in --to out --duration 52 --status json
	arrives "$kind: after that of the capture" 28 39 90 50
	arrives "$kind: after that of the playback" 42 52 90 50
	check "$kind: told" "$(last suspends) suspends, $(last xruns_in) and $(last xruns_out) xruns; $(cat err)" \
		test "$(last suspends)/$(last xruns_in)/$(last xruns_out) $(cat err)" = \
		"2/0/0 bli-bridge: in: suspended; waiting for it; the status counts more of them"
	for times in "24 28 1.5" "39 42 0.8"; do
		read -r begin end length <<<"$times"
		figures=$(heard "$begin" "$end")
		check "$kind for $length s: silence of that length" "$(cut -d ' ' -f 10 <<<"$figures") s" \
			within "$(cut -d ' ' -f 10 <<<"$figures")" "$length" "$(bc <<<"$length + 0.06")"
	done
done

# a source that stands still: the loop's knowledge is kept, and so is the element that tunes it
clocks="48000 312 48000 -50"
cards 'ppm 312 events "25:stall=5000"' 'ppm -50'
bridge --from in --to out --duration 42 --status json
arrives "a source that stands still for 5 s" 31 41 90 50
told "a source that stands still for 5 s" 0 0 0
check "a source that stands still for 5 s: said once" "$(cat err)" test "$(cat err)" = \
	"bli-bridge: in: stands still; waiting for it
bli-bridge: in: goes on"
figures=$(heard 24 32)
silence=$(cut -d ' ' -f 10 <<<"$figures")
check "a source that stands still for 5 s: silence" "$silence s" within "$silence" 5 5.05
for event in stall=5000 stall=500 stall=20 jump=192 jump=-192; do
	rm -f values
	cards "ppm 312 events \"25:$event\"" 'ppm -50' "$(control '')"
	bridge --from in --to out --control tuning --duration 52 --status json
	# 362 ppm, in grains of 10, two in a second
	check "a source that tunes and has $event: the value stays" \
		"$(tail -n +31 values | sort -n | sed -n '2p;$p' | paste -sd ' ')" \
		awk 'NR > 30 && $1 != 100000 && ($1 < 100030 || $1 > 100042) { bad = 1 } END { exit bad }' values
	keeps "a source that tunes and has $event"
	check "a source that tunes and has $event: told" "$(last mode); $(paste -sd ';' err)" \
		test "$(last mode)" = pitch -a "$(wc -l <err)" -le 2
done
rm -f values

# ---- Real time

# through all that does not take a PCM away
cards 'rate 44100 ppm 300 events "10:xrun 14:suspend=500 18:stall=300 22:stall=3000 28:jump=300"' \
	'rate 48000 ppm 50 events "12:xrun 16:suspend=500"'
SIMTIME_SPY="1:31:$work/spy" bridge --from in --to out --duration 32 --status json -v
check "nothing is allocated" \
	"$(cat spy), $(last xruns_in) and $(last xruns_out) xruns, $(last suspends) suspends, $(last stalls) stalls" \
	test "$(cut -d ' ' -f 1-4 spy)" = "0 calls of the" -a "$(last xruns_in)/$(last suspends)/$(last stalls)" = 1/2/1
check "no page faults" "$(sed 's/.*, //' spy)" within "$(sed 's/.*, \([0-9]*\).*/\1/' spy)" 0 4
cards '' ''
SIMTIME_REFUSES=1 bridge --from in --to out --duration 1 -v
check "no real time: told" "$(head -n 2 err | paste -sd ';')" test "$(head -n 2 err)" = \
"bli-bridge: --priority 40: Operation not permitted; a busy machine may interrupt the sound
bli-bridge: memory cannot be locked (Operation not permitted); a busy machine may interrupt the sound"
SIMTIME_REFUSES=1 bridge --from in --to out --duration 1
check "no real time: only with -v" "status $status" test $status -eq 0 -a ! -s err

# ---- The end

clocks="44100 300 48000 50"
cards 'rate 44100 ppm 300' 'rate 48000 ppm 50'
for number in 2 15; do
	SIMTIME_SIGNALS="9.5:$number" bridge --from in --to out
	size=$(stat -c %s played.raw)
	check "signal $number: drained" "status $status, $(bc <<<"scale=4; $size / 192009.6") s" \
		within "$((size / 4))" $((48000 * 9535 / 1000)) $((48000 * 9550 / 1000))
	check "signal $number: a clean end" "$(cat err)" test $status -eq 0 -a ! -s err
done
SIMTIME_SIGNALS="9.5:15" bridge --from in --to out --at-end drop
size=$(stat -c %s played.raw)
check "dropped" "status $status, $((size / 4)) frames" \
	within "$((size / 4))" $((48000 * 9490 / 1000)) $((48000 * 9512 / 1000))
SIMTIME_SIGNALS="4:10 9.5:15" bridge --from in --to out
check "SIGUSR1 prints the status" "$(cat err)" \
	grep -qE '^resample (locking|locked), \+[0-9.]+ ppm \+- [0-9.]+, latency 40\.[0-9]+ ms' err

# ---- Formats, rates and channels

clocks="44100 300 44100 50"
cards 'rates [ 44100 48000 ] ppm 300' 'rates [ 44100 96000 ] ppm 50'
bridge --from in --to out --duration 32 -v
arrives "the rate that both have" 20 30 90 50
set_up='bli-bridge: out: 44100 Hz, S16_LE, 2 channels, periods of 441 frames, buffer of 4410; times of reading'
check "-v tells the set-up" "$(head -n 1 err)" grep -qx "$set_up" err
clocks="48000 300 96000 50"
bridge --from in --to out --duration 32 --from-rate 48k --to-rate 96000
arrives "the rates asked for" 20 30 90 50
cards 'channels 1 ppm 300' 'channels 2'
clocks="48000 300 48000 0"
bridge --from in --to out --duration 4 --map 1,0
"$python" - <<'END' >map.out && ok "--map 1,0" "$(cat map.out)" || bad "--map 1,0" "$(cat map.out)"
import numpy as np
data = np.fromfile("played.raw", "<i2").reshape(-1, 2)
print("peaks of %d and %d" % tuple(np.abs(data).max(axis=0)))
raise SystemExit(not (29000 < np.abs(data[:, 0]).max() < 29500 and np.abs(data[:, 1]).max() == 0))
END

# ---- Checks, records, configuration files

# a pointer of 48 frames is up to 1 ms late, wake-ups by what simtime makes of them
cards 'rate 44100 ppm 312' 'rate 48000 ppm -50 grain 48'
SIMTIME_JITTER_US=500 bridge --from in --to out --check --duration 20
pointers=$(sed -n 's/.*pointer late by up to \([0-9.]*\) ms/\1/p' out | paste -sd ' ')
wakes=$(sed -n 's/^wake-ups late by up to \([0-9.]*\) ms.*/\1/p' out)
check "--check: pointers" "$pointers ms" awk -v p="$pointers" \
	'BEGIN { split(p, n, " "); exit !(n[1] < 0.05 && n[2] > 0.9 && n[2] < 1.1) }'
check "--check: wake-ups" "$wakes ms" within "$wakes" 0.4 0.6
check "--check: clocks" "$(sed -n 's/.*clock \([-+0-9.]* ppm\).*/\1/p' out | paste -sd ' ')" \
	awk '/clock/ { ppm[++n] = $2 } END { exit !(ppm[1] > 311 && ppm[1] < 313 && ppm[2] > -55 && ppm[2] < -45) }' out
cards 'rate 44100 ppm 312 events "2:xrun"' 'rate 48000 ppm -50 grain 48'
SIMTIME_JITTER_US=500 bridge --from in --to out --latency auto --duration 42 --status json -v
latency=$(sed -n 's/.*: latency \([0-9.]*\) ms.*/\1/p' err)
clocks="44100 312 48000 -50"
check "--latency auto: short" "$latency ms" within "$latency" 5 12
arrives "--latency auto" 20 40 45 100
told "--latency auto" 0 0 0
latency=40
cards 'rate 44100 ppm 312' 'rate 48000 ppm -50'
bridge --from in --to out --duration 62 --record-status run.csv
check "--record-status" "$(tail -n 1 run.csv)" awk -F , '
	NR > 22 && ($2 < 361.5 || $2 > 362.5 || $3 < 39.99 || $3 > 40.01) { bad = 1 }
	END { exit !(NR > 58 && NF == 7 && !bad) }' run.csv
refuses "a table that exists" 1 "run.csv: exists already; -y replaces it" --from in --to out --record-status run.csv
if command -v gnuplot >/dev/null; then
	bridge --from in --to out --duration 12 --plot run.svg
	check "--plot" "$(stat -c %s run.svg) bytes" grep -q 'latency (ms)' run.svg
else
	skip "a drawing" gnuplot
fi
printf '%s\n' '# a bridge' 'from in' 'to = out' '  latency=30ms	# short' verbose >bridge.conf
bridge --config bridge.conf --duration 2
check "--config" "$(tail -n 1 err)" grep -q 'latency 30.0 ms' err
bridge --config bridge.conf --duration 2 --latency 25ms
check "--config: the command line overrides it" "$(tail -n 1 err)" grep -q 'latency 25.0 ms' err
for word in --conf --confi --config; do
	bridge $word=bridge.conf --duration 2
	check "$word=FILE" "$(tail -n 1 err)" grep -q 'latency 30.0 ms' err
done
bridge --conf bridge.conf --duration 2
check "--conf FILE" "$(tail -n 1 err)" grep -q 'latency 30.0 ms' err
echo 'form in' >wrong.conf
refuses "a wrong name in a file" 2 "unrecognized option '--form=in'" --config wrong.conf
refuses "a file that is not there" 2 "--config nowhere.conf: No such file or directory" --config nowhere.conf
echo 'config bridge.conf' >nested.conf
refuses "a file in a file" 2 "--config bridge.conf: one file, and not from within one" --config nested.conf

# ---- The recipes of the manual, with these cards for the hardware

printf '%s\n' "pcm_type.clockcard.lib \"$card\"" >asound.conf
for name in hw plughw; do
	printf 'pcm.%s { %s %s type clockcard }\n' $name '@args [ CARD DEV ] @args.CARD { type string default 0 }' \
		'@args.DEV { type integer default 0 }' >>asound.conf
done
echo 'pcm.bluealsa { type clockcard rate 44100 ppm 200 }' >>asound.conf
recipes=0
while read -r line; do
	recipes=$((recipes + 1))
	read -ra words <<<"$line"
	bridge "${words[@]:1}" --duration 3
	case $line in
	*"--sync timer"*)
		check "manual: $line" "$(cat err)" \
			test $status -eq 1 -a "$(grep -c 'no loopback whose timer_source' err)" = 1 ;;
	*"--check"*)
		check "manual: $line" "$(tail -n 1 out)" \
			test $status -eq 0 -a "$(grep -c '^recommended: --latency' out)" = 1 ;;
	*"--plot"*)
		if command -v gnuplot >/dev/null; then
			check "manual: $line" "$(stat -c %s hour.svg) bytes" test $status -eq 0 -a -s hour.svg
		else
			skip "manual: $line" gnuplot
		fi ;;
	*) check "manual: $line" "$(cat err)" test $status -eq 0 -a ! -s err ;;
	esac
done < <(sed -n 's/^\.Dl \$ \(bli-bridge .*\)/\1/p' "$sources/man/bli-bridge.1")
check "recipes of the manual" $recipes test $recipes -ge 8
sed -n '/^# cat .*dac.conf/,/^# systemctl/p' "$sources/man/bli-bridge.1" | grep -v '^#' >dac.conf
bridge --config dac.conf --duration 3 -v
check "manual: dac.conf" "$(tail -n 1 err)" grep -q 'latency 30.0 ms' err
unit="$build/src/tools/bridge/bli-bridge@.service"
if command -v systemd-analyze >/dev/null; then
	sed "s,^ExecStart=[^ ]*,ExecStart=$build/bli-bridge," "$unit" >bli-bridge@.service
	systemd-analyze verify ./bli-bridge@dac.service >out 2>&1
	check "the unit" "$(head -n 1 out)" test -z "$(grep 'bli-bridge@' out | grep -v "'man ")"
fi
check "the unit: its options" "$(grep ExecStart "$unit")" \
	grep -qE '^ExecStart=/.*/bli-bridge --config /.*/bli-bridge/%i\.conf$' "$unit"
columns=$("$build/bli-bridge" --help | wc -L)
check "--help, 80 columns at most" "$columns columns" test "$columns" -le 80
for option in --help --version; do
	"$build/bli-bridge" $option >/dev/full 2>err
	status=$?
	check "$option to a full disk" "status $status, $(cat err)" \
		test "$status $(cat err)" = "1 bli-bridge: standard output: No space left on device"
done
for option in $("$build/bli-bridge" --help | grep -oE -- '--[a-z-]+' | sort -u); do
	for place in man/bli-bridge.1 completion/bli-tools.bash completion/_bli-bridge; do
		grep -qE -- "${option/#--/(--|Fl \\\\-)}([^a-z-]|\$)" "$sources/$place" || bad "$option" "not in $place"
	done
done

# ---- What is refused

cards '' '' 'pcm.mono { type clockcard channels 1 }
	pcm.player { type clockcard only playback } pcm.mike { type clockcard only capture }'
refuses "no such PCM" 1 "--from nowhere: no such PCM" --from nowhere --to out
refuses "no such PCM to play on" 1 "--to nowhere: no such PCM" --from in --to nowhere
refuses "the same PCM" 1 "--from in --to in: the same PCM" --from in --to in
refuses "a capture that can only play" 1 "--from player: it can only play" --from player --to out
refuses "a playback that can only capture" 1 "--to mike: it can only capture" --from in --to mike
refuses "no common channels" 1 "mono has 1 to 1 channels, out has 2 to 2: none in common; --map tells which go where" \
	--from mono --to out
refuses "channels that one does not have" 1 "--channels 3: in has 2 to 2" --from in --to out --channels 3
refuses "a rate that it does not have" 1 "--to-rate 44100: out does not have it; the nearest is 48000" \
	--from in --to out --to-rate 44.1k
refuses "a format that it does not have" 1 "--from-format S32_LE: in does not have it" \
	--from in --to out --from-format S32_LE
refuses "a channel that it does not have" 1 "--map: channel 3: in has up to 2" --from in --to out --map 1,3
bridge --from in --to out --latency 2ms
check "too short a latency" "$(cat err)" grep -qE "^bli-bridge: --latency 2ms: not possible; at least [45]\.[0-9]ms \
with a period of 1\.0ms and a converter's delay of [23]\.[0-9]ms$" err
refuses "no --from" 2 "--from: missing; the PCM to capture from" --to out
refuses "no --to" 2 "--to: missing; the PCM to play on" --from in
refuses "an unknown converter" 2 "--converter best: unknown; allowed: bli_fast, bli_medium, bli, bli_high, bli_best" \
	--from in --to out --converter best
refuses "a converter that cannot glide" 2 \
	"--converter bli_linear: cannot follow a clock; allowed: bli_fast, bli_medium, bli, bli_high, bli_best" \
	--from in --to out --converter bli_linear
refuses "a wrong latency" 2 "--latency 20m: not possible; allowed: 1ms to 10s, auto" --from in --to out --latency 20m
refuses "a wrong rate" 2 "--from-rate 1: not possible; allowed: 2000 to 1536000 Hz, whole, as in 44100, 44.1k" \
	--from in --to out --from-rate 1
refuses "an unknown format" 2 \
	"--to-format S17: not possible; allowed: a linear format of ALSA, as in S16_LE, S24_3LE, S32_LE, FLOAT_LE" \
	--from in --to out --to-format S17
refuses "a wrong map" 2 "--map 1,x: not possible; allowed: up to 64 numbers of 0 to 64 with commas between" \
	--from in --to out --map 1,x
refuses "--channels with --map" 2 "--channels, --map: one of them" --from in --to out --map 1,2 --channels 2
refuses "an unknown mode" 2 "--sync pi: not possible; allowed: auto, resample, none, timer, pitch" \
	--from in --to out --sync pi
refuses "nothing to tune" 1 "--sync pitch: not possible; neither in nor out has an element that tunes its clock" \
	--from in --to out --sync pitch
refuses "no loopback" 1 "--sync timer: not possible; in is no loopback whose timer_source is out" \
	--from in --to out --sync timer
refuses "an argument" 2 "hw:0: unknown; PCMs are given by --from and --to" --from in --to out hw:0

# ---- alsaloop, for comparison: it steps the ratio by 10 ppm once in 15 s

if command -v alsaloop >/dev/null; then
	cards 'ppm 300' '' 'ctl.!default { type hw card 0 }'
	SIMTIME_SIGNALS="301:2" LD_PRELOAD=$simtime timeout 20 \
		alsaloop -v -C in -P out -r 48000 -f S16_LE -c 2 -t 40000 -S 4 >out 2>&1
	late=$(sed -n 's/^New pitch.*0\/\([0-9]*\)).*/\1/p' out | tail -n 1)
	clocks="48000 300 48000 0"
	bridge --from in --to out --duration 302
	arrives "after 5 min, where alsaloop is ${late:-?} frames late" 280 300 90 50
	check "alsaloop, to compare" "${late:-?} frames late" test "${late:-0}" -gt 1000
else
	skip "comparison" alsaloop
fi
finish
