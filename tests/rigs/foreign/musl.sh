# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run: alsa-lib and cmocka for the C library musl, of which Debian has
# the compiler's wrapper alone. Both are built from Debian's source packages.
# Uses $work; calls private_apt, skip.

musl_packages="gcc make musl-tools linux-libc-dev bzip2 xz-utils"

# unpack_source PACKAGE: its upstream source in $work/musl/PACKAGE
unpack_source() {
	mkdir -p "$work/musl/$1" || return
	(cd "$work/musl" && private_apt --download-only source "$1") || return
	tar -C "$work/musl/$1" --strip-components=1 -xf "$(ls "$work/musl/$1"_*.orig.tar.?z* | grep -v '\.asc$' | head -n 1)"
}

# The kernel's headers serve any C library; no other header of this machine is seen.
link_kernel_headers() {
	mkdir -p "$1/usr/include" "$1/usr/lib/pkgconfig"
	ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" "$1/usr/include/"
}

build_alsa_lib() (
	cd "$work/musl/alsa-lib" || exit
	./configure --host=$(gnu_name musl) --prefix=/usr --disable-python --disable-topology --disable-ucm --disable-mixer \
		--disable-rawmidi --disable-hwdep --disable-seq CC=musl-gcc CFLAGS=-O1 CPPFLAGS="-idirafter $1/usr/include" || exit
	make -j2 -C include && make -j2 -C src || exit
	make -C include install DESTDIR="$1" && make -C src install DESTDIR="$1" && make -C utils install DESTDIR="$1" || exit
	# libtool would look for what it names in the folder of this machine
	rm -f "$1"/usr/lib/*.la
)

# cmocka is a single file; its cmake wants to be told of a cross compiler at length.
build_cmocka() {
	local folder=$work/musl/cmocka
	musl-gcc -shared -fPIC -O1 -I"$folder/include" -DHAVE_INTTYPES_H -DHAVE_MALLOC_H -DHAVE_SIGNAL_H -DHAVE_STRINGS_H \
		-DHAVE_CLOCK_REALTIME -DHAVE_GCC_THREAD_LOCAL_STORAGE -DHAVE_SIGLONGJMP -DHAVE_STRSIGNAL -DHAVE_STRUCT_TIMESPEC \
		-Wl,-soname,libcmocka.so -o "$1/usr/lib/libcmocka.so" "$folder/src/cmocka.c" || return
	cp "$folder"/include/cmocka*.h "$1/usr/include/"
	cat >"$1/usr/lib/pkgconfig/cmocka.pc" <<-EOF
		Name: cmocka
		Description: unit tests
		Version: $(ls "$work/musl"/cmocka_*.orig.tar.* | sed -n '1s/.*_\(.*\)\.orig.*/\1/p')
		Libs: -L/usr/lib -lcmocka
		Cflags: -I/usr/include
	EOF
}

build_musl_libraries() {
	local root=$work/sysroot/musl log=$work/musl.log
	rm -rf "$work/musl"
	mkdir -p "$work/musl"
	{ unpack_source alsa-lib && unpack_source cmocka; } >"$log" 2>&1 ||
		skip "cannot get the sources of alsa-lib and cmocka, see $work/apt.log"
	{ link_kernel_headers "$root" && build_alsa_lib "$root" && build_cmocka "$root"; } >>"$log" 2>&1 ||
		skip "alsa-lib and cmocka cannot be built for musl, see $log"
}
