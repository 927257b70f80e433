dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl BLI_TAGLIB: TagLib (LGPL 2.1 or MPL 1.1), with which bli-resample keeps all tags; it is C++.
dnl Only for the tools: enable_tools is known.
AC_DEFUN([BLI_TAGLIB], [
  AC_ARG_WITH([taglib],
    [AS_HELP_STRING([--without-taglib], [bli-resample keeps only the tags that libsndfile knows])],
    [], [with_taglib=auto])
  have_taglib=no
  AS_IF([test "x$with_taglib" != xno && test "x$enable_tools" = xyes], [
    PKG_CHECK_MODULES([TAGLIB], [taglib >= 1.12], [have_taglib=yes], [:])
  ])
  AS_IF([test "x$have_taglib" = xyes], [
    BLI_PROG_CXX
    AC_MSG_CHECKING([whether $CXX compiles programs with TagLib])
    AS_IF([BLI_COMPILE_CXX([@%:@include <memory>
@%:@include <tpropertymap.h>
@%:@include <tfilestream.h>
std::unique_ptr<TagLib::FileStream> stream(new TagLib::FileStream(0, true)); TagLib::PropertyMap map;],
      [$TAGLIB_CFLAGS])], [], [have_taglib=no])
    AC_MSG_RESULT([$have_taglib])
  ])
  AS_IF([test "x$with_taglib$enable_tools$have_taglib" = xyesyesno],
    [AC_MSG_ERROR([--with-taglib: TagLib is missing (Debian: libtag1-dev)])])
  AM_CONDITIONAL([TAGLIB], [test "x$have_taglib" = xyes])
])
