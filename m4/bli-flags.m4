dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl Compiler flags, instruction sets and ALSA directories.

dnl BLI_CHECK_CFLAGS(VARIABLE, FLAGS): append those FLAGS the compiler takes.
AC_DEFUN([BLI_CHECK_CFLAGS], [
  for bli_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether $CC takes $bli_flag])
    bli_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS -Werror $bli_flag"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes]); $1="$$1 $bli_flag"], [AC_MSG_RESULT([no])])
    CFLAGS=$bli_saved_cflags
  done
])

AC_DEFUN([BLI_ARG_WERROR], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [AS_IF([test "x$enableval" = xyes], [BLI_CFLAGS="$BLI_CFLAGS -Werror"])])
])

dnl BLI_ARG_KERNELS: the kernels asked for, in bli_kernels_wanted with spaces between: "all", or names. Plain C is
dnl the specification, and the others share parts of it: it is always built.
AC_DEFUN([BLI_ARG_KERNELS], [
  AC_ARG_WITH([kernels],
    [AS_HELP_STRING([--with-kernels=LIST],
      [inner loops to build, with commas between: avx512, avx2, sse2, neon; c for plain C alone (default: all)])],
    [], [with_kernels=all])
  bli_kernels_wanted=`AS_ECHO(["$with_kernels"]) | tr , ' '`
])

dnl BLI_KERNELS: which kernels the target processor and this compiler allow, of those asked for.
dnl Each has its own flags; the choice between them is made at run time.
AC_DEFUN([BLI_KERNELS], [
  AC_REQUIRE([AC_CANONICAL_HOST])
  BLI_ARG_KERNELS
  bli_kernels=c
  bli_kernels_possible=c
  KERNEL_CFLAGS=
  bli_kernel_sse2=no bli_kernel_avx2=no bli_kernel_avx512=no bli_kernel_neon=no
  BLI_CHECK_CFLAGS([KERNEL_CFLAGS], [-ftree-vectorize -fvect-cost-model=dynamic -fno-trapping-math -fno-math-errno
    --param=avoid-fma-max-bits=0])
  AC_SUBST([KERNEL_CFLAGS])
  AS_CASE([$host_cpu],
    [x86_64*|i?86*], [
      BLI_CHECK_KERNEL([sse2], [-msse2 -mfpmath=sse])
      BLI_CHECK_KERNEL([avx2], [-mavx2 -mfma -mfpmath=sse])
      BLI_CHECK_KERNEL([avx512], [-mfpmath=sse -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512])],
    [aarch64*], [BLI_CHECK_KERNEL([neon], [])],
    dnl Vectors of floats round denormals to zero there, which GCC takes for unsafe; and where it makes vectors of
    dnl loops by itself, GCC 12 stores lanes at addresses that only whole words may have.
    [arm*], [BLI_CHECK_KERNEL([neon],
      [-march=armv7-a -mfpu=neon-vfpv4 -funsafe-math-optimizations -fno-associative-math -fno-reciprocal-math -fsigned-zeros -fno-tree-vectorize -fno-tree-slp-vectorize])])
  AS_IF([test "x$bli_kernels_wanted" != xall], [
    AS_IF([test -z "$bli_kernels_wanted"], [bli_kernels_wanted=none])
    for bli_name in $bli_kernels_wanted; do
      AS_CASE([" $bli_kernels_possible "], [*" $bli_name "*], [],
        [AC_MSG_ERROR(m4_normalize([--with-kernels=$with_kernels: no kernel $bli_name for $host_cpu and $CC; allowed:
          all, or of these: $bli_kernels_possible]))])
    done])
  AM_CONDITIONAL([KERNEL_SSE2], [test $bli_kernel_sse2 = yes])
  AM_CONDITIONAL([KERNEL_AVX2], [test $bli_kernel_avx2 = yes])
  AM_CONDITIONAL([KERNEL_AVX512], [test $bli_kernel_avx512 = yes])
  AM_CONDITIONAL([KERNEL_NEON], [test $bli_kernel_neon = yes])
])

