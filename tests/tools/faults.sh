#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample and bli-windowfilter when the machine fails them: directories and disks that cannot be written, disks
# that are full, files that change or vanish under their hands, kills. Every output is whole, or as it was before. What
# resample.sh and windowfilter.sh try already is not tried again.
# BLI_RESAMPLE, BLI_WINDOWFILTER: the programs (./bli-resample, ./bli-windowfilter).
set -u
export LC_ALL=C

resample=$(realpath "${BLI_RESAMPLE:-./bli-resample}")
windowfilter=$(realpath "${BLI_WINDOWFILTER:-./bli-windowfilter}")
for program in "$resample" "$windowfilter"; do
	[ -x "$program" ] || { echo "$program: not built"; exit 99; }
done
sources=$(realpath "${srcdir:-.}")
work=$(mktemp -d) || exit 99
chmod 755 "$work"
mounted=
trap '[ -z "$mounted" ] || umount "$work/disk"; chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 99

. "$sources/tests/tools/checks.sh"
same() { check "$1" "$(stat -c %s "$3") bytes" cmp "$2" "$3"; }
# sums FOLDER: its files and what is in them
sums() { (cd "$1" && find . -type f -exec cksum {} + | sort); }
# says NAME MESSAGE FOLDER COMMAND...: exit status 1, these lines of error, and nothing in FOLDER is changed.
says() {
	local name=$1 message=$2 folder=$3 before status
	shift 3
	before=$(sums "$folder")
	"$@" >out 2>err </dev/null
	status=$?
	if [ $status -eq 1 ] && [ "$(cat err)" = "$message" ] && [ "$before" = "$(sums "$folder")" ]
	then ok "$name" "$(head -n 1 err)"
	else bad "$name" \
		"status $status, error '$(cat err)' instead of '$message', files '$(ls -A "$folder" | tr '\n' ' ')'"
	fi
}
# Somebody whom permissions stop.
if [ "$(id -u)" -ne 0 ]; then
	mortal() { "$@"; }
elif command -v setpriv >/dev/null && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$resample"; then
	mortal() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
else
	mortal() { return 77; }
fi

# --- Material --------------------------------------------------------------
raw=(--raw-rate 44100 --raw-channels 2)
head -c 400000 /dev/urandom >noise.raw
# so quiet that nothing is clipped
"$resample" "${raw[@]}" --by 1 --gain -20 noise.raw in.raw || exit 99
"$resample" "${raw[@]}" --by 1 --format wav in.raw in.wav || exit 99
"$resample" -to 48000 in.wav expected.wav || exit 99
"$resample" "${raw[@]}" --by 1 --format ogg --subtype vorbis in.raw in.ogg 2>err || rm -f in.ogg
"$windowfilter" --nmult 13 -o small.filter && "$windowfilter" --nmult 65 -o large.filter || exit 99
echo precious >precious

# --- Directories that cannot be written ------------------------------------
mkdir locked
cp precious locked/old.wav
cp precious locked/old.filter
chmod 666 locked/old.*
chmod 555 locked
# fakeroot lets setpriv succeed without an effect
if mortal true && ! mortal touch locked/probe 2>/dev/null; then
	says "read-only directory, bli-resample" "bli-resample: locked/x.wav: Permission denied" locked \
		mortal "$resample" -to 48000 in.wav locked/x.wav
	says "read-only directory, -y on a file in it" "bli-resample: locked/old.wav: Permission denied" locked \
		mortal "$resample" -y -to 48000 in.wav locked/old.wav
	says "read-only directory, --output-dir" "bli-resample: locked/in.wav: Permission denied
bli-resample: locked/expected.wav: Permission denied" locked \
		mortal "$resample" -to 48000 --output-dir locked in.wav expected.wav
	says "read-only directory, bli-windowfilter" "bli-windowfilter: locked/x.filter: Permission denied" locked \
		mortal "$windowfilter" -o locked/x.filter
	says "read-only directory, -y on a filter in it" "bli-windowfilter: locked/old.filter: Permission denied" locked \
		mortal "$windowfilter" -y -o locked/old.filter
else
	rm -f locked/probe
	skip "read-only directory" "user whom permissions stop, and who may run the programs"
fi

# spooled FOLDER: an AIFF file of unknown length to a pipe has to be kept in FOLDER until it is complete.
spooled() {
	cat in.raw | TMPDIR=$1 "$resample" "${raw[@]}" --format aiff -to 48000 - - 2>err | cat >out
	status=${PIPESTATUS[1]}
}
# spooled_input FOLDER: an Ogg file from a pipe, too.
spooled_input() {
	rm -f spooled.wav
	cat in.ogg | TMPDIR=$1 "$resample" --format wav -to 48000 - spooled.wav 2>err
	status=${PIPESTATUS[1]}
}
# blames NAME WHOSE FOLDER REASON: status 1 and this one line, which names the folder and what can be done
blames() {
	check "$1" "$(cat err)" test $status -eq 1 \
		-a "$(cat err)" = "bli-resample: $2: temporary file in $3: $4; TMPDIR can name another folder"
}

