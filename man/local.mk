# SPDX-License-Identifier: LGPL-2.1-or-later
dist_man_MANS = man/bli-filter.5 man/bli.7
tools_mans = man/bli-bench.1 man/bli-bridge.1 man/bli-resample.1 man/bli-windowfilter.1
# automake distributes what is installed here, and a release has the tools wherever it is made.
EXTRA_DIST += $(tools_mans)
if TOOLS
dist_man_MANS += $(tools_mans)
endif
