/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pump.h"
#include "alsaside.h"
#include "gcd.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOG(pump, ...) bli_log(bli_pcm_subject((pump)->slave->settings), __VA_ARGS__)

/* ---- opening ------------------------------------------------------------ */

/*
 * The stream's blocks are delay, so they are half a period at most.  Blocks
 * longer than BLOCK_FRAMES_MAX, in frames of the lower rate, and runs longer
 * than RUN_FRAMES_MAX cost little less: see `make bench-stages`.
 */
enum { BLOCKS_PER_PERIOD_MIN = 2, BLOCK_FRAMES_MAX = 768, BLOCK_FRAMES_MIN = 32, RUN_FRAMES_MAX = 1024 };

/*
 * Blocks for a program's periods of so many input frames.  In capture these are
 * whole blocks where they can be: what a block kept back at the end of a period
 * would make the program wait for the next.
 */
static void choose_block(const struct bli_pump *pump, struct bli_stream_config *config, uint64_t period)
{
	const uint64_t term = pump->slave_term;
	uint64_t low = config->in_rate < config->out_rate ? config->in_rate : config->out_rate;
	uint64_t most = BLOCK_FRAMES_MAX * config->in_rate / low, blocks = (period + most - 1) / most;
	uint64_t frames = period / (blocks < BLOCKS_PER_PERIOD_MIN ? BLOCKS_PER_PERIOD_MIN : blocks);

	config->run_frames = period < RUN_FRAMES_MAX ? period : RUN_FRAMES_MAX;
	config->block_frames = frames;
	for (uint64_t whole = frames - frames % term; whole >= term && whole >= BLOCK_FRAMES_MIN; whole -= term)
		if (!pump->playback && period % whole == 0) {
			config->block_frames = whole;
			break;
		}
}

int bli_pump_open(struct bli_pump *pump, struct bli_slave *slave, const struct bli_pump_config *program)
{
	const struct bli_settings *settings = &slave->settings->converter;
	const unsigned rate_hz = program->rate_hz;
	const uint64_t divisor = bli_gcd(rate_hz, slave->rate_hz);
	struct bli_stream_config config = {
		.in_rate = slave->playback ? rate_hz : slave->rate_hz,
		.out_rate = slave->playback ? slave->rate_hz : rate_hz,
		.max_deviation = program->max_deviation,
		.channels = program->channels,
		.gain = pow(10, settings->gain_db / 20),
		.dither = settings->dither,
		.kernel = program->kernel,
	};
	int error;

	memset(pump, 0, sizeof(*pump));
	pump->slave = slave;
	pump->playback = slave->playback;
	pump->program_term = rate_hz / divisor;
	pump->slave_term = slave->rate_hz / divisor;
	pump->channels = program->channels;
	pump->format = program->format;
	pump->sample_bytes = (size_t)snd_pcm_format_physical_width(program->format) / 8;
	bli_format_or_float_from_alsa(slave->playback ? &config.in_format : &config.out_format, program->format);
	bli_format_or_float_from_alsa(slave->playback ? &config.out_format : &config.in_format, slave->format);
	choose_block(pump, &config, pump->playback ? program->period : bli_pump_to_slave(pump, program->period));
	error = bli_settings_requirement(settings, rate_hz < slave->rate_hz ? rate_hz : slave->rate_hz,
					 &config.requirement);
	if (error)
		return error;
	error = bli_stream_open(&pump->stream, &config);
	if (error) {
		LOG(pump, "cannot convert %u Hz to %u Hz in %u channels: %s", (unsigned)config.in_rate,
		    (unsigned)config.out_rate, program->channels, snd_strerror(error));
		return error;
	}
	pump->open = true;
	pump->filter_delay = bli_stream_delay(&pump->stream);
	if (pump->playback)
		pump->lead = bli_pump_to_slave(pump, bli_stream_needed(&pump->stream, 1));
	return 0;
}

