dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl BLI_PEERS: the libraries that make bench compares with, where they are installed.
dnl
dnl zita-resampler is the only thing here in C++. Its compiler is looked for where benchmarks can run, which they
dnl cannot when cross compiling, and is no compiler of automake's: nobody needs one to build, and configure asks less.

dnl BLI_PEER(VARIABLE, PKG-CONFIG MODULES)
AC_DEFUN([BLI_PEER], [
  PKG_CHECK_MODULES([$1], [$2],
    [AC_DEFINE([HAVE_$1], [1], [make bench measures $2])
     bli_peers="$bli_peers $1"], [:])
])

AC_DEFUN([BLI_PEERS], [
  bli_peers=
  BLI_PEER([SOXR], [soxr])
  BLI_PEER([SAMPLERATE], [samplerate])
  BLI_PEER([SPEEXDSP], [speexdsp])
  BLI_PEER([SWRESAMPLE], [libswresample >= 4.5 libavutil])
  bli_zita=no
  AC_ARG_VAR([CXX], [C++ compiler command, for make bench alone])
  AC_ARG_VAR([CXXFLAGS], [C++ compiler flags, for make bench alone])
  : ${CXXFLAGS=-O2}
  AS_IF([test "x$cross_compiling" != xyes], [
    AC_CHECK_PROGS([CXX], [g++ c++ clang++])
    AS_IF([test -n "$CXX"], [
      AC_MSG_CHECKING([for zita-resampler])
      AS_IF([echo '#include <zita-resampler/resampler.h>' | $CXX $CPPFLAGS -E -x c++ - >/dev/null 2>&1], [bli_zita=yes])
      AC_MSG_RESULT([$bli_zita])])])
  AS_IF([test $bli_zita = yes],
    [AC_DEFINE([HAVE_ZITA], [1], [make bench measures zita-resampler])
     bli_peers="$bli_peers ZITA"])
  AM_CONDITIONAL([HAVE_ZITA], [test $bli_zita = yes])
])
