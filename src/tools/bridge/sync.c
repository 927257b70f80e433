/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sync.h"
#include "shared/commandline.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TUNING_TIME 0.5	/* s; see clocktuner.h */
#define VAIN_TIME 5.0	/* s */
#define VAIN_LATENCY 2e-3	/* s: a clock that is tuned does not go that far astray */

#define fail(...) (commandline_complain(__VA_ARGS__), EXIT_FAILURE)

static const struct element {
	const char *name;
	enum bli_clock_side side;
	long centre;
	int sense;
} elements[] = {
	{ "PCM Rate Shift 100000", BLI_CLOCK_IN, 100000, -1 },
	{ "Capture Pitch 1000000", BLI_CLOCK_IN, 1000000, 1 },
	{ "Playback Pitch 1000000", BLI_CLOCK_OUT, 1000000, 1 },
};

const char *sync_name(enum bridge_sync mode)
{
	static const char *const names[] = { "auto", "resample", "none", "timer", "pitch" };

	return names[mode];
}

/* ---- timer --------------------------------------------------------------- */

bool sync_names_timer(const char *text, int card, const char *card_id, unsigned device, unsigned subdevice)
{
	char name[32], *end;
	unsigned numbers[2] = { 0, 0 };
	size_t length;
	int count;

	if (strncmp(text, "hw:", 3) == 0)
		text += 3;
	length = strcspn(text, ",.: \n");
	if (!length || length >= sizeof(name))
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	text += length;
	count = *text == ',' ? sscanf(text, ",%u,%u", &numbers[0], &numbers[1]) :
		*text == '.' ? sscanf(text, ".%u.%u", &numbers[0], &numbers[1]) : 0;
	if (count < 0 || numbers[0] != device || numbers[1] != subdevice)
		return false;
	return strcmp(name, card_id) == 0 || (strtol(name, &end, 10) == card && *end == '\0');
}

/* What is written in a loopback's timer_source names the playback's timer. */
static bool is_timer(const char *text, const snd_pcm_info_t *playback)
{
	int card = snd_pcm_info_get_card(playback);
	snd_ctl_card_info_t *info;
	snd_ctl_t *ctl;
	char name[32];
	bool names;

	snprintf(name, sizeof(name), "hw:%d", card);
	if (snd_ctl_open(&ctl, name, 0) < 0)
		return false;
	snd_ctl_card_info_alloca(&info);
	names = snd_ctl_card_info(ctl, info) >= 0 &&
		sync_names_timer(text, card, snd_ctl_card_info_get_id(info), snd_pcm_info_get_device(playback),
				 snd_pcm_info_get_subdevice(playback));
	snd_ctl_close(ctl);
	return names;
}

/* Whether the loopback that is captured from goes by the clock of the playback. */
static bool has_timer(const struct endpoint endpoint[BLI_CLOCK_SIDES])
{
	snd_pcm_info_t *in, *out;
	char path[64], text[64];
	bool has = false;
	FILE *file;

	snd_pcm_info_alloca(&in);
	snd_pcm_info_alloca(&out);
	if (snd_pcm_info(endpoint[BLI_CLOCK_IN].pcm, in) < 0 || snd_pcm_info(endpoint[BLI_CLOCK_OUT].pcm, out) < 0 ||
	    snd_pcm_info_get_card(in) < 0 || snd_pcm_info_get_card(out) < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/asound/card%d/timer_source", snd_pcm_info_get_card(in));
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fgets(text, sizeof(text), file))
		has = is_timer(text, out);
	fclose(file);
	return has;
}

/* ---- pitch --------------------------------------------------------------- */

/* The control of a side's card: what was asked for, or that of its PCM.  Returns 0 or a negative errno. */
static int open_control(struct sync *sync, const struct options *options, const struct endpoint *endpoint,
			snd_pcm_info_t *info)
{
	char name[32];
	int error = snd_pcm_info(endpoint->pcm, info);

	if (options->control)
		return snd_ctl_open(&sync->ctl, options->control, 0);
	if (error < 0 || snd_pcm_info_get_card(info) < 0)
		return -ENODEV;
	snprintf(name, sizeof(name), "hw:%d", snd_pcm_info_get_card(info));
	return snd_ctl_open(&sync->ctl, name, 0);
}

static void close_control(struct sync *sync)
{
	snd_ctl_elem_value_free(sync->value);
	sync->value = NULL;
	if (sync->ctl)
		snd_ctl_close(sync->ctl);
	sync->ctl = NULL;
}

/* Look an element up, read its range and value. */
static int find_element(struct sync *sync, const struct element *element, const snd_pcm_info_t *info)
{
	snd_ctl_elem_info_t *is;
	snd_ctl_elem_id_t *id;
	int error;

	snd_ctl_elem_info_alloca(&is);
	snd_ctl_elem_id_alloca(&id);
	snd_ctl_elem_info_set_interface(is, SND_CTL_ELEM_IFACE_PCM);
	snd_ctl_elem_info_set_name(is, element->name);
	if (snd_pcm_info_get_card(info) >= 0) {
		snd_ctl_elem_info_set_device(is, snd_pcm_info_get_device(info));
		snd_ctl_elem_info_set_subdevice(is, snd_pcm_info_get_subdevice(info));
	}
	error = snd_ctl_elem_info(sync->ctl, is);
	if (error < 0)
		return error;
	if (snd_ctl_elem_info_get_type(is) != SND_CTL_ELEM_TYPE_INTEGER)
		return -EINVAL;
	sync->least = snd_ctl_elem_info_get_min(is);
	sync->most = snd_ctl_elem_info_get_max(is);
	error = snd_ctl_elem_value_malloc(&sync->value);
	if (error < 0)
		return error;
	snd_ctl_elem_info_get_id(is, id);
	snd_ctl_elem_value_set_id(sync->value, id);
	error = snd_ctl_elem_read(sync->ctl, sync->value);
	if (error < 0)
		return error;
	sync->before = sync->written = snd_ctl_elem_value_get_integer(sync->value, 0);
	sync->element = element->name;
	sync->side = element->side;
	sync->centre = element->centre;
	sync->sense = element->sense;
	bli_clock_tuner_init(&sync->tuner, 1 / (double)element->centre);
	return sync->least < sync->centre && sync->most > sync->centre ? 0 : -EINVAL;
}