# --- Disks -----------------------------------------------------------------
mkdir disk
if mount -t tmpfs -o size=128k tmpfs disk 2>/dev/null; then
	mounted=yes
	cp precious disk/old.wav
	cp precious disk/old.filter
	says "full disk, -y keeps what was there" "bli-resample: disk/old.wav: No space left on device" disk \
		"$resample" -y -to 48000 in.wav disk/old.wav
	says "full disk, bli-windowfilter" "bli-windowfilter: disk/x.filter: No space left on device" disk \
		"$windowfilter" --nmult 257 -o disk/x.filter
	says "full disk, -y keeps the filter" "bli-windowfilter: disk/old.filter: No space left on device" disk \
		"$windowfilter" --nmult 257 -y -o disk/old.filter
	head -c 20000 in.raw | "$resample" "${raw[@]}" --by 1 --format wav - short.wav
	"$resample" -to 48000 short.wav short48.wav
	"$resample" -to 48000 --output-dir disk short.wav in.wav 2>err
	check "full disk, --output-dir: the files that fit" "$(cat err)" \
		test $? -eq 0 -a "$(cat err)" = "bli-resample: disk/in.wav: No space left on device" -a ! -e disk/in.wav
	same "full disk, --output-dir: they are whole" short48.wav disk/short.wav
	spooled "$work/disk"
	blames "full disk for what goes to a pipe" "standard output" "$work/disk" "No space left on device"
	check "full disk for what goes to a pipe: nothing is left" "$(ls -A disk | tr '\n' ' ')" \
		test ! -s out -a "$(ls -A disk | tr '\n' ' ')" = "old.filter old.wav short.wav "
	if [ -s in.ogg ]; then
		cat /dev/zero >disk/zeros 2>/dev/null
		spooled_input "$work/disk"
		rm disk/zeros
		blames "full disk for what comes from a pipe" "standard input" "$work/disk" "No space left on device"
	fi
	mount -o remount,ro disk
	says "read-only disk, bli-resample" "bli-resample: disk/x.wav: Read-only file system" disk \
		"$resample" -to 48000 in.wav disk/x.wav
	says "read-only disk, bli-windowfilter" "bli-windowfilter: disk/x.filter: Read-only file system" disk \
		"$windowfilter" -o disk/x.filter
	umount disk && mounted=
else
	skip "full and read-only disks" "right to mount a tmpfs"
fi
spooled "$work/none"
blames "no directory for what goes to a pipe" "standard output" "$work/none" "No such file or directory"
check "no directory for what goes to a pipe: no output" "$(stat -c %s out) bytes" test ! -s out
if [ -s in.ogg ]; then
	spooled_input "$work/none"
	blames "no directory for what comes from a pipe" "standard input" "$work/none" "No such file or directory"
	check "no directory for what comes from a pipe: no output" "$(ls | grep -c "^spooled") files" \
		test ! -e spooled.wav
	spooled_input "$work"
	check "what comes from a pipe is kept in TMPDIR" "status $status, $(cat err)" \
		test $status -eq 0 -a -s spooled.wav
else
	skip "Ogg from a pipe" "libsndfile with Ogg"
fi
"$windowfilter" -o /dev/stdout 2>err | head -c 10 >/dev/null
check "bli-windowfilter into a pipe that closes" "status ${PIPESTATUS[0]}" \
	test "${PIPESTATUS[0]}" -ne 0 -a "$(wc -l <err)" -le 1

# --- Descriptors that are closed -------------------------------------------
# What is opened next gets their numbers, and must not get their messages.
"$resample" -y -trace -to 48000 in.wav o.wav 2>&-
same "standard error closed: bli-resample" expected.wav o.wav
"$resample" -y -to 48000 in.wav o.wav <&- >&-
same "standard input and output closed: bli-resample" expected.wav o.wav
"$windowfilter" --nmult 64 --measure -y -o o.filter <&- >&- 2>&-
same "all closed: bli-windowfilter" large.filter o.filter
rm -f o.filter

# --- Files that change while they are used ---------------------------------
mkfifo live
# start ARGUMENT...: converts what comes through `live`, in the background, to folder/x.wav, and waits for its output
start() {
	rm -rf folder
	mkdir folder
	[ "${old:-}" = yes ] && cp precious folder/x.wav
	"$resample" "$@" "${raw[@]}" --format wav -to 48000 - folder/x.wav <live 2>err &
	child=$!
	exec 9>live
	head -c 200000 in.raw >&9
	for ((i = 0; i < 1200; i++)); do [ -n "$(ls folder | grep '\.tmp$')" ] && return; sleep 0.05; done
	bad "bli-resample $*" "no output appears"
}
# send_rest: the rest of the sound
send_rest() { tail -c +200001 in.raw >&9; exec 9>&-; wait $child; status=$?; }

"$resample" -y -f large.filter -to 48000 in.wav filtered.wav
"$resample" -y -f small.filter -to 48000 in.wav filtered-small.wav
cp large.filter used.filter
start -f used.filter
rm used.filter
send_rest
same "the filter file vanishes" filtered.wav folder/x.wav
cp large.filter used.filter
start -f used.filter
cp small.filter new.filter && mv new.filter used.filter
send_rest
same "the filter file is replaced" filtered.wav folder/x.wav
cp large.filter used.filter
start -f used.filter
: >used.filter
send_rest
same "the filter file is emptied" filtered.wav folder/x.wav

