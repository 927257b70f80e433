/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "formatchoice.h"

#include <alsa/pcm_rate.h>
#include <errno.h>

/* How near `candidate` is to `asked` by alsa-lib's rule; of equal ones the first is taken. */
static int format_score(snd_pcm_format_t candidate, snd_pcm_format_t asked)
{
	if (snd_pcm_format_linear(candidate) != 1)
		return 0;
	int physical = snd_pcm_format_physical_width(candidate);
	int asked_physical = snd_pcm_format_physical_width(asked);

	return (physical == asked_physical) + (physical >= asked_physical) +
	       (snd_pcm_format_width(candidate) == snd_pcm_format_width(asked)) +
	       (snd_pcm_format_signed(candidate) == snd_pcm_format_signed(asked));
}

/* The place of the nearest in a mask of formats, or −1 if that is empty. */
static int nearest_format(uint64_t formats, snd_pcm_format_t asked)
{
	int best = -1, best_score = -1;

	for (int f = 0; f <= SND_PCM_FORMAT_LAST && f < 64; f++) {
		int score = (formats >> f) & 1 ? format_score((snd_pcm_format_t)f, asked) : -1;

		if (score > best_score) {
			best = f;
			best_score = score;
		}
	}
	return best;
}

int formatchoice_make(const struct formatchoice *choice, snd_pcm_format_t *in, snd_pcm_format_t *out)
{
	uint64_t ins = choice->in_formats, outs = choice->out_formats;

	if (!ins || !outs || (*in == *out && ((ins & outs) >> *in & 1)))
		return 0;
	for (;;) {
		int near_in = nearest_format(ins, *in), near_out = nearest_format(outs, *out);

		if (near_in < 0 || near_out < 0)
			return -EINVAL;
		if ((choice->flags & SND_PCM_RATE_FLAG_SYNC_FORMATS) && near_in != near_out) {
			if (outs >> near_in & 1) {
				near_out = near_in;
			} else if (ins >> near_out & 1) {
				near_in = near_out;
			} else {
				ins &= ~(UINT64_C(1) << near_in);
				outs &= ~(UINT64_C(1) << near_out);
				continue;
			}
		}
		*in = (snd_pcm_format_t)near_in;
		*out = (snd_pcm_format_t)near_out;
		return 0;
	}
}
