#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The converter names of the preset table, of the exported symbols, of the files
# in the plugin directory and of the manual are the same, and the plugins export
# and link nothing else.
set -u

srcdir=${srcdir:-$(dirname "$0")/../..}
folder=${ALSA_PLUGIN_DIR:?is not set}
plugin=$folder/libasound_module_rate_bli.so
manual=$srcdir/man/bli.7
failures=0

for tool in nm readelf; do
	command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (Debian: binutils)"; exit 77; }
done
[ -r "$srcdir/src/core/preset.c" ] || { echo "cannot run: no preset table in $srcdir"; exit 99; }
[ -r "$plugin" ] || { echo "cannot run: no $plugin"; exit 99; }

# check NAME FIGURE EXPECTED GOT: two lists of words that must be equal
check() {
	if [ "$3" = "$4" ]; then
		echo "ok $1: $2"
	else
		echo "FAIL $1: expected '$3', got '$4'"
		failures=$((failures + 1))
	fi
}

sorted() { sort -u | paste -sd ' '; }

table=$(sed -n 's/.*\.name = "\([^"]*\)".*/\1/p' "$srcdir/src/core/preset.c" | sorted)
count=$(wc -w <<<"$table")
[ "$count" -gt 0 ] || { echo "cannot run: no names found in the preset table"; exit 99; }

exported=$(nm -D --defined-only "$plugin" | awk '{ print $NF }' | sed 's/@.*//' | sorted)
entries=$(for name in $table; do
	printf '%s\n' "_snd_pcm_rate_${name}_open" "_snd_pcm_rate_${name}_open_conf"
done | sorted)
check "exported symbols" "two for each of $count names" "$entries" "$exported"

files=$(for file in "$folder"/libasound_module_rate_bli*.so; do
	basename "$file" .so | sed 's/^libasound_module_rate_//'
done | sorted)
check "files in the plugin directory" "$count names" "$table" "$files"

targets=$(for name in $table; do readlink -e "$folder/libasound_module_rate_$name.so"; done | sort -u | wc -l)
check "files of all names" "one library" 1 "$targets"

libraries=$(readelf -d "$plugin" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sed 's/\.so.*//' |
	grep -v -e '^ld-linux' -e 'san$' | sorted)
check "libraries linked" "$libraries" "libasound libc libm" "$libraries"

# the PCM type: its one entry, and the mark that alsa-lib asks for
pcm=$folder/libasound_module_pcm_bli.so
exported=$(nm -D --defined-only "$pcm" | awk '{ print $NF }' | sed 's/@.*//' | sorted)
check "exported symbols of the PCM type" "its entry" "__snd_pcm_bli_open_dlsym_pcm_001 _snd_pcm_bli_open" "$exported"
libraries=$(readelf -d "$pcm" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sed 's/\.so.*//' |
	grep -v -e '^ld-linux' -e 'san$' -e '^libpthread' | sorted)
check "libraries linked by the PCM type" "$libraries" "libasound libc libm" "$libraries"

if [ -r "$manual" ]; then
	documented=$(sed 's/\\f[BIRP]//g; s/\\_/_/g' "$manual" |
		grep -oP '(?<![A-Za-z0-9_/.-])bli(_[a-z]+)?(?![A-Za-z0-9_(-])' | sorted)
	check "names in bli.7" "$count names" "$table" "$documented"
fi

[ "$failures" -eq 0 ]
