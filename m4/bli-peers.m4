dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl BLI_PEERS: the libraries that make bench compares with, where they are installed.

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
  dnl Benchmarks cannot run when cross compiling.
  bli_zita=no
  AS_IF([test "x$cross_compiling" != xyes], [
    BLI_PROG_CXX
    AC_MSG_CHECKING([for zita-resampler])
    AS_IF([BLI_COMPILE_CXX([@%:@include <zita-resampler/resampler.h>], [])], [bli_zita=yes])
    AC_MSG_RESULT([$bli_zita])])
  AS_IF([test $bli_zita = yes],
    [AC_DEFINE([HAVE_ZITA], [1], [make bench measures zita-resampler])
     bli_peers="$bli_peers ZITA"])
  AM_CONDITIONAL([HAVE_ZITA], [test $bli_zita = yes])
])
