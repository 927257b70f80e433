/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sound card for measurements: an ALSA PCM of any rate and format that takes or has frames whenever it is asked, and
 * costs nothing but alsa-lib's own work. What it records is noise, because silence costs some converters less.
 *
 *     pcm_type.noisecard.lib "…/libasound_module_pcm_noisecard.so"
 *     pcm.card { type noisecard }
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUFFER_MIN_BYTES = 64, BUFFER_MAX_BYTES = 1 << 24, CHANNELS_MAX = 64 };

struct noisecard {
	snd_pcm_ioplug_t io;
};

/* All that was written is played, and the buffer has been filled but for a frame: a whole one would look like none. */
static snd_pcm_sframes_t noisecard_pointer(snd_pcm_ioplug_t *io)
{
	snd_pcm_uframes_t ahead = io->stream == SND_PCM_STREAM_CAPTURE ? io->buffer_size - 1 : 0;

	if (io->state != SND_PCM_STATE_RUNNING)
		return 0;
	return (snd_pcm_sframes_t)((io->appl_ptr + ahead) % io->buffer_size);
}

static int noisecard_start(snd_pcm_ioplug_t *io)
{
	(void)io;
	return 0;
}

static int noisecard_stop(snd_pcm_ioplug_t *io)
{
	(void)io;
	return 0;
}

static int noisecard_prepare(snd_pcm_ioplug_t *io)
{
	const snd_pcm_channel_area_t *area = snd_pcm_ioplug_mmap_areas(io);
	size_t bytes = (size_t)snd_pcm_format_physical_width(io->format) / 8 * io->channels * io->buffer_size;
	unsigned char *ring = area->addr;
	uint32_t random = 1;

	for (size_t i = 0; i < bytes; i++) {
		random = random * UINT32_C(1664525) + UINT32_C(1013904223);
		ring[i] = (unsigned char)(random >> 24);
	}
	return 0;
}

static int noisecard_close(snd_pcm_ioplug_t *io)
{
	struct noisecard *card = io->private_data;

	close(io->poll_fd);
	free(card);
	return 0;
}

static const snd_pcm_ioplug_callback_t noisecard_callback = {
	.start = noisecard_start,
	.stop = noisecard_stop,
	.pointer = noisecard_pointer,
	.prepare = noisecard_prepare,
	.close = noisecard_close,
};

static int noisecard_offer(snd_pcm_ioplug_t *io)
{
	static const unsigned accesses[] = { SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED };
	static const unsigned formats[] = { SND_PCM_FORMAT_S16, SND_PCM_FORMAT_S32 };
	int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses);

	if (error >= 0)
		error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 2, formats);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, CHANNELS_MAX);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, BUFFER_MIN_BYTES,
							BUFFER_MAX_BYTES);
	return error;
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(noisecard)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
				    snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(noisecard)
{
	struct noisecard *card = calloc(1, sizeof(*card));
	int error;

	(void)root;
	(void)conf;
	if (!card)
		return -ENOMEM;
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = "Sound card for measurements";
	card->io.mmap_rw = 1;
	card->io.callback = &noisecard_callback;
	card->io.private_data = card;
	/* never to be waited for */
	card->io.poll_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	card->io.poll_events = stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
	error = card->io.poll_fd < 0 ? -errno : snd_pcm_ioplug_create(&card->io, name, stream, mode);
	if (error < 0) {
		close(card->io.poll_fd);
		free(card);
		return error;
	}
	error = noisecard_offer(&card->io);
	if (error < 0) {
		snd_pcm_ioplug_delete(&card->io);
		return error;
	}
	*pcmp = card->io.pcm;
	return 0;
}

SND_PCM_PLUGIN_SYMBOL(noisecard);
