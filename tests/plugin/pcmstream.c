/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcmstream.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const double amplitude = 0.891250938; /* -1 dBFS */

/* Ends the test where libasound says no, with what it says. */
static void must(long result, const char *what)
{
	if (result < 0)
		fail_msg("%s: %s", what, snd_strerror((int)result));
}

snd_pcm_t *pcmstream_try_open(const char *text, snd_pcm_stream_t direction, int *error)
{
	snd_config_t *root = NULL;
	snd_input_t *input = NULL;
	snd_pcm_t *pcm = NULL;

	must(snd_config_top(&root), "snd_config_top");
	must(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)), "snd_input_buffer_open");
	must(snd_config_load(root, input), "snd_config_load");
	snd_input_close(input);
	*error = snd_pcm_open_lconf(&pcm, "stream", direction, 0, root);
	snd_config_delete(root);
	return *error < 0 ? NULL : pcm;
}

snd_pcm_t *pcmstream_open(const char *text, const struct pcmstream_setup *setup)
{
	snd_pcm_uframes_t buffer = setup->period_frames * setup->periods;
	snd_pcm_hw_params_t *hw;
	snd_pcm_sw_params_t *sw;
	int error;
	snd_pcm_t *pcm = pcmstream_try_open(text, setup->direction, &error);

	must(error, "snd_pcm_open_lconf");
	must(snd_pcm_hw_params_malloc(&hw), "hw_params_malloc");
	must(snd_pcm_hw_params_any(pcm, hw), "hw_params_any");
	must(snd_pcm_hw_params_set_access(pcm, hw, setup->access), "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, setup->format), "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, setup->channels), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, setup->rate_hz, 0), "rate");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, setup->period_frames, 0), "period_size");
	must(snd_pcm_hw_params_set_buffer_size_near(pcm, hw, &buffer), "buffer_size");
	must(snd_pcm_hw_params(pcm, hw), "hw_params");
	snd_pcm_hw_params_free(hw);

	must(snd_pcm_sw_params_malloc(&sw), "sw_params_malloc");
	must(snd_pcm_sw_params_current(pcm, sw), "sw_params_current");
	must(snd_pcm_sw_params_set_start_threshold(
		     pcm, sw, setup->direction == SND_PCM_STREAM_PLAYBACK ? buffer : 1), "start_threshold");
	must(snd_pcm_sw_params(pcm, sw), "sw_params");
	snd_pcm_sw_params_free(sw);
	return pcm;
}

static unsigned char *place(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame)
{
	return (unsigned char *)area->addr + (area->first + frame * area->step) / 8;
}

/* A float of either width as the bits that it has in memory, and back. */
static uint64_t bits_of(double value, bool wide)
{
	float narrow = (float)value;
	uint32_t word;
	uint64_t bits;

	memcpy(&word, &narrow, sizeof(word));
	memcpy(&bits, &value, sizeof(bits));
	return wide ? bits : word;
}

static double value_of(uint64_t bits, bool wide)
{
	uint32_t word = (uint32_t)bits;
	float narrow;
	double value;

	memcpy(&narrow, &word, sizeof(narrow));
	memcpy(&value, &bits, sizeof(value));
	return wide ? value : narrow;
}

/* Bytes are written and read one by one from the least significant on; integers stand in the lowest bits. */
static unsigned char *byte_at(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame, snd_pcm_format_t format, int i)
{
	const int bytes = snd_pcm_format_physical_width(format) / 8;

	return place(area, frame) + (snd_pcm_format_big_endian(format) == 1 ? bytes - 1 - i : i);
}

void pcmstream_put(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame, snd_pcm_format_t format, double value)
{
	const int bytes = snd_pcm_format_physical_width(format) / 8;
	const double full = ldexp(1, snd_pcm_format_width(format) - 1);
	uint64_t bits;

	if (snd_pcm_format_float(format) == 1)
		bits = bits_of(value, bytes == 8);
	else
		bits = (uint64_t)((int64_t)nearbyint(fmax(-full, fmin(full - 1, value * full))) +
				  (snd_pcm_format_unsigned(format) == 1 ? (int64_t)full : 0));
	for (int i = 0; i < bytes; i++)
		*byte_at(area, frame, format, i) = (unsigned char)(bits >> 8 * i);
}

double pcmstream_get(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame, snd_pcm_format_t format)
{
	const int bytes = snd_pcm_format_physical_width(format) / 8, width = snd_pcm_format_width(format);
	uint64_t bits = 0;

	for (int i = 0; i < bytes; i++)
		bits |= (uint64_t)*byte_at(area, frame, format, i) << 8 * i;
	if (snd_pcm_format_float(format) == 1)
		return value_of(bits, bytes == 8);
	if (snd_pcm_format_unsigned(format) != 1)
		bits ^= (uint64_t)1 << (width - 1); /* offset binary */
	bits &= ((uint64_t)1 << width) - 1;
	return ((double)bits - ldexp(1, width - 1)) / ldexp(1, width - 1);
}