# A writer without manners: a reader gets one filter, or the other, or a file that it refuses.
while :; do cat small.filter >used.filter; cat large.filter >used.filter; done & writer=$!
whole=0 refused=0 wrong=0
for ((i = 0; i < 40; i++)); do
	rm -f o.wav
	if "$resample" -f used.filter -to 48000 in.wav o.wav 2>err; then
		if cmp -s o.wav filtered.wav || cmp -s o.wav filtered-small.wav; then whole=$((whole + 1)); else \
			wrong=$((wrong + 1)); fi
	elif [ "$(grep -c '^bli-resample: used.filter: ' err)" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] &&
		[ ! -e o.wav ]; then
		refused=$((refused + 1))
	else
		wrong=$((wrong + 1))
	fi
done
kill $writer
wait $writer 2>/dev/null
check "the filter file is being written" "$whole converted, $refused refused, $wrong wrong" \
	test $wrong -eq 0 -a $((whole + refused)) -eq 40

start
cp precious folder/x.wav
send_rest
check "a file of the output's name appears" "status $status, $(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-resample: folder/x.wav: exists already; -y replaces it" \
		-a "$(ls -A folder)" = x.wav
same "it is kept" precious folder/x.wav
start
rm -r folder
send_rest
check "the output's folder vanishes" "status $status, $(cat err)" \
	test $status -eq 1 -a "$(cat err)" = "bli-resample: folder/x.wav: No such file or directory"
for ((i = 0; i < 20; i++)); do cat in.raw; done >long.raw
"$resample" "${raw[@]}" --by 1 --format wav long.raw long.wav
"$resample" -to 48000 --converter bli_best long.wav cut.wav 2>err & child=$!
truncate -s 100000 long.wav
wait $child
status=$?
check "the input is cut off meanwhile" "status $status, $(cat err)" \
	test $status -eq 0 -o \( $status -eq 1 -a "$(wc -l <err)" -eq 1 -a ! -e cut.wav \)

# --- Kills -----------------------------------------------------------------
for old in no yes; do
	for how in KILL TERM "TERM as the input ends"; do
		if [ $old = yes ]; then start -y; else start; fi
		kill -"${how%% *}" $child
		# in a pipeline Ctrl-C ends the program in front, too
		[ "$how" != TERM ] || wait $child 2>/dev/null
		exec 9>&-
		wait $child 2>/dev/null
		status=$?
		left=$(ls -A folder | tr '\n' ' ')
		if [ $old = yes ]; then
			check "SIG$how leaves the old file" "status $status" cmp precious folder/x.wav
		else
			check "SIG$how leaves no file" "status $status, '$left'" test ! -e folder/x.wav
		fi
		[ "${how%% *}" = KILL ] && continue
		check "SIG$how leaves nothing temporary" "status $status, '$left'" \
			test $status -eq 143 -a -z "$(ls -A folder | grep '\.tmp$')"
	done
done
unset old
start
kill -KILL $child
exec 9>&-
wait $child 2>/dev/null
"$resample" -y -to 48000 in.wav folder/x.wav
same "after SIGKILL it works again" expected.wav folder/x.wav
mkdir fake drawing
printf '#!/bin/sh\n: >"%s/drawing/begun"\nexec sleep 20\n' "$work" >fake/gnuplot
chmod +x fake/gnuplot
cp precious drawing/old.filter
for signal in KILL TERM; do
	rm -f drawing/begun
	PATH=$work/fake:$PATH "$windowfilter" --nmult 7 -y -o drawing/old.filter --plot drawing/x.svg </dev/null >out \
		2>err & child=$!
	for ((i = 0; i < 1200; i++)); do [ -e drawing/begun ] && break; sleep 0.05; done
	kill -$signal $child
	wait $child 2>/dev/null
	status=$?
	check "SIG$signal while gnuplot draws" "status $status, $(ls -A drawing | tr '\n' ' ')" \
		test -e drawing/begun -a ! -e drawing/x.svg
	same "SIG$signal leaves the old filter" precious drawing/old.filter
done
# In the middle of writing: wherever the kill comes, the file is there whole or not at all.
"$windowfilter" --nmult 8191 --precise -o huge.filter
absent=0 whole=0 wrong=0
for ((i = 0; i < 20; i++)); do
	rm -f x.filter*
	"$windowfilter" --nmult 8191 --precise -o x.filter & child=$!
	sleep "$(printf '0.%02d' $((i * 7)))"
	kill -KILL $child 2>/dev/null
	wait $child 2>/dev/null
	if [ ! -e x.filter ]; then absent=$((absent + 1))
	elif cmp -s x.filter huge.filter; then whole=$((whole + 1))
	else wrong=$((wrong + 1)); fi
done
rm -f x.filter*
check "SIGKILL at 20 moments of bli-windowfilter" "$absent absent, $whole whole, $wrong half-written" test $wrong -eq 0

finish
