# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shell functions for the tests and the demo: ALSA as it comes from its package, with a home, an /etc and a plugin
# directory of its own, so that neither the machine's nor the user's ALSA configuration is read or changed, and no
# sound card is needed. To be sourced by bash.
#
# In:  BLI_BUILDDIR    build tree (default: the current directory)
#      BLI_PLUGIN_DIR  directory with the bli converters (default: $BLI_BUILDDIR/tests/plugins)
#      BLI_TESTCARD    the sound card of the tests (default: where the build tree has it)
#      BLI_CONVERTER   converter to test in the place of "bli": to see the tests fail, or judge another one
# Out: SANDBOX, ALSA_CONFIG_PATH, ALSA_PLUGIN_DIR, HOME and what testcard.c reads

BLI_BUILDDIR=$(realpath "${BLI_BUILDDIR:-.}")
BLI_PLUGIN_DIR=${BLI_PLUGIN_DIR:-$BLI_BUILDDIR/tests/plugins}
BLI_TESTCARD=${BLI_TESTCARD:-$BLI_BUILDDIR/tests/plugin/.libs/libasound_module_pcm_testcard.so}
BLI_CONVERTER=${BLI_CONVERTER:-bli}
PYTHON=${PYTHON:-/usr/bin/python3}
sandbox_failures=0

# skip REASON: ends the test as skipped.
skip() { echo "skipped: $*"; exit 77; }

# need PROGRAM...: skips the test where one is missing.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip "no $program"
	done
}

need_numpy() {
	need "$PYTHON"
	"$PYTHON" -c 'import numpy' 2>/dev/null || skip "$PYTHON has no numpy (python3-numpy)"
}

# check NAME COMMAND...: prints "ok NAME: what the command says" or "FAIL …", and counts.
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "ok $name: $said"
	else
		echo "FAIL $name: $said"
		sandbox_failures=$((sandbox_failures + 1))
	fi
}

# finish: the test's exit status.
finish() { [ "$sandbox_failures" -eq 0 ] && exit 0; exit 1; }

# sandbox_stock_plugins: the directory alsa-lib would load from by itself.
sandbox_stock_plugins() {
	local dir
	for dir in "$(pkg-config --variable=libdir alsa 2>/dev/null)/alsa-lib" /usr/lib/*/alsa-lib /usr/lib64/alsa-lib \
		/usr/lib/alsa-lib; do
		[ -d "$dir" ] && { echo "$dir"; return; }
	done
}

# sandbox_begin [DIR]: makes the sandbox, in DIR (kept) or in a temporary directory (removed at exit). 77 or 99 where it
# can't.
sandbox_begin() {
	local stock=${ALSA_CONFIG_DIR:-/usr/share/alsa}/alsa.conf file

	[ -r "$stock" ] || skip "no $stock (libasound2-data)"
	[ -r "$BLI_TESTCARD" ] || { echo "no $BLI_TESTCARD: build it first"; exit 99; }
	if [ $# -gt 0 ]; then
		SANDBOX=$1
		mkdir -p "$SANDBOX" || exit 99
	else
		SANDBOX=$(mktemp -d) || exit 99
		trap 'rm -rf "$SANDBOX"' EXIT
	fi
	mkdir -p "$SANDBOX/home" "$SANDBOX/root/etc/alsa/conf.d" "$SANDBOX/plugins" || exit 99

	# The package's alsa.conf, with every file it reads from the machine moved into the sandbox.
	sed -E "s#(\"|\\|)(/usr/etc|/var/lib|/etc)/#\\1$SANDBOX/root\\2/#g" "$stock" >"$SANDBOX/alsa.conf" || exit 99
	if grep -vE '^[[:space:]]*#' "$SANDBOX/alsa.conf" | grep -E '["|]/(etc|usr/etc|var)/'; then
		echo "$stock reads files in a way that is not known here"
		exit 99
	fi
	cat >>"$SANDBOX/alsa.conf" <<-END
		pcm_type.testcard.lib "$BLI_TESTCARD"
		pcm_type.hw     { lib "$BLI_TESTCARD" open "_snd_pcm_testcard_open" }
		pcm_type.dmix   { lib "$BLI_TESTCARD" open "_snd_pcm_testcard_open" }
		pcm_type.dsnoop { lib "$BLI_TESTCARD" open "_snd_pcm_testcard_open" }
		pcm.testcard { type testcard }
	END

	# ALSA_PLUGIN_DIR replaces the usual directory, so it must hold the stock plugins too.
	for file in "$(sandbox_stock_plugins)"/libasound_module_*.so \
		"$BLI_PLUGIN_DIR"/libasound_module_{rate,pcm}_bli*.so; do
		[ -e "$file" ] && ln -sf "$(realpath "$file")" "$SANDBOX/plugins/${file##*/}"
	done
	[ -e "$SANDBOX/plugins/libasound_module_rate_$BLI_CONVERTER.so" ] ||
		{ echo "no converter $BLI_CONVERTER in $BLI_PLUGIN_DIR: build it first"; exit 99; }

	export SANDBOX HOME=$SANDBOX/home XDG_CONFIG_HOME=$SANDBOX/home/.config
	export ALSA_CONFIG_PATH=$SANDBOX/alsa.conf ALSA_PLUGIN_DIR=$SANDBOX/plugins
	unset ALSA_CONFIG_DIR ALSA_CARD ALSA_PCM_CARD ALSA_PCM_DEVICE
	export JACK_NO_START_SERVER=1 LC_ALL=C PYTHONDONTWRITEBYTECODE=1
	sandbox_card 48000 2 S16_LE
}

# sandbox_card RATE CHANNELS FORMAT: what the sound card is from now on. It records from $SANDBOX/mic.raw (silence after
# its end) and plays into $SANDBOX/played.raw.
sandbox_card() {
	export TESTCARD_RATE=$1 TESTCARD_CHANNELS=$2 TESTCARD_FORMAT=$3
	export TESTCARD_INFILE=$SANDBOX/mic.raw TESTCARD_OUTFILE=$SANDBOX/played.raw
	[ -e "$TESTCARD_INFILE" ] || : >"$TESTCARD_INFILE"
}

# sandbox_asoundrc FILE [SED-EXPRESSION]: FILE becomes the user's .asoundrc.
sandbox_asoundrc() {
	sed "s/\"bli\"/\"$BLI_CONVERTER\"/g;${2:-}" "$1" >"$HOME/.asoundrc"
}

# sandbox_install FILE: FILE becomes a part of the machine's configuration, as an installed package's.
sandbox_install() {
	sed "s/\"bli\"/\"$BLI_CONVERTER\"/g" "$1" >"$SANDBOX/root/etc/alsa/conf.d/${1##*/}"
}
