#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli(7) says what the source says: names, claims, keys, ranges and messages; its recipes are those of conf/recipes, its
# tables of periods and delays are made anew, and mandoc has nothing against any page.
set -u

srcdir=${srcdir:-$(dirname "$0")/../..}
manual=$srcdir/man/bli.7
presets=$srcdir/src/core/preset.c
settings=$srcdir/src/plugin/settings.c
setting=$srcdir/src/core/setting.c
failures=0

for file in "$manual" "$presets" "$settings" "$setting"; do
	[ -r "$file" ] || { echo "cannot run: no $file"; exit 99; }
done

# check NAME FIGURE EXPECTED GOT: two texts that must be equal and not empty
check() {
	if [ -n "$3" ] && [ "$3" = "$4" ]; then
		echo "ok $1: $2"
	else
		echo "FAIL $1: expected '$3', got '$4'"
		failures=$((failures + 1))
	fi
}

# plain: mdoc source to the text that a reader sees, line by line
plain() { sed 's/\\(dq/"/g; s/\\(en/-/g; s/\\-/-/g; s/\\&//g; s/\\e/\\/g'; }

# section TITLE: source of a section
section() { awk -v title=".Sh $1" '$0 == title { on = 1; next } /^\.Sh / { on = 0 } on' "$manual"; }

# ---- converters ---------------------------------------------------------

