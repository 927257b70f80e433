/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "segments.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "shared/interrupt.h"

#define THREADS_MAX 256
#define SLOT_FRAMES 131072	/* input frames of a segment, about */
#define SLOT_BYTES ((size_t)4 << 20)	/* but no more than so many bytes of input or output, if a period has fewer */

enum slot_state { SLOT_EMPTY, SLOT_FILLED, SLOT_TAKEN, SLOT_DONE };

/* A segment, from its input to its output. */
struct slot {
	enum slot_state state;
	unsigned char *in;	/* [before + periods][in_frames][channels] */
	unsigned char *out;	/* [periods][out_frames][channels] */
	size_t before;		/* periods of history in front of the segment */
	size_t in_frames;	/* of the input that are there, history included; silence follows */
	size_t wanted;		/* output frames that count */
};

struct segments {
	struct bli_resampler_config config;
	struct ratio factor;
	size_t in_frame_bytes, out_frame_bytes;
	size_t history, periods;	/* periods before a segment, and of one */
	size_t lead;			/* frames of silence to put in front of the input yet */
	int64_t drop;
	int64_t filled_out, handed;	/* output frames, dropped ones included: of filled segments, handed over */
	int64_t total;			/* of them in all; INT64_MAX until the input has ended */
	unsigned fill, take;		/* slots, counted from the beginning: the next to fill, the one to hand over */
	unsigned slots, threads;
	struct slot *slot;		/* [slots], used in turns */
	struct bli_resampler *resampler;	/* [threads] */
	pthread_t *thread;		/* [threads] */
	unsigned started;		/* threads that run */
	pthread_mutex_t lock;		/* of the states, and of the following */
	pthread_cond_t changed;
	unsigned begun;			/* slots that threads have taken */
	bool ending;
};

/* How much of the input the output depends on, in periods: what all stages keep, at the rate of the input. */
static size_t history_periods(const struct bli_resampler *resampler)
{
	double frames = 0, input_frames_per_frame = 1;

	for (unsigned i = 0; i < resampler->plan.stages; i++) {
		const struct bli_stage_plan *const stage = &resampler->plan.stage[i];
		/* a spectral stage transforms more than its filter reaches, which its last bits depend on */
		size_t history = stage->kind == BLI_STAGE_SPECTRAL ? resampler->stage[i].spectral.history
								   : stage->filter.taps;

		frames += (double)history * input_frames_per_frame;
		input_frames_per_frame *= (double)stage->in_frames / (double)stage->out_frames;
	}
	/* one more, because stages begin within a period */
	return (size_t)(frames / (double)resampler->config.in_frames) + 2;
}

/* Slots are taken in their order, so there is always one that is done next. */
static struct slot *wait_for_work(struct segments *segments)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&segments->lock);
	while (!segments->ending && segments->slot[segments->begun % segments->slots].state != SLOT_FILLED)
		pthread_cond_wait(&segments->changed, &segments->lock);
	if (!segments->ending) {
		slot = &segments->slot[segments->begun++ % segments->slots];
		slot->state = SLOT_TAKEN;
	}
	pthread_mutex_unlock(&segments->lock);
	return slot;
}

static void set_state(struct segments *segments, struct slot *slot, enum slot_state state)
{
	pthread_mutex_lock(&segments->lock);
	slot->state = state;
	pthread_cond_broadcast(&segments->changed);
	pthread_mutex_unlock(&segments->lock);
}

static void convert_slot(const struct segments *segments, struct bli_resampler *resampler, const struct slot *slot)
{
	const struct bli_resampler_config *const config = &segments->config;
	struct bli_area in[BLI_CHANNELS_MAX], out[BLI_CHANNELS_MAX];

	bli_resampler_reset(resampler);
	for (size_t period = 0; period < slot->before + segments->periods; period++) {
		const bool counts = period >= slot->before;
		const size_t first_in = period * config->in_frames;
		const size_t first_out = counts ? (period - slot->before) * config->out_frames : 0;
		const size_t rest = counts && slot->wanted > first_out ? slot->wanted - first_out : 0;

		if (counts && rest == 0)
			return;
		for (size_t channel = 0; channel < config->channels; channel++) {
			in[channel].samples = slot->in + first_in * segments->in_frame_bytes +
				channel * config->in_format.bytes;
			in[channel].step = (ptrdiff_t)segments->in_frame_bytes;
			out[channel].samples = slot->out + first_out * segments->out_frame_bytes +
				channel * config->out_format.bytes;
			out[channel].step = (ptrdiff_t)segments->out_frame_bytes;
		}
		bli_resampler_convert(resampler, out, rest < config->out_frames ? rest : config->out_frames, in,
				      slot->in_frames > first_in ? slot->in_frames - first_in : 0);
	}
}

