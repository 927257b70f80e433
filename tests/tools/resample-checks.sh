# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of bli-resample have in common: the program, a folder of its own for each, and its judges. To be
# sourced by bash with `set -u`.
# BLI_RESAMPLE: the program (./bli-resample); srcdir: top of the sources (.).
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

program=$(realpath "${BLI_RESAMPLE:-./bli-resample}")
sources=$(realpath "${srcdir:-.}")
[ -x "$program" ] || { echo "$program: not built"; exit 99; }
python=
for candidate in ${PYTHON:-} /usr/bin/python3 python3; do
	"$candidate" -c 'import numpy, scipy.signal' 2>/dev/null && { python=$candidate; break; }
done
[ -n "$python" ] || { echo "python3 with numpy and scipy: not installed"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

. "$sources/tests/tools/checks.sh"
# run ARGUMENT...: the program with its output in out, its errors in err, its status in $status.
run() { "$program" "$@" >out 2>err </dev/null; status=$?; }
judge() { "$python" "$sources/tests/tools/resample.py" "$@"; }
# judged NAME COMMAND...: resample.py agrees.
judged() {
	local name=$1 figure
	shift
	if figure=$(judge "$@" 2>&1); then ok "$name" "$figure"; else bad "$name" "$figure"; fi
}
# converts NAME ARGUMENT...: succeeds and says nothing.
converts() {
	local name=$1
	shift
	run "$@"
	[ $status -eq 0 ] && [ ! -s err ] && [ ! -s out ] || bad "$name" "status $status, '$(cat err)'"
}
# refuses NAME STATUS MESSAGE ARGUMENT...: that status, that one line of error, no new file.
refuses() {
	local name=$1 wanted=$2 message=$3 before after
	shift 3
	before=$(ls -A . | grep -vxE 'out|err')
	run "$@"
	after=$(ls -A . | grep -vxE 'out|err')
	if [ $status -eq "$wanted" ] && [ "$(cat err)" = "bli-resample: $message" ] && [ "$before" = "$after" ] &&
		[ ! -s out ]
	then ok "$name" "$(cat err)"
	else bad "$name" "status $status, files '$after', error '$(cat err)' instead of '$message'"
	fi
}
# same NAME FILE FILE: byte by byte.
same() { check "$1" "$(stat -c %s "$2") bytes" cmp "$2" "$3"; }
# needs PROGRAM: a test without it is skipped as a whole.
needs() { command -v "$1" >/dev/null || { echo "$1: not installed"; exit 77; }; }
