# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of the installed packages share; to be sourced by bash.

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

# Nothing of the user's, and no other plugin directory or configuration than the machine's.
unset ALSA_PLUGIN_DIR ALSA_CONFIG_DIR ALSA_CONFIG_PATH XDG_CONFIG_HOME
export HOME=$work LC_ALL=C

# check NAME COMMAND...: prints "ok NAME: what the command says" or "FAIL …", and counts.
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "ok $name: $said"
	else
		echo "FAIL $name: $said"
		failures=$((failures + 1))
	fi
}

sine() { "$here/sine" "$@"; }
