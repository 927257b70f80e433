dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl BLI_TAGLIB: TagLib (LGPL 2.1 or MPL 1.1), with which bli-resample keeps all tags; it is C++.
dnl AC_PROG_CXX has been called before.
AC_DEFUN([BLI_TAGLIB], [
  AC_ARG_WITH([taglib],
    [AS_HELP_STRING([--without-taglib], [bli-resample keeps only the tags that libsndfile knows])],
    [], [with_taglib=auto])
  have_taglib=no
  AS_IF([test "x$with_taglib" != xno], [
    PKG_CHECK_MODULES([TAGLIB], [taglib >= 1.12], [have_taglib=yes], [:])
  ])
  AS_IF([test "x$have_taglib" = xyes], [
    AC_LANG_PUSH([C++])
    bli_saved_cppflags=$CPPFLAGS
    CPPFLAGS="$CPPFLAGS $TAGLIB_CFLAGS"
    AC_MSG_CHECKING([whether $CXX compiles programs with TagLib])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <memory>
#include <tpropertymap.h>
#include <tfilestream.h>]],
      [[std::unique_ptr<TagLib::FileStream> stream(new TagLib::FileStream(0, true)); TagLib::PropertyMap map;]])],
      [], [have_taglib=no])
    AC_MSG_RESULT([$have_taglib])
    CPPFLAGS=$bli_saved_cppflags
    AC_LANG_POP([C++])
  ])
  AS_IF([test "x$with_taglib" = xyes && test "x$have_taglib" = xno],
    [AC_MSG_ERROR([--with-taglib: TagLib is missing (Debian: libtag1-dev)])])
  AM_CONDITIONAL([TAGLIB], [test "x$have_taglib" = xyes])
])
