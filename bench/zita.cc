/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libraries.h"

#include <zita-resampler/resampler.h>

static void *open_stream(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels, unsigned int half)
{
	Resampler *resampler = new Resampler;

	if (resampler->setup(in_rate_hz, out_rate_hz, channels, half) == 0)
		return resampler;
	delete resampler;
	return NULL;
}

void *zita_open_48(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return open_stream(in_rate_hz, out_rate_hz, channels, 48);
}

void *zita_open_96(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return open_stream(in_rate_hz, out_rate_hz, channels, 96);
}

size_t zita_process(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	Resampler *resampler = static_cast<Resampler *>(stream);

	resampler->inp_count = static_cast<unsigned int>(in_frames);
	resampler->inp_data = const_cast<float *>(in);
	resampler->out_count = static_cast<unsigned int>(out_capacity);
	resampler->out_data = out;
	resampler->process();
	return out_capacity - resampler->out_count;
}

void zita_close(void *stream)
{
	delete static_cast<Resampler *>(stream);
}