# name passband SNR attenuation of every preset, "-" where nothing is claimed
claims=$(awk '
	function number(key, text) { return match(text, key " = [0-9.]+") ? substr(text, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0 : "-" }
	/^#define HIGH/ { macro = 1 }
	macro { high = high $0; if ($0 !~ /\\$/) macro = 0; next }
	/\.name = "/ { match($0, /"[^"]+"/); name = substr($0, RSTART + 1, RLENGTH - 2); text = "" }
	name { text = text ($0 ~ /HIGH/ ? high : $0) }
	name && /}[ ,]*({|$)/ && ($0 !~ /requirement = {/) {
		print name, number("claim_bandwidth", text), number("claim_snr_db", text), number("claim_rejection_db", text)
		name = ""
	}' "$presets" | sort)
documented=$(section CONVERTERS | plain | sed -n 's/^\.It Cm //p' | sed 's/ dB//g' |
	awk -F ' Ta ' '{ print $1, $2 == "-" ? $2 : $2 + 0, $3, $4 }' | sort)
check "converters and claims" "$(wc -l <<<"$claims") names" "$claims" "$documented"

qualities=$(sed -n 's/.*\.quality = "\([a-z]*\)".*/\1/p' "$presets" | sort -u | paste -sd ' ')
documented=$(section KEYS | awk '/^\.It Ic quality/ { on = 1; next } /^\.It/ { on = 0 } on' | sed -n '/^the filter/q;s/^\.Cm \([a-z]*\).*/\1/p' |
	sort -u | paste -sd ' ')
check "qualities" "$qualities" "$qualities" "$documented"

# ---- keys ---------------------------------------------------------------

keys=$(sed -n 's/^\t{ "\([a-z_]*\)", GROUP_[A-Z]*, read_.*/\1/p' "$settings" | sort)
documented=$(section KEYS | sed -n 's/^\.It Ic \([a-z_]*\) .*/\1/p' | sort)
check "keys" "$(wc -l <<<"$keys") of them" "$keys" "$documented"

tested=$(sed -n '/^static const char \*const keys\[\]/,/^};/s/"\([a-z_]*\)"/\n\1\n/gp' "$srcdir/tests/plugin/settings.c" | grep -x '[a-z_]*' | sort)
check "keys in the tests" "the same" "$keys" "$tested"

# entry KEY: what the manual says of a key, on one line
entry() {
	section KEYS | plain | awk -v key="$1" '/^\.(It|El)/ { on = $2 == "Ic" && $3 == key } on' | paste -sd ' '
}

# within KEY TEXT: the entry of a key has the text
within() {
	local said
	said=$(entry "$1" | grep -oF -- "$2" | head -n 1)
	check "$1" "$2" "$2" "$said"
}

# value NAME: a constant of the settings
value() { sed -n "s/^#define $1 //p" "$setting"; }

while read -r key least most; do
	within "$key" "$least to $most"
done < <(sed -n 's/.*bli_key_number_in(key, [^,]*, \(-\{0,1\}[0-9]*\), \([0-9]*\), .*settings->\(requirement\.\)\{0,1\}\([a-z]*\).*/\4 \1 \2/p' "$settings")
within attenuation "$(value ATTENUATION_LEAST_DB) to $(value ATTENUATION_MOST_DB)"
within passband "from $(value PASSBAND_LEAST) to $(value STOPBAND_MOST)"
within stopband "at least $(value TRANSITION_LEAST) above"
within stopband "default is $(sed -n 's/^#define STOPBAND //p' "$presets")"
within precision "more than $(value FLOAT_ATTENUATION_DB) dB"
within dither "of $(sed -n 's/^#define BLI_DITHER_BITS_MAX \([0-9]*\).*/\1/p' "$srcdir/src/core/dither.h") bits or fewer"
# words KEY FILE: those that it may have for a value
words() { sed -n "/^static [a-z]* read_$1(/,/^}/p" "$2" | grep -v log | grep -o '"[a-z]\{2,\}"' | tr -d '"'; }
for key in phase precision dither; do
	found=$(words $key "$setting"; words $key "$settings")
	[ -n "$found" ] || found="no words of $key in the source"
	for word in $found; do
		within "$key" "Cm $word"
	done
done

# ---- messages -----------------------------------------------------------

# What follows the value in a message of the manual stands in the source, whose strings have no variable parts there.
# (the parts of a string on several lines are joined)
sources=$(cat "$srcdir"/src/plugin/*.c "$setting" | perl -0pe 's/"[ \t]*(\\\n|\n)\s*"//g; s/\\"/"/g')
# invariant MESSAGE: its longest part that does not change with the setting
invariant() {
	sed -E 's/^converter "[a-z_]+": //; s/"[a-z_]+" and "[a-z_]+" //; s/^[a-z_]+ = "[^"]*": //; s/^filter_file: [^:]*: .*/filter_file/; s/^unknown key; allowed are .*/unknown key; allowed are /; s/^passband [0-9.]+, stopband [0-9.]+/passband %g, stopband %g/; s/at least [0-9.]+ above the passband$/at least %.2g above the passband%s/; s/^[0-9]+ samples/%llu samples/; s/gain "[-0-9.]+ dB"/gain "%s dB"/; s/^input rate [0-9]+/%s rate %u/; s/allowed are [0-9]+ to [0-9]+ Hz$/allowed are %d to %d Hz/; s/BLI_KERNEL=[a-z0-9]+/BLI_KERNEL=%.*s%s/; s/allowed are avx.*; taking.*/allowed are %s; taking %s/' <<<"$1"
}
count=0
while read -r message; do
	count=$((count + 1))
	part=$(invariant "$message")
	[[ $sources == *"$part"* ]] || { echo "FAIL message: '$part' of the manual is not in the source"; failures=$((failures + 1)); }
done < <(section DIAGNOSTICS | plain | sed -n 's/^\.It Sy "\(converter ".*\)"$/\1/p')
check "messages of the converter" "$count looked for" yes "$([ "$count" -ge 10 ] && echo yes)"

# ---- recipes ------------------------------------------------------------

# quoted NAME: the display after the comment `recipe: NAME`
quoted() { awk -v name="$1" '$0 == ".\\\" recipe: " name { on = 1; next } on && /^\.Ed/ { exit } on && !/^\.Bd/' "$manual" | plain; }
for recipe in "$srcdir"/conf/recipes/*.asoundrc; do
	name=$(basename "$recipe" .asoundrc)
	if grep -qxF ".\\\" recipe: $name" "$manual"; then
		check "recipe $name" "quoted as it is" "$(grep -v '^#' "$recipe" | sed '/./,$!d')" "$(quoted "$name")"
	else
		check "recipe $name" "named" "$name.asoundrc" "$(grep -o "$name.asoundrc" "$manual" | head -n 1)"
	fi
done

# ---- periods ------------------------------------------------------------

# Rates in lowest terms, how long that lasts, and examples that are multiples of it.
wrong=$(awk '/table: units/ { on = 1; next } /^\.El/ { on = 0 } on && /^\.It [0-9]/' "$manual" | awk -F ' Ta ' '
	function divisor(a, b) { return b ? divisor(b, a % b) : a }
	function near(a, b) { return a - b < 0.002 * b && b - a < 0.002 * b }
	{
		split($1, word, " "); in_hz = word[2] * 1000; out_hz = word[4] * 1000
		in_hz = int(in_hz + 0.5); out_hz = int(out_hz + 0.5)
		common = divisor(in_hz, out_hz)
		if ($2 != in_hz / common ":" out_hz / common) print $1 ": unit " $2
		split($3, lasts, " ")
		if (!near(lasts[1], 1000 / common)) print $1 ": lasts " $3
		examples = split($4, example, ", ")
		for (i = 1; i <= examples; i++)
			if (example[i] != "any" && (split(example[i], side, ":") != 2 || side[1] * out_hz != side[2] * in_hz))
				print $1 ": " example[i]
		rows++
	}
	END { if (rows < 10) print "only " rows + 0 " rows" }')
check "table of periods" "units, durations and examples" "none wrong" "${wrong:-none wrong}"

# ---- delays -------------------------------------------------------------

# delay NAME PHASE IN:OUT: milliseconds, as aplay -v tells for periods of 10 ms; "-" for no phase
delay() {
	local in=${3%:*} out=${3#*:}
	cat >"$folder/asound.conf" <<-END
		pcm.test {
			type rate
			slave { pcm { type null } rate $out }
			converter { name "$1" $([ "$2" = - ] || echo "phase $2") }
		}
	END
	ALSA_CONFIG_PATH=$folder/asound.conf aplay -v -D test -t raw -f S16_LE -c 1 -r "$in" -s "$((in / 100))" \
		--period-size="$((in / 100))" --buffer-size="$((in / 25))" /dev/zero 2>&1 |
		sed -n 's/.*delay: .* frames, \([0-9.]*\) ms.*/\1/p'
}

# To the last digit that the table has, with whatever kernel.
if command -v aplay >/dev/null && [ -n "${ALSA_PLUGIN_DIR:-}" ]; then
	folder=$(mktemp -d) || exit 99
	trap 'rm -rf "$folder"' EXIT
	table=$(awk '/table: delays/ { on = 1; next } /^\.El/ { on = 0 } on && /^\.It/' "$manual" | plain |
		sed 's/^\.It Cm //; s/^\.It Em name Ta Em //; s/ Ta / /g')
	read -r -a columns < <(head -n 1 <<<"$table")
	while read -r name phase said; do
		measured=$(for rates in "${columns[@]:1}"; do delay "$name" "$phase" "$rates"; done | paste -sd ' ')
		rounded=$(for figure in $measured; do LC_ALL=C printf '%.2f\n' "$figure"; done | paste -sd ' ')
		check "delays of $name, $phase" "$measured ms" "$said" "$rounded"
	done < <(tail -n +2 <<<"$table")
else
	echo "(no aplay or no ALSA_PLUGIN_DIR: the delays of the manual are not compared)"
fi

# ---- mandoc -------------------------------------------------------------

if command -v mandoc >/dev/null; then
	for page in "$srcdir"/man/*.[1-8]; do
		check "mandoc ${page##*/}" "no warning" "none" "$(mandoc -Tlint -Wwarning "$page" 2>&1 | sed '1!d;s/^$/none/' | grep . || echo none)"
	done
elif [ "$failures" -eq 0 ]; then
	echo "skipped: mandoc is not installed; the rest passed"
	exit 77
fi

[ "$failures" -eq 0 ]
