/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BLI_SETUP_H
#define BLI_SETUP_H

/*
 * Of functions that check, plan, open or report and never run during conversion:
 * compiled for size, together with the static functions that nothing else calls.
 * What takes most of the time of opening is not marked (transforms, their costs,
 * zeros, phases), and calls nothing that is: compilers take what leads to a cold
 * call for cold itself.
 */
#define BLI_SETUP __attribute__((cold))

#endif
