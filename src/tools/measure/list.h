/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which rate converters this machine has. */
#ifndef BLI_BENCH_LIST_H
#define BLI_BENCH_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Converter NAME is the file PREFIX NAME SUFFIX, but for the one inside libasound. */
#define BLI_CONVERTER_PREFIX "libasound_module_rate_"
#define BLI_CONVERTER_SUFFIX ".so"
#define BLI_CONVERTER_BUILT_IN "linear"

/* The directory converters are looked for in: $ALSA_PLUGIN_DIR where set, otherwise that of the build. */
const char *bli_converter_dir(void);

/* Names of all converters in the plugin directory, sorted, after the built-in "linear".
 * *names becomes an array of *count strings, released by bli_converter_free_list().
 * 0, -ENOMEM, or the -errno of reading the directory; *names is then NULL and *count 0. */
int bli_converter_list(char ***names, size_t *count);
void bli_converter_free_list(char **names, size_t count);

/* Whether two names are one plugin file, which many are links to. */
bool bli_converter_same_file(const char *a, const char *b);

#endif
