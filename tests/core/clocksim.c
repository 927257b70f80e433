/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clocksim.h"

#include <math.h>
#include <string.h>

#define FILTER_FRAMES 32	/* delay of the converter, input frames */
#define USB_PACKET (1e-3 * (1 + 1e-6 * SIM_USB_HOST_PPM))	/* s */
#define IRQ_LEAST 3e-6		/* latency of an interrupt: this plus an exponential distribution of a mean */
#define IRQ_MEAN 10e-6
#define WORK 50e-6		/* what the thread takes at each wake-up */
#define XRUN_GAP 0.03
#define SUSPEND_GAP 0.3

double sim_random(uint64_t *seed)
{
	/* G. Marsaglia, xorshift64 */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (double)(*seed >> 11) * 0x1p-53;
}

struct card {
	const struct sim_card *is;
	double start_time;
	double tuned, tune_frame, tune_integral;	/* since a position, reached when the integral was that */
	int64_t periods;	/* interrupts raised */
	double irq_time, next_time;	/* of the last interrupt's handler, and the next one's */
	int64_t irq_frame, next_frame;
};

struct bridge {
	const struct sim_config *config;
	struct card card[SIM_SIDES];
	uint64_t seed;
	int64_t read, written;
	int64_t place_in;
	double place_fraction;
	double deviation, ramp_from;
	bool has_xrun, has_suspended;
};

/* Deviation of a card's clock, and its integral since 0. */
static double deviation(const struct sim_card *card, double t)
{
	double ppm = card->offset_ppm;

	ppm += card->drift_ppm_min / 60 * (fmin(fmax(t, card->drift_from), card->drift_to) - card->drift_from);
	if (t > card->step_time && card->step_ppm != 0)
		ppm += card->step_ppm * -expm1(-(t - card->step_time) / card->step_tau);
	if (card->day_ppm != 0)
		ppm += card->day_ppm * sin(2 * M_PI / 86400 * t);
	return 1e-6 * ppm;
}

static double integral(const struct sim_card *card, double t)
{
	double sum = card->offset_ppm * t;

	if (card->drift_ppm_min != 0 && t > card->drift_from) {
		double during = fmin(t, card->drift_to) - card->drift_from;

		sum += card->drift_ppm_min / 60 * during * (during / 2 + fmax(t - card->drift_to, 0));
	}
	if (t > card->step_time && card->step_ppm != 0) {
		double since = t - card->step_time;

		sum += card->step_ppm * (since + card->step_tau * expm1(-since / card->step_tau));
	}
	if (card->day_ppm != 0)
		sum += card->day_ppm * 86400 / (2 * M_PI) * (1 - cos(2 * M_PI / 86400 * t));
	return t + 1e-6 * sum;
}

/* Position at a time, and the time of a position. */
static double position(const struct card *card, double t)
{
	double jump = t > card->is->jump_time ? card->is->jump_frames : 0;

	return card->tune_frame + card->is->rate_hz * (1 + card->tuned) * (integral(card->is, t) - card->tune_integral) +
	       jump;
}

static double rate(const struct card *card, double t)
{
	return card->is->rate_hz * (1 + card->tuned) * (1 + deviation(card->is, t));
}

static double time_of(const struct card *card, double frame, double guess)
{
	for (int i = 0; i < 3; i++)
		guess -= (position(card, guess) - frame) / rate(card, guess);
	return guess;
}

/* The last USB packet of a time: when it was complete, and the position then. */
static double packet(const struct card *card, double t, bool after, int64_t *frame)
{
	double number = (t - card->start_time) / USB_PACKET, time;

	time = card->start_time + USB_PACKET * (after ? ceil(number) : floor(number));
	*frame = (int64_t)floor(position(card, time));
	return time;
}

/* How late a thread is that has slept for a while. */
static double late(struct bridge *bridge, double jitter, double slept)
{
	const struct sim_config *config = bridge->config;
	double by = jitter * sim_random(&bridge->seed);

	if (config->hiccup > 0 && sim_random(&bridge->seed) * config->hiccup_every < slept)
		by += config->hiccup;
	return by;
}

