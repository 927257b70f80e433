/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channels.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>

#include "soundformat.h"

#define DEFINED_MAX 8		/* channels of the layouts that formats define */

#define FL SF_CHANNEL_MAP_LEFT
#define FR SF_CHANNEL_MAP_RIGHT
#define FC SF_CHANNEL_MAP_CENTER
#define LFE SF_CHANNEL_MAP_LFE
#define RL SF_CHANNEL_MAP_REAR_LEFT
#define RR SF_CHANNEL_MAP_REAR_RIGHT
#define RC SF_CHANNEL_MAP_REAR_CENTER
#define SL SF_CHANNEL_MAP_SIDE_LEFT
#define SR SF_CHANNEL_MAP_SIDE_RIGHT
#define MONO SF_CHANNEL_MAP_MONO

static const unsigned char vorbis[DEFINED_MAX][DEFINED_MAX] = {
	{ MONO }, { FL, FR }, { FL, FC, FR }, { FL, FR, RL, RR }, { FL, FC, FR, RL, RR }, { FL, FC, FR, RL, RR, LFE },
	{ FL, FC, FR, SL, SR, RC, LFE }, { FL, FC, FR, SL, SR, RL, RR, LFE },
};

static const unsigned char masked[DEFINED_MAX][DEFINED_MAX] = {
	{ MONO }, { FL, FR }, { FL, FR, FC }, { FL, FR, RL, RR }, { FL, FR, FC, RL, RR }, { FL, FR, FC, LFE, RL, RR },
	{ FL, FR, FC, LFE, RC, SL, SR }, { FL, FR, FC, LFE, RL, RR, SL, SR },
};

/* The bits of WAVEFORMATEXTENSIBLE's mask, lowest first. */
static const unsigned char mask_order[] = {
	FL, FR, FC, LFE, RL, RR, SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER, SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER, RC, SL, SR,
	SF_CHANNEL_MAP_TOP_CENTER, SF_CHANNEL_MAP_TOP_FRONT_LEFT, SF_CHANNEL_MAP_TOP_FRONT_CENTER,
	SF_CHANNEL_MAP_TOP_FRONT_RIGHT, SF_CHANNEL_MAP_TOP_REAR_LEFT, SF_CHANNEL_MAP_TOP_REAR_CENTER,
	SF_CHANNEL_MAP_TOP_REAR_RIGHT,
};

static bool is_vorbis_order(int format)
{
	const enum sound_codec codec = soundformat_codec(format);

	return codec == SOUND_CODEC_VORBIS || codec == SOUND_CODEC_OPUS;
}

/* Names that mean one position. */
static int plain(int position)
{
	return position == SF_CHANNEL_MAP_FRONT_LEFT ? FL : position == SF_CHANNEL_MAP_FRONT_RIGHT ? FR
		: position == SF_CHANNEL_MAP_FRONT_CENTER ? FC : position;
}

/* Where a position is in a layout; -1: nowhere. */
static int find(const struct channel_layout *layout, int position)
{
	for (unsigned i = 0; layout->known && i < layout->channels; i++)
		if (layout->position[i] == position)
			return (int)i;
	return -1;
}

/* A file's channel map may be nonsense. */
static bool take_map(struct channel_layout *layout, const int *map)
{
	layout->known = false;
	for (unsigned i = 0; i < layout->channels; i++) {
		const int position = plain(map[i]);

		if (position <= SF_CHANNEL_MAP_INVALID || position >= SF_CHANNEL_MAP_MAX)
			return false;
		for (unsigned k = 0; k < i; k++)
			if (layout->position[k] == position)
				return false;
		layout->position[i] = position;
	}
	layout->known = true;
	return true;
}

void channels_layout(struct channel_layout *layout, int format, unsigned channels, const int *map)
{
	layout->channels = channels;
	if (map != NULL && channels > 1 && take_map(layout, map))
		return;
	layout->known = channels <= DEFINED_MAX;
	for (unsigned i = 0; i < channels && layout->known; i++)
		layout->position[i] = (is_vorbis_order(format) ? vorbis : masked)[channels - 1][i];
}

/* The same surround channels are at the rear in some layouts, at the sides in others. */
static int find_surround(const struct channel_layout *layout, int position)
{
	const int other = position == RL ? SL : position == RR ? SR : position == SL ? RL : position == SR ? RR
		: position;
	const int found = find(layout, position);

	return found >= 0 ? found : find(layout, other);
}

/* The order in which a format keeps these channels. */
static void arrange(struct channel_layout *out, const struct channel_layout *in, int format)
{
	unsigned placed = 0;

	*out = *in;
	if (!in->known)
		return;
	if (is_vorbis_order(format)) {
		channels_layout(out, format, in->channels, NULL);
		for (unsigned i = 0; i < out->channels && out->known; i++)
			placed += find_surround(in, out->position[i]) >= 0;
		if (placed < in->channels)
			*out = *in;
		return;
	}
	for (size_t i = 0; i < sizeof(mask_order); i++)
		if (find(in, mask_order[i]) >= 0)
			out->position[placed++] = mask_order[i];
	/* channels without a place in the mask stay where they are */
	if (placed < in->channels)
		*out = *in;
}

