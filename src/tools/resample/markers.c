/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "markers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of history or tags; libsndfile refuses structures with 16384 and more. */
#define TEXT_MAX 16000

#define LOOPS_MAX 16	/* of SF_INSTRUMENT */

/* libsndfile accepts them for any file and writes them to these. */
static bool has_markers(int format)
{
	const int container = format & SF_FORMAT_TYPEMASK;

	return container == SF_FORMAT_WAV || container == SF_FORMAT_WAVEX;
}

static bool has_broadcast(int format)
{
	return has_markers(format) || (format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RF64;
}

static uint32_t scaled(uint32_t position, const struct ratio *factor)
{
	const int64_t frame = ratio_frames(factor, position);

	return frame < UINT32_MAX ? (uint32_t)frame : UINT32_MAX;
}

static void copy_cues(SNDFILE *out, int out_format, SNDFILE *in, const struct ratio *factor, struct reason *dropped)
{
	typedef SF_CUES_VAR(1) cues;
	uint32_t count = 0;
	bool named = false;
	size_t bytes;
	cues *all;

	if (sf_command(in, SFC_GET_CUE_COUNT, &count, sizeof(count)) != SF_TRUE || count == 0)
		return;
	if (!has_markers(out_format)) {
		reason_list(dropped, "cue points");
		return;
	}
	bytes = sizeof(*all) + count * sizeof(all->cue_points[0]);
	all = calloc(1, bytes);
	if (all == NULL || sf_command(in, SFC_GET_CUE, all, (int)bytes) != SF_TRUE) {
		reason_list(dropped, "cue points");
		free(all);
		return;
	}
	for (uint32_t i = 0; i < all->cue_count && i < count; i++) {
		SF_CUE_POINT *const point = &all->cue_points[i];

		point->position = scaled(point->position, factor);
		point->sample_offset = scaled(point->sample_offset, factor);
		named |= point->name[0] != '\0';
	}
	sf_command(out, SFC_SET_CUE, all, (int)bytes);
	/* it reads them but does not write them */
	if (named)
		reason_list(dropped, "names of cue points");
	free(all);
}

static void copy_instrument(SNDFILE *out, int out_format, SNDFILE *in, const struct ratio *factor,
			    struct reason *dropped)
{
	SF_INSTRUMENT instrument;

	memset(&instrument, 0, sizeof(instrument));
	if (sf_command(in, SFC_GET_INSTRUMENT, &instrument, sizeof(instrument)) != SF_TRUE)
		return;
	if (!has_markers(out_format)) {
		reason_list(dropped, "loops");
		return;
	}
	for (int i = 0; i < instrument.loop_count && i < LOOPS_MAX; i++) {
		instrument.loops[i].start = scaled(instrument.loops[i].start, factor);
		instrument.loops[i].end = scaled(instrument.loops[i].end, factor);
	}
	sf_command(out, SFC_SET_INSTRUMENT, &instrument, sizeof(instrument));
}

/* The file's first frame, counted in frames from midnight: EBU Tech 3285. */
static void copy_broadcast(SNDFILE *out, int out_format, SNDFILE *in, const struct ratio *factor,
			   struct reason *dropped)
{
	SF_BROADCAST_INFO_VAR(TEXT_MAX) info;
	int64_t reference;

	memset(&info, 0, sizeof(info));
	if (sf_command(in, SFC_GET_BROADCAST_INFO, &info, sizeof(info)) != SF_TRUE)
		return;
	if (!has_broadcast(out_format)) {
		reason_list(dropped, "bext");
		return;
	}
	reference = (int64_t)((uint64_t)info.time_reference_high << 32 | info.time_reference_low);
	reference = reference >= 0 ? ratio_frames(factor, reference) : 0;
	info.time_reference_low = (uint32_t)reference;
	info.time_reference_high = (uint32_t)(reference >> 32);
	sf_command(out, SFC_SET_BROADCAST_INFO, &info, sizeof(info));
}

static void copy_cart(SNDFILE *out, int out_format, SNDFILE *in, const struct ratio *factor, struct reason *dropped)
{
	SF_CART_INFO_VAR(TEXT_MAX) info;

	memset(&info, 0, sizeof(info));
	if (sf_command(in, SFC_GET_CART_INFO, &info, sizeof(info)) != SF_TRUE)
		return;
	if (!has_broadcast(out_format)) {
		reason_list(dropped, "cart");
		return;
	}
	for (size_t i = 0; i < sizeof(info.post_timers) / sizeof(info.post_timers[0]); i++)
		if (info.post_timers[i].value > 0)
			info.post_timers[i].value = (int32_t)scaled((uint32_t)info.post_timers[i].value, factor);
	sf_command(out, SFC_SET_CART_INFO, &info, sizeof(info));
}

void markers_copy(SNDFILE *out, int out_format, SNDFILE *in, const struct ratio *factor, struct reason *dropped)
{
	copy_cues(out, out_format, in, factor, dropped);
	copy_instrument(out, out_format, in, factor, dropped);
	copy_broadcast(out, out_format, in, factor, dropped);
	copy_cart(out, out_format, in, factor, dropped);
}
