#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: --help, manual and completions name the same options, and every example of the manual keeps its promise.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

# --- Help, manual, completion ----------------------------------------------
run --help
check "--help, 80 columns at most" "$(wc -l <out) lines, $(wc -L <out) columns" \
	test "$(wc -L <out)" -le 80 -a $status -eq 0 -a ! -s err
options_of_help() { grep -oE '(^| )--?[a-zA-Z][-a-zA-Z]*' "$1" | tr -d ' ' | sort -u; }
options_of_help out | grep -v '^-to$' >in-help-rest
options_of_help out >in-help
# "It Fl y , Fl -overwrite": each Fl of an item is an option.
sed -n 's/^\.It \(Fl .*\)/\1/p' "$sources/man/bli-resample.1" | grep -oE 'Fl +[^ ,]+' | sed 's/Fl */-/; s/\\-/-/g' |
	sort -u >in-manual
check "--help lists the manual's options" "$(wc -l <in-help) options" cmp -s in-help in-manual
diff in-help in-manual
if command -v mandoc >/dev/null; then
	check "mandoc -Tlint" "$(mandoc -Tlint -Wwarning "$sources/man/bli-resample.1" | wc -l) complaints" \
		mandoc -Tlint -Wwarning "$sources/man/bli-resample.1"
else
	skip "mandoc -Tlint" mandoc
fi
for word in $(cat in-help); do
	grep -qE -- "(^|[^-[:alnum:]])$word([^-[:alnum:]]|$)" "$sources/completion/bli-tools.bash" ||
		bad "bash completion" "$word is missing"
	grep -qE -- "(^|[^-[:alnum:]])$word([^-[:alnum:]]|$)" "$sources/completion/_bli-resample" ||
		bad "zsh completion" "$word is missing"
done
# complete WORD...: what bash proposes for the last word.
complete_words() {
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
		_bli_resample; printf "%s\n" "${COMPREPLY[@]}"' "$sources/completion/bli-tools.bash" "$@"
}
PATH=$(dirname "$program"):$PATH
check "bash completes options" "$(complete_words bli-resample --out | tr '\n' ' ')" \
	test "$(complete_words bli-resample --out)" = --output-dir
check "bash completes converters" "$(complete_words bli-resample --converter bli_b | tr '\n' ' ')" \
	test "$(complete_words bli-resample --converter bli_b)" = bli_best


# --- The examples of the manual ------------------------------------------------------------------------------
# As a reader of 80 columns sees them, and pastes them: lines of a $, and those that a backslash continues.
command -v mandoc >/dev/null || { skip "the manual's examples" mandoc; finish; }
mandoc -Tascii -Owidth=80 "$sources/man/bli-resample.1" | col -bx >rendered
check "no line is wider than 80 columns" "$(wc -L <rendered) columns" test "$(wc -L <rendered)" -le 80
sed -n '/^EXAMPLES/,/^SEE ALSO/p' rendered >examples
"$python" - <<'END'
import re
commands, open_line = [], False
for line in open("examples"):
    text = line.strip()
    if open_line:
        commands[-1] += "\n" + text
    elif text.startswith("$ "):
        commands.append(text[2:])
    else:
        continue
    open_line = text.endswith("\\")
for number, command in enumerate(commands):
    open("command%02d" % number, "w").write(command + "\n")
python = re.search(r"( *done = .*?wav16 = .*?\n)", open("examples").read(), re.S).group(1)
margin = len(python) - len(python.lstrip())
open("example.py", "w").write("import subprocess\nwav = open('in.wav', 'rb').read()\n" +
                              "".join(line[margin:] for line in python.splitlines(True)) + "open('memory.wav', 'wb').write(wav16)\n")
