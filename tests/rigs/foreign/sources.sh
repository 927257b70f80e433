# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run: alsa-lib and cmocka for machines that Debian 12 has a compiler for, and no libraries: the C library
# musl, and riscv64. Both are built from Debian's source packages.
# Uses $work; calls compiler, gnu_name, private_apt, skip.

source_packages="make bzip2 xz-utils"
musl_packages="gcc musl-tools linux-libc-dev"

# unpack_source MACHINE PACKAGE: its upstream source in $work/source-MACHINE/PACKAGE
unpack_source() {
	local folder=$work/source-$1
	mkdir -p "$folder/$2" || return
	(cd "$folder" && private_apt --download-only source "$2") || return
	tar -C "$folder/$2" --strip-components=1 -xf "$(ls "$folder/$2"_*.orig.tar.?z* | grep -v '\.asc$' | head -n 1)"
}

# The kernel's headers serve any C library; no other header of this machine is seen.
link_kernel_headers() {
	mkdir -p "$1/usr/include" "$1/usr/lib/pkgconfig"
	ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(gcc -print-multiarch)/asm" "$1/usr/include/"
}

# The cross compiler's C library, for the emulator.
copy_c_library() { # MACHINE ROOT
	mkdir -p "$2/usr/include" "$2/usr/lib/pkgconfig"
	cp -a "/usr/$(gnu_name $1)/lib" "$2/"
}

build_alsa_lib() ( # MACHINE ROOT
	cd "$work/source-$1/alsa-lib" || exit
	./configure --host=$(gnu_name $1) --prefix=/usr --disable-python --disable-topology --disable-ucm --disable-mixer \
		--disable-rawmidi --disable-hwdep --disable-seq CC="$(source_compiler $1)" CFLAGS=-O1 \
		CPPFLAGS="-idirafter $2/usr/include" || exit
	make -j2 -C include && make -j2 -C src || exit
	make -C include install DESTDIR="$2" && make -C src install DESTDIR="$2" && make -C utils install DESTDIR="$2" || exit
	# libtool would look for what it names in the folder of this machine
	rm -f "$2"/usr/lib/*.la
)

source_compiler() { [ $1 = musl ] && compiler musl musl || compiler $1 gcc; }

# cmocka is a single file; its cmake wants to be told of a cross compiler at length.
build_cmocka() { # MACHINE ROOT
	local folder=$work/source-$1/cmocka
	$(source_compiler $1) -shared -fPIC -O1 -I"$folder/include" -DHAVE_INTTYPES_H -DHAVE_MALLOC_H -DHAVE_SIGNAL_H \
		-DHAVE_STRINGS_H -DHAVE_CLOCK_REALTIME -DHAVE_GCC_THREAD_LOCAL_STORAGE -DHAVE_SIGLONGJMP -DHAVE_STRSIGNAL \
		-DHAVE_STRUCT_TIMESPEC -Wl,-soname,libcmocka.so -o "$2/usr/lib/libcmocka.so" "$folder/src/cmocka.c" || return
	cp "$folder"/include/cmocka*.h "$2/usr/include/"
	cat >"$2/usr/lib/pkgconfig/cmocka.pc" <<-EOF
		Name: cmocka
		Description: unit tests
		Version: $(ls "$work/source-$1"/cmocka_*.orig.tar.* | sed -n '1s/.*_\(.*\)\.orig.*/\1/p')
		Libs: -L/usr/lib -lcmocka
		Cflags: -I/usr/include
	EOF
}

build_libraries() { # MACHINE
	local root=$work/sysroot/$1 log=$work/libraries-$1.log
	rm -rf "$work/source-$1"
	mkdir -p "$work/source-$1"
	{ unpack_source $1 alsa-lib && unpack_source $1 cmocka; } >"$log" 2>&1 ||
		skip "cannot get the sources of alsa-lib and cmocka, see $work/apt.log"
	{ if [ $1 = musl ]; then link_kernel_headers "$root"; else copy_c_library $1 "$root"; fi &&
		build_alsa_lib $1 "$root" && build_cmocka $1 "$root"; } >>"$log" 2>&1 ||
		skip "alsa-lib and cmocka cannot be built for $1, see $log"
}
