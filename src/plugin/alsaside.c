/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "alsaside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bli_format_from_alsa(struct bli_format *format, snd_pcm_format_t alsa)
{
	memset(format, 0, sizeof(*format));
	/* alsa-lib counts DSD, a stream of single bits, among the linear formats */
	if (snd_pcm_format_linear(alsa) != 1 || (alsa >= SND_PCM_FORMAT_DSD_U8 && alsa <= SND_PCM_FORMAT_DSD_U32_BE))
		return;
	*format = (struct bli_format){
		.bytes = (unsigned char)(snd_pcm_format_physical_width(alsa) / 8),
		.bits = (unsigned char)snd_pcm_format_width(alsa),
		.is_unsigned = snd_pcm_format_unsigned(alsa) == 1,
		.is_swapped = snd_pcm_format_cpu_endian(alsa) == 0,
	};
}

void bli_format_or_float_from_alsa(struct bli_format *format, snd_pcm_format_t alsa)
{
	bli_format_from_alsa(format, alsa);
	if (snd_pcm_format_float(alsa) == 1)
		*format = (struct bli_format){
			.bytes = (unsigned char)(snd_pcm_format_physical_width(alsa) / 8),
			.bits = (unsigned char)snd_pcm_format_width(alsa),
			.is_swapped = snd_pcm_format_cpu_endian(alsa) == 0,
			.is_float = true,
		};
}

struct bli_area bli_area_from_alsa(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t offset)
{
	struct bli_area result = { NULL, (ptrdiff_t)(area->step / 8) };

	if (area->addr)
		result.samples = (char *)area->addr + area->first / 8 + (ptrdiff_t)offset * result.step;
	return result;
}

/* The names of the kernels that run here. */
static const char *kernel_names(char *names, size_t size)
{
	const struct bli_kernel *kernel;
	size_t used = 0;

	names[0] = '\0';
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)) && used < size; n++)
		used += (size_t)snprintf(names + used, size - used, "%s%s", n ? ", " : "", kernel->name);
	return names;
}

const struct bli_kernel *bli_kernel_from_environment(struct bli_subject subject)
{
	const char *name = getenv("BLI_KERNEL");
	const struct bli_kernel *kernel = bli_kernel_find(name);
	char names[100];

	if (kernel)
		return kernel;
	kernel = bli_kernel_find(NULL);
	bli_log(subject, "BLI_KERNEL=%.*s%s is unknown or not supported here; allowed are %s; taking %s",
		BLI_LOG_SHOWN_MAX, name, strlen(name) > BLI_LOG_SHOWN_MAX ? "..." : "",
		kernel_names(names, sizeof(names)), kernel->name);
	return kernel;
}