END
# what the examples begin with
mkdir -p set/one album bin
cat >bin/aplay <<'END'
#!/bin/sh
exec cat >played.wav
END
chmod +x bin/aplay
PATH=$work/bin:$PATH
judge make in.wav 44100 44100 pcm_16 997
judge make disc.wav 44100 44100 pcm_16 440 440
judge make drum.wav 44100 44100 pcm_16 997
judge make film.wav 48000 48000 pcm_16 300 500 700 60 900 1100
for name in a b one/c; do cp in.wav set/$name.wav; done
judge make album.wav 44100 44100 pcm_16 997
"$program" -q -by 1 --format flac --gain -20 in.wav album/1.flac
"$program" -q -by 1 --format flac --gain -10 in.wav album/2.flac
command -v lame >/dev/null && lame --quiet -b 128 in.wav talk.mp3
command -v ffmpeg >/dev/null && ffmpeg -v error -nostdin -y -i in.wav song.m4a
tried=0
for file in command??; do
	command=$(cat $file)
	for word in sox parallel ffmpeg bli-windowfilter; do
		if [[ $command == $word\ * ]] && ! command -v $word >/dev/null; then skip "$command" $word; continue \
			2; fi
	done
	if [[ $command == sox\ * && ! -e talk.mp3 ]]; then skip "$command" lame; continue; fi
	bash -e -o pipefail $file >out 2>err </dev/null
	status=$?
	# sox and GNU parallel have notes of their own
	check "example: ${command%%$'\n'*}" "$(grep ^bli err)" test $status -eq 0
	tried=$((tried + 1))
	case $command in
	*speech.wav*) judged "  16 kHz, one channel" tone speech.wav 16000 85 440 ;;
	# the length that sox guesses for the header of its pipe is passed on: aplay plays what comes
	sox*) check "  all of it at 8 kHz" "$(stat -c %s played.wav) bytes" test "$(od -An -tu4 -j24 -N4 played.wav)" -eq 8000 \
		-a "$(stat -c %s played.wav)" -ge 16044 ;;
	find*) check "  the tree in FLAC" "$(cd set16 && find . -name '*.flac' | sort | tr '\n' ' ')" \
		test "$(cd set16 && find . -name '*.flac' | sort | tr '\n' ' ')" = \
			"./set/a.flac ./set/b.flac ./set/one/c.flac " ;;
	parallel*) judged "  8 kHz" length set8/b.wav 8000 ;;
	*album48*)
		for track in 1 2; do "$program" -q --format wav -by 1 album48/album/$track.flac album$track.wav; done
		judged "  the louder track at -1 dB" peak album2.wav -1 0.01
		judged "  the other one 10 dB below, not at -1 dB" peak album1.wav -11 0.02 ;;
	*film.opus*) check "  Opus, near 96 kbit/s" "$(stat -c %s film.opus) bytes" awk \
		"BEGIN { s = $(stat -c %s film.opus); exit !(s > 9000 && s < 15000) }" ;;
	ffmpeg*) "$program" -q --format wav -by 1 song.flac song.wav
		check "  the song" "$(judge snr song.wav 48000 997) dB" awk \
			"BEGIN { exit !($(judge snr song.wav 48000 997) > 30) }" ;;
	*drum48*) "$python" -c "
import sys; sys.path.insert(0, '$sources/tests/tools')
from resample import read
import numpy as np
x = np.abs(read('drum48.wav')[0][:, 0])
raise SystemExit(not x[500:].max() > 0.8)"; check "  the drum" "48 kHz" test $? -eq 0 ;;
	*-o\ my.filter*) check "  the filter" "$(wc -l <my.filter) lines" test -s my.filter ;;
	*-f\ my.filter*) check "  the tone" "$(judge snr out.wav 48000 997) dB" awk \
		"BEGIN { exit !($(judge snr out.wav 48000 997) > 70) }" ;;
	*) ;;
	esac
done
check "examples tried" "$tried of $(ls command?? | wc -l)" test $tried -ge 7
"$python" example.py && judged "example: bytes in memory" tone memory.wav 16000 85 997
finish
