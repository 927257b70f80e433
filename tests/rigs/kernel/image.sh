# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run: what the emulated machine boots from. Uses $here, $build, $work,
# $cache, $packages, $install, $converter; calls skip and fail.

require_packages() {
	local missing= p
	for p in $packages; do
		dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' || missing+=" $p"
	done
	[ -z "$missing" ] && return
	[ $install = yes ] || skip "needs the Debian packages$missing (--install installs them)"
	apt-get install -y --no-install-recommends $missing >"$work/apt.log" 2>&1 || skip "cannot install$missing, see $work/apt.log"
}

# The kernel and its modules, unpacked from the Debian package, never installed.
require_kernel() {
	local name=${KERNEL_PACKAGE:-}
	if [ -z "$name" ]; then
		name=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
	fi
	[ -n "$name" ] || name=$(cat "$cache/package" 2>/dev/null)
	[ -n "$name" ] || skip "no kernel package known to apt (KERNEL_PACKAGE names one)"
	[ "$(cat "$cache/package" 2>/dev/null)" = "$name" ] && return
	echo "# fetching $name"
	rm -rf "$cache"
	mkdir -p "$cache"
	(cd "$cache" && timeout 600 apt-get -o APT::Sandbox::User=root download "$name") >"$work/apt.log" 2>&1 ||
		skip "cannot download $name, see $work/apt.log"
	dpkg-deb --fsys-tarfile "$cache"/linux-image-*.deb |
		tar -x -C "$cache" --wildcards './boot/vmlinuz-*' './lib/modules' || fail "cannot unpack $name"
	rm "$cache"/linux-image-*.deb
	mv "$cache"/boot/vmlinuz-* "$cache/vmlinuz"
	depmod -b "$cache" "$(ls "$cache/lib/modules")" 2>/dev/null || fail "depmod of $name"
	echo "$name" >"$cache/package"
}

# add_libraries ROOT FILE...: the shared libraries of FILE into ROOT.
add_libraries() {
	local root=$1 library
	shift
	ldd "$@" 2>/dev/null | grep -o '/[^ ]*\.so[^ )]*' | sort -u | while read -r library; do
		[ -e "$root$library" ] || install -D "$(readlink -f "$library")" "$root$library"
	done
}

add_modules() {
	local root=$1 version modules m file
	version=$(ls "$cache/lib/modules")
	modules=$cache/lib/modules/$version
	for m in virtio_pci virtio_blk snd-hda-codec-generic snd-hda-intel xhci-pci snd-usb-audio snd-aloop snd-dummy; do
		sed -n "s|^\([^:]*/$m\.ko[.a-z]*\): *\(.*\)|\1 \2|p" "$modules/modules.dep"
	done | tr ' ' '\n' | sort -u | while read -r file; do
		[ -n "$file" ] && install -D -m 644 "$modules/$file" "$root/lib/modules/$version/$file"
	done
	cp "$modules/modules.builtin" "$modules/modules.order" "$root/lib/modules/$version/"
	depmod -b "$root" "$version" 2>/dev/null
}

# The built plugins, the converter under every name it answers to, or the installed module of
# another converter when BLI_CONVERTER asks for one.
add_converter() {
	local root=$1 system=$2 module plugins
	plugins=$root$system
	mkdir -p "$plugins"
	case $converter in
	linear) return ;;
	bli*)
		for module in "$build"/src/plugin/.libs/libasound_module_{pcm,rate}_bli.so; do
			[ -e "$module" ] || skip "no $module: run make first"
			cp -L "$module" "$plugins/"
		done
		[ "$converter" = bli ] || ln -sf libasound_module_rate_bli.so "$plugins/libasound_module_rate_$converter.so" ;;
	*)
		module=$system/libasound_module_rate_$converter.so
		[ -e "$module" ] || skip "no $module"
		cp -L "$module" "$plugins/" ;;
	esac
	add_libraries "$root" "$module"
}

build_image() {
	local root=$work/root libdir
	rm -rf "$root"
	mkdir -p "$root"/{bin,proc,sys,dev,tmp,usr/bin,usr/share,etc}
	cp /bin/busybox "$root/bin/"
	cp "$here/init" "$here/scenarios" "$here/asound.conf.in" "$root/"
	cp "$(command -v aplay)" "$(command -v arecord)" "$(command -v amixer)" "$root/usr/bin/"
	cp -r /usr/share/alsa "$root/usr/share/"
	[ ! -x "$build/bli-bridge" ] || cp "$build/bli-bridge" "$root/usr/bin/"
	# Configuration of other packages would load plugins that are not there.
	rm -rf "$root/usr/share/alsa/alsa.conf.d" "$root"/usr/share/alsa/{ucm,ucm2,topology}
	${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -o "$root/usr/bin/pcmdrive" \
		"$here/pcmdrive.c" "$here/stream.c" "$here/transfer.c" \
		"$here/watch.c" $(pkg-config --cflags --libs alsa) -lm || fail "cannot build pcmdrive"
	add_libraries "$root" "$root"/usr/bin/*
	libdir=$(pkg-config --variable=libdir alsa)/alsa-lib
	add_converter "$root" "$libdir"
	add_modules "$root"
	/usr/bin/python3 "$here/tone.py" "$root/tones" || fail "cannot write the tones"
	(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -1) >"$work/initramfs" ||
		fail "cannot pack the initramfs"
}
