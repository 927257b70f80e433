#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Recordings through the converter against resampling by FFT: see reference.py.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$srcdir/tests/shared/asound-sandbox.sh"

need arecord
need_numpy
speech=(/usr/share/sounds/alsa/Front_*.wav)
[ -r "${speech[0]}" ] || skip "no /usr/share/sounds/alsa/Front_*.wav (alsa-utils)"
sandbox_begin
for format in S16_LE S32_LE; do
	# With a format of its own for the card, the converter gets one format and gives another.
	cat >>"$HOME/.asoundrc" <<-END
		pcm.card_$format {
			type rate
			slave { pcm testcard rate 44100 format $format }
			converter "$BLI_CONVERTER"
		}
	END
done
sandbox_card 44100 1 S16_LE
PYTHONPATH=$srcdir/tests/shared PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$srcdir/tests/plugin/reference.py" "${speech[@]}"
