#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bli-resample: --help, manual and completions name the same options, and every example of the manual keeps its promise.
set -u
. "${srcdir:-.}/tests/tools/resample-checks.sh"

# --- Help, manual, completion ----------------------------------------------
run --help
check "--help" "$(wc -l <out) lines" test $status -eq 0 -a ! -s err
options_of_help() { grep -oE '(^| )--?[a-zA-Z][-a-zA-Z]*' "$1" | tr -d ' ' | sort -u; }
options_of_help out | grep -v '^-to$' >in-help-rest
options_of_help out >in-help
# "It Fl y , Fl -overwrite": each Fl of an item is an option.
sed -n 's/^\.It \(Fl .*\)/\1/p' "$sources/man/bli-resample.1" | grep -oE 'Fl +[^ ,]+' | sed 's/Fl */-/; s/\\-/-/g' | sort -u >in-manual
check "--help lists the manual's options" "$(wc -l <in-help) options" cmp -s in-help in-manual
diff in-help in-manual
if command -v mandoc >/dev/null; then
	check "mandoc -Tlint" "$(mandoc -Tlint -Wwarning "$sources/man/bli-resample.1" | wc -l) complaints" \
		mandoc -Tlint -Wwarning "$sources/man/bli-resample.1"
else
	skip "mandoc -Tlint" mandoc
fi
for word in $(cat in-help); do
	grep -qE -- "(^|[^-[:alnum:]])$word([^-[:alnum:]]|$)" "$sources/completion/bli-tools.bash" || bad "bash completion" "$word is missing"
	grep -qE -- "(^|[^-[:alnum:]])$word([^-[:alnum:]]|$)" "$sources/completion/_bli-resample" || bad "zsh completion" "$word is missing"
done
# complete WORD...: what bash proposes for the last word.
complete_words() {
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
		_bli_resample; printf "%s\n" "${COMPREPLY[@]}"' "$sources/completion/bli-tools.bash" "$@"
}
PATH=$(dirname "$program"):$PATH
check "bash completes options" "$(complete_words bli-resample --out | tr '\n' ' ')" test "$(complete_words bli-resample --out)" = --output-dir
check "bash completes converters" "$(complete_words bli-resample --converter bli_b | tr '\n' ' ')" \
	test "$(complete_words bli-resample --converter bli_b)" = bli_best

finish
