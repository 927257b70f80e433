/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine with one sound card, "Microphone", for programs that look for cards before they open a PCM: to be
 * preloaded. Where "pcm_type.hw" is tests/plugin/testcard.c, its device hw:0,0 opens as well.
 */
#include <alsa/asoundlib.h>

static char control;	/* what it points to is never looked at */

int snd_card_next(int *card)
{
	*card = *card < 0 ? 0 : -1;
	return 0;
}

int snd_ctl_open(snd_ctl_t **ctl, const char *name, int mode)
{
	(void)name;
	(void)mode;
	*ctl = (snd_ctl_t *)&control;
	return 0;
}

int snd_ctl_close(snd_ctl_t *ctl)
{
	(void)ctl;
	return 0;
}

int snd_ctl_card_info(snd_ctl_t *ctl, snd_ctl_card_info_t *info)
{
	(void)ctl;
	(void)info;
	return 0;
}

const char *snd_ctl_card_info_get_name(const snd_ctl_card_info_t *info)
{
	(void)info;
	return "Microphone";
}

int snd_ctl_pcm_next_device(snd_ctl_t *ctl, int *device)
{
	(void)ctl;
	*device = *device < 0 ? 0 : -1;
	return 0;
}

int snd_ctl_pcm_info(snd_ctl_t *ctl, snd_pcm_info_t *info)
{
	(void)ctl;
	(void)info;
	return 0;
}
