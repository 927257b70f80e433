/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "libraries.h"

#include <stdlib.h>

#ifdef HAVE_SOXR
#include <soxr.h>

static void *soxr_open(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels, unsigned long recipe)
{
	soxr_io_spec_t samples = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
	soxr_quality_spec_t quality = soxr_quality_spec(recipe, 0);
	soxr_runtime_spec_t runtime = soxr_runtime_spec(1);

	return soxr_create(in_rate_hz, out_rate_hz, channels, NULL, &samples, &quality, &runtime);
}

static void *soxr_open_hq(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return soxr_open(in_rate_hz, out_rate_hz, channels, SOXR_HQ);
}

static void *soxr_open_vhq(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return soxr_open(in_rate_hz, out_rate_hz, channels, SOXR_VHQ);
}

static size_t soxr_run(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	size_t taken, written = 0;

	soxr_process(stream, in, in_frames, &taken, out, out_capacity, &written);
	return written;
}

static void soxr_close(void *stream)
{
	soxr_delete(stream);
}
#endif

#ifdef HAVE_SAMPLERATE
#include <samplerate.h>

struct samplerate_stream {
	SRC_STATE *state;
	double ratio;
};

static void *samplerate_open(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels, int type)
{
	struct samplerate_stream *stream = malloc(sizeof(*stream));
	int error;

	if (!stream)
		return NULL;
	stream->ratio = (double)out_rate_hz / in_rate_hz;
	stream->state = src_new(type, (int)channels, &error);
	if (stream->state)
		return stream;
	free(stream);
	return NULL;
}

static void *samplerate_open_medium(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return samplerate_open(in_rate_hz, out_rate_hz, channels, SRC_SINC_MEDIUM_QUALITY);
}

static void *samplerate_open_best(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return samplerate_open(in_rate_hz, out_rate_hz, channels, SRC_SINC_BEST_QUALITY);
}

static size_t samplerate_run(void *opaque, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	struct samplerate_stream *stream = opaque;
	SRC_DATA data = {
		.data_in = in, .input_frames = (long)in_frames,
		.data_out = out, .output_frames = (long)out_capacity,
		.src_ratio = stream->ratio,
	};

	return src_process(stream->state, &data) == 0 ? (size_t)data.output_frames_gen : 0;
}

static void samplerate_close(void *opaque)
{
	struct samplerate_stream *stream = opaque;

	src_delete(stream->state);
	free(stream);
}
#endif

#ifdef HAVE_SPEEXDSP
#include <speex/speex_resampler.h>

static void *speexdsp_open(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return speex_resampler_init(channels, in_rate_hz, out_rate_hz, SPEEX_RESAMPLER_QUALITY_MAX, NULL);
}

static size_t speexdsp_run(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	spx_uint32_t taken = (spx_uint32_t)in_frames, written = (spx_uint32_t)out_capacity;

	speex_resampler_process_interleaved_float(stream, in, &taken, out, &written);
	return written;
}

static void speexdsp_close(void *stream)
{
	speex_resampler_destroy(stream);
}
#endif

#ifdef HAVE_SWRESAMPLE
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

static void *swresample_open(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels, int taps)
{
	struct SwrContext *stream = NULL;
	AVChannelLayout layout;

	av_channel_layout_default(&layout, (int)channels);
	if (swr_alloc_set_opts2(&stream, &layout, AV_SAMPLE_FMT_FLT, (int)out_rate_hz, &layout, AV_SAMPLE_FMT_FLT,
				(int)in_rate_hz, 0, NULL) < 0)
		return NULL;
	if (taps)
		av_opt_set_int(stream, "filter_size", taps, 0);
	if (swr_init(stream) < 0)
		swr_free(&stream);
	return stream;
}

static void *swresample_open_default(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return swresample_open(in_rate_hz, out_rate_hz, channels, 0);
}

static void *swresample_open_64(unsigned int in_rate_hz, unsigned int out_rate_hz, unsigned int channels)
{
	return swresample_open(in_rate_hz, out_rate_hz, channels, 64);
}

static size_t swresample_run(void *stream, const float *in, size_t in_frames, float *out, size_t out_capacity)
{
	const uint8_t *from = (const uint8_t *)in;
	uint8_t *to = (uint8_t *)out;
	int written = swr_convert(stream, &to, (int)out_capacity, &from, (int)in_frames);

	return written > 0 ? (size_t)written : 0;
}

static void swresample_close(void *opaque)
{
	struct SwrContext *stream = opaque;

	swr_free(&stream);
}
#endif

const struct library libraries[] = {
#ifdef HAVE_SOXR
	{ "soxr HQ", soxr_open_hq, soxr_run, soxr_close },
	{ "soxr VHQ", soxr_open_vhq, soxr_run, soxr_close },
#endif
#ifdef HAVE_SAMPLERATE
	{ "libsamplerate medium", samplerate_open_medium, samplerate_run, samplerate_close },
	{ "libsamplerate best", samplerate_open_best, samplerate_run, samplerate_close },
#endif
#ifdef HAVE_SPEEXDSP
	{ "speexdsp q10", speexdsp_open, speexdsp_run, speexdsp_close },
#endif
#ifdef HAVE_SWRESAMPLE
	{ "libswresample", swresample_open_default, swresample_run, swresample_close },
	{ "libswresample 64 taps", swresample_open_64, swresample_run, swresample_close },
#endif
#ifdef HAVE_ZITA
	{ "zita 48", zita_open_48, zita_process, zita_close },
	{ "zita 96", zita_open_96, zita_process, zita_close },
#endif
	{ NULL, NULL, NULL, NULL },
};