dnl BLI_CHECK_KERNEL(NAME, FLAGS): built where it is possible and asked for
AC_DEFUN([BLI_CHECK_KERNEL], [
  AC_MSG_CHECKING([whether $CC builds the $1 kernel])
  bli_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS $2"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [bli_result=yes
     bli_kernels_possible="$bli_kernels_possible $1"
     AS_CASE([" $bli_kernels_wanted "],
       [" all "|*" $1 "*],
         [bli_kernel_$1=yes
          bli_kernels="$bli_kernels $1"
          AC_SUBST(m4_toupper(KERNEL_$1_CFLAGS), ["$2"])
          AC_DEFINE(m4_toupper(BLI_KERNEL_$1), [1], [the $1 kernel is built])],
       [bli_result="yes, but it is not asked for"])],
    [bli_result=no])
  AC_MSG_RESULT([$bli_result])
  CFLAGS=$bli_saved_cflags
])

dnl BLI_ALSA_DIRS: where alsa-lib looks for plugins and configuration.
AC_DEFUN([BLI_ALSA_DIRS], [
  AC_ARG_WITH([alsaplugindir],
    [AS_HELP_STRING([--with-alsaplugindir=DIR], [where alsa-lib looks for plugins (default: asked of pkg-config)])],
    [alsaplugindir=$withval],
    [alsaplugindir=`$PKG_CONFIG --variable=libdir alsa`/alsa-lib])
  AC_ARG_WITH([alsaconfdir],
    [AS_HELP_STRING([--with-alsaconfdir=DIR], [where conf.d links are read (default: /etc/alsa/conf.d)])],
    [alsaconfdir=$withval],
    [alsaconfdir='${sysconfdir}/alsa/conf.d'
     AS_IF([test "x$sysconfdir" = 'x${prefix}/etc'], [alsaconfdir=/etc/alsa/conf.d])])
  AC_ARG_WITH([alsadatadir],
    [AS_HELP_STRING([--with-alsadatadir=DIR], [where the configuration files themselves go (default: alsa.conf.d beside alsa.conf)])],
    [alsadatadir=$withval],
    [alsadatadir=`$PKG_CONFIG --variable=prefix alsa`/share/alsa/alsa.conf.d])
  AC_SUBST([alsaplugindir])
  AC_SUBST([alsaconfdir])
  AC_SUBST([alsadatadir])
])

dnl BLI_SECTIONS: leave out of a module what nothing in it calls; the core has more than a rate converter needs.
dnl And no unwind tables for the core and the rate converter, a tenth of it: nothing in them calls back into a program or
dnl waits, and debuggers read the tables of the debugging information (-g).
AC_DEFUN([BLI_SECTIONS], [
  BLI_CHECK_CFLAGS([UNWIND_CFLAGS], [-fno-asynchronous-unwind-tables -fno-unwind-tables])
  AC_SUBST([UNWIND_CFLAGS])
  KERNEL_CFLAGS="$KERNEL_CFLAGS $UNWIND_CFLAGS"
  BLI_CHECK_CFLAGS([KERNEL_CFLAGS], [-ffunction-sections])
  dnl What is not a kernel need not begin on a cache line, nor the design of filters be vectorized.
  BLI_CHECK_CFLAGS([CORE_CFLAGS], [-fno-align-functions])
  BLI_CHECK_CFLAGS([DESIGN_CFLAGS], [-fvect-cost-model=very-cheap])
  AC_SUBST([CORE_CFLAGS])
  AC_SUBST([DESIGN_CFLAGS])
  AC_MSG_CHECKING([whether the linker leaves out what is not called])
  bli_saved_ldflags=$LDFLAGS
  LDFLAGS="$LDFLAGS -Wl,--gc-sections"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); SECTIONS_LDFLAGS=-Wl,--gc-sections], [AC_MSG_RESULT([no]); SECTIONS_LDFLAGS=])
  dnl The linker's cure for the Cortex-A53's erratum 843419 takes 4 KiB, or nothing in a module this short.
  AC_MSG_CHECKING([whether the linker mends the Cortex-A53's erratum 843419 by ADR])
  LDFLAGS="$bli_saved_ldflags -Wl,--fix-cortex-a53-843419=adr"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); SECTIONS_LDFLAGS="$SECTIONS_LDFLAGS -Wl,--fix-cortex-a53-843419=adr"],
    [AC_MSG_RESULT([no])])
  LDFLAGS=$bli_saved_ldflags
  AC_SUBST([SECTIONS_LDFLAGS])
])
