# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shell functions to be sourced by bash.

# debian_packages PACKAGE...: installs those that are missing, as root or by sudo. Elsewhere than on Debian and its
# relatives it only says what is wanted.
debian_packages() {
	local package said missing=() run=()

	if ! command -v apt-get >/dev/null; then
		echo "This machine has no apt-get. Needed is what Debian calls: $*"
		return 0
	fi
	for package; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
			missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null ||
			{ echo "Please install as root: apt-get install ${missing[*]}"; return 1; }
		run=(sudo)
	fi
	echo "Installing Debian packages: ${missing[*]}"
	# What apt says is only of interest where it fails; a repository out of reach need not be the one that is
	# needed.
	said=$(
		"${run[@]}" apt-get -qq update 2>&1
		"${run[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get -qq -y --no-install-recommends install "${missing[@]}" 2>&1
	) || { echo "$said"; return 1; }
}

# debian_mirror: the first mirror from which apt gets this machine's own Debian.
debian_mirror() {
	local codename
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' \
		2>/dev/null |
		awk -v codename="$codename" '$1 == "Debian" && $2 == codename && $3 == "main" { print $4; exit }'
}
