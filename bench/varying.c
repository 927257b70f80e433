/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "varying.h"

#include <stdlib.h>

#ifdef HAVE_SOXR
#include <soxr.h>

/* The ratio is given again after opening: only then does soxr take it for one that varies. */
static void *soxr_varying_open(double ratio, unsigned int channels)
{
	soxr_io_spec_t samples = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
	soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, SOXR_VR);
	soxr_error_t error;
	soxr_t stream = soxr_create(2 / ratio, 1, channels, &error, &samples, &quality, NULL);

	if (!error)
		error = soxr_set_io_ratio(stream, 1 / ratio, 0);
	if (!error)
		return stream;
	soxr_delete(stream);
	return NULL;
}

static size_t soxr_varying_process(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	size_t taken, written = 0;

	soxr_process(stream, in, in_frames, &taken, out, out_capacity, &written);
	return written;
}

static void soxr_varying_close(void *stream)
{
	soxr_delete(stream);
}
#endif

#ifdef HAVE_SAMPLERATE
#include <samplerate.h>

struct samplerate_varying {
	SRC_STATE *state;
	double ratio;
};

static void *samplerate_varying_open(double ratio, unsigned int channels, int type)
{
	struct samplerate_varying *stream = malloc(sizeof(*stream));
	int error;

	if (!stream)
		return NULL;
	stream->ratio = ratio;
	stream->state = src_new(type, (int)channels, &error);
	if (stream->state)
		return stream;
	free(stream);
	return NULL;
}

static void *samplerate_varying_open_medium(double ratio, unsigned int channels)
{
	return samplerate_varying_open(ratio, channels, SRC_SINC_MEDIUM_QUALITY);
}

static void *samplerate_varying_open_best(double ratio, unsigned int channels)
{
	return samplerate_varying_open(ratio, channels, SRC_SINC_BEST_QUALITY);
}

static size_t samplerate_varying_process(void *opaque, const float *in, size_t in_frames, float *out,
					 size_t out_capacity)
{
	struct samplerate_varying *stream = opaque;
	SRC_DATA data = {
		.data_in = in, .input_frames = (long)in_frames,
		.data_out = out, .output_frames = (long)out_capacity,
		.src_ratio = stream->ratio,
	};

	return src_process(stream->state, &data) == 0 ? (size_t)data.output_frames_gen : 0;
}

static void samplerate_varying_close(void *opaque)
{
	struct samplerate_varying *stream = opaque;

	src_delete(stream->state);
	free(stream);
}
#endif

const struct varying varying_libraries[] = {
#ifdef HAVE_ZITA
	{ "zita VResampler 48", zita_varying_open_48, zita_varying_process, zita_varying_close },
	{ "zita VResampler 96", zita_varying_open_96, zita_varying_process, zita_varying_close },
#endif
#ifdef HAVE_SOXR
	{ "soxr VR", soxr_varying_open, soxr_varying_process, soxr_varying_close },
#endif
#ifdef HAVE_SAMPLERATE
	{ "libsamplerate medium", samplerate_varying_open_medium, samplerate_varying_process,
	  samplerate_varying_close },
	{ "libsamplerate best", samplerate_varying_open_best, samplerate_varying_process,
	  samplerate_varying_close },
#endif
	{ NULL, NULL, NULL, NULL },
};