int bli_pump_set_buffer(struct bli_pump *pump, snd_pcm_uframes_t buffer)
{
	size_t bytes;

	pump->buffer = buffer;
	if (__builtin_mul_overflow(buffer, pump->channels * pump->sample_bytes, &bytes) ||
	    !(pump->store = malloc(bytes))) {
		LOG(pump, "out of memory");
		return -ENOMEM;
	}
	/* touched, so that no page is missing later; the stream's own are by its opening */
	snd_pcm_format_set_silence(pump->format, pump->store, (unsigned)(buffer * pump->channels));
	return 0;
}

void bli_pump_close(struct bli_pump *pump)
{
	if (pump->open)
		bli_stream_close(&pump->stream);
	free(pump->store);
	memset(pump, 0, sizeof(*pump));
}

/* ---- positions ---------------------------------------------------------- */

/* Whole turns first: nothing overflows within 2^40 turns. */
uint64_t bli_pump_to_slave(const struct bli_pump *pump, uint64_t frames)
{
	return frames / pump->program_term * pump->slave_term +
	       (frames % pump->program_term * pump->slave_term + pump->program_term - 1) / pump->program_term;
}

uint64_t bli_pump_to_program(const struct bli_pump *pump, uint64_t frames)
{
	return frames / pump->slave_term * pump->program_term +
	       frames % pump->slave_term * pump->program_term / pump->slave_term;
}

void bli_pump_follow(struct bli_pump *pump, snd_pcm_uframes_t appl_ptr)
{
	snd_pcm_uframes_t ahead;

	if (!pump->boundary)
		return;
	ahead = appl_ptr >= pump->appl_seen ? appl_ptr - pump->appl_seen
					    : appl_ptr + (pump->boundary - pump->appl_seen);
	pump->appl += ahead < pump->boundary / 2 ? (int64_t)ahead : (int64_t)ahead - (int64_t)pump->boundary;
	pump->appl_seen = appl_ptr;
}

snd_pcm_uframes_t bli_pump_pointer(const struct bli_pump *pump)
{
	return (snd_pcm_uframes_t)((uint64_t)(pump->hw - pump->origin) % pump->boundary);
}

void bli_pump_forget(struct bli_pump *pump)
{
	pump->origin = pump->appl = pump->hw;
	pump->appl_seen = 0;
}

snd_pcm_uframes_t bli_pump_avail(const struct bli_pump *pump)
{
	int64_t avail = pump->hw - pump->appl + (pump->playback ? (int64_t)pump->buffer : 0);

	return avail < 0 ? 0 : (snd_pcm_uframes_t)avail;
}

/* Never falls back, whatever the slave says. */
static void advance_hw(struct bli_pump *pump, int64_t hw)
{
	if (hw > pump->hw)
		pump->hw = hw;
}

/* Program's frames per frame of the slave's, at the moment. */
static double step(const struct bli_pump *pump)
{
	return (double)pump->program_term / (double)pump->slave_term * (1 + bli_stream_deviation(&pump->stream));
}

/*
 * Where the ratio deviates, counts of the two sides say nothing of each other: so by the stream's place, which the
 * slave will come to when it has played what waits.  As without deviation, frames of the lead and the filter's delay
 * count as if they had been the program's.
 */
static int64_t place_played(const struct bli_pump *pump)
{
	double fraction, ahead;
	int64_t frame;

	bli_stream_position(&pump->stream, &frame, &fraction);
	ahead = fraction + pump->filter_delay +
		((double)pump->lead - (double)(pump->waiting + pump->slave->staged)) * step(pump);
	return frame + (int64_t)floor(ahead);
}

/* The slave has played what is written but not in its buffer any more. */
static void update_playback(struct bli_pump *pump, snd_pcm_uframes_t slave_avail)
{
	uint64_t held = slave_avail < pump->slave->buffer ? pump->slave->buffer - slave_avail : 0;
	uint64_t waiting = held < pump->written ? held : pump->written;
	int64_t hw = pump->hw_base + (int64_t)bli_pump_to_program(pump, pump->written - waiting);
	bool response_left = pump->end == BLI_PUMP_ENDING || (pump->end == BLI_PUMP_ENDED && waiting);
	/* alsa-lib stops a drain when all is played; but the slave may still have the filter's response */
	int64_t most = response_left ? pump->appl - 1 : pump->appl;

	pump->waiting = waiting;
	if (pump->now) {
		pump->asked_time = pump->now();
		hw = place_played(pump);
	}
	advance_hw(pump, hw < most ? hw : most);
}

