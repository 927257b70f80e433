/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines that the plugin and alsa-lib log. */
#ifndef BLI_PLUGLOG_H
#define BLI_PLUGLOG_H

/* Catch SNDERR lines from here on instead of printing them. */
void plug_log_catch(void);

/* Lines caught since the last call, forgotten by it. */
unsigned plug_log_lines(void);

/* Text of the last line caught. */
const char *plug_log_text(void);

/* All lines caught since the last call of this, as far as they fit into 4000 bytes; the text is valid until the next. */
const char *plug_log_take(void);

#endif