double pcmstream_omega(double hz, unsigned channel, double rate_hz)
{
	return 2 * M_PI * hz * (1 + 0.13 * channel) / rate_hz;
}

/* areas[channels] of a buffer of frames that the program owns, interleaved or not */
static void areas_of(snd_pcm_channel_area_t *areas, unsigned char *buffer, snd_pcm_format_t format, unsigned channels,
		     snd_pcm_uframes_t frames, bool interleaved)
{
	const unsigned bits = (unsigned)snd_pcm_format_physical_width(format);

	for (unsigned c = 0; c < channels; c++)
		areas[c] = interleaved ? (snd_pcm_channel_area_t){ buffer, c * bits, channels * bits }
				       : (snd_pcm_channel_area_t){ buffer + c * frames * bits / 8, 0, bits };
}

static bool is_interleaved(snd_pcm_access_t access)
{
	return access == SND_PCM_ACCESS_RW_INTERLEAVED || access == SND_PCM_ACCESS_MMAP_INTERLEAVED;
}

static bool is_mmap(snd_pcm_access_t access)
{
	return access == SND_PCM_ACCESS_MMAP_INTERLEAVED || access == SND_PCM_ACCESS_MMAP_NONINTERLEAVED;
}

/* What passes between a stream and the program: frames `first` … of a sine (playback) or of values[] (recording). */
struct transfer {
	const struct pcmstream_setup *setup;
	double hz;
	double *values;
	snd_pcm_uframes_t values_frames;
};

static void transfer_frames(const struct transfer *transfer, const snd_pcm_channel_area_t *areas,
			    snd_pcm_uframes_t offset, snd_pcm_uframes_t first, snd_pcm_uframes_t frames)
{
	const struct pcmstream_setup *setup = transfer->setup;

	for (unsigned c = 0; c < setup->channels; c++) {
		const double omega = pcmstream_omega(transfer->hz, c, setup->rate_hz);

		for (snd_pcm_uframes_t i = 0; i < frames; i++)
			if (setup->direction == SND_PCM_STREAM_PLAYBACK)
				pcmstream_put(&areas[c], offset + i, setup->format,
					      amplitude * sin(omega * (double)(first + i)));
			else
				transfer->values[c * transfer->values_frames + first + i] =
					pcmstream_get(&areas[c], offset + i, setup->format);
	}
}

/* Up to `frames` frames through the mapped ring buffer; the number of them. */
static snd_pcm_sframes_t transfer_mmap(snd_pcm_t *pcm, const struct transfer *transfer, snd_pcm_uframes_t first,
				       snd_pcm_uframes_t frames)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n = frames;
	snd_pcm_sframes_t avail = snd_pcm_avail_update(pcm);

	must(avail, "avail_update");
	if (transfer->setup->direction == SND_PCM_STREAM_CAPTURE && snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED)
		must(snd_pcm_start(pcm), "start");
	if (avail == 0) {
		/* As it does for write, playback begins when the buffer is full. */
		if (snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED)
			must(snd_pcm_start(pcm), "start");
		must(snd_pcm_wait(pcm, 1000), "wait");
		return 0;
	}
	must(snd_pcm_mmap_begin(pcm, &areas, &offset, &n), "mmap_begin");
	transfer_frames(transfer, areas, offset, first, n);
	assert_int_equal(snd_pcm_mmap_commit(pcm, offset, n), n);
	return (snd_pcm_sframes_t)n;
}

/* Up to `frames` frames through a buffer of the program's; the number of them. */
static snd_pcm_sframes_t transfer_copy(snd_pcm_t *pcm, const struct transfer *transfer, snd_pcm_uframes_t first,
				       snd_pcm_uframes_t frames)
{
	enum { CHUNK = 777 }; /* frames; of no relation to any period */
	const struct pcmstream_setup *setup = transfer->setup;
	const snd_pcm_uframes_t n = frames < CHUNK ? frames : CHUNK;
	const bool playback = setup->direction == SND_PCM_STREAM_PLAYBACK;
	unsigned char buffer[CHUNK * PCMSTREAM_CHANNELS_MAX * 8];
	snd_pcm_channel_area_t areas[PCMSTREAM_CHANNELS_MAX];
	void *starts[PCMSTREAM_CHANNELS_MAX];
	snd_pcm_sframes_t moved;

	areas_of(areas, buffer, setup->format, setup->channels, n, is_interleaved(setup->access));
	for (unsigned c = 0; c < setup->channels; c++)
		starts[c] = areas[c].addr;
	if (playback)
		transfer_frames(transfer, areas, 0, first, n);
	if (is_interleaved(setup->access))
		moved = playback ? snd_pcm_writei(pcm, buffer, n) : snd_pcm_readi(pcm, buffer, n);
	else
		moved = playback ? snd_pcm_writen(pcm, starts, n) : snd_pcm_readn(pcm, starts, n);
	must(moved, playback ? "write" : "read");
	if (!playback)
		transfer_frames(transfer, areas, 0, first, (snd_pcm_uframes_t)moved);
	return moved;
}