struct worker {
	struct segments *segments;
	struct bli_resampler *resampler;
};

static void *work(void *argument)
{
	struct worker worker = *(struct worker *)argument;
	struct slot *slot;

	free(argument);
	while ((slot = wait_for_work(worker.segments)) != NULL) {
		convert_slot(worker.segments, worker.resampler, slot);
		set_state(worker.segments, slot, SLOT_DONE);
	}
	return NULL;
}

/* Signals are for the thread that reads and writes, whose system calls they interrupt. */
static bool start_thread(struct segments *segments, unsigned index)
{
	struct worker *const worker = malloc(sizeof(*worker));
	sigset_t all, before;
	bool started;

	if (worker == NULL)
		return false;
	*worker = (struct worker){ segments, &segments->resampler[index] };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&segments->thread[index], NULL, work, worker) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!started)
		free(worker);
	return started;
}

static bool allocate(struct segments *segments)
{
	const struct bli_resampler_config *const config = &segments->config;
	const size_t in_bytes = config->in_frames * segments->in_frame_bytes;
	const size_t out_bytes = config->out_frames * segments->out_frame_bytes;
	const size_t most = SLOT_BYTES / (in_bytes > out_bytes ? in_bytes : out_bytes);
	const size_t many = SLOT_FRAMES / config->in_frames;

	segments->periods = most < many ? most : many;
	/* the history is converted twice: a segment is to be much longer */
	if (segments->periods < 8 * segments->history)
		segments->periods = 8 * segments->history;
	segments->slots = 2 * segments->threads;
	segments->slot = calloc(segments->slots, sizeof(segments->slot[0]));
	for (unsigned i = 0; segments->slot != NULL && i < segments->slots; i++) {
		struct slot *const slot = &segments->slot[i];

		slot->in = malloc((segments->history + segments->periods) * in_bytes);
		slot->out = malloc(segments->periods * out_bytes);
		if (slot->in == NULL || slot->out == NULL)
			return false;
	}
	return segments->slot != NULL;
}

static bool open_all(struct segments *segments)
{
	segments->resampler = calloc(segments->threads, sizeof(segments->resampler[0]));
	segments->thread = calloc(segments->threads, sizeof(segments->thread[0]));
	if (segments->resampler == NULL || segments->thread == NULL)
		return false;
	for (unsigned i = 0; i < segments->threads; i++)
		if (bli_resampler_open(&segments->resampler[i], &segments->config) != 0)
			return false;
	segments->history = history_periods(&segments->resampler[0]);
	if (!allocate(segments))
		return false;
	while (segments->started < segments->threads && start_thread(segments, segments->started))
		segments->started++;
	return segments->started > 0;
}

struct segments *segments_open(const struct bli_resampler_config *config, unsigned threads, size_t lead, size_t drop,
			       const struct ratio *factor)
{
	struct segments *const segments = calloc(1, sizeof(*segments));

	if (segments == NULL)
		return NULL;
	segments->config = *config;
	segments->threads = threads < THREADS_MAX ? threads : THREADS_MAX;
	segments->lead = lead;
	segments->drop = (int64_t)drop;
	segments->factor = *factor;
	segments->total = INT64_MAX;
	segments->in_frame_bytes = (size_t)config->in_format.bytes * config->channels;
	segments->out_frame_bytes = (size_t)config->out_format.bytes * config->channels;
	pthread_mutex_init(&segments->lock, NULL);
	pthread_cond_init(&segments->changed, NULL);
	if (open_all(segments))
		return segments;
	segments_close(segments);
	return NULL;
}

