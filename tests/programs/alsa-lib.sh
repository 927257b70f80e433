#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# alsa-lib's own test/pcm.c plays a sine by each of its ways to transfer samples. `make check-programs` gets it from the
# source package, as it is in no other.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
alsa_lib_pcm=$BLI_BUILDDIR/tests/programs/alsa-lib-pcm
[ -x "$alsa_lib_pcm" ] || skip "no $alsa_lib_pcm: make check-programs builds it"
programs_begin

# sine METHOD: it never ends by itself
sine() {
	timeout -s INT 3 "$alsa_lib_pcm" -D default -m "$1" -r 44100 -c 2 -f 1000
	[ $? -eq 124 ]
}
export -f sine
export alsa_lib_pcm

# transferred METHOD: its sine has full scale
transferred() {
	local ratio hz

	rm -f "$TESTCARD_OUTFILE"
	run sine "$1" && ratio=$(ratio_in "$SANDBOX/log") || return
	hz=$("$PYTHON" -c 'import sys; a, b = sys.argv[1].split(":"); print(1000 / 44100 * 48000 * int(a) / int(b))' "$ratio")
	judge fit "$TESTCARD_OUTFILE" 48000 "$hz" 2 S16_LE 92 0
}

# The methods "async" and "async_direct" need a PCM with a signal of its own, which no plugin for a device has.
for period in 480 1024; do
	default_device 48000 2 $period
	for method in write write_and_poll direct_interleaved direct_noninterleaved direct_write; do
		check "$method, periods of $period frames" transferred $method
	done
done
finish
