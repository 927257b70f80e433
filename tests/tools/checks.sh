# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How the tests of the command-line programs count. To be sourced by bash.

failures=0
missing=
ok() { echo "ok   $1: $2"; }
bad() { echo "FAIL $1: $2"; failures=$((failures + 1)); }
# skip NAME MISSING: what is not tried, for want of something
skip() { echo "SKIP $1: no $2"; missing=$2; }
# check NAME FIGURE COMMAND...: the command must succeed.
check() { local name=$1 figure=$2; shift 2; if "$@"; then ok "$name" "$figure"; else bad "$name" "$figure"; fi; }
# finish: the test's exit status
finish() {
	[ $failures -eq 0 ] || { echo "$failures failed"; exit 1; }
	[ -z "$missing" ] || { echo "skipped for want of $missing"; exit 77; }
	exit 0
}
