/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handcard.h"

#include "cardbase.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

struct card {
	struct cardbase base;
	struct handcard *hand;
	pthread_mutex_t lock;	/* of this and what the hand holds: alsa-lib calls some of the callbacks without its own */
	unsigned channels;
	uint64_t begin;		/* of the clock, when the card was prepared or started */
};

/* Frames that the clock has run. */
static uint64_t clock_time(struct card *card)
{
	const unsigned rate_hz = card->base.io.rate;
	struct timespec now;

	if (card->hand->real) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		card->hand->time = (uint64_t)now.tv_sec * rate_hz + (uint64_t)now.tv_nsec * rate_hz / 1000000000;
	}
	return card->hand->time;
}

/* Moves frames between the ring and the sound of the test. */
static void transfer(struct card *card, uint64_t frames)
{
	snd_pcm_ioplug_t *io = &card->base.io;
	const snd_pcm_channel_area_t *areas = snd_pcm_ioplug_mmap_areas(io);
	const size_t bytes = card->base.frame_bytes / io->channels;
	struct handcard *hand = card->hand;

	for (; frames > 0; frames--) {
		size_t at = hand->done * card->base.frame_bytes;
		int inside = at + card->base.frame_bytes <= hand->sound_bytes;

		for (unsigned channel = 0; channel < io->channels; channel++) {
			const snd_pcm_channel_area_t *area = &areas[channel];
			char *ring = (char *)area->addr + area->first / 8 +
				     card->base.moved % io->buffer_size * (area->step / 8);

			if (io->stream == SND_PCM_STREAM_PLAYBACK && inside)
				memcpy(hand->sound + at + channel * bytes, ring, bytes);
			else if (io->stream == SND_PCM_STREAM_CAPTURE && inside)
				memcpy(ring, hand->sound + at + channel * bytes, bytes);
			else if (io->stream == SND_PCM_STREAM_CAPTURE)
				snd_pcm_format_set_silence(io->format, ring, 1);
		}
		card->base.moved++;
		hand->done++;
	}
}

/* Frames that the ring lets through: those written, or the room for those to be read. */
static uint64_t passable(const struct card *card)
{
	const snd_pcm_ioplug_t *io = &card->base.io;

	return io->stream == SND_PCM_STREAM_PLAYBACK ? io->appl_ptr - card->base.moved
						     : io->buffer_size - (card->base.moved - io->appl_ptr);
}

static snd_pcm_state_t faulty_state(const struct handcard *hand)
{
	return hand->fault == -ENODEV ? SND_PCM_STATE_DISCONNECTED : SND_PCM_STATE_SUSPENDED;
}

static void lock_card(struct card *card)
{
	pthread_mutex_lock(&card->lock);
}

static void unlock_card(struct card *card)
{
	pthread_mutex_unlock(&card->lock);
}

/* Moves what is due; the lock is held. */
static snd_pcm_sframes_t advance(struct card *card)
{
	snd_pcm_ioplug_t *io = &card->base.io;
	struct handcard *hand = card->hand;
	uint64_t due = clock_time(card) - card->begin - card->base.moved, grain = hand->grain ? hand->grain : 1;

	if (hand->fault)
		snd_pcm_ioplug_set_state(io, faulty_state(hand));
	else if (io->state == SND_PCM_STATE_RUNNING) {
		due -= due % grain;
		/* a real card too stops when the last frame is played, or the last place taken */
		if (due >= passable(card)) {
			transfer(card, passable(card));
			return -EPIPE;
		}
		transfer(card, due);
	} else if (io->state == SND_PCM_STATE_DRAINING) {
		transfer(card, due < passable(card) ? due : passable(card));
	}
	return (snd_pcm_sframes_t)(card->base.moved % io->buffer_size);
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	snd_pcm_sframes_t pointer;

	lock_card(card);
	pointer = advance(card);
	unlock_card(card);
	return pointer;
}

static int card_start(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;

	lock_card(card);
	card->hand->starts++;
	card->begin = clock_time(card) - card->base.moved;
	unlock_card(card);
	return 0;
}

static int card_stop(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;

	lock_card(card);
	card->hand->drops++;
	unlock_card(card);
	return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;

	lock_card(card);
	card->hand->prepares++;
	cardbase_prepare(io);
	unlock_card(card);
	return 0;
}

/* Plays on; −EAGAIN while there is more. */
static int drain(struct card *card)
{
	snd_pcm_ioplug_t *io = &card->base.io;
	uint64_t left = io->stream == SND_PCM_STREAM_PLAYBACK ? passable(card) : 0, step;

	if (card->hand->fault) {
		snd_pcm_ioplug_set_state(io, faulty_state(card->hand));
		return card->hand->fault;
	}
	step = card->hand->real ? clock_time(card) - card->begin - card->base.moved : card->hand->tick;
	if (io->nonblock && left > step) {
		transfer(card, step);
		card->hand->time += card->hand->tick;
		return -EAGAIN;
	}
	transfer(card, left);
	card->hand->time += left;
	return 0;
}

static int card_drain(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	int error;

	lock_card(card);
	error = drain(card);
	unlock_card(card);
	return error;
}

static int card_pause(snd_pcm_ioplug_t *io, int enable)
{
	struct card *card = io->private_data;

	lock_card(card);
	card->hand->pauses += enable != 0;
	if (!enable)
		card->begin = clock_time(card) - card->base.moved;
	unlock_card(card);
	return 0;
}