/* ---- the store ---------------------------------------------------------- */

/* The store as areas[channels], of alsa-lib and of the core. */
static void store_areas(const struct bli_pump *pump, snd_pcm_channel_area_t *areas)
{
	for (unsigned channel = 0; channel < pump->channels; channel++)
		areas[channel] = (snd_pcm_channel_area_t){
			pump->store, (unsigned)(channel * pump->sample_bytes * 8),
			(unsigned)(pump->channels * pump->sample_bytes * 8),
		};
}

/* In 64 bits: a snd_pcm_uframes_t may have 32, and what is left of a position in those has another remainder. */
static snd_pcm_uframes_t store_frame(const struct bli_pump *pump, int64_t position)
{
	return (snd_pcm_uframes_t)((uint64_t)position % pump->buffer);
}

static void store_at(const struct bli_pump *pump, int64_t position, struct bli_area *areas)
{
	snd_pcm_channel_area_t store[BLI_CHANNELS_MAX];

	store_areas(pump, store);
	for (unsigned channel = 0; channel < pump->channels; channel++)
		areas[channel] = bli_area_from_alsa(&store[channel], store_frame(pump, position));
}

/* Frames from a position on to the end of the store, at most `most`. */
static snd_pcm_uframes_t store_run(const struct bli_pump *pump, int64_t position, int64_t most)
{
	snd_pcm_uframes_t run = pump->buffer - store_frame(pump, position);

	return most <= 0 ? 0 : (int64_t)run < most ? run : (snd_pcm_uframes_t)most;
}

/* Between the program's areas and the store, in two parts where the store ends between. */
static void copy_frames(const struct bli_pump *pump, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
			int64_t position, snd_pcm_uframes_t frames)
{
	snd_pcm_channel_area_t store[BLI_CHANNELS_MAX];

	store_areas(pump, store);
	while (frames > 0) {
		snd_pcm_uframes_t run = store_run(pump, position, (int64_t)frames);
		snd_pcm_uframes_t at = store_frame(pump, position);

		if (pump->playback)
			snd_pcm_areas_copy(store, at, areas, offset, pump->channels, run, pump->format);
		else
			snd_pcm_areas_copy(areas, offset, store, at, pump->channels, run, pump->format);
		position += (int64_t)run;
		offset += run;
		frames -= run;
	}
}

void bli_pump_put(struct bli_pump *pump, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
		  snd_pcm_uframes_t frames)
{
	snd_pcm_uframes_t taken = pump->converted > pump->appl ? (snd_pcm_uframes_t)(pump->converted - pump->appl) : 0;

	if (taken < frames)
		copy_frames(pump, areas, offset + taken, pump->appl + (int64_t)taken, frames - taken);
	bli_pump_follow(pump, (pump->appl_seen + frames) % pump->boundary);
}

void bli_pump_skip(struct bli_pump *pump, snd_pcm_uframes_t frames)
{
	pump->appl_seen = (pump->appl_seen + frames) % pump->boundary;
	pump->origin -= (int64_t)frames;
}

void bli_pump_get(const struct bli_pump *pump, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
		  snd_pcm_uframes_t frames)
{
	copy_frames(pump, areas, offset, pump->appl, frames);
}

/* ---- preparation -------------------------------------------------------- */

