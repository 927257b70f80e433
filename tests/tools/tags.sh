#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: what files say about themselves is kept as far as the output has a place for it, and named if it has
# none.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

needs flac
needs ffprobe
judge make in.wav 44100 22050 pcm_16 997
fields=(TITLE=Ti ARTIST=Ar ALBUM=Al ALBUMARTIST=AA COMPOSER=Co ISRC=DEA123456789 TRACKNUMBER=3 DISCNUMBER=1 GENRE=Jazz \
	DATE=1999)
flac -s -f in.wav -o ten.flac "${fields[@]/#/--tag=}"
# tags_of FILE: as ffprobe sees them, in lines of its own
tags_of() { ffprobe -v error -show_entries format_tags:stream_tags -of default=nw=1 "$1" | sed 's/^TAG://' | sort; }
has() { local name=$1 file=$2; shift 2; for tag; do check "$name: $tag" \
	"$(tags_of "$file" | grep -i "^${tag%%=*}=" | tr '\n' ' ')" grep -qix -- "$tag" <(tags_of "$file"); done; }

# --- Positions ----------------------------------------------------------------------------------------------
# A loop of 15500 frames, whose last frame is the one before frame 16000: of half the frames, before 8000.
judge chunks marked.wav
run -y -to 44100 marked.wav o.wav
judged "cue points, loop, time reference at one rate" positions o.wav 1000 20000 500 15999 158760000
run -y -to 22050 marked.wav o.wav
judged "at half the rate" positions o.wav 500 10000 250 7999 79380000
run -y -to 88200 marked.wav o.wav
judged "at twice the rate" positions o.wav 2000 40000 1000 31999 317520000
"$program" -to 22050 marked.wav - 2>err | cat >piped.wav
check "in a pipe" "$(cat err)" test ! -s err
run -y -to 22050 marked.wav o.flac
check "FLAC has no place for them" "$(cat err)" \
	test "$(cat err)" = "bli-resample: o.flac: not kept: cue points, loops, bext"

# --- Tags ---------------------------------------------------------------------------------------------------
run -y -to 48000 ten.flac o.flac
if "$program" --version | grep -q 'no TagLib'; then
	has "without TagLib" o.flac title=Ti artist=Ar album=Al track=3 genre=Jazz date=1999
	flac -s -f --no-utf8-convert in.wav -o umlaut.flac --tag=TITLE=Dvořák
	run -y -to 48000 umlaut.flac umlaut.mp3
	check "without TagLib: letters beyond ASCII in MP3 are lost, not garbled" "$(cat err)" \
		test "$(cat err)" = "bli-resample: umlaut.mp3: not kept: TITLE"
	skip "all tags" TagLib
	finish
fi
check "ten tags from FLAC to FLAC" "$(metaflac --export-tags-to=- o.flac | tr '\n' ' ')" \
	cmp <(metaflac --export-tags-to=- ten.flac | sort) <(metaflac --export-tags-to=- o.flac | grep -v ENCODER |
		sort)
check "nothing is lost, nothing is said" "$(cat err)" test $status -eq 0 -a ! -s err
for format in ogg opus; do
	run -y -to 48000 ten.flac o.$format
	has "FLAC to $format" o.$format title=Ti artist=Ar album=Al album_artist=AA composer=Co ISRC=DEA123456789 \
		track=3 disc=1 genre=Jazz date=1999
done
run -y -to 48000 ten.flac o.mp3
if [ $status -eq 0 ]; then
	has "FLAC to MP3" o.mp3 title=Ti artist=Ar album=Al album_artist=AA composer=Co TSRC=DEA123456789 track=3 \
		disc=1 genre=Jazz date=1999
	flac -s -f --no-utf8-convert in.wav -o umlaut.flac --tag=TITLE=Dvořák --tag=ARTIST=Ωmega
	run -y -to 48000 umlaut.flac umlaut.mp3
	has "letters beyond ASCII in MP3" umlaut.mp3 title=Dvořák artist=Ωmega
	run -y -to 44100 umlaut.mp3 back.flac
	check "and back" "$(metaflac --export-tags-to=- --no-utf8-convert back.flac | tr '\n' ' ')" \
		grep -qx TITLE=Dvořák <(metaflac --export-tags-to=- --no-utf8-convert back.flac)
fi
run -y -to 48000 ten.flac o.wav
run -y -to 48000 o.wav back.flac
check "ten tags by way of WAV" "$(metaflac --export-tags-to=- back.flac | tr '\n' ' ')" \
	cmp <(metaflac --export-tags-to=- ten.flac | sort) <(metaflac --export-tags-to=- back.flac | grep -v ENCODER |
		sort)
run -y -to 48000 ten.flac o.aiff
run -y -to 48000 o.aiff back.flac
check "ten tags by way of AIFF" "$(metaflac --export-tags-to=- back.flac | tr '\n' ' ')" \
	cmp <(metaflac --export-tags-to=- ten.flac | sort) <(metaflac --export-tags-to=- back.flac | \
		grep -vE 'ENCODER' | sort)
run -y -to 48000 ten.flac o.caf
check "what CAF has no place for is named in one note" "$(cat err)" \
	test "$(cat err)" = "bli-resample: o.caf: not kept: ALBUMARTIST, COMPOSER, DISCNUMBER, ISRC"
run -y -q -to 48000 ten.flac o.caf
check "--quiet: no note" "$(cat err)" test ! -s err
"$program" -to 48000 ten.flac - 2>err >redirected.flac
check "nor a file that can only be written" "$(cat err)" \
	grep -q '^bli-resample: standard output: not kept: ALBUMARTIST' err
"$program" -to 48000 ten.flac - 2>err | cat >piped.flac
check "what a pipe has no place for is named" "$(cat err)" \
	grep -q '^bli-resample: standard output: not kept: ALBUMARTIST' err
"$python" -c "
import struct, sys, zlib
def chunk(name, data): return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
open('front.png', 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(b'\0\0')) + chunk(b'IEND', b''))"
metaflac --import-picture-from=front.png ten.flac
for format in flac ogg mp3; do
	run -y -to 48000 ten.flac o.$format && run -y -to 44100 o.$format back.flac
	metaflac --export-picture-to=back.png back.flac 2>/dev/null
	check "a picture by way of $format" "$(stat -c %s back.png 2>/dev/null) bytes" cmp front.png back.png
	rm -f back.png
done

finish