static void add(struct channel_mix *mix, const struct channel_layout *out, int position, unsigned from, double factor)
{
	const int to = find_surround(out, position);

	if (to >= 0)
		mix->factor[to][from] += factor;
}

/* Left and right at −3 dB each become one: BS.775-3, table 2, 3/2 to 1/0. */
static void add_front(struct channel_mix *mix, const struct channel_layout *out, unsigned from, double left,
		      double right)
{
	if (find(out, FL) >= 0) {
		add(mix, out, FL, from, left);
		add(mix, out, FR, from, right);
	} else {
		add(mix, out, find(out, FC) >= 0 ? FC : MONO, from, (left + right) * M_SQRT1_2);
	}
}

/* A channel that the output does not have is mixed into its neighbours. */
static void fold(struct channel_mix *mix, const struct channel_layout *out, unsigned from, int position)
{
	const bool surround = find_surround(out, RL) >= 0;

	switch (position) {
	case LFE:
		return;
	case MONO:
		if (find(out, FC) >= 0)
			add(mix, out, FC, from, 1);
		else
			add_front(mix, out, from, 1, 1);
		return;
	case FC:
		add_front(mix, out, from, M_SQRT1_2, M_SQRT1_2);
		return;
	case RC:
		if (surround) {
			add(mix, out, RL, from, M_SQRT1_2);
			add(mix, out, RR, from, M_SQRT1_2);
		} else {
			add_front(mix, out, from, 0.5, 0.5);
		}
		return;
	case FL:
	case SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER:
		add_front(mix, out, from, 1, 0);
		return;
	case FR:
	case SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER:
		add_front(mix, out, from, 0, 1);
		return;
	case RL:
	case SL:
		add_front(mix, out, from, M_SQRT1_2, 0);
		return;
	case RR:
	case SR:
		add_front(mix, out, from, 0, M_SQRT1_2);
		return;
	default:
		add_front(mix, out, from, 0.5, 0.5);
	}
}

/* No mix of full-scale channels may exceed full scale. */
static void keep_full_scale(struct channel_mix *mix)
{
	double most = 1;

	for (unsigned k = 0; k < mix->out; k++) {
		double sum = 0;

		for (unsigned i = 0; i < mix->in; i++)
			sum += mix->factor[k][i];
		most = fmax(most, sum);
	}
	for (unsigned k = 0; k < mix->out; k++)
		for (unsigned i = 0; i < mix->in; i++)
			mix->factor[k][i] /= most;
}

static void average(struct channel_mix *mix)
{
	for (unsigned i = 0; i < mix->in; i++)
		mix->factor[0][i] = 1.0 / mix->in;
}

static void place(struct channel_mix *mix, const struct channel_layout *out, const struct channel_layout *in,
		  unsigned from)
{
	const int position = in->position[from];
	const int to = in->known ? find(out, position) : (int)from;
	const int beside = in->known ? find_surround(out, position) : -1;

	if (to >= 0)
		mix->factor[to][from] = 1;
	else if (beside >= 0)
		/* side and rear channels become one */
		mix->factor[beside][from] = find(in, out->position[beside]) >= 0 ? M_SQRT1_2 : 1;
	else
		fold(mix, out, from, position);
}

int channels_mix(struct channel_mix *mix, struct channel_layout *out, const struct channel_layout *in, int format,
		 unsigned channels, struct reason *reason)
{
	memset(mix, 0, sizeof(*mix));
	mix->in = in->channels;
	mix->out = channels;
	if (channels == in->channels)
		arrange(out, in, format);
	else
		channels_layout(out, format, channels, NULL);
	if (!in->known && channels == 1)
		average(mix);
	else if (!in->known && channels != in->channels)
		return reason_set(reason, -EINVAL,
				  "%u channels of unknown places cannot be mixed to %u; allowed: 1, %u",
				  in->channels, channels, in->channels);
	else if (channels != in->channels && !out->known)
		return reason_set(reason, -EINVAL, "no layout of %u channels is known; allowed: 1 to %d, %u",
				  channels, DEFINED_MAX, in->channels);
	else
		for (unsigned i = 0; i < in->channels; i++)
			place(mix, out, in, i);
	keep_full_scale(mix);
	mix->identity = mix->in == mix->out;
	for (unsigned k = 0; k < mix->out && mix->identity; k++)
		mix->identity = mix->factor[k][k] == 1;
	return 0;
}

void channels_run(const struct channel_mix *mix, double *to, const double *from, size_t frames)
{
	for (size_t frame = 0; frame < frames; frame++, to += mix->out, from += mix->in)
		for (unsigned k = 0; k < mix->out; k++) {
			double sum = 0;

			for (unsigned i = 0; i < mix->in; i++)
				if (mix->factor[k][i] != 0)
					sum += mix->factor[k][i] * from[i];
			to[k] = sum;
		}
}
