dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl BLI_PEERS: the libraries that make bench compares with, where they are installed.
dnl AC_PROG_CXX has been called before, for zita-resampler.

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
  AC_LANG_PUSH([C++])
  AC_CHECK_HEADER([zita-resampler/resampler.h], [bli_zita=yes], [bli_zita=no])
  AC_LANG_POP([C++])
  AS_IF([test $bli_zita = yes],
    [AC_DEFINE([HAVE_ZITA], [1], [make bench measures zita-resampler])
     bli_peers="$bli_peers ZITA"])
  AM_CONDITIONAL([HAVE_ZITA], [test $bli_zita = yes])
])
