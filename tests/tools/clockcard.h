/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clockctl.c needs of clockcard.c. */
#ifndef CLOCKCARD_H
#define CLOCKCARD_H

#include <alsa/asoundlib.h>

/* From now on all captures of this process run (1 + relative) times as fast as they would. */
void clockcard_tune(double relative);

#endif
