# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shell functions for tests of the examples in manual pages. To be sourced by bash.

# examples PAGE FOLDER: every display of an mdoc page as a file of its own, 01, 02, …, in the words that a reader sees
examples() {
	mkdir -p "$2" || return
	awk -v folder="$2" '
		function next_file() { close(file); file = sprintf("%s/%02d", folder, ++count) }
		/^\.Bd / { next_file(); inside = 1; next }
		/^\.Ed/ { inside = 0; next }
		inside { print > file; next }
		/^\.Dl / { next_file(); print substr($0, 5) > file }' "$1"
	sed -i 's/\\(dq/"/g; s/\\-/-/g; s/\\&//g; s/\\e/\\/g; s/^"\(.*\)"$/\1/' "$2"/*
}

# broken_at_80_columns PAGE FOLDER: prints the lines of the page's examples that cannot be copied from a terminal of 80
# columns because they are wrapped or cut there
broken_at_80_columns() {
	local line
	mandoc -Tascii -O width=78 "$1" | col -b -x >"$2.rendered"
	awk 'length > 80' "$2.rendered"
	while IFS= read -r line; do
		grep -qF -- "$line" "$2.rendered" || printf '%s\n' "$line"
	done < <(cat "$2"/* | sed 's/^\$ //; s/\t/        /g' | grep .)
}

# command_of FILE: the command in an example, without its prompt
command_of() { sed '1s/^\$ //' "$1"; }
