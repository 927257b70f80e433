/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of bli-resample(1), each once: how they are spelled, what --help says, what they set. */
#ifndef BLI_RESAMPLE_OPTIONTABLE_H
#define BLI_RESAMPLE_OPTIONTABLE_H

#include "shared/optionparser.h"

extern const struct option_table resample_option_table;

#endif