static void next_interrupt(struct bridge *bridge, struct card *card)
{
	double guess = card->next_time + card->is->period / card->is->rate_hz, time, handled;
	int64_t ready;

	card->periods++;
	ready = card->periods * card->is->period;
	if (card->is->writer_reads)
		ready += (card->is->writer_reads - ready % card->is->writer_reads) % card->is->writer_reads;
	time = time_of(card, (double)ready, guess);
	if (card->is->grain == SIM_USB)
		time = packet(card, time, true, &card->next_frame);
	handled = time + IRQ_LEAST - IRQ_MEAN * log1p(-sim_random(&bridge->seed));
	if (card->is->grain == SIM_WRITER)
		handled = fmax(card->next_time + WORK,
			       time + late(bridge, card->is->writer_jitter, guess - card->next_time));
	if (card->is->grain >= SIM_PERIOD)
		card->next_frame = card->periods * card->is->period;
	else if (card->is->grain == SIM_FRAME)
		card->next_frame = (int64_t)floor(position(card, handled));
	card->next_time = handled;
}

static void start(struct bridge *bridge, int side, double t)
{
	struct card *card = &bridge->card[side];

	card->start_time = t;
	card->tune_frame = 0;
	card->tune_integral = integral(card->is, t);
	card->periods = 0;
	card->irq_time = 0;
	card->irq_frame = 0;
	card->next_time = t;
	next_interrupt(bridge, card);
}

static void tune(struct bridge *bridge, struct card *card, double t, double tuned)
{
	card->tune_frame += card->is->rate_hz * (1 + card->tuned) * (integral(card->is, t) - card->tune_integral);
	card->tune_integral = integral(card->is, t);
	card->tuned = tuned;
	card->periods--;
	card->next_time -= card->is->period / card->is->rate_hz;
	next_interrupt(bridge, card);
}

/* What the pointer shows at a time. */
static int64_t pointer(const struct card *card, double t)
{
	int64_t frame;

	if (card->is->grain == SIM_WRITER)
		return card->irq_frame;
	if (card->is->grain == SIM_PERIOD)
		return (int64_t)(position(card, t) / card->is->period) * card->is->period;
	if (card->is->grain == SIM_USB)
		packet(card, t, false, &frame);
	else
		frame = (int64_t)floor(position(card, t));
	return frame > 0 ? frame : 0;
}

/* Silence in front, as much as the latency asked for; and the converter begins anew. */
static void prefill(struct bridge *bridge)
{
	bridge->written = llrint(bridge->config->latency * bridge->config->card[SIM_OUT].rate_hz);
	bridge->place_in = bridge->read - FILTER_FRAMES;
	bridge->place_fraction = 0;
}

static double sleep_until(struct bridge *bridge, double t)
{
	const struct sim_config *config = bridge->config;
	double in = bridge->card[SIM_IN].next_time, out = bridge->card[SIM_OUT].next_time;
	double wake = fmax(t + WORK, config->by_input ? in : fmin(in, out));

	/* a writer does the work itself */
	if (config->card[SIM_IN].grain == SIM_WRITER)
		return wake;
	return wake + late(bridge, config->jitter, wake - t);
}

/* Convert what has been read; the deviation ramps from what it was to what was asked for last. */
static void convert(struct bridge *bridge, double *track, size_t track_max, double track_from, size_t *track_frames)
{
	double in_hz = bridge->config->card[SIM_IN].rate_hz, out_hz = bridge->config->card[SIM_OUT].rate_hz;
	double nominal = in_hz / out_hz, from = bridge->ramp_from, to = bridge->deviation;
	double step = nominal * (1 + (from + to) / 2);
	double room = (double)(bridge->read - FILTER_FRAMES - bridge->place_in) - bridge->place_fraction;
	int64_t frames = room < 0 ? 0 : (int64_t)floor(room / step) + 1;
	int64_t every = llrint(out_hz) / SIM_TRACK_HZ, first = (bridge->written + every - 1) / every * every;
	double advance, whole;

	for (int64_t at = first; track && at < bridge->written + frames; at += every) {
		double j = (double)(at - bridge->written);
		double x = nominal * (j * (1 + from) + (to - from) * j * j / (2 * (double)frames));
		double ideal = (double)(at / every) * (in_hz / SIM_TRACK_HZ);

		x += (double)bridge->place_in - ideal + bridge->place_fraction;
		if ((double)at >= track_from * out_hz && *track_frames < track_max)
			track[(*track_frames)++] = x / in_hz;
	}
	advance = bridge->place_fraction + step * (double)frames;
	whole = floor(advance);
	bridge->place_in += (int64_t)whole;
	bridge->place_fraction = advance - whole;
	bridge->written += frames;
	if (frames)
		bridge->ramp_from = to;
}

static void shift(struct bridge *bridge, int64_t frames)
{
	const struct sim_card *card = bridge->config->card;

	if (frames > 0)
		bridge->place_in += frames;
	else
		bridge->written += llrint((double)-frames * card[SIM_OUT].rate_hz / card[SIM_IN].rate_hz);
}

