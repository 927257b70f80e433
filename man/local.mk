# SPDX-License-Identifier: LGPL-2.1-or-later
dist_man_MANS = man/bli-filter.5 man/bli.7
if TOOLS
dist_man_MANS += man/bli-bench.1 man/bli-bridge.1 man/bli-resample.1 man/bli-windowfilter.1
endif