/* Open the first element that there is. */
static bool find_pitch(struct sync *sync, const struct options *options,
		       const struct endpoint endpoint[BLI_CLOCK_SIDES])
{
	snd_pcm_info_t *info;

	snd_pcm_info_alloca(&info);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (open_control(sync, options, &endpoint[elements[i].side], info) >= 0 &&
		    find_element(sync, &elements[i], info) >= 0)
			return true;
		close_control(sync);
	}
	return false;
}

/* ---- choice -------------------------------------------------------------- */

__attribute__((format(printf, 3, 4)))
static int choose(struct sync *sync, enum bridge_sync mode, const char *format, ...)
{
	va_list arguments;

	sync->mode = mode;
	va_start(arguments, format);
	vsnprintf(sync->reason, sizeof(sync->reason), format, arguments);
	va_end(arguments);
	return 0;
}

int sync_open(struct sync *sync, const struct options *options,
	      const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct endpoint_setup setup[BLI_CLOCK_SIDES])
{
	const char *from = options->name[BLI_CLOCK_IN], *to = options->name[BLI_CLOCK_OUT];
	const char *untunable = sync->untunable;
	bool alike = setup[BLI_CLOCK_IN].rate_hz == setup[BLI_CLOCK_OUT].rate_hz, wants;

	memset(sync, 0, sizeof(*sync));
	sync->untunable = untunable;
	if (untunable)
		return choose(sync, SYNC_RESAMPLE, "'%s' does not tune the clock", untunable);
	if (options->sync == SYNC_RESAMPLE || options->sync == SYNC_NONE)
		return choose(sync, options->sync, "asked for");
	wants = options->sync != SYNC_AUTO;
	if (wants && !alike)
		return fail("--sync %s: not possible from %u to %u Hz", sync_name(options->sync),
			    setup[BLI_CLOCK_IN].rate_hz, setup[BLI_CLOCK_OUT].rate_hz);
	if (alike && options->sync != SYNC_PITCH && has_timer(endpoint))
		return choose(sync, SYNC_TIMER, "the timer_source of %s is %s", from, to);
	if (options->sync == SYNC_TIMER)
		return fail("--sync timer: not possible; %s is no loopback whose timer_source is %s", from, to);
	if (alike && find_pitch(sync, options, endpoint))
		return choose(sync, SYNC_PITCH, "'%s' tunes the clock of %s", sync->element, options->name[sync->side]);
	if (wants)
		return fail("--sync pitch: not possible; neither %s nor %s has an element that tunes its clock", from,
			    to);
	if (!alike)
		return choose(sync, SYNC_RESAMPLE, "%u to %u Hz", setup[BLI_CLOCK_IN].rate_hz,
			      setup[BLI_CLOCK_OUT].rate_hz);
	return choose(sync, SYNC_RESAMPLE, "there is no clock to tune");
}

/* ---- running ------------------------------------------------------------- */

static int write_element(struct sync *sync, long value)
{
	int error;

	snd_ctl_elem_value_set_integer(sync->value, 0, value);
	error = snd_ctl_elem_write(sync->ctl, sync->value);
	if (error >= 0)
		sync->written = value;
	return error < 0 ? error : 0;
}

/* Tuning that has no effect: the latency goes away and does not come back. */
static bool is_in_vain(struct sync *sync, const struct bli_clockloop *loop)
{
	struct bli_clockloop_status status;

	bli_clockloop_status(loop, &status);
	if (status.state == BLI_CLOCKLOOP_LOCKING &&
	    fabs(status.latency - loop->config.latency) > fmax(VAIN_LATENCY, loop->config.latency / 8))
		sync->astray++;
	else
		sync->astray = 0;
	return sync->astray * TUNING_TIME >= VAIN_TIME;
}

int sync_run(struct sync *sync, struct bli_clockloop *loop, int64_t now)
{
	long grains, value;
	int error;

	if (!sync->ctl || now < sync->next_time)
		return 0;
	sync->next_time = now + (int64_t)(1e9 * TUNING_TIME);
	error = snd_ctl_elem_read(sync->ctl, sync->value);
	if (error >= 0 && snd_ctl_elem_value_get_integer(sync->value, 0) != sync->written)
		error = -EBUSY;
	if (error >= 0 && is_in_vain(sync, loop)) {
		write_element(sync, sync->before);
		error = -ENOTSUP;
	}
	grains = bli_clock_tuner_next(&sync->tuner, sync->side, bli_clockloop_deviation(loop), TUNING_TIME);
	value = sync->centre + sync->sense * grains;
	value = value < sync->least ? sync->least : value > sync->most ? sync->most : value;
	if (error >= 0)
		error = write_element(sync, value);
	if (error < 0) {
		/* what it is now is what the other one wants */
		close_control(sync);
		sync->untunable = sync->element;
		return error;
	}
	bli_clockloop_tuned(loop, sync->side, (double)(sync->sense * (value - sync->centre)) / (double)sync->centre,
			    now);
	return 0;
}

void sync_close(struct sync *sync)
{
	if (sync->ctl && sync->value && sync->mode == SYNC_PITCH)
		write_element(sync, sync->before);
	close_control(sync);
}
