# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run: the foreign libraries, from Debian packages unpacked below the
# build directory. The package system of this machine learns nothing of them: apt
# runs with a state, a cache and a list of architectures of its own.
# Uses $work, $machines; calls skip and fail.

# with all that these depend on
libraries="libc6 libgcc-s1 libasound2-dev libcmocka-dev libsndfile1-dev libgmp-dev"
common="libasound2-data"

# private_apt ARGUMENT...: apt-get that sees the foreign architectures only, and nothing installed.
private_apt() {
	local list
	list=$(printf '"%s"; ' $(for m in $machines; do debian_name $m; done))
	cat >"$work/apt/apt.conf" <<-EOF
		Dir::State "$work/apt/state";
		Dir::State::status "$work/apt/status";
		Dir::Cache "$work/apt/cache";
		Dir::Etc::sourcelist "$work/apt/sources.list";
		Dir::Etc::sourceparts "$work/apt/sources.d";
		Dir::Etc::preferencesparts "-";
		APT::Architecture "$(debian_name ${machines%% *})";
		APT::Architectures { $list};
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		DPkg::Post-Invoke "";
		APT::Update::Post-Invoke "";
	EOF
	APT_CONFIG=$work/apt/apt.conf timeout 600 apt-get "$@" >>"$work/apt.log" 2>&1
}

# Debian's own sources of this machine, without those of anybody else, and with source packages.
private_sources() {
	local file
	mkdir -p "$work/apt/state/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/sources.d"
	: >"$work/apt/status"
	: >"$work/apt/sources.list"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -e "$file" ] && grep -E '^deb .*debian' "$file" | grep -v 'arch=' |
			sed 'p; s/^deb /deb-src /' >>"$work/apt/sources.list"
	done
	[ -e /etc/apt/sources.list.d/debian.sources ] &&
		sed 's/^Types:.*/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/apt/sources.d/debian.sources"
	[ -s "$work/apt/sources.list" ] || [ -s "$work/apt/sources.d/debian.sources" ] ||
		skip "no source of Debian packages in /etc/apt"
}

# unpack_libraries MACHINE: into $work/sysroot/MACHINE
unpack_libraries() {
	local name deb archives=$work/apt/cache/archives
	name=$(debian_name $1)
	rm -f "$archives"/*.deb
	private_apt -y --no-install-recommends --download-only install $(printf "%s:$name " $libraries) $common ||
		skip "cannot download the libraries for $1, see $work/apt.log"
	for deb in "$archives"/*.deb; do
		case ${deb##*/} in
		# the headers and the start of programs are the cross compiler's
		libc6-dev_* | libcrypt-dev_* | linux-libc-dev_*) continue ;;
		esac
		dpkg-deb -x "$deb" "$work/sysroot/$1" || fail "cannot unpack $deb"
	done
	rm -f "$archives"/*.deb
}

# require_sysroots: $work/sysroot/MACHINE for each of $machines.
require_sysroots() {
	local machine wanted=
	for machine in $machines; do
		[ "$(cat "$work/sysroot/$machine/complete" 2>/dev/null)" = "$libraries" ] || wanted+=" $machine"
	done
	[ -z "$wanted" ] && return
	echo "# fetching libraries for$wanted"
	private_sources
	# One mirror out of step is no obstacle while the packages themselves are listed.
	private_apt update || echo "# not every list of packages was read, see $work/apt.log"
	for machine in $wanted; do
		rm -rf "$work/sysroot/$machine"
		mkdir -p "$work/sysroot/$machine"
		case $machine in
		musl | riscv64) build_libraries $machine ;;
		*) unpack_libraries $machine ;;
		esac
		echo "$libraries" >"$work/sysroot/$machine/complete"
	done
}
