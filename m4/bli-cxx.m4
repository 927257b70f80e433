dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl C++ serves libraries that are written in it, where they are there: TagLib for bli-resample, zita-resampler for the
dnl benchmarks. Its compiler is looked for then alone, and is none of automake's: nobody needs one for the rest, and
dnl configure asks less. Rules of our own (Makefile.am) compile what there is.

dnl BLI_PROG_CXX: CXX, the compiler for the host, or "" if there is none.
AC_DEFUN([BLI_PROG_CXX], [
  AC_ARG_VAR([CXX], [C++ compiler command, for TagLib and benchmarks])
  AC_ARG_VAR([CXXFLAGS], [C++ compiler flags])
  : ${CXXFLAGS=-g -O2}
  AS_IF([test "x$cross_compiling" = xyes],
    [AC_CHECK_PROGS([CXX], [$host_alias-g++ $host_alias-c++ $host_alias-clang++])],
    [AC_CHECK_PROGS([CXX], [g++ c++ clang++])])
])

dnl BLI_COMPILE_CXX(TEXT, FLAGS): a condition, whether CXX compiles TEXT.
AC_DEFUN([BLI_COMPILE_CXX],
  [test -n "$CXX" && AS_ECHO(["$1"]) | $CXX $CPPFLAGS $CXXFLAGS $2 -x c++ -c -o conftest.o - >&AS_MESSAGE_LOG_FD 2>&1])