static void transfer_all(snd_pcm_t *pcm, const struct transfer *transfer, snd_pcm_uframes_t frames)
{
	unsigned idle = 0;

	for (snd_pcm_uframes_t done = 0; done < frames;) {
		snd_pcm_sframes_t n = is_mmap(transfer->setup->access)
					      ? transfer_mmap(pcm, transfer, done, frames - done)
					      : transfer_copy(pcm, transfer, done, frames - done);

		idle = n ? 0 : idle + 1;
		if (idle > 100)
			fail_msg("the stream stands still after %lu frames", done);
		done += (snd_pcm_uframes_t)n;
	}
}

void pcmstream_play(snd_pcm_t *pcm, const struct pcmstream_setup *setup, double hz, snd_pcm_uframes_t frames)
{
	transfer_all(pcm, &(struct transfer){ .setup = setup, .hz = hz }, frames);
}

void pcmstream_record(snd_pcm_t *pcm, const struct pcmstream_setup *setup, double *values, snd_pcm_uframes_t frames)
{
	transfer_all(pcm, &(struct transfer){ .setup = setup, .values = values, .values_frames = frames }, frames);
}

/* Solves the symmetric 3 x 3 system a w = b by elimination; the basis of a fit is never singular. */
static void solve3(double a[3][3], double b[3], double w[3])
{
	for (int k = 0; k < 3; k++)
		for (int i = k + 1; i < 3; i++) {
			double factor = a[i][k] / a[k][k];

			for (int j = k; j < 3; j++)
				a[i][j] -= factor * a[k][j];
			b[i] -= factor * b[k];
		}
	for (int i = 2; i >= 0; i--) {
		w[i] = b[i];
		for (int j = i + 1; j < 3; j++)
			w[i] -= a[i][j] * w[j];
		w[i] /= a[i][i];
	}
}

struct pcmstream_fit pcmstream_fit_sine(const double *values, size_t frames, double omega)
{
	double a[3][3] = { { 0 } }, b[3] = { 0 }, w[3], rest = 0;
	struct pcmstream_fit fit;

	assert_true(frames > 100);
	for (size_t n = 0; n < frames; n++) {
		const double basis[3] = { 1, cos(omega * (double)n), sin(omega * (double)n) };

		for (int i = 0; i < 3; i++) {
			b[i] += basis[i] * values[n];
			for (int j = 0; j < 3; j++)
				a[i][j] += basis[i] * basis[j];
		}
	}
	solve3(a, b, w);
	for (size_t n = 0; n < frames; n++) {
		double error = values[n] - w[0] - w[1] * cos(omega * (double)n) - w[2] * sin(omega * (double)n);

		rest += error * error;
	}
	fit.amplitude = hypot(w[1], w[2]);
	fit.snr_db = 10 * log10(fit.amplitude * fit.amplitude / 2 * (double)frames / fmax(rest, 1e-300));
	return fit;
}

void pcmstream_write_file(const char *path, snd_pcm_format_t format, unsigned channels, unsigned rate_hz, double hz,
			  size_t frames)
{
	unsigned char buffer[PCMSTREAM_CHANNELS_MAX * 8];
	snd_pcm_channel_area_t areas[PCMSTREAM_CHANNELS_MAX];
	const size_t frame_bytes = (size_t)snd_pcm_format_physical_width(format) / 8 * channels;
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	areas_of(areas, buffer, format, channels, 1, true);
	for (size_t n = 0; n < frames; n++) {
		for (unsigned c = 0; c < channels; c++)
			pcmstream_put(&areas[c], 0, format,
				      hz == 0 ? 0.5 : amplitude * sin(pcmstream_omega(hz, c, rate_hz) * (double)n));
		assert_int_equal(fwrite(buffer, frame_bytes, 1, file), 1);
	}
	assert_int_equal(fclose(file), 0);
}

double *pcmstream_read_file(const char *path, snd_pcm_format_t format, unsigned channels, size_t *frames)
{
	const size_t frame_bytes = (size_t)snd_pcm_format_physical_width(format) / 8 * channels;
	snd_pcm_channel_area_t areas[PCMSTREAM_CHANNELS_MAX];
	FILE *file = fopen(path, "rb");
	unsigned char *bytes;
	double *values;
	long size;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	assert_true(size >= 0 && (size_t)size % frame_bytes == 0);
	*frames = (size_t)size / frame_bytes;
	bytes = malloc((size_t)size + 1);
	values = malloc((*frames * channels + 1) * sizeof(*values));
	assert_true(bytes && values);
	assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
	fclose(file);
	areas_of(areas, bytes, format, channels, *frames, true);
	for (unsigned c = 0; c < channels; c++)
		for (size_t n = 0; n < *frames; n++)
			values[c * *frames + n] = pcmstream_get(&areas[c], n, format);
	free(bytes);
	return values;
}