static void observe(const struct bridge *bridge, double t, struct sim_record *record)
{
	const struct card *in = &bridge->card[SIM_IN], *out = &bridge->card[SIM_OUT];
	double in_hz = rate(in, t), out_hz = rate(out, t);

	record->time = t;
	record->deviation = bridge->deviation;
	record->truth = in_hz / in->is->rate_hz * (out->is->rate_hz / out_hz) - 1;
	record->latency = ((double)bridge->written - position(out, t)) / out_hz +
			  (position(in, t) - (double)bridge->place_in - bridge->place_fraction) / in_hz;
}

/* The system's clock at a true time. */
static double system_time(const struct sim_config *config, double t)
{
	return t + (t > config->slew_time ? 1e-6 * config->slew_ppm * (t - config->slew_time) : 0);
}

/* Interrupts up to a time, and what the thread sees of them.  False if a card has not interrupted yet. */
static bool look(struct bridge *bridge, double t, struct sim_wake *wake)
{
	const struct sim_config *config = bridge->config;
	bool by_interrupt = config->stamp == SIM_INTERRUPT;

	for (int side = 0; side < SIM_SIDES; side++) {
		struct card *card = &bridge->card[side];

		while (card->next_time <= t) {
			card->irq_time = card->next_time;
			card->irq_frame = card->next_frame;
			next_interrupt(bridge, card);
		}
		wake->frame[side] = by_interrupt ? card->irq_frame : pointer(card, t);
		wake->time[side] = system_time(config, by_interrupt ? card->irq_time : t);
	}
	wake->now = system_time(config, t);
	return bridge->card[SIM_IN].irq_frame && bridge->card[SIM_OUT].irq_frame;
}

/* A breakdown that is due; then when the thread runs again. */
static bool breaks_down(struct bridge *bridge, double *t, struct sim_wake *wake)
{
	const struct sim_config *config = bridge->config;
	bool suspend = config->suspend_time > 0 && !bridge->has_suspended && *t >= config->suspend_time;
	bool xrun = config->xrun_time > 0 && !bridge->has_xrun && *t >= config->xrun_time;

	if (!suspend && !xrun && position(&bridge->card[SIM_OUT], *t) <= (double)bridge->written)
		return false;
	bridge->has_suspended |= suspend;
	bridge->has_xrun |= xrun;
	*t += suspend ? SUSPEND_GAP : XRUN_GAP;
	if (suspend) {
		start(bridge, SIM_IN, *t);
		wake->broken[SIM_IN] = true;
	}
	start(bridge, SIM_OUT, *t + 1e-3 * sim_random(&bridge->seed));
	wake->broken[SIM_OUT] = true;
	bridge->read = suspend ? 0 : pointer(&bridge->card[SIM_IN], *t);
	prefill(bridge);
	return true;
}

struct sim_result sim_run(const struct sim_config *config, const struct sim_loop *loop, void *state,
			  sim_observer *observer, void *context, double *track, size_t track_max, double track_from)
{
	struct sim_result result = { .xruns = 0 };
	struct bridge bridge = { .config = config, .seed = config->seed };
	struct sim_wake wake = { .begins = true };
	double t = 0;

	for (int side = 0; side < SIM_SIDES; side++) {
		bridge.card[side].is = &config->card[side];
		start(&bridge, side, 0.003 * sim_random(&bridge.seed));
	}
	prefill(&bridge);
	loop->init(state, config);
	while ((t = sleep_until(&bridge, t)) < config->duration) {
		struct sim_action action;
		struct sim_record now;

		if (breaks_down(&bridge, &t, &wake)) {
			result.xruns++;
			continue;
		}
		if (!look(&bridge, t, &wake))
			continue;
		bridge.read = wake.frame[SIM_IN];
		convert(&bridge, track, track_max, track_from, &result.track_frames);
		wake.captured = (double)(pointer(&bridge.card[SIM_IN], t) - bridge.place_in) - bridge.place_fraction;
		wake.queued = (double)(bridge.written - pointer(&bridge.card[SIM_OUT], t));
		wake.place_in = bridge.place_in;
		wake.place_fraction = bridge.place_fraction;
		wake.place_out = bridge.written;
		action = loop->wake(state, &wake);
		wake.begins = wake.broken[SIM_IN] = wake.broken[SIM_OUT] = false;
		bridge.deviation = action.deviation;
		if (action.shift)
			shift(&bridge, action.shift);
		if (action.tunes)
			tune(&bridge, &bridge.card[SIM_IN], t, action.tune);
		result.wakes++;
		if (observer) {
			observe(&bridge, t, &now);
			observer(context, &now);
		}
	}
	return result;
}
