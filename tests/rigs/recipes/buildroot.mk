# SPDX-License-Identifier: LGPL-2.1-or-later
# What Buildroot's own makefiles would be to the recipe RECIPE: prints the options of configure.
qstrip = $(strip $(subst ",,$(1)))
autotools-package =
include $(RECIPE)
all:
	@printf '%s\n' $(ALSA_BLI_CONF_OPTS)