void segments_close(struct segments *segments)
{
	if (segments == NULL)
		return;
	pthread_mutex_lock(&segments->lock);
	segments->ending = true;
	pthread_cond_broadcast(&segments->changed);
	pthread_mutex_unlock(&segments->lock);
	while (segments->started > 0)
		pthread_join(segments->thread[--segments->started], NULL);
	for (unsigned i = 0; segments->resampler != NULL && i < segments->threads; i++)
		bli_resampler_close(&segments->resampler[i]);
	for (unsigned i = 0; segments->slot != NULL && i < segments->slots; i++) {
		free(segments->slot[i].in);
		free(segments->slot[i].out);
	}
	free(segments->slot);
	free(segments->resampler);
	free(segments->thread);
	pthread_cond_destroy(&segments->changed);
	pthread_mutex_destroy(&segments->lock);
	free(segments);
}

/*
 * Input for a slot: what the one before it ended with, and what comes next. Returns 0 or a negative
 * errno with the reason.
 */
static int fill_slot(struct segments *segments, struct reader *reader, struct reason *reason)
{
	struct slot *const slot = &segments->slot[segments->fill % segments->slots];
	const size_t in_frames = segments->config.in_frames, wanted_in = segments->periods * in_frames;
	const int64_t out = (int64_t)(segments->periods * segments->config.out_frames);
	int64_t left;
	size_t filled = 0;
	int64_t got = 0;

	slot->before = 0;
	if (segments->fill > 0) {
		/* no thread writes what it has read */
		const struct slot *const last = &segments->slot[(segments->fill - 1) % segments->slots];
		const size_t all = (last->before + segments->periods) * in_frames, kept = segments->history * in_frames;
		const size_t there = last->in_frames > all - kept ? last->in_frames - (all - kept) : 0;

		slot->before = segments->history;
		memcpy(slot->in, last->in + (all - kept) * segments->in_frame_bytes, there * segments->in_frame_bytes);
		memset(slot->in + there * segments->in_frame_bytes, 0, (kept - there) * segments->in_frame_bytes);
		filled = kept;
	}

	const size_t end = filled + wanted_in;

	memset(slot->in + filled * segments->in_frame_bytes, 0, segments->lead * segments->in_frame_bytes);
	filled += segments->lead;
	segments->lead = 0;
	if (segments->total == INT64_MAX) {
		got = reader_read(reader, slot->in + filled * segments->in_frame_bytes, (int64_t)(end - filled),
				  reason);
		if (got < 0)
			return (int)got;
		if (got < (int64_t)(end - filled))
			segments->total = ratio_frames(&segments->factor, reader->frames_read) + segments->drop;
	}
	slot->in_frames = filled + (size_t)got;
	left = segments->total - segments->filled_out;
	slot->wanted = (size_t)(left < out ? left : out);
	segments->filled_out += out;
	segments->fill++;
	set_state(segments, slot, SLOT_FILLED);
	return 0;
}

/* Of its output, what is not dropped; the slot is free at the next call. */
static int64_t hand_over(struct segments *segments, struct slot *slot, void **frames)
{
	const int64_t first = segments->drop > segments->handed ? segments->drop - segments->handed : 0;
	const int64_t count = (int64_t)slot->wanted - first;

	segments->handed += (int64_t)(segments->periods * segments->config.out_frames);
	*frames = slot->out + (size_t)(first < (int64_t)slot->wanted ? first : 0) * segments->out_frame_bytes;
	return count;
}

int64_t segments_next(struct segments *segments, struct reader *reader, void **frames, struct reason *reason)
{
	for (;;) {
		struct slot *const slot = &segments->slot[segments->take % segments->slots];
		int64_t count;

		if (interrupt_pending())
			return -EINTR;
		/*
		 * the last one that was handed over is still the caller's to read until now; its
		 * input the next one's
		 */
		while (segments->fill - segments->take < segments->slots - 1 &&
		       segments->filled_out < segments->total) {
			const int error = fill_slot(segments, reader, reason);

			if (error)
				return error;
		}
		if (segments->take == segments->fill)
			return 0;
		pthread_mutex_lock(&segments->lock);
		while (slot->state != SLOT_DONE)
			pthread_cond_wait(&segments->changed, &segments->lock);
		slot->state = SLOT_EMPTY;
		pthread_mutex_unlock(&segments->lock);
		segments->take++;
		count = hand_over(segments, slot, frames);
		if (count > 0)
			return count;
	}
}

void segments_sum(const struct segments *segments, struct bli_resampler *resampler)
{
	for (unsigned i = 0; i < segments->threads; i++) {
		resampler->clipped += segments->resampler[i].clipped;
		if (segments->resampler[i].peak > resampler->peak)
			resampler->peak = segments->resampler[i].peak;
	}
}