static int card_resume(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;

	/* ioplug takes no error: the state tells, as a real card's does */
	if (card->hand->resume_again > 0) {
		card->hand->resume_again--;
		return 0;
	}
	if (card->hand->fault || !card->hand->can_resume)
		return 0;
	lock_card(card);
	card->begin = clock_time(card) - card->base.moved;
	unlock_card(card);
	snd_pcm_ioplug_set_state(io, SND_PCM_STATE_RUNNING);
	return 0;
}

static int card_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct card *card = io->private_data;
	uint64_t inside;

	lock_card(card);
	advance(card);
	inside = io->stream == SND_PCM_STREAM_PLAYBACK ? io->appl_ptr - card->base.moved
						       : card->base.moved - io->appl_ptr;
	unlock_card(card);
	*delay = (snd_pcm_sframes_t)(inside + card->hand->latency);
	return 0;
}

/* As a poll that waited for a tick of the clock, if there is nothing to do yet. */
static int card_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfds, unsigned count, unsigned short *revents)
{
	struct card *card = io->private_data;
	snd_pcm_sframes_t avail = snd_pcm_avail_update(io->pcm);

	(void)pfds;
	(void)count;
	lock_card(card);
	card->hand->polls++;
	*revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
	if (avail < 0 || io->state == SND_PCM_STATE_SUSPENDED || io->state == SND_PCM_STATE_DISCONNECTED) {
		*revents |= POLLERR;
	} else if (io->state == SND_PCM_STATE_DRAINING && drain(card) == -EAGAIN) {
		/* a real card too has no room to tell of while it drains */
		*revents = 0;
		card->hand->waits++;
	} else if (avail < (snd_pcm_sframes_t)card->base.avail_min) {
		*revents = 0;
		card->hand->waits++;
		card->hand->time += card->hand->tick;
	}
	unlock_card(card);
	return 0;
}

/* ---- channel maps ------------------------------------------------------- */

enum { MAPPED_MAX = 8 };

static void fill_map(const struct card *card, snd_pcm_chmap_t *map, unsigned channels)
{
	map->channels = channels;
	memcpy(map->pos, card->hand->map, channels * sizeof(map->pos[0]));
}

/* One map, in any order, of as many channels as the card has. */
static snd_pcm_chmap_query_t **card_query_chmaps(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	snd_pcm_chmap_query_t **maps;

	if (card->channels > MAPPED_MAX)
		return NULL;
	/* given back by snd_pcm_free_chmaps() */
	maps = calloc(2, sizeof(*maps));
	if (maps && (maps[0] = calloc(1, sizeof(**maps) + MAPPED_MAX * sizeof(unsigned)))) {
		maps[0]->type = SND_CHMAP_TYPE_VAR;
		fill_map(card, &maps[0]->map, card->channels);
	}
	return maps;
}

static snd_pcm_chmap_t *card_get_chmap(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	snd_pcm_chmap_t *map = card->channels > MAPPED_MAX ? NULL : calloc(1, sizeof(*map) + MAPPED_MAX * sizeof(unsigned));

	if (map)
		fill_map(card, map, card->channels);
	return map;
}

static int card_set_chmap(snd_pcm_ioplug_t *io, const snd_pcm_chmap_t *map)
{
	struct card *card = io->private_data;

	if (map->channels != card->channels || card->channels > MAPPED_MAX)
		return -EINVAL;
	memcpy(card->hand->map, map->pos, map->channels * sizeof(map->pos[0]));
	return 0;
}

static int card_close(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;

	pthread_mutex_destroy(&card->lock);
	return cardbase_close(io);
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = card_start,
	.stop = card_stop,
	.pointer = card_pointer,
	.drain = card_drain,
	.prepare = card_prepare,
	.pause = card_pause,
	.resume = card_resume,
	.delay = card_delay,
	.sw_params = cardbase_sw_params,
	.poll_revents = card_poll_revents,
	.close = card_close,
	.query_chmaps = card_query_chmaps,
	.get_chmap = card_get_chmap,
	.set_chmap = card_set_chmap,
};

/* The only other key: where the hand is. */
static int take_key(void *state, const char *key, snd_config_t *node)
{
	long number;

	if (strcmp(key, "state") != 0)
		return 0;
	/* a number is of the larger type only where it has to be */
	if (snd_config_get_integer(node, &number) < 0)
		return snd_config_get_integer64(node, state);
	*(long long *)state = number;
	return 0;
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(handcard)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
				   snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(handcard)
{
	struct cardbase_settings settings = {
		.rates_hz = { 48000 }, .rate_count = 1, .channels = 2, .format = SND_PCM_FORMAT_S32_LE,
		.period = { 8, 1 << 20 }, .buffer = { 16, 1 << 21 },
	};
	long long state = 0;
	struct card *card;
	int err = cardbase_configure(&settings, conf, take_key, &state);

	(void)root;
	if (err < 0 || !state)
		return err < 0 ? err : -EINVAL;
	card = cardbase_new(sizeof(*card), "Sound card driven by hand", &callbacks);
	if (!card)
		return -ENOMEM;
	pthread_mutex_init(&card->lock, NULL);
	card->hand = (struct handcard *)(uintptr_t)state;
	card->channels = settings.channels;
	if (!card->hand->can_pause)
		card->base.callback.pause = NULL;
	if (!card->hand->can_resume)
		card->base.callback.resume = NULL;
	settings.planar = card->hand->planar;
	card->base.io.poll_fd = eventfd(1, EFD_CLOEXEC);	/* always readable */
	err = cardbase_open(&card->base, &settings, name, stream, mode);
	if (err < 0)
		return err;
	card->base.io.nonblock = (mode & SND_PCM_NONBLOCK) != 0;
	*pcmp = card->base.io.pcm;
	return 0;
}

SND_PCM_PLUGIN_SYMBOL(handcard);