/* The silence before the first frame of a slave that has nothing to play. */
static int write_lead(struct bli_pump *pump)
{
	snd_pcm_uframes_t lead = pump->lead;
	snd_pcm_sframes_t done = 0;

	/* where a latency is kept, what the stream has kept back already is a part of the lead */
	if (pump->now && bli_pump_to_slave(pump, bli_stream_needed(&pump->stream, 1)) < lead)
		lead = bli_pump_to_slave(pump, bli_stream_needed(&pump->stream, 1));
	pump->written = pump->waiting = 0;
	pump->room = 0;
	pump->slave->staged = pump->slave->staged_at = 0;
	if (pump->playback && lead)
		done = bli_slave_write_silence(pump->slave, lead);
	if (done < 0)
		return (int)done;
	pump->written = pump->waiting = (uint64_t)done;
	return 0;
}

int bli_pump_prepare(struct bli_pump *pump)
{
	bli_stream_reset(&pump->stream, false);
	pump->appl_seen = 0;
	pump->appl = pump->converted = pump->hw = pump->hw_base = pump->origin = 0;
	pump->end = BLI_PUMP_ENDLESS;
	return write_lead(pump);
}

int bli_pump_restart(struct bli_pump *pump)
{
	pump->hw_base = pump->converted < pump->appl ? pump->converted : pump->appl;
	if (pump->playback && pump->end == BLI_PUMP_ENDLESS)
		advance_hw(pump, pump->hw_base);
	return write_lead(pump);
}

void bli_pump_finish(struct bli_pump *pump)
{
	if (pump->end != BLI_PUMP_ENDLESS)
		return;
	pump->end = BLI_PUMP_ENDING;
	pump->last = pump->appl;
	/* as much as the filter rings after the last frame; the stream's own flush gives what it has delayed */
	pump->silence_left = (uint64_t)ceil(fmax(0, pump->filter_delay));
	if (pump->appl == 0)
		pump->end = BLI_PUMP_ENDED;
}

void bli_pump_complete(struct bli_pump *pump)
{
	advance_hw(pump, pump->appl);
}

/* ---- running ------------------------------------------------------------ */

/* Frames that are stored and not converted; what comes after an end does not belong to it. */
static int64_t unconverted(const struct bli_pump *pump)
{
	int64_t last = pump->end != BLI_PUMP_ENDLESS && pump->last < pump->appl ? pump->last : pump->appl;

	return last - pump->converted;
}

/* Convert up to `room` frames for the slave; how many.  First what is stored, then silence, then the stream's rest. */
static size_t convert_playback(struct bli_pump *pump, size_t room)
{
	struct bli_area in[BLI_CHANNELS_MAX], out[BLI_CHANNELS_MAX];
	size_t used = 0, written = 0, run = store_run(pump, pump->converted, unconverted(pump));

	bli_slave_staging(pump->slave, 0, out);
	store_at(pump, pump->converted, in);
	bli_stream_process(&pump->stream, in, run, &used, out, room, &written);
	pump->converted += (int64_t)used;
	if (used || written || pump->end == BLI_PUMP_ENDLESS)
		return written;
	for (unsigned channel = 0; channel < pump->channels; channel++)
		in[channel].samples = NULL;
	run = pump->silence_left < BLI_SLAVE_STAGING_FRAMES ? pump->silence_left : BLI_SLAVE_STAGING_FRAMES;
	if (run)
		bli_stream_process(&pump->stream, in, run, &used, out, room, &written);
	pump->silence_left -= used;
	if (!written && !pump->silence_left)
		written = bli_stream_flush(&pump->stream, out, room);
	return written;
}

static bool has_input(const struct bli_pump *pump)
{
	/* a program that goes back and forth while it drains gives nothing to a stream that has ended */
	return !pump->stream.ended &&
	       (unconverted(pump) > 0 || (pump->end == BLI_PUMP_ENDING && pump->silence_left));
}

