/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "varying.h"

#include <zita-resampler/vresampler.h>

static void *open_stream(double ratio, unsigned int channels, unsigned int half)
{
	VResampler *resampler = new VResampler;

	if (resampler->setup(ratio, channels, half) == 0)
		return resampler;
	delete resampler;
	return NULL;
}

void *zita_varying_open_48(double ratio, unsigned int channels)
{
	return open_stream(ratio, channels, 48);
}

void *zita_varying_open_96(double ratio, unsigned int channels)
{
	return open_stream(ratio, channels, 96);
}

size_t zita_varying_process(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	VResampler *resampler = static_cast<VResampler *>(stream);

	resampler->inp_count = static_cast<unsigned int>(in_frames);
	resampler->inp_data = const_cast<float *>(in);
	resampler->out_count = static_cast<unsigned int>(out_capacity);
	resampler->out_data = out;
	resampler->process();
	return out_capacity - resampler->out_count;
}

void zita_varying_close(void *stream)
{
	delete static_cast<VResampler *>(stream);
}
