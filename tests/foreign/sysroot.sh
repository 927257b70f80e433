# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run: the foreign libraries, from Debian packages unpacked below the
# build directory. The package system of this machine learns nothing of them: apt
# runs with a state, a cache and a list of architectures of its own.
# Uses $work, $architectures; calls skip and fail.

libraries="libc6 libgcc-s1 libasound2 libasound2-dev libcmocka0 libcmocka-dev libgmp10 libgmp-dev
	libsndfile1 libsndfile1-dev libflac12 libflac-dev libmp3lame0 libmpg123-0 libmpg123-dev libogg0 libogg-dev
	libopus0 libopus-dev libvorbis0a libvorbisenc2 libvorbis-dev"
common="libasound2-data"

# private_apt ARGUMENT...: apt-get that sees the foreign architectures only.
private_apt() {
	local list
	list=$(printf '"%s"; ' $(for m in $architectures; do debian_name $m; done))
	cat >"$work/apt/apt.conf" <<-EOF
		Dir::State "$work/apt/state";
		Dir::State::status "$work/apt/status";
		Dir::Cache "$work/apt/cache";
		Dir::Etc::sourcelist "$work/apt/sources.list";
		Dir::Etc::sourceparts "$work/apt/sources.d";
		Dir::Etc::preferencesparts "-";
		APT::Architecture "$(debian_name ${architectures%% *})";
		APT::Architectures { $list};
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		DPkg::Post-Invoke "";
		APT::Update::Post-Invoke "";
	EOF
	APT_CONFIG=$work/apt/apt.conf timeout 600 apt-get "$@" >>"$work/apt.log" 2>&1
}

# Debian's own sources of this machine, without those of anybody else.
private_sources() {
	local file
	mkdir -p "$work/apt/state/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/sources.d"
	: >"$work/apt/status"
	: >"$work/apt/sources.list"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -e "$file" ] && grep -E '^deb .*debian' "$file" | grep -v 'arch=' >>"$work/apt/sources.list"
	done
	[ -e /etc/apt/sources.list.d/debian.sources ] && cp /etc/apt/sources.list.d/debian.sources "$work/apt/sources.d/"
	[ -s "$work/apt/sources.list" ] || [ -s "$work/apt/sources.d/debian.sources" ] ||
		skip "no source of Debian packages in /etc/apt"
}

# require_sysroots: $work/sysroot/MACHINE for each of $architectures.
require_sysroots() {
	local machine name wanted=
	for machine in $architectures; do
		[ -e "$work/sysroot/$machine/complete" ] || wanted+=" $machine"
	done
	[ -z "$wanted" ] && return
	echo "# fetching libraries for$wanted"
	private_sources
	# One mirror out of step is no obstacle while the packages themselves are listed.
	private_apt update || echo "# not every list of packages was read, see $work/apt.log"
	for machine in $wanted; do
		name=$(debian_name $machine)
		rm -rf "$work/sysroot/$machine" "$work/debs"
		mkdir -p "$work/sysroot/$machine" "$work/debs"
		(cd "$work/debs" && private_apt download $(printf "%s:$name " $libraries) $common) ||
			skip "cannot download the libraries for $machine, see $work/apt.log"
		for deb in "$work"/debs/*.deb; do
			dpkg-deb -x "$deb" "$work/sysroot/$machine" || fail "cannot unpack $deb"
		done
		touch "$work/sysroot/$machine/complete"
	done
	rm -rf "$work/debs"
}