/* Move as much as the slave is known to have room for. */
static int move_playback(struct bli_pump *pump)
{
	struct bli_slave *slave = pump->slave;
	snd_pcm_sframes_t done;

	while (pump->room > 0 && pump->end != BLI_PUMP_ENDED) {
		size_t room = pump->room < BLI_SLAVE_STAGING_FRAMES ? pump->room : BLI_SLAVE_STAGING_FRAMES;

		if (!slave->staged) {
			slave->staged = convert_playback(pump, room);
			if (!slave->staged && has_input(pump))
				continue;
			if (!slave->staged) {
				if (pump->end == BLI_PUMP_ENDING)
					pump->end = BLI_PUMP_ENDED;
				break;
			}
		}
		done = bli_slave_write(slave);
		if (done < 0)
			return (int)done;
		if (done == 0)
			break;
		pump->written += (uint64_t)done;
		pump->waiting += (uint64_t)done;
		pump->room -= (snd_pcm_uframes_t)done < pump->room ? (snd_pcm_uframes_t)done : pump->room;
		/* less than there was room for is all that there is */
		if ((size_t)done < room && pump->end == BLI_PUMP_ENDLESS && pump->appl <= pump->converted)
			break;
	}
	return 0;
}

static int run_playback(struct bli_pump *pump)
{
	snd_pcm_sframes_t avail = bli_slave_avail(pump->slave);

	if (avail < 0)
		return (int)avail;
	pump->room = (snd_pcm_uframes_t)avail;
	update_playback(pump, pump->room);
	return move_playback(pump);
}

int bli_pump_push(struct bli_pump *pump)
{
	int error = move_playback(pump);

	return !error && has_input(pump) ? run_playback(pump) : error;
}

static int run_capture(struct bli_pump *pump)
{
	struct bli_slave *slave = pump->slave;
	snd_pcm_sframes_t avail = bli_slave_avail(slave), done = 1;
	struct bli_area in[BLI_CHANNELS_MAX], out[BLI_CHANNELS_MAX];
	int64_t room;

	if (avail < 0)
		return (int)avail;
	/* a rewind to frames that were overwritten in the meantime is an overrun */
	if (pump->converted - pump->appl > (int64_t)pump->buffer)
		return -EPIPE;
	while ((room = pump->appl + (int64_t)pump->buffer - pump->converted) > 0) {
		size_t used, written, frames, run = store_run(pump, pump->converted, room);
		uint64_t needed = bli_stream_needed(&pump->stream, run);

		frames = avail < BLI_SLAVE_STAGING_FRAMES ? (size_t)avail : BLI_SLAVE_STAGING_FRAMES;
		frames = needed < frames ? (size_t)needed : frames;
		done = frames ? bli_slave_read(slave, frames) : 0;
		if (done < 0)
			return (int)done;
		avail -= done;
		bli_slave_staging(slave, 0, in);
		store_at(pump, pump->converted, out);
		bli_stream_process(&pump->stream, in, (size_t)done, &used, out, run, &written);
		pump->converted += (int64_t)written;
		if (!done && !written)
			break;
	}
	advance_hw(pump, pump->converted);
	return 0;
}

int bli_pump_run(struct bli_pump *pump)
{
	return pump->playback ? run_playback(pump) : run_capture(pump);
}

int bli_pump_delay(struct bli_pump *pump, snd_pcm_sframes_t *delay)
{
	snd_pcm_sframes_t slave_delay = 0;
	int error = snd_pcm_delay(pump->slave->pcm, &slave_delay);
	double ratio = step(pump);
	double heard, fraction, frames;
	int64_t frame;

	/* one that has played all has nothing more to say */
	if (error == -ESTRPIPE || error == -ENODEV || (error == -EPIPE && pump->end != BLI_PUMP_ENDED))
		return error;
	if (pump->playback) {
		if (error < 0)
			slave_delay = (snd_pcm_sframes_t)pump->waiting;
		bli_stream_position(&pump->stream, &frame, &fraction);
		heard = (double)(pump->appl - frame) - fraction;
		frames = heard + ((double)slave_delay + (double)pump->slave->staged) * ratio;
	} else {
		if (error < 0)
			slave_delay = 0;
		frames = (double)(pump->converted - pump->appl) +
			 ((double)slave_delay + bli_stream_delay(&pump->stream)) * ratio;
	}
	/* halves are common, and a rounding error in one of them must not make the position fall back by a frame */
	*delay = (snd_pcm_sframes_t)floor(frames + 0.5 + 0x1p-20);
	return 0;
}
