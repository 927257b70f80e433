#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# GStreamer's alsasink and alsasrc.
set -u
. "${srcdir:-$(dirname "$0")/../..}/tests/programs/common.sh"
programs_begin gst-launch-1.0 gst-inspect-1.0
for element in alsasink alsasrc wavparse; do
	gst-inspect-1.0 "$element" >/dev/null 2>&1 || skip "GStreamer has no $element"
done

play=(gst-launch-1.0 -q filesrc "location=$SANDBOX/sweeps.wav" ! wavparse ! alsasink device=default)
# 20 buffers of 1600 frames
record=(gst-launch-1.0 -q alsasrc device=default blocksize=3200 num-buffers=20 !
	audio/x-raw,format=S16LE,rate=16000,channels=1 ! wavenc ! filesink "location=$RECORDED")

to_play 44100 48000 1024
check "GStreamer plays 44.1 -> 48 kHz" played "${play[@]}"
to_play 48000 44100 441
check "GStreamer plays 48 -> 44.1 kHz" played "${play[@]}"
to_record 44100 16000 1024
check "GStreamer records 44.1 -> 16 kHz" recorded 16000 32000 "${record[@]}"
to_record 48000 16000 480
check "GStreamer records 48 -> 16 kHz" recorded 16000 32000 "${record[@]}"
finish
