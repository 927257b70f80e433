#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample as a neighbour: full disks, signals, terminals, memory.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

judge make in.wav 44100 22050 pcm_16 997
judge filter small.filter 0.90 9 13

# --- Full disks ------------------------------------------------------------
for format in wav flac aiff; do
	run -y --format $format -to 48000 in.wav /dev/full
	check "a full disk, $format" "$(cat err)" \
		test $status -eq 1 -a "$(cat err)" = "bli-resample: /dev/full: No space left on device"
done
"$program" -to 48000 in.wav - >/dev/full 2>err
check "a full disk behind standard output" "$(cat err)" \
	test "$(cat err)" = "bli-resample: standard output: No space left on device"
mkdir small-disk
if mount -t tmpfs -o size=64k tmpfs small-disk 2>/dev/null; then
	run -to 192000 in.wav small-disk/x.wav
	check "a full disk, and nothing left behind" "$(cat err)" \
		test $status -eq 1 -a "$(cat err)" = "bli-resample: small-disk/x.wav: No space left on device" \
			-a -z "$(ls -A small-disk)"
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
# what nohup(1) and some services ignore, the program ignores, too, and the test undoes
for signal in INT TERM HUP; do
	# as a shell's background jobs do with SIGINT
	"$python" -c "import os, signal, sys; [signal.signal(s, signal.SIG_DFL) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]; os.execv(sys.argv[1], sys.argv[1:])" \
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
check "-trace" "$(wc -l <err) lines" test $status -eq 0 -a ! -s out \
	-a "$(cut -d' ' -f1 err | tr '\n' ' ')" = "input output factor filter frames "
check "-trace: factor" "$(grep ^factor err)" grep -qx 'factor  160/441 = 0.362811791383' err
check "-trace: frames" "$(grep ^frames err)" grep -qx 'frames  22050 in, 8000 out' err
run -y -trace -f small.filter -n -to 16000 in.wav o.wav
check "-trace: filter" "$(grep ^filter err)" \
	grep -q '^filter  small.filter: Nmult 13, Nwing 1536, ScaleFactor 14744, nearest entry' err

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
check "standard output is a terminal" "$shown" \
	test $? -eq 2 -a "$shown" = "bli-resample: an output file is required: standard output is a terminal"

check "nothing temporary is left" "$(ls -A | grep -c '\.tmp$') files" test -z "$(ls -A . | grep '\.tmp$')"
finish
